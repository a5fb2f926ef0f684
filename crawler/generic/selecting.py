"""What stands on a page at a selector of a form: its words, or where it leads."""

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError
from soupsieve import compile as compile_css

from config.readers import Selectors
from crawler.bounds import refuse_swarm
from crawler.text import words_of
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice

_ATTRIBUTE = re.compile(r"^(?P<css>.*?)(?:@(?P<attribute>[a-zA-Z][\w:.-]*))?$", re.DOTALL)
# The entry itself, which CSS means only from inside.
_SELF = ":scope"
_LINKS = ("documents", "link", "next")
_MOST_TAGS = 50_000


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector, the attribute wanted (empty: the words), and whether an entry may lack it."""

    css: str
    attribute: str
    is_optional: bool

    def fault(self) -> str | None:
        """Why this is no CSS selector, None when it is one."""
        if self.css == _SELF:
            return None
        try:
            compile_css(self.css)
        except SelectorSyntaxError as problem:
            return str(problem).splitlines()[0]
        return None


def selector_of(written: str) -> Selector:
    """The parts of a selector as a form writes it: `css`, `css@attribute`, either with ` ?` at its end."""
    bare = written.strip()
    is_optional = bare.endswith("?")
    match = _ATTRIBUTE.match(bare.removesuffix("?").strip())
    assert match is not None  # noqa: S101  every text matches
    return Selector(match["css"].strip() or _SELF, match["attribute"] or "", is_optional)


def parse_page(body: bytes, encoding: str | None = None) -> BeautifulSoup:
    """The elements of a page; ValueError when it is nested too deeply to be one, or has no end of tags."""
    refuse_swarm(body, b"<", most=_MOST_TAGS)
    try:
        return BeautifulSoup(body, "lxml", from_encoding=encoding)
    except (RecursionError, AssertionError) as problem:
        raise ValueError("no page that can be read") from problem


def items_of(page: Tag, css: str) -> list[Tag]:
    """The entries on a page."""
    return list(page.select(css))


def find(tag: Tag, name: str, written: str, *, place: str = "", is_needed: bool = True) -> str:
    """What stands at the selector of a field, cleaned; UnreadableNotice names one that finds nothing."""
    if not written:
        return ""
    selector = selector_of(written)
    found = [tag] if selector.css == _SELF else tag.select(selector.css)
    # One fact has one place; a description may be several paragraphs.
    wanted = found if name == "description" else found[:1]
    attribute = selector.attribute or ("href" if name in _LINKS else "")
    path = f"{place}{name}"
    words = "\n".join(filter(None, (_said(each, attribute, path) for each in wanted)))
    if not words and is_needed and not selector.is_optional:
        problem = f"has no {attribute}" if found and attribute else "is empty" if found else "found nothing"
        raise UnreadableNotice(path, f"`{written}` {problem}")
    return words


def facts_of(tag: Tag, selectors: Selectors, *, place: str = "") -> dict[str, str]:
    """Every fact that the selectors of a form find in an element, by name; those not asked for are empty."""
    return {name: find(tag, name, getattr(selectors, name), place=place) for name in Selectors.model_fields}


def _said(tag: Tag, attribute: str, path: str) -> str:
    if attribute:
        return one_line(str(tag.get(attribute) or ""), longest=2000)
    try:
        return words_of(tag)
    except RecursionError as problem:
        raise UnreadableNotice(path, "nested too deeply") from problem
