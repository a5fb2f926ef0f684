"""One bid a member and lot (AIMP art. 31 al. 2): whoever is inside a room is bound for its lots."""

from collections.abc import Iterable

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from procurement.admissions import admission_of
from procurement.errors import RuleBroken
from procurement.models import Consortium, Lot, Seat, SeatClaim, Tender
from procurement.rules import Rule
from procurement.teaming import Admission


def lock(session: Session, tender: Tender) -> None:
    """Let one act at a time happen on a tender: of twenty who want the last place, one has it."""
    session.execute(select(Tender.id).where(Tender.id == tender.standing.id).with_for_update())


def bound(session: Session, consortium: Consortium) -> frozenset[int]:
    """The members in another bid on one of the lots who may be in one only, by id."""
    return frozenset() if _admits_several(session, consortium) else _elsewhere(session, consortium)


def claim(session: Session, seat: Seat) -> None:
    """Bind a member for each lot of its consortium, unless several bids are admitted."""
    consortium = seat.consortium
    if _admits_several(session, consortium):
        return
    if seat.member.id in _elsewhere(session, consortium):
        raise RuleBroken(Rule.ALREADY_COMMITTED)
    session.add_all(
        SeatClaim(seat_id=seat.id, member_id=seat.member.id, lot_id=each.lot_id) for each in consortium.lots
    )
    session.flush()


def _admits_several(session: Session, consortium: Consortium) -> bool:
    return admission_of(session, consortium.chamber_id, consortium.tender, Admission.MULTIPLE) is not None


def _elsewhere(session: Session, consortium: Consortium) -> frozenset[int]:
    lots = [each.lot.id for each in consortium.lots]
    # The same call at another source: which of its lots is which is not known, so that each may be ours.
    standing = consortium.tender.standing.id
    elsewhere = (
        select(Lot.id)
        .join(Lot.tender)
        .where(or_(Tender.id == standing, Tender.merged_into_id == standing))
        .where(Tender.id != consortium.tender.id)
    )
    claimed = or_(SeatClaim.lot_id.in_(lots), SeatClaim.lot_id.in_(elsewhere))
    return frozenset(session.scalars(select(SeatClaim.member_id).where(claimed)))


def release(session: Session, seats: Iterable[Seat]) -> None:
    """Let the members of some seats be free for other bids."""
    session.execute(delete(SeatClaim).where(SeatClaim.seat_id.in_([seat.id for seat in seats])))
