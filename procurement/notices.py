"""What a source published: recorded once per content, never lost, and turned into the tender it is about."""

import hashlib
import zlib
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, exists, func, select, union_all
from sqlalchemy.orm import Session

from procurement.cantons import BuyerLevel
from procurement.changes import record_changes, snapshot
from procurement.cleaning import one_line
from procurement.codes import Seat, office_seat, remember_cpv
from procurement.db import insert_new
from procurement.models import (
    Award,
    AwardSupplier,
    Buyer,
    Lot,
    MissingNotice,
    Notice,
    NoticeReference,
    NoticeVersion,
    Quarantine,
    Tender,
)
from procurement.records import AwardRecord, NoticeRecord, SupplierRecord
from procurement.tenders import bring_up_to_date, in_order, notices_of
from procurement.vocabulary import ProcurementMethod, TenderState

# Everything that is stored under the names that a record bears, asked for at once and without objects: this
# is done for every publication.
_OF_SOURCE: BindParameter[str] = bindparam("source")
_STORED = select(
    *(
        select(table.c.id)
        .where(table.c.source == _OF_SOURCE, table.c[column] == bindparam(name))
        .scalar_subquery()
        .label(name)
        for name, table, column in (
            ("notice", Notice.__table__, "source_key"),
            ("tender", Tender.__table__, "procedure_key"),
        )
    ),
    *(
        exists()
        .where(table.c.source == _OF_SOURCE, table.c.source_key == bindparam("notice"), ended.is_(None))
        .label(name)
        for name, table, ended in (
            ("is_quarantined", Quarantine.__table__, Quarantine.__table__.c.resolved_at),
            ("is_missing", MissingNotice.__table__, MissingNotice.__table__.c.found_at),
        )
    ),
)
_BUYERS = Buyer.__table__
_BUYER = select(_BUYERS).where(_BUYERS.c.source == _OF_SOURCE, _BUYERS.c.source_key == bindparam("buyer"))


class Outcome(StrEnum):
    """What recording a notice did."""

    STORED = "stored"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"


# How the origin of an answer begins that a person brought in a file, with the name of that.
FROM_FILE = "file:"


def digest_of(payload: bytes) -> str:
    """The fingerprint by which two answers are the same."""
    return hashlib.sha256(payload).hexdigest()


def known_keys(session: Session, *, source: str) -> set[str]:
    """The publications of a source whose detail is stored."""
    return set(session.scalars(select(Notice.source_key).where(Notice.source == source)))


def record_notice(session: Session, record: NoticeRecord, *, now: datetime) -> Outcome:
    """Store a publication once per content and bring its tender up to date; twice changes nothing."""
    session.flush()
    with session.no_autoflush:
        outcome = _record(session, record, now)
    session.flush()
    return outcome


def _record(session: Session, record: NoticeRecord, now: datetime) -> Outcome:
    stored = _stored(session, record)
    notice = session.get(Notice, stored.notice) if stored.notice else None
    digest = digest_of(record.payload)
    if notice is not None and any(version.digest == digest for version in notice.versions):
        _settle(session, record, stored, now)
        return Outcome.UNCHANGED
    remember_cpv(session, record.cpv_labels)
    tender = session.get(Tender, stored.tender) if stored.tender else None
    earlier = notices_of(session, tender) if tender is not None else []
    before = snapshot(tender) if tender is not None and earlier else None
    is_new, is_first = notice is None, tender is None
    notice = notice or _new_notice(record, now)
    tender = tender or _new_tender(record, now)
    _set_buyer(session, tender, _buyer_of(session, record))
    set_facts(notice, record)
    notice.versions.append(
        NoticeVersion(
            number=len(notice.versions) + 1,
            digest=digest,
            payload=zlib.compress(record.payload),
            fetched_at=now,
            fetched_from=record.fetched_from,
        )
    )
    bring_up_to_date(tender, in_order({*earlier, notice}), record, now=now)
    if is_first:
        insert_new(session, tender)
    notice.tender_id = tender.id
    if is_new:
        insert_new(session, notice)
    else:
        session.expire(notice, ["tender"])
    if before is not None:
        session.flush()
        session.expire(tender, ["notices"])
        record_changes(session, tender=tender, before=before, notice=notice, now=now)
    _settle(session, record, stored, now)
    return Outcome.STORED if is_new else Outcome.NEW_VERSION


