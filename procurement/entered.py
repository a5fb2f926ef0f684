"""Opportunities that staff enter by hand: what no source publishes, through the same way as what one does."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.cleaning import clean_text, one_line
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Person, Tender
from procurement.notices import record_notice
from procurement.records import BY_HAND, BuyerRecord, CallRecord, LotRecord, NoticeRecord
from procurement.rules import Rule
from procurement.vocabulary import EnteredKind, NoticeType

SOURCE = BY_HAND


@dataclass(frozen=True, slots=True)
class Entry:
    """What staff know of an opportunity; only title, buyer and kind are needed, the rest may be unknown."""

    kind: EnteredKind
    title: str
    buyer: str
    description: str = ""
    buyer_canton: str | None = None
    place_canton: str | None = None
    place_city: str = ""
    cpv_codes: tuple[str, ...] = ()
    submission_deadline: datetime | None = None
    link: str = ""
    language: str = "fr"


def enter(session: Session, *, entry: Entry, person: Person, now: datetime, key: str = "") -> Tender:
    """Record an opportunity, or a new version of the one with this key; it is matched like any other.

    A deadline that is past is refused: nobody could answer.
    """
    if not person.is_staff:
        raise NotAllowed
    if entry.submission_deadline is not None and entry.submission_deadline <= now:
        raise RuleBroken(Rule.DEADLINE_PASSED, deadline=entry.submission_deadline)
    record = _record(entry, key or str(uuid4()), now)
    record_notice(session, record, now=now)
    tender = session.scalars(
        select(Tender).where(Tender.source == SOURCE, Tender.procedure_key == record.procedure_key)
    ).one()
    write_audit(
        session,
        person=person,
        act="tender.enter",
        subject=f"tender:{tender.id}",
        facts={"kind": entry.kind.value},
        now=now,
    )
    return tender


def _record(entry: Entry, key: str, now: datetime) -> NoticeRecord:
    def words(text: str) -> dict[str, str]:
        return {entry.language: text} if text else {}

    title, buyer = words(one_line(entry.title)), one_line(entry.buyer)
    city = one_line(entry.place_city)
    codes = tuple(sorted(set(entry.cpv_codes)))
    payload = json.dumps({**asdict(entry), "key": key}, default=str, ensure_ascii=False, sort_keys=True)
    return NoticeRecord(
        source=SOURCE,
        source_key=key,
        number=f"S-{key[:8]}",
        notice_type=NoticeType.TENDER,
        procedure_key=key,
        procedure_number=f"S-{key[:8]}",
        published_on=now.date(),
        language=entry.language,
        title=title,
        cpv_codes=codes,
        url=entry.link,
        procurement_method=entry.kind.method,
        payload=payload.encode(),
        fetched_from="hand",
        buyer=BuyerRecord(source_key=buyer[:120], name={entry.language: buyer}, canton=entry.buyer_canton),
        call=CallRecord(
            description=words(clean_text(entry.description)),
            submission_deadline=entry.submission_deadline,
            submission_deadline_text=(
                entry.submission_deadline.isoformat() if entry.submission_deadline else None
            ),
            conditions={"entered_as": entry.kind.labels},
            lots=(
                LotRecord(
                    source_key="",
                    number=1,
                    title={},
                    description={},
                    cpv_codes=codes,
                    place_canton=entry.place_canton,
                    place_city={entry.language: city} if city else {},
                ),
            ),
        ),
    )
