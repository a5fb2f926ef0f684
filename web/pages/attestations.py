"""« Attestations »: the dates of a member's papers, stated by its own people and by nobody else."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.preparation import preparation
from procurement import attestations
from web.access import Audience, audience
from web.i18n import gettext
from web.task_forms import DatesRow

bp = Blueprint("attestations", __name__)


@bp.get("/profil/attestations")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """The dates of the papers of the reader's own organisation."""
    stated = attestations.stated_by(g.session, [g.member.id])
    return _page(
        [DatesRow.of(kind, stated.get((g.member.id, kind))) for kind in preparation().attestations()]
    )


@bp.post("/profil/attestations")
@audience(Audience.MEMBER)
def state() -> ResponseReturnValue:
    """State them, all at once; an emptied row takes its paper back."""
    rows = [
        row for kind in preparation().attestations() if (row := DatesRow.sent(kind, request.form)) is not None
    ]
    dates = {row.kind: row.read() for row in rows}
    if any(row.is_wrong for row in rows):
        return _page(rows), 422
    has_changed = attestations.state(g.session, member=g.member, stated=dates, person=g.person, now=g.now)
    flash(gettext("C’est noté.") if has_changed else gettext("Rien n’a changé."), "success")
    return redirect(url_for("attestations.own"), 303)


def _page(rows: list[DatesRow]) -> str:
    kinds = preparation().attestations()
    return render_template("attestations/own.html", rows=rows, kinds=kinds, geneva=kinds["avs"].asked("GE"))
