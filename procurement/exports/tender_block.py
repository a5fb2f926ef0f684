"""The tender block of a release: what is bought, where, until when, on which criteria, lot by lot."""

from collections.abc import Mapping, Sequence

from procurement.course import Stage
from procurement.exports.considerations import considered
from procurement.exports.parts import (
    JsonObject,
    address,
    end_of,
    instant,
    lot_id,
    money,
    start_of,
    texts,
    web_address,
    without_nothing,
)
from procurement.models import Criterion, Lot, Tender, Translations, in_language
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
)

_CATEGORIES = frozenset({ContractNature.GOODS, ContractNature.WORKS, ContractNature.SERVICES})
_POLICIES = {Stated.YES: "allowed", Stated.NO: "notAllowed", Stated.NOT_SPECIFIED: None}
# simap `offerTypes`; its fourth, a way of its own described in words, is none of OCDS.
_CHANNELS = {
    "offer_digital_simap": "electronicSubmission",
    "offer_digital_external_platform": "electronicSubmission",
    "offer_external": "written",
}
_DOCUMENT_TYPES = {
    NoticeType.ADVANCE_NOTICE: "plannedProcurementNotice",
    NoticeType.REQUEST_FOR_INFORMATION: "plannedProcurementNotice",
    NoticeType.AWARD: "awardNotice",
    NoticeType.DIRECT_AWARD: "awardNotice",
    NoticeType.ABANDONMENT: "cancellationDetails",
    NoticeType.REVOCATION: "cancellationDetails",
}


def short_block(tender: Tender, stage: Stage, *, release_id: str) -> JsonObject:
    """What is known of the tender from one notice among others: its name, its status then, and the link."""
    lots = [{"id": lot_id(key), "status": status} for key, status in stage.lots.items()]
    return without_nothing(
        {
            "id": tender.procedure_key,
            **texts("title", tender.title, tender.language),
            "status": stage.status,
            "documents": [notice_document(tender, stage, release_id=release_id)],
            "lots": lots,
        }
    )


def full_block(
    tender: Tender,
    stage: Stage,
    *,
    release_id: str,
    cpv: Mapping[str, Translations],
    with_findings: bool = False,
) -> JsonObject:
    """Everything stored of the tender, in the language of its notice; what is unknown is left out."""
    language = tender.language
    lots = [lot for lot in tender.lots if lot.source_key or not lot.is_withdrawn]
    value = money(tender.value_amount, tender.value_currency)
    method = tender.procurement_method
    return without_nothing(
        {
            **short_block(tender, stage, release_id=release_id),
            **texts("description", tender.description, language),
            "procurementMethod": None if method is ProcurementMethod.NONE else method.value,
            "procurementMethodDetails": method.label(language),
            "mainProcurementCategory": _category(tender.contract_nature),
            "awardCriteria": _award_criteria_kind(lots),
            "value": value,
            "tenderPeriod": without_nothing({"endDate": instant(tender.submission_deadline)}),
            "enquiryPeriod": without_nothing({"endDate": end_of(tender.enquiry_deadline)}),
            "submissionMethod": _channels(tender),
            "documents": _documents(tender, stage, release_id=release_id),
            "lots": [_lot(tender, lot, stage, with_findings) for lot in lots],
            "lotDetails": _lot_details(tender),
            "items": _items(tender, lots, cpv),
        }
    )


def notice_document(tender: Tender, stage: Stage, *, release_id: str) -> JsonObject:
    """The link to the notice at its source: what counts is what stands there."""
    return without_nothing(
        {
            "id": release_id,
            "documentType": _DOCUMENT_TYPES.get(stage.notice.notice_type, "tenderNotice"),
            "url": web_address(stage.notice.url),
            "datePublished": start_of(stage.notice.published_on),
            "format": "text/html",
            "language": tender.language,
        }
    )


def _documents(tender: Tender, stage: Stage, *, release_id: str) -> list[JsonObject]:
    notice = notice_document(tender, stage, release_id=release_id)
    dossier = web_address(tender.documents_url)
    if dossier is None:
        return [notice]
    return [notice, {"id": f"{release_id}-dossier", "documentType": "biddingDocuments", "url": dossier}]


def _category(nature: ContractNature | None) -> str | None:
    return nature.value if nature in _CATEGORIES and nature is not None else None


