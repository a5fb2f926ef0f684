"""Rooms whose bid was handed in, and the publications that end their tender; everybody is invented."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from procurement import consortiums
from procurement.models import Award, AwardSupplier, Consortium, Notice, Person, Tender
from procurement.teaming import SeatRole, SeatState
from procurement.vocabulary import NoticeType
from tests.factories import NOW, make_member, make_notice, make_person, make_room, make_seat


def person_of(session: Session, name: str, **facts: Any) -> Person:
    """Somebody of a new member with this name."""
    return make_person(session, password=None, member=make_member(session, name=name), **facts)


def submitted(
    session: Session,
    *,
    lead: Person | None = None,
    partner: Person | None = None,
    helper: Person | None = None,
    **facts: Any,
) -> Consortium:
    """A bid that Belvédère leads with Escalade, handed in; `helper=` is a subcontractor beside them."""
    lead = lead or person_of(session, "Coopérative Belvédère")
    partner = partner or person_of(session, "Association Escalade")
    room = make_room(session, lead=lead, **facts)
    seats = [room.seats[0], make_seat(session, room, partner, SeatState.CONFIRMED)]
    if helper is not None:
        seats.append(make_seat(session, room, helper, SeatState.CONFIRMED, role=SeatRole.SUBCONTRACTOR))
    shares = dict.fromkeys((seat.id for seat in seats), 20) | {seats[0].id: 120 - 20 * len(seats)}
    consortiums.share_out(session, consortium=room, shares=shares, person=lead, now=NOW)
    consortiums.complete(session, consortium=room, why="Deux métiers.", person=lead, now=NOW)
    consortiums.submit(session, consortium=room, person=lead, now=NOW)
    session.flush()
    return room


def award(
    session: Session, tender: Tender, *winners: str, lot_key: str | None = None, **facts: Any
) -> Notice:
    """A publication of an award to these firms, for a lot or the whole."""
    facts = {"notice_type": NoticeType.AWARD, "published_on": date(2027, 1, 11), **facts}
    notice = make_notice(session, tender, **facts)
    said = Award(lot_key=lot_key, offers_received=4)
    said.suppliers = [AwardSupplier(position=place, name=name) for place, name in enumerate(winners)]
    notice.awards.append(said)
    session.flush()
    return notice
