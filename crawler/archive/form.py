"""A form of the old simap: XML with upper-case names, read by path so that each fault names its place.

Source: `DOCTYPE FORM`, versions 3.0 and 3.1; one child, named after the kind of form (OB01, OB02 …).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from crawler.archive.moments import read_day
from crawler.xml import parse_xml
from procurement.cleaning import clean_text, one_line
from procurement.errors import UnreadableNotice
from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.vocabulary import Stated

_STATED = {
    "YES": Stated.YES,
    "NO": Stated.NO,
    "NOT_SPECIFIED": Stated.NOT_SPECIFIED,
    "": Stated.NOT_SPECIFIED,
}


@dataclass(frozen=True, slots=True)
class Node:
    """An element of a form, with its path and the form's language; what is absent reads as empty."""

    element: Any
    path: str
    language: str

    def child(self, path: str) -> "Node":
        """The first element below at a path; an absent one has no children and no text."""
        found = self.element.find(path) if self.element is not None else None
        return Node(found, f"{self.path}/{path}", self.language)

    def children(self, path: str) -> Iterator["Node"]:
        """Every element below at a path."""
        found = self.element.findall(path) if self.element is not None else []
        for position, element in enumerate(found):
            yield Node(element, f"{self.path}/{path}[{position}]", self.language)

    @property
    def exists(self) -> bool:
        """Whether the form has this element."""
        return self.element is not None

    @property
    def text(self) -> str:
        """Its words, cleaned: the forms hold plain text, so angle brackets in it are words too."""
        if self.element is None:
            return ""
        if len(self.element):
            raise UnreadableNotice(self.path, "elements where words should be")
        return clean_text(self.element.text or "")

    @property
    def line(self) -> str:
        """Its words on a single line."""
        return one_line(self.text)

    @property
    def key(self) -> str:
        """The number that a lot bears, `LOT.NR`, by which its award finds it; it may be a word."""
        return one_line(self.child("LOT.NR").text, longest=40)

    @property
    def day(self) -> date | None:
        """The day that it names."""
        return read_day(self.line, self.path)

    @property
    def number(self) -> int | None:
        """The whole number that it names."""
        return whole_number(self.line, self.path)

    def value(self, name: str = "VALUE") -> str:
        """An attribute, empty when it is absent."""
        return one_line(str(self.element.get(name) or "")) if self.element is not None else ""

    @property
    def stated(self) -> Stated:
        """Yes, no or not specified, from its VALUE."""
        stated: Stated = self.one_of(_STATED)
        return stated

    def one_of(self, table: dict[str, Any], name: str = "VALUE") -> Any:
        """The meaning of an attribute; one that we do not know is never guessed."""
        if self.value(name) not in table:
            known = ", ".join(filter(None, table))
            raise UnreadableNotice(f"{self.path}@{name}", f"{self.value(name)!r} is none of {known}")
        return table[self.value(name)]

    def codes(self, name: str) -> tuple[str, ...]:
        """The CPV codes below it, each eight digits; an empty entry of the list is none."""
        found: dict[str, None] = {}
        for entry in self.children(f".//{name}"):
            code = entry.value("CODE")
            if code and not re.fullmatch(r"\d{8}", code):
                raise UnreadableNotice(f"{entry.path}@CODE", f"{code!r} is no CPV code")
            found |= {code: None} if code else {}
        return tuple(found)

    def words(self, *paths: str) -> Translations:
        """The words at some paths, one below the other, in the form's language; « . » is the node itself."""
        text = "\n\n".join(filter(None, ((self if path == "." else self.child(path)).text for path in paths)))
        return {self.language: text} if text else {}


def parse_form(payload: bytes) -> Node:
    """The root of a form; ValueError when the answer is no whole FORM, as after a cut connection."""
    root = parse_xml(payload)
    if root.tag != "FORM":
        raise ValueError(f"no FORM but {str(root.tag)[:40]!r}")
    language = str(root.get("LANG") or "").lower()
    if language not in LANGUAGES:
        raise UnreadableNotice("FORM@LANG", f"{language!r} is none of {', '.join(LANGUAGES)}")
    return Node(root, "FORM", language)


def whole_number(text: str, path: str) -> int | None:
    """The whole number that a text names, None for an empty one."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise UnreadableNotice(path, f"{text!r} is no whole number")
    return int(text)
