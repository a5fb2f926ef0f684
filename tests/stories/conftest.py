"""Fixtures of whole stories: a served installation, a real browser."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from config.settings import environment_with

ROOT = Path(__file__).parents[2]
BROWSER = os.environ.get("AIMP_TEST_BROWSER", "")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Served:
    """A running installation: its address, its folder, and the process that serves it."""

    url: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def aimp(self, *verb: str) -> str:
        """What a command says; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "aimp", *verb],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def wait_for(self, is_there: Callable[[], object], *, seconds: float = 120) -> None:
        """Wait until something is there."""
        deadline = time.monotonic() + seconds
        while not is_there():
            assert self.process.poll() is None, "the installation ended by itself"
            assert time.monotonic() < deadline, "it did not come in time"
            time.sleep(0.3)

    def stop(self) -> int:
        """Ask it to end as an operator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(45)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, *verb: str, **settings: str) -> Iterator[Served]:
    """Run a command that serves the application on a port of its own until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = environment_with(
        **{
            "data_dir": str(folder / "var"),
            "database_url": "",
            "mail_dir": "",
            "base_url": url,
            "log_level": "WARNING",
            **settings,
        }
    )
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "aimp", *verb, "--port", str(port)]
    with (folder / "served.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        served = Served(url, folder, environment, process)
        try:
            served.wait_for(lambda: _answers(url))
            yield served
        finally:
            if process.poll() is None:
                served.stop()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own server
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skipped when AIMP_TEST_BROWSER does not name one."""
    if not BROWSER:
        pytest.skip("AIMP_TEST_BROWSER names no browser")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER, args=list(_FLAGS))
        yield found
        found.close()
