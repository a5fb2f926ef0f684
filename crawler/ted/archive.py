"""TED's XML notices from files: a notice, or an archive of them read without unpacking it."""

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from lxml import etree

from crawler.ted.codes import publication_number
from procurement.errors import UnreadableFile

# No notice is larger; a file that swells beyond this when unpacked is not read.
_LARGEST = 64 * 2**20
SUFFIXES = (".xml", ".zip", ".tar", ".tar.xz", ".txz", ".tar.gz", ".tgz")
_ROOTS = frozenset(
    {
        "ContractNotice",
        "ContractAwardNotice",
        "PriorInformationNotice",
        "BusinessRegistrationInformationNotice",
        "TED_EXPORT",
    }
)
_DAMAGED = (
    OSError,
    EOFError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    RuntimeError,
    NotImplementedError,
)


def read_file(
    path: Path,
    *,
    opened: Callable[[Path], IO[bytes]] = lambda path: path.open("rb"),
    largest: int = _LARGEST,
) -> Iterator[tuple[str, bytes]]:
    """An XML file, or each one in an archive, with its publication number, else its name.

    One notice is held at a time and nothing is written to disk. A damaged or swelling archive raises
    UnreadableFile naming it; what was read before stands.
    """
    name = path.name.lower()
    if not name.endswith(SUFFIXES):
        raise UnreadableFile(f"{path.name}: none of {', '.join(SUFFIXES)}")
    try:
        with opened(path) as file:
            if name.endswith(".xml"):
                yield _key(name), _content(file, path.name, largest)
            elif name.endswith(".zip"):
                yield from _read_zip(file, largest)
            else:
                yield from _read_tar(file, largest)
    except UnreadableFile as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem
    except _DAMAGED as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem


def is_foreign(key: str, payload: bytes) -> bool:
    """Whether an XML file is none of TED's: neither its name nor its root says that it is a notice."""
    beginning = etree.iterparse(
        BytesIO(payload), events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        _, root = next(beginning)
    except (etree.XMLSyntaxError, StopIteration):
        return False
    return publication_number(key) is None and etree.QName(root).localname not in _ROOTS


def _read_tar(file: IO[bytes], largest: int) -> Iterator[tuple[str, bytes]]:
    # As a stream: members come in their order, and the archive is decompressed once.
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            if not member.isfile() or not member.name.lower().endswith(".xml"):
                continue
            content = archive.extractfile(member)
            if content is not None:
                yield _key(member.name), _content(content, member.name, largest)
            # The open archive remembers every member; a year of notices would fill the memory.
            archive.members.clear()  # type: ignore[attr-defined]


def _read_zip(file: IO[bytes], largest: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.is_dir() or not member.filename.lower().endswith(".xml"):
                continue
            with archive.open(member) as content:
                yield _key(member.filename), _content(content, member.filename, largest)


def _content(file: IO[bytes], name: str, largest: int) -> bytes:
    content = file.read(largest + 1)
    if len(content) > largest:
        raise UnreadableFile(f"{name} is larger than any notice")
    return content


def _key(name: str) -> str:
    """The publication number in a file's name (« 002881-2018.xml », « 00642345_2024.xml »), else the name."""
    stem = PurePosixPath(name).name.rpartition(".")[0]
    return publication_number(stem.replace("_", "-")) or stem
