"""A run over the archive: only in a window that it has, and every form of the list is accounted for."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.sample.server import listening
from tests.crawler.conftest import Installation

pytestmark = pytest.mark.slow

FORMS = Path(__file__).parents[1] / "recordings" / "archive"
SINCE = ("crawl", "simap_archive", "--since", "2023-01-01")
# Two forms a page, whatever is asked for: the pages must be followed.
_A_PAGE = 2


def a_row(key: int, project: int, day: str, kind: str) -> dict[str, Any]:
    """A row of the search in the shape of the archive."""
    return {
        "id": key,
        "projectid": project,
        "publicationDate": day,
        "lang": "FR",
        "deadline": None,
        "type": kind,
        "contType": "SERVICES",
        "proc": "OPEN",
        "description": "Un marché inventé",
        "authName": "Commune de Valmontagne",
        "contLoc": None,
        "cpv": "77310000",
        "bkp": None,
        "lot": [],
    }


ROWS = [
    a_row(900201, 170001, "2023-05-12", "OB02"),
    a_row(900103, 170003, "2023-02-07", "OB01"),
    a_row(900101, 170001, "2023-02-06", "OB01"),
    a_row(900102, 170002, "2023-02-06", "OB01"),
]
NAMES = {"900101": "call_fr", "900102": "call_de", "900103": "call_it", "900201": "award_fr"}


@dataclass(slots=True)
class Archive:
    """A small archive: its rows, what was asked of it, and what it answers instead."""

    address: str = ""
    rows: list[dict[str, Any]] = field(default_factory=lambda: list(ROWS))
    searches: list[dict[str, Any]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    page: Callable[[dict[str, Any]], dict[str, Any]] = lambda right: right
    # Given the number and how often it was asked for before: a status and a body.
    form: Callable[[str, int], tuple[int, bytes] | None] = lambda key, before: None


@pytest.fixture
def archive() -> Iterator[Archive]:
    """An archive that answers on this machine."""
    state = Archive()
    with listening(_handler(state)) as address:
        state.address = f"{address}/api"
        yield state


def _handler(state: Archive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.searches.append(body)
            number = int(parse_qs(urlsplit(self.path).query)["pageNo"][0])
            first, last = body["stat_tm_1"], body["stat_tm_2"]
            rows = [row for row in state.rows if first <= row["publicationDate"] <= last]
            found = {
                "pages": -(-len(rows) // _A_PAGE),
                "total": len(rows),
                "publication": rows[(number - 1) * _A_PAGE : number * _A_PAGE],
            }
            self.send(200, json.dumps(state.page(found)).encode())

        def do_GET(self) -> None:
            key = parse_qs(urlsplit(self.path).query).get("meldungsnummer", [""])[0]
            if key not in NAMES:
                self.send(404, b"")
                return
            before = state.details.count(key)
            state.details.append(key)
            state.accepted.add(self.headers["Accept"])
            instead = state.form(key, before)
            self.send(*(instead or (200, (FORMS / f"{NAMES[key]}.xml").read_bytes())))

        def send(self, status: int, body: bytes) -> None:
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def reader(archive: Archive, install: Callable[[str], Installation]) -> Installation:
    """An installation that reads this archive."""
    made = install("http://127.0.0.1:1/api")
    made.environment["AIMP_SIMAP_ARCHIVE_URL"] = archive.address
    return made


def test_every_form_of_the_window_is_stored_and_a_second_run_stores_nothing_new(
    archive: Archive, reader: Installation
) -> None:
    first, said = reader.run(*SINCE)

    assert first == 0, said
    status = reader.status()
    assert (status["notices"], status["tenders"]) == (4, 3)
    assert reader.last_run()["verdict"] == "ok"
    assert reader.run(*SINCE)[0] == 0
    run = reader.last_run()
    assert (run["verdict"], run["stored"], run["unchanged"]) == ("ok", 0, 4)
    assert sorted(archive.details) == sorted(NAMES)


def test_the_search_says_days_and_kinds_and_no_words(archive: Archive, reader: Installation) -> None:
    reader.run(*SINCE)

    assert len(archive.searches) == 2
    for body in archive.searches:
        assert (body["stat_tm_1"], body["stat_tm_2"]) == ("2023-01-01", "2024-06-30")
        assert body["type_cd_ob"].startswith("OB00,OB01,OB02,")
        assert "'" not in json.dumps(body)
        assert "keywords" not in body
    assert archive.accepted == {"application/xml"}


def test_without_a_day_there_is_nothing_to_read_and_the_run_says_so(
    archive: Archive, reader: Installation
) -> None:
    code, said = reader.run("crawl", "simap_archive")

    assert (code, reader.last_run()["verdict"]) == (0, "ok"), said
    assert "0 listed" in said
    assert "give --since" in said
    assert archive.searches == []


def test_a_kind_that_is_not_read_is_kept_as_the_list_gives_it(archive: Archive, reader: Installation) -> None:
    archive.rows.append(a_row(900301, 170001, "2023-01-15", "OB05"))

    reader.run(*SINCE)

    status = reader.status()
    assert (status["notices"], status["quarantined"], reader.last_run()["verdict"]) == (4, 1, "partial")
    assert "900301" not in archive.details


def test_a_broken_form_is_asked_for_again_and_a_refused_one_costs_the_verdict(
    archive: Archive, reader: Installation
) -> None:
    archive.form = lambda key, before: {
        "900101": (200, b"<FORM") if not before else None,
        "900102": (404, b""),
    }.get(key)

    code, said = reader.run(*SINCE)

    assert code == 0, said
    status = reader.status()
    assert (status["notices"], status["missing"], reader.last_run()["verdict"]) == (3, 1, "partial")


def test_a_form_found_later_still_knows_its_project(archive: Archive, reader: Installation) -> None:
    archive.form = lambda key, before: (404, b"") if key == "900201" else None
    reader.run(*SINCE)
    archive.form = lambda key, before: None

    code, said = reader.run("crawl", "simap_archive")

    assert code == 0, said
    status = reader.status()
    assert (status["notices"], status["tenders"], status["missing"]) == (4, 3, 0)


def test_an_unreadable_form_waits_in_quarantine(archive: Archive, reader: Installation) -> None:
    spoilt = re.sub(b"30.03.2023", b"prossimamente", (FORMS / "call_it.xml").read_bytes())
    archive.form = lambda key, before: (200, spoilt) if key == "900103" else None

    reader.run(*SINCE)

    status = reader.status()
    assert (status["notices"], status["quarantined"], reader.last_run()["verdict"]) == (3, 1, "partial")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda right: {**right, "total": right["total"] + 1},
        lambda right: {**right, "publication": 42},
        lambda right: {
            **right,
            "publication": [*right["publication"], a_row(900999, 1, "2019-01-01", "OB01")],
        },
        lambda right: {"message": "error"},
    ],
    ids=["fewer than said", "wrong type", "outside the window", "another answer"],
)
def test_a_list_that_does_not_add_up_fails_the_run(
    archive: Archive, reader: Installation, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    archive.page = spoil

    code, _ = reader.run(*SINCE)

    assert code == 1
    assert reader.last_run()["verdict"] == "failed"


def test_reading_the_stored_forms_again_changes_nothing(reader: Installation) -> None:
    reader.run(*SINCE)

    code, said = reader.run("reparse", "simap_archive")

    assert code == 0, said
    assert "3 tenders, 0 differ, 0 unreadable" in said
