"""Files, packed ones and archives, read one after the other without unpacking them to disk."""

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from procurement.errors import UnreadableFile

_PACKED: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    ".gz": lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file)),
    ".xz": lzma.LZMAFile,
}
_ARCHIVES = (".zip", ".tar", ".tar.xz", ".txz", ".tar.gz", ".tgz")
_LONGEST_LINE = 16 * 2**20
_DAMAGED = (
    OSError,
    EOFError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    NotImplementedError,
)


class Found(NamedTuple):
    """A notice of a file: its key, its payload, and where in the file it stands when that holds several."""

    key: str
    payload: bytes
    place: str = ""


Opening = Callable[[Path], IO[bytes]]
# What reads one file that is not packed, by its name: the notices in it, in order.
Reading = Callable[[str, IO[bytes]], Iterator[Found]]


def open_file(path: Path) -> IO[bytes]:
    """A file to be read as it is."""
    return path.open("rb")


def suffixes(*kinds: str) -> tuple[str, ...]:
    """How the names of files of some kinds end, packed ones and archives among them."""
    return (*kinds, *(f"{kind}{packed}" for kind in kinds for packed in _PACKED), *_ARCHIVES)


def read_each(path: Path, reading: Reading, *, kinds: tuple[str, ...], opened: Opening) -> Iterator[Found]:
    """What `reading` finds in a file, in what it packs, or in each file of some kinds in an archive.

    A damaged or swelling one raises UnreadableFile naming it; what was read before stands.
    """
    try:
        if not path.name.lower().endswith(suffixes(*kinds)):
            raise UnreadableFile(f"none of {', '.join(suffixes(*kinds))}")
        with opened(path) as file:
            if path.name.lower().endswith(_ARCHIVES):
                members = _of_zip(file) if path.name.lower().endswith(".zip") else _of_tar(file)
                for name, content in members:
                    if name.lower().endswith(suffixes(*kinds)[: -len(_ARCHIVES)]):
                        for found in _read(name, content, reading):
                            yield found._replace(place=", ".join(filter(None, (name, found.place))))
            else:
                yield from _read(path.name, file, reading)
    except UnreadableFile as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem
    except _DAMAGED as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem


def content_of(name: str, file: IO[bytes], *, largest: int) -> bytes:
    """All of a file; UnreadableFile when it is larger than it may be."""
    content = file.read(largest + 1)
    if len(content) > largest:
        raise UnreadableFile(f"{name} is larger than {largest} bytes")
    return content


def lines_of(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that hold something, one at a time, with their numbers."""
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise UnreadableFile(f"line {number} is longer than {_LONGEST_LINE} bytes")
        if line.strip():
            yield number, line.strip()


def stem_of(name: str) -> str:
    """A file's name without its folder and what it ends with."""
    return PurePosixPath(name).name.rpartition(".")[0]


def _read(name: str, file: IO[bytes], reading: Reading) -> Iterator[Found]:
    bare, dot, last = name.rpartition(".")
    unpack = _PACKED.get(f"{dot}{last}".lower())
    if unpack is None:
        yield from reading(name, file)
        return
    with unpack(file) as content:
        yield from reading(bare, content)


def _of_tar(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    # As a stream: members come in their order, and the archive is decompressed once.
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            if member.isfile() and (content := archive.extractfile(member)) is not None:
                yield member.name, content
            # The open archive remembers every member; a year of notices would fill the memory.
            archive.members.clear()  # type: ignore[attr-defined]


def _of_zip(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                with archive.open(member) as content:
                    yield member.filename, content
