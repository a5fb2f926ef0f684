"""Rows of work: asked once, claimed by one, done once, set aside after three failures."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from procurement import work
from procurement.db import transaction
from procurement.models import Work
from tests.procurement.together import together


def _ask(session: Session, now: datetime, key: str = "member:1") -> Work:
    return work.ask(session, key=key, kind="match_member", now=now, member_id=1)


def test_the_same_thing_is_asked_for_once_while_it_waits(session: Session, now: datetime) -> None:
    first = _ask(session, now)

    again = _ask(session, now + timedelta(hours=1))

    assert again is first
    assert (first.kind, first.facts) == ("match_member", {"member_id": 1})


def test_the_newest_row_of_a_key_is_the_one_that_counts(session: Session, now: datetime) -> None:
    assert work.newest(session, key="member:1") is None
    first = _ask(session, now)
    work.finish(session, work_id=first.id, answer={}, now=now)
    _ask(session, now, key="member:2")

    assert work.newest(session, key="member:1") is first
    second = _ask(session, now)
    assert work.newest(session, key="member:1") is second


def test_what_is_under_way_is_not_asked_for_again(session: Session, now: datetime) -> None:
    first = _ask(session, now)
    work.claim(session, now=now)

    assert _ask(session, now) is first


@pytest.mark.parametrize("end", ["done", "failed"])
def test_what_is_over_can_be_asked_for_again(session: Session, now: datetime, end: str) -> None:
    first = _ask(session, now)
    setattr(first, f"{end}_at", now)
    session.flush()

    assert _ask(session, now) is not first


def test_of_many_who_ask_at_once_all_get_one_row(engine: Engine, now: datetime) -> None:
    def ask() -> int:
        with transaction(engine) as session:
            return _ask(session, now).id

    found = together([ask] * 6)

    assert len(set(found)) == 1


def test_the_oldest_row_is_claimed_first(session: Session, now: datetime) -> None:
    first, second = _ask(session, now, "1"), _ask(session, now, "2")

    assert work.claim(session, now=now) is first
    assert work.claim(session, now=now) is second
    assert work.claim(session, now=now) is None


def test_each_row_is_claimed_by_one_of_many_workers(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        asked = {_ask(session, now, str(number)).id for number in range(12)}

    def claim_until_none() -> list[int]:
        claimed: list[int] = []
        while True:
            with transaction(engine) as session:
                row = work.claim(session, now=now)
                if row is None:
                    return claimed
                claimed.append(row.id)

    found = [row_id for claimed in together([claim_until_none] * 4) for row_id in claimed]

    assert sorted(found) == sorted(asked)


def test_a_row_is_not_claimed_before_its_time(session: Session, now: datetime) -> None:
    row = _ask(session, now)
    row.not_before = now + timedelta(seconds=1)
    session.flush()

    assert work.claim(session, now=now) is None
    assert work.claim(session, now=now + timedelta(seconds=1)) is row


def test_a_row_whose_worker_died_is_claimed_again_after_two_minutes(session: Session, now: datetime) -> None:
    row = _ask(session, now)
    work.claim(session, now=now)

    assert work.claim(session, now=now + timedelta(seconds=work.CLAIM_SECONDS)) is None
    assert work.claim(session, now=now + timedelta(seconds=work.CLAIM_SECONDS + 1)) is row
    assert row.attempts == 2


def test_a_row_that_is_done_keeps_its_answer_and_is_never_claimed_again(
    session: Session, now: datetime
) -> None:
    row = _ask(session, now)
    work.claim(session, now=now)

    work.finish(session, work_id=row.id, answer={"proposed": 3}, now=now)
    session.flush()

    assert (row.answer, row.done_at, row.claimed_until) == ({"proposed": 3}, now, None)
    assert work.claim(session, now=now + timedelta(days=1)) is None


def test_a_row_that_failed_is_tried_again_later_each_time(session: Session, now: datetime) -> None:
    row = _ask(session, now)
    waited = []
    for _ in range(2):
        work.claim(session, now=now)
        work.give_up(session, work_id=row.id, error="ValueError: no such member", now=now)
        session.flush()
        waited.append((row.not_before - now).total_seconds())
        now = row.not_before

    assert waited == [40, 160]
    assert row.last_error == "ValueError: no such member"
    assert row.failed_at is None


def test_a_row_that_failed_three_times_is_set_aside(session: Session, now: datetime) -> None:
    row, other = _ask(session, now, "1"), _ask(session, now, "2")
    for _ in range(work.MOST_ATTEMPTS):
        claimed = work.claim(session, now=now)
        assert claimed is row
        work.give_up(session, work_id=row.id, error="x" * 1000, now=now)
        row.not_before = now
        session.flush()

    assert row.failed_at == now
    assert len(row.last_error) == 300
    assert work.claim(session, now=now) is other


def test_a_row_on_which_its_worker_died_three_times_is_set_aside(session: Session, now: datetime) -> None:
    row = _ask(session, now)
    for _ in range(work.MOST_ATTEMPTS):
        assert work.claim(session, now=now) is row
        now += timedelta(seconds=work.CLAIM_SECONDS + 1)

    assert work.claim(session, now=now) is None
    assert row.failed_at == now
    assert row.last_error == "the worker died three times on it"


def test_what_was_set_aside_stops_nothing_behind_it(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        _ask(session, now, "poison").attempts = work.MOST_ATTEMPTS
        good = _ask(session, now, "good").id
    claimed = []
    for _ in range(2):
        with transaction(engine) as session:
            row = work.claim(session, now=now)
            claimed += [row.id] if row is not None else []

    assert claimed == [good]
    with transaction(engine, read_only=True) as session:
        assert session.scalar(select(Work.failed_at).where(Work.key == "poison")) == now


def test_what_was_answered_or_set_aside_goes_after_thirty_days_and_what_waits_stays(
    session: Session, now: datetime
) -> None:
    long_ago = now - timedelta(days=work.KEPT_DAYS, hours=1)
    work.finish(session, work_id=_ask(session, long_ago, "old").id, answer={}, now=long_ago)
    _ask(session, long_ago, "aside").failed_at = long_ago
    work.finish(session, work_id=_ask(session, long_ago, "new").id, answer={}, now=now - timedelta(days=29))
    _ask(session, long_ago, "waiting")

    assert work.tidy(session, now=now) == 2

    assert sorted(session.scalars(select(Work.key))) == ["new", "waiting"]
