"""What a file is, told from its content and never from its name; what could act or hide is refused.

No virus is looked for: a file of one of the kinds that offices use is whole, in the clear, of one kind only,
and carries no macro or program that can be seen without opening its parts.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from procurement.errors import RuleBroken
from procurement.rules import Rule


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its MIME type, and the endings that a name of it may have, the usual one first."""

    media_type: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
PDF = FileKind("application/pdf", (".pdf",))
PNG = FileKind("image/png", (".png",))
JPEG = FileKind("image/jpeg", (".jpg", ".jpeg"))
TEXT = FileKind("text/plain", (".txt",))
CSV = FileKind("text/csv", (".csv",))
DOCX = FileKind(f"{_OFFICE}wordprocessingml.document", (".docx",))
XLSX = FileKind(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",))
PPTX = FileKind(f"{_OFFICE}presentationml.presentation", (".pptx",))
ODT = FileKind(f"{_OPEN}text", (".odt",))
ODS = FileKind(f"{_OPEN}spreadsheet", (".ods",))
KINDS = (PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, TEXT, CSV)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)

# A file of an office has some dozens of parts; a bomb has thousands, or a few that swell.
_MOST_PARTS = 3_000
_MOST_UNPACKED = 200 * 2**20
_MOST_DIRECTORY = 2**20
_MOST_READ = 2**20
_ZIP = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
# Programs, and what runs inside a document.
_ACTIVE_PART = re.compile(
    r"(?:^|/)(?:vba(?:project|data)[^/]*|oleobject[^/]*|activex|macrosheets|basic|scripts)(?:/|$)|\.(?:exe|dll|com|"
    r"bat|cmd|scr|js|jse|vbs|vbe|wsf|hta|ps1|jar|msi|lnk|sh|class|swf)$",
    re.IGNORECASE,
)
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|Launch)\b")
_LOCKED_PDF = re.compile(rb"/Encrypt\b")
# Texts that a program runs or a browser shows: not what offices mean by a text.
_NO_PLAIN_TEXT = ("{\\rtf", "<", "%!ps", "#!", "mime-version:", "@echo")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def kind_of(content: bytes, name: str) -> FileKind:
    """The kind of a file; the name only tells a table from other plain text.

    RuleBroken for a content that is none of ours, broken, locked, of two kinds at once, or that could act.
    """
    if not content:
        raise RuleBroken(Rule.FILE_EMPTY)
    if content.startswith(_ZIP):
        return _packed(content)
    if zipfile.is_zipfile(BytesIO(content)):
        raise RuleBroken(Rule.FILE_UNKNOWN)
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if b"%PDF-" in content[:1024]:
        raise RuleBroken(Rule.FILE_UNKNOWN)
    if content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return _whole(content.endswith(b"\x00\x00\x00\x00IEND\xaeB`\x82"), PNG)
    if content.startswith(b"\xff\xd8\xff"):
        return _whole(content.rstrip(b"\x00").endswith(b"\xff\xd9"), JPEG)
    if not _is_plain_text(content):
        raise RuleBroken(Rule.FILE_UNKNOWN)
    return CSV if name.lower().endswith(CSV.endings) else TEXT


def _whole(is_whole: bool, kind: FileKind) -> FileKind:
    if not is_whole:
        raise RuleBroken(Rule.FILE_BROKEN)
    return kind


def _pdf(content: bytes) -> FileKind:
    if b"%%EOF" not in content[-1024:]:
        raise RuleBroken(Rule.FILE_BROKEN)
    if _LOCKED_PDF.search(content):
        raise RuleBroken(Rule.FILE_LOCKED)
    if _ACTIVE_PDF.search(content):
        raise RuleBroken(Rule.FILE_ACTIVE)
    return PDF


def _is_plain_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        # Tables that Excel saves in Switzerland are in Windows-1252.
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROLS.search(text) and not text.lstrip().lower().startswith(_NO_PLAIN_TEXT)
    return False


def _packed(content: bytes) -> FileKind:
    if not _is_modest(content):
        raise RuleBroken(Rule.FILE_BROKEN)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(parts)
            return _document(archive, parts)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, zlib.error) as problem:
        # What a damaged archive can raise when its directory or a part is read.
        raise RuleBroken(Rule.FILE_BROKEN) from problem


def _is_modest(content: bytes) -> bool:
    """Whether the directory stands at the very end and is short: known before any of it is read."""
    if len(content) < _END.size:
        return False
    signature, disk, start, here, parts, size, offset, comment = _END.unpack(content[-_END.size :])
    return bool(
        signature == b"PK\x05\x06"
        # The directory of a larger format would be read in the place of this one.
        and content[-_END.size - 20 :][:4] != b"PK\x06\x07"
        and (disk, start, comment) == (0, 0, 0)
        and here == parts <= _MOST_PARTS
        and size <= _MOST_DIRECTORY
        and offset + size + _END.size == len(content)
    )


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise RuleBroken(Rule.FILE_LOCKED)
    names = [part.filename for part in parts]
    if any(_ACTIVE_PART.search(name) for name in names):
        raise RuleBroken(Rule.FILE_ACTIVE)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise RuleBroken(Rule.FILE_BROKEN)
    is_odd = any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names)
    if is_odd or len(set(names)) < len(names) or len(parts) > _MOST_PARTS:
        raise RuleBroken(Rule.FILE_BROKEN)
    if sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise RuleBroken(Rule.FILE_BROKEN)
    # Parts that share their bytes swell without end.
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise RuleBroken(Rule.FILE_BROKEN)
        end = part.header_offset + 30 + part.compress_size


_MAIN_PARTS = (
    (b"wordprocessingml.document.main+xml", DOCX),
    (b"spreadsheetml.sheet.main+xml", XLSX),
    (b"presentationml.presentation.main+xml", PPTX),
)


def _document(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> FileKind:
    names = {part.filename for part in parts}
    if "[Content_Types].xml" in names:
        types = _read(archive, "[Content_Types].xml")
        if re.search(rb"macroEnabled|vbaProject", types, re.IGNORECASE):
            raise RuleBroken(Rule.FILE_ACTIVE)
        found = [kind for words, kind in _MAIN_PARTS if words in types]
        if len(found) == 1 and "mimetype" not in names:
            return found[0]
    elif "mimetype" in names:
        said = _read(archive, "mimetype").decode("ascii", "replace").strip()
        if "META-INF/manifest.xml" in names and b"encryption-data" in _read(archive, "META-INF/manifest.xml"):
            raise RuleBroken(Rule.FILE_LOCKED)
        for kind in (ODT, ODS):
            if said == kind.media_type:
                return kind
    raise RuleBroken(Rule.FILE_UNKNOWN)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """The start of a part: as much as tells what it is."""
    with archive.open(name) as part:
        return part.read(_MOST_READ)
