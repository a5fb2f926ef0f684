"""Staff in a room: only whom the lead asked in, never two competing rooms, every look on the record."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.advice_words import AdviceState
from procurement.consortiums import must_lead
from procurement.errors import NotAllowed
from procurement.models import AdviceRequest, AuditEntry, Consortium, Person, Tender
from procurement.vocabulary import Role

READ, ASKED, DISMISSED = "consortium.read", "consortium.adviser", "consortium.adviser_gone"
# Somebody who turns pages for an hour has looked once.
_SAME_LOOK = timedelta(hours=1)


def advisers(session: Session, *, chamber_id: int) -> Sequence[Person]:
    """The staff whom a lead can ask in."""
    return session.scalars(
        select(Person)
        .where(Person.chamber_id == chamber_id, Person.role == Role.STAFF, Person.is_active)
        .order_by(Person.name)
    ).all()


def ask_adviser(
    session: Session, *, consortium: Consortium, adviser: Person, person: Person, now: datetime
) -> None:
    """Let the lead ask somebody of the staff into the room, in the place of whoever was there."""
    must_lead(consortium, person)
    if not (adviser.is_staff and adviser.is_active and adviser.chamber_id == consortium.chamber_id):
        raise NotAllowed
    consortium.adviser_id = adviser.id
    _note(session, ASKED, consortium, person, now, adviser=adviser.name)


def dismiss_adviser(session: Session, *, consortium: Consortium, person: Person, now: datetime) -> None:
    """Let the adviser be outside again: by the lead, or by its own will."""
    if consortium.adviser_id is None or consortium.adviser_id != person.id:
        must_lead(consortium, person)
    if consortium.adviser_id is not None:
        consortium.adviser_id = None
        _note(session, DISMISSED, consortium, person, now)


def advised_by(session: Session, *, person: Person) -> Sequence[Consortium]:
    """The rooms that somebody of the staff was asked into, the newest first."""
    return session.scalars(
        select(Consortium).where(Consortium.adviser_id == person.id).order_by(Consortium.id.desc())
    ).all()


def engaged_in(session: Session, *, person: Person, tender: Tender) -> list[Consortium]:
    """The live rooms on a tender that somebody of the staff advises: asked in, or by a request in hand."""
    in_hand = session.scalars(
        select(Consortium)
        .join(AdviceRequest, AdviceRequest.consortium_id == Consortium.id)
        .where(AdviceRequest.owner_id == person.id, AdviceRequest.state == AdviceState.TAKEN)
    ).all()
    rooms = {room.id: room for room in (*advised_by(session, person=person), *in_hand)}
    return [
        room
        for room in rooms.values()
        if not room.state.is_over and room.tender.standing.id == tender.standing.id
    ]


def is_torn(session: Session, *, consortium: Consortium, person: Person) -> bool:
    """Whether an adviser has another room on the same tender to advise as well, and so may enter neither.

    Members do not learn of it: the adviser hands one of the two over to a colleague.
    """
    rooms = engaged_in(session, person=person, tender=consortium.tender)
    return any(room.id != consortium.id for room in rooms)


def note_read(session: Session, *, consortium_id: int, person_id: int, now: datetime) -> None:
    """Put on record that the adviser looked into the room; within an hour once."""
    newest = session.scalar(
        _of(consortium_id).where(AuditEntry.act == READ, AuditEntry.person_id == person_id).limit(1)
    )
    if newest is None or now - newest.at >= _SAME_LOOK:
        person, consortium = session.get_one(Person, person_id), session.get_one(Consortium, consortium_id)
        _note(session, READ, consortium, person, now)


def looks(session: Session, *, consortium: Consortium, most: int = 20) -> list[tuple[AuditEntry, str]]:
    """When staff were asked in, looked and left, the newest first, each with the name of who did it."""
    entries = session.scalars(
        _of(consortium.id).where(AuditEntry.act.in_((READ, ASKED, DISMISSED))).limit(most)
    ).all()
    ids = {entry.person_id for entry in entries}
    names = {each.id: each.name for each in session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [(entry, names.get(entry.person_id or 0, "")) for entry in entries]


def _of(consortium_id: int) -> Select[AuditEntry]:
    return (
        select(AuditEntry)
        .where(AuditEntry.subject == f"consortium:{consortium_id}")
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )


def _note(
    session: Session, act: str, consortium: Consortium, person: Person, now: datetime, **facts: str
) -> None:
    write_audit(session, person=person, act=act, subject=f"consortium:{consortium.id}", facts=facts, now=now)
