"""For staff: which members are tied to one another, recorded on the page of either."""

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from procurement import ties
from procurement.models import MemberTie
from web.access import Audience, audience
from web.i18n import gettext
from web.pages.members import member_or_404
from web.room_forms import TieForm

bp = Blueprint("ties", __name__)


@bp.post("/equipe/membres/<int:member_id>/liens")
@audience(Audience.STAFF)
def record(member_id: int) -> ResponseReturnValue:
    """Record that two members are tied."""
    member, form = member_or_404(member_id), TieForm.read()
    if not form.validate():
        problem = [*form.other.errors, *form.reason.errors][0]
        flash(gettext(str(problem)), "warning")
        return _to(member.id)
    other = member_or_404(form.other.data or 0)
    ties.record_tie(
        g.session, member=member, other=other, reason=form.reason.data or "", person=g.person, now=g.now
    )
    flash(gettext("C’est consigné."), "success")
    return _to(member.id)


@bp.post("/equipe/membres/<int:member_id>/liens/<int:tie_id>/retirer")
@audience(Audience.STAFF)
def remove(member_id: int, tie_id: int) -> ResponseReturnValue:
    """Forget a tie of the member."""
    member, tie = member_or_404(member_id), g.session.get(MemberTie, tie_id)
    if tie is None or member.id not in (tie.member_id, tie.other_id):
        abort(404)
    ties.remove_tie(g.session, tie=tie, person=g.person, now=g.now)
    return _to(member.id)


def _to(member_id: int) -> ResponseReturnValue:
    return redirect(url_for("members.show", member_id=member_id, _anchor="liens"), 303)
