"""Leads: the plain facts about one lot and one member, as they were known when the notice appeared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from procurement.codes import cpv_all_languages
from procurement.labelled import LANGUAGES
from procurement.models import Criterion, Lot, Member, Tender, Translations, in_language
from procurement.vocabulary import CriteriaSource, CriterionKind, Stated, TenderState


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
    cpv_words: Mapping[str, Translations] = field(default_factory=dict)
    place_canton: str | None = None
    place_country: str | None = None
    buyer_canton: str | None = None
    buyer_country: str | None = None
    buyer_name: str = ""
    is_called: bool = True
    submission_deadline: datetime | None = None
    offer_languages: tuple[str, ...] = ()
    consortium_allowed: Stated = Stated.NOT_SPECIFIED
    is_under_treaty: bool | None = None
    value_amount: int | None = None
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


def lot_facts(session: Session, lot: Lot, *, cpv_words: Mapping[str, Translations] | None = None) -> LotFacts:
    """The facts of a lot with its tender; words of codes are looked up unless they are given."""
    tender = lot.tender
    codes = (*lot.cpv_codes, *tender.cpv_codes)
    words = cpv_all_languages(session, codes) if cpv_words is None else cpv_words
    buyer = tender.buyer
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
        is_called=tender.state is TenderState.CALLED and not lot.is_withdrawn,
        submission_deadline=tender.submission_deadline,
        offer_languages=tuple(tender.offer_languages),
        consortium_allowed=tender.consortium_allowed,
        is_under_treaty=tender.is_under_treaty,
        value_amount=tender.value_amount,
        award_criteria_source=lot.award_criteria_source,
        selection_criteria_in_documents=lot.selection_criteria_in_documents,
        changed_at=tender.changed_at,
    )


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
        references=tuple(member.references),
        sectors=tuple(member.sectors),
        cpv_codes=tuple(member.cpv_codes),
        cpv_words={code: words[code] for code in member.cpv_codes if code in words},
        cantons=tuple(member.cantons),
        offer_languages=tuple(member.offer_languages),
        excluded_words=tuple(member.excluded_words),
        changed_at=member.profile_changed_at,
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
