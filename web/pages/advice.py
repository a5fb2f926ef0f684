"""« Conseil »: what a member asks the staff of its chamber; for its own people, be they in a room or not."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import advice, advice_mail
from procurement.advice_words import AdviceState, AdviceSubject
from procurement.models import Consortium, Tender
from procurement.vocabulary import Stated
from web.access import Audience, audience
from web.advice_forms import AdviceForm
from web.i18n import gettext
from web.pages import MenuEntry
from web.pages.rooms import links
from web.pages.tenders import tender_or_404
from web.room_access import room_or_404

bp = Blueprint("advice", __name__)

MENU = MenuEntry("Conseil", "advice.own", Audience.MEMBER, 55)


@bp.get("/conseil")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """The requests of the reader's member, and the form for another, filled in by where one comes from."""
    room, tender = _origin(request.args.get("communaute", type=int), request.args.get("marche", type=int))
    subject = AdviceSubject.of(request.args.get("sujet", "")) or advice.subject_from(room, tender)
    form = AdviceForm(
        subject=subject.value,
        text=_first_words(subject, tender),
        due_on=advice.due_day(tender, g.now),
        marche=tender.id if tender else None,
        communaute=room.id if room else None,
    )
    return _page(form, room, tender)


@bp.post("/conseil")
@audience(Audience.MEMBER)
def ask() -> ResponseReturnValue:
    """Ask for advice."""
    form = AdviceForm.read()
    room, tender = _origin(form.communaute.data, form.marche.data)
    if not form.validate():
        return _page(form, room, tender), 422
    asked = advice.ask(
        g.session,
        member=g.member,
        subject=form.about,
        text=form.text.data or "",
        tender=tender,
        consortium=room,
        due_on=form.due_on.data,
        person=g.person,
        now=g.now,
    )
    advice_mail.tell_asked(g.session, request=asked, links=links(), now=g.now)
    flash(gettext("Votre demande est chez l’équipe."), "success")
    return redirect(url_for("advice.own", _anchor=f"demande-{asked.id}"), 303)


def _origin(room_id: int | None, tender_id: int | None) -> tuple[Consortium | None, Tender | None]:
    """Where it is asked from, as far as the reader may know of it: a room gives its tender."""
    if room_id is not None:
        room = room_or_404(room_id)
        return room, room.tender.standing
    return None, tender_or_404(tender_id).standing if tender_id is not None else None


def _first_words(subject: AdviceSubject, tender: Tender | None) -> str:
    """The question ready to be sent, where the notice's « no » is what stands in the way."""
    if subject is not AdviceSubject.RULES or tender is None:
        return ""
    if tender.consortium_allowed is Stated.NO:
        return gettext(
            "L’avis dit « non » aux communautés de soumissionnaires. Le dossier en admet-il une ? "
            "Merci de vérifier et de consigner ce qu’il dit."
        )
    if tender.subcontracting_allowed is Stated.NO:
        return gettext(
            "L’avis dit « non » à la sous-traitance. Le dossier l’admet-il ? "
            "Merci de vérifier et de consigner ce qu’il dit."
        )
    return ""


def _page(form: AdviceForm, room: Consortium | None, tender: Tender | None) -> str:
    found = advice.requests_of(g.session, member=g.member)
    return render_template(
        "advice/own.html",
        form=form,
        room=room,
        tender=tender,
        live=[each for each in found if each.state is not AdviceState.CLOSED],
        closed=[each for each in found if each.state is AdviceState.CLOSED],
        subjects=AdviceSubject,
    )
