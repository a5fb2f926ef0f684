"""How a source stands, as a light: a colour, a word, and when it was last read."""

from collections.abc import Container
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
    """A source, its light, its word in French, its newest run that came to an end, and when it was read.

    A run that failed has read nothing, so `read_at` is the end of the newest one that did not.
    """

    form: SourceForm
    light: Light
    word: str
    last: CrawlRun | None = None
    read_at: datetime | None = None
    was_tried: bool = True


def lights(session: Session, *, now: datetime) -> list[SourceLight]:
    """Every source that is configured, with its light."""
    return [
        light_of(form, runs.runs_of(session, source=key, limit=10), now) for key, form in sources().items()
    ]


def watched(session: Session, *, planned: Container[str], now: datetime) -> list[SourceLight]:
    """The sources that this installation reads: those that were read here, or that a job is to read."""
    return [each for each in lights(session, now=now) if each.was_tried or each.form.key in planned]


def light_of(form: SourceForm, newest_first: list[CrawlRun], now: datetime) -> SourceLight:
    """The light of a source by its newest runs."""
    ended = [run for run in newest_first if run.ended_at is not None]
    last = ended[0] if ended else None
    read_at = next((run.ended_at for run in ended if run.verdict in (Verdict.OK, Verdict.PARTIAL)), None)
    newest = newest_first[0] if newest_first else None
    if newest is None:
        return SourceLight(form, Light.GREY, "pas encore lue ici", was_tried=False)
    if newest.ended_at is None and now - newest.started_at > CRASHED_AFTER:
        return SourceLight(form, Light.RED, "lecture interrompue", last, read_at)
    if last is None or last.ended_at is None:
        return SourceLight(form, Light.GREY, "première lecture en cours")
    if last.verdict is Verdict.FAILED or last.verdict is None:
        return SourceLight(form, Light.RED, "dernière lecture échouée", last, read_at)
    if now - last.ended_at > LATE_AFTER:
        return SourceLight(form, Light.AMBER, "en retard", last, read_at)
    if last.verdict is Verdict.PARTIAL:
        return SourceLight(form, Light.AMBER, "lecture incomplète", last, read_at)
    return SourceLight(form, Light.GREEN, "à jour", last, read_at)
