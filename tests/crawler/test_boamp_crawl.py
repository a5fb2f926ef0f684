"""A run over BOAMP: nothing that the source announces is lost without a word, whatever it does."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy.crawler import Crawler
from scrapy.http import Request, TextResponse
from sqlalchemy import create_engine, select

from config.settings import Settings, environment_with
from config.tables import sources
from crawler.boamp.questions import Slice, slices, spellings
from crawler.guard import quota_returns
from crawler.settings import scrapy_settings
from crawler.source import Run, Tally
from crawler.spiders.boamp import BoampSpider
from procurement.db import connect, transaction
from procurement.models import CrawlRun, Notice, Tender
from procurement.vocabulary import TenderState
from tests.crawler.boamp_records import Record, every_recording, recording
from tests.crawler.boamp_server import Boamp, Refusal, serve_boamp
from tests.crawler.conftest import Installation

SINCE = ("--since", "2025-03-01")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def boamp() -> Iterator[Boamp]:
    """A source with every invented notice that can be read."""
    with serve_boamp(every_recording("broken", "unknown_root")) as served:
        yield served


@pytest.fixture
def reader(boamp: Boamp, tmp_path: Path) -> Installation:
    """An installation that reads the source of this test."""
    environment = environment_with(
        data_dir=str(tmp_path / "var"), database_url="", boamp_url=boamp.address, log_level="WARNING"
    )
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
    made = Installation(tmp_path, environment)
    code, said = made.run("migrate")
    assert code == 0, said
    return made


def last_run(reader: Installation) -> dict[str, Any]:
    """The newest run with its reasons, read from the database itself."""
    with transaction(connect(f"sqlite:///{reader.folder}/var/aimp.db"), read_only=True) as session:
        row = session.scalars(select(CrawlRun).order_by(CrawlRun.id.desc())).first()
        assert row is not None
        return {
            "verdict": row.verdict and row.verdict.value,
            "stored": row.stored,
            "listed": row.listed,
            "unchanged": row.unchanged,
            "quarantined": row.quarantined,
            "reasons": " | ".join(row.reasons),
        }


@pytest.mark.slow
def test_notices_of_ain_alone_are_found_and_a_second_run_stores_nothing_new(
    boamp: Boamp, reader: Installation
) -> None:
    code, said = reader.run("crawl", "boamp", *SINCE)
    first = last_run(reader)
    reader.run("crawl", "boamp", *SINCE)
    second = last_run(reader)

    assert (code, first["verdict"]) == (0, "ok"), (said, first)
    since_then = [record for record in boamp.records if record["dateparution"] >= "2025-03-01"]
    assert first["stored"] == len(since_then)
    with transaction(connect(f"sqlite:///{reader.folder}/var/aimp.db"), read_only=True) as session:
        keys = set(session.scalars(select(Notice.source_key)))
    assert {record["idweb"] for record in since_then if record["code_departement"] == ["1"]} <= keys
    assert (second["verdict"], second["stored"], second["unchanged"]) == ("ok", 0, len(since_then))


@pytest.mark.slow
def test_a_correction_moves_the_deadline_and_keeps_lots_and_criteria(
    boamp: Boamp, reader: Installation
) -> None:
    reader.run("crawl", "boamp", *SINCE)

    with transaction(connect(f"sqlite:///{reader.folder}/var/aimp.db"), read_only=True) as session:
        tender = session.scalars(select(Tender).where(Tender.procedure_key == "25-30002")).one()
        assert tender.submission_deadline == datetime(2025, 4, 17, 10, 0, tzinfo=UTC)
        assert [lot.number for lot in tender.lots] == [1, 2]
        assert all(lot.criteria for lot in tender.lots)
        assert tender.cpv_codes == ["77310000", "77312000", "77341000"]
        assert tender.state is TenderState.CALLED


@pytest.mark.slow
def test_a_cancelled_call_is_cancelled_and_an_awarded_one_awarded(boamp: Boamp, reader: Installation) -> None:
    reader.run("crawl", "boamp", *SINCE)

    with transaction(connect(f"sqlite:///{reader.folder}/var/aimp.db"), read_only=True) as session:
        states = {row.procedure_key: row.state for row in session.scalars(select(Tender))}
    assert states["25-30001"] is TenderState.CANCELLED
    assert states["7d1c0c5e-0000-4000-8000-000000000001"] is TenderState.AWARDED


@pytest.mark.slow
def test_a_broken_notice_waits_in_quarantine_and_is_read_later(boamp: Boamp, reader: Installation) -> None:
    whole = boamp.records.copy()
    boamp.records.append(recording("broken"))
    reader.run("crawl", "boamp", *SINCE)
    first = last_run(reader)
    boamp.records[:] = [*whole, {**recording("mapa_award"), "idweb": recording("broken")["idweb"]}]

    reader.run("crawl", "boamp", "--since", "2026-11-01")

    assert (first["verdict"], first["quarantined"]) == ("partial", 1)
    assert "donnees" in first["reasons"]
    assert reader.status()["quarantined"] == 0


@pytest.mark.slow
def test_more_than_the_api_gives_is_said_and_never_cut_silently(boamp: Boamp, reader: Installation) -> None:
    def pretend(answer: dict[str, Any], _before: int) -> dict[str, Any]:
        return {**answer, "total_count": 14_615} if answer["results"] else answer

    boamp.spoil = pretend

    code, _ = reader.run("crawl", "boamp", *SINCE)

    run = last_run(reader)
    assert (code, run["verdict"]) == (1, "failed")
    assert "14615 notices from 2025-03-01 to 2025-03-07: asked for in parts" in run["reasons"]
    assert "of 14615 notices came" in run["reasons"]


@pytest.mark.slow
def test_a_listing_that_ends_early_fails_the_run(boamp: Boamp, reader: Installation) -> None:
    boamp.spoil = lambda answer, before: {**answer, "results": answer["results"][:-1]}

    code, _ = reader.run("crawl", "boamp", *SINCE)

    run = last_run(reader)
    assert (code, run["verdict"]) == (1, "failed")
    assert "notices came" in run["reasons"]


def quota(resets: datetime) -> Refusal:
    """What Opendatasoft answers when a day's quota is used up."""
    body = {
        "errorcode": 10002,
        "reset_time": resets.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "limit_time_unit": "day",
        "call_limit": 10000,
        "error": "Too many requests on the domain. Please contact the domain administrator.",
    }
    return Refusal(429, body)


