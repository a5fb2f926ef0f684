"""Limits on what can be tried how often, counted in the database: they hold over workers and restarts."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask import Flask, request
from flask_limiter import ApplicationLimit, Limiter
from limits.storage import Storage
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from procurement.db import transaction
from procurement.models import RateCount
from procurement.room_files import MOST_BYTES
from web.access import has_cookie

Clock = Callable[[], datetime]


class DatabaseStorage(Storage):
    """Counters in the table `rate_count`, for the `limits` library."""

    STORAGE_SCHEME: ClassVar[list[str]] = ["database"]  # type: ignore[misc]

    def __init__(self, uri: str | None = None, *, engine: Engine, clock: Clock, **options: Any) -> None:
        super().__init__(uri, **options)
        self._engine, self._clock = engine, clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library could wrap; it wraps nothing here: without counters nobody signs in."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count one more within the window, or begin a new one when the last is over."""
        now = self._clock()
        try:
            return self._count(key, expiry, amount, now)
        except IntegrityError:
            # Another worker began the same window in the same instant: count on its row.
            return self._count(key, expiry, amount, now)

    def _count(self, key: str, expiry: int, amount: int, now: datetime) -> int:
        with transaction(self._engine) as session:
            session.execute(delete(RateCount).where(RateCount.expires_at <= now))
            counted = session.scalar(
                update(RateCount)
                .where(RateCount.key == key)
                .values(count=RateCount.count + amount)
                .returning(RateCount.count)
            )
            if counted is None:
                counted = amount
                session.add(RateCount(key=key, count=counted, expires_at=now + timedelta(seconds=expiry)))
            return counted

    def get(self, key: str) -> int:
        """How often it was counted in the window that runs."""
        row = self._row(key)
        return row.count if row is not None else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        row = self._row(key)
        return (row.expires_at if row is not None else self._clock()).timestamp()

    def check(self) -> bool:
        """Whether the database answers."""
        self.get("")
        return True

    def reset(self) -> int:
        """Forget every counter."""
        with transaction(self._engine) as session:
            return len(session.scalars(delete(RateCount).returning(RateCount.key)).all())

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with transaction(self._engine) as session:
            session.execute(delete(RateCount).where(RateCount.key == key))

    def _row(self, key: str) -> RateCount | None:
        with transaction(self._engine, read_only=True) as session:
            row = session.get(RateCount, key)
            return row if row is not None and row.expires_at > self._clock() else None


def _address() -> str:
    return request.remote_addr or "unknown"


def _account() -> str:
    # The digest of the address typed: no e-mail address in a table that everybody's attempts fill.
    typed = request.form.get("email", "").strip().lower()
    return hashlib.sha256(typed.encode()).hexdigest()[:32]


def _everybody() -> str:
    return "everybody"


# What is limited: the endpoint, its name in the counters, how often, and per what.
LIMITS: tuple[tuple[str, str, str, Callable[[], str]], ...] = (
    ("sign_in.with_password", "password-account", "10 per 5 minutes", _account),
    ("sign_in.with_password", "password-address", "10 per 5 minutes", _address),
    ("sign_in.with_password", "password-all", "1000 per 5 minutes", _everybody),
    ("sign_in.ask_code", "ask-account", "5 per 5 minutes; 20 per hour; 50 per day", _account),
    ("sign_in.ask_code", "ask-address", "5 per 5 minutes", _address),
    ("sign_in.ask_code", "ask-all", "1000 per 5 minutes", _everybody),
    ("sign_in.use_code", "code-address", "10 per 5 minutes", _address),
    ("sign_in.use_code", "code-all", "1000 per 5 minutes", _everybody),
    ("preferences.change_password", "change-address", "10 per 5 minutes", _address),
    # Each is seconds of the matcher's time.
    ("why.ask_own", "why-address", "60 per 5 minutes", _address),
    ("matches.ask_near", "near-address", "20 per 5 minutes", _address),
    ("profile.try_own", "try-address", "60 per 5 minutes", _address),
    # Each is ten megabytes at most.
    ("room_files.add", "file-address", "60 per 5 minutes", _address),
)

# What may be larger than a form: a file with the fields beside it. It waits on disk, not in memory.
LARGER = {"room_files.add": MOST_BYTES + 64 * 2**10}


def admit_files(app: Flask) -> None:
    """Let somebody with a sign-in send a file where files belong; comes before anything reads the form."""

    @app.before_request
    def raise_limit() -> None:
        if request.endpoint in LARGER and has_cookie():
            request.max_content_length = LARGER[request.endpoint]

    @app.teardown_request
    def close_files(_problem: BaseException | None) -> None:
        # A file that waited on disk goes with its request.
        request.close()


def install(app: Flask, *, engine: Engine, clock: Clock) -> Limiter:
    """Count and refuse before the view, and before the request has a transaction of its own."""
    options: dict[str, Any] = {"engine": engine, "clock": clock}
    return Limiter(
        _address,
        app=app,
        storage_uri="database://",
        storage_options=options,
        strategy="fixed-window",
        application_limits=[
            ApplicationLimit(often, key_function=per, scope=name, exempt_when=_elsewhere(endpoint))
            for endpoint, name, often, per in LIMITS
        ],
    )


def _elsewhere(endpoint: str) -> Callable[[], bool]:
    return lambda: request.endpoint != endpoint or request.method != "POST"