def _stored(session: Session, record: NoticeRecord) -> Row[Any]:
    names = {
        "source": record.source,
        "notice": record.source_key,
        "tender": record.procedure_key,
    }
    return session.connection().execute(_STORED, names).one()


def set_facts(notice: Notice, record: NoticeRecord) -> None:
    """Write what a record says of its notice: kind, dates, codes, references and awards."""
    notice.number = record.number
    notice.notice_type = record.notice_type
    notice.is_correction = record.is_correction
    notice.corrects_key = record.corrects_key
    notice.refers_to_key = record.refers_to_key
    notice.lot_key = record.lot_key
    notice.published_on = record.published_on
    notice.cpv_codes = list(record.cpv_codes)
    notice.url = record.url
    # A name that stays keeps its row: a new one would meet the old before that is gone.
    known = {(each.scheme, each.value): each for each in notice.references}
    notice.references = [
        known.get(name) or NoticeReference(scheme=name[0], value=name[1])
        for name in dict.fromkeys((scheme, value[:200]) for scheme, value in record.references)
    ]
    notice.awards = [_award(award) for award in record.awards]


def _award(record: AwardRecord) -> Award:
    return Award(
        lot_key=record.lot_key,
        decided_on=record.decided_on,
        offers_received=record.offers_received,
        value_low=record.value_low,
        value_high=record.value_high,
        value_currency=record.value_currency,
        justification=record.justification,
        note=record.note,
        suppliers=[
            AwardSupplier(
                position=position,
                **{name: getattr(supplier, name) for name in SupplierRecord.__dataclass_fields__},
            )
            for position, supplier in enumerate(record.suppliers)
        ],
    )


def quarantine(
    session: Session,
    *,
    source: str,
    source_key: str,
    path: str,
    problem: str,
    payload: bytes,
    fetched_from: str,
    now: datetime,
) -> None:
    """Keep an answer that could not be read, whole and once, with the place that is wrong."""
    digest = digest_of(payload)
    row = session.scalar(
        select(Quarantine).where(
            Quarantine.source == source, Quarantine.source_key == source_key, Quarantine.digest == digest
        )
    )
    if row is None:
        row = Quarantine(source=source, source_key=source_key, digest=digest, payload=zlib.compress(payload))
        session.add(row)
    row.path, row.problem = one_line(path, longest=300), one_line(problem, longest=1000)
    row.at, row.resolved_at = now, None
    # What the source itself once gave stays owed by it, whoever brings it again.
    if not (row.fetched_from and fetched_from.startswith(FROM_FILE)):
        row.fetched_from = fetched_from


def note_missing(
    session: Session,
    *,
    source: str,
    source_key: str,
    number: str,
    reason: str,
    fetched_from: str,
    now: datetime,
) -> datetime:
    """Remember a publication that the source lists and does not give, with its reason; says since when."""
    row = session.scalar(
        select(MissingNotice).where(MissingNotice.source == source, MissingNotice.source_key == source_key)
    )
    if row is None:
        row = MissingNotice(source=source, source_key=source_key, first_at=now, number="")
        session.add(row)
    elif row.found_at is not None:
        # It was found, and is missing again: that is another story.
        row.first_at = now
    row.number, row.reason = number or row.number, one_line(reason, longest=300)
    row.fetched_from, row.last_at, row.found_at = fetched_from, now, None
    return row.first_at


def open_cases(session: Session, *, source: str, since: datetime) -> dict[str, str]:
    """What a source still owes us since a moment: keys missing or in quarantine, with the address to ask.

    What came in a file is not among them: the source never sent it.
    """
    found = session.execute(
        select(MissingNotice.source_key, MissingNotice.fetched_from)
        .where(
            MissingNotice.source == source, MissingNotice.found_at.is_(None), MissingNotice.first_at >= since
        )
        .union_all(
            select(Quarantine.source_key, Quarantine.fetched_from).where(
                Quarantine.source == source,
                Quarantine.resolved_at.is_(None),
                Quarantine.at >= since,
                Quarantine.fetched_from.not_like(f"{FROM_FILE}%"),
            )
        )
    )
    return {key: url for key, url in found}


