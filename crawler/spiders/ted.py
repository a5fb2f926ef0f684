"""TED, the EU's journal of public contracts: notices of Switzerland and the neighbouring départements.

API: TED Search API v3, open without a key; the search names the notices, each one's XML says the rest.
"""

import re
from collections.abc import Iterator

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawler.source import Item, TenderSpider, read_json
from crawler.ted import search
from crawler.ted.codes import publication_number
from crawler.ted.reading import read_xml
from procurement.records import NoticeRecord


class TedSpider(TenderSpider):
    """Every kind of notice bought in some places, or by buyers there, in a window of days of publication."""

    source = "ted"

    def listing(self) -> Iterator[Request]:
        """The first page of the search."""
        yield self.search()

    def search(self, token: str = "", *, listed: int = 0, is_second_try: bool = False) -> Request:
        """The page of the search after a token; `listed` rows came before it."""
        places = re.split(r"[ ,]+", str(self.settings["AIMP_TED_PLACES"]).strip())
        query = search.question(places, since=self.since, until=self.until)
        return self.ask(
            self.base_url + search.PATH,
            self.search_page,
            method="POST",
            body=search.body(query, token),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            token=token,
            listed=listed,
            is_second_try=is_second_try,
        )

    def search_page(
        self, response: Response, token: str, listed: int, is_second_try: bool
    ) -> Iterator[Request | Item]:
        """Ask for what the rows name, then for the next page, until a page is empty."""
        if response.status != 200:
            yield from self.refused(response, is_second_try=is_second_try)
            return
        try:
            page = search.Page.model_validate(read_json(response.body))
            if page.timed_out:
                raise ValueError("the search ran out of time")
            if token and page.next_token == token and page.notices:
                raise ValueError("the search stands still")
        except ValueError as problem:
            yield from self.list_again(response, f"no list of notices: {str(problem)[:150]}")
            return
        self.count_healed(response)
        for row in page.notices:
            yield from self.row(row, response)
        listed += len(page.notices)
        if page.notices and page.next_token:
            yield self.search(page.next_token, listed=listed, is_second_try=is_second_try)
            return
        if page.total is not None and listed < page.total:
            # What the source says it has and does not name is lost, until a run lists it.
            self.tally.listed += page.total - listed
            self.tally.reasons.append(f"{listed} of {page.total} announced notices were listed")
        yield from self.take_again()

    def refused(self, response: Response, *, is_second_try: bool) -> Iterator[Request | Item]:
        """A question that is refused stays refused; only a token that grew old is worth another beginning."""
        try:
            kind, words = search.refusal(read_json(response.body))
        except ValueError:
            kind, words = "", "no reason given"
        if kind in search.STALE_TOKENS and not is_second_try:
            self.tally.reasons.append(f"the search was begun anew: {kind}")
            yield self.search(is_second_try=True)
            return
        assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
        yield from self.gave_up(response.request, f"HTTP {response.status}: {words}")

    def row(self, row: object, response: Response) -> Iterator[Request | Item]:
        """One notice of the search: its XML, at the address that the row gives."""
        try:
            found = search.Row.model_validate(row)
        except ValidationError as problem:
            yield self.unreadable_row(row, problem, response, of="notices[]")
            return
        key = publication_number(found.number) or found.number
        yield from self.take(key, key[:40], found.links.xml.multilingual)

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One notice from its XML; its number is in its address."""
        named = re.search(r"/notice/([^/?#]+)/xml", url)
        return read_xml(payload, fetched_from=url, number=named[1] if named else "")

    def read_answer(self, response: Response, key: str) -> NoticeRecord:
        """One notice, which must be the one that the search named."""
        return read_xml(response.body, fetched_from=response.url, number=key)
