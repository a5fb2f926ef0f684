"""What every spider shares: its form, what it hands over, and how it counts and asks."""

import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from traceback import clear_frames
from typing import Any, ClassVar, Literal

import scrapy
from pydantic import ValidationError
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy import Engine
from twisted.python.failure import Failure

from config.tables import SourceForm
from crawler.bounds import refuse_swarm
from procurement.errors import UnreadableNotice
from procurement.notices import digest_of
from procurement.records import NoticeRecord

logger = logging.getLogger(__name__)

# The largest answers of our sources have a tenth of it.
_MOST_VALUES = 300_000


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


@dataclass(frozen=True, slots=True)
class Unfetched:
    """A publication that the source lists and whose answer never came, whatever was tried."""

    source_key: str
    number: str
    reason: str
    fetched_from: str


Item = NoticeRecord | Unreadable | Missing | Unfetched
Ending = Literal["stored", "unchanged", "quarantined", "missing", "lost"]


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
    # How many answers were compared with the known shape, and in how many a field that we count on was gone.
    examined: int = 0
    vanished: dict[str, int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """How many publications this run has to account for."""
        return self.listed + self.asked_again

    @property
    def accounted(self) -> int:
        """How many publications ended somewhere."""
        return self.stored + self.unchanged + self.quarantined + self.missing + self.lost

    def count(self, ending: Ending) -> None:
        """One publication more that ended so."""
        setattr(self, ending, getattr(self, ending) + 1)


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
    """Base of every spider: it lists, asks for each publication once, and hands over what it reads.

    A source says three things: `listing()`, the first requests; `read()`, one publication from one answer;
    and the callbacks of its listing, which call `take()` for each publication that they name. Everything else
    is here: what is stored is not asked for again, every ending of a request is counted, what cannot be read
    is kept.
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
        super().__init__(name=form.key, **kwargs)
        self.form = form
        self.base_url = base_url
        self.since = since
        self.until = until
        self.known = known
        self.open_cases = open_cases
        self.run = run
        self.tally = run.tally
        self.met: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first requests; when that itself fails, the listing has."""
        try:
            for request in self.listing():
                yield request
        except Exception as problem:
            logger.exception("the listing broke its spider", extra={"source": self.form.key})
            self.tally.listing_failed = True
            self.tally.reasons.append(f"{type(problem).__name__} in the spider itself")

    def listing(self) -> Iterator[Request | Item]:
        """The requests that list what the source has published in the window."""
        raise NotImplementedError

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One publication from the answer to its request.

        Raises ValueError when the answer was broken on the way (it is asked for again), UnreadableNotice when
        it is whole and not as it should be (it goes to quarantine).
        """
        raise NotImplementedError

    def read_answer(self, response: Response, key: str) -> NoticeRecord:
        """As `read()`; a source whose list says something of a publication adds it here by its key."""
        return self.read(response.body, url=response.url)

    def unreadable_row(
        self, row: object, problem: ValidationError, response: Response, *, of: str
    ) -> Unreadable:
        """A row of the list `of` that names no publication: counted, and kept, it alone, under its digest."""
        first = problem.errors(include_url=False, include_input=False)[0]
        path = f"{of}." + ".".join(map(str, first["loc"]))
        payload = json.dumps(row, sort_keys=True).encode()
        self.tally.listed += 1
        return Unreadable(f"row:{digest_of(payload)[:16]}", path, first["msg"], payload, response.url)

    def ask(
        self,
        url: str,
        callback: Callable[..., Any],
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        **facts: Any,
    ) -> Request:
        """A request whose every ending is counted: `facts` reach the callback, a failure is an ending too."""
        self.tally.requested += 1
        return Request(
            url,
            callback=callback,
            errback=self.failed,
            method=method,
            body=body,
            headers=headers,
            cb_kwargs=facts,
            dont_filter=True,
            meta={"handle_httpstatus_list": [400, 403, 404, 410]},
        )

    def take(
        self, key: str, number: str, url: str, *, headers: dict[str, str] | None = None
    ) -> Iterator[Request]:
        """Count a publication once, and ask for it unless it is stored."""
        if self._is_new(key):
            yield self.ask(url, self.publication, headers=headers, key=key, number=number)

    def _is_new(self, key: str) -> bool:
        """Count a listed publication, once however often it is listed; True when it is not stored yet."""
        if key in self.met:
            return False
        self.met.add(key)
        self.tally.listed += 1
        if key in self.known:
            self.tally.unchanged += 1
            return False
        return True

    def take_again(self, headers: dict[str, str] | None = None) -> Iterator[Request]:
        """Ask once more for what earlier runs found missing or unreadable, when this one did not list it."""
        for key, url in self.open_cases.items():
            if key not in self.met and not key.startswith("row:"):
                self.met.add(key)
                self.tally.asked_again += 1
                yield self.ask(url, self.publication, headers=headers, key=key, number="")

    def take_answer(self, key: str, payload: bytes, url: str) -> Iterator[Item]:
        """A publication that the listing itself holds whole: count it, read it unless it is stored."""
        if not self._is_new(key):
            return
        try:
            yield self.read(payload, url=url)
        except UnreadableNotice as problem:
            yield Unreadable(key, problem.path, problem.problem, payload, url)
        except ValueError as problem:
            yield Unreadable(key, "answer", str(problem), payload, url)
        except Exception as problem:
            yield self.broke_its_reader(key, problem, payload, url)

    def broke_its_reader(self, key: str, problem: Exception, payload: bytes, url: str) -> Unreadable:
        """A publication over which the spider itself fell: a fault of the reader costs this one alone."""
        logger.error("a notice broke its reader", exc_info=problem, extra={"source": self.form.key})
        return Unreadable(key, "reader", type(problem).__name__, payload, url)

    def publication(self, response: Response, key: str, number: str) -> Iterator[Request | Item]:
        """One publication, read strictly; what the source refuses is missing, what cannot be read is kept."""
        if response.status != 200:
            yield Missing(key, number, f"HTTP {response.status}", response.url)
            return
        try:
            record = self.read_answer(response, key)
            if record.source_key != key:
                raise UnreadableNotice("answer", f"it is {record.source_key[:120]!r} that was answered")
        except UnreadableNotice as problem:
            yield Unreadable(key, problem.path, problem.problem, response.body, response.url)
        except ValueError as problem:
            again = self.retry(response, str(problem))
            yield again or Unreadable(key, "answer", str(problem), response.body, response.url)
        except Exception as problem:
            yield self.broke_its_reader(key, problem, response.body, response.url)
        else:
            self.count_healed(response)
            yield record

    def list_again(self, response: Response, reason: str) -> Iterator[Request | Item]:
        """A page of the listing once more, or the end of the listing."""
        again = self.retry(response, reason)
        if again is not None:
            yield again
        elif response.request is not None:
            yield from self.gave_up(response.request, reason)

    def retry(self, response: Response, reason: str) -> Request | None:
        """The same request once more, until the source had its chances; then None."""
        assert response.request is not None  # noqa: S101  Scrapy always sets it on a downloaded answer
        return get_retry_request(response.request, spider=self, reason=reason)

    def count_healed(self, response: Response) -> None:
        """Count an answer that could be read, and came only after a retry."""
        if response.meta.get("retry_times"):
            self.tally.healed += 1

    def failed(self, failure: Failure) -> Iterator[Item]:
        """Count a request that ended without an answer, after all its retries."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = f"{type(failure.value).__name__}: {failure.getErrorMessage()}"
        if isinstance(failure.value, HttpError):
            reason = f"HTTP {failure.value.response.status}"
        yield from self.gave_up(request, reason[:200])
        if isinstance(failure.value, IgnoreRequest) and failure.value.__cause__ is not None:
            # Its frames hold on to all of an answer that was unpacked so far, and it would be long before
            # Python came round to them: forty such answers took 700 MB.
            clear_frames(failure.value.__cause__.__traceback__)

    def gave_up(self, request: Request, reason: str) -> Iterator[Item]:
        """What a request that failed for good costs: one publication, or the whole listing."""
        self.tally.reasons.append(f"{request.url}: {reason}")
        logger.error("a page could not be read", extra={"source": self.form.key, "url": request.url})
        key = request.cb_kwargs.get("key")
        if key is None:
            self.tally.listing_failed = True
        else:
            asked = (request.meta.get("redirect_urls") or [request.url])[0]
            yield Unfetched(key, request.cb_kwargs["number"], reason, asked)


def read_json(body: bytes) -> Any:
    """The JSON of an answer; ValueError says in words why it is none.

    A name that stands twice in an object is refused: which of the two values holds, nobody can say.
    """
    if not body:
        raise ValueError("an empty answer")
    refuse_swarm(body, b",", b"[", b"{", most=_MOST_VALUES)
    try:
        return json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError as problem:
        raise ValueError("JSON nested too deeply") from problem


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{twice[:60]!r} stands twice")
    return found
