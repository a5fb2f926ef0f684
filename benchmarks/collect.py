"""Collection: what a page costs from a local server to committed rows, and what a file of notices costs.

    python -m benchmarks.collect [--data ../shared/data] [--copies 30] [--rounds 3] [--out FILE]

`aimp crawl simap` reads the invented sample many times over, each copy under ids of its own. Beside it, a
bare Scrapy spider fetches the very same pages and only counts them: once as Scrapy comes, once with the
settings of the product. What each takes for next to no pages is taken off. Then the TED notices of the data
folder go through the import. Prints tables, writes a JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from sqlalchemy import func, select

from config.settings import environment_with, settings
from config.tables import sources
from crawler.importing import import_files
from crawler.sample.answers import Project, Sample, build
from crawler.sample.search import found
from crawler.sample.server import ROOT, SEARCH, listening
from crawler.settings import scrapy_settings
from procurement.db import connect, transaction
from procurement.i18n import ZURICH
from procurement.installation import clock, ready_engine
from procurement.models import Notice, NoticeVersion

_PROJECT = Path(__file__).parents[1]
_TED = Path("ted") / "ted_export_notices_fr_de_it_en.tar.xz"
_TARGET = 3.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a child process took: seconds on the clock and of the processor."""

    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Pages:
    """What reading pages costs, with and without storing them, start-up taken off."""

    publications: int
    pages: int
    stored: int
    ours: Cost
    ours_idle: Cost
    bare: Cost
    bare_idle: Cost
    tuned: Cost
    tuned_idle: Cost

    @property
    def per_page(self) -> dict[str, float]:
        """Milliseconds of processor for a page: the product, the bare spider, and that with our settings."""
        kinds = {
            "ours": (self.ours, self.ours_idle),
            "bare": (self.bare, self.bare_idle),
            "tuned": (self.tuned, self.tuned_idle),
        }
        return {kind: 1000 * (full.cpu - idle.cpu) / self.pages for kind, (full, idle) in kinds.items()}

    @property
    def ratio(self) -> float:
        """How many times what the bare spider takes."""
        return self.per_page["ours"] / self.per_page["bare"]

    @property
    def per_second(self) -> float:
        """Publications from the server to committed rows in a second, start-up taken off."""
        return self.publications / (self.ours.seconds - self.ours_idle.seconds)


@dataclass(frozen=True, slots=True)
class Files:
    """What reading and storing a file of notices costs; the memory at parts of its notices."""

    listed: int
    stored: int
    quarantined: int
    seconds: float
    cpu: float
    peak_mb_at: dict[str, float]

    @property
    def per_second(self) -> float:
        """Notices read and stored in a second."""
        return self.listed / self.seconds


@dataclass(slots=True)
class Served:
    """A running server: its address and the paths that were asked of it."""

    address: str
    asked: list[str]


def many(today: date, copies: int) -> Sample:
    """The sample many times over; projects, publications and lots of each copy are its own."""
    sample = build(today)
    return replace(sample, projects=tuple(_copy(each, n) for n in range(copies) for each in sample.projects))


def _copy(project: Project, copy: int) -> Project:
    if not copy:
        return project
    lots = [lot["lotId"] for lot in project.row["lots"]]
    text = json.dumps([project.id, project.details, project.row, project.header])
    for old in (project.id, *(detail["id"] for detail in project.details), *lots):
        text = text.replace(old, f"{copy:08x}{old[8:]}")
    number = project.row["projectNumber"]
    for end in ('"', "-"):
        text = text.replace(f'"{number}{end}', f'"{copy}{number}{end}')
    key, details, row, header = json.loads(text)
    return replace(project, id=key, details=tuple(details), row=row, header=header)


