"""Leads: the plain facts about one lot and one member, as they were known when the notice appeared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from procurement.codes import cpv_all_languages
from procurement.findings import speaking_families
from procurement.labelled import LANGUAGES
from procurement.models import Buyer, Criterion, Lot, Member, Tender, Translations, in_language
from procurement.reserved import may_take_part
from procurement.spelling import normalise
from procurement.stance import Standing
from procurement.vocabulary import ContractNature, CriteriaSource, CriterionKind, Stated, TenderState

# The fields of eForms by which participation, or the performance of the contract, is reserved.
_RESERVED_PARTICIPATION = "BT-71"
_RESERVED_EXECUTION = "BT-736"
_NOT_RESERVED = frozenset({"none", "no", "false", "not-known"})
_IN_DOCUMENTS = "in_documents"


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What the matcher knows of a lot; None, an empty tuple or text, and NOT_SPECIFIED all mean unknown."""

    id: int
    tender_id: int
    language: str
    title: Mapping[str, str]
    lot_title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    award_criteria: tuple[str, ...] = ()
    selection_criteria: tuple[str, ...] = ()
    own_cpv_codes: tuple[str, ...] = ()
    tender_cpv_codes: tuple[str, ...] = ()
    # Codes that a model reads from the text of a notice without a telling one, each with how sure it is.
    suggested_cpv: tuple[tuple[str, float], ...] = ()
    cpv_words: Mapping[str, Translations] = field(default_factory=dict)
    place_canton: str | None = None
    place_country: str | None = None
    buyer_canton: str | None = None
    buyer_country: str | None = None
    buyer_name: str = ""
    # In each of its languages, brought to one form: by these a buyer is known again at another source.
    buyer_names: tuple[str, ...] = ()
    published_on: date | None = None
    # What was found in its texts that speaks for an organisation of the ESS, by family, with the weight in
    # percent where the notice states one.
    ess_families: Mapping[str, float | None] = field(default_factory=dict)
    is_called: bool = True
    submission_deadline: datetime | None = None
    offer_languages: tuple[str, ...] = ()
    consortium_allowed: Stated = Stated.NOT_SPECIFIED
    subcontracting_allowed: Stated = Stated.NOT_SPECIFIED
    # The notice leaves the rules to its documents: what it answers itself may be no more than a default.
    has_rules_in_documents: bool = False
    # The codes of BT-71, those that we do not know included.
    reserved_to: tuple[str, ...] = ()
    is_execution_reserved: bool = False
    is_under_treaty: bool | None = None
    value_amount: int | None = None
    value_currency: str | None = None
    award_criteria_source: CriteriaSource = CriteriaSource.NOT_SPECIFIED
    selection_criteria_in_documents: Stated = Stated.NOT_SPECIFIED
    changed_at: datetime | None = None

    @property
    def cpv_codes(self) -> tuple[str, ...]:
        """The codes of the lot, then those that only its tender carries."""
        return tuple(dict.fromkeys((*self.own_cpv_codes, *self.tender_cpv_codes)))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the lot has a text, its own first."""
        written = [
            language
            for language in dict.fromkeys((self.language, *LANGUAGES))
            if any(texts.get(language) for texts in (self.title, self.lot_title, self.description))
        ]
        return tuple(written)

    @property
    def place_is_abroad(self) -> bool:
        """Whether the place of performance is known to be in no canton at all."""
        return self.place_canton is None and self.place_country not in (None, "", "CH")

    @property
    def value_chf(self) -> int | None:
        """The value in francs; one in another currency, or in none that is named, is unknown."""
        # Forms that want a sum are given 0 or 1 by those who will not name one.
        is_said = (self.value_currency or "").upper() == "CHF" and (self.value_amount or 0) > 1
        return self.value_amount if is_said else None

    @property
    def asks_for_one_bidder(self) -> bool:
        """Whether the notice itself is known to admit neither a consortium nor a subcontractor."""
        return (
            self.consortium_allowed is Stated.NO
            and self.subcontracting_allowed is Stated.NO
            and not self.has_rules_in_documents
        )


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What the matcher knows of a member: its words, its branches and where and how it works."""

    id: int
    chamber_id: int
    name: str = ""
    statement: str = ""
    references: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    cpv_codes: tuple[str, ...] = ()
    cpv_words: Mapping[str, Translations] = field(default_factory=dict)
    cantons: tuple[str, ...] = ()
    offer_languages: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    # None: unknown; an empty tuple: known to be none of it.
    statuses: tuple[str, ...] | None = None
    largest_contract_chf: int | None = None
    smallest_contract_chf: int | None = None
    # What is known of it where ESS criteria are concerned: proofs, statuses, legal form.
    standing: Standing | None = None
    changed_at: datetime | None = None

    @property
    def first_language(self) -> str | None:
        """The language it names first for its offers; None when it names none."""
        return self.offer_languages[0] if self.offer_languages else None


@dataclass(frozen=True, slots=True)
class Lead:
    """A lot that may be something for a member."""

    lot: LotFacts
    member: MemberFacts

    @property
    def may_take_part(self) -> Stated:
        """Whether the member is what the lot is reserved to; yes when it is reserved to nobody."""
        return may_take_part(self.member.statuses, self.lot.reserved_to)

    @property
    def is_larger_than_alone(self) -> bool:
        """Whether the lot is known to be larger than what the member carries alone."""
        value, most = self.lot.value_chf, self.member.largest_contract_chf
        return value is not None and most is not None and value > most


