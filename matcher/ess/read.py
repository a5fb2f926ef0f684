"""The batch: lots that were not read yet as they are now; each is read and written by itself."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, select

from matcher.ess.found import Found
from matcher.ess.passages import Passage, of_lot, of_tender
from matcher.ess.rules import find, version
from matcher.ess.structured import stated
from procurement.db import transaction
from procurement.findings import FoundRecord, lots_to_read, record_findings
from procurement.lens import FindingKind
from procurement.models import Finding, Lot

logger = logging.getLogger(__name__)

# Findings whose opinion is renewed in one transaction, and the least that makes an opinion another.
_AT_ONCE, _DIFFERENT = 1_000, 0.01

Progress = Callable[[int, int], None]
# How sure somebody is, in [0, 1], that a sentence in a field counts.
Sure = Callable[[Iterable[tuple[str, str]]], list[float]]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What a run did: lots read, findings that count and others, lots that could not be read."""

    lots: int = 0
    counting: int = 0
    others: int = 0
    failed: int = 0


def read_pending(
    engine: Engine, *, now: datetime, sure: Sure | None = None, progress: Progress | None = None
) -> ReadReport:
    """Read every lot that is new, published anew or read by other rules; one that fails stops no other."""
    read_by = version()
    with transaction(engine, read_only=True) as session:
        waiting = lots_to_read(session, version=read_by)
    counting = others = failed = 0
    for done, lot_id in enumerate(waiting, start=1):
        try:
            with transaction(engine) as session:
                lot = session.get_one(Lot, lot_id, with_for_update=True)
                found = read_lot(lot, sure=sure)
                record_findings(session, lot=lot, found=found, version=read_by, now=now)
        except Exception:
            logger.exception("a lot could not be read", extra={"lot": lot_id})
            failed += 1
        else:
            speaking = sum(each.counts for each in found)
            counting, others = counting + speaking, others + len(found) - speaking
        if progress is not None:
            progress(done, len(waiting))
    if waiting:
        logger.info("read", extra={"lots": len(waiting), "counting": counting, "failed": failed})
    return ReadReport(len(waiting), counting, others, failed)


def read_lot(lot: Lot, *, sure: Sure | None = None) -> list[FoundRecord]:
    """What a lot asks for: by its fields first, then by its texts and those of its tender."""
    read = [*stated(lot)]
    for passage in (*of_tender(lot.tender), *of_lot(lot)):
        read += (
            _record(each, passage)
            for each in find(passage.text, language=passage.language, section=passage.field)
        )
    told = list(_told_once(read))
    if sure is None or not told:
        return told
    opinions = sure((each.sentence, each.field) for each in told)
    return [replace(each, opinion=opinion) for each, opinion in zip(told, opinions, strict=True)]


def _record(found: Found, passage: Passage) -> FoundRecord:
    weight = (
        passage.weight if found.kind is FindingKind.AWARD and passage.weight is not None else found.weight
    )
    return FoundRecord(
        family=found.family,
        kind=found.kind,
        polarity=found.polarity,
        counts=found.counts,
        field=passage.field,
        start=found.start,
        evidence=found.evidence,
        sentence=found.sentence,
        rule=found.rule,
        language=passage.language,
        weight=weight,
    )


def _told_once(read: Iterable[FoundRecord]) -> Iterator[FoundRecord]:
    """What counts, each sentence once; of the rest the first of each family, kind and polarity."""
    seen: set[tuple[str, ...]] = set()
    for each in read:
        said = (each.sentence,) if each.counts else (each.kind.value, each.polarity.value)
        if (key := (each.family, str(each.counts), *said)) not in seen:
            seen.add(key)
            yield each


def renew_opinions(engine: Engine, *, sure: Sure) -> int:
    """Let findings that nobody has judged bear this opinion; how many were changed."""
    changed = last = 0
    while True:
        with transaction(engine) as session:
            rows = session.scalars(
                select(Finding)
                .where(Finding.id > last, Finding.is_right.is_(None))
                .order_by(Finding.id)
                .limit(_AT_ONCE)
            ).all()
            if not rows:
                return changed
            for row, opinion in zip(rows, sure((row.sentence, row.field) for row in rows), strict=True):
                if row.opinion is None or abs(row.opinion - opinion) >= _DIFFERENT:
                    row.opinion = opinion
                    changed += 1
            last = rows[-1].id
