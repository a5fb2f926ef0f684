"""One row of a table of tenders, such as another chamber's export, read into a NoticeRecord."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from config.readers import CsvForm
from config.tables import sources
from crawler.generic.addresses import key_of
from crawler.generic.record import Kind, Origin, record_of
from crawler.source import read_json
from procurement.cleaning import clean_text, one_line, web_address
from procurement.errors import UnreadableNotice
from procurement.exports.sheets import plain_cell
from procurement.exports.tables import Column
from procurement.i18n import translator
from procurement.labelled import LANGUAGES, Labelled
from procurement.notices import digest_of
from procurement.records import BuyerRecord, CallRecord, LotRecord, NoticeRecord
from procurement.vocabulary import NoticeType, ProcurementMethod, TenderState

T = TypeVar("T", bound=Labelled)


class MoreColumn(Labelled):
    """Columns that are read where they stand and that our own export does not write."""

    DESCRIPTION = "description", "Description", "Beschrieb", "Descrizione", "Description"
    DOCUMENTS = "documents", "Documents", "Unterlagen", "Documenti", "Documents"


# Every column that is read, with what its heading may be in small letters.
COLUMNS = {
    column.value: tuple({label.lower() for label in column.labels.values()})
    for column in (*Column, *MoreColumn)
}
REQUIRED = ("title", "published")
# Not a column: what a row holds beyond the last one.
BEYOND = "*"

_NOTICE_TYPES = {
    TenderState.ANNOUNCED: NoticeType.ADVANCE_NOTICE,
    TenderState.CALLED: NoticeType.TENDER,
    TenderState.AWARDED: NoticeType.AWARD,
    TenderState.CANCELLED: NoticeType.ABANDONMENT,
}
_CPV = re.compile(r"(?<!\d)(\d{8})(?:-\d)?(?!\d)")
_PLACE = re.compile(r"(?:(?P<code>\d{4,5})(?: |$))?(?P<city>.*?)(?: ?\((?P<canton>[A-Z]{2})\))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CANTON_ALONE = re.compile(r"[A-Z]{2}")


def key_of_row(payload: bytes) -> str:
    """What names a row: its number at its source, else the address of its notice, else its words."""
    cells = {name: plain_cell(cell) for name, cell in read_json(payload).items()}
    if cells.get("number"):
        return key_of(f"{_source_of(cells)}/{one_line(cells['number'])}")
    link = web_address(cells.get("link", ""))
    named = "\n".join(one_line(cells.get(name, "")) for name in ("title", "buyer", "published"))
    return key_of(link or f"text:{digest_of(named.encode('utf-8', 'replace'))}")


def read_row(
    payload: bytes, form: CsvForm, *, source: str, homepage: str, fetched_from: str, today: date
) -> NoticeRecord:
    """The record of a row; UnreadableNotice names the column that is empty or doubtful."""
    cells = {name: plain_cell(cell) for name, cell in read_json(payload).items()}
    if BEYOND in cells:
        raise UnreadableNotice("beyond the last column", f"{one_line(cells[BEYOND])[:80]!r}")
    for name in REQUIRED:
        if not cells.get(name):
            raise UnreadableNotice(name, "empty")
    states = {**_words_of(TenderState), **{_closed(each): TenderState.CALLED for each in LANGUAGES}}
    state = _one_of(states, cells, "state")
    method = _one_of(_words_of(ProcurementMethod), cells, "procedure")
    kind = Kind.of(form)
    notice_type = _NOTICE_TYPES[state] if state is not None else kind.notice_type
    method = method or kind.method
    stated = form.model_copy(update={"notice_type": notice_type.value, "procurement_method": method.value})
    currency = _currency(cells.get("currency", ""))
    link = web_address(cells.get("link", "")) or homepage
    facts = {
        "title": cells["title"],
        "description": clean_text(cells.get("description", "")),
        "published": cells["published"],
        "deadline": cells.get("deadline", ""),
        "buyer_from": cells.get("buyer", ""),
        "documents": web_address(cells.get("documents", "")) or "",
        # In a currency that words are read in; the row's own takes its place.
        "value": f"{cells['value']} CHF" if cells.get("value") and currency else cells.get("value", ""),
    }
    origin = Origin(source, key_of_row(payload), link[:500], payload, fetched_from)
    record = record_of(facts, stated, origin=origin, deadline_pattern="", today=today)
    codes = _codes(cells.get("cpv", ""))
    number = one_line(cells.get("number", ""), longest=40) or record.number
    own = _source_of(cells)
    return replace(
        record,
        number=number,
        procedure_number=number,
        cpv_codes=codes,
        buyer=_buyer(record.buyer, cells.get("seat", "")),
        call=_call(record.call, codes, currency, cells.get("place", ""), form) if record.call else None,
        # Where the notice comes from: there it stands under this very number.
        references=((own, number),) if own in sources() and cells.get("number") else (),
    )


def _source_of(cells: dict[str, str]) -> str:
    """The key of the source that a row names by its key or its title, else its words."""
    said = one_line(cells.get("source", ""))
    by_title = {form.title: key for key, form in sources().items()}
    return by_title.get(said, said)


def _words_of(kinds: Iterable[T]) -> dict[str, T]:
    """Each of some words of the trade by its key and by its labels in small letters."""
    return {word.lower(): each for each in kinds for word in (each.value, *each.labels.values())}


def _closed(language: str) -> str:
    return translator(language).gettext("clos")


def _one_of(known: dict[str, T], cells: dict[str, str], column: str) -> T | None:
    said = one_line(cells.get(column, ""))
    if said and said.lower() not in known:
        raise UnreadableNotice(column, f"{said[:80]!r} is none of {', '.join(known)}")
    return known[said.lower()] if said else None


def _codes(text: str) -> tuple[str, ...]:
    found = tuple(sorted({*_CPV.findall(text)}))
    if text and not found:
        raise UnreadableNotice("cpv", f"no code of eight digits in {one_line(text)[:80]!r}")
    return found


def _place(text: str) -> tuple[str, str, str | None]:
    """Postal code, town and canton of « 1204 Genève (GE) », where each may lack."""
    text = one_line(text)
    if _CANTON_ALONE.fullmatch(text):
        return "", "", text
    found = _PLACE.fullmatch(text)
    return (found["code"] or "", found["city"], found["canton"]) if found else ("", text, None)


def _buyer(buyer: BuyerRecord | None, seat: str) -> BuyerRecord | None:
    if buyer is None or not seat:
        return buyer
    postal_code, city, canton = _place(seat)
    canton = canton or buyer.canton
    country = "CH" if canton else buyer.country
    return replace(buyer, city=city[:120], postal_code=postal_code, canton=canton, country=country)


def _currency(text: str) -> str:
    code = one_line(text).upper()
    if code and not _CURRENCY.fullmatch(code):
        raise UnreadableNotice("currency", f"{code[:40]!r} is no code of three letters")
    return code


def _call(call: CallRecord, codes: tuple[str, ...], currency: str, place: str, form: CsvForm) -> CallRecord:
    """The call with what a table says of its one lot; several places are one when they share a canton."""
    places = [_place(each) for each in place.split(" / ") if each.strip()]
    postal_codes, cantons = {each[0] for each in places}, {each[2] for each in places}
    towns = " / ".join(dict.fromkeys(each[1] for each in places if each[1]))
    if len(cantons) > 1:
        postal_codes, cantons, towns = set(), set(), one_line(place)
    lots: list[LotRecord] = [
        replace(
            lot,
            cpv_codes=codes,
            place_postal_code=postal_codes.pop() if len(postal_codes) == 1 else "",
            place_canton=cantons.pop() if len(cantons) == 1 else None,
            place_city={form.language: towns} if towns else {},
        )
        for lot in call.lots
    ]
    if call.value_amount is not None and currency:
        call = replace(call, value_currency=currency)
    return replace(call, lots=tuple(lots))
