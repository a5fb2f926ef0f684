"""Who enters a room: those inside it and the adviser asked in; for everybody else there is none."""

from functools import partial

from flask import abort, g, make_response, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from procurement import advising, consortiums
from procurement.consortiums import inside, lead_of
from procurement.models import Consortium, Member, Requirement, Seat
from web.transactions import note

_ROOM = (
    joinedload(Consortium.tender),
    selectinload(Consortium.seats).joinedload(Seat.member).selectinload(Member.people),
    selectinload(Consortium.requirements).selectinload(Requirement.covers),
)


def room_or_404(consortium_id: int) -> Consortium:
    """The room when the reader is inside; whoever is not may not know that there is one."""
    room: Consortium | None = g.session.scalar(
        select(Consortium).where(Consortium.id == consortium_id).options(*_ROOM)
    )
    if room is None or not consortiums.may_enter(room, g.person):
        abort(404)
    return room


def look_into(consortium_id: int) -> Consortium:
    """The room for a page that shows something of it.

    An adviser's look is put on record, and one torn between two rooms sees neither.
    """
    room = room_or_404(consortium_id)
    if room.adviser_id == g.person.id:
        if advising.is_torn(g.session, consortium=room, person=g.person):
            abort(make_response(render_template("room/torn.html", room=room)))
        note(partial(advising.note_read, consortium_id=room.id, person_id=g.person.id, now=g.now))
    return room


def led_or_404(consortium_id: int) -> Consortium:
    """The room for its lead, and for nobody else."""
    room = room_or_404(consortium_id)
    if not g.person.may_answer_for(lead_of(room)):
        abort(404)
    return room


def seat_or_404(room: Consortium, seat_id: int | None) -> Seat:
    """A seat whose member is inside: a seat that was only asked is nobody's to act on."""
    return next((seat for seat in inside(room) if seat.id == seat_id), None) or abort(404)


def row_or_404(room: Consortium, row_id: int) -> Requirement:
    """A row of the room."""
    return next((row for row in room.requirements if row.id == row_id), None) or abort(404)


def own_seat(room: Consortium) -> Seat | None:
    """The reader's own seat; None for an adviser."""
    return next((seat for seat in inside(room) if seat.member_id == g.person.member_id), None)


def own_seat_or_404(room: Consortium) -> Seat:
    """The reader's own seat, to act with."""
    return own_seat(room) or abort(404)
