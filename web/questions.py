"""What a page asks of the matcher by a row of work, and how long it waits for the answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, g

from procurement import work
from procurement.db import transaction
from procurement.models import Work

# A page waits for so long, then shows that the answer is on its way and asks again by itself.
PATIENCE_SECONDS = 2.0
REFRESH_SECONDS = 3
_LOOK_SECONDS = 0.1
# Nobody answers: a page that refreshes for ever would hide it.
LATE_AFTER = timedelta(minutes=2)
STALE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """A row of work as a page shows it; without a row it was never asked, or what was said is out of date."""

    row: Work | None
    now: datetime

    @property
    def answer(self) -> Mapping[str, Any] | None:
        """What the matcher said; None as long as it has said nothing."""
        return self.row.answer if self.row is not None else None

    @property
    def has_failed(self) -> bool:
        """Whether the matcher gave up."""
        return self.row is not None and self.row.failed_at is not None

    @property
    def is_waiting(self) -> bool:
        """Whether the answer is still to come."""
        return self.row is not None and self.answer is None and not self.has_failed

    @property
    def is_late(self) -> bool:
        """Whether the answer is so late that nobody seems to be at work."""
        return self.row is not None and self.is_waiting and self.now - self.row.created_at > LATE_AFTER

    @property
    def refresh_after(self) -> int | None:
        """After how many seconds the page should look again by itself; None for not at all."""
        return REFRESH_SECONDS if self.is_waiting and not self.is_late else None


def question(key: str, *, not_before: datetime | None = None) -> Question:
    """What was asked under a key, waited for a moment when it is under way.

    An answer of before `not_before`, or of more than a day ago, counts as none.
    """
    row = work.newest(g.session, key=key)
    if row is not None and row.done_at is None and row.failed_at is None:
        row = _patiently(row)
    if row is not None and row.done_at is not None:
        oldest = max(g.now - STALE_AFTER, not_before or row.created_at)
        row = None if row.created_at < oldest else row
    return Question(row, g.now)


def _patiently(row: Work) -> Work:
    """The row as it stands once it is over, or after two seconds; later visits no longer wait."""
    engine = current_app.extensions["aimp"]["engine"]
    is_new = g.now - row.created_at < timedelta(seconds=REFRESH_SECONDS)
    until = time.monotonic() + (current_app.extensions["aimp"]["patience"] if is_new else 0)
    while row.done_at is None and row.failed_at is None and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
        # The page's own transaction sees what was there when it began.
        with transaction(engine, read_only=True) as session:
            row = session.get_one(Work, row.id)
    return row
