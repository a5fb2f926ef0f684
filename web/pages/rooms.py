"""« Communautés »: the rooms one is inside of, the nameless questions one got, and opening a room."""

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import advising, consortiums, preparation, requirements, room_mail
from procurement.links import Links
from procurement.models import Seat
from procurement.teaming import SeatState
from web.access import Audience, audience
from web.i18n import gettext, today
from web.pages import MEMBERS, MenuEntry
from web.pages.tenders import tender_or_404
from web.room_forms import OpenForm
from web.teaming import row_words

bp = Blueprint("rooms", __name__)

MENU = MenuEntry("Communautés", "rooms.overview", Audience.SIGNED_IN, 50, group=MEMBERS)


@bp.get("/communautes")
@audience(Audience.SIGNED_IN)
def overview() -> ResponseReturnValue:
    """The rooms of the reader's member and what it is asked; for staff, the rooms opened to them."""
    if g.member is None:
        rooms = advising.advised_by(g.session, person=g.person)
        questions: list[Seat] = []
    else:
        rooms = consortiums.rooms_of(g.session, member=g.member)
        questions = consortiums.questions_to(g.session, member=g.member, now=g.now)
    asked = {seat.id: requirements.asked_of(seat) for seat in questions}
    live = [room for room in rooms if not room.state.is_over]
    return render_template(
        "rooms/overview.html",
        live=live,
        over=[room for room in rooms if room.state.is_over],
        questions=questions,
        asked=asked,
        words=row_words([row for rows in asked.values() for row in rows]),
        next_step=consortiums.next_step,
        to_do=preparation.next_of(g.session, rooms=live, person=g.person) if g.member else {},
        task_words=preparation.words_of,
        today=today(),
    )


@bp.post("/marches/<int:tender_id>/communaute")
@audience(Audience.MEMBER)
def open_room(tender_id: int) -> ResponseReturnValue:
    """Open a room on a tender or some of its lots, with the rows that its notice gives."""
    tender, form = tender_or_404(tender_id).standing, OpenForm.read()
    lots = form.chosen([lot for lot in tender.lots if not lot.is_withdrawn])
    if not form.validate() or not lots:
        flash(
            gettext("Cochez au moins un lot.") if not lots else gettext(str(form.places.errors[0])), "warning"
        )
        return redirect(url_for("tenders.show", tender_id=tender.id), 303)
    room = consortiums.open_consortium(
        g.session,
        tender=tender,
        lots=lots,
        lead=g.member,
        places=form.places.data or 2,
        has_read=form.has_read.data,
        person=g.person,
        now=g.now,
    )
    requirements.draw(g.session, consortium=room, language=g.language)
    preparation.plan(g.session, consortium=room, language=g.language, person=g.person, now=g.now)
    flash(gettext("La communauté est ouverte ; vous seuls la voyez."), "success")
    return redirect(url_for("room.show", consortium_id=room.id), 303)


@bp.get("/communautes/propositions/<int:seat_id>")
@audience(Audience.MEMBER)
def proposal(seat_id: int) -> ResponseReturnValue:
    """A question as its e-mail leads to it: reading it changes nothing."""
    seat = _question_or_404(seat_id)
    if seat.state.is_inside:
        return redirect(url_for("room.show", consortium_id=seat.consortium_id), 303)
    rows = requirements.asked_of(seat)
    return render_template(
        "rooms/proposal.html",
        seat=seat,
        rows=rows,
        words=row_words(rows),
        can_answer=seat.state is SeatState.ASKED and consortiums.is_building(seat.consortium, g.now),
    )


@bp.post("/communautes/propositions/<int:seat_id>")
@audience(Audience.MEMBER)
def answer(seat_id: int) -> ResponseReturnValue:
    """Say yes, which opens the room, or no, which nobody learns of."""
    seat, said = _question_or_404(seat_id), request.form.get("answer")
    if said not in ("yes", "no"):
        flash(gettext("Choisissez l’une des réponses."), "warning")
        return redirect(url_for("rooms.proposal", seat_id=seat.id), 303)
    accepts = said == "yes"
    consortiums.answer(g.session, seat=seat, accepts=accepts, person=g.person, now=g.now)
    room_mail.tell_answer(g.session, seat=seat, by=g.person, links=links(), now=g.now)
    if accepts:
        preparation.plan_for(g.session, seat=seat, language=g.language, person=g.person, now=g.now)
        flash(gettext("Vous êtes dans la communauté : les noms sont connus des deux côtés."), "success")
        return redirect(url_for("room.show", consortium_id=seat.consortium_id), 303)
    flash(gettext("C’est noté ; personne n’en est informé."), "success")
    return redirect(url_for("rooms.overview"), 303)


def _question_or_404(seat_id: int) -> Seat:
    """A question to the reader's own member; one that left the room finds nothing more."""
    seat = g.session.get(Seat, seat_id)
    if seat is None or seat.member_id != g.member.id or seat.state is SeatState.LEFT:
        abort(404)
    found: Seat = seat
    return found


def links() -> Links:
    """The addresses that e-mails carry."""
    found: Links = current_app.extensions["aimp"]["links"]
    return found
