"""The web application: what members and staff see and do; one request is one transaction."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from config.law import law
from config.settings import LOOPBACK_HOSTS, Settings
from config.tables import sources
from procurement.db import connect
from procurement.links import Links
from procurement.search.shelf import Shelf
from web import access, errors, headers, i18n, limits, pages, questions, transactions

logger = logging.getLogger(__name__)


class Application(Flask):
    """Flask, but for what it logs of a failure: never the path, which can hold a token."""

    def log_exception(self, exc_info: Any) -> None:
        """Log what failed, with the number that the page shows."""
        logger.error(
            "request failed",
            extra={"request_id": g.request_id, "endpoint": request.endpoint},
            exc_info=exc_info,
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    *,
    engine: Engine | None = None,
    clock: Callable[[], datetime] = _utc_now,
) -> Flask:
    """The application on a database.

    Hooks run in the order they are installed here: the limits count in a transaction of their own, so they
    come before the one of the request is open; the guard needs to know who is there, so it comes after.
    """
    # A bad table stops the start, not the first page that wants it.
    law()
    app = Application(__name__)
    _configure(app, settings)
    engine = engine or connect(settings.database_address)
    app.extensions["aimp"] = {
        "engine": engine,
        "links": Links(settings.base_url, settings.signing_key()),
        "sample_password": settings.sample_password,
        "data_dir": settings.data_dir,
        "patience": questions.PATIENCE_SECONDS,
        "shelf": Shelf(),
        # What the schedule reads: the sources that the settings name, and the installation's own.
        "reads": {*settings.reads.split(), *(form.key for form in sources().values() if form.url)},
    }
    csrf = CSRFProtect()
    transactions.begin_requests(app, clock=clock)
    headers.install(app, is_https=settings.is_https)
    Compress(app)
    app.after_request(_close_file)
    Bootstrap5(app)
    i18n.install(app)
    errors.install(app)
    limits.admit_files(app)
    csrf.init_app(app)
    limits.install(app, engine=engine, clock=clock)
    transactions.install(app, engine=engine)
    pages.install(app, csrf=csrf)
    access.install(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    """What Flask must know, each line because its default is wrong for us."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        # A browser takes a __Host- cookie over TLS only, and then from this very host alone.
        SESSION_COOKIE_NAME="__Host-aimp" if settings.is_https else "aimp",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        MAX_CONTENT_LENGTH=1 * 2**20,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=200,
        TRUSTED_HOSTS=[host, *sorted(LOOPBACK_HOSTS - {"::1"}), "[::1]"],
        # A page may stay open all day; the token falls with the sign-in it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=1),
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
        COMPRESS_STREAMING_ENDPOINT_CONDITIONAL=["static", "bootstrap.static"],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.is_https:
        # TLS ends at exactly one proxy in front of us: its word on who asks counts, nobody else's.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]


def _close_file(response: Response) -> Response:
    """Have a served file closed with its answer: Flask-Compress replaces the body and forgets the file."""
    body: Any = response.response
    if response.is_streamed and hasattr(body, "close"):
        response.call_on_close(body.close)
    return response
