"""Every stored publication read again with today's code: what would change, or what does."""

import logging
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config.settings import Settings
from config.tables import SourceForm
from crawler.run import address_of
from crawler.source import Run, Tally, TenderSpider
from crawler.spiders import spider_of
from procurement.db import transaction
from procurement.errors import UnreadableNotice
from procurement.models import Notice, Tender
from procurement.notices import set_facts
from procurement.records import NoticeRecord
from procurement.tenders import notices_of, replay

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ReparseReport:
    """What reading again found: tenders, those that differ and in which fields, and what is unreadable."""

    tenders: int = 0
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)


class _DryRun(Exception):
    """Takes back what a dry run wrote."""


def reparse(
    engine: Engine,
    *,
    settings: Settings,
    form: SourceForm,
    dry_run: bool,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None],
) -> ReparseReport:
    """Build every tender of a source anew from its stored publications, one transaction each.

    A publication that cannot be read any more leaves its tender as it is, and is named in the report.
    """
    report = ReparseReport()
    spider = reader_of(engine, settings, form, clock)
    with transaction(engine, read_only=True) as session:
        ids = list(session.scalars(select(Tender.id).where(Tender.source == form.key).order_by(Tender.id)))
    for done, tender_id in enumerate(ids, 1):
        try:
            with transaction(engine) as session:
                _again(session, session.get_one(Tender, tender_id), spider, report, clock())
                if dry_run:
                    raise _DryRun
        except _DryRun:
            logger.debug("taken back", extra={"tender": tender_id})
        except Exception as problem:
            logger.exception("a tender could not be built anew", extra={"tender": tender_id})
            report.unreadable.append(f"tender {tender_id}: {type(problem).__name__}")
        progress(done, len(ids))
    return report


def _again(
    session: Session, tender: Tender, spider: TenderSpider, report: ReparseReport, now: datetime
) -> None:
    report.tenders += 1
    records: list[tuple[Notice, NoticeRecord]] = []
    for notice in notices_of(session, tender):
        newest = notice.versions[-1]
        try:
            record = spider.read(zlib.decompress(newest.payload), url=newest.fetched_from)
        except (UnreadableNotice, ValueError) as problem:
            report.unreadable.append(f"{notice.number}: {problem}")
            return
        records.append((notice, record))
    for notice, record in records:
        set_facts(notice, record)
    if changed := replay(session, tender, records, now=now):
        report.changed += 1
        report.fields.update(list(changed))


def reader_of(
    engine: Engine, settings: Settings, form: SourceForm, clock: Callable[[], datetime]
) -> TenderSpider:
    """The spider of a source, for its reading alone."""
    now = clock()
    return spider_of(form.spider)(
        form=form,
        base_url=address_of(settings, form),
        since=now.date(),
        until=now.date(),
        known=frozenset(),
        open_cases={},
        run=Run(form.key, engine, "reparse", Tally(), clock),
    )
