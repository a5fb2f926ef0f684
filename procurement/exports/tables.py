"""The list of tenders as a table: CSV (RFC 4180) and XLSX, in which no cell can act as a formula."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from config.tables import sources
from procurement.cleaning import clean_text
from procurement.codes import cpv_labels
from procurement.i18n import ZURICH, translator
from procurement.labelled import Labelled
from procurement.models import Tender, in_language
from procurement.vocabulary import TenderState

_BATCH = 500
# Excel takes no more characters in a cell.
_LONGEST = 32_000
_SIGNS = frozenset("=+-@\u2212")
_ACTIVE_STARTS = frozenset("\t\r\n\0")


class Column(Labelled):
    """The columns of the table, in their order."""

    TITLE = "title", "Objet", "Gegenstand", "Oggetto", "Subject"
    BUYER = "buyer", "Adjudicateur", "Auftraggeber", "Committente", "Buyer"
    SEAT = "seat", "Siège", "Sitz", "Sede", "Seat"
    PLACE = "place", "Lieu d’exécution", "Ausführungsort", "Luogo di esecuzione", "Place of performance"
    CPV = "cpv", "CPV", "CPV", "CPV", "CPV"
    PROCEDURE = "procedure", "Procédure", "Verfahren", "Procedura", "Procedure"
    DEADLINE = "deadline", "Délai", "Frist", "Termine", "Deadline"
    STATE = "state", "État", "Stand", "Stato", "State"
    VALUE = "value", "Valeur", "Wert", "Valore", "Value"
    CURRENCY = "currency", "Monnaie", "Währung", "Valuta", "Currency"
    LINK = "link", "Avis officiel", "Amtliche Publikation", "Avviso ufficiale", "Official notice"
    SOURCE = "source", "Source", "Quelle", "Fonte", "Source"
    NUMBER = "number", "Numéro", "Nummer", "Numero", "Number"
    PUBLISHED = "published", "Publié le", "Publiziert am", "Pubblicato il", "Published on"


_WIDTHS = {Column.TITLE: 60, Column.BUYER: 40, Column.CPV: 40, Column.LINK: 40, Column.DEADLINE: 26}


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One tender as a reader of a spreadsheet sees it; only `value` is a number."""

    title: str
    buyer: str
    seat: str
    place: str
    cpv: str
    procedure: str
    deadline: str
    state: str
    value: int | None
    currency: str
    link: str
    source: str
    number: str
    published: str


def tender_rows(session: Session, *, now: datetime, language: str) -> Iterator[TenderRow]:
    """A row per tender, newest first, in the reader's language; those another one stands for are left out.

    Rows are read as they are asked for: the transaction stays open until the last.
    """
    wanted = (
        select(Tender)
        .where(Tender.merged_into_id.is_(None))
        .order_by(Tender.published_on.desc(), Tender.id.desc())
        .options(joinedload(Tender.buyer), selectinload(Tender.lots))
        .execution_options(yield_per=_BATCH)
    )
    titles = {key: form.title for key, form in sources().items()}
    for batch in session.scalars(wanted).partitions():
        words = cpv_labels(session, {code for tender in batch for code in tender.cpv_codes}, language)
        for tender in batch:
            yield _row(tender, now=now, language=language, words=words, titles=titles)


def write_csv(rows: Iterable[TenderRow], file: TextIO, *, language: str = "fr") -> int:
    """Write rows into a file opened with `newline=""` and UTF-8, one at a time; returns how many.

    It begins with the mark by which spreadsheets know UTF-8 and ends its lines as RFC 4180 does.
    """
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([safe_cell(column.label(language)) for column in Column])
    written = 0
    for row in rows:
        written += 1
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in _cells(row)])
    return written


