"""Typed readers of the TOML files beside this module; a bad file stops the start, naming file and place."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from config.readers import CsvForm, FeedForm, OcdsForm, PageForm
from config.settings import BadConfiguration, is_loopback, settings

_FOLDER = Path(__file__).parent
T = TypeVar("T", bound=BaseModel)


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


# The readers that are described by a table of their own.
_TABLES = ("page", "feed", "ocds", "csv")


class SourceForm(_Table):
    """What is known of a source of notices: where it is, how and when it is read, what to expect of it.

    `reader` names the spider that reads it; empty: the spider that bears the key. A source that a web page, a
    feed, OCDS packages or CSV tables describe needs no spider of its own, only the table of its reader. One
    that comes in files alone has no address.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    title: str
    homepage: str = ""
    what: str = ""
    url_setting: str = ""
    url: str = ""
    reader: str = Field("", pattern=r"^[a-z0-9_]*$")
    page: PageForm | None = None
    feed: FeedForm | None = None
    ocds: OcdsForm | None = None
    csv: CsvForm | None = None
    hosts: list[str]
    licence: str
    licence_checked: str
    expected_per_run: tuple[int, int]
    delay_seconds: float = 1.0
    timeout_seconds: float = Field(60.0, gt=0)
    largest_megabytes: int = Field(6, ge=1, le=64)
    known_holes: list[str] = []

    @property
    def is_read_from_files_alone(self) -> bool:
        """Whether there is no address to read it at: it is imported, never crawled."""
        return not (self.url or self.url_setting)

    @property
    def spider(self) -> str:
        """The name of the module under crawler/spiders that reads it."""
        return self.reader or self.key

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.hostname and (parts.scheme == "https" or is_loopback(value))):
            raise ValueError(f"an https address: {value!r}")
        return value

    @model_validator(mode="after")
    def _is_read_in_one_way(self) -> Self:
        addresses = bool(self.url) + bool(self.url_setting)
        if self.reader == "csv" and addresses:
            raise ValueError("neither url nor url_setting: a table comes in a file")
        if addresses != 1 and self.reader != "csv" and (addresses or self.reader != "ocds"):
            raise ValueError("exactly one of url and url_setting")
        if addresses and not self.homepage:
            raise ValueError("homepage: what has an address has a page for people, too")
        tables = [name for name in _TABLES if getattr(self, name) is not None]
        wanted = [self.reader] if self.reader in _TABLES else []
        if tables != wanted:
            raise ValueError(
                f"the reader {self.spider!r} needs its own table, [source.{wanted[0]}], and no other"
                if wanted
                else f"the table {tables[0]!r} needs reader = {tables[0]!r}"
            )
        return self


class Hole(_Table):
    """A place where notices are published that is not read: why, and how the hole is filled."""

    title: str
    homepage: str
    why: str
    checked: str
    filled: str


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
    source: list[SourceForm] = []
    hole: list[Hole] = []


class _Schedule(_Table):
    timezone: str
    job: list[Job]


def read_table(shape: type[T], name: str) -> T:
    """A file of this folder in its shape; BadConfiguration names the file and the place that is wrong."""
    return _read_file(shape, _FOLDER / name, f"config/{name}")


def _read_file(shape: type[T], path: Path, name: str) -> T:
    try:
        return shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise BadConfiguration(f"{name}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadConfiguration(f"{name}: {problem}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadConfiguration(f"{name}: {place}: {first['msg']}") from problem


@lru_cache(maxsize=1)
def sectors() -> dict[str, Sector]:
    """The sectors by key, in the order of the file."""
    return {sector.key: sector for sector in read_table(_Sectors, "sectors.toml").sector}


@lru_cache(maxsize=1)
def sources() -> dict[str, SourceForm]:
    """The forms of the sources by key: those of config/, then the installation's own (AIMP_SOURCES_FILE)."""
    found: dict[str, SourceForm] = {}
    for name, table in _source_files():
        for source in table.source:
            if source.key in found:
                raise BadConfiguration(f"{name}: the key {source.key!r} stands twice")
            # An address on this machine is fetched only when a setting of the installation names it.
            if is_loopback(source.url) and name == "config/sources.toml":
                raise BadConfiguration(f"{name}: {source.key}: {source.url} is on this machine")
            found[source.key] = source
    return found


@lru_cache(maxsize=1)
def holes() -> list[Hole]:
    """Where notices are published that no source covers."""
    return [hole for _, table in _source_files() for hole in table.hole]


def _source_files() -> list[tuple[str, _Sources]]:
    files = [("config/sources.toml", read_table(_Sources, "sources.toml"))]
    own = settings().sources_file
    if own is not None:
        files.append((str(own), _read_file(_Sources, own, str(own))))
    return files


@lru_cache(maxsize=1)
def jobs() -> list[Job]:
    """The jobs of the schedule, in the order of the file."""
    return read_table(_Schedule, "schedule.toml").job


@lru_cache(maxsize=1)
def schedule_timezone() -> str:
    """The zone in which the cron expressions of the schedule are read."""
    return read_table(_Schedule, "schedule.toml").timezone


@lru_cache(maxsize=1)
def cpv_words() -> dict[str, str]:
    """French words of the CPV codes that the sectors name: what is known before the official list is read."""
    return {
        cpv.code: cpv.label
        for sector in sectors().values()
        for cpv in (*sector.core, *sector.related, *sector.excluded)
    }
