"""For staff: what the documents of a tender say about teaming up, with their words and the page."""

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from procurement import admissions
from web.access import Audience, audience
from web.i18n import gettext
from web.pages.tenders import tender_or_404
from web.room_forms import AdmissionForm

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
    return redirect(url_for("tenders.show", tender_id=tender.id, _anchor="s-associer"), 303)
