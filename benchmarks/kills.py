"""Collection killed at random moments: what is lost or doubled afterwards must be nothing.

    python -m benchmarks.kills [--kills 200] [--seed 1] [--out FILE]

A round makes a new database, kills `aimp crawl simap` again and again while it reads the invented sample, a
random time after a random answer, lets one run end, and compares what is stored with what the source lists.
Prints a table, writes a JSON.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import func, select, text

from config.settings import environment_with
from crawler.sample.answers import Sample, build
from crawler.sample.server import ROOT, handler, listening
from procurement.db import connect, transaction
from procurement.i18n import ZURICH
from procurement.models import CrawlRun, Lot, Notice, NoticeVersion, Tender

_PROJECT = Path(__file__).parents[1]
# A first run asks for some seventy pages, one after a kill for fewer: most are killed before their end.
_MOST_ASKED = 40


@dataclass(slots=True)
class Result:
    """What came of the kills."""

    kills: int = 0
    rounds: int = 0
    lost: int = 0
    doubled: int = 0
    damaged: int = 0
    without_verdict: int = 0
    seconds: float = 0.0


class _Unmoved(ThreadingHTTPServer):
    """A client that is killed resets its connection: that is what is measured, not an error."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@dataclass(slots=True)
class _Source:
    """The sample's server: its address, what it has, and how often it was asked."""

    address: str
    sample: Sample
    asked: int = 0


@contextmanager
def slow_source(today: date, *, pause: float) -> Iterator[_Source]:
    """The sample's server, slow enough to be killed in the middle."""
    source = _Source("", build(today))

    class Slow(handler(source.sample)):  # type: ignore[misc]
        def do_GET(self) -> None:  # noqa: N802
            source.asked += 1
            time.sleep(pause)
            super().do_GET()

    with listening(Slow, server_class=_Unmoved) as address:
        source.address = f"{address}{ROOT}"
        yield source


def measure(*, kills: int, seed: int, kills_per_round: int = 6) -> Result:
    """Kill collection this many times; deterministic in its moments, not in what they hit."""
    chance, result, started = random.Random(seed), Result(), time.monotonic()  # noqa: S311
    today = datetime.now(UTC).astimezone(ZURICH).date()
    with slow_source(today, pause=0.02) as source:
        while result.kills < kills:
            with tempfile.TemporaryDirectory() as folder:
                _round(Path(folder), source, chance, result, min(kills_per_round, kills - result.kills))
    result.seconds = round(time.monotonic() - started, 1)
    return result


def _round(folder: Path, source: _Source, chance: random.Random, result: Result, kills: int) -> None:
    environment = environment_with(
        data_dir=str(folder), database_url="", simap_url=source.address, log_level="ERROR"
    )
    subprocess.run([sys.executable, "-m", "aimp", "migrate"], env=environment, cwd=_PROJECT, check=True)
    crawl = [sys.executable, "-m", "aimp", "crawl", "simap", "--since", "2020-01-01"]
    for _ in range(kills):
        last = source.asked + chance.randrange(_MOST_ASKED)
        child = subprocess.Popen(crawl, env=environment, cwd=_PROJECT, stdout=subprocess.DEVNULL)
        while source.asked < last and child.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.2))
        if child.poll() is not None:
            # Nothing was left to be killed over: the next round begins anew.
            break
        child.kill()
        child.wait()
        result.kills += 1
    subprocess.run(crawl, env=environment, cwd=_PROJECT, check=True, stdout=subprocess.DEVNULL)
    result.rounds += 1
    _compare(folder / "aimp.db", source.sample, result)


def _compare(database: Path, sample: Sample, result: Result) -> None:
    engine = connect(f"sqlite:///{database}")
    wanted = {str(key) for key in sample.publications()}
    with transaction(engine, read_only=True) as session:
        stored = list(session.scalars(select(Notice.source_key)))
        result.lost += len(wanted - set(stored))
        result.doubled += len(stored) - len(set(stored))
        result.doubled += (session.scalar(select(func.count(NoticeVersion.id))) or 0) - len(stored)
        tenders = session.scalar(select(func.count(Tender.id))) or 0
        result.doubled += tenders - len(sample.projects)
        result.lost += session.scalar(select(func.count(Tender.id)).where(~Tender.lots.any())) or 0
        result.doubled += len(
            session.execute(
                select(Lot.tender_id, Lot.source_key)
                .group_by(Lot.tender_id, Lot.source_key)
                .having(func.count(Lot.id) > 1)
            ).all()
        )
        result.damaged += session.scalar(text("PRAGMA quick_check")) != "ok"
        result.without_verdict += (
            session.scalar(select(func.count(CrawlRun.id)).where(CrawlRun.verdict.is_(None))) or 0
        )
    engine.dispose()


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    result = measure(kills=arguments.kills, seed=arguments.seed)
    for name, value in asdict(result).items():
        print(f"{name:16} {value}")
    if arguments.out:
        arguments.out.write_text(json.dumps(asdict(result), indent=2))


if __name__ == "__main__":
    main()
