"""How a source stands, as a light: a colour, a word, and when it was last read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from config.tables import SourceForm, sources
from procurement import runs
from procurement.models import CrawlRun
from procurement.vocabulary import Verdict

LATE_AFTER = timedelta(days=2)
CRASHED_AFTER = timedelta(hours=2)


class Light(StrEnum):
    """The colours; each is shown with its word."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class SourceLight:
    """A source, its light, its word in French, and its newest run that came to an end."""

    form: SourceForm
    light: Light
    word: str
    last: CrawlRun | None

    @property
    def read_at(self) -> datetime | None:
        """When it was last read to the end."""
        return self.last.ended_at if self.last is not None else None


def lights(session: Session, *, now: datetime) -> list[SourceLight]:
    """Every source that is configured, with its light."""
    return [
        light_of(form, runs.runs_of(session, source=key, limit=10), now) for key, form in sources().items()
    ]


def light_of(form: SourceForm, newest_first: list[CrawlRun], now: datetime) -> SourceLight:
    """The light of a source by its newest runs."""
    last = next((run for run in newest_first if run.ended_at is not None), None)
    newest = newest_first[0] if newest_first else None
    if newest is None:
        return SourceLight(form, Light.GREY, "jamais lue", None)
    if newest.ended_at is None and now - newest.started_at > CRASHED_AFTER:
        return SourceLight(form, Light.RED, "lecture interrompue", last)
    if last is None or last.ended_at is None:
        return SourceLight(form, Light.GREY, "première lecture en cours", None)
    if last.verdict is Verdict.FAILED or last.verdict is None:
        return SourceLight(form, Light.RED, "dernière lecture échouée", last)
    if now - last.ended_at > LATE_AFTER:
        return SourceLight(form, Light.AMBER, "en retard", last)
    if last.verdict is Verdict.PARTIAL:
        return SourceLight(form, Light.AMBER, "lecture incomplète", last)
    return SourceLight(form, Light.GREEN, "à jour", last)
