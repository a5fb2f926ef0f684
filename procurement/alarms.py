"""Alarms to the staff: sources that are not read, those read again, addresses that take no mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from procurement import runs
from procurement.links import Links
from procurement.mail import messages, outbox
from procurement.models import Message, Person
from procurement.vocabulary import Role, Verdict

FAILURES = 3


def post_alarms(session: Session, *, links: Links, now: datetime) -> list[Message]:
    """Write to all staff about each source of which none of the last three ended runs was complete.

    Once a day when none of them read it; once a week when what they read is incomplete; once more when it is
    whole again. And once about each address that is given up.
    """
    staff = session.scalars(
        select(Person)
        .where(Person.role == Role.STAFF, Person.is_active)
        .options(joinedload(Person.chamber))
        .order_by(Person.id)
    ).all()
    written = [
        *_of_sources(session, staff, links, now),
        *_of_recovery(session, staff, links, now),
        *_of_addresses(session, staff, links, now),
    ]
    return [message for message in written if message is not None]


def _of_sources(
    session: Session, staff: Sequence[Person], links: Links, now: datetime
) -> Iterator[Message | None]:
    today = messages.local_date(now)
    for last in runs.finished_runs(session, now=now):
        newest = [
            run
            for run in runs.runs_of(session, source=last.source, limit=FAILURES + 1)
            if run.ended_at is not None or run.id != last.id
        ][:FAILURES]
        if len(newest) < FAILURES or any(run.verdict is Verdict.OK for run in newest):
            continue
        is_unread = all(run.verdict is not Verdict.PARTIAL for run in newest)
        period = today.isoformat() if is_unread else f"{today:%G-W%V}"
        for person in staff:
            yield outbox.queue(
                session,
                person=person,
                kind="alarm",
                key=f"alarm:{last.source}:{person.id}:{period}",
                email=messages.source_alarm(person=person, runs=newest, is_unread=is_unread, links=links),
                now=now,
            )


def _of_recovery(
    session: Session, staff: Sequence[Person], links: Links, now: datetime
) -> Iterator[Message | None]:
    """That a source is whole again, once after the alarm about it, to those who read that alarm."""
    for last in runs.finished_runs(session, now=now):
        if not runs.is_whole(last, at=now):
            continue
        for person in staff:
            alarm = session.scalar(
                select(func.max(Message.id)).where(
                    Message.person_id == person.id,
                    Message.key.startswith(f"alarm:{last.source}:{person.id}:", autoescape=True),
                )
            )
            if alarm is not None:
                yield outbox.queue(
                    session,
                    person=person,
                    kind="alarm",
                    key=f"recovered:{alarm}",
                    email=messages.source_back(person=person, source=last.source, links=links),
                    now=now,
                )


def _of_addresses(
    session: Session, staff: Sequence[Person], links: Links, now: datetime
) -> Iterator[Message | None]:
    """Each address that was given up, once for each time, to the staff of its chamber."""
    lost = session.scalars(
        select(Person)
        .where(Person.undeliverable_since.is_not(None), Person.is_active)
        .options(joinedload(Person.member), joinedload(Person.chamber))
        .order_by(Person.id)
    ).all()
    for about in lost:
        for person in staff:
            if person.chamber_id == about.chamber_id and person.id != about.id:
                yield outbox.queue(
                    session,
                    person=person,
                    kind="alarm",
                    key=f"address:{about.id}:{about.undeliverable_since:%Y%m%d%H%M%S}:{person.id}",
                    email=messages.address_refused(person=person, about=about, links=links),
                    now=now,
                )
