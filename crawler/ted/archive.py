"""TED's XML notices from files: a notice, a folder of them, or an archive read without unpacking it."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path, PurePosixPath

from crawler.ted.codes import publication_number
from procurement.errors import UnreadableFile

# No notice is larger; a file that swells beyond this when unpacked is not read.
_LARGEST = 64 * 2**20
_SUFFIXES = (".xml", ".zip", ".tar", ".tar.xz", ".txz", ".tar.gz", ".tgz")
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


def read_archive(path: Path, *, largest: int = _LARGEST) -> Iterator[tuple[str, bytes]]:
    """Each XML file below a folder or in an archive, with its publication number, else its name.

    One notice is held at a time and nothing is written to disk. A damaged or swelling archive raises
    UnreadableFile naming it; what was read before stands.
    """
    try:
        if path.is_dir():
            for child in sorted(path.rglob("*")):
                if child.is_file() and child.name.lower().endswith(_SUFFIXES):
                    yield from _read_file(child, largest)
        else:
            yield from _read_file(path, largest)
    except _DAMAGED as problem:
        raise UnreadableFile(f"{path}: {problem}") from problem


def _read_file(path: Path, largest: int) -> Iterator[tuple[str, bytes]]:
    name = path.name.lower()
    if name.endswith(".xml"):
        if path.stat().st_size > largest:
            raise UnreadableFile(f"{path}: larger than any notice")
        yield _key(name), path.read_bytes()
    elif name.endswith(".zip"):
        yield from _read_zip(path, largest)
    elif name.endswith(_SUFFIXES):
        yield from _read_tar(path, largest)
    else:
        raise UnreadableFile(f"{path}: none of {', '.join(_SUFFIXES)}")


def _read_tar(path: Path, largest: int) -> Iterator[tuple[str, bytes]]:
    # As a stream: members come in their order, and the archive is decompressed once.
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if not member.isfile() or not member.name.lower().endswith(".xml"):
                continue
            if member.size > largest:
                raise UnreadableFile(f"{path}: {member.name} is larger than any notice")
            content = archive.extractfile(member)
            if content is not None:
                yield _key(member.name), content.read()
            # The open archive remembers every member; a year of notices would fill the memory.
            archive.members.clear()  # type: ignore[attr-defined]


def _read_zip(path: Path, largest: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or not member.filename.lower().endswith(".xml"):
                continue
            with archive.open(member) as content:
                payload = content.read(largest + 1)
            if len(payload) > largest:
                raise UnreadableFile(f"{path}: {member.filename} is larger than any notice")
            yield _key(member.filename), payload


def _key(name: str) -> str:
    """The publication number in a file's name (« 002881-2018.xml », « 00642345_2024.xml »), else the name."""
    stem = PurePosixPath(name).name.rpartition(".")[0]
    return publication_number(stem.replace("_", "-")) or stem
