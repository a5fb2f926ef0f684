"""Forms of the old simap out of a text file: one after the other, with anything between them."""

import logging
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from procurement.errors import UnreadableFile

logger = logging.getLogger(__name__)

_CHUNK = 2**20
_LONGEST_FORM = 16 * 2**20
_BEGIN = re.compile(rb"<FORM(?=[\s>])[^>]*>")
_LONGEST_TAG = 1000
_END = b"</FORM>"
_KEY = re.compile(rb'\sID="(\d{1,12})"')


def read_forms(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every whole form of a file (.csv, .xml or .txt, also .xz) with its number, in order; a cut one is said.

    The file is read piece by piece. A form without a number is given with an empty key.
    """
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            yield from _forms(file, path.name)
    except (OSError, EOFError, lzma.LZMAError) as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem


def _forms(file: IO[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    waiting = b""
    while chunk := file.read(_CHUNK):
        waiting += chunk
        while (begin := _BEGIN.search(waiting)) and (end := waiting.find(_END, begin.end())) >= 0:
            form = waiting[begin.start() : end + len(_END)]
            # A form that was cut is followed by the next one before it ends.
            cut = [again.start() for again in _BEGIN.finditer(form)][1:]
            if cut:
                _say_cut(name, form)
                form = form[cut[-1] :]
            key = _KEY.search(form[: form.index(b">") + 1])
            yield key[1].decode() if key else "", form
            waiting = waiting[end + len(_END) :]
        if begin is None:
            # Only the beginning of a name may still become a form.
            waiting = waiting[-_LONGEST_TAG:]
        elif len(waiting) > _LONGEST_FORM:
            raise UnreadableFile(f"{name}: a form is longer than {_LONGEST_FORM} bytes")
    if _BEGIN.search(waiting):
        _say_cut(name, waiting)


def _say_cut(name: str, form: bytes) -> None:
    key = _KEY.search(form[:500])
    logger.warning("a form is cut and was left out", extra={"file": name, "form": key and key[1].decode()})
