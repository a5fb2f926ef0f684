"""One answer of simap's publication-details, read into a NoticeRecord in clean text."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from crawler.simap import shape
from crawler.text import html_to_text
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import BuyerRecord, CallRecord, CriterionRecord, LotRecord, NoticeRecord
from procurement.vocabulary import (
    LANGUAGES,
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)

SOURCE = "simap"

_METHODS = {
    "open": ProcurementMethod.OPEN,
    "selective": ProcurementMethod.SELECTIVE,
    "invitation": ProcurementMethod.LIMITED,
    "direct": ProcurementMethod.DIRECT,
    "no_process": ProcurementMethod.NONE,
}
_NATURES = {
    "construction": ContractNature.WORKS,
    "supply": ContractNature.GOODS,
    "service": ContractNature.SERVICES,
    "request_for_information": ContractNature.INFORMATION,
    **dict.fromkeys(
        (
            "project_competition",
            "idea_competition",
            "overall_performance_competition",
            "project_study",
            "idea_study",
            "overall_performance_study",
        ),
        ContractNature.DESIGN,
    ),
}
_CRITERIA_SOURCES = {
    "criteria_defined": CriteriaSource.DEFINED,
    "total_price": CriteriaSource.PRICE_ONLY,
    "criteria_in_documents": CriteriaSource.IN_DOCUMENTS,
    "not_specified": CriteriaSource.NOT_SPECIFIED,
}
# Conditions in free words, by the name that they have in our table.
_CONDITIONS = {
    "participation": "termsNote",
    "other_requirements": "otherRequirements",
    "pre_involved": "preInvolvedVendor",
    "business": "termsOfBusiness",
    "payment": "termsOfPayment",
    "included_costs": "includedCosts",
    "securities": "securityDeposits",
    "outside_treaty": "nonWTORequirements",
    "site_visit": "walkThroughNotes",
}


def read_details(payload: bytes, *, fetched_from: str, web_url: str) -> NoticeRecord:
    """The record of a publication; UnreadableNotice names the path in the answer that is not as it should be.

    `web_url` is the public site, where the notice is shown to people.
    """
    try:
        details = shape.PublicationDetails.model_validate_json(payload)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        raise UnreadableNotice(
            ".".join(str(part) for part in first["loc"]) or "answer", first["msg"]
        ) from problem
    base = details.base
    language = base.creationLanguage if base.creationLanguage in LANGUAGES else "fr"
    title = _text((details.info and details.info.title) or base.title, "title", single=True) or _text(
        base.title, "base.title", single=True
    )
    if not title:
        raise UnreadableNotice("base.title", "empty in every language")
    codes = _codes(details)
    calls_for_bids = details.type in (NoticeType.TENDER, NoticeType.ADVANCE_NOTICE)
    return NoticeRecord(
        source=SOURCE,
        source_key=details.id,
        number=base.publicationNumber,
        notice_type=details.type,
        procedure_key=base.projectId,
        procedure_number=base.projectNumber,
        published_on=base.publicationDate,
        language=language,
        title=title,
        cpv_codes=tuple(sorted(codes)),
        url=f"{web_url}/{language}/project-detail/{base.projectId}",
        procurement_method=_known(_METHODS, base.processType, "base.processType"),
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=_known(_NATURES, base.orderType, "base.orderType") if base.orderType else None,
        is_under_treaty=base.stateContractArea,
        has_documents=details.hasProjectDocuments,
        is_correction=bool(base.corrected),
        corrects_key=base.correctedPubId,
        refers_to_key=base.referencingPubId,
        lot_key=next((lot.id for lot in (details.lot, details.abandonedLot) if lot is not None), None),
        buyer=_buyer(details),
        call=_call(details) if calls_for_bids else None,
        cpv_labels=codes,
    )


def _known(table: dict[str, Any], value: str, path: str) -> Any:
    """The meaning of a value; one we do not know goes to quarantine rather than being guessed."""
    if value not in table:
        raise UnreadableNotice(path, f"{value!r} is none of {', '.join(table)}")
    return table[value]


def _text(text: shape.Text | None, path: str, *, single: bool = False) -> Translations:
    """The languages that are filled, cleaned; `single` for titles and names, which stand on one line."""
    if text is None:
        return {}
    read = {
        language: one_line(html_to_text(value, path=path)) if single else html_to_text(value, path=path)
        for language in LANGUAGES
        if (value := getattr(text, language))
    }
    return {language: value for language, value in read.items() if value}


def _codes(details: shape.PublicationDetails) -> dict[str, Translations]:
    """Every CPV code of the publication with its words: the project's alone may miss those of its lots."""
    blocks = [details.procurement, *(details.lots or [])]
    codes = [details.base.cpvCode]
    for block in blocks:
        if block is not None:
            codes += [block.cpvCode, *(block.additionalCpvCodes or [])]
    return {code.code: _text(code.label, "cpv", single=True) for code in codes if code is not None}


