"""What a spider hands over ends in exactly one place, and is counted there only when it is safe."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from crawler.pipelines import StoreNotice
from crawler.source import Item, Missing, Run, Tally, Unfetched, Unreadable
from crawler.storable import faults_of
from procurement.db import transaction
from procurement.models import MissingNotice, Notice, Quarantine
from procurement.notices import note_missing
from procurement.runs import start_crawl
from procurement.vocabulary import Stated
from tests.crawler.test_simap_reading import DETAILS, a_call, read

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def run_on(engine: Engine) -> Run:
    return Run("simap", engine, "test", Tally(listed=1), lambda: NOW)


def store(run: Run, item: Item) -> None:
    """Hand one item over; no run of Scrapy is needed for that."""
    StoreNotice(run, None).process_item(item)  # type: ignore[arg-type]


def test_what_could_not_be_committed_is_not_counted_as_stored(engine: Engine) -> None:
    run, refusals = run_on(engine), [OperationalError("COMMIT", {}, Exception("disk full"))]

    @event.listens_for(engine, "commit")
    def refuse(_connection: Any) -> None:
        if refusals:
            raise refusals.pop()

    store(run, read(a_call(with_lots=False)))

    assert (run.tally.stored, run.tally.quarantined, run.tally.accounted) == (0, 1, 1)
    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Notice)).all() == []
        [kept] = session.scalars(select(Quarantine))
    assert (kept.path, "disk full" in kept.problem) == ("database", True)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"number": "9\x00-01"}, "number"),
        ({"number": "9" * 41}, "number"),
        ({"procedure_key": "\ud800"}, "procedure_key"),
        ({"procedure_number": "x" * 41}, "procedure_number"),
        ({"language": "fra"}, "language"),
        ({"title": {"fr": "Re\u202epas"}}, "title.fr"),
        ({"url": "https://www.simap.ch/" + "x" * 500}, "url"),
        ({"references": (("simap", "a\x1b[31m"),)}, "references.0.1"),
    ],
)
def test_what_no_database_could_keep_waits_in_quarantine(
    engine: Engine, changes: dict[str, Any], path: str
) -> None:
    run = run_on(engine)

    store(run, replace(read(a_call(with_lots=False)), **changes))

    assert (run.tally.stored, run.tally.quarantined) == (0, 1)
    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Quarantine.path)).one() == path


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"lots_per_tenderer": 2**31}, "call.lots_per_tenderer"),
        ({"value_amount": 2**63}, "call.value_amount"),
        ({"conditions": {"payment": {"fr": "\x07"}}}, "call.conditions.payment.fr"),
        ({"offer_languages": ("fr",) * 4000}, "call.offer_languages"),
    ],
)
def test_a_fault_within_a_call_is_named_by_its_place(changes: dict[str, Any], path: str) -> None:
    record = read(a_call(with_lots=False))
    assert record.call is not None

    faults = list(faults_of(replace(record, call=replace(record.call, **changes))))

    assert [place for place, _ in faults] == [path]


def test_a_fault_within_a_lot_is_named_by_its_place() -> None:
    record = read(a_call(with_lots=True))
    assert record.call is not None
    first, *others = record.call.lots
    [criterion, *_] = first.criteria
    spoilt = replace(
        first,
        place_canton="Genève",
        variants=Stated.YES,
        criteria=(replace(criterion, weight=float("inf")),),
    )

    faults = list(faults_of(replace(record, call=replace(record.call, lots=(spoilt, *others)))))

    assert faults == [
        ("call.lots.0.place_canton", "no sign of a canton"),
        ("call.lots.0.criteria.0.weight", "no finite number"),
    ]


@pytest.mark.parametrize(("canton", "is_wrong"), [("GE", False), (None, False), ("ge", True), ("G", True)])
def test_a_canton_is_two_capitals(canton: str | None, is_wrong: bool) -> None:
    record = read(a_call(with_lots=False))
    assert record.buyer is not None

    faults = list(faults_of(replace(record, buyer=replace(record.buyer, canton=canton))))

    assert faults == ([("buyer.canton", "no sign of a canton")] if is_wrong else [])


def test_what_three_runs_lost_is_missing(engine: Engine) -> None:
    endings = []
    for day in range(4):
        now = NOW + timedelta(days=day)
        run = Run("simap", engine, "test", Tally(listed=1), lambda now=now: now)  # type: ignore[misc]
        store(run, Unfetched("a", "9-01", "HTTP 500", "http://127.0.0.1/a"))
        endings.append((run.tally.lost, run.tally.missing))
        with transaction(engine) as session:
            row = start_crawl(session, source="simap", since=now.date(), now=now)
            row.ended_at, row.lost = now, run.tally.lost

    assert endings == [(1, 0), (1, 0), (0, 1), (0, 1)]
    with transaction(engine, read_only=True) as session:
        [kept] = session.scalars(select(MissingNotice))
    assert (kept.number, kept.reason, kept.first_at) == ("9-01", "HTTP 500", NOW)


def test_what_was_found_and_is_lost_again_has_its_three_runs_anew(engine: Engine) -> None:
    later = NOW + timedelta(days=9)
    with transaction(engine) as session:
        note = {"source": "simap", "source_key": "a", "number": "", "reason": "x", "fetched_from": "x"}
        note_missing(session, **note, now=NOW)
        session.scalars(select(MissingNotice)).one().found_at = NOW

        assert note_missing(session, **note, now=later) == later


def test_nothing_is_wrong_with_what_is_read_rightly() -> None:
    assert [fault for details in DETAILS for fault in faults_of(read(details))] == []


@pytest.mark.parametrize("key", ["a\x00b", "x" * 200, "\ud800"])
def test_a_key_that_cannot_be_kept_gets_another_and_is_not_asked_for_again(engine: Engine, key: str) -> None:
    run = run_on(engine)

    store(run, Missing(key, "7\x00" * 50, "HTTP 404", "http://127.0.0.1/" + "x" * 2000))
    store(run, Unreadable(key, "a\x1bb", "wrong\x00", b"{}", "http://127.0.0.1/" + "x" * 2000))

    with transaction(engine, read_only=True) as session:
        missing, kept = (
            session.scalars(select(MissingNotice)).one(),
            session.scalars(select(Quarantine)).one(),
        )
    assert missing.source_key == kept.source_key
    assert missing.source_key.startswith("row:")
    assert (run.tally.missing, run.tally.quarantined) == (1, 1)
