"""Calendars: what a program reads behind a secret address, and when that address ends."""

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from procurement import calendars, consortiums, preparation
from procurement.errors import NotAllowed
from procurement.models import CalendarLink, Consortium, Person
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Role
from tests.factories import NOW, make_person, make_room, make_seat, make_task, make_tender
from tests.procurement.mails import KEY, LINKS


def _link(session: Session) -> tuple[Consortium, Person, CalendarLink]:
    """A room, a partner inside, and its calendar."""
    room, partner = make_room(session), make_person(session, password=None)
    make_seat(session, room, partner, SeatState.JOINED)
    return room, partner, calendars.renew(session, person=partner, consortium=room, now=NOW)


def _token(link: CalendarLink) -> str:
    return LINKS.calendar(link).rpartition("/")[2].removesuffix(".ics")


def _behind(session: Session, token: str) -> CalendarLink | None:
    return calendars.link_behind(session, token, key=KEY)


def _read(content: bytes) -> dict[str, tuple[date | datetime, str]]:
    """What a calendar holds, by the first part of each UID."""
    found = {}
    for event in Calendar.from_ical(content).walk("VEVENT"):
        found[str(event["UID"]).partition("@")[0]] = (event.decoded("DTSTART"), str(event["SUMMARY"]))
    return found


def test_a_calendar_holds_the_deadline_questions_own_tasks_and_the_last_day_of_appeal(
    session: Session,
) -> None:
    room, _, link = _link(session)
    lead_seat, own_seat = room.seats
    mine = make_task(session, room, seat_id=own_seat.id, text="Nos références ; à relire, deux fois")
    common = make_task(session, room)
    theirs = make_task(session, room, seat_id=lead_seat.id)
    done = make_task(session, room, done_at=NOW)

    content = calendars.room_calendar(session, link=link, links=LINKS, now=NOW)

    found, tender = _read(content), room.tender
    assert found[f"tender-{tender.id}-deadline"][0] == tender.submission_deadline
    assert found[f"tender-{tender.id}-questions"][0] == date(2026, 12, 4)
    assert found[f"task-{mine.id}"] == (mine.due_on, "Nos références ; à relire, deux fois")
    assert f"task-{common.id}" in found
    assert not {f"task-{theirs.id}", f"task-{done.id}"} & set(found)
    # The shortest delay that may hold in Geneva.
    assert found[f"tender-{tender.id}-appeal"][0] == tender.published_on + timedelta(days=10)


def test_a_calendar_is_written_as_programs_read_it(session: Session) -> None:
    room, _, link = _link(session)
    make_task(session, room, text="Réunir, signer ; envoyer\n" + "é" * 200)

    content = calendars.room_calendar(session, link=link, links=LINKS, now=NOW)

    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert content.count(b"DTSTAMP:") == content.count(b"BEGIN:VEVENT")


def test_a_calendar_names_no_other_member_and_no_person(session: Session) -> None:
    room, _, link = _link(session)
    preparation.plan(session, consortium=room, language="fr", person=room.seats[0].member.people[0], now=NOW)

    text = calendars.room_calendar(session, link=link, links=LINKS, now=NOW).decode()

    for seat in room.seats:
        assert seat.member.name not in text
        assert not [person.name for person in seat.member.people if person.name in text]


def test_renewing_ends_the_address_before_at_once(session: Session) -> None:
    room, partner, link = _link(session)
    before = _token(link)
    assert _behind(session, before) is link

    calendars.renew(session, person=partner, consortium=room, now=NOW + timedelta(minutes=1))

    assert _behind(session, before) is None
    assert _behind(session, _token(link)) is link


@pytest.mark.parametrize("token", ["", "x", "W10.x", "WzEsMV0.forged"])
def test_a_made_up_address_leads_nowhere(session: Session, token: str) -> None:
    _link(session)

    assert _behind(session, token) is None


def test_an_address_of_another_key_leads_nowhere(session: Session) -> None:
    _, _, link = _link(session)

    assert calendars.link_behind(session, _token(link), key="z" * 48) is None


def test_an_address_does_not_pass_to_who_gets_its_number(session: Session) -> None:
    room, partner, link = _link(session)
    before, number = _token(link), link.id
    session.delete(link)
    session.flush()
    later = NOW + timedelta(days=1)
    session.add(
        CalendarLink(id=number, person=room.seats[0].member.people[0], consortium=room, renewed_at=later)
    )
    session.flush()

    assert _behind(session, before) is None
    assert partner.id


def test_who_leaves_or_is_no_longer_active_reads_nothing_more(session: Session) -> None:
    room, partner, link = _link(session)
    token = _token(link)
    partner.is_active = False
    assert _behind(session, token) is None
    partner.is_active = True
    assert partner.member is not None
    partner.member.is_active = False
    assert _behind(session, token) is None
    partner.member.is_active = True
    assert _behind(session, token) is link

    consortiums.leave(session, seat=room.seats[1], person=partner, now=NOW)

    assert _behind(session, token) is None


def test_only_the_people_of_members_inside_get_an_address(session: Session) -> None:
    adviser = make_person(session, role=Role.STAFF, password=None)
    room = make_room(session, adviser=adviser)
    asked = make_person(session, password=None)
    make_seat(session, room, asked, SeatState.ASKED)

    for person in (adviser, asked, make_person(session, password=None)):
        with pytest.raises(NotAllowed):
            calendars.renew(session, person=person, consortium=room, now=NOW)


def test_when_the_room_is_over_its_tasks_leave_the_calendar(session: Session) -> None:
    room, _, link = _link(session)
    task = make_task(session, room)
    lead = room.seats[0].member.people[0]
    consortiums.end(session, consortium=room, state=ConsortiumState.NO_BID, note="", person=lead, now=NOW)

    found = _read(calendars.room_calendar(session, link=link, links=LINKS, now=NOW))

    assert f"task-{task.id}" not in found


def test_a_deadline_goes_into_a_calendar_by_itself(session: Session) -> None:
    tender = make_tender(session, enquiry_deadline=None)

    content = calendars.deadline_calendar(tender, language="de", links=LINKS, now=NOW)

    found = _read(content)
    assert list(found) == [f"tender-{tender.id}-deadline"]
    assert found[f"tender-{tender.id}-deadline"][0] == tender.submission_deadline
