"""A run over the gazettes: what is listed is what was asked for, and all of it is accounted for."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from crawler.sample.server import listening
from tests.crawler.conftest import Installation

pytestmark = pytest.mark.slow

PUBLICATIONS = Path(__file__).parents[1] / "recordings" / "gazette"
SINCE = ("crawl", "amtsblattportal", "--since", "2026-11-01")
# Two publications a page, whatever is asked for.
_A_PAGE = 2


def an_entry(payload: bytes) -> dict[str, Any]:
    """The entry of the list for a publication, in the shape of the portal."""
    meta = etree.fromstring(payload).find("meta")
    said = {str(child.tag): child.text for child in meta}
    title = meta.findtext(f"title/{said['language']}")
    return {
        "meta": {
            "id": said["id"],
            "rubric": said["rubric"],
            "subRubric": said["subRubric"],
            "language": said["language"],
            "registrationOffice": {"id": "office-1", "displayName": "Un ufficio"},
            "publicationNumber": said["publicationNumber"],
            "publicationState": "PUBLISHED",
            "publicationDate": f"{said['publicationDate']}T00:00:00.000Z",
            "expirationDate": "2031-09-10T00:00:00.000Z",
            "cantons": [said["cantons"]],
            "title": {"de": title, "fr": title, "it": title, "en": title},
        },
        "links": [],
        "attachments": [],
        "content": None,
        "commented": False,
    }


PAYLOADS = {
    an_entry(path.read_bytes())["meta"]["id"]: path.read_bytes()
    for path in sorted(PUBLICATIONS.glob("*.xml"))
}


@dataclass(slots=True)
class Portal:
    """A small portal: what was asked of it, and what it answers instead."""

    address: str = ""
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    ignores: tuple[str, ...] = ()
    page: Callable[[dict[str, Any]], dict[str, Any]] = lambda right: right
    publication: Callable[[str, int], tuple[int, bytes] | None] = lambda key, before: None


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal that answers on this machine."""
    state = Portal()
    with listening(_handler(state)) as address:
        state.address = f"{address}/api/v1"
        yield state


def _found(state: Portal, question: dict[str, list[str]]) -> dict[str, Any]:
    """The page for a question; a parameter that the portal ignores narrows nothing."""
    asked = {name: values[0] for name, values in question.items() if name not in state.ignores}
    entries = [
        entry
        for entry in map(an_entry, PAYLOADS.values())
        if asked.get("rubrics", entry["meta"]["rubric"]) == entry["meta"]["rubric"]
        and asked.get("publicationDate.start", "") <= entry["meta"]["publicationDate"][:10]
    ]
    page = int(question["pageRequest.page"][0])
    return {
        "content": entries[page * _A_PAGE : (page + 1) * _A_PAGE],
        "total": len(entries),
        "pageRequest": {"sortOrders": [], "page": page, "size": _A_PAGE},
    }


