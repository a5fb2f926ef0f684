"""amtsblattportal.ch, the cantonal gazettes: the procurement rubrics of the cantons that still publish there.

API: open without login. A parameter that it does not know it leaves out of account, and answers with all that
it has; so every answer is checked against what was asked.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from scrapy.http import Request, Response

from crawler.gazette.reading import Words, read_publication
from crawler.gazette.shape import Meta, Page, read_page
from crawler.source import Item, TenderSpider
from procurement.records import NoticeRecord

RUBRICS = ("OB-AR", "OB-TI")

_PER_PAGE = 100


class AmtsblattportalSpider(TenderSpider):
    """Procurement notices of Appenzell Ausserrhoden and Ticino in a window of days."""

    source = "amtsblattportal"

    def __init__(self, **kwargs: Any) -> None:
        """Remember what is listed, and the words of the languages read."""
        super().__init__(**kwargs)
        self.words = Words()
        self.listed: dict[str, dict[str, Meta]] = {rubric: {} for rubric in RUBRICS}
        # One after the other, in the order of their numbers: the last language speaks for all.
        self.waiting: deque[Request] = deque()
        self.open_lists = len(RUBRICS)

    def listing(self) -> Iterator[Request]:
        """The first page of each rubric: asked for alone, each answer can be checked."""
        for rubric in RUBRICS:
            yield self.search(rubric, 0)

    def search(self, rubric: str, page: int) -> Request:
        """A page of a rubric in the window, never without state, rubric and days."""
        question = {
            "publicationStates": "PUBLISHED",
            "rubrics": rubric,
            "publicationDate.start": self.since.isoformat(),
            "publicationDate.end": self.until.isoformat(),
            "pageRequest.page": page,
            "pageRequest.size": _PER_PAGE,
        }
        url = f"{self.base_url}/publications?{urlencode(question)}"
        return self.ask(
            url, self.search_page, headers={"Accept": "application/json"}, rubric=rubric, page=page
        )

    def search_page(self, response: Response, rubric: str, page: int) -> Iterator[Request | Item]:
        """Note what a page lists, then ask for the next, or for the publications when every list is whole."""
        try:
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            answer = read_page(response.body)
            outside = next(
                (entry.meta for entry in answer.content if not self.is_asked_for(entry.meta, rubric)), None
            )
        except ValueError as problem:
            yield from self.list_again(response, f"no list of publications: {problem}")
            return
        self.count_healed(response)
        if outside is not None:
            # The filter did nothing: this is the whole gazette.
            yield from self.stop_listing(
                response,
                f"{outside.number} of {outside.rubric}, {outside.published} is none of those asked for",
            )
            return
        self.listed[rubric] |= {entry.meta.id: entry.meta for entry in answer.content}
        yield from self.after(answer, rubric, page, response)

    def is_asked_for(self, meta: Meta, rubric: str) -> bool:
        """Whether a publication is of the rubric and the days that were asked for."""
        return meta.rubric == rubric and meta.state == "PUBLISHED" and self.since <= meta.day <= self.until

    def after(self, answer: Page, rubric: str, page: int, response: Response) -> Iterator[Request | Item]:
        """The next page, or the end of a list, where there must be as many publications as were said."""
        found = self.listed[rubric]
        if len(found) < answer.total and answer.content:
            yield self.search(rubric, page + 1)
            return
        if len(found) != answer.total:
            # Without an order of its own the portal may give one twice and another never.
            yield from self.stop_listing(response, f"{len(found)} publications listed of {answer.total}")
            return
        yield from self.close_list()

    def close_list(self) -> Iterator[Request]:
        """One list is over, whole or not; after the last one come the publications."""
        self.open_lists -= 1
        if self.open_lists == 0:
            yield from self.take_all()

    def take_all(self) -> Iterator[Request]:
        """Ask for the first publication that is not stored; each answer asks for the next."""
        for metas in self.listed.values():
            for meta in sorted(metas.values(), key=lambda meta: meta.number):
                self.waiting += self.take(meta.id, meta.number, f"{self.base_url}/publications/{meta.id}/xml")
        self.waiting += self.take_again()
        yield from self.next()

    def next(self) -> Iterator[Request]:
        """The next publication in turn."""
        if self.waiting:
            yield self.waiting.popleft()

    def publication(self, response: Response, key: str, number: str) -> Iterator[Request | Item]:
        """One publication, then the next, unless this one is asked for again."""
        is_over = True
        for outcome in super().publication(response, key, number):
            is_over = is_over and not isinstance(outcome, Request)
            yield outcome
        if is_over:
            yield from self.next()

    def gave_up(self, request: Request, reason: str) -> Iterator[Request | Item]:  # type: ignore[override]
        """What failed for good does not keep the rest from being asked for."""
        yield from super().gave_up(request, reason)
        yield from self.close_list() if request.cb_kwargs.get("key") is None else self.next()

    def stop_listing(self, response: Response, reason: str) -> Iterator[Request | Item]:
        """End the list as failed: nobody knows what is missing."""
        assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
        yield from self.gave_up(response.request, reason)

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One publication from its XML."""
        return read_publication(payload, fetched_from=url, words=self.words)
