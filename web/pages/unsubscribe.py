"""Stopping the alerts without signing in: the link in every alert, and the mail program's own button."""

from flask import Blueprint, abort, current_app, g, make_response, render_template
from flask.typing import ResponseReturnValue

from procurement import accounts
from procurement.links import person_of_unsubscribe_token
from procurement.models import Person
from web.access import Audience, audience

bp = Blueprint("unsubscribe", __name__)


@bp.get("/desabonnement/<token>")
@audience(Audience.PUBLIC)
def ask(token: str) -> ResponseReturnValue:
    """A page with one button: programs that open every link of a mail stop nothing."""
    return _without_referrer("unsubscribe/ask.html", person=_person_or_404(token), token=token)


@bp.post("/desabonnement/<token>")
@audience(Audience.PUBLIC)
def stop(token: str) -> ResponseReturnValue:
    """Stop every alert at once; a mail program posts here without cookie or form token (RFC 8058)."""
    person = _person_or_404(token)
    accounts.unsubscribe(g.session, person=person, now=g.now)
    return _without_referrer("unsubscribe/done.html", person=person)


# The signed address is the proof; a mail program has no form to take a token from.
WITHOUT_TOKEN = (stop,)


def _person_or_404(token: str) -> Person:
    person_id = person_of_unsubscribe_token(token, key=current_app.extensions["aimp"]["links"].key)
    person: Person | None = g.session.get(Person, person_id) if person_id is not None else None
    return person or abort(404)


def _without_referrer(template: str, **facts: object) -> ResponseReturnValue:
    response = make_response(render_template(template, **facts))
    # The address holds a token: it must not travel on with a link.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