def _buyer(details: shape.PublicationDetails) -> BuyerRecord | None:
    address = details.info.procOfficeAddress if details.info else None
    if address is None or address.name is None:
        return None
    name = _text(address.name, "project-info.procOfficeAddress.name", single=True)
    if not name:
        return None
    city = _text(address.city, "project-info.procOfficeAddress.city", single=True)
    return BuyerRecord(
        source_key=details.base.procOfficeId or next(iter(name.values()))[:120],
        name=name,
        city=next(iter(city.values()), "")[:120],
        postal_code=one_line(address.postalCode or "", longest=20),
        canton=address.cantonId,
        country=address.countryId,
    )


def _call(details: shape.PublicationDetails) -> CallRecord:
    base, terms = details.base, details.terms or shape.Terms()
    info, dates = details.info or shape.ProjectInfo(), details.dates or shape.Dates()
    procurement = details.procurement or shape.Procurement()
    deadline = _instant(dates.offerDeadline, "dates.offerDeadline")
    if deadline is not None and deadline.date() < base.publicationDate:
        raise UnreadableNotice("dates.offerDeadline", f"{dates.offerDeadline} is before the publication")
    questions = [question for question in dates.qnas or [] if question.date is not None]
    return CallRecord(
        description=_text(procurement.orderDescription, "procurement.orderDescription"),
        lots=_lots(details),
        submission_deadline=deadline,
        submission_deadline_text=dates.offerDeadline,
        deadline_is_for_requests=base.processType == "selective",
        enquiry_deadline=max((question.date for question in questions if question.date), default=None),
        enquiries=tuple(
            {
                "date": question.date.isoformat() if question.date else None,
                "note": _text(question.note, "dates.qnas"),
            }
            for question in dates.qnas or []
        ),
        opening=_instant(dates.offerOpening.dateTime, "dates.offerOpening") if dates.offerOpening else None,
        consortium_allowed=terms.consortiumAllowed or Stated.NOT_SPECIFIED,
        consortium_multiple=terms.consortiumMultiApplicationAllowed or Stated.NOT_SPECIFIED,
        consortium_note=_text(terms.consortiumNote, "terms.consortiumNote"),
        subcontracting_allowed=terms.subContractorAllowed or Stated.NOT_SPECIFIED,
        subcontracting_multiple=terms.subContractorMultiApplicationAllowed or Stated.NOT_SPECIFIED,
        subcontracting_note=_text(terms.subContractorNote, "terms.subContractorNote"),
        lots_per_tenderer=base.participantLotsLimitation,
        lots_per_tenderer_note=_text(
            base.participantLotsLimitationNote, "base.participantLotsLimitationNote"
        ),
        conditions={
            name: words
            for name, field in _CONDITIONS.items()
            if (words := _text(getattr(terms, field), f"terms.{field}"))
        },
        participation_source=terms.termsType,
        offer_languages=tuple(info.offerLanguages or ()),
        offer_channels=tuple(info.offerTypes or ()),
        document_languages=tuple(info.documentsLanguages or ()),
        documents_source=info.documentsSourceType,
        documents_url=_web_address(info.documentsSourceUrl),
        remedies=_text(terms.remediesNotice, "terms.remediesNotice"),
    )


