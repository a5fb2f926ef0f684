"""« Résultat »: what came of a bid, said by its lead; who won takes it among its references, or not."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.debriefing import debriefing
from procurement import bid_results, consortiums, room_mail
from procurement.appeals import Delay, delays_since
from procurement.consortiums import lead_of
from procurement.legal_words import Mark
from procurement.models import BidResult, Consortium
from procurement.teaming import ConsortiumState, LossReason
from web.access import Audience, audience
from web.i18n import gettext, today
from web.pages import RoomPage
from web.pages.rooms import links
from web.result_forms import ResultForm, answers_sent
from web.room_access import led_or_404, look_into, own_seat, own_seat_or_404, room_or_404

bp = Blueprint("result", __name__)

ROOM_PAGE = RoomPage("Résultat", "result.show", 50)

# From here on there is something to say of a result.
_HAS_BID = (ConsortiumState.SUBMITTED, *bid_results.SAID)


@bp.get("/communautes/<int:consortium_id>/resultat")
@audience(Audience.SIGNED_IN)
def show(consortium_id: int) -> ResponseReturnValue:
    """What is known of the result."""
    room = look_into(consortium_id)
    result = bid_results.result_of(g.session, consortium=room)
    return _page(room, result, ResultForm.of(result), dict(result.debriefing) if result else {})


@bp.post("/communautes/<int:consortium_id>/resultat")
@audience(Audience.MEMBER)
def say(consortium_id: int) -> ResponseReturnValue:
    """Say the result, or complete what was said."""
    room = led_or_404(consortium_id)
    result = bid_results.result_of(g.session, consortium=room)
    form, (answers, wrong) = ResultForm.of(result), answers_sent()
    # Who says that the bid was withdrawn may say nothing else of it.
    is_new = room.state is ConsortiumState.SUBMITTED
    if is_new and form.became is None:
        wrong["state"] = gettext("Choisissez l’une des réponses.")
    if not form.validate() or wrong:
        return _page(room, result, form, answers, wrong), 422
    bid_results.say(
        g.session,
        consortium=room,
        state=form.became if is_new else None,
        details=form.details(answers),
        person=g.person,
        now=g.now,
    )
    if is_new:
        room_mail.tell_result(g.session, consortium=room, by=g.person, links=links(), now=g.now)
    flash(gettext("C’est noté, pour vous et ceux de la communauté."), "success")
    return _to(room)


@bp.post("/communautes/<int:consortium_id>/resultat/reference")
@audience(Audience.MEMBER)
def answer_reference(consortium_id: int) -> ResponseReturnValue:
    """Say whether the contract joins the references of the reader's member."""
    room = room_or_404(consortium_id)
    wants = {"oui": True, "non": False}.get(request.form.get("reference", ""))
    if wants is None:
        flash(gettext("Choisissez l’une des réponses."), "warning")
        return _to(room)
    seat = own_seat_or_404(room)
    bid_results.answer_reference(g.session, seat=seat, wants=wants, person=g.person, now=g.now)
    flash(
        gettext("La référence est dans votre profil.")
        if wants
        else gettext("Votre profil reste comme il est."),
        "success",
    )
    return _to(room)


def _page(
    room: Consortium,
    result: BidResult | None,
    form: ResultForm,
    answers: dict[str, str],
    wrong: dict[str, str] | None = None,
) -> str:
    own = own_seat(room)
    has_won = room.state is ConsortiumState.WON
    return render_template(
        "room/result.html",
        room=room,
        result=result,
        form=form,
        answers=answers,
        wrong=wrong or {},
        own=own,
        is_lead=g.person.may_answer_for(lead_of(room)),
        has_bid=room.state in _HAS_BID,
        ends=consortiums.possible_ends(room) if room.state is ConsortiumState.SUBMITTED else (),
        loss_reasons=LossReason,
        debriefing=debriefing(),
        marks={mark.value: mark for mark in Mark},
        winners=bid_results.winners_named(result.notice) if result and result.notice else (),
        delays=_delays(room, result),
        reference=bid_results.reference_for(g.session, consortium=room) if own and has_won else "",
    )


def _delays(room: Consortium, result: BidResult | None) -> list[Delay]:
    """Until when the decision may be contested, once the day is known from which one counts."""
    told_on = (result.notified_on or (result.notice and result.notice.published_on)) if result else None
    return delays_since(room.tender.standing, told_on, today=today()) if told_on else []


def _to(room: Consortium) -> ResponseReturnValue:
    return redirect(url_for("result.show", consortium_id=room.id), 303)
