"""How a tender follows from its publications: which call holds, its state, what a notice changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from procurement.calls import apply_call, apply_phase
from procurement.changes import Snapshot, differences, record_changes, snapshot
from procurement.models import Lot, Notice, Tender, TenderChange
from procurement.records import NoticeRecord
from procurement.vocabulary import NoticeType, TenderState

# The publications that may describe a call: the newest holds, whenever it is read; a phase adds to it.
_PHASES = frozenset({NoticeType.SELECTIVE_OFFERING_PHASE})
_CALLS = frozenset(
    {
        NoticeType.ADVANCE_NOTICE,
        NoticeType.REQUEST_FOR_INFORMATION,
        NoticeType.TENDER,
        NoticeType.COMPETITION,
        NoticeType.STUDY_CONTRACT,
        NoticeType.SELECTIVE_OFFERING_PHASE,
    }
)


def bring_up_to_date(tender: Tender, notices: list[Notice], record: NoticeRecord, *, now: datetime) -> None:
    """Let the tender say what follows from its notices, in the order of their publication, when one is read.

    `notices` are all that are known, oldest first, `record` the one of them that is read now.
    """
    tender.state = _state_after(notices)
    tender.published_on = min(notice.published_on for notice in notices)
    tender.changed_at = now
    calls = [notice for notice in notices if notice.notice_type in _CALLS]
    whole = [notice for notice in calls if notice.notice_type not in _PHASES]
    superseded = {notice.id for notice in whole[:-1]}
    tender.cpv_codes = sorted(
        {code for notice in notices if notice.id not in superseded for code in notice.cpv_codes}
    )
    if record.call is None:
        if not tender.lots:
            tender.lots.append(_whole_of(record))
        _take_away_ended(tender, notices)
        return
    # What still holds: the newest whole call, and the phases after it.
    holding = calls[calls.index(whole[-1]) :] if whole else calls
    if record.call.is_partial:
        of_lot = [notice for notice in holding if notice.lot_key == record.lot_key]
        if of_lot and of_lot[-1].source_key == record.source_key:
            apply_phase(tender, record.call, is_newest=holding[-1] is of_lot[-1])
    elif holding[0].source_key == record.source_key:
        apply_call(tender, record, record.call, has_phase=len(holding) > 1)
    _take_away_ended(tender, notices)


def _take_away_ended(tender: Tender, notices: list[Notice]) -> None:
    """A lot that was abandoned by itself is not matched any more, whatever the call still says of it."""
    ended = {notice.lot_key for notice in notices if notice.notice_type is NoticeType.ABANDONMENT}
    for lot in tender.lots:
        if lot.source_key and lot.source_key in ended:
            lot.is_withdrawn = True


def _whole_of(record: NoticeRecord) -> Lot:
    return Lot(
        source_key="",
        number=1,
        title=record.title,
        cpv_codes=list(record.cpv_codes),
        contract_nature=record.contract_nature,
    )


def _state_after(notices: list[Notice]) -> TenderState:
    state = TenderState.ANNOUNCED
    for notice in notices:
        match notice.notice_type:
            case NoticeType.ADVANCE_NOTICE | NoticeType.REQUEST_FOR_INFORMATION:
                state = TenderState.ANNOUNCED
            case NoticeType.AWARD | NoticeType.DIRECT_AWARD:
                # The award of one lot says nothing of the others.
                state = TenderState.AWARDED if notice.lot_key is None else state
            case NoticeType.ABANDONMENT:
                state = TenderState.CANCELLED if notice.lot_key is None else state
            case NoticeType.REVOCATION:
                # What is revoked is the last act: an award falls back to the call, a call ends.
                if notice.lot_key is None:
                    state = TenderState.CALLED if state is TenderState.AWARDED else TenderState.CANCELLED
            case _:
                state = TenderState.CALLED
    return state


def notices_of(session: Session, tender: Tender) -> list[Notice]:
    """The publications of a tender at its source, oldest first."""
    return in_order(session.scalars(select(Notice).where(Notice.tender_id == tender.id)))


def in_order(notices: Iterable[Notice]) -> list[Notice]:
    """Publications as they followed one another, the same on every database."""
    return sorted(notices, key=lambda notice: (notice.published_on, notice.number))


def replay(
    session: Session, tender: Tender, records: Sequence[tuple[Notice, NoticeRecord]], *, now: datetime
) -> dict[str, tuple[object, object]]:
    """Build a tender anew from its publications, oldest first; returns the fields that differ, old and new.

    What each publication changed is written anew too. Lots keep their identity, and with it their matches.
    """
    before = snapshot(tender)
    session.execute(delete(TenderChange).where(TenderChange.tender_id == tender.id))
    session.expire(tender, ["changes"])
    step: Snapshot | None = None
    for position, (notice, record) in enumerate(records):
        known = [each for each, _ in records[: position + 1]]
        bring_up_to_date(tender, known, record, now=now)
        session.flush()
        if step is not None:
            record_changes(session, tender=tender, before=step, notice=notice, now=now)
        step = snapshot(tender)
    return differences(before, snapshot(tender))