def _lots(details: shape.PublicationDetails) -> tuple[LotRecord, ...]:
    """The lots; a tender without lots has one, which is the whole of it."""
    base, procurement = details.base, details.procurement or shape.Procurement()
    terms = details.terms or shape.Terms()
    if base.lotsType == "with" and details.lots:
        return tuple(
            _lot(
                lot,
                lot,
                terms,
                source_key=lot.id,
                number=lot.lotNumber,
                title=_text(lot.title, f"lots.{position}.title", single=True),
                nature=lot.projectSubType or base.orderType,
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
            nature=base.orderType,
            path="procurement",
        ),
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
    source = criteria.awardCriteriaSelection or "not_specified"
    note = {
        **_text(criteria.qualificationCriteriaNote, f"{path}.qualificationCriteriaNote"),
        **_text(criteria.awardCriteriaNote, f"{path}.awardCriteriaNote"),
    }
    return LotRecord(
        source_key=source_key,
        number=number,
        title=title,
        description=_text(what.orderDescription, f"{path}.orderDescription") if source_key else {},
        cpv_codes=tuple(sorted({code.code for code in codes if code is not None})),
        contract_nature=_known(_NATURES, nature, f"{path}.projectSubType") if nature else None,
        place_canton=address.cantonId,
        place_country=address.countryId,
        place_postal_code=one_line(address.postalCode or "", longest=20),
        place_city=_text(address.city, f"{path}.orderAddress.city", single=True),
        place_note=_text(what.orderAddressDescription, f"{path}.orderAddressDescription"),
        starts_on=starts_on,
        ends_on=ends_on,
        duration_days=what.contractDays or what.executionDays,
        can_be_extended=what.canContractBeExtended or Stated.NOT_SPECIFIED,
        variants=what.variants or Stated.NOT_SPECIFIED,
        partial_offers=what.partialOffers or Stated.NOT_SPECIFIED,
        award_criteria_source=_known(_CRITERIA_SOURCES, source, f"{path}.awardCriteriaSelection"),
        selection_criteria_in_documents=criteria.qualificationCriteriaInDocuments or Stated.NOT_SPECIFIED,
        criteria_note=note,
        criteria=tuple(_criteria(criteria, terms, path)),
    )


def _criteria(criteria: shape.Criteria, terms: shape.Terms, path: str) -> Iterable[CriterionRecord]:
    for award in criteria.awardCriteria or []:
        yield CriterionRecord(
            kind=CriterionKind.AWARD,
            title=_text(award.title, f"{path}.awardCriteria", single=True),
            description=_text(award.description, f"{path}.awardCriteria"),
            verification=_text(award.verification, f"{path}.awardCriteria"),
            weight=award.weighting,
            is_price=bool(award.isPriceCriterion),
        )
    for selection in (
        *(criteria.qualificationCriteria or []),
        *(criteria.weightedQualificationCriteria or []),
    ):
        yield CriterionRecord(
            kind=CriterionKind.SELECTION,
            title=_text(selection.title, f"{path}.qualificationCriteria", single=True),
            description=_text(selection.description, f"{path}.qualificationCriteria"),
            verification=_text(selection.verification, f"{path}.qualificationCriteria"),
            weight=selection.weighting,
        )
    for condition in terms.termsCriteria or []:
        yield CriterionRecord(
            kind=CriterionKind.PARTICIPATION,
            title={},
            description=_text(condition.description, "terms.termsCriteria"),
            verification=_text(condition.verification, "terms.termsCriteria"),
        )


def _instant(text: str | None, path: str) -> datetime | None:
    """An instant with its offset; without one it would name another moment in another zone."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text!r} is no date-time") from problem
    if instant.tzinfo is None:
        raise UnreadableNotice(path, f"{text!r} has no offset")
    if not date(2000, 1, 1) < instant.astimezone(UTC).date() < date(2100, 1, 1):
        raise UnreadableNotice(path, f"{text!r} is out of this century")
    return instant


def _web_address(value: str | None) -> str | None:
    """A link that is safe to show: http or https only, and one that fits; anything else is left out."""
    if not value or len(value) > 1000:
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    return value.strip() if parts.scheme in ("http", "https") and parts.hostname else None
