"""Letters to buyers and sheets of clauses, as Word documents in French or German."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from sqlalchemy.orm import Session

from config.clauses import Basis, Clause, clauses
from config.criteria import family_label
from procurement import entered
from procurement.accounts import write_audit
from procurement.buyers import LETTER_WRITTEN
from procurement.clauses import Law, Wording
from procurement.cleaning import one_line
from procurement.documents import Sheet
from procurement.errors import NotAllowed
from procurement.findings import are_unread, speaks
from procurement.i18n import ZURICH, Translator, locale_of, translator
from procurement.lens import FindingKind, Polarity
from procurement.models import Buyer, BuyerContact, Finding, Lot, Person, Tender, in_language

# More sentences than these would make the letter a list.
MOST_QUOTES = 6
_LONGEST_QUOTE = 600
# What a buyer asked for, not what the contract is about or what every bidder signs.
_QUOTED = (
    FindingKind.AWARD,
    FindingKind.EXECUTION_CONDITION,
    FindingKind.TECHNICAL_SPEC,
    FindingKind.QUALIFICATION,
    FindingKind.PARTICIPATION_CONDITION,
    FindingKind.RESERVED,
    FindingKind.ACCESS,
)
_WELCOME = (Polarity.PRESENT, Polarity.ADMITTED)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a notice with the criteria that it asks for."""

    sentence: str
    language: str
    families: tuple[str, ...]
    kind: FindingKind
    weight: float | None

    @property
    def key(self) -> str:
        """A short name of the sentence."""
        return hashlib.sha256(self.sentence.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter to a buyer says beside the tender's own facts; `quotes` are those of it to thank for."""

    language: str
    quotes: Sequence[Quote] = ()
    wordings: Sequence[Wording] = ()
    remark: str = ""
    contact: BuyerContact | None = None


def law_of(buyer: Buyer | None) -> Law:
    """The law that a buyer's clauses are written under: French in France, else Swiss."""
    return Law.FRENCH if buyer is not None and buyer.country == "FR" else Law.SWISS


def quoted(tender: Tender) -> list[Quote]:
    """What a tender asks for that speaks for the ESS, each sentence once, award criteria first."""
    found: dict[str, list[Finding]] = {}
    for lot in _lots(tender):
        for finding in lot.findings:
            if speaks(finding) and finding.kind in _QUOTED and finding.polarity in _WELCOME:
                found.setdefault(finding.sentence, []).append(finding)
    quotes = [_quote(sentence, findings) for sentence, findings in found.items()]
    return sorted(quotes, key=lambda quote: _QUOTED.index(quote.kind))[:MOST_QUOTES]


def _quote(sentence: str, findings: Sequence[Finding]) -> Quote:
    first = min(findings, key=lambda finding: _QUOTED.index(finding.kind))
    return Quote(
        sentence=sentence,
        language=first.language,
        families=tuple(dict.fromkeys(finding.family for finding in findings)),
        kind=first.kind,
        weight=first.weight,
    )


def write(session: Session, *, tender: Tender, letter: Letter, person: Person, now: datetime) -> bytes:
    """The letter to the buyer of a tender, as a document; that it was written is kept in the audit trail."""
    if not person.is_staff:
        raise NotAllowed
    write_audit(
        session,
        person=person,
        act=LETTER_WRITTEN,
        subject=f"tender:{tender.id}",
        facts={
            "clauses": [each.clause.key for each in letter.wordings],
            "language": letter.language,
            "buyer": tender.buyer_id,
        },
        now=now,
    )
    tr = translator(letter.language)
    title = one_line(tender.title_in(letter.language))
    subject = tr.gettext("Critères sociaux et environnementaux : « {title} »").format(title=title)
    sheet = Sheet(title=subject, author=person.chamber.name, language=letter.language, now=now)
    _write_head(sheet, tender, letter, person, now)
    sheet.paragraph(subject, is_bold=True)
    sheet.paragraph(tr.gettext("Madame, Monsieur,"))
    _write_opening(sheet, tender, tr)
    _write_what_is_asked(sheet, tender, letter.quotes, tr)
    if letter.remark:
        sheet.paragraph(letter.remark)
    if letter.wordings:
        sheet.paragraph(
            tr.gettext(
                "Nous vous proposons les clauses que voici, pour ce marché s’il peut encore être corrigé "
                "ou pour un prochain. Ce sont des propositions, à vérifier par vos soins avant tout emploi : "
                "elles ne sont pas un conseil juridique."
            )
        )
        if tender.is_under_treaty and any("treaty" in each.clause.cautions for each in letter.wordings):
            sheet.paragraph(
                tr.gettext(
                    "Ce marché est soumis aux accords internationaux : ce qui n’est admis que hors de ces "
                    "accords ne vaut que pour un autre marché."
                )
            )
        write_clauses(sheet, letter.wordings, tr)
    _write_close(sheet, person, tr)
    return sheet.content()


def sheet_of_clauses(wordings: Sequence[Wording], *, author: str, language: str, now: datetime) -> bytes:
    """The clauses alone, as a document."""
    tr = translator(language)
    sheet = Sheet(title=tr.gettext("Clauses modèles"), author=author, language=language, now=now)
    sheet.heading(tr.gettext("Clauses modèles"))
    sheet.remark(
        tr.gettext(
            "{author}, {day}. Propositions, à vérifier avant tout emploi ; pas un conseil juridique."
        ).format(author=author, day=_say_day(now, language))
    )
    write_clauses(sheet, wordings, tr)
    return sheet.content()


def write_clauses(sheet: Sheet, wordings: Sequence[Wording], tr: Translator) -> None:
    """Each clause with its mark, the advice on its weight, what it rests on and its cautions.

    What holds for all of several clauses is said once, after them.
    """
    language = tr.language
    cautions = [say_cautions(wording.clause, tr) for wording in wordings]
    shared = [each for each in cautions[0] if all(each in others for others in cautions)]
    shared = shared if len(cautions) > 1 else []
    for wording, own in zip(wordings, cautions, strict=True):
        clause = wording.clause
        sheet.heading(
            tr.gettext("{family} (proposition, à vérifier)").format(
                family=family_label(clause.family, language)
            ),
            level=2,
        )
        sheet.remark(say_uses(clause, language))
        sheet.inset(wording.text)
        sheet.paragraph(tr.gettext("Poids : {advice}").format(advice=clause.weight[language]))
        sheet.paragraph(tr.gettext("Base légale et précautions"), is_bold=True)
        sheet.points(say_basis(basis, tr) for basis in clauses().bases(clause.basis))
        sheet.points(each for each in own if each not in shared)
    if shared:
        sheet.paragraph(tr.gettext("Pour toutes ces clauses"), is_bold=True)
        sheet.points(shared)


def say_kinds(clause: Clause, language: str) -> str:
    """As what a clause may be used."""
    return ", ".join(word.label(language) for use in clause.uses if (word := FindingKind.of(use)) is not None)


def say_uses(clause: Clause, language: str) -> str:
    """As what a clause may be used, and under which law."""
    law = Law.of(clause.law)
    return f"{say_kinds(clause, language)} · {law.label(language) if law else clause.law}"


def say_basis(basis: Basis, tr: Translator) -> str:
    """An article with the mark of whether it was seen."""
    ref = basis.ref[tr.language]
    if basis.mark == "recalled" or basis.checked is None:
        return tr.gettext("{ref} : de mémoire, à vérifier").format(ref=ref)
    day = format_date(basis.checked, "d.M.y", locale=locale_of(tr.language))
    return tr.gettext("{ref} : vu le {day} ({source})").format(ref=ref, day=day, source=basis.source)


def say_cautions(clause: Clause, tr: Translator) -> list[str]:
    """The cautions of a clause; a claim from memory says that it is one."""
    return [
        tr.gettext("{caution} (De mémoire, à vérifier.)").format(caution=each.text[tr.language])
        if each.mark == "recalled"
        else each.text[tr.language]
        for each in clauses().cautions_of(clause)
    ]


def _lots(tender: Tender) -> list[Lot]:
    return [lot for lot in tender.lots if not lot.is_withdrawn]


def _write_head(sheet: Sheet, tender: Tender, letter: Letter, person: Person, now: datetime) -> None:
    chamber, buyer, contact = person.chamber, tender.buyer, letter.contact
    sheet.block([chamber.name, *chamber.postal_address.replace("\n", ",").split(",")])
    sheet.block(
        [
            *((contact.name, contact.function) if contact else ()),
            *(
                (in_language(buyer.name, letter.language), f"{buyer.postal_code} {buyer.city}")
                if buyer is not None
                else ()
            ),
        ]
    )
    sheet.paragraph(_say_day(now, letter.language), is_right=True)


def _write_opening(sheet: Sheet, tender: Tender, tr: Translator) -> None:
    title = one_line(tender.title_in(tr.language))
    if tender.source == entered.SOURCE:
        text = tr.gettext("Nous avons appris que vous préparez « {title} ».")
        sheet.paragraph(text.format(title=title))
        return
    sheet.paragraph(
        tr.gettext("Nous avons lu votre publication « {title} » (n° {number}, publiée le {day}).").format(
            title=title,
            number=tender.number,
            day=format_date(tender.published_on, "long", locale=locale_of(tr.language)),
        )
    )
    sheet.remark(tender.url)


def _write_what_is_asked(sheet: Sheet, tender: Tender, quotes: Sequence[Quote], tr: Translator) -> None:
    """Thanks and the exact sentences where there are some; « none » only where everything was read."""
    lots = _lots(tender)
    if quotes:
        sheet.paragraph(
            tr.gettext("Vous y demandez déjà ce qui compte pour l’économie sociale et solidaire ; merci :")
        )
        for quote in quotes:
            sheet.quotation(
                tr.gettext("« {sentence} »").format(sentence=quote.sentence[:_LONGEST_QUOTE]),
                _where(quote, tr),
            )
    if any(are_unread(lot) for lot in lots):
        sheet.paragraph(
            tr.gettext(
                "Les critères figurent, en tout ou en partie, dans le dossier, que nous n’avons pas lu : "
                "s’il contient ce qui suit, notre lettre est sans objet."
            )
        )
    elif not quoted(tender) and lots and all(lot.read_at is not None for lot in lots):
        sheet.paragraph(tr.gettext("Nous n’y avons pas trouvé de critère social ou environnemental."))


def _where(quote: Quote, tr: Translator) -> str:
    parts = [*(family_label(family, tr.language) for family in quote.families), quote.kind.label(tr.language)]
    if quote.weight is not None:
        parts.append(f"{quote.weight:g}\u00a0%")
    return ", ".join(parts)


def _write_close(sheet: Sheet, person: Person, tr: Translator) -> None:
    sheet.paragraph(
        tr.gettext(
            "Nous parlons volontiers avec vous de la rédaction d’un marché et des organisations qui "
            "pourraient y répondre."
        )
    )
    sheet.paragraph(tr.gettext("Avec nos meilleures salutations"))
    chamber = person.chamber
    sheet.block(
        ["", chamber.adviser_name or person.name, chamber.name, chamber.adviser_email or person.email]
    )


def _say_day(now: datetime, language: str) -> str:
    return format_date(now.astimezone(ZURICH).date(), "long", locale=locale_of(language))
