"""A source may answer what it likes: the run survives, and what can be read is stored."""

import gzip
import json
import os
import subprocess
import sys
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Engine, String, select, text
from sqlalchemy.engine import make_url

from config.settings import environment_with
from procurement import models
from procurement.db import Base, connect, transaction
from procurement.i18n import ZURICH
from tests.conftest import BACKENDS, POSTGRES_URL
from tests.crawler.hostile import Hostile, Publication, bomb, reply, serve_hostile
from tests.crawler.hostile_answers import CORPUS, LISTED

pytestmark = pytest.mark.slow

_PEAK = 200 * 2**20
_SECONDS = 60.0
# Between this process and the run, so that what this one takes is not counted to the run.
_MEASURE = """
import json, resource, subprocess, sys, time
began = time.monotonic()
run = subprocess.run([sys.executable, "-m", "aimp", *sys.argv[1:]], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
said = {"code": run.returncode, "said": run.stdout, "log": run.stderr}
print(json.dumps(said | {"peak": peak, "seconds": time.monotonic() - began}))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, how much memory it took at most, and how long it took."""

    code: int
    said: str
    log: str
    peak: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Survivor:
    """An installation after its run over the hostile source."""

    first: Ended
    first_row: models.CrawlRun
    states: dict[str, str]
    texts: list[tuple[str, str]]
    second_row: models.CrawlRun
    stored_at_last: set[str]


def measured(environment: dict[str, str], folder: Path, *verb: str) -> Ended:
    """Run a command and measure it alone."""
    child = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURE, *verb],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    )
    return Ended(**json.loads(child.stdout))


@pytest.fixture(scope="module", params=BACKENDS)
def survivor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survivor]:
    """One run over all that the hostile source answers, then one when it means well; on either database."""
    folder = tmp_path_factory.mktemp("hostile")
    with nullcontext("") if request.param == "sqlite" else empty_schema() as url:
        yield survived_in(folder, url)


@contextmanager
def empty_schema() -> Iterator[str]:
    """The address of a PostgreSQL schema of its own, dropped afterwards."""
    schema, outside = f"test_{uuid.uuid4().hex[:12]}", connect(POSTGRES_URL)
    with outside.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield (
        make_url(POSTGRES_URL)
        .update_query_dict({"options": f"-csearch_path={schema}"})
        .render_as_string(hide_password=False)
    )
    with outside.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    outside.dispose()


def survived_in(folder: Path, database_url: str) -> Survivor:
    """What is there after both runs with this database."""
    today = datetime.now(UTC).astimezone(ZURICH).date()
    robots = reply(bomb("gzip"), "Content-Encoding: gzip", kind="text/plain")
    with serve_hostile(CORPUS, today, robots=robots) as source:
        environment = environment_with(
            data_dir=str(folder / "var"),
            database_url=database_url,
            simap_url=source.address,
            log_level="WARNING",
        )
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
        assert measured(environment, folder, "migrate").code == 0
        engine = connect(database_url or f"sqlite:///{folder / 'var' / 'aimp.db'}")
        found = survived(environment, folder, source, engine)
        engine.dispose()
    return found


def survived(environment: dict[str, str], folder: Path, source: Hostile, engine: Engine) -> Survivor:
    """What is there after either run."""
    first = measured(environment, folder, "crawl", "simap")
    first_row, states, texts = last_run(engine), states_in(engine), list(texts_in(engine))
    source.means_harm = False
    measured(environment, folder, "crawl", "simap")
    return Survivor(first, first_row, states, texts, last_run(engine), stored_in(engine))


def last_run(engine: Engine) -> models.CrawlRun:
    with transaction(engine, read_only=True) as session:
        return session.scalars(select(models.CrawlRun).order_by(models.CrawlRun.id.desc())).first()  # type: ignore[return-value]


def stored_in(engine: Engine) -> set[str]:
    with transaction(engine, read_only=True) as session:
        return set(session.scalars(select(models.Notice.source_key)))


def states_in(engine: Engine) -> dict[str, str]:
    """Where each publication is now, by its key."""
    with transaction(engine, read_only=True) as session:
        return {
            **dict.fromkeys(session.scalars(select(models.Quarantine.source_key)), "quarantined"),
            **dict.fromkeys(session.scalars(select(models.MissingNotice.source_key)), "missing"),
            **dict.fromkeys(session.scalars(select(models.Notice.source_key)), "stored"),
        }