@contextmanager
def served(sample: Sample) -> Iterator[Served]:
    """Serve a sample as simap.ch would, its details and headers written out beforehand."""
    ready = {"/cantons/v1": _body(sample.cantons)}
    for project in sample.projects:
        ready[f"/publications/v2/project/{project.id}/project-header"] = _body(project.header)
        for detail in project.details:
            path = f"/publications/v1/project/{project.id}/publication-details/{detail['id']}"
            ready[path] = _body(detail)
    state = Served("", [])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append(self.path)
            url = urlsplit(self.path)
            path = url.path.removeprefix(ROOT)
            body = _body(found(sample, parse_qs(url.query))) if path == SEARCH else ready.get(path)
            status, body = ("200 OK", body) if body is not None else ("404 Not Found", b"{}")
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            self.wfile.write(head.encode() + body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Handler) as address:
        state.address = f"{address}{ROOT}"
        yield state


def _body(answer: object) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


class Counting(scrapy.Spider):
    """The bare spider: fetches pages and counts them."""

    name = "counting"
    pages = 0

    def __init__(self, *, urls: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every page."""
        for url in self.urls:
            yield scrapy.Request(url, callback=self.count, dont_filter=True)

    def count(self, response: Response) -> None:
        """One page more."""
        self.pages += 1


def count_pages(file: Path) -> None:
    """Fetch the pages named in a file, after a line each for whose settings and which address."""
    kind, address, *urls = file.read_text().splitlines()
    as_it_comes = {"LOG_ENABLED": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    ours = {**scrapy_settings(settings(), sources()["simap"], address), "ITEM_PIPELINES": {}}
    process = AsyncCrawlerProcess(as_it_comes if kind == "bare" else ours)
    crawler = process.create_crawler(Counting)
    process.crawl(crawler, urls=urls)
    process.start()
    assert isinstance(crawler.spider, Counting)  # noqa: S101
    print(crawler.spider.pages)


def _run(*arguments: str, environment: dict[str, str]) -> tuple[Cost, str]:
    """A child process to its end: what it took, and what it said."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment,
        cwd=_PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None  # noqa: S101
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{arguments} ended with {child.returncode}: {said}")
    return Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime), said


