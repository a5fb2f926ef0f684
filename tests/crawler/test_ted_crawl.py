"""A run over TED: the search is read to its end, each notice's XML once, and nothing is lost in silence."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.settings import environment_with
from crawler.sample.server import listening
from procurement.db import connect, transaction
from procurement.models import CrawlRun
from tests.crawler.conftest import Installation
from tests.crawler.spoiled import Fault

pytestmark = pytest.mark.slow

RECORDINGS = Path(__file__).parents[1] / "recordings" / "ted"
NOTICES = {
    "900101-2026": "eforms_geneva_call",
    "900102-2026": "eforms_haute_savoie_social",
    "900103-2026": "eforms_consortium_award",
    "900104-2026": "eforms_geneva_change",
    "900105-2026": "eforms_planning",
}
PAGE = 2
SEARCH = "/ted/v3/notices/search"


@dataclass(slots=True)
class Journal:
    """TED in small: a search that iterates, XML at the address that a row gives, and its bad days."""

    address: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    # Given the path and how often it was asked before; None leaves the answer right.
    spoil: Callable[[str, int], Fault | None] = lambda path, before: None
    # Given the rows of the search, what is answered instead of them.
    rows: Callable[[list[Any]], list[Any]] = lambda rows: rows
    refusals: list[tuple[int, str]] = field(default_factory=list)
    # How many notices the search says it has, and never names.
    announced: int = 0

    def search(self, question: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A page of the search: empty at the end, as the API says."""
        self.questions.append(question)
        if self.refusals:
            status, kind = self.refusals.pop(0)
            return status, {"message": f"refused: {kind}", "error": {"type": kind, "location": {}}}
        start = int(question.get("iterationNextToken", "0"))
        rows = self.rows([self.row(number) for number in NOTICES])
        page = rows[start : start + PAGE]
        return 200, {
            "notices": page,
            "totalNoticeCount": len(rows) + self.announced,
            "iterationNextToken": str(start + PAGE),
            "timedOut": False,
        }

    def row(self, number: str) -> dict[str, Any]:
        """A notice as the search shows it, with its title as TED prints it."""
        root = self.address.removesuffix("/ted")
        return {
            "publication-number": number,
            "publication-date": "2026-05-29+02:00",
            "notice-title": {"fra": "Suisse – Services imprimés – titre"},
            "links": {"xml": {"MUL": f"{root}/ted/en/notice/{number}/xml"}, "pdf": {}},
        }


@contextmanager
def serve() -> Iterator[Journal]:
    journal = Journal()
    with listening(_handler(journal)) as address:
        journal.address = f"{address}/ted"
        yield journal


