"""Lots of a simap publication with their places, periods and criteria."""

from collections.abc import Iterable

from crawler.simap import shape
from crawler.simap.words import NATURES, meaning, text_of
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import CriterionRecord, LotRecord
from procurement.vocabulary import CriteriaSource, CriterionKind, NoticeType, Stated

_CRITERIA_SOURCES = {
    "criteria_defined": CriteriaSource.DEFINED,
    "total_price": CriteriaSource.PRICE_ONLY,
    "criteria_in_documents": CriteriaSource.IN_DOCUMENTS,
    "not_specified": CriteriaSource.NOT_SPECIFIED,
}

_HAS_LOTS = {"with": True, "without": False}


def lots_of(details: shape.PublicationDetails) -> tuple[LotRecord, ...]:
    """The lots of a call; a tender without lots has one, which is the whole of it."""
    base, procurement = details.base, details.procurement or shape.Procurement()
    terms = details.terms or shape.Terms()
    nature = base.orderType or base.competitionType or base.studyType
    has_lots = meaning(_HAS_LOTS, base.lotsType, "base.lotsType")
    if has_lots and details.lots is None and details.type is not NoticeType.REQUEST_FOR_INFORMATION:
        # Read as one whole, such a call would withdraw the lots that it had.
        raise UnreadableNotice("lots", "none, and base.lotsType says that there are")
    if has_lots and details.lots:
        return tuple(
            _lot(
                lot,
                lot,
                terms,
                source_key=lot.id,
                number=lot.lotNumber,
                title=text_of(lot.title, f"lots.{position}.title", single=True),
                nature=lot.projectSubType or nature,
                path=f"lots.{position}",
            )
            for position, lot in enumerate(details.lots)
        )
    return (
        _lot(
            procurement,
            details.criteria or shape.Criteria(),
            terms,
            source_key="",
            number=1,
            title={},
            nature=nature,
            path="procurement",
        ),
    )


def lot_of_phase(details: shape.PublicationDetails) -> LotRecord:
    """The lot that an offering phase is about, else the whole: only its award criteria are stated."""
    lot, criteria = details.lot, details.criteria or shape.Criteria()
    nature = lot.projectSubType if lot is not None else None
    return LotRecord(
        source_key=lot.id if lot is not None else "",
        number=lot.lotNumber if lot is not None else 1,
        title=text_of(lot.title, "lot.title", single=True) if lot is not None else {},
        description={},
        cpv_codes=(),
        contract_nature=meaning(NATURES, nature, "lot.projectSubType") if nature else None,
        award_criteria_source=_criteria_source(criteria, "criteria"),
        criteria_note=_criteria_note(criteria, "criteria"),
        criteria=tuple(_criteria(criteria, shape.Terms(), "criteria")),
    )


def _lot(
    what: shape.Procurement,
    criteria: shape.Criteria,
    terms: shape.Terms,
    *,
    source_key: str,
    number: int,
    title: Translations,
    nature: str | None,
    path: str,
) -> LotRecord:
    address = what.orderAddress or shape.OrderAddress()
    period = what.contractPeriod or what.executionPeriod or shape.DateRange()
    starts_on, ends_on = (*period.dateRange[:2], None, None)[:2]
    codes = [what.cpvCode, *(what.additionalCpvCodes or [])]
    return LotRecord(
        source_key=source_key,
        number=number,
        title=title,
        description=text_of(what.orderDescription, f"{path}.orderDescription") if source_key else {},
        cpv_codes=tuple(sorted({code.code for code in codes if code is not None})),
        contract_nature=meaning(NATURES, nature, f"{path}.projectSubType") if nature else None,
        place_canton=address.cantonId,
        place_country=address.countryId,
        place_postal_code=one_line(address.postalCode or "", longest=20),
        place_city=text_of(address.city, f"{path}.orderAddress.city", single=True),
        place_note=text_of(what.orderAddressDescription, f"{path}.orderAddressDescription"),
        starts_on=starts_on,
        ends_on=ends_on,
        duration_days=what.contractDays or what.executionDays,
        can_be_extended=what.canContractBeExtended or Stated.NOT_SPECIFIED,
        variants=what.variants or Stated.NOT_SPECIFIED,
        partial_offers=what.partialOffers or Stated.NOT_SPECIFIED,
        award_criteria_source=_criteria_source(criteria, path),
        selection_criteria_in_documents=criteria.qualificationCriteriaInDocuments or Stated.NOT_SPECIFIED,
        criteria_note=_criteria_note(criteria, path),
        criteria=tuple(_criteria(criteria, terms, path)),
    )


def _criteria_source(criteria: shape.Criteria, path: str) -> CriteriaSource:
    source = criteria.awardCriteriaSelection or "not_specified"
    return meaning(_CRITERIA_SOURCES, source, f"{path}.awardCriteriaSelection")


def _criteria_note(criteria: shape.Criteria, path: str) -> Translations:
    notes = (
        text_of(criteria.qualificationCriteriaNote, f"{path}.qualificationCriteriaNote"),
        text_of(criteria.weightedQualificationCriteriaNote, f"{path}.weightedQualificationCriteriaNote"),
        text_of(criteria.awardCriteriaNote, f"{path}.awardCriteriaNote"),
    )
    languages = dict.fromkeys(language for note in notes for language in note)
    return {
        language: "\n".join(note[language] for note in notes if language in note) for language in languages
    }


def _criteria(criteria: shape.Criteria, terms: shape.Terms, path: str) -> Iterable[CriterionRecord]:
    for award in criteria.awardCriteria or []:
        yield CriterionRecord(
            kind=CriterionKind.AWARD,
            title=text_of(award.title, f"{path}.awardCriteria", single=True),
            description=text_of(award.description, f"{path}.awardCriteria"),
            verification=text_of(award.verification, f"{path}.awardCriteria"),
            weight=award.weighting,
            is_price=bool(award.isPriceCriterion),
        )
    for selection in (
        *(criteria.qualificationCriteria or []),
        *(criteria.weightedQualificationCriteria or []),
    ):
        yield CriterionRecord(
            kind=CriterionKind.SELECTION,
            title=text_of(selection.title, f"{path}.qualificationCriteria", single=True),
            description=text_of(selection.description, f"{path}.qualificationCriteria"),
            verification=text_of(selection.verification, f"{path}.qualificationCriteria"),
            weight=selection.weighting,
        )
    for condition in terms.termsCriteria or []:
        yield CriterionRecord(
            kind=CriterionKind.PARTICIPATION,
            title={},
            description=text_of(condition.description, "terms.termsCriteria"),
            verification=text_of(condition.verification, "terms.termsCriteria"),
        )
