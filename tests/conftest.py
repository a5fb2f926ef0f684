"""Fixtures for every test: a fresh database, a session, a fixed moment, and no network."""

import os
import shutil
import uuid
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_socket
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from procurement import models
from procurement.db import Base, connect, transaction
from procurement.i18n import ZURICH

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZURICH)
RECORDINGS = Path(__file__).parents[1] / ".." / "shared" / "data"
POSTGRES_URL = os.environ.get("AIMP_TEST_POSTGRES_URL", "")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where services and recordings are there, as in CI, a test that is skipped has failed."""
    report = yield
    if (
        report.skipped
        and RECORDINGS.exists()
        and POSTGRES_URL
        and os.environ.get("AIMP_TEST_BROWSER")
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


def pytest_runtest_setup() -> None:
    """Refuse every connection but those to this machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture
def now() -> datetime:
    """Tuesday 24 November 2026, 9 o'clock in Geneva."""
    return NOW


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row: copied for each test, which is faster than making it."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = connect(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    """An engine on a PostgreSQL schema of its own, dropped when the tests are over."""
    schema = f"test_{uuid.uuid4().hex[:12]}"
    outside = connect(POSTGRES_URL)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={schema}"})
    engine = connect(url.render_as_string(hide_password=False))
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    with outside.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    outside.dispose()


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on empty tables: a fresh SQLite file, and PostgreSQL when AIMP_TEST_POSTGRES_URL is set."""
    assert models.Chamber.metadata is Base.metadata
    if request.param == "sqlite":
        path = tmp_path / "aimp.db"
        shutil.copyfile(request.getfixturevalue("empty_file"), path)
        found = connect(f"sqlite:///{path}")
        yield found
        found.dispose()
        return
    found = request.getfixturevalue("postgres")
    yield found
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with found.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction for the whole test; what it wrote is committed at its end and goes with the tables."""
    with transaction(engine) as open_session:
        yield open_session
