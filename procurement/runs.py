"""What ran, what it found, and who may run alone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from procurement.db import Base
from procurement.i18n import days_until
from procurement.models import CrawlRun, JobRun, Lease
from procurement.vocabulary import Verdict

_LONGEST_RUN = timedelta(hours=5)
_STILL_READ = timedelta(days=14)
# A publication that so many runs lost one after the other is remembered by itself.
_CHANCES = 3
# How far back a chain of runs is followed: a month of a source that is read every hour.
_LONGEST_CHAIN = 1000
# Written out once: a run takes its lease again with every publication.
_LEASES = Base.metadata.tables[Lease.__tablename__]
_TAKE = (
    update(_LEASES)
    .where(
        _LEASES.c.name == bindparam("wanted"),
        (_LEASES.c.holder == bindparam("asking")) | (_LEASES.c.until < bindparam("now")),
    )
    .values(holder=bindparam("asking"), until=bindparam("then"))
)


def take_lease(session: Session, *, name: str, holder: str, seconds: float, now: datetime) -> bool:
    """Take or renew the right to do something alone; False when somebody else holds it."""
    until = now + timedelta(seconds=seconds)
    session.flush()
    asked = {"wanted": name, "asking": holder, "now": now, "then": until}
    if session.connection().execute(_TAKE, asked).rowcount:
        return True
    try:
        with session.begin_nested():
            session.add(Lease(name=name, holder=holder, until=until))
    except IntegrityError:
        return False
    return True


def lease_holder(session: Session, *, name: str) -> str | None:
    """Who holds a lease, be it run out or not."""
    return session.scalar(select(Lease.holder).where(Lease.name == name))


def release_lease(session: Session, *, name: str, holder: str) -> None:
    """Give a lease back, so that the next one need not wait for it to run out."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def start_crawl(session: Session, *, source: str, since: date, now: datetime) -> CrawlRun:
    """Begin a run's row; it stays without a verdict until the run ends by itself."""
    run = CrawlRun(source=source, since=since, started_at=now)
    session.add(run)
    session.flush()
    return run


def last_complete(session: Session, *, source: str) -> datetime | None:
    """Up to when a source is read without a gap: nothing older need be listed again.

    A run counts when it read a list that was not empty to its end, lost nothing, and began where the one
    before it had come to. What such a run found missing or unreadable is remembered by itself and asked
    for again.
    """
    newest = (
        select(CrawlRun.id, CrawlRun.since, CrawlRun.started_at)
        .where(
            CrawlRun.source == source,
            CrawlRun.verdict.in_((Verdict.OK, Verdict.PARTIAL)),
            CrawlRun.lost == 0,
            CrawlRun.listed > 0,
        )
        .order_by(CrawlRun.id.desc())
        .limit(_LONGEST_CHAIN)
        .subquery()
    )
    complete = session.execute(select(newest.c.since, newest.c.started_at).order_by(newest.c.id))
    reached: datetime | None = None
    for since, started_at in complete:
        if reached is None or since <= reached.date():
            reached = started_at
    return reached


def is_stubborn(session: Session, *, source: str, since: datetime, now: datetime) -> bool:
    """Whether a publication first lost at a moment is lost by the third run since then.

    It is missing from now on, as one that the source refuses: it is asked for again and holds no window back.
    """
    earlier = select(CrawlRun.id).where(
        CrawlRun.source == source, CrawlRun.lost > 0, CrawlRun.ended_at >= since, CrawlRun.ended_at < now
    )
    return len(session.scalars(earlier.limit(_CHANCES)).all()) >= _CHANCES - 1


def last_heard(session: Session, *, source: str) -> datetime | None:
    """When a source last listed anything at all."""
    return session.scalar(
        select(func.max(CrawlRun.started_at)).where(CrawlRun.source == source, CrawlRun.listed > 0)
    )


def last_runs(session: Session) -> Iterable[CrawlRun]:
    """The last run of each source, by source; imports of files among them, as `SOURCE:files`."""
    newest = select(func.max(CrawlRun.id)).group_by(CrawlRun.source)
    return session.scalars(select(CrawlRun).where(CrawlRun.id.in_(newest)).order_by(CrawlRun.source)).all()


def finished_runs(session: Session, *, now: datetime) -> list[CrawlRun]:
    """The last run of each source still read that is over: ended, or begun so long ago that it crashed.

    Imports of files, and sources not read for two weeks, are no news of today.
    """
    # Asked about an earlier moment, what began later is not known yet.
    has_ended = CrawlRun.ended_at.is_not(None) & (CrawlRun.started_at <= now)
    is_over = has_ended | (CrawlRun.started_at < now - _LONGEST_RUN)
    is_read = CrawlRun.started_at > now - _STILL_READ
    newest = (
        select(func.max(CrawlRun.id))
        .where(is_over, is_read, CrawlRun.source.not_like("%:files"))
        .group_by(CrawlRun.source)
    )
    return list(session.scalars(select(CrawlRun).where(CrawlRun.id.in_(newest)).order_by(CrawlRun.source)))


def is_whole(run: CrawlRun, *, at: datetime) -> bool:
    """Whether a finished run leaves nothing to warn of: complete, and of these last days."""
    return run.verdict is Verdict.OK and run.ended_at is not None and days_until(run.ended_at, at) >= -2


def recovered(session: Session, *, since: datetime, now: datetime) -> list[str]:
    """The sources of which a warning was due at a moment and that are read again without a gap by now."""
    then = {run.source: run for run in finished_runs(session, now=since)}
    return [
        run.source
        for run in finished_runs(session, now=now)
        if run.source in then
        and not is_whole(then[run.source], at=since)
        and is_whole(run, at=now)
        and last_complete(session, source=run.source) == run.started_at
    ]


def runs_of(session: Session, *, source: str, limit: int = 30) -> list[CrawlRun]:
    """The newest runs over a source, newest first."""
    return list(
        session.scalars(
            select(CrawlRun).where(CrawlRun.source == source).order_by(CrawlRun.id.desc()).limit(limit)
        )
    )


def last_due(session: Session, *, job: str) -> datetime | None:
    """The moment for which a job last ran; None when it never did."""
    return session.scalar(select(func.max(JobRun.due_at)).where(JobRun.job == job))


def last_job_runs(session: Session) -> list[JobRun]:
    """The last run of each job that is over, by job."""
    newest = select(func.max(JobRun.id)).where(JobRun.ended_at.is_not(None)).group_by(JobRun.job)
    return list(session.scalars(select(JobRun).where(JobRun.id.in_(newest)).order_by(JobRun.job)))
