"""Notices from files: a recording, a dump, an archive; read, stored and accounted for as a crawl is."""

from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine

from config.settings import Settings
from config.tables import SourceForm
from crawler.expectations import verdict_on
from crawler.pipelines import record_item
from crawler.reparse import reader_of
from crawler.run import CrawlReport, address_of, write_verdict
from crawler.source import Item, Run, Tally, TenderSpider, Unreadable
from procurement import notices, runs
from procurement.db import transaction
from procurement.errors import UnreadableFile, UnreadableNotice
from procurement.i18n import ZURICH
from procurement.models import CrawlRun

Reader = Callable[[Path], Iterator[tuple[str, bytes]]]

# The sources whose notices can be read from files: where the reader of the files is.
READERS = {
    "ted": "crawler.ted.archive:read_archive",
    "boamp": "crawler.boamp.recordings:read_file",
    "simap_archive": "crawler.archive.files:read_forms",
}
_ADDRESSES = {
    "ted": "/en/notice/{key}/xml",
    "boamp": "/pages/avis/?q=idweb:{key}",
    "simap_archive": "/detail?meldungsnummer={key}",
}


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

    What is stored already is not stored again; what cannot be read goes to quarantine; a file that ends in
    the middle fails the run, and what was read of it stands.
    """
    module, _, name = READERS[form.key].partition(":")
    read_file: Reader = getattr(import_module(module), name)
    spider = reader_of(engine, settings, form, clock)
    run = Run(form.key, engine, "import", Tally(), clock)
    now = clock()
    today = now.astimezone(ZURICH).date()
    with transaction(engine) as session:
        row_id = runs.start_crawl(session, source=f"{form.key}:files", since=today, now=now).id
        known = notices.known_keys(session, source=form.key)
    damaged = ""
    try:
        for key, payload in read_file(path):
            _take(run, spider, known, key, payload, f"{address_of(settings, form)}{_address(form, key)}")
            progress(run.tally.listed, run.tally.listed + 1)
    except UnreadableFile as problem:
        damaged = str(problem)
        run.tally.reasons.append(damaged)
        run.tally.listing_failed = True
    verdict, reasons = verdict_on(
        run.tally, form=form, finish_reason="finished", spider_errors=0, window_days=1
    )
    with transaction(engine) as session:
        write_verdict(session.get_one(CrawlRun, row_id), run.tally, verdict, reasons, clock())
    return CrawlReport(verdict, run.tally, today)


def _take(run: Run, spider: TenderSpider, known: set[str], key: str, payload: bytes, url: str) -> None:
    tally = run.tally
    tally.listed += 1
    if key in known:
        tally.unchanged += 1
        return
    item: Item
    try:
        item = spider.read(payload, url=url)
        known.add(item.source_key)
    except UnreadableNotice as problem:
        item = Unreadable(key, problem.path, problem.problem, payload, url)
    except ValueError as problem:
        item = Unreadable(key, "answer", str(problem), payload, url)
    with transaction(run.engine) as session:
        record_item(session, run, item, run.clock())


def _address(form: SourceForm, key: str) -> str:
    return _ADDRESSES[form.key].format(key=quote(key, safe=""))
