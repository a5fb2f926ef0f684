"""From a spider to the database: one publication, one transaction."""

import logging
from datetime import datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from twisted.internet.task import LoopingCall

from crawler.source import Ending, Item, Missing, Run, TenderSpider, Unfetched, Unreadable
from crawler.storable import faults_of
from procurement import notices
from procurement.cleaning import is_clean, one_line
from procurement.db import transaction
from procurement.notices import Outcome, digest_of
from procurement.records import NoticeRecord
from procurement.runs import is_stubborn, take_lease

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
_LONGEST_KEY = 120


class StoreNotice:
    """Records what a spider hands over, and stops the run when another one took its lease."""

    def __init__(self, run: Run, crawler: Crawler) -> None:
        self._run = run
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the run that the spider was started for."""
        spider = crawler.spider
        assert isinstance(spider, TenderSpider)  # noqa: S101  no other spider is run
        return cls(spider.run, crawler)

    def open_spider(self) -> None:
        """Keep the lease alive while the source is slow to answer."""
        self._heartbeat = LoopingCall(self._renew)
        self._heartbeat.start(LEASE_SECONDS / 4, now=False)

    def close_spider(self) -> None:
        """Let the lease be."""
        if self._heartbeat.running:
            self._heartbeat.stop()

    def _renew(self) -> None:
        run = self._run
        try:
            with transaction(run.engine) as session:
                now = run.clock()
                if not take_lease(session, name=run.lease, holder=run.holder, seconds=LEASE_SECONDS, now=now):
                    self._stop()
        except SQLAlchemyError:
            # A busy database: the next beat, or the next notice, renews the lease.
            logger.warning("the lease was not renewed", exc_info=True, extra={"source": run.source})

    def process_item(self, item: Item) -> Item:
        """Store one item in its own transaction; what the database refuses goes to quarantine."""
        run, now = self._run, self._run.clock()
        try:
            with transaction(run.engine) as session:
                if not take_lease(session, name=run.lease, holder=run.holder, seconds=LEASE_SECONDS, now=now):
                    self._stop()
                    raise DropItem("another run holds the lease of this source")
                ending = record_item(session, run, item, now)
        except DropItem:
            raise
        except Exception as problem:
            logger.exception("the database refused a notice", extra={"source": run.source})
            ending = self._refused(item, problem, now)
        # Only what is committed has ended somewhere.
        run.tally.count(ending)
        return item

    def _refused(self, item: Item, problem: Exception, now: datetime) -> Ending:
        if not isinstance(item, NoticeRecord):
            raise problem
        unreadable = Unreadable(
            item.source_key,
            "database",
            f"{type(problem).__name__}: {problem}",
            item.payload,
            item.fetched_from,
        )
        with transaction(self._run.engine) as session:
            return record_item(session, self._run, unreadable, now)

    def _stop(self) -> None:
        if self._crawler.engine is not None and self._crawler.spider is not None:
            self._crawler.engine.close_spider(self._crawler.spider, "lease_lost")


def record_item(session: Session, run: Run, item: Item, now: datetime) -> Ending:
    """Store what was read, in the open transaction; says where it ends, to be counted once that is committed.

    What not every database can keep, or nobody could safely be shown, goes to quarantine.
    """
    if isinstance(item, NoticeRecord) and (fault := next(faults_of(item), None)):
        item = Unreadable(item.source_key, *fault, item.payload, item.fetched_from)
    match item:
        case NoticeRecord():
            outcome = notices.record_notice(session, item, now=now)
            return "unchanged" if outcome is Outcome.UNCHANGED else "stored"
        case Unreadable():
            notices.quarantine(
                session,
                source=run.source,
                source_key=_fitting(item.source_key),
                path=item.path,
                problem=item.problem,
                payload=item.payload,
                fetched_from=item.fetched_from[:1000],
                now=now,
            )
            is_from_file = item.fetched_from.startswith(notices.FROM_FILE)
            origin = f" ({item.fetched_from.removeprefix(notices.FROM_FILE)})" if is_from_file else ""
            reason = f"{item.source_key}{origin} quarantined: {item.path}: {item.problem}"
            run.tally.reasons.append(one_line(reason, longest=300))
            return "quarantined"
        case Missing() | Unfetched():
            first_at = notices.note_missing(
                session,
                source=run.source,
                source_key=_fitting(item.source_key),
                number=one_line(item.number, longest=40),
                reason=item.reason,
                fetched_from=item.fetched_from[:1000],
                now=now,
            )
            if isinstance(item, Missing) or is_stubborn(session, source=run.source, since=first_at, now=now):
                return "missing"
            return "lost"


def _fitting(key: str) -> str:
    """A key as it stands, or one made from it when it cannot be kept: such a one is not asked for again."""
    if is_clean(key) and len(key) <= _LONGEST_KEY:
        return key
    return f"row:{digest_of(key.encode('utf-8', 'replace'))[:16]}"
