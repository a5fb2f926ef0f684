"""Staff in a room: asked in by the lead, each look on record, never in two that compete."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from procurement import advising, consortiums
from procurement.errors import NotAllowed
from procurement.models import Consortium, Person
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Role
from tests.factories import NOW, make_chamber, make_person, make_room, make_seat, make_tender


def _staff(session: Session, **facts: object) -> Person:
    return make_person(session, role=Role.STAFF, password=None, **facts)


def _lead(room: Consortium) -> Person:
    return consortiums.lead_of(room).people[0]


def _ask(session: Session, room: Consortium, adviser: Person, person: Person | None = None) -> None:
    advising.ask_adviser(session, consortium=room, adviser=adviser, person=person or _lead(room), now=NOW)


def test_staff_are_outside_until_the_lead_asks_them_in_and_outside_again_when_it_ends(
    session: Session,
) -> None:
    room, staff = make_room(session), _staff(session)
    assert not consortiums.may_enter(room, staff)

    _ask(session, room, staff)
    assert consortiums.may_enter(room, staff)
    assert [each.id for each in advising.advised_by(session, person=staff)] == [room.id]

    advising.dismiss_adviser(session, consortium=room, person=_lead(room), now=NOW)
    assert not consortiums.may_enter(room, staff)


def test_an_adviser_can_withdraw_by_itself(session: Session) -> None:
    room, staff = make_room(session), _staff(session)
    _ask(session, room, staff)

    advising.dismiss_adviser(session, consortium=room, person=staff, now=NOW)

    assert room.adviser_id is None


@pytest.mark.parametrize("who", ["a partner", "the staff itself", "a stranger"])
def test_only_the_lead_asks_staff_in(session: Session, who: str) -> None:
    room, staff, partner = make_room(session), _staff(session), make_person(session, password=None)
    make_seat(session, room, partner, SeatState.JOINED)
    people = {"a partner": partner, "the staff itself": staff, "a stranger": make_person(session)}

    with pytest.raises(NotAllowed):
        _ask(session, room, staff, people[who])
    with pytest.raises(NotAllowed):
        advising.dismiss_adviser(session, consortium=room, person=people[who], now=NOW)

    assert room.adviser_id is None


@pytest.mark.parametrize("who", ["a member", "staff of another chamber", "staff who left"])
def test_nobody_but_the_chambers_staff_can_be_asked_in(session: Session, who: str) -> None:
    room = make_room(session)
    other = make_chamber(session, key="autre")
    people = {
        "a member": make_person(session, password=None),
        "staff of another chamber": _staff(session, chamber=other),
        "staff who left": _staff(session, is_active=False),
    }

    with pytest.raises(NotAllowed):
        _ask(session, room, people[who])

    assert people[who] not in advising.advisers(session, chamber_id=room.chamber_id)


def test_every_look_is_on_record_once_an_hour(session: Session) -> None:
    room, staff = make_room(session), _staff(session)
    _ask(session, room, staff)

    for minutes in (1, 30, 59, 62):
        advising.note_read(
            session, consortium_id=room.id, person_id=staff.id, now=NOW + timedelta(minutes=minutes)
        )
        session.flush()

    seen = [(entry.act, name) for entry, name in advising.looks(session, consortium=room)]
    assert seen == [
        (advising.READ, staff.name),
        (advising.READ, staff.name),
        (advising.ASKED, _lead(room).name),
    ]


def test_who_advises_two_rooms_on_one_tender_is_torn_until_one_is_over(session: Session) -> None:
    tender, staff = make_tender(session), _staff(session)
    one, other = make_room(session, tender=tender), make_room(session, tender=tender)
    elsewhere = make_room(session)
    for room in (one, other, elsewhere):
        _ask(session, room, staff)
    session.flush()

    def torn() -> list[bool]:
        rooms = (one, other, elsewhere)
        return [advising.is_torn(session, consortium=room, person=staff) for room in rooms]

    assert torn() == [True, True, False]
    consortiums.end(
        session,
        consortium=other,
        state=ConsortiumState.WITHDRAWN,
        note="",
        person=_lead(other),
        now=NOW,
    )
    assert torn() == [False, True, False]
