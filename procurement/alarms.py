"""Alarms to the staff: a source that fails several times in a row, once a day at most."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from procurement import runs
from procurement.links import Links
from procurement.mail import messages, outbox
from procurement.models import Message, Person
from procurement.vocabulary import Role, Verdict

FAILURES = 3


def post_alarms(session: Session, *, links: Links, now: datetime) -> list[Message]:
    """Write to all staff about each source whose last three ended runs failed or have no verdict."""
    staff = session.scalars(
        select(Person)
        .where(Person.role == Role.STAFF, Person.is_active)
        .options(joinedload(Person.chamber))
        .order_by(Person.id)
    ).all()
    written: list[Message] = []
    today = messages.local_date(now).isoformat()
    for last in runs.finished_runs(session, now=now):
        newest = [
            run
            for run in runs.runs_of(session, source=last.source, limit=FAILURES + 1)
            if run.ended_at is not None or run.id != last.id
        ][:FAILURES]
        if len(newest) < FAILURES or any(run.verdict in (Verdict.OK, Verdict.PARTIAL) for run in newest):
            continue
        for person in staff:
            message = outbox.queue(
                session,
                person=person,
                kind="alarm",
                key=f"alarm:{last.source}:{person.id}:{today}",
                email=messages.source_alarm(person=person, runs=newest, links=links),
                now=now,
            )
            if message is not None:
                written.append(message)
    return written
