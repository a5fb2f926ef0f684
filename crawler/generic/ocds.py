"""One OCDS release, read into a NoticeRecord in clean text."""

from datetime import datetime

from pydantic import ValidationError

from config.readers import OcdsForm
from config.settings import BadConfiguration
from crawler.generic import ocds_shape as shape
from crawler.generic.addresses import canonical, key_of
from crawler.generic.ocds_awards import awards_of
from crawler.generic.ocds_lots import estimate_of, lots_of
from crawler.generic.ocds_words import Words, codes_of, day_of, end_of, instant, known, named, nature_of
from crawler.ted.codes import language_of
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH
from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.records import BuyerRecord, CallRecord, NoticeRecord
from procurement.vocabulary import NoticeType, ProcurementMethod

# releaseTag.csv, the weightiest first: a release may bear several.
_TYPES = {
    "awardCancellation": NoticeType.REVOCATION,
    "tenderCancellation": NoticeType.ABANDONMENT,
    "award": NoticeType.AWARD,
    "awardUpdate": NoticeType.AWARD,
    "tender": NoticeType.TENDER,
    "tenderAmendment": NoticeType.TENDER,
    "tenderUpdate": NoticeType.TENDER,
    "planning": NoticeType.ADVANCE_NOTICE,
    "planningUpdate": NoticeType.ADVANCE_NOTICE,
}
_CORRECTIONS = frozenset({"tenderAmendment", "tenderUpdate", "awardUpdate", "planningUpdate"})
# What comes after the award is no publication that anybody bids on; such releases are left out.
AFTER_THE_AWARD = frozenset(
    {
        "contract",
        "contractUpdate",
        "contractAmendment",
        "contractTermination",
        "implementation",
        "implementationUpdate",
    }
)
_GIVEN_UP = frozenset({"cancelled", "unsuccessful", "withdrawn"})
_METHODS = {
    "open": ProcurementMethod.OPEN,
    "selective": ProcurementMethod.SELECTIVE,
    "limited": ProcurementMethod.LIMITED,
    "direct": ProcurementMethod.DIRECT,
}


def is_after_the_award(tags: list[object]) -> bool:
    """Whether a release is only about the contract and what became of it."""
    return bool(tags) and all(tag in AFTER_THE_AWARD for tag in tags)


def read_release(
    payload: bytes, form: OcdsForm, *, source: str, fetched_from: str, homepage: str
) -> NoticeRecord:
    """The record of a release; UnreadableNotice names the path in it that is not as it should be."""
    try:
        release = shape.Release.model_validate_json(payload)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise UnreadableNotice(path or "release", first["msg"]) from problem
    tender = release.tender or shape.Tender()
    language = _language(release.language, form)
    words = Words(language)
    notice_type = _type(release, tender)
    title = words.of(tender, "title", "tender.title", single=True)
    if not title:
        title = _first_words(words.of(tender, "description", "tender.description"))
    if not title:
        raise UnreadableNotice("tender.title", "the release has none")
    codes = codes_of(tender, language)
    is_call = notice_type in (NoticeType.TENDER, NoticeType.ADVANCE_NOTICE)
    key = release_key(release.ocid, release.id)
    published = instant(release.date, "date")
    return NoticeRecord(
        source=source,
        source_key=key,
        number=one_line(str(release.id), longest=40),
        notice_type=notice_type,
        procedure_key=key_of(release.ocid),
        procedure_number=one_line(str(tender.id or release.ocid), longest=40),
        published_on=published.astimezone(ZURICH).date(),
        language=language,
        title=title,
        cpv_codes=tuple(sorted(codes)),
        url=_url(release, tender, form, homepage),
        procurement_method=_method(tender, form),
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=nature_of(tender.main_procurement_category, "tender.mainProcurementCategory"),
        has_documents=any(document.url for document in tender.documents) or None,
        is_correction=any(tag in _CORRECTIONS for tag in release.tag),
        lot_key=_lot_key(release, tender),
        buyer=_buyer(release, tender, words),
        call=_call(release, tender, words, form) if is_call else None,
        cpv_labels=codes,
        references=(("ocid", one_line(release.ocid, longest=200)),),
        awards=awards_of(release, words)
        if notice_type in (NoticeType.AWARD, NoticeType.DIRECT_AWARD)
        else (),
    )


def release_key(ocid: str, release_id: str | int) -> str:
    """The key of a release: its identifier, which is unique within its process only."""
    return key_of(str(release_id) if str(release_id).startswith(ocid) else f"{ocid}/{release_id}")


def _language(code: str | None, form: OcdsForm) -> str:
    short = (code or "")[:2].lower()
    return short if short in LANGUAGES else form.language


def _first_words(text: Translations) -> Translations:
    return {language: one_line(words, longest=200) for language, words in text.items()}


def _type(release: shape.Release, tender: shape.Tender) -> NoticeType:
    if "compiled" in release.tag:
        raise UnreadableNotice("tag", "compiled: how a procedure stands, not what was published of it")
    unknown = [tag for tag in release.tag if tag not in _TYPES and tag not in AFTER_THE_AWARD]
    if unknown:
        raise UnreadableNotice("tag", f"{unknown[0]!r} is no kind of publication that is read")
    found = next((meaning for tag, meaning in _TYPES.items() if tag in release.tag), None)
    if found is None:
        raise UnreadableNotice("tag", f"{', '.join(release.tag)}: nothing to bid on")
    if found is NoticeType.TENDER and tender.status in _GIVEN_UP:
        return NoticeType.ABANDONMENT
    if found is not NoticeType.AWARD:
        return found
    if release.awards and all(award.status == "unsuccessful" for award in release.awards):
        return NoticeType.ABANDONMENT
    return NoticeType.DIRECT_AWARD if tender.procurement_method == "direct" else NoticeType.AWARD


