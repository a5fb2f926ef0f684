"""Commands of `aimp` as child processes that never outlive us."""

import ctypes
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """In the child: be told to end when the parent is gone, be it killed."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(
    verb: Sequence[str], *, environment: Mapping[str, str] | None = None, output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start `aimp <verb>` in a session of its own, so that ctrl-C reaches us alone."""
    # Linux ties the signal to the thread that starts the child: it must live as long as the child may.
    return subprocess.Popen(  # noqa: S603  our own command, no shell
        [sys.executable, "-m", "aimp", *verb],
        env=dict(environment) if environment is not None else None,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def ask(verb: Sequence[str], *, environment: Mapping[str, str] | None = None) -> str:
    """What `aimp <verb>` writes to its standard output; CalledProcessError when it fails."""
    command = [sys.executable, "-m", "aimp", *verb]
    finished = subprocess.run(  # noqa: S603  our own command, no shell
        command,
        env=dict(environment) if environment is not None else None,
        stdout=subprocess.PIPE,
        check=True,
    )
    return finished.stdout.decode()


def stop(child: subprocess.Popen[bytes], *, grace: float = _GRACE_SECONDS) -> int:
    """Ask a child to end, kill it when it has not after the time of grace; returns its exit code."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(grace)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()


def run_together(
    verbs: Sequence[Sequence[str]],
    *,
    environment: Mapping[str, str] | None = None,
    stopping: threading.Event,
) -> int:
    """Run several commands until one ends or we are told to stop, then stop them all.

    Returns 0 when we were told to stop and every child ended by itself within the time of grace.
    """
    children = [start(verb, environment=environment) for verb in verbs]
    try:
        while not stopping.is_set() and all(child.poll() is None for child in children):
            stopping.wait(0.2)
        for verb, child in zip(verbs, children, strict=True):
            if child.poll() is not None and not stopping.is_set():
                logger.error("a program ended by itself", extra={"verb": verb[0], "code": child.returncode})
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        codes = [stop(child, grace=max(0.1, deadline - time.monotonic())) for child in children]
    return 0 if stopping.is_set() and not any(codes) else 1
