"""Records of BOAMP kept in files: an answer of the API, an export, or one record to a line."""

import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from crawler.boamp.reading import canonical
from crawler.source import read_json
from procurement.errors import UnreadableFile
from procurement.notices import digest_of

SUFFIXES = (".json", ".json.xz", ".jsonl", ".jsonl.xz")

# A list is held whole as text, its records one after the other; lines are held one at a time.
_LARGEST = 256 * 2**20
_LONGEST_LINE = 16 * 2**20
_SPACE = " \t\r\n"
# Any of these tells that a row speaks of a notice of BOAMP, however little of it there is.
_ITS_OWN = frozenset({"idweb", "dateparution", "donnees", "gestion"})
_DECODER = json.JSONDecoder()


def read_file(
    path: Path, *, opened: Callable[[Path], IO[bytes]] = lambda path: path.open("rb")
) -> Iterator[tuple[str, bytes]]:
    """Each record of a `.json`, `.jsonl`, `.json.xz` or `.jsonl.xz` file: its key and its payload.

    A record without a key is given one from its content, so that it can be kept as unreadable, as is a line
    that is no JSON. A file that ends in the middle raises UnreadableFile after what could be read of it.
    """
    try:
        with opened(path) as packed, lzma.open(packed) if path.suffix == ".xz" else packed as file:
            if ".jsonl" in path.suffixes:
                yield from map(_of_line, _lines(file, path))
            else:
                yield from map(_of_row, _rows(file, path))
    except (OSError, EOFError, lzma.LZMAError) as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether a row has nothing of a record of BOAMP."""
    try:
        row = read_json(payload)
    except ValueError:
        return False
    return not (isinstance(row, dict) and _ITS_OWN & row.keys())


def _of_row(row: object) -> tuple[str, bytes]:
    key = row.get("idweb") if isinstance(row, dict) else None
    payload = canonical(row)
    return key if isinstance(key, str) and key else f"row:{digest_of(payload)[:16]}", payload


def _of_line(line: bytes) -> tuple[str, bytes]:
    try:
        return _of_row(read_json(line))
    except ValueError:
        return f"row:{digest_of(line)[:16]}", line


def _lines(file: IO[bytes], path: Path) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise UnreadableFile(f"{path.name}: a line is longer than {_LONGEST_LINE} bytes")
        if line.strip():
            yield line.strip()


def _rows(file: IO[bytes], path: Path) -> Iterator[object]:
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise UnreadableFile(f"{path.name}: larger than {_LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
        del content
        if text.lstrip(_SPACE).startswith("["):
            yield from _elements(text)
            return
        value = read_json(text.encode())
    except (ValueError, RecursionError) as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem
    rows = value.get("results", [value]) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise UnreadableFile(f"{path.name}: neither an answer of the API nor a list of records")
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
