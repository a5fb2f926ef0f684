"""A fault of a source or of its spider is never called complete: staff see it, and are written to."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from procurement.alarms import FAILURES
from procurement.db import connect, transaction
from procurement.models import CrawlRun, Quarantine
from procurement.runs import runs_of
from procurement.vocabulary import Role, Verdict
from tests.crawler.conftest import Installation
from tests.crawler.own_sources import LIST_FORM
from tests.crawler.pages import install_with
from tests.crawler.spoiled import Fault, Spoiled
from tests.factories import make_person
from tests.web.conftest import Clock, Page
from web import create_app

pytestmark = pytest.mark.slow

DETAILS, SEARCH = "/publication-details/", "/project-search"
ROOT = Path(__file__).parents[2]


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def last_run(installation: Installation, source: str = "simap") -> CrawlRun:
    with installation.session() as session:
        [run] = runs_of(session, source=source, limit=1)
    return run


def as_a_person_sees(installation: Installation, folder: Path) -> str:
    """What the staff's page of the sources says."""
    engine = connect(f"sqlite:///{installation.folder / 'var' / 'aimp.db'}")
    clock = Clock(datetime.now(UTC))
    with transaction(engine) as session:
        staff = make_person(session, role=Role.STAFF, member=None, email="equipe@example.ch")
    app = create_app(Settings(data_dir=folder, secret_key="k" * 40), engine=engine, clock=clock)
    seen = Page(app, engine, clock).sign_in(staff).get("/sources").get_text(" ")
    engine.dispose()
    return seen


def with_the_same_again(installation: Installation) -> None:
    """As many runs as it takes until staff are written to, all ended as the one that there is."""
    with installation.session() as session:
        [run] = runs_of(session, source="simap")
        names = {column.key for column in CrawlRun.__table__.columns} - {"id"}
        facts = {name: getattr(run, name) for name in names}
        session.add_all(CrawlRun(**facts) for _ in range(FAILURES - 1))


REDIRECT = Fault(status=302, headers={"Location": "/simap/api/publications/v2/project/project-search"})
GONE = Fault(body=lambda right: right.replace(b'"consortiumAllowed"', b'"consortiumPermitted"'))
WRONG = Fault(body=lambda right: re.sub(rb'"title": \{[^{}]*\}', b'"title": 42', right))


@pytest.mark.parametrize(
    ("fault", "part", "verdict", "said"),
    [
        (Fault(status=500), "/", Verdict.FAILED, "HTTP 500"),
        (REDIRECT, SEARCH, Verdict.FAILED, "max redirections reached"),
        (Fault(drops=True), SEARCH, Verdict.FAILED, "ResponseDataLossError"),
        (Fault(drops=True), DETAILS, Verdict.PARTIAL, "ResponseDataLossError"),
        (Fault(status=500), DETAILS, Verdict.PARTIAL, "HTTP 500"),
        (Fault(status=403), DETAILS, Verdict.PARTIAL, "not given by the source"),
        (GONE, DETAILS, Verdict.PARTIAL, "unknown field terms.consortiumPermitted"),
        (GONE, DETAILS, Verdict.PARTIAL, "the field terms.consortiumAllowed is gone"),
        (WRONG, DETAILS, Verdict.PARTIAL, "wait in quarantine"),
    ],
    ids=["down", "circle", "cut list", "cut", "500", "refused", "unknown", "vanished", "wrong type"],
)
def test_a_fault_is_seen_by_staff_and_told_to_them(
    source: Spoiled,
    installation: Installation,
    tmp_path: Path,
    fault: Fault,
    part: str,
    verdict: Verdict,
    said: str,
) -> None:
    source.spoil = lambda path, before: fault if part in path else None

    installation.run("crawl", "simap")

    seen = as_a_person_sees(installation, tmp_path)
    run = last_run(installation)
    assert run.verdict is verdict
    assert any(said in reason for reason in run.reasons), run.reasons
    assert said in seen
    assert verdict.label("fr") in seen
    with_the_same_again(installation)
    code, told = installation.run("alert")
    assert code == 0, told
    assert sum(installation.status()["messages"].values()) == 1


