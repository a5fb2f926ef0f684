"""The entries of a feed: RSS 2.0, RSS 1.0 (RDF) and Atom, parsed without entities and without the network.

RSS 2.0: rssboard.org/rss-specification; RSS 1.0: web.resource.org/rss/1.0; Atom: RFC 4287.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from crawler.text import html_to_text
from crawler.xml import parse_xml
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH

_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as it stands: nothing of it is judged yet."""

    element: etree._Element

    @property
    def payload(self) -> bytes:
        """The entry's own piece of the feed."""
        payload: bytes = etree.tostring(self.element, encoding="utf-8", with_tail=False)
        return payload

    @property
    def identifier(self) -> str:
        """Its guid or id, else its link; empty when it has neither."""
        about = self.element.get(f"{_RDF}about", "").strip()
        return self._text("guid", f"{_ATOM}id") or about or self.link

    @property
    def link(self) -> str:
        """Where it leads, as written."""
        for link in self.element.iterfind(f"{_ATOM}link"):
            if link.get("rel", "alternate") == "alternate" and link.get("href"):
                return str(link.get("href")).strip()
        permanent = self.element.find("guid")
        written = self._text("link", f"{_RSS1}link")
        if not written and permanent is not None and permanent.get("isPermaLink", "true") == "true":
            return self._text("guid")
        return written

    @property
    def title(self) -> str:
        """Its title in clean text."""
        return self._words("title", f"{_ATOM}title", f"{_RSS1}title", f"{_DC}title")

    @property
    def text(self) -> str:
        """Its words in clean text: the whole text where there is one, else the summary."""
        return self._words(
            f"{_CONTENT}encoded",
            f"{_ATOM}content",
            "description",
            f"{_ATOM}summary",
            f"{_RSS1}description",
            f"{_DC}description",
        )

    def published_on(self) -> date | None:
        """The day of its publication in the time of Zurich; UnreadableNotice when its date is none."""
        names = ("pubDate", f"{_ATOM}published", f"{_ATOM}updated", f"{_DC}date")
        written = self._text(*names)
        return _day(written) if written else None

    def _text(self, *names: str) -> str:
        for name in names:
            found = self.element.find(name)
            if found is not None and (text := "".join(found.itertext()).strip()):
                return text
        return ""

    def _words(self, *names: str) -> str:
        for name in names:
            found = self.element.find(name)
            if found is None:
                continue
            is_markup = found.get("type") == "xhtml"
            inside = etree.tostring(found, encoding="unicode", with_tail=False) if is_markup else ""
            if words := html_to_text(inside or "".join(found.itertext()), path="feed"):
                return words
        return ""


def entries_of(body: bytes) -> list[FeedEntry]:
    """The entries of a feed; ValueError when it is none, or uses entities of its own."""
    try:
        root = parse_xml(body)
    except UnreadableNotice as problem:
        raise ValueError(str(problem)) from problem
    return [FeedEntry(element) for element in _entries(root)]


def entry_of(payload: bytes) -> FeedEntry:
    """One entry from its own piece of a feed."""
    return FeedEntry(parse_xml(payload))


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    if root.tag == "rss" and root.find("channel") is not None:
        yield from root.iterfind("channel/item")
    elif root.tag == f"{_RDF}RDF" and root.find(f"{_RSS1}channel") is not None:
        yield from root.iterfind(f"{_RSS1}item")
    elif root.tag == f"{_ATOM}feed":
        yield from root.iterfind(f"{_ATOM}entry")
    else:
        raise ValueError(f"{str(root.tag)[:80]} is no feed")


def _day(written: str) -> date:
    """The day of a date in the manner of RFC 822 or RFC 3339; an hour without an offset is that of Zurich."""
    moment = _rfc822(written) or _rfc3339(written)
    if moment is None or not 2000 <= moment.year < 2100:
        raise UnreadableNotice("published", f"{written[:40]!r} is no date")
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZURICH)).astimezone(ZURICH).date()


def _rfc822(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    # "-0000" and unknown zones come back without one: they mean UTC there.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rfc3339(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
