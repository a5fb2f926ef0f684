"""The two thresholds of a chamber: what each would bring, set by staff, carried over to another model."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import bands
from procurement.errors import NotAllowed, RuleBroken
from procurement.lessons import Precision
from procurement.models import AuditEntry, Chamber, Member, Person
from procurement.rules import Rule
from procurement.vocabulary import Role
from tests.factories import make_chamber, make_lot, make_match, make_member, make_person, make_tender
from tests.procurement.decided import make_dropped, make_kept


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the chamber's staff."""
    return make_person(session, role=Role.STAFF)


@pytest.fixture
def member(session: Session) -> Member:
    """The member that matches are for."""
    return make_member(session)


def test_the_table_says_what_each_threshold_would_bring_and_miss(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    make_kept(session, staff, now, member=member, score=0.9)
    make_kept(session, staff, now, member=member, score=0.4)
    make_dropped(session, staff, now, member=member, score=0.5)
    make_match(session, member=member, proposed_at=now, score=0.7)
    make_kept(session, staff, now, member=member, score=0.1, sample_of=8)
    make_dropped(session, staff, now, member=member, score=0.05, sample_of=100)
    make_kept(session, staff, now - timedelta(weeks=5), member=member, score=0.9)

    table = bands.coverage(
        session, chamber_id=member.chamber_id, now=now, weeks=4, thresholds=(0.0, 0.08, 0.3, 0.6)
    )

    assert [(row.alerts_per_week * 4, row.missed_per_week * 4) for row in table] == [
        (112, 0),
        (12, 0),
        (4, 8),
        (2, 9),
    ]
    assert [row.precision for row in table] == [
        Precision(2, 1), Precision(2, 1), Precision(2, 1), Precision(1, 0),
    ]  # fmt: skip


def test_the_table_may_read_old_matches_by_the_model_in_use(
    session: Session, now: datetime, member: Member
) -> None:
    make_match(session, member=member, proposed_at=now, score=0.2, signals={"text": 0.9})

    (row,) = bands.coverage(
        session,
        chamber_id=member.chamber_id,
        now=now,
        weeks=1,
        thresholds=(0.5,),
        score=lambda signals: signals["text"],
    )

    assert row.alerts_per_week == 1.0


def _text(signals: Mapping[str, float]) -> float:
    return signals["text"]


def _many(session: Session, member: Member, now: datetime, count: int) -> Chamber:
    tender = make_tender(session)
    for number in range(count):
        lot = make_lot(tender, criteria=[])
        session.flush()
        score = (number + 1) / count
        make_match(session, member=member, lot=lot, proposed_at=now, score=score, signals={"text": score})
    return member.chamber


def test_another_model_leaves_the_bands_as_large_as_they_were(
    session: Session, now: datetime, member: Member
) -> None:
    chamber = _many(session, member, now, 100)
    chamber.hold_from, chamber.strong_from = 0.25, 0.60

    bands.carry_thresholds(
        session, chamber=chamber, leaving=_text, score=lambda signals: signals["text"] ** 2, now=now
    )

    squared = [(number / 100) ** 2 for number in range(1, 101)]
    assert sum(score >= chamber.hold_from for score in squared) == 76
    assert sum(score >= chamber.strong_from for score in squared) == 41
    session.flush()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "chamber.thresholds")).one()
    assert entry.facts["before"] == [0.25, 0.60]


def test_a_band_that_was_empty_stays_empty(session: Session, now: datetime, member: Member) -> None:
    chamber = _many(session, member, now, 60)
    chamber.hold_from, chamber.strong_from = 0.0, 1.1

    bands.carry_thresholds(
        session, chamber=chamber, leaving=_text, score=lambda signals: signals["text"] / 2, now=now
    )

    assert chamber.hold_from <= 1 / 120
    assert chamber.strong_from > 0.5


def test_equal_scores_stay_together(session: Session, now: datetime, member: Member) -> None:
    chamber = _many(session, member, now, 60)

    bands.carry_thresholds(session, chamber=chamber, leaving=_text, score=lambda signals: 0.5, now=now)

    assert (chamber.hold_from, chamber.strong_from) == (0.5, 0.5)


def test_with_few_matches_no_threshold_moves(session: Session, now: datetime, member: Member) -> None:
    chamber = _many(session, member, now, 10)
    before = (chamber.hold_from, chamber.strong_from)

    bands.carry_thresholds(session, chamber=chamber, leaving=_text, score=lambda signals: 0.0, now=now)

    assert (chamber.hold_from, chamber.strong_from) == before


def _set(
    session: Session, chamber: Chamber, person: Person, now: datetime, hold: float, strong: float
) -> None:
    bands.set_bands(
        session,
        chamber=chamber,
        person=person,
        hold_from=hold,
        strong_from=strong,
        sends_strong=True,
        now=now,
    )


def test_staff_set_the_bands_and_every_member_is_held_against_the_open_lots_again(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    member.matched_with = "rules-3"
    session.flush()

    for _ in range(2):
        _set(session, member.chamber, staff, now, 0.3, 0.7)

    session.flush()
    session.refresh(member)
    assert member.matched_with is None
    assert (member.chamber.hold_from, member.chamber.strong_from) == (0.3, 0.7)
    assert member.chamber.sends_strong
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.person_id) == ("chamber.thresholds", staff.id)
    assert entry.facts == {
        "before": {"bands": [0.25, 0.6], "sends_strong": False},
        "after": {"bands": [0.3, 0.7], "sends_strong": True},
    }


@pytest.mark.parametrize(("hold", "strong"), [(0.7, 0.6), (0.0, 0.6), (0.5, 1.01), (float("nan"), 0.5)])
def test_bands_that_cross_or_leave_the_scale_are_refused(
    session: Session, now: datetime, staff: Person, member: Member, hold: float, strong: float
) -> None:
    with pytest.raises(RuleBroken) as problem:
        _set(session, member.chamber, staff, now, hold, strong)

    assert problem.value.rule is Rule.BANDS_CROSSED
    assert member.chamber.hold_from == 0.25


def test_only_staff_of_the_chamber_set_its_bands(session: Session, now: datetime, member: Member) -> None:
    stranger = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))

    for person in (make_person(session, member=member), stranger):
        with pytest.raises(NotAllowed):
            _set(session, member.chamber, person, now, 0.3, 0.7)
