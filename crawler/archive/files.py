"""Forms of the old simap out of a text file: one after the other, with anything between them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.packed import Found, Opening, open_file, read_each, suffixes
from procurement.errors import UnreadableFile

_KINDS = (".csv", ".xml", ".txt")
SUFFIXES = suffixes(*_KINDS)

_CHUNK = 2**20
_LONGEST_FORM = 16 * 2**20
_BEGIN = re.compile(rb"<FORM(?=[\s>])[^>]*>")
_LONGEST_TAG = 1000
_END = b"</FORM>"
_KEY = re.compile(rb'\sID="(\d{1,12})"')
# What every form of the old simap has within it, be it cut: its kind.
_KIND = re.compile(rb"<OB\d\d[\s>]")


def read_file(path: Path, *, opened: Opening = open_file) -> Iterator[Found]:
    """Every form of a file (.csv, .xml or .txt, also packed or in an archive) with its number, in order.

    The file is read piece by piece. A form that is cut is given as it is, one without a number with an empty
    key.
    """
    return read_each(path, _forms, kinds=_KINDS, opened=opened)


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether what looks like a form is none of the old simap: it neither has a number nor names its kind."""
    return not key and not _KIND.search(payload)


def _forms(name: str, file: IO[bytes]) -> Iterator[Found]:
    waiting = b""
    while chunk := file.read(_CHUNK):
        waiting += chunk
        while (begin := _BEGIN.search(waiting)) and (end := waiting.find(_END, begin.end())) >= 0:
            yield from _parts(waiting[begin.start() : end + len(_END)])
            waiting = waiting[end + len(_END) :]
        if begin is None:
            # Only the beginning of a name may still become a form.
            waiting = waiting[-_LONGEST_TAG:]
        elif len(waiting) > _LONGEST_FORM:
            raise UnreadableFile(f"a form is longer than {_LONGEST_FORM} bytes")
    if begin := _BEGIN.search(waiting):
        yield from _parts(waiting[begin.start() :])


def _parts(forms: bytes) -> Iterator[Found]:
    """A form with its number; before it those that were cut, each followed by the next one before it ends."""
    begins = [begin.start() for begin in _BEGIN.finditer(forms)]
    for begin, end in zip(begins, [*begins[1:], len(forms)], strict=True):
        form = forms[begin:end]
        key = _KEY.search(form[: form.index(b">") + 1])
        yield Found(key[1].decode() if key else "", form)
