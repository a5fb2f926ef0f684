"""Labels: what people said of a match, about its subject; all else teaches nothing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.labels import Label, LeftOut, Teacher, last_words, read_labels, refusal_of, stored_values
from matcher.signals import SIGNALS
from procurement.consortiums import end, lead_of
from procurement.matches import answer, drop, keep, undo
from procurement.models import Answer, Award, AwardSupplier, Match, Notice, Tender
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import AnswerChoice, DropReason, RefusalReason, Role
from tests.factories import (
    make_lot,
    make_match,
    make_member,
    make_person,
    make_room,
    make_seat,
    make_tender,
)
from tests.procurement.bids import submitted

_VALUES = {key: 0.5 for key in SIGNALS}


def _match(session: Session, **overrides: Any) -> Match:
    return make_match(session, **{"signals": stored_values(_VALUES), **overrides})


def _only(session: Session) -> Label:
    (label,) = read_labels(session).labels
    return label


def test_what_staff_keep_is_good_with_its_signals_as_frozen(session: Session, now: datetime) -> None:
    match = _match(session, tender=make_tender(session, language="de"))
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)

    label = _only(session)

    assert (label.match_id, label.member_id, label.tender_id) == (
        match.id,
        match.member_id,
        match.lot.tender_id,
    )
    assert (label.is_good, label.teacher, label.said_at) == (True, Teacher.STAFF, now)
    assert (label.values, label.language, label.published_on) == (_VALUES, "de", date(2026, 11, 20))


@pytest.mark.parametrize("reason", DropReason)
def test_what_staff_drop_is_bad_when_the_reason_is_about_the_subject(
    reason: DropReason, session: Session, now: datetime
) -> None:
    match = _match(session)
    drop(session, match=match, person=make_person(session, role=Role.STAFF), reason=reason, now=now)

    found = read_labels(session)

    if reason in (DropReason.TOO_LATE, DropReason.OTHER):
        assert (found.labels, found.left_out) == ((), {LeftOut.NOT_ABOUT_THE_SUBJECT: 1})
    else:
        assert not _only(session).is_good


def test_a_decision_undone_teaches_nothing(session: Session, now: datetime) -> None:
    match, person = _match(session), make_person(session, role=Role.STAFF)
    drop(session, match=match, person=person, reason=DropReason.TOO_BIG, now=now)
    undo(session, match=match, person=person, now=now)

    assert read_labels(session).left_out == {LeftOut.UNDECIDED: 1}


def test_what_goes_out_without_waiting_was_judged_by_nobody(session: Session, now: datetime) -> None:
    _match(session, released_at=now)

    assert read_labels(session).left_out == {LeftOut.UNDECIDED: 1}


def test_a_lesson_taken_back_is_left_out(session: Session, now: datetime) -> None:
    match = _match(session)
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)
    match.unlearned_at = now

    assert read_labels(session).left_out == {LeftOut.TAKEN_BACK: 1}


def _answer(session: Session, match: Match, choice: AnswerChoice, now: datetime, reason: str = "") -> Answer:
    return answer(
        session,
        tender=match.lot.tender,
        member=match.member,
        person=make_person(session, member=match.member),
        choice=choice,
        reason=reason,
        now=now,
    )


@pytest.mark.parametrize("choice", [AnswerChoice.INTERESTED, AnswerChoice.SEEKING_PARTNERS])
def test_what_a_member_wants_is_good_though_nobody_decided(
    choice: AnswerChoice, session: Session, now: datetime
) -> None:
    match = _match(session, released_at=now - timedelta(days=1))
    _answer(session, match, choice, now)

    label = _only(session)

    assert (label.is_good, label.teacher, label.said_at) == (True, Teacher.MEMBER, now)


def test_who_opens_a_joint_bid_is_heard_before_its_own_answer_and_an_award_before_both(
    session: Session, now: datetime
) -> None:
    match = _match(session, released_at=now)
    _answer(session, match, AnswerChoice.NOT_FOR_US, now, RefusalReason.NOT_OUR_TRADE.label())
    person = make_person(session, member=match.member, password=None)

    room = make_room(session, lead=person, tender=match.lot.tender)

    label = _only(session)
    assert (label.is_good, label.teacher, label.said_at) == (True, Teacher.CONSORTIUM, room.opened_at)

    notice = match.lot.tender.notices[0]
    award = Award(notice=notice, lot_key=match.lot.source_key)
    award.suppliers.append(AwardSupplier(position=0, name=match.member.name))
    session.add(award)
    session.flush()
    assert _only(session).teacher is Teacher.AWARD


def test_a_joint_bid_that_its_lead_says_was_won_is_one_label_as_good_as_an_award(
    session: Session, now: datetime
) -> None:
    match = _match(session, released_at=now)
    partner = make_person(session, member=match.member, password=None)
    room = submitted(session, partner=partner, tender=match.lot.tender)
    lead = lead_of(room).people[0]
    assert _only(session).teacher is Teacher.CONSORTIUM

    end(session, consortium=room, state=ConsortiumState.WON, note="", person=lead, now=now)

    label = _only(session)
    assert (label.is_good, label.teacher, label.said_at) == (True, Teacher.AWARD, now)
    # What is told to others is not learned from rooms.
    [(_, told)] = last_words(session, hears_rooms=False)
    assert isinstance(told, LeftOut)


@pytest.mark.parametrize(
    ("state", "teacher"),
    [
        (SeatState.JOINED, Teacher.CONSORTIUM),
        (SeatState.CONFIRMED, Teacher.CONSORTIUM),
        (SeatState.ASKED, Teacher.STAFF),
        (SeatState.DECLINED, Teacher.STAFF),
        (SeatState.LEFT, Teacher.STAFF),
    ],
)
def test_only_who_is_inside_a_joint_bid_has_spoken_by_it(
    state: SeatState, teacher: Teacher, session: Session, now: datetime
) -> None:
    match = _match(session)
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)
    person = make_person(session, member=match.member, password=None)

    make_seat(session, make_room(session, tender=match.lot.tender), person, state)

    assert _only(session).teacher is teacher


def test_a_member_is_heard_before_staff(session: Session, now: datetime) -> None:
    match = _match(session)
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)
    _answer(session, match, AnswerChoice.NOT_FOR_US, now, RefusalReason.NOT_OUR_TRADE.label())

    label = _only(session)

    assert (label.is_good, label.teacher) == (False, Teacher.MEMBER)


@pytest.mark.parametrize("reason", [RefusalReason.NO_CAPACITY.label(), RefusalReason.TOO_LATE.label(), "bof"])
def test_a_member_without_time_says_nothing_against_what_staff_kept(
    reason: str, session: Session, now: datetime
) -> None:
    match = _match(session)
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)
    _answer(session, match, AnswerChoice.NOT_FOR_US, now, reason)

    label = _only(session)

    assert (label.is_good, label.teacher) == (True, Teacher.STAFF)


def test_a_good_word_is_about_the_best_lot_and_a_refusal_about_all(session: Session, now: datetime) -> None:
    tender, member = make_tender(session), make_member(session)
    second = make_lot(tender)
    session.flush()
    weak = _match(session, member=member, lot=tender.lots[0], score=0.4, released_at=now)
    best = _match(session, member=member, lot=second, score=0.8, released_at=now)
    given = _answer(session, best, AnswerChoice.INTERESTED, now)

    assert [(label.match_id, label.is_good) for label in read_labels(session).labels] == [(best.id, True)]

    given.choice, given.reason = AnswerChoice.NOT_FOR_US, RefusalReason.TOO_FAR.label()
    session.flush()
    assert [(label.match_id, label.is_good) for label in read_labels(session).labels] == [
        (weak.id, False),
        (best.id, False),
    ]


@pytest.mark.parametrize("reason", RefusalReason)
def test_the_reason_of_a_refusal_is_found_with_and_without_words_of_its_own(reason: RefusalReason) -> None:
    assert refusal_of(reason.label("fr")) is reason
    assert refusal_of(f"{reason.label('fr')}\u00a0: nous n’avons plus personne") is reason


def _award(session: Session, tender: Tender, name: str, **facts: Any) -> None:
    notice = session.scalars(select(Notice).where(Notice.tender_id == tender.id)).first()
    assert notice is not None
    award = Award(notice=notice, **facts)
    award.suppliers.append(AwardSupplier(position=1, name=name))
    session.add(award)
    session.flush()


def test_a_lot_that_the_member_won_was_good_whatever_was_said(session: Session, now: datetime) -> None:
    match = _match(session, member=make_member(session, name="Coopérative Éclat"))
    person = make_person(session, role=Role.STAFF)
    drop(session, match=match, person=person, reason=DropReason.NOT_THEIR_TRADE, now=now)
    _award(session, match.lot.tender, "COOPERATIVE ECLAT")

    label = _only(session)

    assert (label.is_good, label.teacher) == (True, Teacher.AWARD)


def test_an_award_of_another_lot_or_to_another_firm_says_nothing(session: Session) -> None:
    tender = make_tender(session)
    make_lot(tender)
    session.flush()
    _match(session, member=make_member(session, name="Coopérative Éclat"), lot=tender.lots[0])
    _award(session, tender, "Coopérative Éclat", lot_key=tender.lots[1].source_key)
    _award(session, tender, "Coopérative Éclat")
    _award(session, tender, "Coopérative Éclatante", lot_key=tender.lots[0].source_key)

    assert read_labels(session).labels == ()


def test_the_same_call_at_two_sources_is_one_tender(session: Session, now: datetime) -> None:
    standing = make_tender(session)
    tender = make_tender(session, merged_into_id=standing.id)
    match = _match(session, tender=tender)
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)

    assert _only(session).tender_id == standing.id


def test_labels_stand_in_the_order_of_publication(session: Session, now: datetime) -> None:
    person = make_person(session, role=Role.STAFF)
    for days in (3, 9, 6):
        published = date(2026, 11, 20) - timedelta(days=days)
        match = _match(session, tender=make_tender(session, published_on=published))
        keep(session, match=match, person=person, now=now)

    found = read_labels(session)

    days_of = [(date(2026, 11, 20) - label.published_on).days for label in found.labels]
    assert days_of == [9, 6, 3]
    assert (found.good, found.bad) == (3, 0)


def _kept(session: Session, now: datetime, count: int, signals: dict[str, float]) -> None:
    person = make_person(session, role=Role.STAFF)
    for _ in range(count):
        keep(session, match=_match(session, signals=signals), person=person, now=now)


def test_what_was_measured_otherwise_teaches_nothing(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setitem(SIGNALS, "cpv_branch", replace(SIGNALS["cpv_branch"], version=2))
    _kept(session, now, 2, stored_values(_VALUES))
    _kept(session, now, 1, _VALUES)

    found = read_labels(session)

    assert len(found.labels) == 2
    assert found.left_out == {LeftOut.OTHER_SIGNALS: 1}
    assert found.labels[0].values == _VALUES


def test_a_new_signal_is_learnt_once_half_of_the_labels_carry_it(session: Session, now: datetime) -> None:
    without = {key: value for key, value in _VALUES.items() if key != "bm25_likeness"}
    _kept(session, now, 2, without)
    _kept(session, now, 1, _VALUES)

    assert "bm25_likeness" not in read_labels(session).signals
    assert len(read_labels(session).labels) == 3

    _kept(session, now, 1, _VALUES)
    assert "bm25_likeness" in read_labels(session).signals
    assert len(read_labels(session).labels) == 2
