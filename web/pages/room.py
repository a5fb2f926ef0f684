"""The room of a consortium: rows, suggestions, seats, shares, steps; for those inside it and nobody else."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import advising, consortiums, requirements, room_mail, work
from procurement.consortiums import inside
from procurement.models import Consortium, Member, Person, Requirement
from procurement.teaming import Coverage, SeatRole, SeatState
from web.access import Audience, audience
from web.i18n import gettext
from web.pages import RoomPage
from web.pages.rooms import links
from web.questions import Question, question
from web.room_access import led_or_404, look_into, own_seat_or_404, room_or_404, row_or_404, seat_or_404
from web.room_forms import AskForm, CoverForm, EndForm, shares_sent
from web.room_warnings import asking_warnings, room_warnings
from web.teaming import Suggestions, asked_seats, row_words, suggestions_of

bp = Blueprint("room", __name__)

ROOM_PAGE = RoomPage("Équipe", "room.show", 10)


@bp.get("/communautes/<int:consortium_id>")
@audience(Audience.SIGNED_IN)
def show(consortium_id: int) -> ResponseReturnValue:
    """The room: its team, what is to be covered, who could cover it."""
    room = look_into(consortium_id)
    seats = inside(room)
    own = next((seat for seat in seats if seat.member_id == g.person.member_id), None)
    is_lead = own is not None and own.role is SeatRole.LEAD
    asked, suggested = _suggestions(room) if is_lead else (Question(None, g.now), None)
    return render_template(
        "room/show.html",
        room=room,
        tender=room.tender.standing,
        seats=seats,
        own=own,
        is_lead=is_lead,
        can_build=consortiums.is_building(room, g.now),
        next_step=consortiums.next_step(room, g.now),
        words=row_words(room.requirements),
        covered=requirements.covered,
        open_rows=requirements.still_open(room),
        left_out=_left_out(room) if is_lead else (),
        warnings=room_warnings(room),
        coverages=Coverage,
        asked=asked,
        refresh_after=asked.refresh_after,
        suggested=suggested,
        waiting=asked_seats(room) if is_lead else (),
        ends=consortiums.possible_ends(room) if is_lead else (),
        total=sum(seat.share or 0 for seat in seats),
        inside_ids={seat.member_id for seat in seats},
        looks=advising.looks(g.session, consortium=room),
        advisers=advising.advisers(g.session, chamber_id=room.chamber_id) if is_lead else (),
    )


@bp.post("/communautes/<int:consortium_id>/suggestions")
@audience(Audience.MEMBER)
def suggest(consortium_id: int) -> ResponseReturnValue:
    """Ask the matcher who could cover what is open."""
    room = led_or_404(consortium_id)
    work.ask(g.session, key=_key(room), kind="partners", now=g.now, consortium_id=room.id)
    return _to(room, "suggestions")


@bp.get("/communautes/<int:consortium_id>/demandes/<int:asked_id>")
@audience(Audience.MEMBER)
def compose(consortium_id: int, asked_id: int) -> ResponseReturnValue:
    """The question to a member that was suggested, before it goes out."""
    room = led_or_404(consortium_id)
    wanted = request.args.getlist("ligne", type=int)
    return _compose_page(room, _suggested_or_404(room, asked_id), AskForm.read(rows=wanted))


@bp.post("/communautes/<int:consortium_id>/demandes/<int:asked_id>")
@audience(Audience.MEMBER)
def ask(consortium_id: int, asked_id: int) -> ResponseReturnValue:
    """Ask a member that was suggested, without a name."""
    room, form = led_or_404(consortium_id), AskForm.read()
    member = _suggested_or_404(room, asked_id)
    if not form.validate():
        return _compose_page(room, member, form), 422
    seat = consortiums.ask(
        g.session,
        consortium=room,
        member=member,
        role=form.as_what,
        message=form.message.data or "",
        person=g.person,
        now=g.now,
        rows=[row for row in room.requirements if row.id in (form.rows.data or ())],
    )
    room_mail.tell_proposal(g.session, seat=seat, links=links(), now=g.now)
    flash(gettext("La demande est partie, sans votre nom."), "success")
    return _to(room, "suggestions")


@bp.post("/communautes/<int:consortium_id>/exigences/<int:row_id>")
@audience(Audience.MEMBER)
def cover_row(consortium_id: int, row_id: int) -> ResponseReturnValue:
    """Say how far a seat covers a row."""
    room, form = room_or_404(consortium_id), CoverForm.read()
    if not form.validate():
        flash(gettext("Ce texte est trop long."), "warning")
        return _to(room, f"exigence-{row_id}")
    requirements.cover(
        g.session,
        seat=seat_or_404(room, form.seat.data) if form.seat.data else own_seat_or_404(room),
        requirement=row_or_404(room, row_id),
        coverage=form.how_far,
        evidence=form.evidence.data or "",
        person=g.person,
    )
    return _to(room, f"exigence-{row_id}")


@bp.post("/communautes/<int:consortium_id>/engagement")
@audience(Audience.MEMBER)
def commit(consortium_id: int) -> ResponseReturnValue:
    """Bind the reader's member to the bid."""
    room = room_or_404(consortium_id)
    seat = own_seat_or_404(room)
    has_read = request.form.get("has_read") is not None
    consortiums.bind(g.session, seat=seat, has_read=has_read, person=g.person, now=g.now)
    flash(gettext("Vous êtes engagés."), "success")
    return _to(room, "equipe")