def _handler(state: Portal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/api/v1/publications":
                question = parse_qs(url.query)
                state.asked.append(question)
                self.send(200, json.dumps(state.page(_found(state, question))).encode())
                return
            key = url.path.removeprefix("/api/v1/publications/").removesuffix("/xml")
            if key not in PAYLOADS:
                self.send(404, b"")
                return
            before = state.details.count(key)
            state.details.append(key)
            self.send(*(state.publication(key, before) or (200, PAYLOADS[key])))

        def send(self, status: int, body: bytes) -> None:
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def reader(portal: Portal, install: Callable[[str], Installation]) -> Installation:
    """An installation that reads this portal."""
    made = install("http://127.0.0.1:1/api")
    made.environment["AIMP_AMTSBLATTPORTAL_URL"] = portal.address
    return made


def test_everything_listed_is_stored_and_a_second_run_stores_nothing_new(
    portal: Portal, reader: Installation
) -> None:
    code, said = reader.run(*SINCE)

    assert code == 0, said
    status = reader.status()
    # Two languages and a correction of one call, a call that simap has not, and an award.
    assert (status["notices"], status["tenders"], reader.last_run()["verdict"]) == (5, 3, "ok")
    assert reader.run(*SINCE)[0] == 0
    run = reader.last_run()
    assert (run["verdict"], run["stored"], run["unchanged"]) == ("ok", 0, 5)
    assert len(portal.details) == 5


def test_state_rubric_and_days_are_always_said(portal: Portal, reader: Installation) -> None:
    reader.run(*SINCE)

    assert {question["rubrics"][0] for question in portal.asked} == {"OB-AR", "OB-TI"}
    for question in portal.asked:
        assert question["publicationStates"] == ["PUBLISHED"]
        assert question["publicationDate.start"] == ["2026-11-01"]
        assert "publicationDate.end" in question


def test_languages_are_asked_for_in_the_order_of_their_numbers(portal: Portal, reader: Installation) -> None:
    reader.run(*SINCE)

    assert [key[-1] for key in portal.details] == ["5", "1", "2", "3", "4"]


@pytest.mark.parametrize("ignored", ["rubrics", "publicationDate.start"])
def test_a_filter_that_does_nothing_fails_the_run(portal: Portal, reader: Installation, ignored: str) -> None:
    portal.ignores = (ignored,)

    code, _ = reader.run("crawl", "amtsblattportal", "--since", "2026-11-22")

    assert code == 1
    assert reader.last_run()["verdict"] == "failed"
    # Only what lies within the filter was asked for all the same.
    assert {key[-1] for key in portal.details} <= {"3"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda right: {**right, "total": 2_791_236},
        lambda right: {**right, "content": 42},
        lambda right: {"message": "error"},
    ],
    ids=["the whole gazette", "wrong type", "another answer"],
)
def test_a_list_that_does_not_add_up_fails_the_run(
    portal: Portal, reader: Installation, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    portal.page = spoil

    code, _ = reader.run(*SINCE)

    assert code == 1
    assert reader.last_run()["verdict"] == "failed"


def test_one_broken_list_does_not_keep_the_other_from_being_read(
    portal: Portal, reader: Installation
) -> None:
    portal.page = lambda right: (
        {**right, "total": 99} if right["content"][0]["meta"]["rubric"] == "OB-TI" else right
    )

    code, _ = reader.run(*SINCE)

    assert (code, reader.last_run()["verdict"]) == (1, "failed")
    assert portal.details


def test_a_fault_costs_the_verdict_and_nothing_else(portal: Portal, reader: Installation) -> None:
    first, second, third = sorted(PAYLOADS)[:3]
    portal.publication = lambda key, before: {
        first: (404, b""),
        second: (200, PAYLOADS[second].replace(b"<language>fr<", b"<language>xx<")),
        third: (500, b""),
    }.get(key)

    code, said = reader.run(*SINCE)

    assert code == 0, said
    status = reader.status()
    # What was lost is asked for again like what was refused.
    assert (status["notices"], status["missing"], status["quarantined"]) == (2, 2, 1)
    assert reader.last_run()["verdict"] == "partial"
    assert "1 lost" in said
    portal.publication = lambda key, before: None
    reader.run(*SINCE)
    assert (reader.status()["notices"], reader.last_run()["verdict"]) == (5, "ok")


def test_a_publication_that_arrives_broken_is_asked_for_again(portal: Portal, reader: Installation) -> None:
    portal.publication = lambda key, before: (200, b"<publication>") if not before else None

    code, said = reader.run(*SINCE)

    assert code == 0, said
    assert (reader.status()["notices"], reader.last_run()["verdict"]) == (5, "ok")


def test_reading_the_stored_publications_again_changes_nothing(reader: Installation) -> None:
    reader.run(*SINCE)

    code, said = reader.run("reparse", "amtsblattportal")

    assert code == 0, said
    assert "3 tenders, 0 differ, 0 unreadable" in said
