"""A feed of notices (RSS or Atom), as the form of its source describes it."""

from collections.abc import Iterator
from typing import Any

from scrapy.http import Request, Response

from config.readers import FeedForm
from config.settings import BadConfiguration
from crawler.generic import addresses, record
from crawler.generic.feeds import FeedEntry, entries_of, entry_of
from crawler.generic.spider import EntrySpider
from crawler.source import Item, Unreadable
from procurement.errors import UnreadableNotice
from procurement.notices import digest_of
from procurement.records import NoticeRecord


class FeedSpider(EntrySpider):
    """The entries of a feed, each a notice of its own; what it links to is shown, not fetched."""

    source = "feed"

    def __init__(self, **kwargs: Any) -> None:
        """Take the form of the feed."""
        super().__init__(**kwargs)
        if self.form.feed is None:
            raise BadConfiguration(f"{self.form.key}: the reader feed needs the table [source.feed]")
        self.feed: FeedForm = self.form.feed

    def listing(self) -> Iterator[Request]:
        """The feed itself."""
        yield self.ask(self.base_url, self.list_feed)

    def list_feed(self, response: Response) -> Iterator[Request | Item]:
        """Hand over each entry; a feed may truly be empty, another document is a fault."""
        try:
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            entries = entries_of(response.body)
        except ValueError as problem:
            yield from self.list_again(response, str(problem))
            return
        self.count_healed(response)
        for entry in entries:
            yield from self.entry(entry, response.url)

    def entry(self, entry: FeedEntry, feed: str) -> Iterator[Item]:
        """One entry, read strictly."""
        key = key_of(entry)
        found: Item
        try:
            facts = self.facts(entry)
            if not record.is_wanted(facts["title"], self.feed) or self.is_old(key, facts):
                return
            found = self.made(entry, facts, key=key, feed=feed)
        except UnreadableNotice as problem:
            found = Unreadable(key, problem.path, problem.problem, entry.payload, feed)
        yield from self.hand_over(key, found)

    def facts(self, entry: FeedEntry) -> dict[str, str]:
        """What an entry says; the words of its deadline are those that the form's pattern holds, if any."""
        said = f"{entry.title}\n{entry.text}"
        deadline = record.the_words(self.feed.deadline, said) if self.feed.deadline else ""
        published_on = entry.published_on()
        return {
            "title": entry.title,
            "description": entry.text,
            "deadline": deadline,
            "published": published_on.isoformat() if published_on else "",
        }

    def is_old(self, key: str, facts: dict[str, str]) -> bool:
        """Whether an entry that is not stored is older than what this run reads."""
        return key not in self.known and record.is_before_the_window(
            facts, self.feed, pattern="", since=self.since, today=self.until
        )

    def made(self, entry: FeedEntry, facts: dict[str, str], *, key: str, feed: str) -> NoticeRecord:
        """The record of an entry."""
        address = addresses.canonical(entry.link, base=feed) if entry.link else ""
        documents = address if address and addresses.is_document(address) else ""
        return record.record_of(
            {**facts, "documents": documents},
            self.feed,
            origin=record.Origin(self.form.key, key, address or self.form.homepage, entry.payload, feed),
            deadline_pattern="",
            today=self.until,
        )

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """A stored entry again; one without a date is refused: it is of the day of its first sight."""
        entry = entry_of(payload)
        facts = self.facts(entry)
        if not facts["published"]:
            raise UnreadableNotice("published", "not stated: it is of the day on which it was first seen")
        return self.made(entry, facts, key=key_of(entry), feed=url)


def key_of(entry: FeedEntry) -> str:
    """The key of an entry: what its feed calls it, else its digest."""
    return addresses.key_of(entry.identifier or f"text:{digest_of(entry.payload)}")
