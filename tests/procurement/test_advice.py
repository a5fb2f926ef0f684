"""The advice desk: who asks, who takes it up and hands it over; nobody advises two competing bids."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import advice, advice_figures, advice_mail, advising
from procurement.advice_words import AdviceState, AdviceSubject
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AuditEntry, Message, Person
from procurement.rules import Rule
from procurement.teaming import SeatState
from procurement.vocabulary import Frequency, Role
from tests.factories import (
    NOW,
    make_advice,
    make_chamber,
    make_member,
    make_person,
    make_room,
    make_seat,
    make_tender,
)
from tests.procurement.mails import LINKS


@pytest.fixture
def asker(session: Session) -> Person:
    """Somebody of a member."""
    return make_person(session, password=None)


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the staff."""
    return make_person(session, role=Role.STAFF, password=None)


def test_a_request_goes_from_open_to_taken_to_closed_and_each_act_is_on_record(
    session: Session, asker: Person, staff: Person
) -> None:
    request = make_advice(session, person=asker)

    advice.take(session, request=request, person=staff, now=NOW)
    advice.set_due_day(session, request=request, due_on=NOW.date(), person=staff, now=NOW)
    advice.note_time(session, request=request, minutes=45, person=staff, now=NOW)
    advice.close(session, request=request, outcome="Voir l’annexe P2.", person=staff, now=NOW)

    assert (request.state, request.owner, request.minutes_spent) == (AdviceState.CLOSED, staff, 45)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == f"advice:{request.id}")).all()
    assert acts == ["advice.ask", "advice.take", "advice.due", "advice.time", "advice.close"]


def test_asking_twice_asks_once(session: Session, asker: Person) -> None:
    assert make_advice(session, person=asker).id == make_advice(session, person=asker).id


def test_only_its_own_people_ask_for_a_member_and_only_from_a_room_they_are_in(
    session: Session, asker: Person
) -> None:
    room = make_room(session)

    with pytest.raises(NotAllowed):
        make_advice(session, person=asker, member=make_member(session))
    with pytest.raises(NotAllowed):
        make_advice(session, person=asker, consortium=room)


@pytest.mark.parametrize("who", ["asker", "other chamber", "former"])
def test_only_the_chambers_staff_take_a_request(session: Session, asker: Person, who: str) -> None:
    request = make_advice(session, person=asker)
    other = make_chamber(session, key="autre")
    person = {
        "asker": asker,
        "other chamber": make_person(session, role=Role.STAFF, password=None, chamber=other),
        "former": make_person(session, role=Role.STAFF, password=None, is_active=False),
    }[who]

    with pytest.raises(NotAllowed):
        advice.take(session, request=request, person=person, now=NOW)


def test_what_one_has_no_other_takes_until_it_is_handed_over(
    session: Session, asker: Person, staff: Person
) -> None:
    request, colleague = (
        make_advice(session, person=asker, owner=staff),
        make_person(session, role=Role.STAFF),
    )

    with pytest.raises(RuleBroken) as problem:
        advice.take(session, request=request, person=colleague, now=NOW)
    assert problem.value.rule is Rule.TAKEN_BY_ANOTHER
    with pytest.raises(RuleBroken):
        advice.close(session, request=request, outcome="Voilà.", person=colleague, now=NOW)

    advice.hand_over(session, request=request, to=colleague, person=staff, now=NOW)
    advice.close(session, request=request, outcome="Voilà.", person=colleague, now=NOW)
    assert request.owner is colleague


def test_what_somebody_had_who_left_the_staff_is_to_be_taken(
    session: Session, asker: Person, staff: Person
) -> None:
    request, colleague = (
        make_advice(session, person=asker, owner=staff),
        make_person(session, role=Role.STAFF),
    )
    staff.is_active = False

    advice.take(session, request=request, person=colleague, now=NOW)

    assert request.owner is colleague


def test_a_closed_request_stays_as_it_is(session: Session, asker: Person, staff: Person) -> None:
    request = make_advice(session, person=asker, owner=staff)
    with pytest.raises(RuleBroken):
        advice.close(session, request=request, outcome="  ", person=staff, now=NOW)
    advice.close(session, request=request, outcome="Voilà.", person=staff, now=NOW)

    with pytest.raises(RuleBroken) as problem:
        advice.close(session, request=request, outcome="Autre.", person=staff, now=NOW)

    assert problem.value.rule is Rule.ADVICE_CLOSED
    assert request.outcome == "Voilà."


@pytest.mark.parametrize("how", ["asked in", "by a request"])
def test_who_advises_a_room_takes_no_request_of_a_competing_one(
    session: Session, asker: Person, staff: Person, how: str
) -> None:
    tender = make_tender(session)
    lead = make_person(session, password=None)
    room = make_room(session, lead=lead, tender=tender, adviser=staff if how == "asked in" else None)
    if how == "by a request":
        make_advice(session, person=lead, owner=staff, consortium=room)
    other = make_room(session, lead=asker, tender=tender)
    request = make_advice(session, person=asker, consortium=other)
    alone = make_advice(session, person=make_person(session, password=None), tender=tender)

    for each in (request, alone):
        with pytest.raises(RuleBroken) as problem:
            advice.take(session, request=each, person=staff, now=NOW)
        assert problem.value.rule is Rule.ADVISES_COMPETITOR
        assert problem.value.facts["who"] == staff.name
    colleague = make_person(session, role=Role.STAFF, password=None)
    advice.take(session, request=request, person=colleague, now=NOW)
    with pytest.raises(RuleBroken):
        advice.hand_over(session, request=request, to=staff, person=colleague, now=NOW)


