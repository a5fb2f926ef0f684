"""BOAMP, France's official gazette of public contracts: the notices of the départements around Geneva.

API: Opendatasoft Explore v2.1, open without a key. The listing holds each notice whole; it never gives more
than the first 10 000 rows of a question, so a question that holds more is cut smaller.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

from scrapy.http import Request, Response

from crawler.boamp.questions import MOST, PAGE, Cut, Slice, record_url, slices, spellings
from crawler.boamp.reading import canonical, corrects, read_record
from crawler.source import Item, TenderSpider, Unreadable, read_json
from procurement.notices import digest_of
from procurement.records import NoticeRecord


class BoampSpider(TenderSpider):
    """Every kind of notice of some départements in a window of days of publication."""

    source = "boamp"

    def __init__(self, **kwargs: Any) -> None:
        """Start with nothing asked."""
        super().__init__(**kwargs)
        self.waiting: deque[Slice | Cut] = deque()

    def listing(self) -> Iterator[Request]:
        """The first page of the oldest window; one question follows the other."""
        departments = spellings(self.settings["AIMP_BOAMP_DEPARTMENTS"])
        self.waiting.extend(slices(self.since, self.until, departments))
        yield from self.next_slice()

    def next_slice(self) -> Iterator[Request]:
        """The first page of the next slice; after the last, what earlier runs still owe."""
        while self.waiting:
            part = self.waiting.popleft()
            if isinstance(part, Slice):
                yield self.page(part, seen=frozenset(), total=None)
                return
            self.check(part.whole, came=self.tally.listed - part.listed_before, announced=part.announced)
        yield from self.take_again()

    def check(self, part: Slice, *, came: int, announced: int) -> None:
        """Fail the listing when fewer notices came than the source announced."""
        if came < announced:
            self.tally.listing_failed = True
            self.tally.reasons.append(f"{part.condition}: {came} of {announced} notices came")

    def page(self, part: Slice, *, seen: frozenset[str], total: int | None, offset: int = 0) -> Request:
        """One page of a slice; `seen` are the notices that its earlier pages held."""
        url = part.url(self.base_url, offset)
        return self.ask(url, self.page_read, part=part, seen=seen, total=total, offset=offset)

    def page_read(
        self, response: Response, part: Slice, seen: frozenset[str], total: int | None, offset: int
    ) -> Iterator[Request | Item]:
        """Take the rows of a page and ask for the next, until as many came as the first page announced."""
        if response.status != 200:
            yield from self.refused(response)
            return
        try:
            answer = read_json(response.body)
            count, rows = answer["total_count"], answer["results"]
            if not isinstance(count, int) or isinstance(count, bool) or not isinstance(rows, list):
                raise ValueError("no count or no list")
        except (ValueError, KeyError, TypeError) as problem:
            yield from self.list_again(response, f"no list of notices: {problem}")
            return
        announced = count if total is None else total
        if total is None and announced > MOST and self.is_cut(part, announced):
            yield from self.next_slice()
            return
        came = seen | {self.key_of(row) for row in rows}
        if len(came) == len(seen) and len(came) < announced:
            yield from self.list_again(response, f"{len(came)} of {announced} notices came")
            return
        self.count_healed(response)
        for row in rows:
            yield from self.row(row)
        following = offset + PAGE
        if len(came) < announced and following + PAGE <= MOST:
            yield self.page(part, seen=came, total=announced, offset=following)
            return
        self.check(part, came=len(came), announced=announced)
        yield from self.next_slice()

    def is_cut(self, part: Slice, announced: int) -> bool:
        """Put smaller slices in the place of one that holds more than the API gives, if there are any."""
        parts = part.parts()
        if parts:
            self.tally.reasons.append(
                f"{announced} notices from {part.first} to {part.last}: asked for in parts"
            )
            self.waiting.appendleft(Cut(part, announced, self.tally.listed))
            self.waiting.extendleft(reversed(parts))
        return bool(parts)

    def refused(self, response: Response) -> Iterator[Item]:
        """A question that the API refuses stays refused: its own words say why."""
        try:
            answer = read_json(response.body)
            said = f"{answer['error_code']}: {answer['message']}"
        except (ValueError, KeyError, TypeError):
            said = "no reason given"
        assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
        yield from self.gave_up(response.request, f"HTTP {response.status}: {said}"[:300])

    def row(self, row: object) -> Iterator[Request | Item]:
        """One notice; a correction in words is asked for together with what it corrects."""
        key = self.key_of(row)
        if key.startswith("row:"):
            self.tally.listed += 1
            yield Unreadable(key, "idweb", "no key", canonical(row), self.base_url)
            return
        initial = corrects(row) if key not in self.known and key not in self.met else None
        if initial is not None:
            yield from self.take(key, key, record_url(self.base_url, key, initial))
        else:
            yield from self.take_answer(key, canonical(row), record_url(self.base_url, key))

    @staticmethod
    def key_of(row: object) -> str:
        """The number of a notice; one made from its content when it has none."""
        key = row.get("idweb") if isinstance(row, dict) else None
        return key if isinstance(key, str) and key else f"row:{digest_of(canonical(row))[:16]}"

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One notice from a row of the listing, or from the answer that holds it."""
        return read_record(payload, fetched_from=url)
