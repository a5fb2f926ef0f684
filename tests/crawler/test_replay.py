"""Whatever the replay server spoils on the way: what costs a publication is never called complete.

The server stands beside the project; here it answers from the invented publications of our own tests.
"""

import csv
import io
import json
import os
import sys
import tarfile
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.settings import environment_with
from crawler.sample.answers import build
from procurement.i18n import ZURICH
from procurement.models import CrawlRun, MissingNotice, Notice, Quarantine
from procurement.runs import runs_of
from tests.conftest import RECORDINGS
from tests.crawler.boamp_records import every_recording
from tests.crawler.conftest import Installation
from tests.crawler.ted_notices import recording
from tests.crawler.test_ted_crawl import NOTICES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SERVER = RECORDINGS.parent / "tools" / "replay.py"
# How far back the invented publications go; BOAMP is asked in windows.
SINCE = {"simap": "2024-01-01", "ted": "2024-01-01", "boamp": "2025-03-01"}
BASES = {"simap": "simap/api", "ted": "ted", "boamp": "boamp"}
# A wrong type is never healed; what is slow costs nothing; all others may pass.
CASES = [
    *(("simap", (f"{kind}:1",)) for kind in ("500", "truncated", "html", "empty", "wrongtypes")),
    *((source, (f"{kind}:2",)) for source in BASES for kind in ("500", "truncated", "html", "empty")),
    # The server asks to wait for two seconds each time.
    *((source, (f"{kind}:5",)) for source in BASES for kind in ("503", "429")),
    *(("simap", (f"wrongtypes:{every}",)) for every in (2, 3, 7)),
    ("simap", ("500:3",)),
    ("simap", ("html:7",)),
    ("simap", ("slow:9",)),
    *((source, ("503:7", "truncated:3", "html:4", "empty:5")) for source in BASES),
]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a run: its row, the publications stored, and those that wait or are missing."""

    run: CrawlRun
    stored: set[str]
    owed: set[str]


@cache
def replaying() -> Any:
    """The program of the replay server."""
    if not SERVER.exists():
        pytest.skip("the replay server is not beside the project")
    spec = spec_from_file_location("replay", SERVER)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["replay"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def publications(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which it answers, with the invented publications of each source."""
    folder = tmp_path_factory.mktemp("replayed")
    sample = build(datetime.now(UTC).astimezone(ZURICH).date())
    answers: dict[str, Any] = {"cantons": sample.cantons}
    for number, project in enumerate(sample.projects):
        answers[f"search_{number}"] = {"projects": [project.row]}
        answers |= {f"details_{number}_{place}": each for place, each in enumerate(project.details)}
    for name in ("simap/real/sample", "ted", "boamp"):
        (folder / name).mkdir(parents=True)
    for name, answer in answers.items():
        (folder / "simap" / "real" / "sample" / f"{name}.json").write_text(json.dumps(answer))
    records = {"results": every_recording("broken", "unknown_root")}
    (folder / "boamp" / "full_records.json").write_text(json.dumps(records))
    pack_notices(folder / "ted")
    return folder


def pack_notices(folder: Path) -> None:
    """The notices of TED, packed as the replay server wants them."""
    with (
        (folder / "eforms_real_manifest.csv").open("w", newline="") as table,
        tarfile.open(folder / "eforms_real_notices.tar.xz", "w:xz") as pack,
    ):
        names = ("file", "publication_id", "issue_date", "notice_type", "first_org_country", "main_cpv")
        rows = csv.DictWriter(table, names)
        rows.writeheader()
        for number, name in NOTICES.items():
            content, file = recording(name), f"{number}.xml"
            rows.writerow({**dict.fromkeys(names, "x"), "file": file, "publication_id": number})
            member = tarfile.TarInfo(file)
            member.size = len(content)
            pack.addfile(member, io.BytesIO(content))


def handler(publications: Path, faults: tuple[str, ...], port: int) -> type[BaseHTTPRequestHandler]:
    """What answers from a folder with these faults, at a port."""
    data = {"data": str(publications), "today": False, "held": False, "delay": 0.0}
    found: type[BaseHTTPRequestHandler] = replaying().build(Namespace(**data, port=port, fault=faults))[0]
    return found


@contextmanager
def serve(publications: Path, faults: tuple[str, ...]) -> Iterator[ThreadingHTTPServer]:
    """Answer from a folder with these faults."""
    with ThreadingHTTPServer(("127.0.0.1", 0), None) as server:  # type: ignore[arg-type]
        server.RequestHandlerClass = handler(publications, faults, server.server_port)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def installed(folder: Path, source: str, port: int) -> Installation:
    """An installation that reads a source of the replay server."""
    environment = environment_with(
        data_dir=str(folder / "var"), database_url="", log_level="ERROR", boamp_departments="1 01 74"
    )
    environment[f"AIMP_{source.upper()}_URL"] = f"http://127.0.0.1:{port}/{BASES[source]}"
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
    made = Installation(folder, environment)
    code, said = made.run("migrate")
    assert code == 0, said
    return made


def crawl(installation: Installation, source: str) -> Came:
    """What comes of one run over all that the source has."""
    code, said = installation.run("crawl", source, "--since", SINCE[source])
    with installation.session() as session:
        [run] = runs_of(session, source=source, limit=1)
        stored = set(session.scalars(select(Notice.source_key)))
        quarantined = select(Quarantine.source_key).where(Quarantine.resolved_at.is_(None))
        missing = select(MissingNotice.source_key).where(MissingNotice.found_at.is_(None))
        owed = {*session.scalars(quarantined), *session.scalars(missing)}
    assert code == (1 if run.verdict == "failed" else 0), said
    return Came(run, stored, owed)


def asked_besides(run: CrawlRun) -> int:
    """How many publications a run asked for that were not listed, by its own words."""
    said = next((reason for reason in run.reasons if reason.endswith("besides those listed")), "0")
    return int(said.split()[0])


@pytest.fixture(scope="module")
def everything(publications: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What a run stores of each source when nothing is spoilt."""
    found = {}
    with serve(publications, ()) as server:
        for source in BASES:
            installation = installed(tmp_path_factory.mktemp(source), source, server.server_port)
            came = crawl(installation, source)
            assert (came.run.verdict, came.owed) == ("ok", set()), came.run.reasons
            found[source] = came.stored
    return found


@pytest.mark.parametrize(
    ("source", "faults"), CASES, ids=lambda each: each if isinstance(each, str) else " ".join(each)
)
def test_no_fault_that_costs_a_publication_is_called_complete(
    publications: Path, everything: dict[str, set[str]], tmp_path: Path, source: str, faults: tuple[str, ...]
) -> None:
    with serve(publications, faults) as server:
        installation = installed(tmp_path, source, server.server_port)
        first = crawl(installation, source)
        server.RequestHandlerClass = handler(publications, (), server.server_port)
        second = crawl(installation, source)

    check(first, everything[source])
    # What a retry healed is counted; what was slow needed none.
    assert first.run.verdict != "ok" or (first.run.healed > 0) == ("slow" not in str(faults))
    assert (second.run.verdict, second.stored, second.owed) == ("ok", everything[source], set())


def check(came: Came, everything: set[str]) -> None:
    """The account of a run adds up, and its verdict says whether it cost something."""
    run = came.run
    accounted = run.stored + run.unchanged + run.quarantined + run.missing + run.lost
    assert run.listed + asked_besides(run) == accounted
    assert run.stored == len(came.stored)
    assert run.verdict != "ok" or came.stored == everything
    assert run.verdict == "ok" or run.reasons
    assert run.verdict != "partial" or run.quarantined + run.missing + run.lost > 0
