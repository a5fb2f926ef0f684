"""What a call for bids makes of its tender and lots: all of it, or only what one phase states anew."""

from typing import Any

from procurement.models import Consideration, Criterion, Lot, Tender
from procurement.records import CallRecord, CriterionRecord, LotRecord, NoticeRecord
from procurement.vocabulary import CriteriaSource, CriterionKind, Stated

# One name for life: these fields of a call are columns of the tender under the same name.
_SAME_NAME = tuple(name for name in CallRecord.__dataclass_fields__ if name not in ("lots", "is_partial"))
_LOT_SAME_NAME = tuple(
    name
    for name in LotRecord.__dataclass_fields__
    if name not in ("source_key", "cpv_codes", "criteria", "considerations")
)
# What a phase states of its own, which the call that it belongs to must not undo when it is read later.
_OF_A_PHASE = frozenset(
    {
        "submission_deadline",
        "submission_deadline_text",
        "deadline_is_for_requests",
        "enquiry_deadline",
        "enquiries",
        "opening",
    }
)


def apply_call(tender: Tender, record: NoticeRecord, call: CallRecord, *, has_phase: bool) -> None:
    """Let the tender say what a whole call says; with `has_phase`, what a later phase stated stays."""
    tender.number = record.procedure_number
    tender.title = record.title
    tender.language = record.language
    tender.procurement_method = record.procurement_method
    tender.contract_nature = record.contract_nature
    tender.is_under_treaty = record.is_under_treaty
    tender.has_documents = record.has_documents
    tender.url = record.url
    keeps_deadline = has_phase and tender.submission_deadline is not None
    conditions = {**(tender.conditions or {}), **call.conditions} if has_phase else call.conditions
    for name in _SAME_NAME:
        if not (keeps_deadline and name in _OF_A_PHASE):
            _set(tender, name, getattr(call, name))
    tender.conditions = conditions
    wanted = {lot.source_key for lot in call.lots}
    for lot in tender.lots:
        lot.is_withdrawn = lot.source_key not in wanted
    for lot_record in call.lots:
        _apply_lot(_lot_of(tender, lot_record), lot_record, has_phase=has_phase)


def apply_phase(tender: Tender, call: CallRecord, *, is_newest: bool) -> None:
    """Let the tender say what a phase states and keep the rest; an older one speaks for its lots only."""
    for name in _SAME_NAME if is_newest else ():
        value = getattr(call, name)
        # Whose deadline it is goes with the deadline.
        is_said = call.submission_deadline is not None if name == "deadline_is_for_requests" else _says(value)
        if is_said and name != "conditions":
            _set(tender, name, value)
    tender.conditions = {**(tender.conditions or {}), **call.conditions}
    for lot_record in call.lots:
        _apply_stated(_lot_of(tender, lot_record), lot_record)


def _set(row: Tender, name: str, value: Any) -> None:
    setattr(row, name, list(value) if isinstance(value, tuple) else value)


def _says(value: Any) -> bool:
    return value not in (None, "", (), {}, Stated.NOT_SPECIFIED, CriteriaSource.NOT_SPECIFIED)


def _lot_of(tender: Tender, record: LotRecord) -> Lot:
    """The lot with this key, made when it is not there."""
    for lot in tender.lots:
        if lot.source_key == record.source_key:
            return lot
    lot = Lot(source_key=record.source_key)
    tender.lots.append(lot)
    return lot


def _apply_lot(lot: Lot, record: LotRecord, *, has_phase: bool) -> None:
    # An award criterion of a later phase is newer than the call that is only read now.
    judged = [row for row in lot.criteria if row.kind is CriterionKind.AWARD] if has_phase else []
    source = lot.award_criteria_source if has_phase else None
    for name in _LOT_SAME_NAME:
        setattr(lot, name, getattr(record, name))
    if source is not None and _says(source):
        lot.award_criteria_source = source
    lot.is_withdrawn = False
    lot.matched_at = None
    lot.cpv_codes = list(record.cpv_codes)
    lot.considerations = [
        Consideration(business_term=each.business_term, code=each.code, text=each.text)
        for each in record.considerations
    ]
    stated = [each for each in record.criteria if not (judged and each.kind is CriterionKind.AWARD)]
    lot.criteria = [*judged, *(_criterion(each) for each in stated)]
    _number(lot)


def _apply_stated(lot: Lot, record: LotRecord) -> None:
    for name in _LOT_SAME_NAME:
        value = getattr(record, name)
        if _says(value) or getattr(lot, name) is None:
            setattr(lot, name, value)
    lot.is_withdrawn = False
    lot.cpv_codes = sorted({*(lot.cpv_codes or []), *record.cpv_codes})
    if record.considerations:
        lot.considerations = [
            Consideration(business_term=each.business_term, code=each.code, text=each.text)
            for each in record.considerations
        ]
    stated = {each.kind for each in record.criteria}
    kept = [row for row in lot.criteria if row.kind not in stated]
    lot.criteria = [*(_criterion(each) for each in record.criteria), *kept]
    _number(lot)


def _criterion(record: CriterionRecord) -> Criterion:
    return Criterion(
        kind=record.kind,
        title=record.title,
        description=record.description,
        verification=record.verification,
        weight=record.weight,
        is_price=record.is_price,
    )


def _number(lot: Lot) -> None:
    for position, row in enumerate(lot.criteria):
        row.position = position
