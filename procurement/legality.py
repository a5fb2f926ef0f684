"""What in a notice touches a rule of public procurement: shown to staff with its words, never a judgement."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from config.law import Article, law
from procurement.cantons import BuyerLevel
from procurement.findings import speaks
from procurement.labelled import LANGUAGES, Labelled
from procurement.legal_words import Check, Severity
from procurement.lens import FindingKind, Polarity
from procurement.matches import is_open_clause
from procurement.models import Criterion, Finding, Lot, Notice, Tender, Translations
from procurement.spelling import normalise
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
    TenderField,
)

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_NOT_STANDARD = (ContractNature.WORKS, ContractNature.SERVICES)


@dataclass(frozen=True, slots=True)
class Quote:
    """The very words of a notice, their language, and what they stand in."""

    text: str
    language: str
    place: Labelled


@dataclass(frozen=True, slots=True)
class Concern:
    """A point of law: what was checked, how it shows (the key of its sentence), where; all lots when none."""

    check: Check
    severity: Severity
    how: str
    article: Article
    facts: Mapping[str, Any] = field(default_factory=dict)
    quote: Quote | None = None
    lots: tuple[Lot, ...] = ()

    @property
    def is_open_question(self) -> bool:
        """Whether it says only that something could not be checked."""
        return self.severity is Severity.UNKNOWN


def is_under_swiss_law(tender: Tender) -> bool:
    """Whether a published tender is of a Swiss buyer; what is not known to be is not checked."""
    if "entered_as" in (tender.conditions or {}) or tender.buyer is None:
        return False
    buyer = tender.buyer
    if buyer.level is BuyerLevel.ABROAD or buyer.country not in (None, "CH"):
        return False
    return buyer.country == "CH" or buyer.canton is not None or buyer.level is not None


def checks_of(tender: Tender) -> list[Concern]:
    """The points of a tender, what is to be examined first; the same words in several lots are one point."""
    if not is_under_swiss_law(tender):
        return []
    lots = [lot for lot in tender.lots if not lot.is_withdrawn]
    found = [*_deadline(tender), *_consortia(tender)]
    for lot in lots:
        found += (
            replace(concern, lots=(lot,))
            for concern in (
                *_complementary(tender, lot),
                *_earlier_contracts(lot),
                *_weights(tender, lot),
                *_price_alone(tender, lot),
                *_local_preference(lot),
            )
        )
    if not any(concern.check in (Check.CONSORTIA, Check.SUBCONTRACTING) for concern in found):
        found += _association(lots)
    return sorted(_merged(found), key=lambda concern: tuple(Severity).index(concern.severity))


def open_points(session: Session, *, now: datetime) -> list[tuple[Tender, list[Concern]]]:
    """The tenders that one may still bid for, with their points that ask for something, by deadline."""
    wanted = (
        select(Tender)
        .where(is_open_clause(now))
        .options(
            joinedload(Tender.buyer),
            selectinload(Tender.notices),
            selectinload(Tender.lots).options(selectinload(Lot.criteria), selectinload(Lot.findings)),
        )
        .order_by(Tender.submission_deadline.is_(None), Tender.submission_deadline, Tender.id)
    )
    found = (
        (tender, [each for each in checks_of(tender) if not each.is_open_question])
        for tender in session.scalars(wanted)
    )
    return [(tender, points) for tender, points in found if points]


def _merged(found: Iterable[Concern]) -> list[Concern]:
    """One point for the same words, with the lots that they stand in."""
    points: dict[tuple[str, str, str], Concern] = {}
    for each in found:
        key = (each.how, each.quote.text if each.quote else "", repr(sorted(each.facts.items())))
        known = points.get(key)
        points[key] = each if known is None else replace(known, lots=known.lots + each.lots)
    return list(points.values())


def first_call(tender: Tender) -> Notice | None:
    """The publication that opened the call: the newest that corrects no earlier one."""
    calls = [notice for notice in tender.notices if notice.notice_type is NoticeType.TENDER]
    opening = [notice for notice in calls if not notice.is_correction] or calls
    return max(opening, key=lambda notice: (notice.published_on, notice.number), default=None)


def _deadline(tender: Tender) -> Iterator[Concern]:
    call, method = first_call(tender), tender.procurement_method
    # In a selective procedure only the requests are counted from a publication.
    if tender.deadline_is_for_requests is not (method is ProcurementMethod.SELECTIVE):
        return
    if call is None or tender.deadline_day is None:
        return
    # What is too short outside the treaties is so within them: without the flag the shorter rule holds.
    least = law().least_days(is_under_treaty=tender.is_under_treaty is True, method=method.value)
    days = (tender.deadline_day - call.published_on).days
    if least is None or not 0 <= days < least.minimum:
        return
    # Goods are mostly standardised: for them the shorter limits may hold.
    shortest = least.least if tender.contract_nature is ContractNature.GOODS else least.usual
    yield Concern(
        Check.DEADLINE,
        Severity.EXAMINE if days < shortest else Severity.NOTE,
        "short_deadline" if least.usual == least.minimum else "short_deadline_reduced",
        law().article_of(least.article),
        {"days": days, "minimum": least.minimum, "usual": least.usual, "least": least.least},
    )


def _consortia(tender: Tender) -> Iterator[Concern]:
    article = law().article_of("consortia")
    for check, stated, note, place in (
        (Check.CONSORTIA, tender.consortium_allowed, tender.consortium_note, TenderField.CONSORTIUM),
        (
            Check.SUBCONTRACTING,
            tender.subcontracting_allowed,
            tender.subcontracting_note,
            TenderField.SUBCONTRACTING,
        ),
    ):
        words = _original(note, tender.language)
        if stated is Stated.NO:
            # simap's form sends « no » when nobody has chosen: without a word it says nothing.
            is_default = words is None and tender.source.startswith("simap")
            yield Concern(
                check,
                Severity.UNKNOWN if is_default else Severity.NOTE,
                f"{check.value}_default" if is_default else f"{check.value}_excluded",
                article,
                quote=Quote(words[1], words[0], place) if words else None,
            )
        elif said := next(iter(_said(article, note, place)), None):
            yield Concern(check, Severity.NOTE, f"{check.value}_limited", article, quote=said)


def _association(lots: Sequence[Lot]) -> Iterator[Concern]:
    """What the text says where the fields of the notice are silent."""
    article = law().article_of("consortia")
    for lot in lots:
        for finding in _found(lot, article):
            if finding.polarity in (Polarity.EXCLUDED, Polarity.LIMITED) and finding.is_right is not False:
                yield Concern(
                    Check.CONSORTIA,
                    Severity.NOTE,
                    f"association_{finding.polarity.value}",
                    article,
                    quote=_quoted(finding),
                    lots=(lot,),
                )


def _complementary(tender: Tender, lot: Lot) -> Iterator[Concern]:
    if tender.is_under_treaty is False:
        return
    article, is_known = law().article_of("complementary_criteria"), tender.is_under_treaty is True
    for finding in _award_findings(lot, article):
        yield Concern(
            Check.COMPLEMENTARY,
            Severity.EXAMINE if is_known else Severity.UNKNOWN,
            "complementary" if is_known else "complementary_unknown",
            article,
            _weight(finding),
            _quoted(finding),
        )


def _earlier_contracts(lot: Lot) -> Iterator[Concern]:
    article = law().article_of("earlier_contracts")
    for criterion in lot.criteria:
        if criterion.kind is not CriterionKind.AWARD:
            for quote in _said_by(criterion, article):
                yield Concern(
                    Check.EARLIER_CONTRACTS, Severity.EXAMINE, "earlier_contracts", article, quote=quote
                )


def _weights(tender: Tender, lot: Lot) -> Iterator[Concern]:
    article = law().article_of("weights")
    if lot.award_criteria_source is CriteriaSource.IN_DOCUMENTS:
        yield Concern(Check.WEIGHTS, Severity.UNKNOWN, "weights_unread", article)
        return
    award = [each for each in lot.criteria if each.kind is CriterionKind.AWARD]
    bare = [each for each in award if each.weight is None]
    # Whoever buys ideas may leave weights out; what sums up to the whole has them all.
    is_whole = sum(each.weight or 0 for each in award) >= 99.5
    if len(award) > 1 and bare and not is_whole and not _buys_ideas(tender, lot):
        yield Concern(
            Check.WEIGHTS, Severity.EXAMINE, "weights_missing", article, {"count": len(bare)}, _title(bare[0])
        )


def _price_alone(tender: Tender, lot: Lot) -> Iterator[Concern]:
    award = [each for each in lot.criteria if each.kind is CriterionKind.AWARD]
    is_alone = lot.award_criteria_source is CriteriaSource.PRICE_ONLY or (
        lot.award_criteria_source is CriteriaSource.DEFINED
        and bool(award)
        and all(each.is_price for each in award)
    )
    if is_alone and (lot.contract_nature or tender.contract_nature) in _NOT_STANDARD:
        article = law().article_of("price_alone")
        quote = _title(award[0]) if award else None
        yield Concern(Check.PRICE_ALONE, Severity.EXAMINE, "price_alone", article, quote=quote)


def _local_preference(lot: Lot) -> Iterator[Concern]:
    article = law().article_of("local_preference")
    said = {
        quote.text: quote
        for criterion in lot.criteria
        if criterion.kind is not CriterionKind.PARTICIPATION
        for quote in _said_by(criterion, article)
    }
    for quote in said.values():
        yield Concern(Check.LOCAL_PREFERENCE, Severity.EXAMINE, "local_preference", article, quote=quote)
    for finding in _award_findings(lot, article):
        if finding.sentence not in said:
            yield Concern(
                Check.LOCAL_PREFERENCE,
                Severity.NOTE,
                "local_sourcing",
                article,
                _weight(finding),
                _quoted(finding),
            )


def _buys_ideas(tender: Tender, lot: Lot) -> bool:
    return ContractNature.DESIGN in (lot.contract_nature, tender.contract_nature)


def _found(lot: Lot, article: Article) -> list[Finding]:
    return [finding for finding in lot.findings if finding.family in article.families]


def _award_findings(lot: Lot, article: Article) -> list[Finding]:
    """The criteria of an article's families by which offers are judged, as staff or the rules see them.

    What one criterion says in its title and again in its description is one, with the longer sentence.
    """
    by_criterion: dict[tuple[str, str], Finding] = {}
    for finding in _found(lot, article):
        if finding.kind is FindingKind.AWARD and finding.polarity is Polarity.PRESENT and speaks(finding):
            key = finding.family, finding.field.rpartition(".")[0]
            by_criterion[key] = max(
                by_criterion.get(key, finding), finding, key=lambda each: len(each.sentence)
            )
    return list(by_criterion.values())


def _weight(finding: Finding) -> dict[str, Any]:
    return {} if finding.weight is None else {"weight": finding.weight}


def _quoted(finding: Finding) -> Quote:
    return Quote(finding.sentence, finding.language, finding.kind)


def _title(criterion: Criterion) -> Quote | None:
    language, words = next(iter((criterion.title or {}).items()), ("", ""))
    return Quote(words, language, criterion.kind) if words else None


def _said_by(criterion: Criterion, article: Article) -> Iterator[Quote]:
    for texts in (criterion.title, criterion.description, criterion.verification):
        yield from _said(article, texts, criterion.kind)


def _said(article: Article, texts: Translations | None, place: Labelled) -> Iterator[Quote]:
    """The sentences of a text that an article's patterns recognise."""
    for language, text in (texts or {}).items():
        yield from (
            Quote(sentence, language, place) for sentence in sentences_on(article.key, text, language)
        )


def sentences_on(key: str, text: str, language: str) -> list[str]:
    """The sentences of a text, as published, that speak of what an article is about, by its patterns."""
    wanted, ignored = _patterns(key, language)
    if not wanted.search(normalise(text)):
        return []
    return [
        sentence
        for each in _SENTENCES.split(text)
        if (sentence := each.strip())
        and wanted.search(normalise(sentence))
        and not ignored.search(normalise(sentence))
    ]


@lru_cache(maxsize=64)
def _patterns(key: str, language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What an article looks for in a language and what it passes over; in all of them for an unknown one."""
    article = law().article_of(key)
    languages = [language] if language in LANGUAGES else LANGUAGES
    wanted, ignored = (
        "|".join(f"(?:{each})" for code in languages for each in patterns.get(code, ()))
        for patterns in (article.patterns, article.ignore)
    )
    return re.compile(wanted), re.compile(ignored or r"(?!)")


def _original(texts: Translations | None, language: str) -> tuple[str, str] | None:
    """The language and the words of a note in the notice's own language, else in the first there is."""
    found = {code: words for code, words in (texts or {}).items() if words}
    code = language if language in found else next(iter(found), None)
    return (code, found[code]) if code is not None else None