@pytest.mark.slow
def test_a_quota_that_returns_soon_is_waited_for(boamp: Boamp, reader: Installation) -> None:
    boamp.spoil = lambda answer, before: (
        quota(datetime.now(UTC) + timedelta(seconds=2)) if before == 1 else answer
    )

    code, _ = reader.run("crawl", "boamp", *SINCE)

    assert (code, last_run(reader)["verdict"]) == (0, "ok")


@pytest.mark.slow
def test_a_quota_that_returns_tomorrow_ends_the_run_at_once(boamp: Boamp, reader: Installation) -> None:
    boamp.spoil = lambda answer, before: quota(datetime.now(UTC) + timedelta(days=1))

    code, _ = reader.run("crawl", "boamp", *SINCE)

    run = last_run(reader)
    assert (code, run["verdict"]) == (1, "failed")
    assert "HTTP 429" in run["reasons"]
    assert len(boamp.asked) == 1


@pytest.mark.slow
def test_a_refused_question_fails_the_run_in_the_words_of_the_source(
    boamp: Boamp, reader: Installation
) -> None:
    refusal = Refusal(400, {"error_code": "ODSQLError", "message": "Unknown field: code_departement"})
    boamp.spoil = lambda answer, before: refusal

    code, _ = reader.run("crawl", "boamp", *SINCE)

    assert code == 1
    assert "ODSQLError: Unknown field: code_departement" in last_run(reader)["reasons"]
    assert len(boamp.asked) == 1


@pytest.mark.slow
def test_a_source_that_forbids_robots_is_left_alone_and_says_so(boamp: Boamp, reader: Installation) -> None:
    boamp.robots = "User-agent: *\nDisallow: /boamp/\n"

    code, _ = reader.run("crawl", "boamp", *SINCE)

    assert (code, boamp.asked) == (1, [])
    assert "robots.txt" in last_run(reader)["reasons"]