def write_xlsx(rows: Iterable[TenderRow], path: Path, *, language: str = "fr") -> int:
    """Write rows into an XLSX file, one at a time, text as text and numbers as numbers; returns how many."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="aimp")
    sheet.freeze_panes = "A2"
    for position, column in enumerate(Column):
        sheet.column_dimensions[chr(ord("A") + position)].width = _WIDTHS.get(column, 18)

    def text_cell(text: str, font: Font | None = None) -> Cell:
        cell: Cell = WriteOnlyCell(sheet, value=safe_cell(text))
        # Left to itself, openpyxl reads « =1 » as a formula and « #REF! » as an error.
        cell.data_type = "s"
        if font is not None:
            cell.font = font
        return cell

    bold = Font(bold=True)
    sheet.append([text_cell(column.label(language), bold) for column in Column])
    written = 0
    for row in rows:
        written += 1
        sheet.append([text_cell(cell) if isinstance(cell, str) else cell for cell in _cells(row)])
    book.save(path)
    return written


def safe_cell(text: str) -> str:
    """The text, clean, behind an apostrophe where a spreadsheet could take it for a formula."""
    first, *others = clean_text(text, longest=_LONGEST).split(";")
    # Where commas do not separate columns, a semicolon does, even inside what we put in quotes.
    cleaned = ";".join([first, *(f"'{part}" if _could_act(part.lstrip("\"' ")) else part for part in others)])
    return f"'{cleaned}" if _could_act(text) or _could_act(cleaned) else cleaned


def plain_cell(cell: str) -> str:
    """The text that a cell written by `safe_cell` stands for."""
    first, *others = cell.split(";")
    plain = [part[1:] if part[:1] == "'" and _could_act(part[1:].lstrip("\"' ")) else part for part in others]
    text = ";".join([first, *plain])
    return text[1:] if text[:1] == "'" and _could_act(text[1:]) else text


def _could_act(text: str) -> bool:
    """Whether it begins, after spaces and unseen characters, as a formula does, full-width forms included."""
    if text[:1] in _ACTIVE_STARTS:
        return True
    for character in text:
        if character == "\0" or character in _SIGNS:
            return True
        if unicodedata.category(character)[0] in "ZC":
            continue
        return unicodedata.normalize("NFKC", character)[0] in _SIGNS
    return False


def _cells(row: TenderRow) -> list[str | int | None]:
    return [getattr(row, column.value) for column in Column]


def _row(
    tender: Tender, *, now: datetime, language: str, words: dict[str, str], titles: dict[str, str]
) -> TenderRow:
    buyer = tender.buyer
    places = (
        _place(
            lot.place_postal_code, in_language(lot.place_city, language, tender.language), lot.place_canton
        )
        for lot in tender.lots
        if not lot.is_withdrawn
    )
    deadline = tender.submission_deadline
    return TenderRow(
        title=tender.title_in(language),
        buyer=in_language(buyer.name, language, tender.language) if buyer else "",
        seat=_place(buyer.postal_code, buyer.city, buyer.canton) if buyer else "",
        place=_joined(places),
        cpv=_joined(f"{code} {words.get(code, '')}".strip() for code in tender.cpv_codes),
        procedure=tender.procurement_method.label(language),
        deadline=deadline.astimezone(ZURICH).isoformat() if deadline else "",
        state=_state(tender, now=now, language=language),
        value=tender.value_amount,
        currency=(tender.value_currency or "") if tender.value_amount is not None else "",
        link=tender.url,
        source=titles.get(tender.source, tender.source),
        number=tender.number,
        published=tender.published_on.isoformat(),
    )


def _state(tender: Tender, *, now: datetime, language: str) -> str:
    if tender.state is TenderState.CALLED and not tender.is_open(now):
        return translator(language).gettext("clos")
    return tender.state.label(language)


def _place(postal_code: str, city: str, canton: str | None) -> str:
    name = " ".join(part for part in (postal_code, city) if part)
    if not canton:
        return name
    return f"{name} ({canton})" if name else canton


def _joined(parts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(part for part in parts if part))
