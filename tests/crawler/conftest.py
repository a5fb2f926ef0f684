"""Fixtures of collection: a source that can misbehave, and the command run as a person would."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.settings import environment_with
from procurement.db import connect, transaction
from procurement.i18n import ZURICH
from tests.crawler.spoiled import Spoiled, serve_spoiled


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation in a folder of its own, driven by its commands."""

    folder: Path
    environment: dict[str, str]

    def start(self, *verb: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "aimp", *verb],
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
        )

    def run(self, *verb: str) -> tuple[int, str]:
        """Run a command to its end; its exit code and what it said."""
        child = self.start(*verb)
        said, _ = child.communicate(timeout=100)
        return child.returncode, said

    def status(self) -> dict[str, Any]:
        """What `aimp status --json` says."""
        code, said = self.run("status", "--json")
        assert code == 0, said
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction on its database."""
        engine = connect(f"sqlite:///{self.folder / 'var' / 'aimp.db'}")
        with transaction(engine) as session:
            yield session
        engine.dispose()

    def last_run(self) -> dict[str, Any]:
        """The last run over simap."""
        [run] = self.status()["runs"]
        return dict(run)


@pytest.fixture
def source() -> Iterator[Spoiled]:
    """A source with the notices of the sample."""
    with serve_spoiled(datetime.now(UTC).astimezone(ZURICH).date()) as spoiled:
        yield spoiled


@pytest.fixture
def install(tmp_path: Path) -> Callable[[str], Installation]:
    """Makes an installation that reads a source at an address."""

    def make(address: str) -> Installation:
        environment = environment_with(
            data_dir=str(tmp_path / "var"), database_url="", simap_url=address, log_level="WARNING"
        )
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
        made = Installation(tmp_path, environment)
        code, said = made.run("migrate")
        assert code == 0, said
        return made

    return make


@pytest.fixture
def installation(source: Spoiled, install: Callable[[str], Installation]) -> Installation:
    """An installation that reads the source of this test."""
    return install(source.address)
