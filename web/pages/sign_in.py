"""Signing in, by password or by a code sent by e-mail, and signing out."""

import secrets

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from procurement import sign_in as verbs
from procurement.errors import RuleBroken
from procurement.models import Person
from procurement.rules import Rule
from web.access import Audience, audience, begin_sign_in, end_sign_in, local_path, start_page
from web.errors import said
from web.forms import CodeForm, CodeRequestForm, PasswordForm

bp = Blueprint("sign_in", __name__)

_BROWSER = "browser"


@bp.get("/connexion")
@audience(Audience.PUBLIC)
def form() -> ResponseReturnValue:
    """The form for the password, or straight on for whoever is in already."""
    if g.person is not None:
        return redirect(_suite() or start_page(g.person), 303)
    return render_template("sign_in/password.html", form=PasswordForm.read(), suite=_suite())


@bp.post("/connexion")
@audience(Audience.PUBLIC)
def with_password() -> ResponseReturnValue:
    """Sign in with a password; a wrong one and an unknown address read the same."""
    form = PasswordForm.read()
    if form.validate():
        try:
            person = verbs.check_password(
                g.session, email=form.email.data or "", password=form.password.data or "", now=g.now
            )
        except RuleBroken as problem:
            form.password.errors = [said(problem)]
        else:
            return _enter(person)
    return render_template("sign_in/password.html", form=form, suite=_suite()), 422


@bp.get("/connexion/code")
@audience(Audience.PUBLIC)
def code_form() -> ResponseReturnValue:
    """Where a code is asked for and typed; opening it uses no code up, so mail scanners do no harm."""
    return render_template(
        "sign_in/code.html",
        form=CodeForm.read(),
        ask_form=CodeRequestForm.read(),
        was_asked=_BROWSER in session,
        minutes=verbs.CODE_MINUTES,
        suite=_suite(),
    )


@bp.post("/connexion/code/demande")
@audience(Audience.PUBLIC)
def ask_code() -> ResponseReturnValue:
    """Send a code bound to this browser; whether the address is known is told to nobody."""
    form = CodeRequestForm.read()
    if not form.validate():
        return redirect(url_for("sign_in.code_form", suite=_suite()), 303)
    session[_BROWSER] = secrets.token_urlsafe(32)
    verbs.ask_code(
        g.session,
        email=form.email.data or "",
        browser=session[_BROWSER],
        links=current_app.extensions["aimp"]["links"],
        now=g.now,
    )
    return redirect(url_for("sign_in.code_form", suite=_suite()), 303)


@bp.post("/connexion/code")
@audience(Audience.PUBLIC)
def use_code() -> ResponseReturnValue:
    """Sign in with the code; a wrong one is counted, which is why the answer is a redirect and no error."""
    form, browser = CodeForm.read(), session.get(_BROWSER)
    person = None
    if form.validate() and isinstance(browser, str):
        person = verbs.use_code(g.session, code=form.code.data or "", browser=browser, now=g.now)
    if person is None:
        flash(Rule.WRONG_CODE.label(g.language), "warning")
        return redirect(url_for("sign_in.code_form", suite=_suite()), 303)
    return _enter(person)


@bp.post("/deconnexion")
@audience(Audience.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """Sign out: the cookie is worth nothing from now on, wherever a copy of it may be."""
    end_sign_in()
    return redirect(url_for("home.front"), 303)


def _enter(person: Person) -> ResponseReturnValue:
    suite = _suite()
    begin_sign_in(person)
    return redirect(suite or start_page(person), 303)


def _suite() -> str | None:
    return local_path(request.args.get("suite"))
