"""Preferences: how often and in which language to hear from us, the password, and where one is signed in."""

from babel.dates import get_day_names
from flask import Blueprint, abort, flash, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from procurement import accounts, consents, sign_in
from procurement.consent_words import TEXTS, ConsentKind
from procurement.errors import RuleBroken
from procurement.i18n import known_language, locale_of
from procurement.labelled import LANGUAGES
from procurement.mail.hours import HOURS
from procurement.models import SignIn
from procurement.vocabulary import Frequency
from web.access import Audience, audience, begin_sign_in
from web.errors import said
from web.forms import NewPasswordForm
from web.i18n import gettext
from web.pages import MenuEntry
from web.preference_forms import ConsentForm, PreferencesForm

bp = Blueprint("preferences", __name__)

MENU = MenuEntry("Préférences", "preferences.show", Audience.SIGNED_IN, 80)


@bp.get("/preferences")
@audience(Audience.SIGNED_IN)
def show() -> ResponseReturnValue:
    """What is set today."""
    return _page(_as_set(), NewPasswordForm())


@bp.post("/preferences")
@audience(Audience.SIGNED_IN)
def change() -> ResponseReturnValue:
    """Set how often, in which language, and until when to pause."""
    form = PreferencesForm.read()
    if not form.validate():
        return _page(form, NewPasswordForm()), 422
    accounts.change_preferences(
        g.session,
        person=g.person,
        frequency=form.how_often,
        language=known_language(form.language.data),
        paused_until=form.pause,
        weekdays=form.days,
        hour=form.at_hour,
        now=g.now,
    )
    flash(gettext("Vos préférences sont enregistrées."), "success")
    return redirect(url_for("preferences.show"), 303)


@bp.post("/preferences/accords")
@audience(Audience.SIGNED_IN)
def agree() -> ResponseReturnValue:
    """Agree to each kind of e-mail, or not."""
    form = ConsentForm.read()
    if not form.validate():
        abort(400)
    consents.choose(g.session, person=g.person, kinds=form.chosen, now=g.now)
    flash(gettext("Vos accords sont enregistrés."), "success")
    return redirect(url_for("preferences.show") + "#accords", 303)


@bp.post("/preferences/mot-de-passe")
@audience(Audience.SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the password: every sign-in ends, and this browser gets a new one."""
    form = NewPasswordForm.read()
    if form.validate():
        try:
            if g.person.password_hash is not None:
                sign_in.check_password(
                    g.session, email=g.person.email, password=form.current.data or "", now=g.now
                )
        except RuleBroken as problem:
            form.current.errors = [said(problem)]
        else:
            sign_in.set_password(g.session, person=g.person, password=form.new.data or "", now=g.now)
            begin_sign_in(g.person)
            flash(gettext("Votre mot de passe est changé ; vos autres connexions sont terminées."), "success")
            return redirect(url_for("preferences.show"), 303)
    return _page(_as_set(), form), 422


@bp.post("/preferences/connexions")
@audience(Audience.SIGNED_IN)
def end_everywhere() -> ResponseReturnValue:
    """Sign out on every browser, this one included."""
    sign_in.end_all(g.session, person=g.person, now=g.now)
    session.clear()
    flash(gettext("Toutes vos connexions sont terminées."), "success")
    return redirect(url_for("sign_in.form"), 303)


def _as_set() -> PreferencesForm:
    person = g.person
    return PreferencesForm(
        frequency=person.frequency.value,
        weekdays=[str(day) for day in person.weekdays],
        hour=str(person.hour),
        language=person.language,
        paused_until=person.paused_until,
    )


def _page(form: PreferencesForm, password_form: NewPasswordForm) -> str:
    return render_template(
        "preferences/show.html",
        form=form,
        password_form=password_form,
        frequencies=Frequency,
        languages=LANGUAGES,
        hours=HOURS,
        weekdays=get_day_names("wide", locale=locale_of(g.language)),
        kinds=[(kind, TEXTS[kind], consents.consent_of(g.person, kind)) for kind in ConsentKind],
        signed_in=g.session.scalar(
            select(func.count(SignIn.id)).where(
                SignIn.person_id == g.person.id, SignIn.ended_at.is_(None), SignIn.expires_at > g.now
            )
        ),
    )
