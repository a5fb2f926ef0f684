"""A small web server with the pages that a test gives it, and an installation whose sources file names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from config.settings import environment_with
from config.tables import SourceForm
from crawler.sample.server import listening
from crawler.source import Run, Tally
from tests.crawler.conftest import Installation

TODAY = date(2026, 8, 20)
ADDRESS = "https://www.onlieu.example/marches"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    body: str | bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200


@dataclass(slots=True)
class Pages:
    """A running server: its address, its pages by path with query, and what was asked of it."""

    address: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def serve_pages() -> Iterator[Pages]:
    """Serve what a test puts into `pages`; anything else is 404."""
    state = Pages()
    with listening(_handler(state)) as address:
        state.address = address
        yield state


def _handler(state: Pages) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            state.asked.append(self.path)
            page = state.pages.get(self.path, Page("nothing here", status=404))
            body = page.body.encode() if isinstance(page.body, str) else page.body
            self.send_response(page.status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def install_with(folder: Path, sources: str) -> Installation:
    """An installation of its own whose sources file holds these forms."""
    file = folder / "sources.toml"
    file.write_text(sources, encoding="utf-8")
    environment = environment_with(
        data_dir=str(folder / "var"), database_url="", sources_file=str(file), log_level="WARNING"
    )
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    made = Installation(folder, environment)
    code, said = made.run("migrate")
    assert code == 0, said
    return made


def form_of(reader: str, table: dict[str, Any], *, url: str = ADDRESS) -> SourceForm:
    """The form of a source that this reader reads by this table."""
    return SourceForm.model_validate(
        {
            "key": "onlieu",
            "title": "Commune d’Onlieu",
            "homepage": "https://www.onlieu.example",
            "url": url,
            "reader": reader,
            reader: table,
            "hosts": ["www.onlieu.example"],
            "licence": "Actes officiels",
            "licence_checked": "2026-11-22",
            "expected_per_run": (0, 20),
        }
    )


def a_run(form: SourceForm, engine: Engine, **changes: Any) -> dict[str, Any]:
    """What a spider over this form is started with."""
    return {
        "form": form,
        "base_url": form.url,
        "since": date(2026, 8, 1),
        "until": TODAY,
        "known": frozenset(),
        "open_cases": {},
        "run": Run(form.key, engine, "test", Tally(), lambda: datetime(2026, 8, 20, 8, tzinfo=UTC)),
        **changes,
    }
