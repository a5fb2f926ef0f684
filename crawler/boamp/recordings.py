"""Notices of BOAMP kept in files: answers of the API, exports, one record to a line, DILA's XML archive."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.boamp.announcement import ROOT, key_in
from crawler.boamp.reading import canonical
from crawler.packed import Found, Opening, content_of, lines_of, open_file, read_each, stem_of, suffixes
from crawler.source import read_json
from crawler.xml import root_name
from procurement.errors import UnreadableFile
from procurement.notices import digest_of

_LINES = (".jsonl", ".ndjson")
_KINDS = (".json", *_LINES, ".xml")
SUFFIXES = suffixes(*_KINDS)

# A list is held whole as text, its records one after the other; lines are held one at a time.
_LARGEST = 256 * 2**20
_LARGEST_XML = 16 * 2**20
_SPACE = " \t\r\n"
# Any of these tells that a row speaks of a notice of BOAMP, however little of it there is.
_ITS_OWN = frozenset({"idweb", "dateparution", "donnees", "gestion"})
_DECODER = json.JSONDecoder()


def read_file(path: Path, *, opened: Opening = open_file) -> Iterator[Found]:
    """Each notice of a file of records (JSON, one to a line or not) or of an XML file, packed or not.

    A record without a key is given one from its content, so that it can be kept as unreadable, as is a line
    that is no JSON. A file that ends in the middle raises UnreadableFile after what could be read of it.
    """
    return read_each(path, _notices, kinds=_KINDS, opened=opened)


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether a row has nothing of a record of BOAMP, or an XML file is none of DILA's."""
    if payload.startswith(b"<"):
        return root_name(payload) not in (None, ROOT)
    try:
        row = read_json(payload)
    except ValueError:
        return False
    return not (isinstance(row, dict) and _ITS_OWN & row.keys())


def _notices(name: str, file: IO[bytes]) -> Iterator[Found]:
    if name.lower().endswith(".xml"):
        payload = content_of(name, file, largest=_LARGEST_XML).removeprefix(b"\xef\xbb\xbf").strip()
        yield Found(key_in(payload) or stem_of(name), payload)
    elif name.lower().endswith(_LINES):
        for number, line in lines_of(file):
            yield _of_line(line)._replace(place=f"line {number}")
    else:
        yield from map(_of_row, _rows(name, file))


def _of_row(row: object) -> Found:
    key = row.get("idweb") if isinstance(row, dict) else None
    payload = canonical(row)
    return Found(key if isinstance(key, str) and key else f"row:{digest_of(payload)[:16]}", payload)


def _of_line(line: bytes) -> Found:
    try:
        return _of_row(read_json(line))
    except ValueError:
        return Found(f"row:{digest_of(line)[:16]}", line)


def _rows(name: str, file: IO[bytes]) -> Iterator[object]:
    content = content_of(name, file, largest=_LARGEST)
    try:
        text = content.decode("utf-8-sig")
        del content
        if text.lstrip(_SPACE).startswith("["):
            yield from _elements(text)
            return
        value = read_json(text.encode())
    except (ValueError, RecursionError) as problem:
        raise UnreadableFile(str(problem)) from problem
    rows = value.get("results", [value]) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise UnreadableFile("neither an answer of the API nor a list of records")
    yield from rows


def _elements(text: str) -> Iterator[object]:
    """The elements of a list, one after the other: as objects they would take many times the room."""
    place = _after_space(text, text.index("[") + 1)
    while not text.startswith("]", place):
        row, place = _DECODER.raw_decode(text, place)
        yield row
        place = _after_space(text, place)
        if text.startswith(",", place):
            place = _after_space(text, place + 1)
        elif not text.startswith("]", place):
            raise ValueError(f"the list ends in the middle, at character {place}")


def _after_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place