def test_who_has_a_request_of_one_room_may_not_enter_the_other(
    session: Session, asker: Person, staff: Person
) -> None:
    tender = make_tender(session)
    mine = make_room(session, lead=asker, tender=tender)
    other = make_room(session, tender=tender, adviser=staff)

    assert not advising.is_torn(session, consortium=other, person=staff)
    request = make_advice(session, person=asker, consortium=mine)
    request.owner, request.state = staff, AdviceState.TAKEN
    session.flush()

    assert advising.is_torn(session, consortium=other, person=staff)


def test_the_same_room_and_the_rules_for_everybody_are_no_conflict(
    session: Session, asker: Person, staff: Person
) -> None:
    tender = make_tender(session)
    room = make_room(session, lead=asker, tender=tender, adviser=staff)
    partner = make_person(session, password=None)
    make_seat(session, room, partner, SeatState.JOINED)

    requests = [
        make_advice(session, person=partner, consortium=room),
        make_advice(session, person=partner, tender=tender),
        make_advice(
            session,
            person=make_person(session, password=None),
            tender=tender,
            subject=AdviceSubject.RULES,
        ),
    ]
    for request in requests:
        advice.take(session, request=request, person=staff, now=NOW)

    assert all(request.owner is staff for request in requests)


@pytest.mark.parametrize(("days", "expected"), [(30, 5), (8, 3), (2, 0), (None, 5)])
def test_the_day_proposed_leaves_time_before_the_deadline_and_is_never_past(
    session: Session, days: int | None, expected: int
) -> None:
    deadline = NOW + timedelta(days=days) if days is not None else None
    tender = make_tender(session, submission_deadline=deadline)

    assert advice.due_day(tender, NOW) == NOW.date() + timedelta(days=expected)


def test_a_request_is_late_after_its_day_until_it_is_closed(
    session: Session, asker: Person, staff: Person
) -> None:
    request = make_advice(session, person=asker, owner=staff, due_on=NOW.date())

    assert not advice.is_late(request, NOW.date())
    assert advice.is_late(request, NOW.date() + timedelta(days=1))
    advice.close(session, request=request, outcome="Voilà.", person=staff, now=NOW)
    assert not advice.is_late(request, NOW.date() + timedelta(days=1))


def test_mails_go_to_all_staff_once_and_back_to_who_asked(
    session: Session, asker: Person, staff: Person
) -> None:
    colleague = make_person(session, role=Role.STAFF, password=None)
    make_person(session, role=Role.STAFF, password=None, is_active=False)
    make_person(session, role=Role.STAFF, password=None, chamber=make_chamber(session, key="autre"))
    make_person(session, password=None, member=asker.member)
    request = make_advice(session, person=asker)

    for _ in range(2):
        advice_mail.tell_asked(session, request=request, links=LINKS, now=NOW)
    advice.take(session, request=request, person=staff, now=NOW)
    advice_mail.tell_taken(session, request=request, by=staff, links=LINKS, now=NOW)
    advice.hand_over(session, request=request, to=colleague, person=staff, now=NOW)
    advice_mail.tell_handed_over(session, request=request, by=staff, links=LINKS, now=NOW)
    advice.close(session, request=request, outcome="Voir l’annexe P2.", person=colleague, now=NOW)
    advice_mail.tell_closed(session, request=request, links=LINKS, now=NOW)

    mails = session.scalars(select(Message).order_by(Message.id)).all()
    assert [mail.person_id for mail in mails] == [
        *sorted([staff.id, colleague.id], key=lambda each: session.get_one(Person, each).name),
        asker.id,
        colleague.id,
        asker.id,
    ]
    assert staff.email in mails[2].body_text
    assert "Voir l’annexe P2." in mails[-1].body_text


def test_who_wants_no_mail_gets_none(session: Session, staff: Person) -> None:
    asker = make_person(session, password=None, frequency=Frequency.OFF)
    request = make_advice(session, person=asker, owner=staff)

    advice_mail.tell_taken(session, request=request, by=staff, links=LINKS, now=NOW)

    assert session.scalars(select(Message)).all() == []


def test_figures_count_by_month_and_subject_without_a_name(
    session: Session, asker: Person, staff: Person
) -> None:
    first = make_advice(session, person=asker, now=NOW - timedelta(days=40), subject=AdviceSubject.LOST_BID)
    advice.take(session, request=first, person=staff, now=NOW - timedelta(days=38))
    advice.note_time(session, request=first, minutes=90, person=staff, now=NOW)
    advice.close(session, request=first, outcome="Voilà.", person=staff, now=NOW)
    make_advice(session, person=asker)

    found = advice_figures.figures(advice.requests_to(session, chamber_id=asker.chamber_id))

    assert (found.asked, found.closed, found.minutes, found.days_to_take) == (2, 1, 90, 2.0)
    sheet = advice_figures.sheet(found, "fr")
    assert [list(row) for row in sheet.rows] == [
        ["2026-11", "répondre à un marché", 1, 0, 0.0],
        ["2026-10", "comprendre un refus", 1, 1, 1.5],
    ]
    assert advice_figures.figures([]).days_to_take is None
