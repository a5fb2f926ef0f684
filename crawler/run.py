"""One run over one source: lease, window, spider, verdict."""

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.settings import Settings
from config.tables import SourceForm
from crawler.expectations import verdict_on, warnings_of
from crawler.pipelines import LEASE_SECONDS
from crawler.settings import scrapy_settings
from crawler.source import Run, Tally
from crawler.spiders import spider_of
from procurement import notices, runs
from procurement.cleaning import one_line
from procurement.db import transaction
from procurement.i18n import ZURICH
from procurement.models import CrawlRun
from procurement.vocabulary import Verdict

logger = logging.getLogger(__name__)

_OVERLAP = timedelta(days=2)
_FIRST_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """How a run ended."""

    verdict: Verdict
    tally: Tally
    since: date


def address_of(settings: Settings, form: SourceForm) -> str:
    """Where a source is read: its own fixed address, or the one that a setting names; "" for files alone."""
    return form.url or (str(getattr(settings, form.url_setting)) if form.url_setting else "")


def crawl(
    engine: Engine,
    *,
    settings: Settings,
    form: SourceForm,
    since: date | None,
    clock: Callable[[], datetime],
) -> CrawlReport | None:
    """Read a source from a day on and write the verdict; None when another run over it is under way.

    Without a day: from the last complete run less two days, at first thirty days back. The row of the run is
    there from its beginning, its verdict only at its end: no verdict means that it crashed.
    """
    base_url = address_of(settings, form)
    run = Run(form.key, engine, f"{socket.gethostname()}:{os.getpid()}", Tally(), clock)
    with transaction(engine) as session:
        now = clock()
        _free_lease_of_the_dead(session, run)
        if not runs.take_lease(session, name=run.lease, holder=run.holder, seconds=LEASE_SECONDS, now=now):
            return None
        today = now.astimezone(ZURICH).date()
        since = since or _default_since(runs.last_complete(session, source=form.key), today)
        row_id = runs.start_crawl(session, source=form.key, since=since, now=now).id
        known = frozenset(notices.known_keys(session, source=form.key))
        heard = runs.last_heard(session, source=form.key)
        cases = notices.open_cases(session, source=form.key, since=now - _FIRST_WINDOW)
    crawler = _run_spider(
        settings, form, base_url, run, since=since, until=today, known=known, open_cases=cases
    )
    stats: dict[str, Any] = crawler.stats.get_stats() if crawler.stats else {}
    verdict, reasons = verdict_on(
        run.tally,
        form=form,
        finish_reason=str(stats.get("finish_reason", "never started")),
        spider_errors=int(stats.get("spider_exceptions/count", 0)),
        window_days=(today - since).days + 1,
        silent_days=(now - heard).days if heard is not None else 0,
    )
    reasons += warnings_of(run.tally, form=form, window_days=(today - since).days + 1)
    if run.tally.asked_again:
        reasons.append(f"{run.tally.asked_again} publications were asked for besides those listed")
    with transaction(engine) as session:
        write_verdict(session.get_one(CrawlRun, row_id), run.tally, verdict, reasons, clock())
        runs.release_lease(session, name=run.lease, holder=run.holder)
    facts = {"source": form.key, "verdict": verdict.value, "stored": run.tally.stored, "reasons": reasons}
    logger.log(logging.INFO if verdict is Verdict.OK else logging.WARNING, "the run has ended", extra=facts)
    return CrawlReport(verdict, run.tally, since)


def _free_lease_of_the_dead(session: Session, run: Run) -> None:
    """A run that was killed on this machine need not be waited for: its process is gone."""
    host, _, pid = (runs.lease_holder(session, name=run.lease) or "").rpartition(":")
    if host != socket.gethostname() or not pid.isdigit() or int(pid) == os.getpid():
        return
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        runs.release_lease(session, name=run.lease, holder=f"{host}:{pid}")
    except PermissionError:
        return


def _default_since(last: datetime | None, today: date) -> date:
    return last.astimezone(ZURICH).date() - _OVERLAP if last is not None else today - _FIRST_WINDOW


def _run_spider(settings: Settings, form: SourceForm, base_url: str, run: Run, **window: Any) -> Crawler:
    process = AsyncCrawlerProcess(scrapy_settings(settings, form, base_url))
    crawler = process.create_crawler(spider_of(form.spider))
    process.crawl(crawler, form=form, base_url=base_url, run=run, **window)
    process.start()
    return crawler


def write_verdict(row: CrawlRun, tally: Tally, verdict: Verdict, reasons: list[str], now: datetime) -> None:
    """End a run's row: its account, how it ended, and why."""
    row.ended_at, row.verdict = now, verdict
    row.listed, row.requested, row.stored = tally.listed, tally.requested, tally.stored
    row.unchanged, row.quarantined, row.missing = tally.unchanged, tally.quarantined, tally.missing
    row.lost, row.healed = tally.lost, tally.healed
    row.reasons = [one_line(reason, longest=1000) for reason in (*reasons, *tally.reasons[:50])]