def pointed_at(session: Session, *, source: str) -> dict[str, str]:
    """Publications that stored ones correct or refer to and nobody has asked for: their key and procedure.

    A call by invitation is never published, so what its award refers to is not among them.
    """
    known = union_all(
        select(Notice.source_key).where(Notice.source == source),
        select(MissingNotice.source_key).where(MissingNotice.source == source),
        select(Quarantine.source_key).where(Quarantine.source == source),
    )
    found: dict[str, str] = {}
    for key in (Notice.corrects_key, Notice.refers_to_key):
        rows = session.execute(
            select(key, Tender.procedure_key)
            .join(Tender, Notice.tender_id == Tender.id)
            .where(
                Notice.source == source,
                Tender.procurement_method != ProcurementMethod.LIMITED,
                key.is_not(None),
                key.not_in(known),
            )
        )
        found |= {pointed: procedure for pointed, procedure in rows if pointed}
    return found


def _settle(session: Session, record: NoticeRecord, stored: Row[Any], now: datetime) -> None:
    """A publication that is stored is neither missing nor in quarantine any more."""
    if stored.is_quarantined:
        for row in session.scalars(
            select(Quarantine).where(
                Quarantine.source == record.source,
                Quarantine.source_key == record.source_key,
                Quarantine.resolved_at.is_(None),
            )
        ):
            row.resolved_at = now
    if stored.is_missing:
        for missing in session.scalars(
            select(MissingNotice).where(
                MissingNotice.source == record.source,
                MissingNotice.source_key == record.source_key,
                MissingNotice.found_at.is_(None),
            )
        ):
            missing.found_at = now


def _buyer_of(session: Session, record: NoticeRecord) -> int | None:
    """The row of a buyer, made or brought up to date: nearly always nothing has changed."""
    if record.buyer is None:
        return None
    names = {"source": record.source, "buyer": record.buyer.source_key}
    row = session.connection().execute(_BUYER, names).one_or_none()
    is_placed = row is not None and row.canton is not None and row.level is not None
    seat = Seat() if is_placed else office_seat(session, source=record.source, source_key=names["buyer"])
    country = record.buyer.country or (row.country if row else None)
    facts = {
        "name": {**(row.name if row else {}), **record.buyer.name},
        "city": record.buyer.city or (row.city if row else ""),
        "postal_code": record.buyer.postal_code or (row.postal_code if row else ""),
        "canton": record.buyer.canton or (row.canton if row else None) or seat.canton,
        "country": country,
        "level": (row.level if row else None) or seat.level or _level_by(country),
    }
    if row is not None and all(getattr(row, name) == value for name, value in facts.items()):
        return int(row.id)
    buyer = session.get_one(Buyer, row.id) if row else Buyer(source=record.source, source_key=names["buyer"])
    for name, value in facts.items():
        setattr(buyer, name, value)
    session.add(buyer)
    session.flush()
    return buyer.id


def _level_by(country: str | None) -> BuyerLevel | None:
    """What the country alone tells of a buyer's level: nothing, in Switzerland."""
    return BuyerLevel.ABROAD if country not in (None, "CH") else None


def _set_buyer(session: Session, tender: Tender, buyer_id: int | None) -> None:
    if buyer_id is None:
        return
    tender.buyer_id = buyer_id
    if tender in session:
        session.expire(tender, ["buyer"])


def _new_notice(record: NoticeRecord, now: datetime) -> Notice:
    return Notice(
        source=record.source,
        source_key=record.source_key,
        first_seen_at=now,
        references=[],
        awards=[],
        versions=[],
    )


def _new_tender(record: NoticeRecord, now: datetime) -> Tender:
    return Tender(
        source=record.source,
        procedure_key=record.procedure_key,
        number=record.procedure_number,
        state=TenderState.ANNOUNCED,
        title=record.title,
        description={},
        language=record.language,
        procurement_method=record.procurement_method,
        contract_nature=record.contract_nature,
        is_under_treaty=record.is_under_treaty,
        cpv_codes=list(record.cpv_codes),
        published_on=record.published_on,
        url=record.url,
        changed_at=now,
        lots=[],
    )


def counts(session: Session) -> dict[str, int]:
    """How much is stored: notices, open quarantine, missing ones, tenders and lots."""

    def count(statement: Any) -> int:
        return session.scalar(statement) or 0

    return {
        "notices": count(select(func.count(Notice.id))),
        "quarantined": count(select(func.count(Quarantine.id)).where(Quarantine.resolved_at.is_(None))),
        "missing": count(select(func.count(MissingNotice.id)).where(MissingNotice.found_at.is_(None))),
        "tenders": count(select(func.count(Tender.id))),
        "lots": count(select(func.count(Lot.id))),
    }
