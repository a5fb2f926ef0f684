"""Members that are tied (same direction, same foundation), as staff know it: warned, never barred.

Two tied members in one bid are to be declared where the documents ask for it. In two bids on one lot they may
be seen as agreeing unlawfully (LMP art. 26 and LCart art. 5 al. 3): staff alone learn that it may be so,
without names and without either room, and that they read it is put on record.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from config.mail_providers import public_domains
from procurement.accounts import write_audit
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AuditEntry, Consortium, Member, MemberTie, Person, Tender
from procurement.rules import Rule

APART_READ = "tie.apart_read"
_SAME_LOOK = timedelta(hours=1)
_LONGEST = 300


def record_tie(
    session: Session, *, member: Member, other: Member, reason: str, person: Person, now: datetime
) -> MemberTie:
    """Let staff record that two members are tied, and why; recorded again, the reason changes."""
    _must_be_staff_of(person, member, other)
    if member.id == other.id:
        raise NotAllowed
    if not reason.strip():
        raise RuleBroken(Rule.WORDS_NEEDED)
    first, second = sorted((member, other), key=lambda each: each.id)
    tie = session.scalar(
        select(MemberTie).where(MemberTie.member_id == first.id, MemberTie.other_id == second.id)
    )
    if tie is None:
        tie = MemberTie(member=first, other=second)
        session.add(tie)
    tie.reason, tie.recorded_at, tie.recorded_by_id = reason.strip()[:_LONGEST], now, person.id
    session.flush()
    _note(session, "tie.record", tie, person, now)
    return tie


def remove_tie(session: Session, *, tie: MemberTie, person: Person, now: datetime) -> None:
    """Let staff forget that two members are tied."""
    _must_be_staff_of(person, tie.member, tie.other)
    _note(session, "tie.remove", tie, person, now)
    session.delete(tie)


def ties_of(session: Session, *, member: Member) -> list[tuple[MemberTie, Member]]:
    """The ties of a member, each with the member at its other end."""
    found = session.scalars(
        select(MemberTie)
        .where(or_(MemberTie.member_id == member.id, MemberTie.other_id == member.id))
        .options(joinedload(MemberTie.member), joinedload(MemberTie.other))
        .order_by(MemberTie.id)
    )
    return [(tie, tie.other if tie.member_id == member.id else tie.member) for tie in found]


def ties_among(session: Session, member_ids: Collection[int]) -> Sequence[MemberTie]:
    """The ties between members of a circle, such as those inside a room."""
    return session.scalars(
        select(MemberTie)
        .where(MemberTie.member_id.in_(member_ids), MemberTie.other_id.in_(member_ids))
        .options(joinedload(MemberTie.member), joinedload(MemberTie.other))
        .order_by(MemberTie.id)
    ).all()


def candidates(session: Session, *, member: Member) -> list[tuple[Member, str]]:
    """Members whose people share a domain of e-mail that not anybody can have, each with the domain.

    Staff look at them; who is recorded as tied already is none.
    """
    own = _domains(member.people)
    if not own:
        return []
    known = {other.id for _, other in ties_of(session, member=member)}
    others = session.scalars(
        select(Member)
        .where(Member.chamber_id == member.chamber_id, Member.id != member.id, Member.is_active)
        .options(selectinload(Member.people))
        .order_by(Member.name)
    )
    return [
        (other, shared[0])
        for other in others
        if other.id not in known and (shared := sorted(own & _domains(other.people)))
    ]


def tenders_apart(session: Session, *, chamber_id: int) -> list[Tender]:
    """The tenders on which two tied members sit in two live rooms for a lot in common; no names."""
    ties = session.execute(
        select(MemberTie.member_id, MemberTie.other_id)
        .join(MemberTie.member)
        .where(Member.chamber_id == chamber_id)
    ).all()
    if not ties:
        return []
    rooms = session.scalars(
        select(Consortium)
        .where(Consortium.chamber_id == chamber_id)
        .options(selectinload(Consortium.seats), selectinload(Consortium.lots), joinedload(Consortium.tender))
    ).all()
    live = [(room, _inside(room)) for room in rooms if not room.state.is_over]
    found = {
        room.tender.standing.id: room.tender.standing
        for one, other in ties
        for room, members in live
        for elsewhere, others in live
        if one in members and other in others and room.id != elsewhere.id and _compete(room, elsewhere)
    }
    return [found[key] for key in sorted(found)]


def note_apart_read(session: Session, *, tender_ids: Iterable[int], person_id: int, now: datetime) -> None:
    """Put on record that somebody of the staff read which tenders these are; within an hour once each."""
    person = session.get_one(Person, person_id)
    for tender_id in tender_ids:
        subject = f"tender:{tender_id}"
        recent = select(AuditEntry.id).where(
            AuditEntry.act == APART_READ,
            AuditEntry.subject == subject,
            AuditEntry.person_id == person_id,
            AuditEntry.at > now - _SAME_LOOK,
        )
        if session.scalar(recent.limit(1)) is None:
            write_audit(session, person=person, act=APART_READ, subject=subject, now=now)


def _inside(room: Consortium) -> set[int]:
    return {seat.member_id for seat in room.seats if seat.state.is_inside}


def _compete(one: Consortium, other: Consortium) -> bool:
    """Whether two rooms may bid for the same lot; at another source it is not known which lot is which."""
    if one.tender.standing.id != other.tender.standing.id:
        return False
    lots = {each.lot_id for each in one.lots} & {each.lot_id for each in other.lots}
    return bool(lots) or one.tender_id != other.tender_id


def _domains(people: Iterable[Person]) -> set[str]:
    found = {person.email.rpartition("@")[2].lower() for person in people if person.is_active}
    return found - public_domains()


def _must_be_staff_of(person: Person, *members: Member) -> None:
    if not person.is_staff or any(member.chamber_id != person.chamber_id for member in members):
        raise NotAllowed


def _note(session: Session, act: str, tie: MemberTie, person: Person, now: datetime) -> None:
    facts = {"member": tie.member_id, "other": tie.other_id, "reason": tie.reason}
    write_audit(session, person=person, act=act, subject=f"tie:{tie.id}", facts=facts, now=now)
