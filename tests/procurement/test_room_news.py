"""The e-mail with what is new in rooms: of others only, once a day, to whoever is inside and wants mail."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import consortiums, room_mail, talk
from procurement.models import Consortium, Message, Person
from procurement.room_news import post_room_news
from procurement.teaming import PostKind, SeatState
from procurement.vocabulary import Frequency, MessageState, Role
from tests.factories import NOW, make_file, make_person, make_post, make_room, make_seat
from tests.procurement.mails import LINKS

LATER = NOW + timedelta(hours=1)
TOMORROW = LATER + timedelta(days=1)


@pytest.fixture
def room(session: Session) -> Consortium:
    """A room with a lead and a partner."""
    found = make_room(session, lead=make_person(session, password=None, name="Zélie Morand"))
    make_seat(session, found, make_person(session, password=None, name="Odin Piguet"), SeatState.JOINED)
    return found


def _people(room: Consortium) -> tuple[Person, Person]:
    return room.seats[0].member.people[0], room.seats[1].member.people[0]


def _post(
    session: Session, room: Consortium, person: Person, text: str, at: datetime = NOW, **facts: object
) -> None:
    make_post(session, room, person, text=text, now=at + timedelta(minutes=1), **facts)


def _told(session: Session, person: Person, now: datetime = LATER) -> str | None:
    message = post_room_news(session, person_id=person.id, links=LINKS, now=now)
    session.flush()
    return None if message is None else f"{message.subject}\n{message.body_text}"


def test_what_others_did_is_told_decisions_first(session: Session, room: Consortium) -> None:
    lead, partner = _people(room)
    _post(session, room, lead, "Bonjour à tous. " + "x" * 300)
    _post(session, room, lead, "Séance le mardi", kind=PostKind.DECISION)
    _post(session, room, partner, "Le mien")
    make_file(session, room, lead, name="Plan.txt", now=NOW + timedelta(minutes=2))

    told = _told(session, partner)

    assert told is not None
    places = [told.index(words) for words in ("Séance le mardi", "Bonjour à tous.", "Plan.txt")]
    assert places == sorted(places)
    assert "x" * 200 not in told
    assert "Zélie Morand" in told
    assert LINKS.room_talk(room.id) in told
    assert "Le mien" not in told


def test_nobody_is_told_of_its_own_acts_of_nothing_or_of_what_was_taken_back(
    session: Session, room: Consortium
) -> None:
    lead, partner = _people(room)
    assert _told(session, partner) is None
    _post(session, room, lead, "Retiré bientôt")
    written = talk.thread(session, consortium=room).posts[0]
    talk.take_back(session, consortium=room, written=written, person=lead, now=NOW)

    assert _told(session, lead) is None
    assert _told(session, partner) is None


def test_once_a_day_and_each_thing_once(session: Session, room: Consortium) -> None:
    lead, partner = _people(room)
    _post(session, room, lead, "Premier")
    assert "Premier" in (_told(session, partner) or "")
    _post(session, room, lead, "Deuxième", LATER - timedelta(minutes=5))
    _post(session, room, lead, "Troisième", LATER)

    assert _told(session, partner, LATER + timedelta(hours=3)) is None
    told = _told(session, partner, TOMORROW) or ""

    assert "Deuxième" in told
    assert "Troisième" in told
    assert "Premier" not in told
    assert _told(session, partner, TOMORROW + timedelta(days=1)) is None


def test_what_was_just_written_waits_a_quarter_of_an_hour(session: Session, room: Consortium) -> None:
    lead, partner = _people(room)
    _post(session, room, lead, "À l’instant")

    assert _told(session, partner, NOW + timedelta(minutes=10)) is None
    assert "À l’instant" in (_told(session, partner, NOW + timedelta(minutes=16)) or "")


def test_what_was_there_before_one_came_in_is_no_news(session: Session, room: Consortium) -> None:
    lead, _ = _people(room)
    _post(session, room, lead, "Avant", NOW - timedelta(days=1))
    late = make_person(session, password=None)
    make_seat(session, room, late, SeatState.JOINED)

    assert _told(session, late) is None


@pytest.mark.parametrize(
    ("why", "now"),
    [
        ({"frequency": Frequency.OFF}, LATER),
        ({"unsubscribed_at": NOW}, LATER),
        ({"is_active": False}, LATER),
        ({"paused_until": date(2026, 12, 1)}, LATER),
        ({}, LATER.replace(hour=22)),
        ({}, LATER + timedelta(days=4)),
    ],
    ids=["off", "stopped", "gone", "paused", "at night", "on Saturday"],
)
def test_who_wants_no_mail_now_gets_none(
    session: Session, room: Consortium, why: dict[str, object], now: datetime
) -> None:
    lead, partner = _people(room)
    _post(session, room, lead, "Bonjour")
    for name, value in why.items():
        setattr(partner, name, value)

    assert _told(session, partner, now) is None


def test_who_left_is_told_nothing_and_what_waits_for_it_does_not_leave(
    session: Session, room: Consortium
) -> None:
    lead, partner = _people(room)
    other = make_room(session)
    make_seat(session, other, partner, SeatState.JOINED)
    _post(session, room, lead, "Secret de la première")
    _post(session, other, other.seats[0].member.people[0], "Mot de la seconde")
    assert "Secret" in (_told(session, partner) or "")

    consortiums.leave(session, seat=room.seats[1], person=partner, now=LATER)
    room_mail.tell_departure(session, seat=room.seats[1], by=partner, links=LINKS, now=LATER)

    [message] = session.scalars(select(Message).where(Message.kind == "room_news"))
    assert message.state is MessageState.SUPPRESSED
    told = _told(session, partner, TOMORROW) or ""
    assert "Mot de la seconde" in told
    assert "Secret" not in told


def test_who_is_there_no_more_is_not_named(session: Session, room: Consortium) -> None:
    lead, partner = _people(room)
    _post(session, room, partner, "Je pars")
    consortiums.leave(session, seat=room.seats[1], person=partner, now=LATER)

    told = _told(session, lead) or ""

    assert "une personne qui n’y est plus" in told
    assert "Piguet" not in told


def test_staff_get_no_words_of_a_room_by_mail(session: Session, room: Consortium) -> None:
    adviser = make_person(session, role=Role.STAFF, password=None, frequency=Frequency.INSTANT_ANY_HOUR)
    room.adviser_id = adviser.id
    _post(session, room, _people(room)[0], "Bonjour")

    assert _told(session, adviser) is None
