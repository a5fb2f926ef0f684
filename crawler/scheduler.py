"""The schedule: what is due is read from our tables, APScheduler only ticks, steps are child processes."""

import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine

from config.tables import Job, jobs, schedule_timezone
from crawler import children
from procurement import runs
from procurement.db import transaction
from procurement.models import JobRun

logger = logging.getLogger(__name__)

_TICK_SECONDS = 3
_LEASE_SECONDS = 15.0


def due_since(job: Job, *, last: datetime | None, now: datetime) -> datetime | None:
    """The newest moment for which a job should have run and has not; None when there is none.

    A job that never ran is due at once. Moments missed while nothing ran are made up for once.
    """
    if last is None:
        return now
    trigger = CronTrigger.from_crontab(job.cron, timezone=schedule_timezone())
    newest = None
    moment = trigger.get_next_fire_time(None, max(last, now - timedelta(days=8)) + timedelta(seconds=1))
    while moment is not None and moment <= now:
        newest = moment
        moment = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
    return newest


class Scheduler:
    """Runs due jobs while it holds the lease of the schedule; a second one waits for it."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime], stop: threading.Event) -> None:
        self._engine = engine
        self._clock = clock
        self._stop = stop
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._leads = threading.Event()

    def run(self) -> None:
        """Tick until told to stop; then end the steps under way and give the lease back."""
        ticker = BackgroundScheduler(
            timezone=schedule_timezone(),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )
        self._keep_lease()
        ticker.add_job(self._keep_lease, "interval", seconds=_TICK_SECONDS)
        for job in jobs():
            ticker.add_job(
                self.run_if_due, "interval", seconds=_TICK_SECONDS, args=[job], next_run_time=self._clock()
            )
        ticker.start()
        self._stop.wait()
        ticker.shutdown(wait=True)
        with transaction(self._engine) as session:
            runs.release_lease(session, name="schedule", holder=self._holder)

    def _keep_lease(self) -> None:
        with transaction(self._engine) as session:
            leads = runs.take_lease(
                session, name="schedule", holder=self._holder, seconds=_LEASE_SECONDS, now=self._clock()
            )
        if leads and not self._leads.is_set():
            logger.info("this scheduler leads", extra={"holder": self._holder})
        (self._leads.set if leads else self._leads.clear)()

    def run_if_due(self, job: Job) -> None:
        """Run the steps of a job when it is due and we lead; a step that fails ends the job."""
        if not self._leads.is_set() or self._stop.is_set():
            return
        with transaction(self._engine) as session:
            now = self._clock()
            due = due_since(job, last=runs.last_due(session, job=job.key), now=now)
            if due is None:
                return
            row = JobRun(job=job.key, due_at=due, started_at=now, steps=[])
            session.add(row)
            session.flush()
            row_id = row.id
        steps: list[dict[str, Any]] = []
        for step in job.steps:
            code = self._run_step(step, timeout=job.timeout_minutes * 60)
            steps.append({"step": step, "code": code})
            if code != 0:
                logger.warning("a step failed", extra={"job": job.key, "step": step, "code": code})
                break
        with transaction(self._engine) as session:
            row = session.get_one(JobRun, row_id)
            row.ended_at, row.steps = self._clock(), steps

    def _run_step(self, step: str, *, timeout: float) -> int:
        child = children.start(step.split())
        deadline = time.monotonic() + timeout
        while not self._stop.is_set() and time.monotonic() < deadline:
            try:
                return child.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        return children.stop(child)