def _handler(journal: Journal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            number = self.path.removeprefix("/ted/en/notice/").removesuffix("/xml")
            if number in NOTICES:
                self._answer(200, (RECORDINGS / f"{NOTICES[number]}.xml").read_bytes(), "application/xml")
            else:
                self._answer(404, b"{}", "application/json")

        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["Content-Type"] == "application/json"
            status, answer = journal.search(question)
            self._answer(status, json.dumps(answer).encode(), "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            before = journal.asked.count(self.path)
            journal.asked.append(self.path)
            fault = journal.spoil(self.path, before)
            if fault is not None:
                status, body = fault.status, fault.body(body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def journal() -> Iterator[Journal]:
    """A journal with the invented notices."""
    with serve() as journal:
        yield journal


@pytest.fixture
def installation(journal: Journal, tmp_path: Path) -> Installation:
    """An installation that reads it."""
    environment = environment_with(
        data_dir=str(tmp_path / "var"),
        database_url="",
        ted_url=journal.address,
        ted_places="CHE FRK28",
        log_level="WARNING",
    )
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
    made = Installation(tmp_path, environment)
    code, said = made.run("migrate")
    assert code == 0, said
    return made


def crawl(installation: Installation) -> tuple[int, dict[str, Any]]:
    """One run over the journal: its exit code and its row."""
    code, _ = installation.run("crawl", "ted", "--since", "2026-05-01")
    engine = connect(f"sqlite:///{installation.folder / 'var' / 'aimp.db'}")
    with transaction(engine) as session:
        last = session.scalars(select(CrawlRun).order_by(CrawlRun.id.desc()).limit(1)).one()
        run = {column.key: getattr(last, column.key) for column in CrawlRun.__table__.columns}
    engine.dispose()
    return code, run


def test_the_search_is_read_to_its_end_and_twice_stores_nothing_new(
    journal: Journal, installation: Installation
) -> None:
    first_code, first = crawl(installation)
    fetched = len(journal.asked)
    second_code, second = crawl(installation)

    assert (first_code, first["verdict"], first["stored"]) == (0, "ok", 5)
    assert (second_code, second["verdict"], second["unchanged"]) == (0, "ok", 5)
    assert [path for path in journal.asked[fetched:] if path.endswith("/xml")] == []
    [start, *following] = journal.questions[:4]
    assert "iterationNextToken" not in start
    assert [each["iterationNextToken"] for each in following] == ["2", "4", "6"]
    assert start["query"].startswith(
        "(place-of-performance IN (CHE FRK28) OR buyer-country IN (CHE) OR buyer-country-sub IN (FRK28))"
        " AND publication-date >= 20260501 AND publication-date <= 20"
    )
    assert (start["scope"], start["paginationMode"], start["onlyLatestVersions"]) == (
        "ALL",
        "ITERATION",
        True,
    )
    assert start["limit"] <= 250
    assert start["limit"] * len(start["fields"]) <= 10_000
    # The call, its change and its award are one tender.
    assert installation.status()["tenders"] == 3


@pytest.mark.parametrize(
    "body",
    [
        lambda right: right.replace(b'"timedOut": false', b'"timedOut": true'),
        lambda right: b'{"notices": 42}',
        lambda right: b"<!doctype html><title>please wait</title>",
    ],
    ids=["timed out", "wrong shape", "page"],
)
def test_a_search_that_fails_once_is_asked_again_and_for_good_fails_the_run(
    journal: Journal, installation: Installation, body: Callable[[bytes], bytes]
) -> None:
    fault = Fault(body=body)
    journal.spoil = lambda path, before: fault if path == SEARCH and before == 0 else None
    healed_code, healed = crawl(installation)
    journal.spoil = lambda path, before: fault if path == SEARCH else None
    failed_code, failed = crawl(installation)

    assert (healed_code, healed["verdict"], healed["healed"]) == (0, "ok", 1)
    assert (failed_code, failed["verdict"]) == (1, "failed")


def test_a_question_that_is_refused_is_not_repeated(journal: Journal, installation: Installation) -> None:
    journal.refusals = [(400, "QUERY_SYNTAX_ERROR")] * 9

    code, run = crawl(installation)

    assert (code, run["verdict"], len(journal.questions)) == (1, "failed", 1)
    assert any("QUERY_SYNTAX_ERROR" in reason for reason in run["reasons"])


def test_a_token_that_grew_old_begins_the_search_anew_once(
    journal: Journal, installation: Installation
) -> None:
    def spoil(path: str, before: int) -> Fault | None:
        # The second page is refused with an old token.
        if path == SEARCH and before == 1:
            return Fault(status=400, body=lambda right: b'{"error": {"type": "EXPIRED_ITERATION_TOKEN"}}')
        return None

    journal.spoil = spoil

    code, run = crawl(installation)

    assert (code, run["verdict"], run["stored"]) == (0, "ok", 5)


def test_what_cannot_be_had_or_read_is_kept_and_found_later(
    journal: Journal, installation: Installation
) -> None:
    def spoil(path: str, before: int) -> Fault | None:
        if "900101" in path:
            return Fault(status=404)
        if "900102" in path:
            return Fault(body=lambda right: right.replace(b">cn-social<", b">gossip<"))
        if "900103" in path and before == 0:
            return Fault(body=lambda right: right[: len(right) // 2])
        return None

    journal.spoil = spoil
    code, run = crawl(installation)
    journal.spoil = lambda path, before: None
    _, later = crawl(installation)

    assert (code, run["verdict"]) == (0, "partial")
    assert (run["stored"], run["missing"], run["quarantined"], run["healed"]) == (3, 1, 1, 1)
    assert (later["verdict"], later["stored"]) == ("ok", 2)


def test_a_row_without_a_link_or_with_one_that_leads_away_is_counted(
    journal: Journal, installation: Installation
) -> None:
    def rows(right: list[Any]) -> list[Any]:
        right[0]["links"] = {"html": {}}
        right[1]["links"]["xml"]["MUL"] = "http://127.0.0.1:1/ted/en/notice/900102-2026/xml"
        return [*right, 42]

    journal.rows = rows

    code, run = crawl(installation)

    assert (code, run["verdict"]) == (0, "partial")
    assert (run["listed"], run["stored"], run["quarantined"], run["lost"]) == (6, 3, 2, 1)


def test_what_the_search_announces_and_never_names_is_lost(
    journal: Journal, installation: Installation
) -> None:
    journal.announced = 2

    code, run = crawl(installation)

    assert (code, run["verdict"]) == (0, "partial")
    assert (run["listed"], run["stored"], run["lost"]) == (7, 5, 2)
    assert any("5 of 7 announced notices were listed" in reason for reason in run["reasons"])
