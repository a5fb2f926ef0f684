"""One answer of simap's publication-details, read into a NoticeRecord in clean text."""

import re

from pydantic import ValidationError

from crawler.simap import shape
from crawler.simap.calls import call_of
from crawler.simap.outcomes import lot_key_of, outcomes_of
from crawler.simap.words import NATURES, meaning, text_of
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import BuyerRecord, NoticeRecord
from procurement.vocabulary import ContractNature, ProcurementMethod

SOURCE = "simap"

_METHODS = {
    "open": ProcurementMethod.OPEN,
    "selective": ProcurementMethod.SELECTIVE,
    "invitation": ProcurementMethod.LIMITED,
    "direct": ProcurementMethod.DIRECT,
    "no_process": ProcurementMethod.NONE,
}
# What is bought where no order, contest or study is named.
_PROJECTS = {
    "competition": ContractNature.DESIGN,
    "study_contract": ContractNature.DESIGN,
    "request_for_information": ContractNature.INFORMATION,
}
# Both forms of a link to TED: udl?uri=TED:NOTICE:123-2026:… and /notice/-/detail/00000123-2026.
_TED_NUMBER = re.compile(r"(?<![\d-])0*([1-9]\d{0,8}-20\d\d)(?![\d-])")


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
    language = base.language
    title = text_of((details.info and details.info.title) or base.title, "title", single=True) or text_of(
        base.title, "base.title", single=True
    )
    if not title:
        raise UnreadableNotice("base.title", "empty in every language")
    codes = _codes(details)
    correction = details.correction or shape.Correction()
    corrects_key = base.correctedPubId or correction.correctedPubId
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
        procurement_method=meaning(_METHODS, base.processType, "base.processType"),
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=_nature(details),
        is_under_treaty=base.stateContractArea,
        has_documents=details.hasProjectDocuments,
        is_correction=bool(base.corrected) or corrects_key is not None,
        corrects_key=corrects_key,
        refers_to_key=_refers_to(details, corrects_key),
        lot_key=lot_key_of(details),
        buyer=_buyer(details),
        call=call_of(details),
        cpv_labels=codes,
        references=_references(details),
        awards=outcomes_of(details),
    )


def _nature(details: shape.PublicationDetails) -> ContractNature | None:
    base, bought = details.base, details.procurement or shape.Procurement()
    for path, named in (
        ("base.orderType", base.orderType),
        ("base.competitionType", base.competitionType),
        ("base.studyType", base.studyType),
        ("procurement.orderType", bought.orderType),
    ):
        if named is not None:
            return meaning(NATURES, named, path)
    return _PROJECTS.get(details.projectType or "")


def _refers_to(details: shape.PublicationDetails, corrects_key: str | None) -> str | None:
    """The publication that this one follows; in a correction the block names what is corrected instead."""
    if details.base.referencingPubId is not None:
        return details.base.referencingPubId
    key = details.referencingPub.publicationId if details.referencingPub is not None else None
    return key if key != corrects_key else None


def _references(details: shape.PublicationDetails) -> tuple[tuple[str, str], ...]:
    """Other names of the notice: its number here, and its number on TED."""
    found = [("simap", details.base.publicationNumber)]
    if details.ted is not None and (number := _TED_NUMBER.search(details.ted.url or "")):
        found.append(("ted", number[1]))
    return tuple(found)


def _codes(details: shape.PublicationDetails) -> dict[str, Translations]:
    """Every CPV code of the publication with its words: the project's alone may miss those of its lots."""
    blocks = [details.procurement, *(details.lots or [])]
    codes = [details.base.cpvCode]
    for block in blocks:
        if block is not None:
            codes += [block.cpvCode, *(block.additionalCpvCodes or [])]
    return {code.code: text_of(code.label, "cpv", single=True) for code in codes if code is not None}


def _buyer(details: shape.PublicationDetails) -> BuyerRecord | None:
    address = details.info.procOfficeAddress if details.info else None
    if address is None or address.name is None:
        return None
    name = text_of(address.name, "project-info.procOfficeAddress.name", single=True)
    if not name:
        return None
    city = text_of(address.city, "project-info.procOfficeAddress.city", single=True)
    return BuyerRecord(
        source_key=details.base.procOfficeId or next(iter(name.values()))[:120],
        name=name,
        city=next(iter(city.values()), "")[:120],
        postal_code=one_line(address.postalCode or "", longest=20),
        canton=address.cantonId,
        country=address.countryId,
    )
