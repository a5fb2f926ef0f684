"""For staff: what the documents of a tender say about teaming up, with their words and the page."""

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from procurement import admissions, involvements
from procurement.models import Tender
from web.access import Audience, audience
from web.i18n import gettext
from web.pages.members import member_or_404
from web.pages.tenders import tender_or_404
from web.room_forms import AdmissionForm, InvolvementForm

bp = Blueprint("admissions", __name__)


@bp.post("/equipe/marches/<int:tender_id>/admissions")
@audience(Audience.STAFF)
def record(tender_id: int) -> ResponseReturnValue:
    """Record what the documents admit."""
    tender, form = tender_or_404(tender_id).standing, AdmissionForm.read()
    if not form.validate() or form.what is None:
        flash(gettext("Choisissez l’une des réponses."), "warning")
        return redirect(url_for("tenders.show", tender_id=tender.id), 303)
    admissions.record_admission(
        g.session,
        tender=tender,
        admission=form.what,
        quotation=form.quotation.data or "",
        page=form.page.data or "",
        person=g.person,
        now=g.now,
    )
    flash(gettext("C’est consigné."), "success")
    asked = request.form.get("demande", type=int)
    if asked is not None:
        return redirect(url_for("advice_desk.show", request_id=asked), 303)
    return _to(tender)


@bp.post("/equipe/marches/<int:tender_id>/implications")
@audience(Audience.STAFF)
def record_involvement(tender_id: int) -> ResponseReturnValue:
    """Record that a member took part in preparing the tender."""
    tender, form = tender_or_404(tender_id).standing, InvolvementForm.read()
    if not form.validate():
        flash(gettext("Choisissez l’une des réponses."), "warning")
        return _to(tender)
    involvements.record_involvement(
        g.session,
        tender=tender,
        member=member_or_404(form.member.data or 0),
        quotation=form.quotation.data or "",
        page=form.page.data or "",
        person=g.person,
        now=g.now,
    )
    flash(gettext("C’est consigné."), "success")
    return _to(tender)


@bp.post("/equipe/marches/<int:tender_id>/implications/<int:member_id>/retirer")
@audience(Audience.STAFF)
def remove_involvement(tender_id: int, member_id: int) -> ResponseReturnValue:
    """Take such a record back."""
    tender, member = tender_or_404(tender_id).standing, member_or_404(member_id)
    for each in involvements.involvements_of(g.session, tender=tender, member_ids=[member.id]):
        involvements.remove_involvement(g.session, involvement=each, person=g.person, now=g.now)
    return _to(tender)


def _to(tender: Tender) -> ResponseReturnValue:
    return redirect(url_for("tenders.show", tender_id=tender.id, _anchor="s-associer"), 303)
