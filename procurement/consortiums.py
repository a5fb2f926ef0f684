"""Teaming up: who is asked, who joins, who commits, and where the joint bid stands.

Nobody learns of another's interest. A member is asked without being told by whom, a refusal is not told, and
who is bound elsewhere is simply « not available ». Two consortia on one tender never meet. The rules of AIMP
art. 31 hold as the notice states them; what it forbids needs the staff's record of what the documents say.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from procurement.accounts import write_audit
from procurement.admissions import must_admit
from procurement.claims import bound, claim, lock, release
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import (
    Consortium,
    ConsortiumLot,
    ConsortiumStep,
    Lot,
    Member,
    Person,
    Requirement,
    Seat,
    Tender,
)
from procurement.rules import Rule
from procurement.teaming import ConsortiumState, NextAct, SeatRole, SeatState

# A team larger than this is not a consortium of small organisations any more.
MOST_PLACES = 12
# A member whose seat is in one of these states knows of the tender.
TOLD = (SeatState.ASKED, SeatState.JOINED, SeatState.CONFIRMED)
_WHOLE = 100


def open_consortium(
    session: Session,
    *,
    tender: Tender,
    lots: Collection[Lot],
    lead: Member,
    places: int,
    has_read: bool,
    person: Person,
    now: datetime,
) -> Consortium:
    """Open a joint bid on some lots of an open tender; its lead is committed from the start.

    `has_read`: the lead knows that whoever signs answers for the whole.
    """
    _must_act_for(person, lead)
    if not has_read:
        raise RuleBroken(Rule.SOLIDARITY_UNREAD)
    _must_be_open(tender, now)
    if not lots or any(lot.tender_id != tender.id or lot.is_withdrawn for lot in lots):
        raise LookupError("the lots of a consortium are those of its tender")
    lock(session, tender)
    must_admit(session, lead.chamber_id, tender, SeatRole.LEAD)
    consortium = Consortium(
        chamber_id=lead.chamber_id,
        tender=tender,
        state=ConsortiumState.OPEN,
        places=min(max(places, 2), MOST_PLACES),
        opened_at=now,
        lots=[ConsortiumLot(lot=lot) for lot in lots],
    )
    seat = Seat(member=lead, role=SeatRole.LEAD, state=SeatState.CONFIRMED, asked_at=now, confirmed_at=now)
    seat.solidarity_read_at = now
    consortium.seats.append(seat)
    session.add(consortium)
    session.flush()
    claim(session, seat)
    _step(session, consortium, ConsortiumState.OPEN, person, now)
    return consortium


def ask(
    session: Session,
    *,
    consortium: Consortium,
    member: Member,
    role: SeatRole,
    message: str,
    person: Person,
    now: datetime,
    rows: Collection[Requirement] = (),
) -> Seat:
    """Ask a member, without a name, whether it would take part and cover some rows; asking twice asks once.

    RuleBroken(NOT_AVAILABLE) whatever the cause: it wants no proposals, or it is bound elsewhere.
    """
    must_lead(consortium, person)
    _must_build(consortium, now)
    if role is SeatRole.LEAD:
        raise RuleBroken(Rule.WRONG_MOMENT)
    lock(session, consortium.tender)
    must_admit(session, consortium.chamber_id, consortium.tender, role)
    is_ours = member.chamber_id == consortium.chamber_id and member.is_active and member.accepts_proposals
    known = _seat_of(consortium, member)
    if not is_ours or (known is None and member.id in bound(session, consortium)):
        raise RuleBroken(Rule.NOT_AVAILABLE)
    if known is not None:
        return known
    wanted = [row for row in rows if row in consortium.requirements]
    must_name_nobody([message, *(row.text for row in wanted)], lead_of(consortium))
    seat = Seat(member=member, role=role, state=SeatState.ASKED, message=message, asked_at=now)
    seat.asked_for = [row.id for row in wanted]
    consortium.seats.append(seat)
    session.flush()
    _note(session, "seat.ask", seat, person, now)
    return seat


def answer(session: Session, *, seat: Seat, accepts: bool, person: Person, now: datetime) -> None:
    """Let the member that was asked say whether it wants to talk: a yes opens the room, a no is silent.

    Who is in one room cannot be in another on the same lot, or it would carry word from one to the other.
    """
    _must_act_for(person, seat.member)
    if seat.state is not SeatState.ASKED:
        raise RuleBroken(Rule.WRONG_MOMENT)
    if not accepts:
        seat.state, seat.answered_at = SeatState.DECLINED, now
        _note(session, "seat.decline", seat, person, now)
        return
    consortium = seat.consortium
    _must_build(consortium, now)
    lock(session, consortium.tender)
    session.refresh(consortium, ["seats", "state"])
    if len(inside(consortium)) >= consortium.places:
        raise RuleBroken(Rule.NO_PLACE_LEFT)
    claim(session, seat)
    seat.state, seat.answered_at = SeatState.JOINED, now
    _note(session, "seat.join", seat, person, now)
    if consortium.state in (ConsortiumState.OPEN, ConsortiumState.COMPLETE):
        _step(session, consortium, ConsortiumState.FORMING, person, now)


def bind(session: Session, *, seat: Seat, has_read: bool, person: Person, now: datetime) -> None:
    """Let a member inside bind itself to the bid; whoever is to answer for the whole has to have read so."""
    _must_act_for(person, seat.member)
    consortium = seat.consortium
    _must_build(consortium, now)
    if seat.state is not SeatState.JOINED:
        raise RuleBroken(Rule.WRONG_MOMENT)
    if seat.role.is_solidary and not has_read:
        raise RuleBroken(Rule.SOLIDARITY_UNREAD)
    seat.state, seat.confirmed_at = SeatState.CONFIRMED, now
    seat.solidarity_read_at = now if has_read else None
    _note(session, "seat.commit", seat, person, now)


def leave(session: Session, *, seat: Seat, person: Person, now: datetime) -> None:
    """Let a member go, by its own will or by the lead's; it is free for other bids at once.

    The lead does not leave: it withdraws the whole.
    """
    consortium = seat.consortium
    if not person.may_answer_for(seat.member):
        must_lead(consortium, person)
    if seat.role is SeatRole.LEAD or not consortium.state.is_building:
        raise RuleBroken(Rule.WRONG_MOMENT)
    if not seat.state.is_inside:
        raise RuleBroken(Rule.WRONG_MOMENT)
    lock(session, consortium.tender)
    seat.state, seat.left_at, seat.share = SeatState.LEFT, now, None
    release(session, [seat])
    _note(session, "seat.leave", seat, person, now)
    if consortium.state is ConsortiumState.COMPLETE:
        _step(session, consortium, ConsortiumState.FORMING, person, now)


def share_out(
    session: Session, *, consortium: Consortium, shares: dict[int, int], person: Person, now: datetime
) -> None:
    """Set the share of each seat inside, in percent by the seat's id; they are whole only when complete."""
    must_lead(consortium, person)
    _must_build(consortium, now)
    for seat in inside(consortium):
        share = shares.get(seat.id)
        if share is not None and not 0 <= share <= _WHOLE:
            raise RuleBroken(Rule.SHARES_NOT_WHOLE, sum=share)
        seat.share = share
    if consortium.state is ConsortiumState.COMPLETE:
        _step(session, consortium, ConsortiumState.FORMING, person, now)


