"""Who may see what: the audience of each view, the guard before it, and the sign-in behind the cookie."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from config.settings import BadConfiguration
from procurement import sign_in
from procurement.models import Person
from web.i18n import page_language
from web.transactions import is_static, note

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
_TOKEN = "token"  # noqa: S105 - the name of a key in the cookie


class Audience(StrEnum):
    """Whom a view is for; a view that does not say is shown to nobody."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    MEMBER = "member"
    STAFF = "staff"


def audience(who: Audience) -> Callable[[View], View]:
    """Name the audience of a view."""

    def declare(view: View) -> View:
        vars(view)["audience"] = who
        return view

    return declare


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The audience a view names; files are public, None is for a view that forgot."""
    if is_static(endpoint):
        return Audience.PUBLIC
    named = vars(app.view_functions[endpoint]).get("audience")
    return named if isinstance(named, Audience) else None


def install(app: Flask) -> None:
    """Let only the audience of a view through; refuse to start when a view names none."""
    for endpoint in app.view_functions:
        if audience_of(app, endpoint) is None:
            raise BadConfiguration(f"the view {endpoint} names no audience")
    app.before_request(_recognise)
    app.before_request(_guard)


def _recognise() -> None:
    """Find out who asks, by the sign-in behind the cookie."""
    token = session.get(_TOKEN) if g.session is not None else None
    if not isinstance(token, str):
        return
    found = sign_in.find_sign_in(g.session, token=token, now=g.now)
    if found is None:
        return
    g.person, g.member = found.person, found.person.member
    g.language = page_language(found.person.language)
    if g.now - found.last_seen_at >= sign_in.SEEN_EVERY:
        note(partial(sign_in.see, sign_in_id=found.id, now=g.now))


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    who = audience_of(current_app, request.endpoint)
    if who is None:
        abort(404)
    if may_see(g.person, who):
        return None
    if g.person is not None:
        # Whoever may not see a page may not know that there is one.
        abort(404)
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("sign_in.form", suite=wanted), 303)


def may_see(person: Person | None, who: Audience) -> bool:
    """Whether somebody is of an audience."""
    if who is Audience.PUBLIC:
        return True
    if person is None:
        return False
    if who is Audience.SIGNED_IN:
        return True
    return person.is_staff if who is Audience.STAFF else person.member is not None and not person.is_staff


def has_cookie() -> bool:
    """Whether the browser shows a cookie that we signed at a sign-in, be it over by now."""
    return isinstance(session.get(_TOKEN), str)


def begin_sign_in(person: Person) -> None:
    """Sign somebody in on this browser: a new token, and nothing left of what the cookie held before."""
    session.clear()
    session.permanent = True
    session[_TOKEN] = sign_in.open_sign_in(g.session, person=person, now=g.now)


def end_sign_in() -> None:
    """End the sign-in of this browser, which there is, here and in the database."""
    sign_in.end_sign_in(g.session, token=session[_TOKEN], now=g.now)
    session.clear()


def local_path(value: str | None) -> str | None:
    """The value when it is a path of this very site; None for anything that could lead elsewhere.

    Browsers read a backslash as a slash and drop tabs and newlines, so none of these may be in it.
    """
    if not value or len(value) > 500 or not value.startswith("/") or value.startswith("//"):
        return None
    if "\\" in value or any(ord(character) <= 32 or ord(character) == 127 for character in value):
        return None
    return value


def start_page(person: Person) -> str:
    """Where somebody lands after signing in."""
    return url_for("curation.queue") if person.is_staff else url_for("matches.overview")
