"""What every spider shares: its form, what it hands over, and how it counts and asks."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

import scrapy
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy import Engine
from twisted.python.failure import Failure

from config.tables import SourceForm
from procurement.records import NoticeRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer that has not the shape it should have, to be kept whole."""

    source_key: str
    path: str
    problem: str
    payload: bytes
    fetched_from: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A publication that the source lists and does not give."""

    source_key: str
    number: str
    reason: str
    fetched_from: str


Item = NoticeRecord | Unreadable | Missing


@dataclass(slots=True)
class Tally:
    """The account of a run: every publication listed must end in exactly one of the counts below it."""

    listed: int = 0
    asked_again: int = 0
    requested: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    missing: int = 0
    lost: int = 0
    healed: int = 0
    listing_failed: bool = False
    reasons: list[str] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """How many publications this run has to account for."""
        return self.listed + self.asked_again

    @property
    def accounted(self) -> int:
        """How many publications ended somewhere."""
        return self.stored + self.unchanged + self.quarantined + self.missing + self.lost


@dataclass(frozen=True, slots=True)
class Run:
    """What a run over a source carries: where it stores, who it is, and its account."""

    source: str
    engine: Engine
    holder: str
    tally: Tally
    clock: Callable[[], datetime]

    @property
    def lease(self) -> str:
        """The name of the lease that keeps two runs over one source apart."""
        return f"crawl:{self.source}"


class TenderSpider(scrapy.Spider):
    """Base of every spider: `listing()` starts it, pages are asked for with `ask`, records are yielded.

    A spider only reads pages and yields `NoticeRecord`, `Unreadable` or `Missing`; it stores nothing itself.
    """

    source: ClassVar[str]

    def __init__(
        self,
        *,
        form: SourceForm,
        base_url: str,
        since: date,
        until: date,
        known: frozenset[str],
        open_cases: dict[str, str],
        run: Run,
        **kwargs: Any,
    ) -> None:
        """Take what a run gives: the window of days, the keys stored already, and cases to ask for again."""
        super().__init__(name=self.source, **kwargs)
        self.form = form
        self.base_url = base_url
        self.since = since
        self.until = until
        self.known = known
        self.open_cases = open_cases
        self.run = run
        self.tally = run.tally

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first requests."""
        for request in self.listing():
            yield request

    def listing(self) -> Iterator[Request]:
        """The requests that list what the source has published in the window."""
        raise NotImplementedError

    def ask(self, url: str, callback: Callable[..., Any], **facts: Any) -> Request:
        """A request whose every ending is counted: `facts` reach the callback, a failure is an ending too."""
        self.tally.requested += 1
        return Request(
            url,
            callback=callback,
            errback=self.failed,
            cb_kwargs=facts,
            dont_filter=True,
            meta={"handle_httpstatus_list": [400, 403, 404, 410]},
        )

    def read_json(self, response: Response) -> Any:
        """The JSON of an answer; ValueError says in words why it is none."""
        if response.meta.get("retry_times"):
            self.tally.healed += 1
        if not isinstance(response, TextResponse) or not response.body:
            raise ValueError("an empty or binary answer")
        try:
            return json.loads(response.body, parse_constant=_refuse_constant)
        except RecursionError as problem:
            raise ValueError("nested too deeply") from problem

    def retry(self, response: Response, reason: str) -> Request | None:
        """The same request once more, until the source had its chances; then None."""
        assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
        return get_retry_request(response.request, spider=self, reason=reason)

    def failed(self, failure: Failure) -> Iterator[Item]:
        """Count a request that ended without an answer, after all its retries."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = f"{type(failure.value).__name__}: {failure.getErrorMessage()}"
        if isinstance(failure.value, HttpError):
            reason = f"HTTP {failure.value.response.status}"
        yield from self.gave_up(request, reason[:200])

    def gave_up(self, request: Request, reason: str) -> Iterator[Item]:
        """What a request that failed for good costs: one publication, or the whole listing."""
        key = request.cb_kwargs.get("key")
        if key is None:
            self.tally.listing_failed = True
        else:
            self.tally.lost += 1
        self.tally.reasons.append(f"{request.url}: {reason}")
        logger.error("a page could not be read", extra={"source": self.source, "url": request.url})
        return iter(())


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
