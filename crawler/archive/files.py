"""Forms of the old simap out of a text file: one after the other, with anything between them."""

import lzma
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from procurement.errors import UnreadableFile

SUFFIXES = tuple(f"{kind}{packed}" for kind in (".csv", ".xml", ".txt") for packed in ("", ".xz"))

_CHUNK = 2**20
_LONGEST_FORM = 16 * 2**20
_BEGIN = re.compile(rb"<FORM(?=[\s>])[^>]*>")
_LONGEST_TAG = 1000
_END = b"</FORM>"
_KEY = re.compile(rb'\sID="(\d{1,12})"')
# What every form of the old simap has within it, be it cut: its kind.
_KIND = re.compile(rb"<OB\d\d[\s>]")


def read_file(
    path: Path, *, opened: Callable[[Path], IO[bytes]] = lambda path: path.open("rb")
) -> Iterator[tuple[str, bytes]]:
    """Every form of a file (.csv, .xml or .txt, also .xz) with its number, in order.

    The file is read piece by piece. A form that is cut is given as it is, one without a number with an empty
    key.
    """
    try:
        with opened(path) as packed, lzma.open(packed) if path.suffix == ".xz" else packed as file:
            yield from _forms(file, path.name)
    except (OSError, EOFError, lzma.LZMAError) as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether what looks like a form is none of the old simap: it neither has a number nor names its kind."""
    return not key and not _KIND.search(payload)


def _forms(file: IO[bytes], name: str) -> Iterator[tuple[str, bytes]]:
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
            raise UnreadableFile(f"{name}: a form is longer than {_LONGEST_FORM} bytes")
    if begin := _BEGIN.search(waiting):
        yield from _parts(waiting[begin.start() :])


def _parts(forms: bytes) -> Iterator[tuple[str, bytes]]:
    """A form with its number; before it those that were cut, each followed by the next one before it ends."""
    begins = [begin.start() for begin in _BEGIN.finditer(forms)]
    for begin, end in zip(begins, [*begins[1:], len(forms)], strict=True):
        form = forms[begin:end]
        key = _KEY.search(form[: form.index(b">") + 1])
        yield key[1].decode() if key else "", form
