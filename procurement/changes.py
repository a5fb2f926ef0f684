"""What a publication changed in a tender, field by field: old and new, for those who follow it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from procurement.models import Lot, Notice, Tender, TenderChange
from procurement.vocabulary import CriterionKind, TenderField

Snapshot = Mapping[TenderField, Any]


def snapshot(tender: Tender) -> Snapshot:
    """The fields that people follow, as values that can be stored and compared; withdrawn lots left out."""
    lots = [lot for lot in tender.lots if not lot.is_withdrawn]
    return {
        TenderField.STATE: tender.state.value,
        TenderField.TITLE: tender.title,
        TenderField.DESCRIPTION: tender.description,
        TenderField.SUBMISSION_DEADLINE: _plain(tender.submission_deadline),
        TenderField.ENQUIRY_DEADLINE: _plain(tender.enquiry_deadline),
        TenderField.OPENING: _plain(tender.opening),
        TenderField.CONSORTIUM: [tender.consortium_allowed.value, tender.consortium_note],
        TenderField.SUBCONTRACTING: [tender.subcontracting_allowed.value, tender.subcontracting_note],
        TenderField.DOCUMENTS: tender.documents_url,
        TenderField.CPV: sorted(tender.cpv_codes),
        TenderField.LOTS: {lot.source_key: [lot.number, lot.title, lot.description] for lot in lots},
        TenderField.AWARD_CRITERIA: {lot.source_key: _award_criteria(lot) for lot in lots},
        TenderField.PLACE: {lot.source_key: [lot.place_canton, lot.place_city] for lot in lots},
        TenderField.PERIOD: {
            lot.source_key: [_plain(lot.starts_on), _plain(lot.ends_on), lot.duration_days] for lot in lots
        },
    }


def record_changes(
    session: Session, *, tender: Tender, before: Snapshot, notice: Notice, now: datetime
) -> list[TenderChange]:
    """Store what differs between a snapshot and the tender as it is now."""
    after = snapshot(tender)
    changes = [
        TenderChange(
            tender=tender, notice_id=notice.id, field=field, old=before[field], new=after[field], at=now
        )
        for field in TenderField
        if before[field] != after[field]
    ]
    session.add_all(changes)
    return changes


def differences(before: Snapshot, after: Snapshot) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, with old and new."""
    return {
        field.value: (before[field], after[field]) for field in TenderField if before[field] != after[field]
    }


def _award_criteria(lot: Lot) -> list[list[Any]]:
    return [
        [criterion.title, criterion.weight]
        for criterion in lot.criteria
        if criterion.kind is CriterionKind.AWARD
    ]


def _plain(value: date | datetime | None) -> str | None:
    # One zone for all: an instant fresh from its source has that one's offset, from the database UTC.
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value.isoformat() if value is not None else None
