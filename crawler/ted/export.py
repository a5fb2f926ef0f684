"""A notice in TED's older XML, TED_EXPORT (R2.0.7 to R2.0.9, until 2024), as a NoticeRecord.

Country, kind, procedure and codes stand in its coded part for every form; the rest in the form itself, of
which there are two generations. The titles of TRANSLATION_SECTION are TED's own: they repeat the words of the
CPV code and are not read; nor are contact points.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeVar

from crawler.ted import export_2007, export_2014
from crawler.ted.codes import (
    OLD_METHODS,
    OLD_NATURES,
    OLD_NOTICE_TYPES,
    country_of,
    language_of,
    publication_number,
)
from crawler.ted.forms import Form
from crawler.ted.parts import SOURCE, Organization, Outcome, kind_of, page_of
from crawler.ted.tree import Element, broken, cpv_code, string
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import BuyerRecord, CallRecord, NoticeRecord
from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod

T = TypeVar("T")

_CORRECTIONS = frozenset({"1", "2"})
_MODIFICATION = "K"
_UNDER_TREATY = {"5": True, "7": True, "B": True}


def read_export(root: Element, payload: bytes, *, fetched_from: str, number: str) -> NoticeRecord:
    """The record of a TED_EXPORT notice; `number` is what its address calls it."""
    own_number = _number(root, number)
    coded = root.find("CODED_DATA_SECTION")
    if coded is None:
        raise UnreadableNotice("CODED_DATA_SECTION", "absent")
    language = _language(coded)
    form = Form.original(root, language)
    reader = export_2014 if form.is_of_2014 else export_2007
    kind_code = _code(coded, "CODIF_DATA/TD_DOCUMENT_TYPE")
    stated = _meaning(OLD_NOTICE_TYPES, coded, "CODIF_DATA/TD_DOCUMENT_TYPE")
    if form.calls_for_bids and stated is NoticeType.ADVANCE_NOTICE:
        stated = NoticeType.TENDER
    if stated is None:
        raise UnreadableNotice("CODED_DATA_SECTION/CODIF_DATA/TD_DOCUMENT_TYPE", "absent")
    method = _meaning(OLD_METHODS, coded, "CODIF_DATA/PR_PROC") or ProcurementMethod.NONE
    nature: ContractNature | None = _meaning(OLD_NATURES, coded, "CODIF_DATA/NC_CONTRACT_NATURE")
    if stated is NoticeType.COMPETITION:
        nature = ContractNature.DESIGN
    is_correction = kind_code in _CORRECTIONS
    tells_results = stated in (NoticeType.AWARD, NoticeType.DIRECT_AWARD)
    buyer = reader.read_buyer(form)
    zone_country = (buyer.country if buyer else None) or country_of(
        _attribute(coded, "NOTICE_DATA/ISO_COUNTRY", "VALUE")
    )
    lots = reader.read_lots(form, nature)
    title = reader.read_title(form) or _first_line(reader.read_description(form))
    if not title:
        raise UnreadableNotice(f"FORM_SECTION/{form.element.tag}", "no title of its own")
    outcome = reader.read_awards(form) if tells_results and kind_code != _MODIFICATION else Outcome()
    call: CallRecord | None = None
    if is_correction:
        call = export_2014.read_correction(form, country=zone_country)
    elif not tells_results:
        call = reader.read_call(form, lots, country=zone_country, method=method)
    earlier = _earlier(coded)
    codes = {cpv_code(each, each.get("CODE", "")) for each in coded.iterfind("NOTICE_DATA/ORIGINAL_CPV")}
    # An earlier planning notice is another procedure; what corrects or ends a call belongs to it.
    procedure = earlier if earlier and (tells_results or is_correction) else own_number
    return NoticeRecord(
        source=SOURCE,
        source_key=own_number,
        number=own_number,
        notice_type=kind_of(stated, method, is_without_winner=outcome.is_without_winner),
        procedure_key=procedure,
        procedure_number=procedure,
        published_on=_published_on(coded),
        language=language,
        title=title,
        cpv_codes=tuple(sorted(codes.union(*(lot.cpv_codes for lot in lots)))),
        url=page_of(own_number, language),
        procurement_method=method,
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=nature,
        is_under_treaty=_UNDER_TREATY.get(_code(coded, "CODIF_DATA/RP_REGULATION"), form.is_under_treaty()),
        has_documents=form.has_documents(),
        is_correction=is_correction,
        corrects_key=earlier if is_correction else None,
        refers_to_key=earlier,
        buyer=_as_buyer(buyer, language),
        call=call,
        references=(("ted", own_number),),
        awards=tuple(outcome.awards),
    )


def _number(root: Element, asked: str) -> str:
    """The publication number: DOC_ID, else NO_DOC_OJS; it must be the one that was asked for."""
    printed = publication_number(root.get("DOC_ID", "")) or publication_number(
        string(root, "CODED_DATA_SECTION/NOTICE_DATA/NO_DOC_OJS")
    )
    if printed is None:
        raise UnreadableNotice("DOC_ID", f"{root.get('DOC_ID', '')[:40]!r} is no publication number")
    wanted = publication_number(asked)
    if wanted and wanted != printed:
        raise UnreadableNotice("DOC_ID", f"{printed} was sent for {wanted}")
    return printed


def _language(coded: Element) -> str:
    text = string(coded, "NOTICE_DATA/LG_ORIG")
    language = language_of(text.split()[0]) if text else None
    if language is None:
        raise UnreadableNotice(
            "CODED_DATA_SECTION/NOTICE_DATA/LG_ORIG", f"{text[:20]!r} is no language we know"
        )
    return language


def _published_on(coded: Element) -> date:
    element = coded.find("REF_OJS/DATE_PUB")
    text = string(coded, "REF_OJS/DATE_PUB")
    try:
        if len(text) != 8:
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as problem:
        raise broken(
            coded if element is None else element, f"{text[:20]!r} is no date of the OJ"
        ) from problem


def _attribute(coded: Element, path: str, name: str) -> str:
    element = coded.find(path)
    return element.get(name, "") if element is not None else ""


def _code(coded: Element, path: str) -> str:
    return _attribute(coded, path, "CODE")


def _meaning(table: Mapping[str, T], coded: Element, path: str) -> T | None:
    code = _code(coded, path)
    if code and code not in table:
        raise UnreadableNotice(f"CODED_DATA_SECTION/{path}", f"{code!r} is none of {', '.join(table)}")
    return table.get(code)


def _earlier(coded: Element) -> str | None:
    """The number of the notice that this one follows (REF_NOTICE)."""
    return next(_numbers(coded), None)


def _numbers(coded: Element) -> Iterator[str]:
    for element in coded.iterfind("NOTICE_DATA/REF_NOTICE/NO_DOC_OJS"):
        if found := publication_number((element.text or "").strip()):
            yield found


def _first_line(text: Translations) -> Translations:
    """The beginning of a description, where a form gives no title."""
    lines = {language: words.split("\n")[0][:200].rstrip() for language, words in text.items()}
    return {language: line for language, line in lines.items() if line}


def _as_buyer(buyer: Organization | None, language: str) -> BuyerRecord | None:
    return buyer.as_buyer(language) if buyer is not None else None
