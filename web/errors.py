"""What people see when something is refused or fails: a page in their language, never a stack trace."""

from urllib.parse import urlsplit

from flask import Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError, TooManyRequests

from procurement.errors import NotAllowed, RuleBroken
from web.access import local_path

_PAGES = frozenset({400, 403, 404, 405, 413, 429, 500})


def install(app: Flask) -> None:
    """Answer each kind of error with its page."""
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(InternalServerError, _broken)
    app.register_error_handler(HTTPException, _refused)


def _page(code: int, name: str | None = None) -> ResponseReturnValue:
    return render_template(f"errors/{name or code}.html", code=code), code


def _refused(problem: HTTPException) -> ResponseReturnValue:
    page = _page(problem.code if problem.code in _PAGES else 400)
    if isinstance(problem, TooManyRequests):
        return (*page, {"Retry-After": "300"})  # type: ignore[misc]
    return page


def _form_too_old(problem: CSRFError) -> ResponseReturnValue:
    return _page(400, "form")


def _not_allowed(problem: NotAllowed) -> ResponseReturnValue:
    # Whoever may not do this may not know that it exists.
    return _page(404)


def _foreign_host(problem: SecurityError) -> ResponseReturnValue:
    # No address can be built for a host that is not ours, so this one is no page.
    return "400\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _broken(problem: InternalServerError) -> ResponseReturnValue:
    # What was read may be what is broken: the page asks the database for nothing.
    g.person = g.member = None
    return _page(500)


def _rule_broken(problem: RuleBroken) -> ResponseReturnValue:
    """Undo everything, and say on the page the person came from which rule stands against it."""
    g.session.rollback()
    flash(said(problem), "warning")
    return redirect(came_from() or url_for("home.front"), 303)


def said(problem: RuleBroken) -> str:
    """The rule in the reader's language."""
    return problem.rule.label(g.language).format(**problem.facts)


def came_from() -> str | None:
    """The page of ours that the request was sent from; None when it is not known."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))
