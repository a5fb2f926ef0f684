"""The database: one engine for SQLite and PostgreSQL, column types, transactions."""

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, Enum, MetaData, create_engine, event, inspect
from sqlalchemy.engine import URL, Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from procurement.errors import DatabaseNotReady

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table; constraints get predictable names, so that migrations can name them."""

    metadata = MetaData(naming_convention=_NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored in UTC, returned aware; a naive value is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC for the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime names no instant: {value!r}")
        # SQLite keeps no zone; the same naive UTC text on both sides keeps comparisons right.
        as_utc = value.astimezone(UTC)
        return as_utc.replace(tzinfo=None) if dialect.name == "sqlite" else as_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as an aware one in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(choices: type[enum.StrEnum]) -> Enum:
    """A column type that stores a word of the trade by its value, the same on both databases."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=40,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def _wal_is_safe(version: tuple[int, ...]) -> bool:
    # SQLite before 3.51.3 can corrupt a WAL file when two connections write and checkpoint at once.
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def _sqlite_engine(url: URL) -> Engine:
    try:
        import pysqlite3 as driver
    except ImportError:  # no wheel for this machine: the system's library, without WAL where it is unsafe
        import sqlite3 as driver

    journal = "WAL" if _wal_is_safe(driver.sqlite_version_info) else "DELETE"
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=driver, connect_args={"timeout": 20})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",
            "cache_size=-32768",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: a read lock turned into one fails with "database is locked".
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def connect(address: str) -> Engine:
    """An engine for an SQLAlchemy address; SQLite gets the settings that keep concurrent writers safe."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_pre_ping=True)


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    bind = engine.execution_options(read_only=True, postgresql_readonly=True) if read_only else engine
    with Session(bind, expire_on_commit=False, autoflush=not read_only) as session, session.begin():
        yield session


def check_ready(engine: Engine) -> None:
    """Raise DatabaseNotReady unless the tables are there in the version of this code."""
    from procurement.migrations import current_revision, head_revision

    found = current_revision(engine)
    if found is None:
        raise DatabaseNotReady("The database has no tables yet. Run: aimp migrate")
    if found != head_revision():
        raise DatabaseNotReady(
            f"The database is of version {found}, this code of {head_revision()}. Run: aimp migrate"
        )


def has_tables(engine: Engine) -> bool:
    """Whether the database holds any table at all."""
    return bool(inspect(engine).get_table_names())
