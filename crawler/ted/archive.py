"""TED's XML notices from files: a notice, or an archive of them read without unpacking it."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.packed import Found, Opening, content_of, open_file, read_each, stem_of, suffixes
from crawler.ted.codes import publication_number
from crawler.xml import root_name

_KINDS = (".xml",)
SUFFIXES = suffixes(*_KINDS)
# No notice is larger; a file that swells beyond this when unpacked is not read.
_LARGEST = 64 * 2**20
_ROOTS = frozenset(
    {
        "ContractNotice",
        "ContractAwardNotice",
        "PriorInformationNotice",
        "BusinessRegistrationInformationNotice",
        "TED_EXPORT",
    }
)


def read_file(path: Path, *, opened: Opening = open_file, largest: int = _LARGEST) -> Iterator[Found]:
    """An XML file, or each one in an archive, with its publication number, else its name.

    One notice is held at a time and nothing is written to disk. A damaged or swelling archive raises
    UnreadableFile naming it; what was read before stands.
    """

    def notice(name: str, file: IO[bytes]) -> Iterator[Found]:
        yield Found(_key(name), content_of(name, file, largest=largest))

    return read_each(path, notice, kinds=_KINDS, opened=opened)


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether an XML file is none of TED's: neither its name nor its root says that it is a notice."""
    root = root_name(payload)
    return root is not None and publication_number(key) is None and root not in _ROOTS


def _key(name: str) -> str:
    """The publication number in a file's name (« 002881-2018.xml », « 00642345_2024.xml »), else the name."""
    stem = stem_of(name)
    return publication_number(stem.replace("_", "-")) or stem