def _channels(tender: Tender) -> list[str]:
    known = (_CHANNELS.get(channel) for channel in tender.offer_channels)
    return list(dict.fromkeys(channel for channel in known if channel))


def _award_criteria_kind(lots: Sequence[Lot]) -> str | None:
    """How the tender is awarded, where the notice says the same of every lot and says it itself."""
    sources = {lot.award_criteria_source for lot in lots if not lot.is_withdrawn}
    if sources == {CriteriaSource.PRICE_ONLY}:
        return "priceOnly"
    return "ratedCriteria" if sources == {CriteriaSource.DEFINED} else None


def _lot_details(tender: Tender) -> JsonObject | None:
    most = tender.lots_per_tenderer
    return {"maximumLotsBidPerSupplier": most} if most is not None and most > 0 else None


def _lot(tender: Tender, lot: Lot, stage: Stage, with_findings: bool) -> JsonObject:
    language = tender.language
    own = "cancelled" if lot.is_withdrawn else stage.ended.get(lot.source_key, stage.status)
    period = {
        "startDate": start_of(lot.starts_on),
        "endDate": end_of(lot.ends_on),
        "durationInDays": lot.duration_days,
    }
    terms = {
        "variantPolicy": _POLICIES[lot.variants],
        "languages": list(dict.fromkeys(tender.offer_languages)),
    }
    return without_nothing(
        {
            "id": lot_id(lot.source_key),
            "title": in_language(lot.title, language),
            "description": in_language(lot.description, language),
            "status": own,
            "mainProcurementCategory": _category(lot.contract_nature),
            "value": money(lot.value_amount, lot.value_currency),
            "contractPeriod": without_nothing(period),
            "submissionTerms": without_nothing(terms),
            "awardCriteria": without_nothing({"criteria": _award_criteria(lot, language)}),
            "selectionCriteria": without_nothing({"criteria": _selection_criteria(lot, language)}),
            **considered(lot.considerations, language, findings=lot.findings if with_findings else ()),
        }
    )


def _award_criteria(lot: Lot, language: str) -> list[JsonObject]:
    found = [
        without_nothing(
            {
                "type": "price" if criterion.is_price else None,
                "name": in_language(criterion.title, language),
                "description": in_language(criterion.description, language),
                "numbers": _weight(criterion),
            }
        )
        for criterion in lot.criteria
        if criterion.kind is CriterionKind.AWARD
    ]
    return _each_once(found)


def _weight(criterion: Criterion) -> list[JsonObject]:
    amount = money(criterion.weight, None)
    return [{"number": amount["amount"], "weight": "percentageExact"}] if amount else []


def _selection_criteria(lot: Lot, language: str) -> list[JsonObject]:
    found: list[JsonObject] = []
    for criterion in lot.criteria:
        if criterion.kind is CriterionKind.SELECTION:
            words = (in_language(text, language) for text in (criterion.title, criterion.description))
            found.append(without_nothing({"description": "\n\n".join(filter(None, words))}))
    return _each_once(found)


def _each_once(found: Sequence[JsonObject]) -> list[JsonObject]:
    """Entries that say something, each once: the extensions ask for lists without repetition."""
    kept: list[JsonObject] = []
    for entry in found:
        if entry and entry not in kept:
            kept.append(entry)
    return kept


def _items(tender: Tender, lots: Sequence[Lot], cpv: Mapping[str, Translations]) -> list[JsonObject]:
    """One item per lot and code: notices do not say which of several codes is the main one of a lot."""
    items: list[JsonObject] = []
    for lot in lots:
        place = address(
            city=in_language(lot.place_city, tender.language),
            postal_code=lot.place_postal_code,
            canton=lot.place_canton,
            country=lot.place_country,
            language=tender.language,
        )
        codes = lot.cpv_codes or tender.cpv_codes
        classified = [{"classification": _classification(code, cpv, tender.language)} for code in codes]
        placed: JsonObject = {"deliveryAddresses": [place]} if place else {}
        for item in classified or ([{}] if placed else []):
            name = {"id": str(len(items) + 1)}
            items.append({**name, **item, **placed, "relatedLot": lot_id(lot.source_key)})
    return items


def _classification(code: str, cpv: Mapping[str, Translations], language: str) -> JsonObject:
    return without_nothing({"scheme": "CPV", "id": code, "description": in_language(cpv.get(code), language)})
