"""Tables for spreadsheets: CSV (RFC 4180) and XLSX, in which no cell can act as a formula."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from procurement.cleaning import clean_text

# Excel takes no more characters in a cell.
_LONGEST = 32_000
_WIDTH = 18
_SIGNS = frozenset("=+-@\u2212")
_ACTIVE_STARTS = frozenset("\t\r\n\0")

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its title, its columns in order with the width of those that need more, and its rows."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int | None] = field(default=())


def write_csv_sheet(sheet: Sheet, file: TextIO) -> int:
    """Write a table into a file opened with `newline=""` and UTF-8, a row at a time; returns how many.

    It begins with the mark by which spreadsheets know UTF-8 and ends its lines as RFC 4180 does.
    """
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in sheet.columns])
    written = 0
    for row in sheet.rows:
        written += 1
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return written


def write_book(sheets: Iterable[Sheet], out: Path | IO[bytes]) -> int:
    """Write tables into an XLSX file, a row at a time, text as text, numbers as numbers; returns how many."""
    book = Workbook(write_only=True)
    bold = Font(bold=True)
    written = 0
    for sheet in sheets:
        page = book.create_sheet(title=sheet.title)
        page.freeze_panes = "A2"
        for position in range(len(sheet.columns)):
            width = sheet.widths[position] if position < len(sheet.widths) else None
            page.column_dimensions[chr(ord("A") + position)].width = width or _WIDTH
        page.append([_text_cell(page, column, bold) for column in sheet.columns])
        for row in sheet.rows:
            written += 1
            page.append([_text_cell(page, cell) if isinstance(cell, str) else cell for cell in row])
    book.save(out)
    return written


def _text_cell(page: WriteOnlyWorksheet, text: str, font: Font | None = None) -> Cell:
    cell: Cell = WriteOnlyCell(page, value=safe_cell(text))
    # Left to itself, openpyxl reads « =1 » as a formula and « #REF! » as an error.
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


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