def lot_facts(
    session: Session,
    lot: Lot,
    *,
    cpv_words: Mapping[str, Translations] | None = None,
    ess_families: Mapping[str, float | None] | None = None,
) -> LotFacts:
    """The facts of a lot with its tender; words of codes and findings are looked up unless they are given."""
    tender = lot.tender
    codes = (*lot.cpv_codes, *tender.cpv_codes)
    words = cpv_all_languages(session, codes) if cpv_words is None else cpv_words
    if ess_families is None:
        ess_families = speaking_families(session, [lot.id]).get(lot.id, {})
    buyer = tender.buyer
    amount, currency = _value(lot, tender)
    return LotFacts(
        id=lot.id,
        tender_id=tender.id,
        language=tender.language,
        title=dict(tender.title),
        lot_title=_lot_title(lot, tender),
        description=_joined(tender.description, lot.description),
        award_criteria=_texts(lot.criteria, CriterionKind.AWARD),
        selection_criteria=_texts(lot.criteria, CriterionKind.SELECTION, CriterionKind.PARTICIPATION),
        own_cpv_codes=tuple(lot.cpv_codes),
        tender_cpv_codes=tuple(tender.cpv_codes),
        cpv_words={code: words[code] for code in codes if code in words},
        place_canton=lot.place_canton,
        place_country=lot.place_country,
        buyer_canton=buyer.canton if buyer else None,
        buyer_country=buyer.country if buyer else None,
        buyer_name=in_language(buyer.name, tender.language) if buyer else "",
        buyer_names=buyer_names(buyer),
        published_on=tender.published_on,
        ess_families=ess_families,
        is_called=tender.state is TenderState.CALLED and not lot.is_withdrawn,
        submission_deadline=tender.submission_deadline,
        offer_languages=tuple(tender.offer_languages),
        consortium_allowed=tender.consortium_allowed,
        subcontracting_allowed=tender.subcontracting_allowed,
        has_rules_in_documents=tender.participation_source == _IN_DOCUMENTS,
        reserved_to=tuple(dict.fromkeys(_codes(lot, _RESERVED_PARTICIPATION))),
        is_execution_reserved=any(True for _ in _codes(lot, _RESERVED_EXECUTION)),
        is_under_treaty=tender.is_under_treaty,
        value_amount=amount,
        value_currency=currency,
        award_criteria_source=lot.award_criteria_source,
        selection_criteria_in_documents=lot.selection_criteria_in_documents,
        changed_at=tender.changed_at,
    )


def buyer_names(buyer: Buyer | None) -> tuple[str, ...]:
    """What a buyer is called in each language, brought to one form."""
    return tuple(filter(None, dict.fromkeys(map(normalise, buyer.name.values())))) if buyer else ()


def member_facts(
    session: Session, member: Member, *, cpv_words: Mapping[str, Translations] | None = None
) -> MemberFacts:
    """The facts of a member; words of codes are looked up unless they are given."""
    words = cpv_all_languages(session, member.cpv_codes) if cpv_words is None else cpv_words
    return MemberFacts(
        id=member.id,
        chamber_id=member.chamber_id,
        name=member.name,
        statement=member.statement,
        # What it has won says as much of its trade as what it names itself.
        references=tuple(dict.fromkeys((*member.references, *member.past_wins))),
        sectors=tuple(member.sectors),
        cpv_codes=tuple(member.cpv_codes),
        cpv_words={code: words[code] for code in member.cpv_codes if code in words},
        cantons=tuple(member.cantons),
        offer_languages=tuple(member.offer_languages),
        excluded_words=tuple(member.excluded_words),
        statuses=None if member.statuses is None else tuple(member.statuses),
        largest_contract_chf=member.largest_contract_chf,
        smallest_contract_chf=member.smallest_contract_chf,
        standing=Standing.of(member),
        changed_at=member.profile_changed_at,
    )


def _value(lot: Lot, tender: Tender) -> tuple[int | None, str | None]:
    """The lot's own value, else that of a tender that has no other lot; the prizes of a contest are none."""
    if ContractNature.DESIGN in (lot.contract_nature, tender.contract_nature):
        return None, None
    if lot.value_amount is not None:
        return lot.value_amount, lot.value_currency
    # A lot taken away still counts: the tender's value may stand for both.
    is_whole = len(tender.lots) == 1
    return (tender.value_amount, tender.value_currency) if is_whole else (None, None)


def _codes(lot: Lot, business_term: str) -> Iterator[str]:
    return (
        each.code
        for each in lot.considerations
        if each.business_term == business_term and each.code not in _NOT_RESERVED
    )


def _lot_title(lot: Lot, tender: Tender) -> Translations:
    # A tender without lots has one of the same title: that title counts once.
    return {language: text for language, text in lot.title.items() if text != tender.title.get(language)}


def _joined(*texts: Mapping[str, str]) -> Translations:
    joined: dict[str, list[str]] = {}
    for translations in texts:
        for language, text in translations.items():
            if text and text not in joined.setdefault(language, []):
                joined[language].append(text)
    return {language: "\n".join(parts) for language, parts in joined.items() if parts}


def _texts(criteria: Iterable[Criterion], *kinds: CriterionKind) -> tuple[str, ...]:
    """Each criterion as one text, in every language that the notice gives."""
    return tuple(
        "\n".join(
            text
            for translations in (criterion.title, criterion.description, criterion.verification)
            for text in translations.values()
            if text
        )
        for criterion in criteria
        if criterion.kind in kinds
    )
