"""What a page asks of the matcher: answered once, put back after an error, set aside after three."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from matcher.answer import answer_work, work_forever
from procurement.db import connect, transaction
from procurement.models import Match, Work
from procurement.work import ask
from tests.factories import make_member, make_tender


def _ask(engine: Engine, now: datetime, kind: str = "match_member", **facts: Any) -> int:
    with transaction(engine) as session:
        return ask(session, key=f"{kind}:1", kind=kind, now=now, **facts).id


def _row(engine: Engine, work_id: int) -> Work:
    with transaction(engine, read_only=True) as session:
        return session.get_one(Work, work_id)


def test_a_member_asked_for_is_matched_and_the_count_is_the_answer(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = make_member(session, cpv_codes=["90911200"]).id
        make_tender(session)
    work_id = _ask(engine, now, member_id=member)

    assert answer_work(engine, now=now)

    row = _row(engine, work_id)
    assert (row.answer, row.done_at) == ({"proposed": 1}, now)
    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Match)).one().member_id == member


def test_a_page_judges_by_the_codes_that_a_text_suggests_as_matching_does(
    engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("answer", "questions"):
        monkeypatch.setattr(
            f"matcher.{module}.suggester_in_use", lambda engine, folder: lambda texts: [("90911200", 0.9)]
        )
    with transaction(engine) as session:
        member = make_member(session, cpv_codes=["90911200"]).id
        tender = make_tender(session, cpv_codes=[])
        tender.lots[0].cpv_codes = []
        session.flush()
        tender_id = tender.id
    _ask(engine, now, member_id=member)
    work_id = _ask(engine, now, "why_not", member_id=member, tender_id=tender_id)

    assert answer_work(engine, now=now)
    assert answer_work(engine, now=now)

    with transaction(engine, read_only=True) as session:
        assert session.scalars(select(Match)).one().signals["cpv_suggested"] == pytest.approx(0.9)
    answer = _row(engine, work_id).answer
    assert answer is not None
    [lot] = answer["lots"]
    assert {each["key"]: each["value"] for each in lot["signals"]}["cpv_suggested"] == 0.9


def test_without_work_there_is_nothing_to_answer(engine: Engine, now: datetime) -> None:
    assert not answer_work(engine, now=now)


@pytest.mark.parametrize(
    ("kind", "facts", "error"),
    [
        ("paint_the_wall", {}, "LookupError: no answer is known for work of kind 'paint_the_wall'"),
        ("match_member", {"member_id": 99}, "LookupError: there is no active member 99"),
        ("match_member", {}, "KeyError: 'member_id'"),
    ],
)
def test_work_that_cannot_be_done_says_why_and_is_put_back(
    kind: str, facts: dict[str, Any], error: str, engine: Engine, now: datetime
) -> None:
    work_id = _ask(engine, now, kind, **facts)

    assert answer_work(engine, now=now)

    row = _row(engine, work_id)
    assert row.last_error == error
    assert (row.done_at, row.failed_at, row.claimed_until) == (None, None, None)
    assert not answer_work(engine, now=now)


def test_work_is_set_aside_after_three_attempts(engine: Engine, now: datetime) -> None:
    work_id = _ask(engine, now, "paint_the_wall")

    for attempt in range(3):
        assert answer_work(engine, now=now + timedelta(hours=attempt))

    assert _row(engine, work_id).failed_at is not None
    assert not answer_work(engine, now=now + timedelta(days=1))


def test_a_worker_answers_what_waits_until_it_is_told_to_stop(engine: Engine, now: datetime) -> None:
    work_id = _ask(engine, now, "paint_the_wall")
    stop = threading.Event()

    def clock() -> datetime:
        # The second look at the clock is the last.
        if asked:
            stop.set()
        asked.append(now)
        return now

    asked: list[datetime] = []
    work_forever(engine, clock=clock, stop=stop)

    assert len(asked) == 2
    assert _row(engine, work_id).attempts == 1


def test_a_worker_outlives_a_database_that_does_not_answer(
    tmp_path: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    stop = threading.Event()

    def clock() -> datetime:
        stop.set()
        return now

    work_forever(engine, clock=clock, stop=stop)

    engine.dispose()

    assert "the database does not answer" in caplog.text
