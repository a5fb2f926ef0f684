"""The rows of CSV files, whatever their separator and encoding: a notice each, by our columns."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.generic.table import BEYOND, COLUMNS, REQUIRED, key_of_row
from crawler.packed import Found, Opening, content_of, open_file, read_each, suffixes
from procurement.errors import UnreadableFile

_KINDS = (".csv",)
SUFFIXES = suffixes(*_KINDS)
# A table is held whole as text, its rows one after the other.
_LARGEST = 256 * 2**20
_SEPARATORS = ";,\t"
# The first line of a table of notices names more than one thing that we know.
_FEWEST_KNOWN = 2
_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_file(path: Path, *, opened: Opening = open_file) -> Iterator[Found]:
    """Each row of a table with its line; nothing of a table whose first line names none of our columns.

    The whole file is refused when a needed column lacks, its encoding is none, or its quotes do not close:
    then nobody knows where a row ends.
    """
    return read_each(path, _rows, kinds=_KINDS, opened=opened)


def is_foreign(key: str, payload: bytes) -> bool:
    """A row of a table of notices is one, however little can be read of it."""
    return False


def _rows(name: str, file: IO[bytes]) -> Iterator[Found]:
    text = _text(content_of(name, file, largest=_LARGEST))
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    del text
    header: list[str] = []
    end = 0
    try:
        for cells in rows:
            line, end = end + 1, rows.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _header(cells)
                if len({*header} & COLUMNS.keys()) < _FEWEST_KNOWN:
                    return
                _check(header)
                continue
            row = json.dumps(_named(header, cells), ensure_ascii=False, sort_keys=True)
            payload = row.encode("utf-8", "replace")
            yield Found(key_of_row(payload), payload, f"line {line}")
    except csv.Error as problem:
        raise UnreadableFile(f"line {rows.line_num}: {problem}") from problem


def _text(content: bytes) -> str:
    """The text in UTF-8, else in Windows' Latin-1; UnreadableFile names the encoding that it cannot be."""
    if other := _OTHER_ENCODINGS.get(content[:2]):
        raise UnreadableFile(f"the encoding is {other}; save it as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as other_problem:
            raise UnreadableFile(
                f"the encoding is neither UTF-8 (byte {problem.start}) nor Latin-1 "
                f"(byte {other_problem.start}); save it as CSV UTF-8"
            ) from other_problem
    if "\0" in text:
        raise UnreadableFile("a table has no zero bytes: is it UTF-16? save it as CSV UTF-8")
    return text


def _header(cells: list[str]) -> list[str]:
    """The names of the columns, ours by their keys in whichever language they stand."""
    names = (" ".join(cell.split()) for cell in cells)
    by_label = {label: key for key, labels in COLUMNS.items() for label in (key, *labels)}
    return [by_label.get(name.lower(), name) for name in names]


def _check(header: list[str]) -> None:
    named = [name for name in header if name]
    if lacking := [name for name in REQUIRED if name not in named]:
        raise UnreadableFile(f"line 1: no column {lacking[0]!r}; known: {', '.join(COLUMNS)}")
    if twice := [name for name in named if named.count(name) > 1]:
        raise UnreadableFile(f"line 1: the column {twice[0]!r} stands twice")


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    """The filled cells by their columns; what stands beyond the last column is kept to be refused."""
    named = {name: cell for name, cell in zip(header, cells, strict=False) if name and cell.strip()}
    beyond = [cell for cell in cells[len(header) :] if cell.strip()]
    return {**named, BEYOND: beyond[0]} if beyond else named