def texts_in(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every text in the database, with the column that holds it."""
    with transaction(engine, read_only=True) as session:
        for table in Base.metadata.sorted_tables:
            columns = [each for each in table.columns if isinstance(each.type, String | JSON)]
            for row in session.execute(select(*columns)) if columns else ():
                for column, value in zip(columns, row, strict=True):
                    for text in texts_of(value):
                        yield f"{table.name}.{column.name}", text


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from (name, *texts_of(each))
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


def is_harmless(character: str) -> bool:
    """Whether a character may stand in a text: neither control nor surrogate, direction nor invisible."""
    return character in "\n\t\u00ad" or unicodedata.category(character) not in ("Cc", "Cs", "Cf", "Cn", "Co")


def test_the_run_survives_and_says_that_something_is_wrong(survivor: Survivor) -> None:
    assert survivor.first.code == 0, survivor.first.log[-2000:]
    assert survivor.first_row.verdict == "partial"
    assert survivor.first_row.reasons


def test_the_run_keeps_to_its_memory_and_time(survivor: Survivor) -> None:
    assert survivor.first.peak < _PEAK
    assert survivor.first.seconds < _SECONDS


@pytest.mark.parametrize(
    "publication", [each for each in CORPUS if each not in LISTED], ids=lambda publication: publication.name
)
def test_each_publication_ends_where_it_should(survivor: Survivor, publication: Publication) -> None:
    # What is lost is remembered, and asked for again, like what is missing; the account tells them apart.
    wanted = "missing" if publication.ending == "lost" else publication.ending
    assert survivor.states.get(publication.key) == wanted


def test_large_answers_one_after_the_other_keep_to_the_memory(tmp_path: Path) -> None:
    heavy = next(each for each in CORPUS if each.name == "five megabytes and a smiley")
    today = datetime.now(UTC).astimezone(ZURICH).date()
    packed = gzip.compress(b'{"id": "' + b"x" * 5 * 2**20 + b'"}')
    bombs = [
        Publication(
            f"small bomb {number}", "quarantined", lambda _: [reply(packed, "Content-Encoding: gzip")]
        )
        for number in range(30)
    ]
    publications = [*(replace(heavy, name=f"heavy {number}") for number in range(10)), *bombs]
    with serve_hostile(publications, today, at_once=8) as source:
        environment = environment_with(
            data_dir=str(tmp_path / "var"), database_url="", simap_url=source.address, log_level="ERROR"
        )
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2])])
        measured(environment, tmp_path, "migrate")
        run = measured(environment, tmp_path, "crawl", "simap")

    assert "10 stored, 0 unchanged, 30 quarantined" in run.said
    assert run.peak < _PEAK


def test_every_publication_listed_is_accounted_for(survivor: Survivor) -> None:
    run, wanted = survivor.first_row, Counter(each.ending for each in CORPUS)

    found = {"stored": run.stored, "missing": run.missing, "lost": run.lost}

    assert run.listed == len(CORPUS) == run.stored + run.quarantined + run.missing + run.lost
    assert found == {name: wanted[name] for name in found}
    assert run.quarantined == wanted["quarantined"] + wanted["row"]


def test_nothing_stored_can_harm_a_database_or_a_page(survivor: Survivor) -> None:
    harmful = {place for place, text in survivor.texts if not all(map(is_harmless, text))}

    assert len(survivor.texts) > 1000
    assert harmful == set()
    assert max(len(text) for _, text in survivor.texts) <= 200_000


def test_the_log_holds_no_escapes(survivor: Survivor) -> None:
    harmful = {
        character for character in survivor.first.log + survivor.first.said if not is_harmless(character)
    }

    assert harmful == set()


def test_nothing_is_lost_when_the_source_means_well_again(survivor: Survivor) -> None:
    wanted = {publication.key for publication in CORPUS if publication not in LISTED}

    assert wanted <= survivor.stored_at_last
    assert survivor.second_row.lost == 0
    assert survivor.second_row.quarantined == len([each for each in LISTED if each.ending == "row"])
