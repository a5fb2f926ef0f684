"""archiv.simap.ch, the closed archive of simap from 2007 to June 2024: search by days, then one form each.

API: open without login, as its own web page uses it. Nothing new has come since 30 June 2024, so that a run
without `--since` has nothing to read and says so. A long window takes several runs: what is stored is not
asked for again.
"""

import json
import logging
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.http import Request, Response

from crawler.archive.reading import read_form
from crawler.archive.search import Page, Row, read_page
from crawler.source import Item, TenderSpider, Unreadable
from procurement.records import NoticeRecord

logger = logging.getLogger(__name__)

CLOSED_ON = date(2024, 6, 30)

_READ = ("OB01", "OB02")
# Every kind is asked for, so that the list is whole; those that are not read are kept as the list gives them.
_KINDS = tuple(f"OB{number:02}" for number in range(10))
_PER_PAGE = 1000
_XML = {"Accept": "application/xml"}
_JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class SimapArchiveSpider(TenderSpider):
    """Calls and awards of the old simap in a window of days."""

    source = "simap_archive"

    def __init__(self, **kwargs: Any) -> None:
        """Begin with no form seen: the list must add up in the end."""
        super().__init__(**kwargs)
        self.seen: set[int] = set()

    def listing(self) -> Iterator[Request | Item]:
        """The first page of the window, or nothing when all of it lies after the end of the archive."""
        if self.since > CLOSED_ON:
            self.tally.reasons.append(f"the archive ends on {CLOSED_ON}: give --since a day before that")
            logger.warning(
                "the archive is closed: give --since a day in it", extra={"last_day": str(CLOSED_ON)}
            )
            yield from self.take_again(_XML)
            return
        yield self.search(1)

    def search(self, page: int) -> Request:
        """A page of the list. No words are searched for: an apostrophe in them breaks the search."""
        question = {"pageNo": page, "recordsPerPage": _PER_PAGE, "sort": "DATUM", "sortOrder": "DESC"}
        window = {
            "stat_tm_1": self.since.isoformat(),
            "stat_tm_2": min(self.until, CLOSED_ON).isoformat(),
            "type_cd_ob": ",".join(_KINDS),
        }
        url = f"{self.base_url}/search?{urlencode(question)}"
        body = json.dumps(window).encode()
        return self.ask(url, self.search_page, method="POST", body=body, headers=_JSON, page=page)

    def search_page(self, response: Response, page: int) -> Iterator[Request | Item]:
        """Ask for each form of the page, then for the next page; the list must hold what it says it holds."""
        try:
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            answer = read_page(response.body)
            outside = [row for row in answer.publication if not self.is_asked_for(row)]
        except ValueError as problem:
            yield from self.list_again(response, f"no list of forms: {problem}")
            return
        self.count_healed(response)
        if outside:
            # What the search does not understand it leaves out of account, and gives the whole archive.
            yield from self.stop_listing(response, f"form {outside[0].id} is none of those asked for")
            return
        for row in answer.publication:
            yield from self.row(row, response)
        yield from self.after(answer, page, response)

    def is_asked_for(self, row: Row) -> bool:
        """Whether a row lies within the window and is of a kind that was asked for."""
        return self.since <= row.day <= min(self.until, CLOSED_ON) and row.type in _KINDS

    def row(self, row: Row, response: Response) -> Iterator[Request | Item]:
        """One form of the list: read it, or keep the row of a kind that is not read."""
        if row.id in self.seen:
            return
        self.seen.add(row.id)
        key = str(row.id)
        if row.type in _READ:
            yield from self.take(key, key, self.detail_url(row), headers=_XML)
            return
        self.tally.listed += 1
        payload = row.model_dump_json(by_alias=True).encode()
        yield Unreadable(f"row:{key}", "type", f"{row.type} is listed and not read", payload, response.url)

    def detail_url(self, row: Row) -> str:
        """The address of a form; behind it, for us alone, the project that the form itself does not name."""
        url = f"{self.base_url}/detail?{urlencode({'meldungsnummer': row.id})}"
        return f"{url}#projectid={row.projectid}" if row.projectid else url

    def after(self, answer: Page, page: int, response: Response) -> Iterator[Request | Item]:
        """The next page, or the end of the list, where the forms seen must be as many as were said."""
        if page < answer.pages and answer.publication:
            yield self.search(page + 1)
        elif len(self.seen) != answer.total:
            yield from self.stop_listing(response, f"{len(self.seen)} forms listed of {answer.total}")
        else:
            yield from self.take_again(_XML)

    def stop_listing(self, response: Response, reason: str) -> Iterator[Item]:
        """End the list as failed: nobody knows what is missing."""
        assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
        yield from self.gave_up(response.request, reason)

    def publication(self, response: Response, key: str, number: str) -> Iterator[Request | Item]:
        """One form; its address keeps the project behind it, also when the form has to be asked for again."""
        if response.request is not None:
            response = response.replace(url=response.request.url)
        yield from super().publication(response, key, number)

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One call or award from the answer of /detail."""
        [project] = parse_qs(urlsplit(url).fragment).get("projectid") or [""]
        return read_form(payload, fetched_from=url, project=project)
