"""An XML notice as a tree of plain names, and strict readers of its values that name what is wrong."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Protocol, TypeVar

from crawler.text import html_to_text
from crawler.xml import parse_xml
from procurement import cleaning
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.labelled import LANGUAGES
from procurement.models import Translations

T = TypeVar("T")


class Element(Protocol):
    """What of lxml's elements is used here; the library ships no types."""

    tag: str
    text: str | None

    def __iter__(self) -> "Iterator[Element]": ...

    def get(self, key: str, default: str = "") -> str:
        """An attribute."""

    def find(self, path: str) -> "Element | None":
        """The first element at a path."""

    def findall(self, path: str) -> "list[Element]":
        """Every element at a path."""

    def iterfind(self, path: str) -> "Iterator[Element]":
        """Every element at a path, one after the other."""

    def iter(self, *tags: str) -> "Iterator[Element]":
        """This element and all below it, of these names."""

    def itertext(self) -> Iterator[str]:
        """The texts below it in their order."""

    def iterancestors(self, *tags: str) -> "Iterator[Element]":
        """The elements above it, of these names."""

    def getparent(self) -> "Element | None":
        """The element above it."""

    def remove(self, child: "Element") -> None:
        """Take an element below it away."""

    def getroottree(self) -> Any:
        """The whole document."""


_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?")
_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# What TED prints in the place of a value that its buyer keeps back for a time (BT-195).
_WITHHELD = frozenset({"unpublished"})
_WITHHELD_YEAR = 1970


def parse(payload: bytes) -> Element:
    """The root of an XML answer, names without their namespaces; ValueError says in words why it is none.

    Nothing outside the answer is read; an answer with a document type of its own, which could carry entities,
    is refused.
    """
    root: Element = parse_xml(payload)
    if _local(root.tag).lower() == "html":
        raise ValueError("a page for people, no XML notice")
    if root.getroottree().docinfo.doctype:
        raise UnreadableNotice("answer", "a document type of its own, which no notice has")
    for element in root.iter():
        element.tag = _local(element.tag)
    return root


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def broken(element: Element, problem: str) -> UnreadableNotice:
    """The error that names where in the answer a value is not as it should be."""
    return UnreadableNotice(path_of(element), problem)


def path_of(element: Element) -> str:
    """Where an element stands below the root, by plain names."""
    path = str(element.getroottree().getelementpath(element))
    return path if path != "." else element.tag


def string(parent: Element | None, path: str) -> str:
    """The text of the first element at a path, without space around it; empty when absent or withheld."""
    found = parent.find(path) if parent is not None else None
    return value_of(found)


def value_of(element: Element | None) -> str:
    """The text of an element; empty when there is none or when the buyer keeps it back."""
    text = (element.text or "").strip() if element is not None else ""
    return "" if text.lower() in _WITHHELD else text


def cleaned(text: str, element: Element, *, single: bool = False) -> str:
    """A text of the notice in clean words; on one line for titles and names."""
    words = html_to_text(text, path=element.tag)
    return one_line(words) if single else words


def kept_languages(texts: Mapping[str, list[str]]) -> Translations:
    """The languages of the service among these, each text once; else the first language there is."""
    joined = {
        language: "\n".join(dict.fromkeys(text for text in parts if text))
        for language, parts in texts.items()
    }
    filled = {language: text for language, text in joined.items() if text}
    ours = {language: filled[language] for language in LANGUAGES if language in filled}
    return ours or dict(list(filled.items())[:1])


def together(parts: Iterable[Translations]) -> Translations:
    """Several texts as one, language by language, each once."""
    found: dict[str, list[str]] = {}
    for part in parts:
        for language, text in part.items():
            found.setdefault(language, []).append(text)
    return kept_languages(found)


def known(table: Mapping[str, T], element: Element | None, *, path: str = "") -> T | None:
    """The meaning of a code; None when it is absent, and one we do not know is never guessed."""
    if element is None:
        return None
    code = value_of(element)
    if not code:
        return None
    if code not in table:
        raise broken(element, f"{code!r} is none of {', '.join(table)}")
    return table[code]


def flag(element: Element | None) -> bool | None:
    """A yes or no; None when the notice does not say."""
    text = value_of(element)
    if element is None or not text:
        return None
    if text not in ("true", "false", "1", "0"):
        raise broken(element, f"{text[:40]!r} is neither true nor false")
    return text in ("true", "1")


def number(element: Element | None) -> float | None:
    """A number that is not negative; None when it is absent or withheld (then TED prints -1)."""
    text = value_of(element)
    if element is None or not text:
        return None
    if not _NUMBER.fullmatch(text) or len(text) > 30:
        raise broken(element, f"{text[:40]!r} is no number")
    found = float(text)
    return found if found >= 0 else None


def whole(element: Element | None) -> int | None:
    """A count; None when it is absent or withheld."""
    found = number(element)
    if element is None or found is None:
        return None
    if found != int(found) or found >= 2**31:
        raise broken(element, f"{found!r} is no count")
    return int(found)


def money(element: Element | None, currency: str = "currencyID") -> tuple[float | None, str | None]:
    """An amount with the currency that its attribute names; neither when the amount is absent."""
    amount = number(element)
    if element is None or amount is None:
        return None, None
    name = element.get(currency, "")
    if not _CURRENCY.fullmatch(name):
        raise broken(element, f"{name!r} is no currency")
    return amount, name


def day(element: Element | None) -> date | None:
    """A day, whatever its offset: the day as printed; None when it is absent or withheld."""
    text = value_of(element)
    if element is None or not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        found = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        found = None
    if found is None:
        raise broken(element, f"{text[:40]!r} is no date")
    return found if found.year != _WITHHELD_YEAR else None


def instant(on: Element | None, at: Element | None) -> datetime | None:
    """An instant from its day and its hour, with the notice's own offset; None when either is absent."""
    found = day(on)
    text = value_of(at)
    if found is None or on is None or at is None or not text:
        return None
    match = _CLOCK.fullmatch(text)
    offset = (match and match[4]) or (_DAY.fullmatch(value_of(on)) or [""] * 5)[4]
    if match is None:
        raise broken(at, f"{text[:40]!r} is no hour")
    if not offset:
        raise broken(at, f"{text!r} has no offset")
    try:
        moment = datetime(
            found.year,
            found.month,
            found.day,
            int(match[1]),
            int(match[2]),
            int(match[3] or 0),
            tzinfo=_zone(offset),
        )
    except ValueError as problem:
        raise broken(at, f"{text[:40]!r} is no hour") from problem
    return in_this_century(moment, at)


def in_this_century(moment: datetime, element: Element) -> datetime:
    """The instant itself, when it is one that a notice of TED can mean."""
    if not date(2000, 1, 1) < moment.astimezone(UTC).date() < date(2100, 1, 1):
        raise broken(element, f"{moment.isoformat()} is out of this century")
    return moment


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[4:6])
    return timezone(timedelta(minutes=minutes if offset[0] == "+" else -minutes))


def cpv_code(element: Element, code: str) -> str:
    """The eight digits of a CPV code, without its check digit."""
    digits = code.strip().partition("-")[0]
    if not re.fullmatch(r"\d{8}", digits):
        raise broken(element, f"{code[:40]!r} is no CPV code")
    return digits


def web_address(value: str) -> str | None:
    """A link that is safe to show: http or https only, and one that fits; anything else is left out.

    TED escapes the ampersand of a link twice.
    """
    address = html.unescape(value.strip())
    return None if any(map(str.isspace, address)) else cleaning.web_address(address)
