"""« Attestations »: the dates of a member's papers, stated by its own people and by nobody else."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.preparation import preparation
from procurement import attestations
from web.access import Audience, audience
from web.i18n import gettext
from web.task_forms import DatesForm

bp = Blueprint("attestations", __name__)


@bp.get("/profil/attestations")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """The dates of the papers of the reader's own organisation."""
    stated = attestations.stated_by(g.session, [g.member.id])
    return _page(DatesForm.of(preparation().attestations(), {kind: row for (_, kind), row in stated.items()}))


@bp.post("/profil/attestations")
@audience(Audience.MEMBER)
def state() -> ResponseReturnValue:
    """State them, all at once."""
    form = DatesForm.read(preparation().attestations(), request.form)
    dates = form.dates()
    if form.is_wrong:
        return _page(form), 422
    has_changed = attestations.state(g.session, member=g.member, stated=dates, person=g.person, now=g.now)
    flash(gettext("C’est noté.") if has_changed else gettext("Rien n’a changé."), "success")
    return redirect(url_for("attestations.own"), 303)


def _page(form: DatesForm) -> str:
    kinds = preparation().attestations()
    swiss = [row for row in form.rows if any(each.of != "FR" for each in kinds[row.kind].where)]
    french = [row for row in form.rows if row not in swiss]
    return render_template("attestations/own.html", form=form, kinds=kinds, groups=(swiss, french))
