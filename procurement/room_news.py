"""One e-mail a day at most with what others wrote and put into a person's rooms since the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from procurement.consortiums import inside, rooms_of
from procurement.links import Links
from procurement.mail import messages, outbox, room_messages
from procurement.mail.hours import may_hear_now, wants_mail
from procurement.models import Consortium, Member, Message, Person, RoomFile, RoomPost
from procurement.talk import is_named
from procurement.teaming import PostKind
from procurement.vocabulary import MessageState

KIND = "room_news"
# An author has a moment to take a message back, and a slow upload to arrive, before anybody is told.
SETTLES = timedelta(minutes=15)
_TOLD = (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT)


@dataclass(frozen=True, slots=True)
class _Since:
    after: datetime
    until: datetime


def post_room_news(session: Session, *, person_id: int, links: Links, now: datetime) -> Message | None:
    """Write the e-mail that is due to a person now; None when nothing is new, or one was written today.

    Nobody is told of its own acts, nor of what was there before its member came in.
    """
    person = session.scalars(select(Person).where(Person.id == person_id).with_for_update(of=Person)).one()
    if person.member_id is None or not (wants_mail(person) and may_hear_now(person, now)):
        return None
    key = f"{KIND}:{person.id}:{messages.local_date(now).isoformat()}"
    if session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return None
    member = session.get_one(Member, person.member_id)
    last = session.scalar(
        select(func.max(Message.created_at)).where(
            Message.person_id == person.id, Message.kind == KIND, Message.state.in_(_TOLD)
        )
    )
    found = []
    for room in rooms_of(session, member=member):
        seat = next(seat for seat in inside(room) if seat.member_id == member.id)
        came = seat.answered_at or seat.asked_at
        after = came if last is None else max(came, last - SETTLES)
        if news := _news_of(session, room, person, _Since(after, now - SETTLES)):
            found.append((room, news))
    if not found:
        return None
    return outbox.queue(
        session,
        person=person,
        kind=KIND,
        key=key,
        email=room_messages.news(person=person, rooms=found, links=links),
        now=now,
        unsubscribe_url=links.unsubscribe(person),
    )


def hold_back(session: Session, *, member: Member) -> None:
    """Let no such e-mail leave that still waits for the people of a member, because it has left a room.

    What it said of their other rooms comes with the next one.
    """
    waiting = select(Message).where(
        Message.person_id.in_([person.id for person in member.people]),
        Message.kind == KIND,
        Message.state == MessageState.QUEUED,
    )
    for message in session.scalars(waiting):
        message.state, message.last_error = MessageState.SUPPRESSED, "left the room before it was sent"


def _news_of(
    session: Session, room: Consortium, person: Person, since: _Since
) -> Sequence[room_messages.RoomNews]:
    """What others did in a room: decisions first, then messages and files, each in the order of time."""
    posts = session.scalars(
        select(RoomPost)
        .where(
            RoomPost.consortium_id == room.id,
            RoomPost.person_id.is_distinct_from(person.id),
            RoomPost.withdrawn_at.is_(None),
            RoomPost.at > since.after,
            RoomPost.at <= since.until,
        )
        .options(joinedload(RoomPost.person))
        .order_by(RoomPost.kind != PostKind.DECISION, RoomPost.id)
    )
    files = session.scalars(
        select(RoomFile)
        .where(
            RoomFile.consortium_id == room.id,
            RoomFile.person_id.is_distinct_from(person.id),
            RoomFile.at > since.after,
            RoomFile.at <= since.until,
        )
        .options(joinedload(RoomFile.person))
        .order_by(RoomFile.id)
    )
    return [
        *(room_messages.RoomNews(post.kind, _name(room, post.person), post.text, post.at) for post in posts),
        *(room_messages.RoomNews(None, _name(room, file.person), file.name, file.at) for file in files),
    ]


def _name(room: Consortium, person: Person | None) -> str:
    return person.name if person is not None and is_named(room, person) else ""