def _middle(costs: list[Cost]) -> Cost:
    """The run in the middle by its processor time."""
    return sorted(costs, key=lambda cost: cost.cpu)[len(costs) // 2]


def _crawl(folder: Path, address: str) -> tuple[Cost, int]:
    """One crawl into a new database: what it took, and how many notices are in it."""
    environment = environment_with(
        data_dir=str(folder), database_url="", simap_url=address, log_level="ERROR"
    )
    _run("aimp", "migrate", environment=environment)
    cost, _ = _run("aimp", "crawl", "simap", "--since", "2020-01-01", environment=environment)
    engine = connect(f"sqlite:///{folder / 'aimp.db'}")
    with transaction(engine, read_only=True) as session:
        stored = session.scalar(
            select(func.count(Notice.id)).where(Notice.versions.any(NoticeVersion.number == 1))
        )
    engine.dispose()
    return cost, stored or 0


def _count(file: Path, lines: list[str], environment: dict[str, str]) -> Cost:
    """What the bare spider takes for the pages in these lines, all of which it must have seen."""
    file.write_text("\n".join(lines))
    cost, said = _run("benchmarks.collect", "--count-pages", str(file), environment=environment)
    assert int(said.split()[-1]) == len(lines) - 2  # noqa: S101
    return cost


def measure_pages(*, copies: int, rounds: int) -> Pages:
    """Crawl and count in turn, several times; of each the run in the middle."""
    today = datetime.now(UTC).astimezone(ZURICH).date()
    sample, nothing = many(today, copies), replace(build(today), projects=())
    environment = environment_with(log_level="ERROR")
    costs: dict[str, list[Cost]] = defaultdict(list)
    stored, pages = 0, 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name, served(sample) as full, served(nothing) as empty:
            folder = Path(name)
            cost, stored = _crawl(folder / "full", full.address)
            costs["ours"].append(cost)
            costs["ours_idle"].append(_crawl(folder / "empty", empty.address)[0])
            urls = [full.address.removesuffix(ROOT) + path for path in full.asked if "robots" not in path]
            first = sum("robots" not in path for path in empty.asked)
            pages = len(urls) - first
            for kind in ("bare", "tuned"):
                start = [kind, full.address]
                costs[kind].append(_count(folder / "pages", [*start, *urls], environment))
                costs[f"{kind}_idle"].append(_count(folder / "pages", [*start, *urls[:first]], environment))
    return Pages(
        publications=len(sample.publications()),
        pages=pages,
        stored=stored,
        **{kind: _middle(each) for kind, each in costs.items()},
    )


def _peak() -> float:
    """The largest memory of this process so far in MB, without what it had before it ran this program."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) / 1024


def import_here(path: Path) -> None:
    """Import a file in this process and say in JSON what it took."""
    peaks: list[float] = []

    def look(done: int, total: int) -> None:
        peaks.append(_peak())

    engine = ready_engine(is_collecting=True)
    peaks.append(_peak())
    before, started = time.process_time(), time.monotonic()
    report = import_files(
        engine, settings=settings(), form=sources()["ted"], path=path, clock=clock, progress=look
    )
    files = Files(
        listed=report.tally.listed,
        stored=report.tally.stored,
        quarantined=report.tally.quarantined,
        seconds=time.monotonic() - started,
        cpu=time.process_time() - before,
        peak_mb_at={
            f"{part} %": peaks[min(len(peaks) - 1, len(peaks) * part // 100)] for part in (0, 25, 50, 100)
        },
    )
    print(json.dumps(asdict(files)))


def measure_files(path: Path) -> Files:
    """Import a file of TED notices into a new database."""
    with tempfile.TemporaryDirectory() as name:
        environment = environment_with(data_dir=name, database_url="", log_level="ERROR")
        _run("aimp", "migrate", environment=environment)
        _, said = _run("benchmarks.collect", "--import-here", str(path), environment=environment)
    return Files(**json.loads(said.splitlines()[-1]))


def _print_pages(found: Pages) -> None:
    print(f"{found.publications} publications on {found.pages} pages, {found.stored} notices stored")
    print(f"{'':8}{'seconds':>9}{'CPU s':>9}{'no pages':>10}{'ms/page':>9}")
    for kind, cost in found.per_page.items():
        full, idle = getattr(found, kind), getattr(found, f"{kind}_idle")
        print(f"{kind:8}{full.seconds:9.2f}{full.cpu:9.2f}{idle.cpu:10.2f}{cost:9.2f}")
    print(f"ours takes {found.ratio:.2f} times what the bare spider takes (at most {_TARGET:g})")
    print(f"{found.per_second:.0f} publications per second from the server to committed rows")


def _print_files(found: Files) -> None:
    print(f"{found.listed} notices of TED: {found.stored} stored, {found.quarantined} in quarantine")
    print(f"{found.seconds:.1f} s, {found.cpu:.1f} s of CPU, {found.per_second:.0f} notices per second")
    print("peak MB at " + ", ".join(f"{part}: {peak:.0f}" for part, peak in found.peak_mb_at.items()))


def main() -> None:
    """Measure, print the tables and write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=_PROJECT.parent / "shared" / "data")
    parser.add_argument("--copies", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count-pages", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--import-here", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.count_pages:
        count_pages(asked.count_pages)
        return
    if asked.import_here:
        import_here(asked.import_here)
        return
    pages = measure_pages(copies=asked.copies, rounds=asked.rounds)
    _print_pages(pages)
    result: dict[str, Any] = {
        "pages": asdict(pages) | {name: getattr(pages, name) for name in ("per_page", "ratio", "per_second")}
    }
    if (asked.data / _TED).exists():
        files = measure_files(asked.data / _TED)
        _print_files(files)
        result["files"] = asdict(files) | {"per_second": files.per_second}
    else:
        print(f"{_TED} is not there: no file is read")
    if asked.out:
        asked.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
