"""Texts with their CPV code from recordings: the bench set, TED's forms, French contracts, official words."""

import csv
import json
import lzma
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from matcher.cpv.examples import Example, joined
from procurement.labelled import LANGUAGES
from procurement.models import Translations

LABELS = "cpv/cpv_2008_labels_fr_de_it_en.csv.xz"
# Later notices of the same sources are kept apart for a last word: nothing from here on is learnt from.
KEPT_APART_FROM = date(2021, 2, 16)

_TITLES = {"TITLE", "TITLE_CONTRACT", "LOT_TITLE", "CONTRACT_TITLE"}
_DESCRIPTIONS = {"SHORT_DESCR", "SHORT_CONTRACT_DESCRIPTION", "LOT_DESCRIPTION", "SHORT_DESCRIPTION"}
_HELD = {"CPV", "CPV_MAIN", "CPV_ADDITIONAL"}
_TOWN = re.compile(r"^[A-Z]{2}-[^:]{1,60}: ?")
_COUNTRY_LANGUAGE = {"FR": "fr", "DE": "de", "AT": "de", "IT": "it", "UK": "en", "IE": "en"}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines, packed by xz or not."""
    content = path.read_bytes()
    text = (lzma.decompress(content) if path.suffix == ".xz" else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def read_labels(data: Path) -> dict[str, Translations]:
    """The official words of every code in four languages."""
    with lzma.open(data / LABELS, "rt", encoding="utf-8") as lines:
        return {
            row["code"]: {language: row[f"label_{language}"] for language in LANGUAGES}
            for row in csv.DictReader(lines)
        }


def day_of(text: str) -> date:
    """A day written with or without hyphens."""
    return date.fromisoformat(text.replace("-", "")[:8])


def bench_examples(rows: Iterable[Mapping[str, Any]]) -> list[Example]:
    """The rows of the bench set that are in one of the four languages."""
    return [
        Example(text_of(row), row["cpv"], row["lang"], day_of(row["date"]), row["id"])
        for row in rows
        if row["lang"] in LANGUAGES
    ]


def text_of(row: Mapping[str, Any]) -> str:
    """What a row of the bench set says, its title first; the text starts with it already."""
    title, text = row.get("title") or "", row.get("text") or ""
    return text if text.startswith(title) else joined(title, text)


def ted_forms(data: Path) -> Iterator[Example]:
    """Each object and lot of TED’s forms that has a text and a code, in the form's own language.

    Codes are the form's own; the title that TED prints, which holds the words of the code, is not read.
    """
    for languages in ("fr_de_it_en", "other_languages"):
        with tarfile.open(data / f"ted/ted_export_notices_{languages}.tar.xz") as archive:
            for entry in archive:
                file = archive.extractfile(entry)
                if file is not None and entry.name.endswith(".xml"):
                    yield from _forms_of(Path(entry.name).stem.replace("_", "-"), file.read())


def _forms_of(number: str, content: bytes) -> Iterator[Example]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    published = root.findtext(".//{*}DATE_PUB")
    if not published:
        return
    for form in root.iterfind(".//{*}FORM_SECTION/*"):
        language = (form.get("LG") or "").lower()
        if language not in LANGUAGES:
            continue
        if etree.QName(form).localname == "OTH_NOT":
            code = root.find(".//{*}ORIGINAL_CPV")
            if code is not None:
                yield Example(_free_text(form), code.get("CODE"), language, day_of(published), number)
            continue
        for holder, code in _held_codes(form):
            title, description = _text(holder, _TITLES), _text(holder, _DESCRIPTIONS)
            if title or description:
                yield Example(joined(title, description), code, language, day_of(published), number)


def _free_text(form: Any) -> str:
    """The title of a form without fields, without its town, and its longest paragraph: what is asked for."""
    title = " ".join(" ".join(form.find(".//{*}TI_DOC").itertext()).split())
    parts = [" ".join(" ".join(part.itertext()).split()) for part in form.iterfind(".//{*}TXT_MARK")]
    return joined(_TOWN.sub("", title), max(parts, key=len, default=""))


def _held_codes(form: Any) -> Iterator[tuple[Any, str]]:
    """Each part of a form that states codes, with its main one, else its first."""
    codes: dict[Any, list[tuple[bool, str]]] = {}
    for code in form.iterfind(".//{*}CPV_CODE"):
        holder, is_main = code.getparent(), False
        while holder is not None and etree.QName(holder).localname in _HELD:
            is_main = is_main or etree.QName(holder).localname == "CPV_MAIN"
            holder = holder.getparent()
        codes.setdefault(holder, []).append((not is_main, code.get("CODE") or ""))
    for holder, found in codes.items():
        yield holder, min(found, key=lambda pair: pair[0])[1]


def _text(holder: Any, names: set[str]) -> str:
    parts = [part for part in holder if isinstance(part.tag, str) and etree.QName(part).localname in names]
    return " ".join(" ".join(parts[0].itertext()).split()) if parts else ""


def french_contracts(data: Path) -> Iterator[Example]:
    """The titles of French contracts of 2018 with the code that their buyer gave."""
    for row in read_rows(data / "bench/matching/tenders.jsonl"):
        yield Example(row["title"], row["cpv"] or "", "fr", day_of(row["date"]), row["id"])


def awards_of_2011(data: Path) -> Iterator[Example]:
    """The award lines of one issue of TED of January 2011, in the language of their country."""
    with lzma.open(
        data / "ted/awards_tables/tenders-exposed_contracts013_2011.csv.xz", "rt", encoding="utf-8"
    ) as lines:
        for row in csv.DictReader(lines):
            language = _COUNTRY_LANGUAGE.get(row["country"])
            title = row["contract_title"] or row["title_contract"] or ""
            if language:
                text = joined(title, row["short_contract_description"] or "")
                code = (row["cpv"] or "").zfill(8)[:8]
                yield Example(text, code, language, date(2011, 1, 19), row["doc_number"])


OTHERS = {
    "TED forms, objects and lots": ted_forms,
    "French contracts of 2018": french_contracts,
    "TED awards of January 2011": awards_of_2011,
}


def other_examples(data: Path, *, before: date, known: Iterable[Example]) -> dict[str, list[Example]]:
    """By name, what other recordings add before a day to what is known: no text twice for one code."""
    seen = {_key(example) for example in known}
    added: dict[str, list[Example]] = {}
    for name, read in OTHERS.items():
        added[name] = []
        for example in read(data):
            if example.published_on < min(before, KEPT_APART_FROM) and _key(example) not in seen:
                seen.add(_key(example))
                added[name].append(example)
    return added


def _key(example: Example) -> tuple[str, str]:
    return re.sub(r"\W+", "", example.text.casefold())[:200], example.code