def _lot_key(release: shape.Release, tender: shape.Tender) -> str | None:
    """The first lot of an outcome that says nothing of the others; None when it is about the whole."""
    covered = [lot for award in release.awards for lot in award.related_lots]
    others = {lot.id for lot in tender.lots} - set(covered)
    return one_line(str(covered[0]), longest=120) if covered and others else None


def _method(tender: shape.Tender, form: OcdsForm) -> ProcurementMethod:
    if tender.procurement_method:
        return known(_METHODS, tender.procurement_method, "tender.procurementMethod")
    assumed = ProcurementMethod.of(form.procurement_method)
    if assumed is None:
        raise BadConfiguration(f"procurement_method: {form.procurement_method!r} is unknown")
    return assumed


def _url(release: shape.Release, tender: shape.Tender, form: OcdsForm, homepage: str) -> str:
    if form.web_url:
        return form.web_url.replace("{id}", str(release.id)).replace("{ocid}", release.ocid)
    notices = (each.url or "" for each in tender.documents if each.document_type == "tenderNotice")
    found = next((address for each in notices if (address := canonical(each, base=homepage))), "")
    return found if found and len(found) <= 500 else homepage


def _buyer(release: shape.Release, tender: shape.Tender, words: Words) -> BuyerRecord | None:
    said = release.buyer or tender.procuring_entity
    party = next((each for each in release.parties if said and each.id == said.id), None) or next(
        (each for role in ("buyer", "procuringEntity") for each in release.parties if role in each.roles),
        None,
    )
    name = one_line((said.name if said else None) or (party.name if party else None) or "")
    if not name:
        return None
    place = named(party.address if party else None)
    identifier = said.id if said and said.id else party.id if party else ""
    return BuyerRecord(
        source_key=key_of(str(identifier or name)),
        name={words.language: name},
        city=place.city[:120],
        postal_code=place.postal_code,
        canton=place.canton,
        country=place.country,
    )


def _call(release: shape.Release, tender: shape.Tender, words: Words, form: OcdsForm) -> CallRecord:
    closing = _closing(tender)
    enquiries = tender.enquiry_period.end_date if tender.enquiry_period else None
    amount, currency = estimate_of(tender.value)
    terms = tender.contract_terms
    lots_bid = tender.lot_details.maximum_lots_bid_per_supplier if tender.lot_details else None
    legal_forms = [
        text
        for each in (tender, *tender.lots)
        if each.contract_terms
        for text in words.of(each.contract_terms, "tenderer_legal_form", "contractTerms").values()
    ]
    return CallRecord(
        description=words.of(tender, "description", "tender.description"),
        lots=lots_of(tender, words),
        submission_deadline=end_of(closing, "tender.tenderPeriod.endDate") if closing else None,
        submission_deadline_text=closing[:40] if closing else None,
        deadline_is_for_requests=_method(tender, form) is ProcurementMethod.SELECTIVE,
        enquiry_deadline=day_of(enquiries, "tender.enquiryPeriod.endDate"),
        opening=_at(tender.bid_opening.date if tender.bid_opening else None, "tender.bidOpening.date"),
        consortium_note={words.language: "\n".join(dict.fromkeys(legal_forms))} if legal_forms else {},
        lots_per_tenderer=round(lots_bid) if lots_bid is not None and lots_bid < 10_000 else None,
        conditions=_conditions(terms, words),
        offer_languages=_offer_languages(tender),
        documents_url=_documents(tender),
        value_amount=amount,
        value_currency=currency,
    )


def _closing(tender: shape.Tender) -> str | None:
    """The end of the tender period: of the whole, else the earliest of its lots."""
    if tender.tender_period and tender.tender_period.end_date:
        return tender.tender_period.end_date
    periods = [lot.tender_period for lot in tender.lots if lot.tender_period]
    ends = [period.end_date for period in periods if period.end_date]
    return min(ends, key=lambda end: end_of(end, "tender.lots.tenderPeriod.endDate"), default=None)


def _at(text: str | None, path: str) -> datetime | None:
    return instant(text, path) if text else None


def _conditions(terms: shape.ContractTerms | None, words: Words) -> dict[str, Translations]:
    said = words.of(terms, "performance_terms", "tender.contractTerms") if terms else {}
    return {"performance": said} if said else {}


def _offer_languages(tender: shape.Tender) -> tuple[str, ...]:
    terms = [part.submission_terms for part in (tender, *tender.lots) if part.submission_terms]
    stated = [language_of(each) for part in terms for each in part.languages]
    return tuple(dict.fromkeys(each for each in stated if each))


def _documents(tender: shape.Tender) -> str | None:
    """Where the documents of the call are, its own before the notice."""
    wanted = ("biddingDocuments", "technicalSpecifications", "tenderNotice")
    found = (
        canonical(document.url, base="")
        for kind in wanted
        for document in tender.documents
        if document.document_type == kind and document.url
    )
    return next((address for address in found if address and len(address) <= 1000), None)