@bp.post("/communautes/<int:consortium_id>/places/<int:seat_id>/depart")
@audience(Audience.MEMBER)
def leave(consortium_id: int, seat_id: int) -> ResponseReturnValue:
    """Leave, or let a member go."""
    room = room_or_404(consortium_id)
    seat = seat_or_404(room, seat_id)
    consortiums.leave(g.session, seat=seat, person=g.person, now=g.now)
    room_mail.tell_departure(g.session, seat=seat, by=g.person, links=links(), now=g.now)
    if g.person.may_answer_for(seat.member):
        flash(gettext("Vous n’êtes plus de cette communauté, et libres pour une autre."), "success")
        return redirect(url_for("rooms.overview"), 303)
    return _to(room, "equipe")


@bp.post("/communautes/<int:consortium_id>/parts")
@audience(Audience.MEMBER)
def share_out(consortium_id: int) -> ResponseReturnValue:
    """Set the shares."""
    room = room_or_404(consortium_id)
    shares = shares_sent(inside(room))
    consortiums.share_out(g.session, consortium=room, shares=shares, person=g.person, now=g.now)
    return _to(room, "equipe")


@bp.post("/communautes/<int:consortium_id>/complet")
@audience(Audience.MEMBER)
def complete(consortium_id: int) -> ResponseReturnValue:
    """Declare the team complete."""
    room = room_or_404(consortium_id)
    why = request.form.get("why", "").strip()[:2_000]
    consortiums.complete(g.session, consortium=room, why=why, person=g.person, now=g.now)
    room_mail.tell_complete(g.session, consortium=room, by=g.person, links=links(), now=g.now)
    flash(gettext("L’équipe est au complet."), "success")
    return _to(room, "suite")


@bp.post("/communautes/<int:consortium_id>/remise")
@audience(Audience.MEMBER)
def submit(consortium_id: int) -> ResponseReturnValue:
    """Note that the bid was handed in."""
    room = room_or_404(consortium_id)
    consortiums.submit(g.session, consortium=room, person=g.person, now=g.now)
    flash(gettext("C’est noté : l’offre est remise."), "success")
    return _to(room, "suite")


@bp.post("/communautes/<int:consortium_id>/fin")
@audience(Audience.MEMBER)
def end(consortium_id: int) -> ResponseReturnValue:
    """Note what became of it."""
    room, form = room_or_404(consortium_id), EndForm.read()
    if not form.validate() or form.became is None:
        flash(gettext("Choisissez l’une des réponses."), "warning")
        return _to(room, "suite")
    note_said = form.note.data or ""
    consortiums.end(g.session, consortium=room, state=form.became, note=note_said, person=g.person, now=g.now)
    return _to(room, "suite")


@bp.post("/communautes/<int:consortium_id>/conseil")
@audience(Audience.SIGNED_IN)
def advise(consortium_id: int) -> ResponseReturnValue:
    """Ask somebody of the staff in, or let the adviser be outside again."""
    room = room_or_404(consortium_id)
    chosen = request.form.get("adviser", type=int)
    if chosen is None:
        advising.dismiss_adviser(g.session, consortium=room, person=g.person, now=g.now)
        return redirect(url_for("rooms.overview"), 303) if g.member is None else _to(room, "conseil")
    adviser = g.session.get(Person, chosen)
    if adviser is None:
        abort(404)
    advising.ask_adviser(g.session, consortium=room, adviser=adviser, person=g.person, now=g.now)
    room_mail.tell_adviser(g.session, consortium=room, adviser=adviser, by=g.person, links=links(), now=g.now)
    return _to(room, "conseil")


def _suggested_or_404(room: Consortium, member_id: int) -> Member:
    """A member that was suggested to this room: of nobody else can one find out whether it is available."""
    _, suggested = _suggestions(room)
    if member_id not in suggested.member_ids:
        abort(404)
    member: Member = g.session.get_one(Member, member_id)
    return member


def _left_out(room: Consortium) -> list[tuple[str, Requirement, str]]:
    """What the notice gives and no row holds: key, row, words; while rows can still be changed."""
    if not consortiums.is_building(room, g.now):
        return []
    found = requirements.left_out(g.session, consortium=room, language=g.language)
    return [(key, row, row_words([row])[row.id]) for key, row in found]


def _suggestions(room: Consortium) -> tuple[Question, Suggestions]:
    asked = question(_key(room))
    return asked, suggestions_of(room, asked, requirements.still_open(room))


def _compose_page(room: Consortium, member: Member, form: AskForm) -> str:
    rows = requirements.still_open(room)
    return render_template(
        "room/ask.html",
        room=room,
        member=member,
        form=form,
        rows=rows,
        words=row_words(rows),
        warnings=asking_warnings(room, member),
        roles=[role for role in SeatRole if role is not SeatRole.LEAD],
        states=SeatState,
    )


def _key(room: Consortium) -> str:
    return f"partners:{room.id}"


def _to(room: Consortium, place: str) -> ResponseReturnValue:
    return redirect(url_for("room.show", consortium_id=room.id, _anchor=place), 303)