def test_staff_get_an_email_once_a_source_was_down_three_times(
    install: Callable[[str], Installation], tmp_path: Path
) -> None:
    nobody = install(f"http://127.0.0.1:{closed_port()}/simap/api")
    nobody.environment["AIMP_MAIL_DIR"] = str(tmp_path / "mails")
    seen = as_a_person_sees(nobody, tmp_path)
    written = []

    for _ in range(FAILURES):
        code, _ = nobody.run("crawl", "simap")
        nobody.run("alert")
        nobody.run("deliver")
        written.append(len(list((tmp_path / "mails").glob("*.eml"))))
        assert (code, last_run(nobody).verdict) == (1, "failed")

    assert "Connection" in " ".join(last_run(nobody).reasons)
    assert written == [0, 0, 1]
    assert "échoué" not in seen


@pytest.mark.parametrize(
    "method", ["listing", "after_greeting", "search_page", "row", "header", "take_again"]
)
def test_a_mistake_in_the_program_that_reads_a_list_fails_the_run(
    installation: Installation, method: str
) -> None:
    run = crawl_with_a_mistake(installation, method)

    assert run.verdict is Verdict.FAILED
    assert any("in the spider itself" in reason for reason in run.reasons), run.reasons


def test_a_mistake_over_a_publication_costs_no_other_and_is_made_good(installation: Installation) -> None:
    broken = crawl_with_a_mistake(installation, "read")

    code, _ = installation.run("crawl", "simap")

    assert (broken.verdict, broken.stored, broken.lost) == ("partial", 0, 0)
    assert broken.quarantined >= 25
    mended = last_run(installation)
    assert (code, mended.verdict, mended.stored) == (0, "ok", installation.status()["notices"])
    with installation.session() as session:
        kept = session.scalars(select(Quarantine)).all()
    assert {each.path for each in kept} == {"reader"}
    assert all(each.resolved_at for each in kept)


def crawl_with_a_mistake(installation: Installation, method: str) -> CrawlRun:
    """The run of a spider one of whose methods fails."""
    subprocess.run(
        [sys.executable, "-m", "tests.crawler.broken", method, "crawl", "simap"],
        env=installation.environment,
        cwd=ROOT,
        capture_output=True,
        timeout=100,
        check=False,
    )
    return last_run(installation)


def test_what_never_answers_holds_no_window_back_after_three_runs(
    source: Spoiled, installation: Installation
) -> None:
    chosen: list[str] = []

    def spoil(path: str, _before: int) -> Fault | None:
        if DETAILS in path and not chosen:
            chosen.append(path)
        return Fault(status=500) if path in chosen else None

    source.spoil = spoil
    runs, first_days = [], []
    for _ in range(4):
        _, said = installation.run("crawl", "simap")
        runs.append(installation.last_run())
        first_days.append(said.partition("since ")[2][:10])

    assert [(run["verdict"], run["lost"], run["missing"]) for run in runs] == [
        ("partial", 1, 0),
        ("partial", 1, 0),
        ("partial", 0, 1),
        ("partial", 0, 1),
    ]
    assert first_days[0] == first_days[1] == first_days[2] < first_days[3]
    source.spoil = lambda path, before: None
    installation.run("crawl", "simap")
    assert (installation.last_run()["verdict"], installation.last_run()["stored"]) == ("ok", 1)
    assert installation.status()["missing"] == 0


def test_a_server_that_never_answers_costs_its_timeouts_and_no_more(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sources = LIST_FORM.replace("expected_per_run", "timeout_seconds = 0.5\nexpected_per_run")
        reader = install_with(tmp_path, sources.format(address=address))

        code, _ = reader.run("crawl", "onlieu")

    run = last_run(reader, "onlieu")
    assert (code, run.verdict) == (1, "failed")
    assert any("TimeoutError" in reason for reason in run.reasons), run.reasons
    assert run.ended_at is not None
    # The rules for robots and the list, five times each.
    assert 4 < (run.ended_at - run.started_at).total_seconds() < 10