def complete(session: Session, *, consortium: Consortium, why: str, person: Person, now: datetime) -> None:
    """Declare the team whole: all inside have committed, the shares make 100, and it says why together."""
    must_lead(consortium, person)
    _must_build(consortium, now)
    lock(session, consortium.tender)
    session.refresh(consortium, ["seats"])
    if not why.strip():
        raise RuleBroken(Rule.WHY_TOGETHER_NEEDED)
    seats = inside(consortium)
    if len(seats) < 2 or any(seat.state is not SeatState.CONFIRMED for seat in seats):
        raise RuleBroken(Rule.NOT_ALL_COMMITTED)
    if (total := sum(seat.share or 0 for seat in seats)) != _WHOLE:
        raise RuleBroken(Rule.SHARES_NOT_WHOLE, sum=total)
    consortium.why_together = why
    _step(session, consortium, ConsortiumState.COMPLETE, person, now)


def submit(session: Session, *, consortium: Consortium, person: Person, now: datetime) -> None:
    """Note that the bid was handed in; only a complete team does, be it noted after the deadline."""
    must_lead(consortium, person)
    if consortium.state is not ConsortiumState.COMPLETE:
        raise RuleBroken(Rule.WRONG_MOMENT)
    _step(session, consortium, ConsortiumState.SUBMITTED, person, now)


# What may become of a consortium, by where it stands; a team that gave up has made no bid.
_ENDS = {
    ConsortiumState.SUBMITTED: (ConsortiumState.WON, ConsortiumState.LOST, ConsortiumState.WITHDRAWN),
    ConsortiumState.COMPLETE: (ConsortiumState.NO_BID, ConsortiumState.WITHDRAWN),
    ConsortiumState.FORMING: (ConsortiumState.NO_BID, ConsortiumState.WITHDRAWN),
    ConsortiumState.OPEN: (ConsortiumState.NO_BID, ConsortiumState.WITHDRAWN),
}


def possible_ends(consortium: Consortium) -> tuple[ConsortiumState, ...]:
    """What may become of a consortium next, once and for all."""
    return _ENDS.get(consortium.state, ())


def end(
    session: Session,
    *,
    consortium: Consortium,
    state: ConsortiumState,
    note: str,
    person: Person,
    now: datetime,
) -> None:
    """Note what came of it; where nothing follows any more, everybody is free again."""
    must_lead(consortium, person)
    if state not in possible_ends(consortium):
        raise RuleBroken(Rule.WRONG_MOMENT)
    lock(session, consortium.tender)
    _step(session, consortium, state, person, now, note=note)
    if state.is_over:
        release(session, consortium.seats)


def inside(consortium: Consortium) -> list[Seat]:
    """The seats whose members are in the room, the lead first."""
    return sorted(
        (seat for seat in consortium.seats if seat.state.is_inside),
        key=lambda seat: (seat.role is not SeatRole.LEAD, seat.id),
    )


