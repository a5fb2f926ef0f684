"""What decisions say of the matcher: precision before and after, what is missed, each lesson."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import lessons
from procurement.errors import NotAllowed
from procurement.lessons import Precision
from procurement.models import AuditEntry, Member, Person
from procurement.vocabulary import DropReason, Role
from tests.factories import make_chamber, make_match, make_member, make_person
from tests.procurement.decided import make_dropped, make_kept


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the chamber's staff."""
    return make_person(session, role=Role.STAFF)


@pytest.fixture
def member(session: Session) -> Member:
    """The member that matches are for, unless a test says another."""
    return make_member(session)


def test_precision_is_told_as_a_whole_by_member_and_by_reason(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    words = [{"key": "title_words", "facts": {}}]
    code = [{"key": "cpv_same", "facts": {}}]
    other = make_member(session)
    found = lessons.decisions(
        [
            make_kept(session, staff, now, member=member, reasons=words),
            make_dropped(session, staff, now, DropReason.TOO_FAR, member=member, reasons=code),
            make_dropped(session, staff, now, DropReason.TOO_FAR, member=other, reasons=code),
            make_kept(session, staff, now, member=other, reasons=code),
            make_dropped(session, staff, now, DropReason.TOO_BIG, member=other, reasons=[]),
        ]
    )

    assert (found.overall.kept, found.overall.decided, found.overall.value) == (2, 5, 0.4)
    assert found.by_member == {member.id: Precision(1, 1), other.id: Precision(1, 2)}
    assert found.by_reason == {"title_words": Precision(1, 0), "cpv_same": Precision(1, 2)}
    assert found.drops == {DropReason.TOO_FAR: 2, DropReason.TOO_BIG: 1}


def test_few_decisions_bound_a_precision_widely_and_many_closely() -> None:
    none, few, many = Precision(), Precision(4, 1), Precision(400, 100)

    assert none.bounds is None
    assert few.bounds == pytest.approx((0.44, 0.95), abs=0.01)
    assert many.bounds == pytest.approx((0.77, 0.83), abs=0.01)
    assert Precision(3, 0).bounds == pytest.approx((0.53, 1.0), abs=0.01)


def test_each_week_has_its_precision_from_monday_in_geneva(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    # Now is a Tuesday, so this is Sunday evening in London and Monday in Geneva.
    monday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    make_kept(session, staff, monday, member=member)
    make_dropped(session, staff, monday - timedelta(hours=1), member=member)
    make_kept(session, staff, now - timedelta(weeks=4), member=member)
    make_kept(session, staff, now, member=member, sample_of=3)

    weeks = lessons.by_week(session, chamber_id=member.chamber_id, now=now, weeks=3)

    assert [(week.monday.isoformat(), week.precision) for week in weeks] == [
        ("2026-11-09", Precision()),
        ("2026-11-16", Precision(0, 1)),
        ("2026-11-23", Precision(1, 0)),
    ]


def test_what_staff_decided_lately_is_told_whatever_proposed_it(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    make_kept(session, staff, now, member=member, model="new")
    make_dropped(session, staff, now - timedelta(days=9), member=member, model="old")
    make_kept(session, staff, now - timedelta(days=11), member=member)

    found = lessons.decided_since(session, chamber_id=member.chamber_id, since=now - timedelta(days=10))

    assert found.overall == Precision(1, 1)


def test_what_nobody_judged_and_what_chance_drew_are_no_precision(
    session: Session, now: datetime, staff: Person
) -> None:
    undecided = make_match(session)
    sent = make_match(session, released_at=now)
    drawn = make_dropped(session, staff, now, sample_of=12)

    found = lessons.decisions([undecided, sent, drawn])

    assert found.overall == Precision()
    assert found.overall.value is None


def test_precision_before_a_promotion_and_on_what_the_new_model_proposed(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    promoted_at = now - timedelta(days=10)
    for days, model, is_kept in (
        (120, "old", True),  # too long ago
        (20, "old", False),
        (15, "old", True),
        (5, "old", True),  # proposed before, decided after: neither
        (4, "new", True),
        (3, "new", True),
        (2, "new", False),
    ):
        decide = make_kept if is_kept else make_dropped
        decide(session, staff, now - timedelta(days=days), model=model, member=member)
    elsewhere = make_chamber(session, key="autre")
    make_kept(session, staff, now, model="new", member=make_member(session, chamber=elsewhere))

    found = lessons.before_and_after(
        session, chamber_id=member.chamber_id, model="new", promoted_at=promoted_at
    )

    assert found.before.overall == Precision(1, 1)
    assert found.after.overall == Precision(2, 1)
    assert found.after.by_member == {member.id: Precision(2, 1)}


def test_what_is_missed_is_what_the_sample_stands_for(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    for _ in range(6):
        make_kept(session, staff, now, member=member)
    make_kept(session, staff, now, member=member, sample_of=2)
    for _ in range(3):
        make_dropped(session, staff, now, member=member, sample_of=2)
    make_match(session, member=member, proposed_at=now - timedelta(days=30), sample_of=900, released_at=now)

    found = lessons.recall(session, chamber_id=member.chamber_id, since=now - timedelta(days=7))

    assert (found.kept, found.sample_kept, found.sample_judged, found.missed) == (6, 1, 4, 2.0)
    assert found.value == pytest.approx(0.75)
    assert found.missed_at_most is not None
    # One found of weight two: exactly, chi-square with four degrees at 95 %.
    assert found.missed_at_most == pytest.approx(9.49, abs=0.1)
    assert found.at_least == pytest.approx(6 / (6 + found.missed_at_most))


def test_a_sample_without_a_good_one_leaves_three_times_what_one_stands_for(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    for _ in range(4):
        make_dropped(session, staff, now, member=member, sample_of=10)

    found = lessons.recall(session, chamber_id=member.chamber_id, since=now)

    assert (found.missed, found.value) == (0.0, None)
    assert found.missed_at_most == pytest.approx(30.0, rel=0.02)


def test_what_of_a_draw_is_not_judged_is_stood_for_by_the_rest(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    make_kept(session, staff, now, member=member, sample_of=5)
    for _ in range(3):
        make_match(session, member=member, proposed_at=now, sample_of=5)

    assert lessons.recall(session, chamber_id=member.chamber_id, since=now).missed == 20.0


def test_without_a_judged_sample_nothing_is_claimed(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    make_kept(session, staff, now, member=member)

    found = lessons.recall(session, chamber_id=member.chamber_id, since=now)

    assert (found.missed_at_most, found.at_least) == (None, None)


def test_a_lesson_is_seen_taken_back_and_given_again(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    match = make_kept(session, staff, now, member=member)
    make_match(session, member=member)

    assert lessons.lessons(session, chamber_id=member.chamber_id) == [match]
    assert lessons.lessons(session, chamber_id=member.chamber_id, offset=1) == []

    lessons.unlearn(session, match=match, person=staff, now=now)
    session.flush()
    assert lessons.count_lessons(session, chamber_id=member.chamber_id) == (1, 1)
    assert lessons.who_took_back(session, [match]) == {match.id: staff.name}
    lessons.unlearn(session, match=match, person=staff, now=now + timedelta(days=1))
    assert match.unlearned_at == now
    assert match.released_at == now
    lessons.learn_again(session, match=match, person=staff, now=now)
    lessons.learn_again(session, match=match, person=staff, now=now)
    assert match.unlearned_at is None
    session.flush()
    acts = list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts == ["match.unlearn", "match.learn_again"]


def test_only_staff_of_the_chamber_take_a_lesson_back(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    match = make_kept(session, staff, now, member=member)
    stranger = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))

    for person in (make_person(session, member=member), stranger):
        with pytest.raises(NotAllowed):
            lessons.unlearn(session, match=match, person=person, now=now)
        with pytest.raises(NotAllowed):
            lessons.learn_again(session, match=match, person=person, now=now)
