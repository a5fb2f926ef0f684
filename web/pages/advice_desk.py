"""« Conseils », for staff: who asked for help, who has it, until when, what came of it, and the figures."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import admissions, advice, advice_figures, advice_mail, advising, ties
from procurement.advice_words import AdviceState
from procurement.models import AdmissionRecord, AdviceRequest, Person
from procurement.teaming import Admission
from procurement.vocabulary import Stated
from web.access import Audience, audience
from web.advice_forms import DueForm, OutcomeForm, TimeForm
from web.files import csv_of
from web.i18n import gettext, today
from web.pages import MEMBERS, MenuEntry
from web.pages.rooms import links
from web.transactions import note

bp = Blueprint("advice_desk", __name__)

MENU = MenuEntry("Conseils", "advice_desk.everything", Audience.STAFF, 41, group=MEMBERS)


@bp.get("/equipe/conseils")
@audience(Audience.STAFF)
def everything() -> ResponseReturnValue:
    """Every request of the chamber's members, and the tenders where tied members may compete.

    That somebody read of those tenders is put on record.
    """
    found = advice.requests_to(g.session, chamber_id=g.person.chamber_id)
    live = [each for each in found if each.state is not AdviceState.CLOSED]
    apart = ties.tenders_apart(g.session, chamber_id=g.person.chamber_id)
    if apart:
        ids, person_id, now = [tender.id for tender in apart], g.person.id, g.now
        note(lambda session: ties.note_apart_read(session, tender_ids=ids, person_id=person_id, now=now))
    closed = [each for each in found if each.state is AdviceState.CLOSED]
    return render_template(
        "advice/desk.html",
        shelves=(
            (gettext("À prendre"), [each for each in live if each.state is AdviceState.OPEN]),
            (gettext("Les miennes"), [each for each in live if each.owner_id == g.person.id]),
            (
                gettext("Chez d’autres"),
                [e for e in live if e.state is AdviceState.TAKEN and e.owner_id != g.person.id],
            ),
        ),
        closed=sorted(closed, key=lambda each: each.closed_at or g.now, reverse=True),
        is_late=lambda each: advice.is_late(each, today()),
        figures=advice_figures.figures(found),
        hours=advice_figures.hours,
        apart=apart,
    )


@bp.get("/equipe/conseils.csv")
@audience(Audience.STAFF)
def table() -> ResponseReturnValue:
    """The counts and hours by month and subject, to be saved."""
    found = advice_figures.figures(advice.requests_to(g.session, chamber_id=g.person.chamber_id))
    return csv_of(advice_figures.sheet(found, g.language), "conseils.csv")


@bp.get("/equipe/conseils/<int:request_id>")
@audience(Audience.STAFF)
def show(request_id: int) -> ResponseReturnValue:
    """A request."""
    return _page(_request_or_404(request_id))


@bp.post("/equipe/conseils/<int:request_id>/prendre")
@audience(Audience.STAFF)
def take(request_id: int) -> ResponseReturnValue:
    """Take a request up."""
    asked = _request_or_404(request_id)
    advice.take(g.session, request=asked, person=g.person, now=g.now)
    advice_mail.tell_taken(g.session, request=asked, by=g.person, links=links(), now=g.now)
    return _to(asked)


@bp.post("/equipe/conseils/<int:request_id>/remettre")
@audience(Audience.STAFF)
def hand_over(request_id: int) -> ResponseReturnValue:
    """Pass a request to a colleague."""
    asked = _request_or_404(request_id)
    colleague = g.session.get(Person, request.form.get("colleague", 0, type=int))
    if colleague is None:
        flash(gettext("Choisissez l’une des réponses."), "warning")
        return _to(asked)
    advice.hand_over(g.session, request=asked, to=colleague, person=g.person, now=g.now)
    advice_mail.tell_handed_over(g.session, request=asked, by=g.person, links=links(), now=g.now)
    flash(gettext("La demande est remise à {name}.").format(name=colleague.name), "success")
    return _to(asked)


@bp.post("/equipe/conseils/<int:request_id>/delai")
@audience(Audience.STAFF)
def set_due_day(request_id: int) -> ResponseReturnValue:
    """Say until when."""
    asked, form = _request_or_404(request_id), DueForm.read()
    if not form.validate():
        return _page(asked, due=form), 422
    advice.set_due_day(g.session, request=asked, due_on=form.due_on.data, person=g.person, now=g.now)
    return _to(asked)


@bp.post("/equipe/conseils/<int:request_id>/temps")
@audience(Audience.STAFF)
def note_time(request_id: int) -> ResponseReturnValue:
    """Note the time spent."""
    asked, form = _request_or_404(request_id), TimeForm.read()
    if not form.validate():
        return _page(asked, time=form), 422
    advice.note_time(g.session, request=asked, minutes=form.minutes.data or 0, person=g.person, now=g.now)
    return _to(asked)


@bp.post("/equipe/conseils/<int:request_id>/clore")
@audience(Audience.STAFF)
def close(request_id: int) -> ResponseReturnValue:
    """End a request with its outcome, which the member reads."""
    asked, form = _request_or_404(request_id), OutcomeForm.read()
    if not form.validate():
        return _page(asked, outcome=form), 422
    advice.close(g.session, request=asked, outcome=form.outcome.data or "", person=g.person, now=g.now)
    if form.minutes.data:
        advice.note_time(g.session, request=asked, minutes=form.minutes.data, person=g.person, now=g.now)
    advice_mail.tell_closed(g.session, request=asked, links=links(), now=g.now)
    flash(gettext("La demande est terminée ; le membre reçoit votre réponse."), "success")
    return redirect(url_for("advice_desk.everything"), 303)


def _request_or_404(request_id: int) -> AdviceRequest:
    asked = g.session.get(AdviceRequest, request_id)
    if asked is None or asked.chamber_id != g.person.chamber_id:
        abort(404)
    found: AdviceRequest = asked
    return found


def _page(
    asked: AdviceRequest,
    *,
    due: DueForm | None = None,
    time: TimeForm | None = None,
    outcome: OutcomeForm | None = None,
) -> str:
    missing, recorded = _admissions(asked)
    return render_template(
        "advice/show.html",
        asked=asked,
        is_late=advice.is_late(asked, today()),
        is_mine=asked.owner_id == g.person.id,
        is_free=asked.owner is None or not asked.owner.is_active,
        is_torn=advice.is_torn_by(g.session, request=asked, person=g.person),
        colleagues=[
            each
            for each in advising.advisers(g.session, chamber_id=asked.chamber_id)
            if each.id != g.person.id
        ],
        due=due or DueForm(due_on=asked.due_on),
        time=time or TimeForm(),
        outcome=outcome or OutcomeForm(outcome=_first_words(recorded)),
        missing=missing,
        recorded=recorded,
    )


def _admissions(asked: AdviceRequest) -> tuple[list[Admission], list[AdmissionRecord]]:
    """What the notice says « no » to and nobody has recorded yet, and what is recorded of the tender."""
    if asked.tender is None:
        return [], []
    recorded = list(admissions.admissions_of(g.session, chamber_id=asked.chamber_id, tender=asked.tender))
    stated = {
        Admission.CONSORTIUM: asked.tender.consortium_allowed,
        Admission.SUBCONTRACTING: asked.tender.subcontracting_allowed,
    }
    known = {row.admission for row in recorded}
    return [each for each, said in stated.items() if said is Stated.NO and each not in known], recorded


def _first_words(recorded: list[AdmissionRecord]) -> str:
    """The answer as what is recorded gives it, to be read over before it goes out."""
    said = gettext("{what} (dossier, {page}) : « {quotation} »")
    return "\n".join(
        said.format(what=row.admission.label(g.language), page=row.page, quotation=row.quotation)
        for row in recorded
    )


def _to(asked: AdviceRequest) -> ResponseReturnValue:
    return redirect(url_for("advice_desk.show", request_id=asked.id), 303)
