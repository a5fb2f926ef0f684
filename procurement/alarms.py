"""Alarms to the staff: a source that several runs in a row did not read, or not wholly."""

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
    """Write to all staff about each source of which none of the last three ended runs was complete.

    Once a day when none of them read it; once a week when what they read is incomplete.
    """
    staff = session.scalars(
        select(Person)
        .where(Person.role == Role.STAFF, Person.is_active)
        .options(joinedload(Person.chamber))
        .order_by(Person.id)
    ).all()
    written: list[Message] = []
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
            message = outbox.queue(
                session,
                person=person,
                kind="alarm",
                key=f"alarm:{last.source}:{person.id}:{period}",
                email=messages.source_alarm(person=person, runs=newest, is_unread=is_unread, links=links),
                now=now,
            )
            if message is not None:
                written.append(message)
    return written
