"""simap.ch, Switzerland's platform: search by days, then details, and lots through the project header.

API: OpenAPI 1.5.1, open without login. Search lists projects, one row each, with their newest publication;
the award of a lot shows only in the header of its project, and what a publication corrects or follows only in
itself.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from scrapy.http import Request, Response

from config.settings import is_loopback
from crawler.simap.drift import drift_of
from crawler.simap.listing import ProjectHeader, SearchPage, SearchRow
from crawler.simap.reading import read_details
from crawler.source import Item, TenderSpider, read_json
from procurement.db import transaction
from procurement.notices import pointed_at
from procurement.records import NoticeRecord
from procurement.vocabulary import ProcurementMethod

# The search demands a text or a quick filter: all ten kinds together filter nothing out.
_ALL_KINDS = (
    "construction",
    "service",
    "supply",
    "project_competition",
    "idea_competition",
    "overall_performance_competition",
    "project_study",
    "idea_study",
    "overall_performance_study",
    "request_for_information",
)


class SimapSpider(TenderSpider):
    """Every kind of publication of simap.ch in a window of days, all of Switzerland."""

    source = "simap"

    def __init__(self, **kwargs: Any) -> None:
        """Know where people read a notice: on the site, which shares the API's host."""
        super().__init__(**kwargs)
        self.headers_met: set[tuple[str, str]] = set()
        self.unknown_met: set[str] = set()
        self.web_url = (
            "https://www.simap.ch" if is_loopback(self.base_url) else self.base_url.removesuffix("/api")
        )

    def listing(self) -> Iterator[Request]:
        """Open the session as a browser would: a first visit without cookies is sent to a check page."""
        yield self.ask(f"{self.base_url}/cantons/v1", self.after_greeting)

    def after_greeting(self, response: Response) -> Iterator[Request]:
        """The cookie check is passed: begin with the newest publications."""
        self.count_healed(response)
        yield self.search()

    def search(self, last_item: str = "") -> Request:
        """The page of search results after a cursor."""
        question: list[tuple[str, str]] = [
            ("lang", "fr"),
            *(("projectSubTypes", kind) for kind in _ALL_KINDS),
            ("newestPublicationFrom", self.since.isoformat()),
            ("newestPublicationUntil", self.until.isoformat()),
        ]
        if last_item:
            question.append(("lastItem", last_item))
        url = f"{self.base_url}/publications/v2/project/project-search?{urlencode(question)}"
        return self.ask(url, self.search_page, last_item=last_item)

    def search_page(self, response: Response, last_item: str) -> Iterator[Request | Item]:
        """Ask for what the rows name, then for the next page, until a page is short."""
        try:
            page = SearchPage.model_validate(read_json(response.body))
            is_last = len(page.projects) < page.pagination.itemsPerPage
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            if not is_last and page.pagination.lastItem in (None, "", last_item):
                raise ValueError("the search stands still")
        except ValueError as problem:
            yield from self.list_again(response, f"no list of projects: {problem}")
            return
        self.count_healed(response)
        for row in page.projects:
            yield from self.row(row, response)
        if is_last:
            yield from self.take_again()
        else:
            yield self.search(page.pagination.lastItem or "")

    def row(self, row: object, response: Response) -> Iterator[Request | Item]:
        """The publications that one project names; a project with lots is asked for its header too."""
        try:
            project = SearchRow.model_validate(row)
        except ValidationError as problem:
            yield self.unreadable_row(row, problem, response, of="projects[]")
            return
        yield from self.take_details(project.id, project.publicationId, project.publicationNumber)
        for lot in project.lots or []:
            yield from self.take_details(project.id, lot.publicationId, lot.publicationNumber)
        # Listed twice when it moved from page to page: its header is read again only when its newest changed.
        seen = (project.id, project.publicationId)
        if project.lotsType == "with" and seen not in self.headers_met:
            self.headers_met.add(seen)
            url = f"{self.base_url}/publications/v2/project/{project.id}/project-header"
            yield self.ask(url, self.header, project=project.id)

    def header(self, response: Response, project: str) -> Iterator[Request | Item]:
        """The newest publication of each lot: the search shows only the newest of all."""
        try:
            header = ProjectHeader.model_validate(read_json(response.body))
        except ValueError as problem:
            yield from self.list_again(response, f"no project header: {problem}")
            return
        self.count_healed(response)
        newest = [header.latestPublication, *(lot.latestPublication for lot in header.lots or [])]
        for publication in newest:
            if publication is not None:
                yield from self.take_details(project, publication.id, publication.publicationNumber)

    def take_details(self, project: str, key: str, number: str) -> Iterator[Request]:
        """The details of one publication."""
        yield from self.take(key, number, self.details_url(project, key))

    def details_url(self, project: str, key: str) -> str:
        """Where the details of a publication are."""
        return f"{self.base_url}/publications/v1/project/{project}/publication-details/{key}"

    def publication(self, response: Response, key: str, number: str) -> Iterator[Request | Item]:
        """One publication, then what it corrects or follows: the call behind an award, the first version."""
        for ending in super().publication(response, key, number):
            yield ending
            # A call by invitation is never published.
            if (
                isinstance(ending, NoticeRecord)
                and ending.procurement_method is not ProcurementMethod.LIMITED
            ):
                yield from self.behind(ending.procedure_key, ending.corrects_key, ending.refers_to_key)

    def take_again(self, headers: dict[str, str] | None = None) -> Iterator[Request]:
        """What earlier runs found missing, and what stored publications point at and nobody asked for yet."""
        yield from super().take_again(headers)
        with transaction(self.run.engine, read_only=True) as session:
            owed = pointed_at(session, source=self.source)
        for key, project in owed.items():
            yield from self.behind(project, key)

    def behind(self, project: str, *keys: str | None) -> Iterator[Request]:
        """Publications of a project that others point at: asked for once, accounted for, not listed."""
        for key in keys:
            if key is not None and key not in self.met and key not in self.known:
                self.met.add(key)
                self.tally.asked_again += 1
                yield self.ask(self.details_url(project, key), self.publication, key=key, number="")

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One publication from the answer of publication-details; how its shape drifts is tallied."""
        drift = drift_of(read_json(payload))
        self.tally.examined += 1
        self.tally.vanished = dict(Counter(self.tally.vanished) + Counter(drift.vanished))
        for path in sorted(drift.unknown - self.unknown_met):
            self.unknown_met.add(path)
            self.tally.reasons.append(f"unknown field {path}"[:300])
        return read_details(payload, fetched_from=url, web_url=self.web_url)
