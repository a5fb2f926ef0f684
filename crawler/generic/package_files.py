"""OCDS from files: release packages, record packages, lists and lines of either, packed or in archives."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.generic.ocds import is_after_the_award, release_key
from crawler.generic.packages import Slice, releases_in
from crawler.packed import Found, Opening, content_of, lines_of, open_file, read_each, suffixes
from procurement.errors import UnreadableFile
from procurement.notices import digest_of

_LINES = (".jsonl", ".ndjson")
_KINDS = (".json", *_LINES)
SUFFIXES = suffixes(*_KINDS)
# A package is held whole as text, its releases one after the other.
_LARGEST = 256 * 2**20


def read_file(path: Path, *, opened: Opening = open_file) -> Iterator[Found]:
    """Each release of a file about a call or an award, letter for letter; what is no release is foreign.

    A line that is no JSON is given as it is, to be kept; another file that is none, or that ends in the
    middle, raises UnreadableFile.
    """
    return read_each(path, _releases, kinds=_KINDS, opened=opened)


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether what could not be read is JSON, and no release: none is without an OCID."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return not (isinstance(content, dict) and "ocid" in content)


def _releases(name: str, file: IO[bytes]) -> Iterator[Found]:
    if name.lower().endswith(_LINES):
        for number, line in lines_of(file):
            try:
                for release in releases_in(line.decode("utf-8-sig")):
                    yield from _found(release, f"line {number}")
            except (ValueError, RecursionError):
                yield Found(_row_key(line), line, f"line {number}")
        return
    content = content_of(name, file, largest=_LARGEST)
    try:
        text = content.decode("utf-8-sig")
        del content
        for release in releases_in(text):
            yield from _found(release, "")
    except (ValueError, RecursionError) as problem:
        raise UnreadableFile(f"no OCDS: {problem}") from problem


def _found(release: Slice, place: str) -> Iterator[Found]:
    said = release.content if isinstance(release.content, dict) else {}
    ocid, identifier, tags = said.get("ocid"), said.get("id"), said.get("tag")
    if isinstance(tags, list) and is_after_the_award(tags):
        return
    key = _row_key(release.payload)
    if isinstance(ocid, str) and isinstance(identifier, str | int) and ocid:
        key = release_key(ocid, identifier)
    yield Found(key, release.payload, place)


def _row_key(payload: bytes) -> str:
    return f"row:{digest_of(payload)[:16]}"
