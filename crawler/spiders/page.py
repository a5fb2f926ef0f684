"""A web page that lists notices, as the form of its source describes it: entries, then their own pages."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bs4 import BeautifulSoup, Tag
from scrapy.http import Request, Response, TextResponse

from config.readers import PageForm, Selectors
from config.settings import BadConfiguration
from crawler.generic import addresses, record, selecting
from crawler.generic.spider import EntrySpider
from crawler.guard import is_allowed
from crawler.source import Item, Unreadable
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.notices import digest_of
from procurement.records import NoticeRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list: its key, where it leads, what the list says of it, its piece of the page."""

    key: str
    address: str
    facts: dict[str, str]
    payload: bytes
    page: str


class PageSpider(EntrySpider):
    """The notices of a list on the web; without entries the site has changed and the run fails.

    An entry that leads to a page of the same site is read there too; a file or another site is only named.
    A page keeps no archive: an entry without a date of publication is of the day on which it is first seen.
    """

    source = "page"

    def __init__(self, **kwargs: Any) -> None:
        """Take the form of the page."""
        super().__init__(**kwargs)
        if self.form.page is None:
            raise BadConfiguration(f"{self.form.key}: the reader page needs the table [source.page]")
        self.page: PageForm = self.form.page
        self.entries: dict[str, Entry] = {}
        self.pages: set[str] = set()
        # Whether the page being read has an entry that is not too old.
        self.is_in_window = False

    def listing(self) -> Iterator[Request]:
        """The first page of the list."""
        yield self.ask(self.base_url, self.list_page)

    def list_page(self, response: Response) -> Iterator[Request | Item]:
        """Take each entry, then the next page; no entry at all is a fault, unless the page says so itself."""
        self.pages.add(response.url)
        try:
            page = self.parsed(response)
            items = selecting.items_of(page, self.page.item)
            if not items and not (self.page.empty and page.select(self.page.empty)):
                raise ValueError(f"item: `{self.page.item}` found nothing: the page has changed")
        except ValueError as problem:
            yield from self.list_again(response, str(problem))
            return
        self.count_healed(response)
        self.is_in_window = False
        for item in items:
            yield from self.entry(item, response.url)
        yield from self.next_page(page, response)

    def next_page(self, page: Tag, response: Response) -> Iterator[Request | Item]:
        """The page after this one; beyond the most pages only what is too old may stand."""
        found = selecting.find(page, "next", self.page.next, is_needed=False)
        following = addresses.canonical(found, base=response.url) if found else ""
        if following and following not in self.pages:
            if len(self.pages) < self.page.most_pages:
                self.pages.add(following)
                yield self.ask(following, self.list_page)
                return
            if self.is_in_window:
                self.tally.listing_failed = True
                self.tally.reasons.append(
                    f"{following}: the list is longer than {self.page.most_pages} pages"
                )
        if self.page.detail is not None:
            yield from self.take_again()

    def entry(self, item: Tag, page: str) -> Iterator[Request | Item]:
        """One entry: asked for on its own page, or read as it stands."""
        payload = str(item).encode("utf-8", "replace")
        key = text_key(item)
        found: Item
        try:
            key = self.key_of(item, page)
            entry = self.entry_of(item, payload, page)
            if not record.is_wanted(entry.facts["title"], self.page):
                return
            is_old = self.is_old(entry)
            self.is_in_window = self.is_in_window or not is_old
            if is_old and key not in self.known:
                return
            if self.is_read_elsewhere(entry):
                yield from self.take_page(entry)
                return
            found = self.whole(entry)
        except UnreadableNotice as problem:
            found = Unreadable(key, problem.path, problem.problem, payload, page)
        yield from self.hand_over(key, found)

    def key_of(self, item: Tag, page: str) -> str:
        """The key of an entry: where it leads, else its words."""
        address = self.address_of(item, page)
        return addresses.key_of(address) if address else text_key(item)

    def entry_of(self, item: Tag, payload: bytes, page: str) -> Entry:
        """An entry with all that the list says of it."""
        facts = selecting.facts_of(item, self.page)
        return Entry(self.key_of(item, page), self.address_of(item, page), facts, payload, page)

    def address_of(self, item: Tag, page: str) -> str:
        """Where an entry leads; empty when its form names no link."""
        link = selecting.find(item, "link", self.page.link)
        address = addresses.canonical(link, base=page) if link else ""
        if link and not address:
            raise UnreadableNotice("link", f"{link[:80]!r} is no web address")
        return address

    def is_old(self, entry: Entry) -> bool:
        """Whether the list itself says that an entry is older than what this run reads."""
        return record.is_before_the_window(
            entry.facts,
            self.page,
            pattern=self.page.deadline_pattern,
            since=self.since,
            today=self.until,
        )

    def is_read_elsewhere(self, entry: Entry) -> bool:
        """Whether the entry has a page of its own that may be fetched."""
        return (
            self.page.detail is not None
            and bool(entry.address)
            and not addresses.is_document(entry.address)
            and is_allowed(entry.address, hosts=self.form.hosts, base_url=self.base_url)
        )

    def take_page(self, entry: Entry) -> Iterator[Request]:
        """Ask for the entry's own page, once, unless it is stored and does not change."""
        self.entries[entry.key] = entry
        if self.page.read_again and entry.key in self.known and entry.key not in self.met:
            self.met.add(entry.key)
            self.tally.listed += 1
            yield self.ask(
                entry.address, self.publication, key=entry.key, number=addresses.number_of(entry.key)
            )
            return
        yield from self.take(entry.key, addresses.number_of(entry.key), entry.address)

    def whole(self, entry: Entry) -> NoticeRecord:
        """The record of an entry that has no page of its own: its piece of the list is the notice."""
        facts = dict(entry.facts)
        if not facts["title"]:
            raise UnreadableNotice(
                "link", f"{entry.address[:200]} is not fetched, and the title stands there"
            )
        if entry.address and addresses.is_document(entry.address):
            facts["documents"] = facts["documents"] or entry.address
        return self.made(facts, key=entry.key, url=entry.address, payload=entry.payload, page=entry.page)

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """A stored publication again; one that took its day or a fact from elsewhere is refused."""
        page = selecting.parse_page(payload)
        if self.page.detail is not None:
            found = self.own_page(page, None, payload, key="", url=url)
            is_dated = bool(self.page.detail.published)
        else:
            item = page.body.find(True, recursive=False) if page.body else None
            if not isinstance(item, Tag):
                raise UnreadableNotice("item", "no element")
            found = self.whole(self.entry_of(item, payload, url))
            is_dated = bool(self.page.published)
        if not is_dated:
            raise UnreadableNotice("published", "not stated: it is of the day on which it was first seen")
        return found

    def read_answer(self, response: Response, key: str) -> NoticeRecord:
        """The record of an entry's own page, with what the list says of it; a file is only named."""
        entry = self.entries.get(key)
        if isinstance(response, TextResponse):
            return self.own_page(self.parsed(response), entry, response.body, key=key, url=response.url)
        if entry is None:
            raise UnreadableNotice("answer", "a file, and the list does not name it any more")
        return self.whole(replace(entry, facts={**entry.facts, "documents": response.url}))

    def own_page(self, page: Tag, entry: Entry | None, payload: bytes, *, key: str, url: str) -> NoticeRecord:
        """What an entry's own page says, and where it is silent, the list."""
        assert self.page.detail is not None  # noqa: S101  only then is it fetched
        only_listed = [name for name in Selectors.model_fields if getattr(self.page, name)]
        only_listed = [name for name in only_listed if not getattr(self.page.detail, name)]
        if entry is None and only_listed:
            raise UnreadableNotice(only_listed[0], "it stood on the list, which names it no more")
        said = selecting.facts_of(page, self.page.detail, place="detail.")
        listed = entry.facts if entry is not None else {}
        facts = {name: value or listed.get(name, "") for name, value in said.items()}
        key = key or addresses.key_of(addresses.canonical(url, base=url))
        return self.made(facts, key=key, url=url, payload=payload, page=url)

    def made(self, facts: dict[str, str], *, key: str, url: str, payload: bytes, page: str) -> NoticeRecord:
        """The record of these facts."""
        documents = addresses.canonical(facts["documents"], base=page) if facts["documents"] else ""
        origin = record.Origin(self.form.key, key, url or page, payload, page)
        return record.record_of(
            {**facts, "documents": documents},
            self.page,
            origin=origin,
            deadline_pattern=self.page.deadline_pattern,
            today=self.until,
        )

    def parsed(self, response: Response) -> BeautifulSoup:
        """The elements of an answer; ValueError when it is no page."""
        if response.status != 200:
            raise ValueError(f"HTTP {response.status}")
        if not isinstance(response, TextResponse):
            raise ValueError("a file, no page")
        return selecting.parse_page(response.body, response.encoding)


def text_key(item: Tag) -> str:
    """The key of an entry that leads nowhere: the digest of its words."""
    text = one_line(item.get_text(" "), longest=100_000)
    return addresses.key_of(f"text:{digest_of(text.encode('utf-8', 'replace'))}")
