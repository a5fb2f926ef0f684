"""What a command stands on: the settings, the database, the clock, and how e-mails leave."""

import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from config.settings import Settings, settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from procurement.links import Links
    from procurement.mail.deliver import Carrier, DeliveryReport


def clock() -> datetime:
    """The present instant: only the edges of the program ask for it."""
    return datetime.now(UTC)


def ready_engine(*, is_collecting: bool = False) -> "Engine":
    """The database of the installation; DatabaseNotReady says what to do when its tables are not there.

    For collecting, it does not wait for the disk: see `connect`.
    """
    from procurement.db import check_ready, connect

    engine = connect(settings().database_address, is_collecting=is_collecting)
    check_ready(engine)
    return engine


def links_of(chosen: Settings) -> "Links":
    """The addresses that e-mails carry."""
    from procurement.links import Links

    return Links(chosen.base_url, chosen.signing_key())


def carrier_of(chosen: Settings) -> "Carrier":
    """How e-mails leave: by the relay that is set, else into the folder."""
    from procurement.mail.deliver import FolderCarrier, SmtpCarrier

    return SmtpCarrier(chosen.smtp_url) if chosen.smtp_url else FolderCarrier(chosen.mail_folder)


def run_delivery(engine: "Engine") -> "DeliveryReport":
    """One round of delivery with the carrier of the settings."""
    from procurement.mail.deliver import deliver as send_all

    chosen = settings()
    return send_all(engine, carrier=carrier_of(chosen), sender=chosen.mail_from, clock=clock)


def stopping() -> threading.Event:
    """An event that is set when this process is told to end."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told


class Progress:
    """A progress bar on standard error, called with what is done and the whole."""

    def __init__(self, label: str) -> None:
        self._bar = click.progressbar(length=1, label=label, file=sys.stderr)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.__enter__()
        return self._show

    def __exit__(self, *problem: object) -> None:
        self._bar.__exit__(*problem)  # type: ignore[arg-type]

    def _show(self, done: int, total: int) -> None:
        self._bar.length = max(total, 1)
        self._bar.update(done - self._bar.pos)