def many(count: int) -> list[Record]:
    """Notices of one day, in both départements and of every kind of contract."""
    kinds: list[list[str]] = [["TRAVAUX"], ["SERVICES"], ["FOURNITURES"], []]
    # Stored already, they are never read: what is inside would only take time.
    plain = {**recording("mapa_call"), "donnees": None, "gestion": None}
    return [
        {
            **plain,
            "idweb": f"25-{position:06}",
            "code_departement": [["1"], ["74"], ["1", "74"]][position % 3],
            "type_marche": kinds[position % 4],
            "dateparution": "2025-03-04",
        }
        for position in range(count)
    ]


def drive(boamp: Boamp, *, since: date, until: date) -> BoampSpider:
    """Ask a source all that the spider wants to know, every notice being stored already."""
    form, base_url = sources()["boamp"], "http://127.0.0.1:1/boamp"
    spider = BoampSpider.from_crawler(
        Crawler(BoampSpider, scrapy_settings(Settings(boamp_url=base_url), form, base_url)),
        form=form,
        base_url=base_url,
        since=since,
        until=until,
        known=frozenset(record["idweb"] for record in boamp.records),
        open_cases={},
        run=Run("boamp", create_engine("sqlite://"), "test", Tally(), lambda: NOW),
    )
    waiting: list[Request] = list(spider.listing())
    while waiting:
        request = waiting.pop(0)
        status, body = boamp.answer(parse_qs(urlsplit(request.url).query))
        response = TextResponse(request.url, status=status, body=json.dumps(body).encode(), request=request)
        assert request.callback is not None
        answered = request.callback(response, **request.cb_kwargs)
        waiting += [each for each in answered if isinstance(each, Request)]
    return spider


def test_fourteen_thousand_notices_of_one_day_are_all_listed() -> None:
    boamp = Boamp(many(14_615))

    spider = drive(boamp, since=date(2025, 3, 1), until=date(2025, 3, 10))

    assert spider.tally.listed == spider.tally.unchanged == 14_615
    assert not spider.tally.listing_failed
    assert any("asked for in parts" in reason for reason in spider.tally.reasons)


def test_a_kind_that_no_part_asks_for_fails_the_listing() -> None:
    records = many(14_615)
    for position, record in enumerate(records):
        record["code_departement"] = ["1"]
        if position < 200:
            record["type_marche"] = ["INCONNU"]

    spider = drive(Boamp(records), since=date(2025, 3, 1), until=date(2025, 3, 10))

    assert spider.tally.listing_failed
    assert any("of 14615 notices came" in reason for reason in spider.tally.reasons)


@pytest.mark.parametrize(
    ("setting", "spelt"),
    [("1 01 74", ("1", "01", "74")), ("01,74", ("1", "01", "74")), ("974 2A", ("974", "2A"))],
)
def test_ain_is_asked_for_in_both_spellings(setting: str, spelt: tuple[str, ...]) -> None:
    assert spellings(setting) == spelt


def test_windows_cover_every_day_once() -> None:
    found = list(slices(date(2025, 3, 1), date(2025, 3, 20), ("74",)))

    days = [
        each.first + timedelta(days=step)
        for each in found
        for step in range((each.last - each.first).days + 1)
    ]
    assert days == [date(2025, 3, 1) + timedelta(days=step) for step in range(20)]


def test_dates_of_a_question_stand_in_single_quotes() -> None:
    part = Slice(date(2025, 3, 1), date(2025, 3, 1), ("1", "01", "74"))

    assert part.condition == (
        "dateparution >= date'2025-03-01' and dateparution <= date'2025-03-01'"
        ' and code_departement in ("1","01","74")'
    )


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"reset_time": "2026-11-24T09:00:30Z"}', 30.0),
        (b'{"reset_time": "2026-11-25T00:00:00"}', 54_000.0),
        (b'{"reset_time": "2026-11-24T08:00:00Z"}', 0.0),
        (b'{"reset_time": 42}', 0.0),
        (b"[]", 0.0),
        (b"", 0.0),
    ],
)
def test_the_source_says_when_its_quota_returns(body: bytes, seconds: float) -> None:
    assert quota_returns(TextResponse("https://www.boamp.fr/", status=429, body=body), NOW) == seconds
