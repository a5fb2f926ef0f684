"""HTML fragments of notices into clean text."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from crawler.bounds import refuse_swarm
from procurement.cleaning import clean_text
from procurement.errors import UnreadableNotice

_BLOCKS = frozenset(("p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = frozenset(("script", "style", "template"))
_MOST_TAGS = 20_000
# What simap's editor makes of a single paragraph, every second of its fragments: nothing to parse.
_ONE_PARAGRAPH = re.compile(r"<p>([^<&]*)</p>")


def html_to_text(fragment: str, *, path: str = "") -> str:
    """The words of an HTML fragment: paragraphs on lines of their own, list items after a bullet.

    UnreadableNotice names the path of a field that is all tags, or nested too deeply.
    """
    text = clean_text(fragment)
    if "<" not in text and "&" not in text:
        return text
    if plain := _ONE_PARAGRAPH.fullmatch(text):
        return _tidy(plain[1])
    try:
        refuse_swarm(text, "<", most=_MOST_TAGS)
        # Within a tag of its own, a bare web address is not taken for the name of a page to fetch.
        return words_of(BeautifulSoup(f"<body>{text}</body>", "lxml"))
    except (ValueError, RecursionError) as problem:
        raise UnreadableNotice(path, f"no HTML that can be read: {problem}") from problem


def words_of(tag: Tag) -> str:
    """The words in an element of a page, laid out as `html_to_text` does; RecursionError when too deep."""
    return _tidy("".join(_pieces(tag)))


def _tidy(words: str) -> str:
    # Entities may stand for characters that no cleaning of the source would have taken out.
    return clean_text(words.replace("\u00a0", " "))


def _pieces(tag: Tag) -> Iterator[str]:
    # The tree is only read: each change to one costs the more the more there is of it.
    for child in tag.children:
        if isinstance(child, Tag):
            if child.name not in _HIDDEN:
                yield from _laid_out(child)
        elif not isinstance(child, PreformattedString):
            yield str(child)


def _laid_out(tag: Tag) -> Iterator[str]:
    if tag.name == "li":
        yield "\n• "
    elif tag.name in _BLOCKS or tag.name == "br":
        yield "\n"
    yield from _pieces(tag)
    if tag.name in _BLOCKS:
        yield "\n"
