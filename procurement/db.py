"""The database: one engine for SQLite and PostgreSQL, column types, transactions."""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Enum,
    Insert,
    MetaData,
    create_engine,
    event,
    insert,
    inspect,
)
from sqlalchemy.engine import URL, Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, RelationshipDirection, Session
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault
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


def _sqlite_engine(url: URL, *, is_collecting: bool) -> Engine:
    try:
        import pysqlite3 as driver
    except ImportError:  # no wheel for this machine: the system's library, without WAL where it is unsafe
        import sqlite3 as driver

    journal = "WAL" if _wal_is_safe(driver.sqlite_version_info) else "DELETE"
    # With WAL, a power cut may take back the last transactions of NORMAL and damages nothing: what was
    # collected in them is collected again, their verdict being gone too.
    synchronous = "NORMAL" if is_collecting and journal == "WAL" else "FULL"
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=driver, connect_args={"timeout": 20}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"journal_mode={journal}",
            f"synchronous={synchronous}",
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


def connect(address: str, *, is_collecting: bool = False) -> Engine:
    """An engine for an SQLAlchemy address; SQLite gets the settings that keep concurrent writers safe.

    A collecting one does not wait for the disk after each transaction.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, is_collecting=is_collecting)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    bind = engine.execution_options(read_only=True, postgresql_readonly=True) if read_only else engine
    with Session(bind, expire_on_commit=False, autoflush=not read_only) as session, session.begin():
        yield session


def insert_new(session: Session, row: Base) -> None:
    """Insert an object that the session does not hold, and all the new ones below it.

    A flush does the same at three times the cost. The objects stay outside the session: who needs them
    afterwards reads them from the database.
    """
    _insert(session.connection(), [row])


@dataclass(frozen=True, slots=True)
class _Writing:
    """How objects of a class are inserted: the statement, its columns, and what hangs below them."""

    statement: Insert
    returning: ReturningInsert[Any]
    columns: tuple[tuple[str, Callable[[], Any]], ...]
    below: tuple[tuple[str, str], ...]


@cache
def _writing_of(kind: type[Base]) -> _Writing:
    mapper, table = inspect(kind), Base.metadata.tables[kind.__tablename__]
    return _Writing(
        insert(table),
        insert(table).returning(table.c.id),
        tuple((column.key, _default_of(column)) for column in table.columns if not column.primary_key),
        tuple(
            (each.key, remote.key or "")
            for each in mapper.relationships
            if each.direction is RelationshipDirection.ONETOMANY
            for _, remote in each.local_remote_pairs
        ),
    )


def _insert(connection: Connection, rows: Sequence[Any]) -> None:
    kind: type[Base] = type(rows[0])
    writing = _writing_of(kind)
    values = [_values(vars(row), writing.columns) for row in rows]
    if len(rows) > 1 and not any(vars(row).get(name) for row in rows for name, _ in writing.below):
        connection.execute(writing.statement, values)
        return
    for row, its_values in zip(rows, values, strict=True):
        row.id = connection.scalar(writing.returning, its_values)
        for name, parent in writing.below:
            if children := vars(row).get(name):
                for child in children:
                    setattr(child, parent, row.id)
                _insert(connection, children)


def _values(given: Mapping[str, Any], columns: Sequence[tuple[str, Callable[[], Any]]]) -> dict[str, Any]:
    return {name: value if (value := given.get(name)) is not None else default() for name, default in columns}


def _default_of(column: Column[Any]) -> Callable[[], Any]:
    default = column.default
    if isinstance(default, CallableColumnDefault):
        # None of ours looks at what it is called for.
        return lambda: default.arg(None)  # type: ignore[arg-type]
    value = default.arg if isinstance(default, ScalarElementColumnDefault) else None
    return lambda: value


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
