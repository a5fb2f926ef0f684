"""E-mails that follow an act in a room: to whom, at most once, and to nobody who wants none.

A nameless question needs the consent to such questions. Who is inside by its own yes hears what the room
needs (who joined, who left, that the team is complete) without another one, as long as it wants mail at all.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import requirements, room_news
from procurement.consent_words import ConsentKind
from procurement.consents import agrees
from procurement.consortiums import inside, lead_of
from procurement.links import Links
from procurement.mail import outbox, room_messages
from procurement.mail.blocks import Email
from procurement.mail.hours import first_moment, wants_mail
from procurement.models import BidResult, Consortium, Member, Message, Person, Seat
from procurement.vocabulary import MessageState


def tell_proposal(session: Session, *, seat: Seat, links: Links, now: datetime) -> None:
    """Write to the people of the member that is asked; the name of who asks stands nowhere."""
    for person in _people(seat.member):
        if not agrees(person, ConsentKind.PARTNERS):
            continue
        words = requirements.words_of(session, requirements.asked_of(seat), person.language)
        email = room_messages.proposal(person=person, seat=seat, rows=list(words.values()), links=links)
        _queue(session, person, f"{_proposal_key(seat)}{person.id}", email, links, now, kind="room_question")


def tell_answer(session: Session, *, seat: Seat, by: Person, links: Links, now: datetime) -> None:
    """Write to the lead when the answer is yes, and to nobody when it is no.

    Whatever it is, the question itself does not leave any more where it still waits.
    """
    waiting = session.scalars(
        select(Message).where(
            Message.key.startswith(_proposal_key(seat), autoescape=True), Message.state == MessageState.QUEUED
        )
    )
    for message in waiting:
        message.state, message.last_error = MessageState.SUPPRESSED, "answered before it was sent"
    if seat.state.is_inside:
        for person in _people(lead_of(seat.consortium)):
            email = room_messages.joined(person=person, seat=seat, by=by, links=links)
            _queue(session, person, f"room_joined:{seat.id}:{person.id}", email, links, now)


def tell_departure(session: Session, *, seat: Seat, by: Person, links: Links, now: datetime) -> None:
    """Write to those who stay; and to whom the lead let go. No news of the room leaves any more."""
    room_news.hold_back(session, member=seat.member)
    for other in inside(seat.consortium):
        for person in _people(other.member):
            if person.id != by.id:
                email = room_messages.left(person=person, seat=seat, links=links)
                _queue(session, person, f"room_left:{seat.id}:{person.id}", email, links, now)
    if not by.may_answer_for(seat.member):
        for person in _people(seat.member):
            email = room_messages.let_go(person=person, seat=seat, links=links)
            _queue(session, person, f"room_let_go:{seat.id}:{person.id}", email, links, now)


def tell_complete(
    session: Session, *, consortium: Consortium, by: Person, links: Links, now: datetime
) -> None:
    """Write to everybody inside but who declared it; a team that is complete anew is told anew."""
    session.flush()
    members = [seat.member for seat in inside(consortium)]
    for person in (person for member in members for person in _people(member)):
        if person.id != by.id:
            email = room_messages.complete(person=person, consortium=consortium, members=members, links=links)
            key = f"room_complete:{consortium.steps[-1].id}:{person.id}"
            _queue(session, person, key, email, links, now)


def tell_adviser(
    session: Session, *, consortium: Consortium, adviser: Person, by: Person, links: Links, now: datetime
) -> None:
    """Write to whom the lead asked in: staff hear of their work whatever alerts they want."""
    email = room_messages.adviser(person=adviser, consortium=consortium, by=by, links=links)
    key = f"room_adviser:{consortium.id}:{adviser.id}"
    outbox.queue(session, person=adviser, kind="room", key=key, email=email, now=now)


def ask_result(session: Session, *, result: BidResult, links: Links, now: datetime) -> bool:
    """Ask the people of the lead, once, what came of the bid, with what a publication says; nobody else.

    Returns whether somebody was asked now.
    """
    if result.asked_at is not None:
        return False
    for person in _people(lead_of(result.consortium)):
        email = room_messages.result_wanted(person=person, result=result, links=links)
        _queue(session, person, f"room_result:{result.consortium_id}:{person.id}", email, links, now)
        result.asked_at = now
    return result.asked_at is not None


def tell_result(session: Session, *, consortium: Consortium, by: Person, links: Links, now: datetime) -> None:
    """Write to everybody inside but who said it what came of the bid; who left learns nothing."""
    for person in (person for seat in inside(consortium) for person in _people(seat.member)):
        if person.id != by.id:
            email = room_messages.result(person=person, consortium=consortium, links=links)
            _queue(session, person, f"room_ended:{consortium.id}:{person.id}", email, links, now)


def _proposal_key(seat: Seat) -> str:
    return f"room_proposal:{seat.id}:"


def _people(member: Member) -> Iterable[Person]:
    return (person for person in member.people if wants_mail(person))


def _queue(
    session: Session,
    person: Person,
    key: str,
    email: Email,
    links: Links,
    now: datetime,
    *,
    kind: str = "room",
) -> None:
    message = outbox.queue(
        session,
        person=person,
        kind=kind,
        key=key,
        email=email,
        now=now,
        unsubscribe_url=links.unsubscribe(person),
    )
    if message is not None:
        message.not_before = first_moment(person, now)
