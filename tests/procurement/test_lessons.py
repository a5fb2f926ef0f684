"""What decisions say of the matcher: precision before and after, what is missed, what thresholds bring."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import lessons
from procurement.errors import NotAllowed
from procurement.lessons import Precision
from procurement.models import AuditEntry, Chamber, Match, Member, Person
from procurement.vocabulary import DropReason, Role
from tests.factories import make_chamber, make_lot, make_match, make_member, make_person, make_tender


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the chamber's staff."""
    return make_person(session, role=Role.STAFF)


@pytest.fixture
def member(session: Session) -> Member:
    """The member that matches are for, unless a test says another."""
    return make_member(session)


def _kept(session: Session, staff: Person, at: datetime, **facts: Any) -> Match:
    return make_match(session, **{"decided_by": staff, "released_at": at, "proposed_at": at, **facts})


def _dropped(
    session: Session,
    staff: Person,
    at: datetime,
    reason: DropReason = DropReason.NOT_THEIR_TRADE,
    **facts: Any,
) -> Match:
    facts = {"decided_by": staff, "dropped_at": at, "drop_reason": reason, "proposed_at": at, **facts}
    return make_match(session, **facts)


def test_precision_is_told_as_a_whole_by_member_and_by_reason(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    words = [{"key": "title_words", "facts": {}}]
    code = [{"key": "cpv_same", "facts": {}}]
    other = make_member(session)
    found = lessons.decisions(
        [
            _kept(session, staff, now, member=member, reasons=words),
            _dropped(session, staff, now, DropReason.TOO_FAR, member=member, reasons=code),
            _dropped(session, staff, now, DropReason.TOO_FAR, member=other, reasons=code),
            _kept(session, staff, now, member=other, reasons=code),
            _dropped(session, staff, now, DropReason.TOO_BIG, member=other, reasons=[]),
        ]
    )

    assert (found.overall.kept, found.overall.decided, found.overall.value) == (2, 5, 0.4)
    assert found.by_member == {member.id: Precision(1, 1), other.id: Precision(1, 2)}
    assert found.by_reason == {"title_words": Precision(1, 0), "cpv_same": Precision(1, 2)}
    assert found.drops == {DropReason.TOO_FAR: 2, DropReason.TOO_BIG: 1}


def test_what_nobody_judged_and_what_chance_drew_are_no_precision(
    session: Session, now: datetime, staff: Person
) -> None:
    undecided = make_match(session)
    sent = make_match(session, released_at=now)
    drawn = _dropped(session, staff, now, sample_of=12)

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
        decide = _kept if is_kept else _dropped
        decide(session, staff, now - timedelta(days=days), model=model, member=member)
    elsewhere = make_chamber(session, key="autre")
    _kept(session, staff, now, model="new", member=make_member(session, chamber=elsewhere))

    found = lessons.before_and_after(
        session, chamber_id=member.chamber_id, model="new", promoted_at=promoted_at
    )

    assert found.before.overall == Precision(1, 1)
    assert found.after.overall == Precision(2, 1)
    assert found.after.by_member == {member.id: Precision(2, 1)}


def test_promotions_are_told_the_newest_first(session: Session, now: datetime) -> None:
    lessons.note_model(session, act=lessons.PROMOTED, model="m1", person=None, now=now)
    later = now + timedelta(days=1)
    lessons.note_model(session, act=lessons.ROLLED_BACK, model="rules-2", person=None, now=later)

    assert lessons.promotions(session) == [("rules-2", later), ("m1", now)]


def test_what_is_missed_is_what_the_sample_stands_for(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    for _ in range(6):
        _kept(session, staff, now, member=member)
    _kept(session, staff, now, member=member, sample_of=2)
    for _ in range(3):
        _dropped(session, staff, now, member=member, sample_of=2)
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
        _dropped(session, staff, now, member=member, sample_of=10)

    found = lessons.recall(session, chamber_id=member.chamber_id, since=now)

    assert (found.missed, found.value) == (0.0, None)
    assert found.missed_at_most == pytest.approx(30.0, rel=0.02)


def test_what_of_a_draw_is_not_judged_is_stood_for_by_the_rest(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    _kept(session, staff, now, member=member, sample_of=5)
    for _ in range(3):
        make_match(session, member=member, proposed_at=now, sample_of=5)

    assert lessons.recall(session, chamber_id=member.chamber_id, since=now).missed == 20.0


def test_without_a_judged_sample_nothing_is_claimed(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    _kept(session, staff, now, member=member)

    found = lessons.recall(session, chamber_id=member.chamber_id, since=now)

    assert (found.missed_at_most, found.at_least) == (None, None)


def test_the_table_says_what_each_threshold_would_bring_and_miss(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    _kept(session, staff, now, member=member, score=0.9)
    _kept(session, staff, now, member=member, score=0.4)
    _dropped(session, staff, now, member=member, score=0.5)
    make_match(session, member=member, proposed_at=now, score=0.7)
    _kept(session, staff, now, member=member, score=0.1, sample_of=8)
    _dropped(session, staff, now, member=member, score=0.05, sample_of=100)
    _kept(session, staff, now - timedelta(weeks=5), member=member, score=0.9)

    table = lessons.coverage(
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

    (row,) = lessons.coverage(
        session,
        chamber_id=member.chamber_id,
        now=now,
        weeks=1,
        thresholds=(0.5,),
        score=lambda signals: signals["text"],
    )

    assert row.alerts_per_week == 1.0


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

    lessons.carry_thresholds(session, chamber=chamber, score=lambda signals: signals["text"] ** 2, now=now)

    squared = [(number / 100) ** 2 for number in range(1, 101)]
    assert sum(score >= chamber.hold_from for score in squared) == 76
    assert sum(score >= chamber.strong_from for score in squared) == 41
    session.flush()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "chamber.thresholds")).one()
    assert entry.facts["before"] == [0.25, 0.60]


def test_a_band_that_was_empty_stays_empty(session: Session, now: datetime, member: Member) -> None:
    chamber = _many(session, member, now, 60)
    chamber.hold_from, chamber.strong_from = 0.0, 1.1

    lessons.carry_thresholds(session, chamber=chamber, score=lambda signals: signals["text"] / 2, now=now)

    assert chamber.hold_from <= 1 / 120
    assert chamber.strong_from > 0.5


def test_equal_scores_stay_together(session: Session, now: datetime, member: Member) -> None:
    chamber = _many(session, member, now, 60)

    lessons.carry_thresholds(session, chamber=chamber, score=lambda signals: 0.5, now=now)

    assert (chamber.hold_from, chamber.strong_from) == (0.5, 0.5)


def test_with_few_matches_no_threshold_moves(session: Session, now: datetime, member: Member) -> None:
    chamber = _many(session, member, now, 10)
    before = (chamber.hold_from, chamber.strong_from)

    lessons.carry_thresholds(session, chamber=chamber, score=lambda signals: 0.0, now=now)

    assert (chamber.hold_from, chamber.strong_from) == before


def test_a_lesson_is_seen_taken_back_and_given_again(
    session: Session, now: datetime, staff: Person, member: Member
) -> None:
    match = _kept(session, staff, now, member=member)
    make_match(session, member=member)

    assert lessons.lessons(session, chamber_id=member.chamber_id) == [match]

    lessons.unlearn(session, match=match, person=staff, now=now)
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
    match = _kept(session, staff, now, member=member)
    stranger = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))

    for person in (make_person(session, member=member), stranger):
        with pytest.raises(NotAllowed):
            lessons.unlearn(session, match=match, person=person, now=now)
        with pytest.raises(NotAllowed):
            lessons.learn_again(session, match=match, person=person, now=now)
