"""One request is one transaction: opened before the view, committed after a good answer, else rolled back."""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from procurement.db import transaction

logger = logging.getLogger(__name__)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def begin_requests(app: Flask, *, clock: Callable[[], datetime]) -> None:
    """Give each request its number and its moment, and log it in one line when it is answered."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.now = clock()
        g.started = time.perf_counter()
        g.session = g.person = g.member = None
        g.notes = []

    @app.after_request
    def log(response: Response) -> Response:
        # The endpoint, not the path: a path can hold a token.
        logger.info(
            "request",
            extra={
                "request_id": g.request_id,
                "method": request.method,
                "endpoint": request.endpoint,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - g.started) * 1000),
            },
        )
        return response


def install(app: Flask, *, engine: Engine) -> None:
    """Open a transaction for each page; GET and HEAD only read, and note what they must in one of its own."""
    read_engine = engine.execution_options(read_only=True)

    @app.before_request
    def open_session() -> None:
        if is_static(request.endpoint):
            return
        reads = request.method in _READING
        # SQLAlchemy begins at the first question asked: a page that asks none opens no transaction.
        g.session = Session(read_engine if reads else engine, expire_on_commit=False, autoflush=not reads)

    @app.after_request
    def close_session(response: Response) -> Response:
        session, g.session = g.get("session"), None
        if session is None:
            return response
        try:
            if request.method not in _READING and response.status_code < 400:
                session.commit()
        finally:
            session.close()
        _write_notes(engine)
        return response

    @app.teardown_request
    def drop_session(_problem: BaseException | None) -> None:
        session = g.pop("session", None)
        if session is not None:
            session.close()


def note(act: Callable[[Session], None]) -> None:
    """Have something noted once the page is ready: that it was opened, who is still there, staff's looks.

    These are the only things a GET may leave behind; the looks are those into a room and at the tenders
    where tied members may compete. They get a transaction of their own after the
    reading one is closed, so that a page never holds the write lock while it is being made.
    """
    g.notes.append(act)


def _write_notes(engine: Engine) -> None:
    notes, g.notes = g.notes, []
    if not notes:
        return
    try:
        with transaction(engine) as session:
            for act in notes:
                act(session)
    except OperationalError:
        # The database is busy: the page is worth more than the note, which the next visit writes.
        logger.warning("a note was not written", extra={"request_id": g.request_id}, exc_info=True)


def is_static(endpoint: str | None) -> bool:
    """Whether an endpoint serves files, which need neither database nor sign-in."""
    return endpoint is not None and endpoint.rsplit(".", 1)[-1] == "static"
