"""The project's own labelled passages: read back out of the recorded files that the references name.

A reference names a file, a record, a field and where in the field's text the passage stands; it holds none of
the text but a digest of it. docs/ess-labels.md says how passages were drawn, read and labelled.
"""

import csv
import hashlib
import html
import io
import json
import lzma
import re
import tarfile
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from crawler.archive import files as simap_files
from crawler.xml import parse_xml
from procurement.errors import UnreadableFile

REFERENCES = Path(__file__).parent / "labels" / "ess.jsonl"
# What rules and models may learn from, and what is kept for the last word.
LEARN, APART = "learn", "apart"

# Between an archive and the file in it that holds the record.
_WITHIN = "#"
_TAG = re.compile(r"<[^>]+>")

_FORMS = ("Notices.csv.xz",)
# One criterion, or one of a list of them, in the forms of the old simap, of TED and of eForms.
_ITEMS = {
    "CRITERIA.ITEM",
    "AC_QUALITY",
    "AC_COST",
    "AC_PRICE",
    "CRITERIA_DEFINITION",
    "SubordinateAwardingCriterion",
}

# A file, a record in it and a field of that.
Place = tuple[str, str, str]
# What gives the text of a field of a record, white space made even; empty when there is none.
Fields = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Label:
    """One family found in a passage, how it is meant there, and the words that tell."""

    family: str
    kind: str
    polarity: str
    start: int
    end: int
    evidence: str
    weight: float | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a notice with what its reader found in it."""

    id: str
    source: str
    language: str
    text: str
    field: str
    labels: tuple[Label, ...]
    ess: bool
    part: str


def passages(data: Path, *, references: Path = REFERENCES) -> Iterator[Passage]:
    """Every labelled passage, in the order of the references; each text is the one that was read.

    An absent file, record or field and a text that is no longer the same raise UnreadableFile with the id.
    """
    lines = [json.loads(line) for line in references.read_text(encoding="utf-8").splitlines()]
    wanted: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for line in lines:
        wanted[line["file"]].add((line["record"], line["field"]))
    texts = read_texts(data, wanted)
    for line in lines:
        yield _passage(line, texts)


def read_texts(data: Path, wanted: Mapping[str, Iterable[tuple[str, str]]]) -> dict[Place, str]:
    """The text of each field that is asked for, by file, record and field; what is not there is left out."""
    archives: defaultdict[str, set[str]] = defaultdict(set)
    for file in wanted:
        archive, _, member = file.partition(_WITHIN)
        archives[archive].add(member)
    found: dict[Place, str] = {}
    for archive, members in archives.items():
        for file, fields in read_files(data, archive, members):
            for record, field in wanted[file]:
                if text := fields(record, field):
                    found[file, record, field] = text
    return found


def read_files(data: Path, archive: str, members: Container[str]) -> Iterator[tuple[str, Fields]]:
    """A file, or those of its members that are asked for, each with what gives its fields."""
    path = data / archive
    if not path.is_file():
        return
    if ".tar" in path.name:
        with tarfile.open(path, "r|*") as packed:
            for member in packed:
                if member.name in members and (content := packed.extractfile(member)):
                    yield f"{archive}{_WITHIN}{member.name}", _fields(member.name, content.read())
    elif path.name in _FORMS:
        yield archive, _forms(path)
    else:
        payload = path.read_bytes()
        yield (
            archive,
            _fields(
                path.name.removesuffix(".xz"), lzma.decompress(payload) if path.suffix == ".xz" else payload
            ),
        )


def digest_of(text: str) -> str:
    """What a reference keeps of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _passage(line: Mapping[str, Any], texts: Mapping[Place, str]) -> Passage:
    place: Place = (line["file"], line["record"], line["field"])
    if place not in texts:
        raise UnreadableFile(f"{line['id']}: no {' / '.join(place)}")
    text = texts[place][line["start"] : line["end"]]
    if digest_of(text) != line["digest"]:
        raise UnreadableFile(f"{line['id']}: {' / '.join(place)} has another text than was labelled")
    return Passage(
        id=line["id"],
        source=line["source"],
        language=line["lang"],
        text=text,
        field=line["field"],
        labels=tuple(
            Label(**label, evidence=text[label["start"] : label["end"]]) for label in line["labels"]
        ),
        ess=line["ess"],
        part=line["part"],
    )


def _fields(name: str, content: bytes) -> Fields:
    if name.endswith(".csv"):
        return _table(content)
    return _tree(content) if name.endswith(".json") else _notice(content)


def _table(content: bytes) -> Fields:
    """A table: its first column names the record, a field is a column."""
    rows: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    table = csv.DictReader(io.StringIO(content.decode("utf-8")))
    first = (table.fieldnames or [""])[0]
    for row in table:
        rows[row[first]].append(row)
    return lambda record, field: _join(row.get(field) or "" for row in rows.get(record, ()))


def _tree(content: bytes) -> Fields:
    """A tree of values: a field is the way to one from the root; a list of criteria ends with a language."""
    root = json.loads(content)

    def read(record: str, field: str) -> str:
        *way, last = field.split("/")
        try:
            value = root
            for step in way:
                value = value[int(step)] if isinstance(value, list) else value[step]
            if isinstance(value, list):
                return " ; ".join(_criterion(item, last) for item in value)
            return _join([_plain(value[last])])
        except (LookupError, TypeError):
            return ""

    return read


def _plain(text: str | None) -> str:
    return html.unescape(_TAG.sub(" ", text or ""))


def _criterion(item: Mapping[str, Any], language: str) -> str:
    texts = [
        _plain((item.get(name) or {}).get(language)) for name in ("title", "description", "verification")
    ]
    weighting = item.get("weighting")
    return _join(["" if weighting is None else str(weighting), *texts])


def _forms(path: Path) -> Fields:
    # One of the file's forms is cut; only those that are asked for are parsed.
    forms = {key: payload for key, payload, _ in simap_files.read_file(path)}
    return lambda record, field: _notice(forms[record])(record, field) if record in forms else ""


def _notice(content: bytes) -> Fields:
    """A notice in XML: a field is an element's name and which of them it is, in the original language."""
    root = parse_xml(content)
    original = next((part for part in root.iter() if part.get("CATEGORY") == "ORIGINAL"), root)

    def read(record: str, field: str) -> str:
        name, _, number = field.partition("/")
        named = [part for part in original.iter() if etree.QName(part).localname == name]
        return element_text(named[int(number) - 1]) if int(number) <= len(named) else ""

    return read


def element_text(element: etree._Element) -> str:
    """The words within an element, criteria parted by semicolons and with their weights before them."""
    words: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            words += [part.get("PRIORITY") or "", part.text or ""]
        else:
            words.append(";" if etree.QName(part).localname in _ITEMS else "")
            words.append((part.tail or "") if part is not element else "")
    return _join(words).strip(" ;")


def _join(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).split())
