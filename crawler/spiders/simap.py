"""simap.ch, Switzerland's platform: search by days, then details, and lots through the project header.

API: OpenAPI 1.5.1, open without login. Search lists projects, one row each, with their newest publication;
the award of a lot shows only in the header of its project.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from scrapy.http import Request, Response

from config.settings import is_loopback
from crawler.simap import shape
from crawler.simap.reading import read_details
from crawler.source import Item, Missing, TenderSpider, Unreadable
from procurement.errors import UnreadableNotice
from procurement.notices import digest_of

_PAGE = 20
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
        """Remember what this run has met, so that nothing is asked for twice."""
        super().__init__(**kwargs)
        self.met: set[str] = set()
        # People read notices on the site, which shares the API's host.
        self.web_url = (
            "https://www.simap.ch" if is_loopback(self.base_url) else self.base_url.removesuffix("/api")
        )

    def listing(self) -> Iterator[Request]:
        """Open the session as a browser would, then list; ask again for what earlier runs could not get."""
        yield self.ask(f"{self.base_url}/cantons/v1", self.after_greeting)

    def after_greeting(self, response: Response) -> Iterator[Request]:
        """The cookie check is passed: begin with the newest publications."""
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
            answer = self.read_json(response)
            rows = answer["projects"]
            next_item = (answer.get("pagination") or {}).get("lastItem") or ""
            if response.status != 200 or not isinstance(rows, list):
                raise ValueError(f"HTTP {response.status}")
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            yield from self.again_or_give_up(response, f"no list of projects: {problem}")
            return
        for row in rows:
            yield from self.row(row, response)
        if len(rows) >= _PAGE and next_item and next_item != last_item:
            yield self.search(next_item)
        else:
            yield from self.open_cases_again()

    def row(self, row: object, response: Response) -> Iterator[Request | Item]:
        """The publications that one project names; a project with lots is asked for its header too."""
        try:
            project = shape.SearchRow.model_validate(row)
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            path = "projects[]." + ".".join(str(part) for part in first["loc"])
            self.tally.listed += 1
            yield Unreadable(f"row:{_digest_key(row)}", path, first["msg"], response.body, response.url)
            return
        yield from self.publication(project.id, project.publicationId, project.publicationNumber)
        for lot in project.lots or []:
            yield from self.publication(project.id, lot.publicationId, lot.publicationNumber)
        if project.lotsType == "with":
            url = f"{self.base_url}/publications/v2/project/{project.id}/project-header"
            yield self.ask(url, self.header, project=project.id)

    def header(self, response: Response, project: str) -> Iterator[Request | Item]:
        """The newest publication of each lot: the search shows only the newest of all."""
        try:
            header = shape.ProjectHeader.model_validate(self.read_json(response))
        except ValueError as problem:
            yield from self.again_or_give_up(response, f"no project header: {problem}")
            return
        newest = [header.latestPublication, *(lot.latestPublication for lot in header.lots or [])]
        for publication in newest:
            if publication is not None:
                yield from self.publication(project, publication.id, publication.publicationNumber)

    def publication(self, project: str, key: str, number: str) -> Iterator[Request]:
        """Count a publication once, and ask for its details unless they are stored."""
        if key in self.met:
            return
        self.met.add(key)
        self.tally.listed += 1
        if key in self.known:
            self.tally.unchanged += 1
            return
        yield self.details_request(
            f"{self.base_url}/publications/v1/project/{project}/publication-details/{key}", key, number
        )

    def open_cases_again(self) -> Iterator[Request]:
        """Ask once more for what earlier runs found missing or unreadable, when this one did not list it."""
        for key, url in self.open_cases.items():
            if key not in self.met and "/publication-details/" in url:
                self.met.add(key)
                self.tally.asked_again += 1
                yield self.details_request(url, key, "")

    def details_request(self, url: str, key: str, number: str) -> Request:
        """The request for one publication."""
        return self.ask(url, self.details, key=key, number=number)

    def details(self, response: Response, key: str, number: str) -> Iterator[Request | Item]:
        """One publication, read strictly; what cannot be read is kept whole."""
        if response.status != 200:
            yield Missing(key, number, f"HTTP {response.status}", response.url)
            return
        try:
            self.read_json(response)
        except ValueError as problem:
            again = self.retry(response, f"no JSON: {problem}")
            yield again or Unreadable(key, "answer", f"no JSON: {problem}", response.body, response.url)
            return
        try:
            yield read_details(response.body, fetched_from=response.url, web_url=self.web_url)
        except UnreadableNotice as problem:
            yield Unreadable(key, problem.path, problem.problem, response.body, response.url)

    def again_or_give_up(self, response: Response, reason: str) -> Iterator[Request | Item]:
        """A listing page once more, or the end of the listing."""
        again = self.retry(response, reason)
        if again is not None:
            yield again
        elif response.request is not None:
            yield from self.gave_up(response.request, reason)


def _digest_key(row: object) -> str:
    """A name for a row whose own key cannot be read."""
    return digest_of(repr(row).encode("utf-8", "replace"))[:16]
