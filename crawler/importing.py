"""Notices from files: a recording, a dump, an archive; read, stored and accounted for as a crawl is."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import quote

from sqlalchemy import Engine

from config.settings import Settings
from config.tables import SourceForm
from crawler.expectations import verdict_on
from crawler.generic.spider import EntrySpider
from crawler.packed import Found, Opening
from crawler.pipelines import record_item
from crawler.reparse import reader_of
from crawler.run import CrawlReport, address_of, write_verdict
from crawler.source import Ending, Item, Run, Tally, TenderSpider, Unreadable
from procurement import notices, runs
from procurement.db import transaction
from procurement.errors import UnreadableFile, UnreadableNotice
from procurement.i18n import ZURICH
from procurement.models import CrawlRun
from procurement.records import NoticeRecord

logger = logging.getLogger(__name__)

# What can be read from files, by the spider of a source: the module that reads the files, and where the
# source shows a notice by its key; empty: nowhere, the file itself is named.
READERS = {
    "ted": ("crawler.ted.archive", "/en/notice/{key}/xml"),
    "boamp": ("crawler.boamp.recordings", "/pages/avis/?q=idweb:{key}"),
    "simap_archive": ("crawler.archive.files", "/detail?meldungsnummer={key}"),
    "ocds": ("crawler.generic.package_files", ""),
    "csv": ("crawler.generic.table_files", ""),
}
_MOST_REASONS = 50
_MOST_FAULTS = 1000
_MOST_FAULTS_NAMED = 10
_LONGEST_REASON = 280
_MOST_LINES_OF_NAMES = 10


class FileReader(Protocol):
    """What a module that reads files of a source offers."""

    SUFFIXES: Sequence[str]

    def read_file(self, path: Path, *, opened: Opening) -> Iterator[Found]:
        """Each notice of a file with its key and place; UnreadableFile when the file ends before its end."""

    def is_foreign(self, key: str, payload: bytes) -> bool:
        """Whether what could not be read is of another shape altogether, and no notice that is damaged."""


@dataclass(slots=True)
class _Files:
    """The files to be read, and how far the reading is in bytes: of a packed file, of what is packed."""

    root: Path
    wanted: dict[Path, int]
    others: list[str]
    before: int = 0
    size: int = 0
    file: IO[bytes] | None = None

    @property
    def total(self) -> int:
        """The bytes of all files that are read."""
        return sum(self.wanted.values())

    @property
    def done(self) -> int:
        """The bytes read so far."""
        if self.file is None or self.file.closed:
            return self.before + self.size
        return self.before + min(self.file.tell(), self.size)

    def named(self, path: Path) -> str:
        """A file as it lies below what was given."""
        return path.name if path == self.root else path.relative_to(self.root).as_posix()

    def each(self) -> Iterator[Path]:
        """One file after the other."""
        for path, size in self.wanted.items():
            self.size, self.file = 0, None
            yield path
            self.before, self.size, self.file = self.before + size, 0, None

    def open(self, path: Path) -> IO[bytes]:
        """Open a file so that it is known how far it is read."""
        self.file, self.size = path.open("rb"), self.wanted[path]
        return self.file


def _files_in(root: Path, suffixes: Sequence[str]) -> _Files:
    found = _Files(root, {}, [])
    for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
        if not path.is_file():
            continue
        if path.name.lower().endswith(tuple(suffixes)):
            found.wanted[path] = path.stat().st_size
        else:
            found.others.append(found.named(path))
    return found


def import_files(
    engine: Engine,
    *,
    settings: Settings,
    form: SourceForm,
    path: Path,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None],
) -> CrawlReport:
    """Read every notice of a file, folder or archive, one transaction each, and write a verdict.

    What is stored already is not stored again; what cannot be read goes to quarantine. Files of another shape
    are passed over and named; one that ends in the middle fails the run, what was read of it stands, and the
    rest is read. Progress is told in bytes of the files.
    """
    module, address = READERS[form.spider]
    reader: FileReader = import_module(module)
    files = _files_in(path, reader.SUFFIXES)
    run = Run(form.key, engine, "import", Tally(), clock)
    now = clock()
    today = now.astimezone(ZURICH).date()
    with transaction(engine) as session:
        row_id = runs.start_crawl(session, source=f"{form.key}:files", since=today, now=now).id
        known = notices.known_keys(session, source=form.key)
    shown_at = f"{address_of(settings, form)}{address}" if address else ""
    taking = _Taking(run, reader, reader_of(engine, settings, form, clock), known, shown_at)
    damaged = []
    for each in files.each():
        listed_before = run.tally.listed
        taking.begin_file()
        try:
            for found in reader.read_file(each, opened=files.open):
                taking.take(found, files.named(each))
                progress(files.done, files.total)
        except UnreadableFile as problem:
            damaged.append(f"{files.named(each)}: {str(problem).removeprefix(f'{each.name}: ')}")
            logger.warning("a file could not be read to its end", extra={"file": files.named(each)})
        else:
            if run.tally.listed == listed_before:
                files.others.append(files.named(each))
        progress(files.before + files.wanted[each], files.total)
    if not run.tally.listed and not damaged:
        damaged.append(f"no notice of {form.key} was found in {path.name or 'this folder'}")
    run.tally.listing_failed = bool(damaged)
    verdict, reasons = verdict_on(
        run.tally, form=form, finish_reason="finished", spider_errors=0, window_days=1
    )
    run.tally.reasons[:0] = [*damaged, *taking.faults_in_words(), *_passed_over(files.others)]
    with transaction(engine) as session:
        write_verdict(session.get_one(CrawlRun, row_id), run.tally, verdict, reasons, clock())
    return CrawlReport(verdict, run.tally, today)


@dataclass(frozen=True, slots=True)
class _Taking:
    """What each notice of a file goes through."""

    run: Run
    reader: FileReader
    spider: TenderSpider
    known: set[str]
    address: str
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def may_change(self) -> bool:
        """Whether what is stored is read again and compared: such a source changes its notices in place."""
        return isinstance(self.spider, EntrySpider)

    def begin_file(self) -> None:
        """Where notices may change in place, only another row of the same file is in the way of one."""
        if self.may_change:
            self.known.clear()

    def take(self, found: Found, file: str) -> None:
        """Count a notice, and store it unless it is stored; what is none at all is not counted."""
        tally = self.run.tally
        if found.key in self.known and not self.may_change:
            tally.listed += 1
            tally.unchanged += 1
            return
        item = self.read(found, file)
        if isinstance(item, Unreadable) and self.reader.is_foreign(found.key, found.payload):
            return
        tally.listed += 1
        ending = self.store(item)
        tally.count(ending)
        if ending == "quarantined":
            self.note_fault()
        del tally.reasons[_MOST_REASONS:]
        if isinstance(item, NoticeRecord):
            self.known.add(item.source_key)

    def note_fault(self) -> None:
        """Remember what was wrong, to say in the end how often it was; the first notice alone stays named."""
        reasons = self.run.tally.reasons
        fault = reasons[-1].partition(" quarantined: ")[2]
        if fault in self.faults:
            reasons.pop()
        if fault in self.faults or len(self.faults) < _MOST_FAULTS:
            self.faults[fault] += 1

    def faults_in_words(self) -> list[str]:
        """What kept several notices from being read, the most frequent first."""
        several = [each for each in self.faults.most_common(_MOST_FAULTS_NAMED) if each[1] > 1]
        return [f"{times} in quarantine for the same reason: {fault}" for fault, times in several]

    def read(self, found: Found, file: str) -> Item:
        """The record of a notice, else what is wrong with it: a fault of the reader costs this one alone."""
        key, payload, place = found
        # The source does not owe what it never sent: by this address it is not asked for.
        came_from = f"{notices.FROM_FILE}{file}{', ' if place else ''}{place}"
        url = self.address.format(key=quote(key, safe="")) or came_from
        try:
            record = self.spider.read(payload, url=url)
            if self.may_change and record.source_key in self.known:
                raise UnreadableNotice("number", "an earlier row of the file is of the same notice")
            return record
        except UnreadableNotice as problem:
            return Unreadable(key, problem.path, problem.problem, payload, came_from)
        except ValueError as problem:
            return Unreadable(key, "answer", str(problem), payload, came_from)
        except Exception as problem:
            logger.exception("a notice broke its reader", extra={"source": self.run.source, "file": file})
            return Unreadable(key, "reader", type(problem).__name__, payload, came_from)

    def store(self, item: Item) -> Ending:
        """Store a notice in its own transaction; what the database refuses goes to quarantine."""
        try:
            return self._stored(item)
        except Exception as problem:
            if not isinstance(item, NoticeRecord):
                raise
            logger.exception("the database refused a notice", extra={"source": self.run.source})
            why, origin = type(problem).__name__, item.fetched_from
            return self._stored(Unreadable(item.source_key, "database", why, item.payload, origin))

    def _stored(self, item: Item) -> Ending:
        with transaction(self.run.engine) as session:
            return record_item(session, self.run, item, self.run.clock())


def _passed_over(names: list[str]) -> list[str]:
    """The names of the files that hold nothing of the source, each once, in as few lines as they need."""
    lines: list[str] = []
    for count, name in enumerate(sorted(names)):
        if lines and len(lines[-1]) + len(name) < _LONGEST_REASON:
            lines[-1] += f", {name}"
        elif len(lines) < _MOST_LINES_OF_NAMES:
            lines.append(f"passed over, not of this source: {name}")
        else:
            lines.append(f"passed over, not of this source: {len(names) - count} more files")
            break
    return lines
