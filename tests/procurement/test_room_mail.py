"""E-mails about joint bids: once, to who wants them, without a name before the yes, nothing after a no."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import consents, consortiums, room_mail
from procurement.consent_words import ConsentKind
from procurement.i18n import ZURICH
from procurement.models import Consortium, Message, Person, Seat
from procurement.teaming import SeatState
from procurement.vocabulary import Frequency, MessageState, Role
from tests.factories import NOW, make_member, make_person, make_room, make_seat
from tests.procurement.mails import LINKS


def _asked(session: Session, **facts: object) -> tuple[Consortium, Person, Person, Seat]:
    """A room, its lead, somebody of a member that is asked for its first row, and the seat."""
    lead = make_person(session, password=None, name="Zélie Morand", email="zelie.morand@example.ch")
    assert lead.member is not None
    lead.member.name = "Coopérative Belvédère"
    room, person = make_room(session, lead=lead), make_person(session, password=None, **facts)
    seat = make_seat(session, room, person, SeatState.ASKED, rows=room.requirements[:1])
    return room, lead, person, seat


def _mails(session: Session, person: Person) -> list[Message]:
    session.flush()
    wanted = select(Message).where(Message.person_id == person.id).order_by(Message.id)
    return list(session.scalars(wanted))


def test_a_question_says_tender_work_and_message_and_nothing_of_who_asks(session: Session) -> None:
    room, lead, person, seat = _asked(session)

    room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)
    room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)

    [mail] = _mails(session, person)
    said = mail.subject + mail.body_text + mail.body_html
    assert "Nettoyage écologique des écoles" in said
    assert room.requirements[0].text in said
    assert "Vitrerie de trois écoles." in said
    assert LINKS.proposal(seat.id) in said
    for trace in ("Belvédère", "Morand", lead.email, LINKS.room(room.id)):
        assert trace not in said
    assert _mails(session, lead) == []


@pytest.mark.parametrize(
    "why",
    [
        {"frequency": Frequency.OFF},
        {"unsubscribed_at": NOW - timedelta(days=1)},
        {"is_active": False},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_who_wants_no_mail_gets_none(session: Session, why: dict[str, object]) -> None:
    *_, person, seat = _asked(session, **why)

    room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)

    assert _mails(session, person) == []


def test_a_question_needs_the_consent_to_questions_and_what_a_room_needs_does_not(session: Session) -> None:
    _, lead, person, seat = _asked(session)
    for each in (lead, person):
        consents.choose(session, person=each, kinds=[ConsentKind.ALERTS], now=NOW)

    room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)
    consortiums.answer(session, seat=seat, accepts=True, person=person, now=NOW)
    room_mail.tell_answer(session, seat=seat, by=person, links=LINKS, now=NOW)

    assert _mails(session, person) == []
    assert len(_mails(session, lead)) == 1


def test_nothing_leaves_at_night_or_during_a_pause(session: Session) -> None:
    *_, person, seat = _asked(session)
    colleague = make_person(session, member=person.member, password=None, paused_until=date(2026, 12, 6))
    night = datetime(2026, 11, 27, 22, 40, tzinfo=ZURICH)

    room_mail.tell_proposal(session, seat=seat, links=LINKS, now=night)

    # Friday night: on Monday morning; the pause ends on a Sunday: the day after.
    [mail], [later] = _mails(session, person), _mails(session, colleague)
    assert mail.not_before == datetime(2026, 11, 30, 7, 0, tzinfo=ZURICH)
    assert later.not_before == datetime(2026, 12, 7, 7, 0, tzinfo=ZURICH)


def test_a_yes_tells_the_lead_who_it_is_and_whom_to_write_to(session: Session) -> None:
    _, lead, person, seat = _asked(session)
    consortiums.answer(session, seat=seat, accepts=True, person=person, now=NOW)

    room_mail.tell_answer(session, seat=seat, by=person, links=LINKS, now=NOW)

    [mail] = _mails(session, lead)
    assert seat.member.name in mail.subject
    assert person.name in mail.body_text
    assert person.email in mail.body_text


def test_a_no_tells_nobody_anything(session: Session) -> None:
    _, lead, person, seat = _asked(session)
    consortiums.answer(session, seat=seat, accepts=False, person=person, now=NOW)

    room_mail.tell_answer(session, seat=seat, by=person, links=LINKS, now=NOW)

    assert _mails(session, lead) == _mails(session, person) == []


def test_a_question_that_was_answered_before_it_left_does_not_leave(session: Session) -> None:
    *_, person, seat = _asked(session)
    colleague = make_person(session, member=person.member, password=None)
    room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)
    session.flush()
    [first], [second] = _mails(session, person), _mails(session, colleague)
    first.state = MessageState.SENT
    consortiums.answer(session, seat=seat, accepts=False, person=person, now=NOW)

    room_mail.tell_answer(session, seat=seat, by=person, links=LINKS, now=NOW)

    assert [first.state, second.state] == [MessageState.SENT, MessageState.SUPPRESSED]


@pytest.mark.parametrize("is_let_go", [False, True])
def test_who_stays_hears_of_who_left_and_so_does_who_was_let_go(session: Session, is_let_go: bool) -> None:
    room, lead, person, seat = _asked(session)
    other = make_person(session, password=None)
    make_seat(session, room, other, SeatState.JOINED)
    waiting = make_person(session, password=None, member=make_member(session))
    make_seat(session, room, waiting, SeatState.ASKED)
    consortiums.answer(session, seat=seat, accepts=True, person=person, now=NOW)
    by = lead if is_let_go else person
    consortiums.leave(session, seat=seat, person=by, now=NOW)

    room_mail.tell_departure(session, seat=seat, by=by, links=LINKS, now=NOW)

    told = {each.id: len(_mails(session, each)) for each in (lead, person, other, waiting)}
    assert told == {
        lead.id: 0 if is_let_go else 1,
        person.id: 1 if is_let_go else 0,
        other.id: 1,
        waiting.id: 0,
    }


def test_a_team_complete_is_told_to_all_inside_and_anew_when_it_is_complete_anew(session: Session) -> None:
    room, lead, person, seat = _asked(session)
    consortiums.answer(session, seat=seat, accepts=True, person=person, now=NOW)
    consortiums.bind(session, seat=seat, has_read=True, person=person, now=NOW)

    for share in (40, 45):
        shares = {room.seats[0].id: 100 - share, seat.id: share}
        consortiums.share_out(session, consortium=room, shares=shares, person=lead, now=NOW)
        consortiums.complete(session, consortium=room, why="Taille", person=lead, now=NOW)
        for _ in range(2):
            room_mail.tell_complete(session, consortium=room, by=lead, links=LINKS, now=NOW)

    assert len(_mails(session, person)) == 2
    assert _mails(session, lead) == []


def test_staff_hear_that_they_are_asked_in_though_they_want_no_alerts(session: Session) -> None:
    room, lead, *_ = _asked(session)
    staff = make_person(session, role=Role.STAFF, password=None)

    room_mail.tell_adviser(session, consortium=room, adviser=staff, by=lead, links=LINKS, now=NOW)

    [mail] = _mails(session, staff)
    assert lead.name in mail.body_text
    assert mail.unsubscribe_url is None
