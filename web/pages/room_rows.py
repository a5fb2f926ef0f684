"""The rows of a room, for its lead: their words, weight, codes and order, and what was left out."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import consortiums, requirements
from procurement.models import Consortium, Requirement
from web.access import Audience, audience
from web.i18n import cpv_words, gettext
from web.room_access import led_or_404, row_or_404
from web.room_forms import RowChangeForm, RowForm
from web.teaming import row_words

bp = Blueprint("room_rows", __name__)


@bp.post("/communautes/<int:consortium_id>/exigences")
@audience(Audience.MEMBER)
def add(consortium_id: int) -> ResponseReturnValue:
    """Add a row."""
    room, form = led_or_404(consortium_id), RowForm.read()
    if not form.validate():
        flash(gettext(str(form.text.errors[0])), "warning")
    else:
        requirements.add(g.session, consortium=room, text=form.text.data or "", person=g.person, now=g.now)
    return _to(room)


@bp.get("/communautes/<int:consortium_id>/exigences/<int:row_id>/modifier")
@audience(Audience.MEMBER)
def edit(consortium_id: int, row_id: int) -> ResponseReturnValue:
    """A row with all that can be changed of it."""
    room = led_or_404(consortium_id)
    row = row_or_404(room, row_id)
    if not consortiums.is_building(room, g.now):
        return _to(room)
    form = RowChangeForm(
        text=row_words([row])[row.id], weight=str(row.weight), cpv_codes=" ".join(row.cpv_codes)
    )
    return _edit_page(room, row, form)


@bp.post("/communautes/<int:consortium_id>/exigences/<int:row_id>/modifier")
@audience(Audience.MEMBER)
def change(consortium_id: int, row_id: int) -> ResponseReturnValue:
    """Say a row in other words, with another weight or other codes."""
    room, form = led_or_404(consortium_id), RowChangeForm.read()
    row = row_or_404(room, row_id)
    if not form.validate():
        return _edit_page(room, row, form), 422
    requirements.change(
        g.session,
        consortium=room,
        requirement=row,
        text=form.text.data or "",
        weight=int(form.weight.data or 1),
        cpv_codes=form.codes,
        words=row_words([row])[row.id],
        person=g.person,
        now=g.now,
    )
    return _to(room, row)


@bp.post("/communautes/<int:consortium_id>/exigences/<int:row_id>/ordre")
@audience(Audience.MEMBER)
def move(consortium_id: int, row_id: int) -> ResponseReturnValue:
    """Put a row one place further up or down, and stay where one was."""
    room = led_or_404(consortium_id)
    row, up = row_or_404(room, row_id), request.form.get("vers") == "haut"
    requirements.move(g.session, consortium=room, requirement=row, up=up, person=g.person, now=g.now)
    return redirect(url_for("room_rows.edit", consortium_id=room.id, row_id=row.id, _anchor="ordre"), 303)


@bp.post("/communautes/<int:consortium_id>/exigences/<int:row_id>/retirer")
@audience(Audience.MEMBER)
def remove(consortium_id: int, row_id: int) -> ResponseReturnValue:
    """Take a row away."""
    room = led_or_404(consortium_id)
    row = row_or_404(room, row_id)
    requirements.remove(g.session, consortium=room, requirement=row, person=g.person, now=g.now)
    return _to(room)


@bp.post("/communautes/<int:consortium_id>/exigences/reprendre")
@audience(Audience.MEMBER)
def take_in(consortium_id: int) -> ResponseReturnValue:
    """Have a row of the notice again."""
    room, key = led_or_404(consortium_id), request.form.get("cle", "")
    try:
        row = requirements.take_in(
            g.session, consortium=room, key=key, language=g.language, person=g.person, now=g.now
        )
    except LookupError:
        flash(gettext("Cette exigence est déjà parmi les vôtres."), "warning")
        return _to(room)
    return _to(room, row)


def _edit_page(room: Consortium, row: Requirement, form: RowChangeForm) -> str:
    rows = list(room.requirements)
    return render_template(
        "room/row.html",
        room=room,
        row=row,
        form=form,
        weights=requirements.WEIGHTS,
        words=row_words([row]),
        codes=cpv_words(row.cpv_codes),
        place=rows.index(row) + 1,
        rows=len(rows),
    )


def _to(room: Consortium, row: Requirement | None = None) -> ResponseReturnValue:
    anchor = f"exigence-{row.id}" if row is not None else "exigences"
    return redirect(url_for("room.show", consortium_id=room.id, _anchor=anchor), 303)
