"""What ran and who may run alone: one holder at a time, and no run believed that lost something."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from procurement import runs
from procurement.db import transaction
from procurement.models import CrawlRun, JobRun, Lease
from procurement.vocabulary import Verdict
from tests.procurement.together import together


def _take(session: Session, holder: str, now: datetime) -> bool:
    return runs.take_lease(session, name="schedule", holder=holder, seconds=15, now=now)


def _run(session: Session, started_at: datetime, **overrides: Any) -> CrawlRun:
    facts: dict[str, Any] = {
        "source": "simap",
        "since": date(2026, 11, 20),
        "started_at": started_at,
        "ended_at": started_at + timedelta(minutes=3),
        "verdict": Verdict.OK,
        "listed": 30,
    }
    run = CrawlRun(**{**facts, **overrides})
    session.add(run)
    session.flush()
    return run


def test_a_lease_that_nobody_holds_is_taken(session: Session, now: datetime) -> None:
    assert _take(session, "a", now)
    assert runs.lease_holder(session, name="schedule") == "a"


def test_a_lease_is_refused_while_another_holds_it(session: Session, now: datetime) -> None:
    _take(session, "a", now)

    assert not _take(session, "b", now + timedelta(seconds=15))
    assert runs.lease_holder(session, name="schedule") == "a"


def test_a_lease_is_renewed_by_its_holder(session: Session, now: datetime) -> None:
    _take(session, "a", now)

    assert _take(session, "a", now + timedelta(seconds=14))
    assert not _take(session, "b", now + timedelta(seconds=20))


def test_a_lease_that_has_run_out_is_taken_over(session: Session, now: datetime) -> None:
    _take(session, "a", now)

    assert _take(session, "b", now + timedelta(seconds=16))
    assert not _take(session, "a", now + timedelta(seconds=17))


def test_a_lease_is_given_back_by_its_holder_only(session: Session, now: datetime) -> None:
    _take(session, "a", now)

    runs.release_lease(session, name="schedule", holder="b")
    kept = runs.lease_holder(session, name="schedule")
    runs.release_lease(session, name="schedule", holder="a")

    assert kept == "a"
    assert runs.lease_holder(session, name="schedule") is None
    assert _take(session, "b", now)


def test_leases_of_other_names_are_free(session: Session, now: datetime) -> None:
    _take(session, "a", now)

    assert runs.take_lease(session, name="crawl:simap", holder="b", seconds=60, now=now)


@pytest.mark.parametrize("has_run_out", [False, True])
def test_of_eight_who_want_a_lease_one_gets_it(engine: Engine, now: datetime, has_run_out: bool) -> None:
    if has_run_out:
        with transaction(engine) as session:
            _take(session, "the dead", now - timedelta(minutes=1))

    def take(holder: str) -> bool:
        with transaction(engine) as session:
            return _take(session, holder, now)

    taken = together([partial(take, str(number)) for number in range(8)])

    with transaction(engine, read_only=True) as session:
        lease = session.scalars(select(Lease)).one()
    assert taken.count(True) == 1
    assert lease.holder == str(taken.index(True))


def test_a_run_has_no_verdict_until_it_ends_by_itself(session: Session, now: datetime) -> None:
    run = runs.start_crawl(session, source="simap", since=date(2026, 11, 20), now=now)

    assert (run.verdict, run.ended_at, run.started_at) == (None, None, now)
    assert run.id


@pytest.mark.parametrize(
    ("facts", "is_complete"),
    [
        ({}, True),
        ({"verdict": Verdict.PARTIAL}, True),
        ({"verdict": Verdict.PARTIAL, "lost": 1}, False),
        ({"verdict": Verdict.FAILED}, False),
        ({"listed": 0}, False),
        ({"since": date(2026, 11, 23)}, False),
        ({"verdict": None, "ended_at": None}, False),
        ({"source": "ted"}, False),
    ],
)
def test_only_a_run_that_lost_nothing_moves_the_window(
    session: Session, now: datetime, facts: dict[str, Any], is_complete: bool
) -> None:
    before = now - timedelta(days=2)
    _run(session, before)
    _run(session, now, **facts)

    assert runs.last_complete(session, source="simap") == (now if is_complete else before)


def test_a_chain_of_runs_is_followed_a_thousand_runs_back(session: Session, now: datetime) -> None:
    _run(session, now - timedelta(days=90))
    facts = {"source": "simap", "since": date(2026, 11, 20), "verdict": Verdict.OK, "listed": 30}
    moments = [now - timedelta(minutes=1000 - number) for number in range(1000)]
    session.execute(
        insert(CrawlRun), [{**facts, "started_at": each, "ended_at": each, "reasons": []} for each in moments]
    )

    # Were the first still asked, the gap after it would hold the window back for ever.
    assert runs.last_complete(session, source="simap") == moments[-1]


def test_a_source_never_read_has_no_complete_run(session: Session) -> None:
    assert runs.last_complete(session, source="simap") is None


def test_the_last_run_of_each_source_is_shown(session: Session, now: datetime) -> None:
    _run(session, now - timedelta(days=1))
    newest = _run(session, now, verdict=Verdict.FAILED)
    other = _run(session, now - timedelta(days=3), source="boamp")

    assert list(runs.last_runs(session)) == [other, newest]


def test_a_run_under_way_is_not_over_yet(session: Session, now: datetime) -> None:
    over = _run(session, now - timedelta(hours=1))
    _run(session, now, verdict=None, ended_at=None)

    assert runs.finished_runs(session, now=now + timedelta(minutes=5)) == [over]


def test_a_run_that_never_ended_is_over_after_five_hours(session: Session, now: datetime) -> None:
    _run(session, now - timedelta(hours=7))
    crashed = _run(session, now - timedelta(hours=6), verdict=None, ended_at=None)

    assert runs.finished_runs(session, now=now) == [crashed]


def test_imports_and_sources_no_longer_read_are_no_news(session: Session, now: datetime) -> None:
    _run(session, now - timedelta(days=15), source="boamp")
    _run(session, now, source="simap:files")
    read = _run(session, now)

    assert runs.finished_runs(session, now=now) == [read]


def test_a_source_was_last_heard_when_it_last_listed_anything(session: Session, now: datetime) -> None:
    _run(session, now - timedelta(days=3), verdict=Verdict.PARTIAL)
    _run(session, now, listed=0)

    assert runs.last_heard(session, source="simap") == now - timedelta(days=3)
    assert runs.last_heard(session, source="ted") is None


def test_the_runs_of_a_source_stand_newest_first(session: Session, now: datetime) -> None:
    first, second, third = (_run(session, now + timedelta(hours=hours)) for hours in range(3))
    _run(session, now, source="ted")

    assert runs.runs_of(session, source="simap") == [third, second, first]
    assert runs.runs_of(session, source="simap", limit=1) == [third]


def test_a_job_says_for_which_moment_it_last_ran(session: Session) -> None:
    due = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    session.add(JobRun(job="digest", due_at=due, started_at=due, steps=[]))
    session.add(JobRun(job="digest", due_at=due - timedelta(days=1), started_at=due, steps=[]))
    session.flush()

    assert runs.last_due(session, job="digest") == due
    assert runs.last_due(session, job="watch") is None
