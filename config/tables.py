"""Typed readers of the TOML files beside this module; a bad file stops the start, naming file and place."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from config.settings import BadConfiguration

_FOLDER = Path(__file__).parent
T = TypeVar("T", bound="_Table")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CpvCode(_Table):
    """A code of the Common Procurement Vocabulary with its French words."""

    code: str = Field(pattern=r"^\d{8}$")
    label: str


class Sector(_Table):
    """A field of activity of members: the CPV branches behind it and the words that name it."""

    key: str
    labels: dict[str, str]
    core: list[CpvCode]
    related: list[CpvCode] = []
    excluded: list[CpvCode] = []
    keywords: dict[str, list[str]]


class SourceForm(_Table):
    """What is known of a source of notices: where it is, when it is read, what to expect of it."""

    key: str
    title: str
    homepage: str
    url_setting: str
    hosts: list[str]
    licence: str
    licence_checked: str
    expected_per_run: tuple[int, int]
    delay_seconds: float = 1.0
    known_holes: list[str] = []


class Job(_Table):
    """A job of the schedule: its steps are commands of `aimp`, run in order, each in its own process."""

    key: str
    cron: str
    steps: list[str]
    timeout_minutes: int = 120

    @field_validator("cron")
    @classmethod
    def _names_weekdays(cls, value: str) -> str:
        fields = value.split()
        if len(fields) != 5:
            raise ValueError("five fields: minute hour day month weekday")
        if any(character.isdigit() for character in fields[4]):
            # APScheduler counts weekdays from Monday, cron from Sunday: digits would mean another day.
            raise ValueError("write weekdays as mon-fri, not as digits")
        if any(hour.lstrip("0") == "2" for hour in fields[1].split(",")):
            raise ValueError("nothing between 02:00 and 03:00: that hour is missing or doubled twice a year")
        return value


class _Sectors(_Table):
    version: str
    sector: list[Sector]


class _Sources(_Table):
    source: list[SourceForm]


class _Schedule(_Table):
    timezone: str
    job: list[Job]


def _read(shape: type[T], name: str) -> T:
    path = _FOLDER / name
    try:
        return shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise BadConfiguration(f"config/{name}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadConfiguration(f"config/{name}: {problem}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadConfiguration(f"config/{name}: {place}: {first['msg']}") from problem


@lru_cache(maxsize=1)
def sectors() -> dict[str, Sector]:
    """The sectors by key, in the order of the file."""
    return {sector.key: sector for sector in _read(_Sectors, "sectors.toml").sector}


@lru_cache(maxsize=1)
def sources() -> dict[str, SourceForm]:
    """The forms of the sources by key."""
    return {source.key: source for source in _read(_Sources, "sources.toml").source}


@lru_cache(maxsize=1)
def jobs() -> list[Job]:
    """The jobs of the schedule, in the order of the file."""
    return _read(_Schedule, "schedule.toml").job


@lru_cache(maxsize=1)
def schedule_timezone() -> str:
    """The zone in which the cron expressions of the schedule are read."""
    return _read(_Schedule, "schedule.toml").timezone


@lru_cache(maxsize=1)
def cpv_words() -> dict[str, str]:
    """French words of the CPV codes that the sectors name: what is known before the official list is read."""
    return {
        cpv.code: cpv.label
        for sector in sectors().values()
        for cpv in (*sector.core, *sector.related, *sector.excluded)
    }