def lead_of(consortium: Consortium) -> Member:
    """The member who leads."""
    return next(seat.member for seat in consortium.seats if seat.role is SeatRole.LEAD)


def is_building(consortium: Consortium, now: datetime) -> bool:
    """Whether members may still join, leave and divide the work."""
    return consortium.state.is_building and consortium.tender.standing.is_open(now)


def may_enter(consortium: Consortium, person: Person) -> bool:
    """Whether a person is inside: somebody of a member that is, or the adviser whom the lead asked in."""
    if consortium.adviser_id == person.id:
        return True
    return any(person.may_answer_for(seat.member) for seat in inside(consortium))


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next in a room, and whose turn it is."""

    act: NextAct
    seats: tuple[Seat, ...]


def next_step(consortium: Consortium, now: datetime) -> NextStep | None:
    """What comes next; one owner, or those who have not committed yet. None when nothing follows."""
    seats = inside(consortium)
    lead = (seats[0],)
    if consortium.state is ConsortiumState.COMPLETE:
        return NextStep(NextAct.SUBMIT, lead)
    if consortium.state is ConsortiumState.SUBMITTED:
        return NextStep(NextAct.RESULT, lead)
    if not consortium.state.is_building:
        return None
    if not is_building(consortium, now):
        return NextStep(NextAct.CLOSE, lead)
    if len(seats) < 2:
        return NextStep(NextAct.FIND, lead)
    if waiting := tuple(seat for seat in seats if seat.state is not SeatState.CONFIRMED):
        return NextStep(NextAct.COMMIT, waiting)
    has_shares = sum(seat.share or 0 for seat in seats) == _WHOLE
    return NextStep(NextAct.COMPLETE if has_shares else NextAct.SHARE, lead)


def rooms_of(session: Session, *, member: Member) -> Sequence[Consortium]:
    """The consortia that a member is inside of, the newest first."""
    return session.scalars(
        select(Consortium)
        .join(Consortium.seats)
        .where(Seat.member_id == member.id, Seat.state.in_([SeatState.JOINED, SeatState.CONFIRMED]))
        .options(selectinload(Consortium.seats).joinedload(Seat.member))
        .order_by(Consortium.id.desc())
    ).all()


def questions_to(session: Session, *, member: Member, now: datetime) -> list[Seat]:
    """What a member is asked and has not answered, while an answer still counts."""
    waiting = session.scalars(
        select(Seat)
        .where(Seat.member_id == member.id, Seat.state == SeatState.ASKED)
        .options(selectinload(Seat.consortium).joinedload(Consortium.tender))
        .order_by(Seat.id)
    )
    return [seat for seat in waiting if is_building(seat.consortium, now)]


def has_been_told(session: Session, *, tender: Tender, member: Member) -> bool:
    """Whether a member may know of a tender that was published nowhere: it is asked, or inside."""
    rooms = select(Consortium.id).where(Consortium.tender_id == tender.id)
    seats = select(Seat.id).where(Seat.member_id == member.id, Seat.state.in_(TOLD))
    return session.scalar(seats.where(Seat.consortium_id.in_(rooms)).limit(1)) is not None


def _must_act_for(person: Person, member: Member) -> None:
    if not person.may_answer_for(member):
        raise NotAllowed


def must_lead(consortium: Consortium, person: Person) -> None:
    """NotAllowed for everybody but the people of the member who leads."""
    if not person.may_answer_for(lead_of(consortium)):
        raise NotAllowed


def must_name_nobody(texts: Collection[str], lead: Member) -> None:
    """Whoever is asked must not find out by whom: no name of the lead, of its people, no address."""
    names = [lead.name, *(person.name for person in lead.people), "@", "http", "www."]
    for text in texts:
        found = next((name for name in names if name.casefold() in text.casefold()), None)
        if found is not None:
            raise RuleBroken(Rule.NAMES_ITS_AUTHOR, found=found)


def _must_be_open(tender: Tender, now: datetime) -> None:
    if not tender.standing.is_open(now):
        raise RuleBroken(Rule.DEADLINE_PASSED, deadline=tender.submission_deadline)


def _must_build(consortium: Consortium, now: datetime) -> None:
    _must_be_open(consortium.tender, now)
    if not consortium.state.is_building:
        raise RuleBroken(Rule.WRONG_MOMENT)


def _seat_of(consortium: Consortium, member: Member) -> Seat | None:
    return next((seat for seat in consortium.seats if seat.member_id == member.id), None)


def _step(
    session: Session,
    consortium: Consortium,
    state: ConsortiumState,
    person: Person,
    now: datetime,
    *,
    note: str = "",
) -> None:
    consortium.state = state
    consortium.steps.append(ConsortiumStep(state=state, at=now, person_id=person.id, note=note))
    write_audit(
        session,
        person=person,
        act=f"consortium.{state.value}",
        subject=f"consortium:{consortium.id}",
        now=now,
    )


def _note(session: Session, act: str, seat: Seat, person: Person, now: datetime) -> None:
    write_audit(session, person=person, act=act, subject=f"seat:{seat.id}", now=now)
