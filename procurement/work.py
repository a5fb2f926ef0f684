"""Rows of work asked of the matcher: claimed by one worker, done once, set aside after three failures."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from procurement.models import Work

CLAIM_SECONDS = 120
MOST_ATTEMPTS = 3
KEPT_DAYS = 30


def ask(session: Session, *, key: str, kind: str, now: datetime, **facts: Any) -> Work:
    """Ask for something once: while a row of this key waits, asking again returns it."""
    waiting = select(Work).where(Work.key == key, Work.done_at.is_(None), Work.failed_at.is_(None))
    row = session.scalar(waiting)
    if row is not None:
        return row
    row = Work(key=key, kind=kind, facts=facts, created_at=now, not_before=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody else asked for the same thing in this very moment.
        return session.scalars(waiting).one()
    return row


def newest(session: Session, *, key: str) -> Work | None:
    """The newest row of a key, answered or not; None when this was never asked."""
    return session.scalar(select(Work).where(Work.key == key).order_by(Work.id.desc()).limit(1))


def claim(session: Session, *, now: datetime) -> Work | None:
    """Take the oldest row that waits, for two minutes; the attempt is counted before the work begins."""
    row = session.scalar(
        select(Work)
        .where(
            Work.done_at.is_(None),
            Work.failed_at.is_(None),
            Work.not_before <= now,
            or_(Work.claimed_until.is_(None), Work.claimed_until < now),
        )
        .order_by(Work.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    if row.attempts >= MOST_ATTEMPTS:
        row.failed_at = now
        row.last_error = row.last_error or "the worker died three times on it"
        return None
    row.attempts += 1
    row.claimed_until = now + timedelta(seconds=CLAIM_SECONDS)
    return row


def finish(session: Session, *, work_id: int, answer: dict[str, Any], now: datetime) -> None:
    """Write the answer; the row is never claimed again."""
    row = session.get_one(Work, work_id)
    row.answer, row.done_at, row.claimed_until, row.last_error = answer, now, None, ""


def give_up(session: Session, *, work_id: int, error: str, now: datetime) -> None:
    """Put a row back after an error, later each time; after three attempts it is set aside."""
    row = session.get_one(Work, work_id)
    row.last_error, row.claimed_until = error[:300], None
    row.not_before = now + timedelta(seconds=10 * 4**row.attempts)
    if row.attempts >= MOST_ATTEMPTS:
        row.failed_at = now


def tidy(session: Session, *, now: datetime) -> int:
    """Remove what was answered or set aside over thirty days ago; returns how many rows.

    A page that shows such an answer asks again: by then other tenders are open.
    """
    ended_at = func.coalesce(Work.done_at, Work.failed_at)
    old = delete(Work).where(ended_at < now - timedelta(days=KEPT_DAYS))
    return session.connection().execute(old).rowcount
