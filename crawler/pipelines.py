"""From a spider to the database: one publication, one transaction."""

import logging
from datetime import datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from twisted.internet.task import LoopingCall

from crawler.source import Item, Missing, Run, TenderSpider, Unreadable
from procurement import notices
from procurement.db import transaction
from procurement.notices import Outcome
from procurement.records import NoticeRecord
from procurement.runs import take_lease

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60.0


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
        self._heartbeat.stop()

    def _renew(self) -> None:
        run = self._run
        with transaction(run.engine) as session:
            now = run.clock()
            if not take_lease(session, name=run.lease, holder=run.holder, seconds=LEASE_SECONDS, now=now):
                self._stop()

    def process_item(self, item: Item) -> Item:
        """Store one item in its own transaction; what the database refuses goes to quarantine."""
        run, now = self._run, self._run.clock()
        try:
            with transaction(run.engine) as session:
                if not take_lease(session, name=run.lease, holder=run.holder, seconds=LEASE_SECONDS, now=now):
                    self._stop()
                    raise DropItem("another run holds the lease of this source")
                record_item(session, run, item, now)
        except (SQLAlchemyError, UnicodeEncodeError) as problem:
            self._refused(item, problem, now)
        return item

    def _refused(self, item: Item, problem: Exception, now: datetime) -> None:
        logger.error("the database refused a notice", exc_info=problem, extra={"source": self._run.source})
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
            record_item(session, self._run, unreadable, now)

    def _stop(self) -> None:
        if self._crawler.engine is not None and self._crawler.spider is not None:
            self._crawler.engine.close_spider(self._crawler.spider, "lease_lost")


def record_item(session: Session, run: Run, item: Item, now: datetime) -> None:
    """Store what was read, in the open transaction, and count where it ended."""
    tally = run.tally
    match item:
        case NoticeRecord():
            outcome = notices.record_notice(session, item, now=now)
            if outcome is Outcome.UNCHANGED:
                tally.unchanged += 1
            else:
                tally.stored += 1
        case Unreadable():
            notices.quarantine(
                session,
                source=run.source,
                source_key=item.source_key,
                path=item.path,
                problem=item.problem,
                payload=item.payload,
                fetched_from=item.fetched_from,
                now=now,
            )
            tally.quarantined += 1
            tally.reasons.append(f"{item.source_key} quarantined: {item.path}: {item.problem}"[:300])
        case Missing():
            notices.note_missing(
                session,
                source=run.source,
                source_key=item.source_key,
                number=item.number,
                reason=item.reason,
                fetched_from=item.fetched_from,
                now=now,
            )
            tally.missing += 1
