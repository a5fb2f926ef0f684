"""Reminders of what is to be done in rooms: one e-mail a person and day, when a task nears its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.attestations import Paper, papers_of, stated_by, to_renew
from procurement.consortiums import inside, is_building
from procurement.i18n import ZURICH
from procurement.links import Links
from procurement.mail import outbox, room_messages
from procurement.mail.hours import may_hear_now, wants_mail
from procurement.mail.room_messages import Due
from procurement.models import Consortium, Message, Person, RoomTask
from procurement.preparation import follow_deadline, is_of, tasks_of, words_of
from procurement.teaming import ConsortiumState

# So many days before a task is due, and on the day itself.
REMINDER_DAYS = (7, 2, 0)


@dataclass(frozen=True, slots=True)
class _Room:
    """A room with what is not done in it, and the papers that its bid asks for."""

    consortium: Consortium
    tasks: Sequence[RoomTask]
    papers: Sequence[Paper]


def follow_deadlines(session: Session, *, now: datetime) -> int:
    """Move the planned tasks of each room that is still building with its deadline."""
    return sum(follow_deadline(session, consortium=room, now=now) for room in _building(session, now))


def people_to_remind(session: Session, *, now: datetime) -> list[int]:
    """Those inside a room that is still building whom one may write to now, by id."""
    people = {
        person.id: person
        for room in _building(session, now)
        for seat in inside(room)
        for person in seat.member.people
    }
    return [
        each.id
        for each in sorted(people.values(), key=lambda each: each.id)
        if wants_mail(each) and may_hear_now(each, now)
    ]


def post_reminder(session: Session, *, person_id: int, links: Links, now: datetime) -> Message | None:
    """Write one person's reminder of the day, over all its rooms; None when there is none to write."""
    person = session.get_one(Person, person_id)
    member, today = person.member, now.astimezone(ZURICH).date()
    if member is None or not (wants_mail(person) and may_hear_now(person, now)):
        return None
    stated = stated_by(session, [member.id])
    dues = []
    for room in _rooms_of(session, person, now):
        near = [task for task in room.tasks if _is_day_to_remind(task.due_on, today)]
        stale = to_renew(room.papers, stated, member.id)
        deadline = room.consortium.tender.standing.deadline_day
        if near or (stale and deadline is not None and _is_day_to_remind(deadline, today)):
            tasks = [(task.due_on, words_of(task, person.language)) for task in near]
            dues.append(Due(room.consortium, tasks, [paper.name(person.language) for paper in stale]))
    if not dues:
        return None
    return outbox.queue(
        session,
        person=person,
        kind="room",
        key=f"room_reminder:{person.id}:{today.isoformat()}",
        email=room_messages.reminder(person=person, dues=dues, today=today, links=links),
        now=now,
        unsubscribe_url=links.unsubscribe(person),
    )


def _building(session: Session, now: datetime) -> list[Consortium]:
    states = [state for state in ConsortiumState if state.is_building]
    found = session.scalars(select(Consortium).where(Consortium.state.in_(states)).order_by(Consortium.id))
    return [room for room in found if is_building(room, now)]


def _rooms_of(session: Session, person: Person, now: datetime) -> list[_Room]:
    return [
        _Room(
            room,
            [task for task in tasks_of(session, room) if task.done_at is None and is_of(task, person)],
            papers_of(room.tender.standing),
        )
        for room in _building(session, now)
        if any(person.may_answer_for(seat.member) for seat in inside(room))
    ]


def _is_day_to_remind(due_on: date, today: date) -> bool:
    """Whether one of the days to remind of something is today; one at a week-end is brought forward."""
    return any(_weekday(due_on - timedelta(days=days)) == today for days in REMINDER_DAYS)


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))
