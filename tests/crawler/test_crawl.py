"""A run over a source: everything listed is accounted for, whatever the source does."""

import re
import signal
import socket
import time
from collections.abc import Callable

import pytest

from tests.crawler.conftest import Installation
from tests.crawler.spoiled import Fault, Spoiled

pytestmark = pytest.mark.slow

DETAILS = "/publication-details/"
SEARCH = "/project-search"


def always(fault: Fault, part: str, *, on: str = "") -> Callable[[str, int], Fault | None]:
    """Spoil every answer to the paths with this part, or to one of them."""
    chosen: list[str] = [on] if on else []

    def spoil(path: str, _before: int) -> Fault | None:
        if part not in path:
            return None
        if not chosen:
            chosen.append(path)
        return fault if path == chosen[0] else None

    return spoil


def slowly(seconds: float) -> Callable[[str, int], Fault | None]:
    """Answer rightly, and take time for it."""

    def spoil(path: str, _before: int) -> Fault | None:
        if DETAILS in path:
            time.sleep(seconds)
        return None

    return spoil


def test_a_second_run_stores_nothing_new(installation: Installation) -> None:
    first = installation.run("crawl", "simap", "--since", "2026-01-01")
    stored = installation.status()["notices"]

    second = installation.run("crawl", "simap", "--since", "2026-01-01")

    assert (first[0], second[0]) == (0, 0)
    run = installation.last_run()
    assert (run["verdict"], run["stored"]) == ("ok", 0)
    assert installation.status()["notices"] == stored >= run["unchanged"] >= 25


def test_the_database_is_asked_for_when_it_is_missing(tmp_path_factory: pytest.TempPathFactory) -> None:
    from config.settings import environment_with

    folder = tmp_path_factory.mktemp("nothing")
    nowhere = Installation(folder, environment_with(data_dir=str(folder / "var"), database_url=""))

    code, said = nowhere.run("crawl", "simap")

    assert code == 1
    assert "aimp migrate" in said


def test_an_unknown_source_is_wrong_usage(installation: Installation) -> None:
    code, said = installation.run("crawl", "gazette-imaginaire")

    assert code == 2
    assert "simap" in said


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=503, headers={"Retry-After": "1"}),
        Fault(status=429, headers={"Retry-After": "1"}),
        Fault(drops=True),
        Fault(body=lambda right: right[: len(right) // 2]),
        Fault(body=lambda right: b""),
        Fault(
            body=lambda right: b"<!doctype html><title>cookies</title>", headers={"Content-Type": "text/html"}
        ),
    ],
    ids=["500", "503", "429", "dropped", "truncated", "empty", "html"],
)
def test_a_fault_that_passes_is_healed_and_counted(
    source: Spoiled, installation: Installation, fault: Fault
) -> None:
    chosen: list[str] = []

    def spoil(path: str, before: int) -> Fault | None:
        if DETAILS in path and not chosen:
            chosen.append(path)
        return fault if chosen and path == chosen[0] and before == 0 else None

    source.spoil = spoil

    code, said = installation.run("crawl", "simap")

    assert code == 0, said
    assert installation.last_run()["verdict"] == "ok"
    assert source.count(chosen[0]) == 2


def test_a_refused_publication_is_missing_and_found_later(
    source: Spoiled, installation: Installation
) -> None:
    source.spoil = always(Fault(status=404), DETAILS)

    installation.run("crawl", "simap")

    first = installation.status()
    assert (first["missing"], first["quarantined"], first["runs"][0]["verdict"]) == (1, 0, "partial")
    source.spoil = lambda path, before: None
    installation.run("crawl", "simap")
    second = installation.status()
    assert (second["missing"], second["runs"][0]["verdict"]) == (0, "ok")
    assert second["notices"] == first["notices"] + 1


def test_a_wrong_type_waits_in_quarantine_and_is_read_later(
    source: Spoiled, installation: Installation
) -> None:
    wrong = Fault(body=lambda right: re.sub(rb'"title": \{[^{}]*\}', b'"title": 42', right))
    source.spoil = always(wrong, DETAILS)

    code, _ = installation.run("crawl", "simap")

    first = installation.status()
    assert code == 0
    assert (first["quarantined"], first["missing"], first["runs"][0]["verdict"]) == (1, 0, "partial")
    source.spoil = lambda path, before: None
    installation.run("crawl", "simap")
    second = installation.status()
    assert (second["quarantined"], second["runs"][0]["verdict"]) == (0, "ok")
    assert second["notices"] == first["notices"] + 1


def test_a_publication_that_never_answers_is_lost_for_this_run_only(
    source: Spoiled, installation: Installation
) -> None:
    source.spoil = always(Fault(status=500), DETAILS)

    code, _ = installation.run("crawl", "simap")

    before = installation.status()["notices"]
    assert code == 0
    assert installation.last_run()["verdict"] == "partial"
    source.spoil = lambda path, before: None
    installation.run("crawl", "simap")
    assert installation.status()["notices"] == before + 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=404),
        Fault(body=lambda right: b'{"projects": 42}'),
        Fault(status=302, headers={"Location": "/simap/api/publications/v2/project/project-search"}),
        Fault(status=302, headers={"Location": "https://evil.example/"}),
        Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["500", "404", "wrong shape", "redirect to itself", "redirect elsewhere", "redirect to this machine"],
)
def test_a_listing_that_cannot_be_read_fails_the_run(
    source: Spoiled, installation: Installation, fault: Fault
) -> None:
    source.spoil = lambda path, before: fault if SEARCH in path else None

    code, _ = installation.run("crawl", "simap")

    assert code == 1
    assert installation.last_run()["verdict"] == "failed"


def test_a_source_that_is_down_fails_the_run(install: Callable[[str], Installation]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nobody = install(f"http://127.0.0.1:{port}/simap/api")

    code, _ = nobody.run("crawl", "simap")

    assert code == 1
    assert nobody.last_run()["verdict"] == "failed"


def test_the_next_run_goes_back_to_where_something_was_lost(
    source: Spoiled, installation: Installation
) -> None:
    source.spoil = lambda path, before: Fault(status=500) if SEARCH in path else None
    installation.run("crawl", "simap")
    source.spoil = lambda path, before: None

    _, said = installation.run("crawl", "simap")

    first_day = re.search(r"since (\S+):", said)
    assert first_day is not None
    _, again = installation.run("crawl", "simap")
    later_day = re.search(r"since (\S+):", again)
    assert later_day is not None
    assert first_day[1] < later_day[1]


def test_a_killed_run_leaves_no_verdict_and_the_next_one_completes_it(
    source: Spoiled, installation: Installation
) -> None:
    source.spoil = slowly(0.05)
    child = installation.start("crawl", "simap")
    deadline = time.monotonic() + 60
    while source.count(DETAILS) < 12 and time.monotonic() < deadline:
        time.sleep(0.02)

    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)

    assert installation.last_run()["verdict"] is None
    source.spoil = lambda path, before: None
    code, said = installation.run("crawl", "simap")
    assert (code, installation.last_run()["verdict"]) == (0, "ok"), said
    assert installation.status()["notices"] == len({path for path in source.asked if DETAILS in path})


def test_two_runs_over_one_source_never_overlap(source: Spoiled, installation: Installation) -> None:
    source.spoil = slowly(1.0)
    first = installation.start("crawl", "simap")
    deadline = time.monotonic() + 60
    while source.count(DETAILS) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)

    code, said = installation.run("crawl", "simap")

    assert code == 0
    assert "another run is under way" in said
    first.communicate(timeout=100)
    assert first.returncode == 0
