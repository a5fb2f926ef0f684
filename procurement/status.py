"""What is stored, what waits and how the last runs ended, as one object for people and programs."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from procurement import accounts, findings, matches, notices, runs
from procurement.mail import outbox
from procurement.models import Consortium, CrawlRun, JobRun, Match, Tender


def status_of(session: Session, *, now: datetime) -> dict[str, Any]:
    """Counts by name, the last run of each source and each job, and the model that scores.

    `notices` counts publications whose detail is stored, `missing` those that a source lists and refuses.
    """
    open_tenders = session.scalar(select(func.count(Tender.id)).where(matches.is_open_clause(now)))
    return {
        "sources": session.scalar(select(func.count(CrawlRun.source.distinct()))) or 0,
        **notices.counts(session),
        "open_tenders": open_tenders or 0,
        "ess_findings": findings.count(session),
        "consortia": session.scalar(select(func.count(Consortium.id))) or 0,
        **accounts.counts(session),
        "matches": matches.counts(session),
        "messages": outbox.counts(session),
        "runs": [_run(run) for run in runs.last_runs(session)],
        "jobs": [_job(run) for run in runs.last_job_runs(session)],
        "model": session.scalar(select(Match.model).order_by(Match.id.desc()).limit(1)),
    }


def _run(run: CrawlRun) -> dict[str, Any]:
    return {
        "source": run.source,
        "verdict": run.verdict.value if run.verdict else None,
        "started": run.started_at.isoformat(),
        "ended": run.ended_at.isoformat() if run.ended_at else None,
        "requested": run.requested,
        "listed": run.listed,
        "stored": run.stored,
        "unchanged": run.unchanged,
        "quarantined": run.quarantined,
        "missing": run.missing,
        "lost": run.lost,
        "healed": run.healed,
    }


def _job(run: JobRun) -> dict[str, Any]:
    return {
        "job": run.job,
        "started": run.started_at.isoformat(),
        "ended": run.ended_at.isoformat() if run.ended_at else None,
        # The step that ended the job before its end; its own words are in the log of the schedule.
        "failed": next((step["step"] for step in run.steps if step["code"] != 0), None),
    }
