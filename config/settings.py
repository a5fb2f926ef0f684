"""Settings of one installation: the only reader of the environment."""

import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class BadConfiguration(Exception):
    """A setting or a file under config/ cannot be used; the message names which and why."""


class Settings(BaseSettings):
    """Every setting of the installation, read from `AIMP_…` variables; each default works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="AIMP_", env_ignore_empty=True, extra="ignore")

    database_url: str = Field("", description="SQLAlchemy address; empty: an SQLite file in the data folder")
    data_dir: Path = Field(Path("var"), description="Folder for the embedded database, files and models")
    mail_dir: Path | None = Field(
        None, description="Folder to write e-mails into; the default when no relay is set"
    )
    smtp_url: str = Field("", description="Mail relay: smtp://user:password@host:port, or smtps://")
    mail_from: str = Field(
        "aimp@localhost", description="Sender of every e-mail; a real address in production"
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="Public address of the web application, used in e-mails"
    )
    secret_key: str = Field(
        "", description="Signs forms and links; at least 32 characters. Empty: made once in the data folder"
    )
    simap_url: str = Field("https://www.simap.ch/api", description="Base address of simap's API")
    simap_archive_url: str = Field(
        "https://archiv.simap.ch/api", description="Base address of the archive of simap before July 2024"
    )
    amtsblattportal_url: str = Field(
        "https://amtsblattportal.ch/api/v1", description="Base address of the cantonal gazettes' API"
    )
    ted_url: str = Field("https://api.ted.europa.eu", description="Base address of TED's search API")
    boamp_url: str = Field(
        "https://boamp-datadila.opendatasoft.com", description="Base address of BOAMP's API"
    )
    boamp_departments: str = Field(
        "1 01 74",
        pattern=r"^\s*\d{1,3}[AB]?(?:[ ,]+\d{1,3}[AB]?)*\s*$",
        description="Départements read from BOAMP; by default Ain and Haute-Savoie, around Geneva",
    )
    ted_places: str = Field(
        "CHE FRK21 FRK28",
        pattern=r"^\s*[A-Z]{2,3}[0-9A-Z]{0,3}(?:[ ,]+[A-Z]{2,3}[0-9A-Z]{0,3})*\s*$",
        description="Places read from TED, as countries of three letters or NUTS codes; by default "
        "Switzerland, Ain and Haute-Savoie",
    )
    sources_file: Path | None = Field(
        None, description="TOML file of the installation's own sources, in the shape of config/sources.toml"
    )
    matching_workers: int = Field(
        1, ge=1, le=64, description="Processes that match many notices with many members together"
    )
    contact_url: str = Field(
        "https://www.apres-ge.ch", description="Address given to sources in the user agent"
    )
    reads: str = Field(
        "simap",
        description="Keys of the sources that the schedule reads, separated by blanks",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much the programs log"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Lines for people, or JSON for a collector"
    )
    sample_password: str = Field(
        "", description="Password of the invented sample's people, shown on the front page (set by make demo)"
    )

    @field_validator(
        "base_url",
        "simap_url",
        "simap_archive_url",
        "amtsblattportal_url",
        "ted_url",
        "boamp_url",
        "contact_url",
    )
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a web address: {value!r}")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _is_a_relay(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("not a relay: smtp://host:port or smtps://host:port")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("at least 32 characters")
        return value

    @property
    def database_address(self) -> str:
        """The database to use: the one set, or the embedded SQLite file."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'aimp.db').resolve()}"

    @property
    def mail_folder(self) -> Path:
        """The folder that e-mails are written into when no relay is set."""
        return self.mail_dir or self.data_dir / "mails"

    @property
    def is_https(self) -> bool:
        """Whether people reach the application over TLS: decides on Secure cookies and HSTS."""
        return urlsplit(self.base_url).scheme == "https"

    def signing_key(self) -> str:
        """The secret that signs forms and links, made once and kept in the data folder when none is set."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            # Programs that start together each write one whole; the first to give it the name wins.
            part = self.data_dir / f".secret_key.{secrets.token_hex(8)}"
            part.touch(mode=0o600)
            part.write_text(secrets.token_urlsafe(48))
            with suppress(FileExistsError):
                path.hardlink_to(part)
            part.unlink()
        return path.read_text().strip()


def environment_with(**changes: str) -> dict[str, str]:
    """The environment for a child process: this one's, with other settings."""
    return {**os.environ, **{f"AIMP_{name.upper()}": value for name, value in changes.items()}}


def is_loopback(url: str) -> bool:
    """Whether an address names this machine."""
    return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; raises BadConfiguration naming each wrong variable."""
    try:
        return Settings()
    except ValidationError as problem:
        lines = [f"AIMP_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in problem.errors()]
        raise BadConfiguration("; ".join(lines)) from problem
