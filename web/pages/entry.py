"""For staff: an opportunity that no source publishes, entered by hand and matched like any other."""

from uuid import uuid4

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from procurement import entered
from procurement.cantons import CANTONS
from procurement.errors import RuleBroken
from procurement.labelled import LANGUAGES
from procurement.models import Buyer, in_language
from procurement.vocabulary import EnteredKind
from web.access import Audience, audience
from web.errors import said
from web.forms import EntryForm
from web.i18n import cpv_words, gettext
from web.pages import TENDERS, MenuEntry

bp = Blueprint("entry", __name__)

MENU = MenuEntry("Saisir", "entry.form", Audience.STAFF, 25, group=TENDERS)


@bp.get("/equipe/saisir")
@audience(Audience.STAFF)
def form() -> ResponseReturnValue:
    """The form, with the key that keeps it from being entered twice; the address may name buyer and kind."""
    start: dict[str, str | None] = {"kind": request.args.get("sorte")}
    buyer = g.session.get(Buyer, request.args.get("adjudicateur", 0, type=int))
    if buyer is not None:
        start |= {"buyer": in_language(buyer.name, g.language)[:120], "buyer_canton": buyer.canton}
    return _form_page(EntryForm.read(key=str(uuid4()), language=g.language, **start))


@bp.post("/equipe/saisir")
@audience(Audience.STAFF)
def enter() -> ResponseReturnValue:
    """Record the opportunity and show its page; when something is wrong, the form as it was filled in."""
    form = EntryForm.read()
    if form.validate():
        try:
            tender = entered.enter(g.session, entry=form.entry, person=g.person, now=g.now, key=form.own_key)
        except RuleBroken as problem:
            form.deadline_day.errors = [said(problem)]
        else:
            flash(gettext("Saisi. Les correspondances arrivent au prochain passage."), "success")
            return redirect(url_for("tenders.show", tender_id=tender.id), 303)
    return _form_page(form), 422


def _form_page(form: EntryForm) -> str:
    return render_template(
        "entry/form.html",
        form=form,
        kinds=EnteredKind,
        cantons=sorted(CANTONS),
        languages=LANGUAGES,
        words=cpv_words(list(form.codes)),
    )
