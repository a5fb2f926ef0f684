"""The verbs of collection: sources, files, lists, the schedule, the sample; each loads what it needs."""

import ctypes
import gc
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import settings
from config.tables import SourceForm, sources
from procurement.installation import Progress, clock, ready_engine, stopping

if TYPE_CHECKING:
    from crawler.run import CrawlReport


# Of what a file was wrong with: the rest is on the page of the sources.
_MOST_SAID = 12
# M_MMAP_THRESHOLD of glibc: from how many bytes on a piece of memory is given back by itself.
_LARGE_FROM = -3


def _form(source: str) -> SourceForm:
    if source not in sources():
        raise click.UsageError(f"no source {source!r}; known: {', '.join(sources())}")
    return sources()[source]


def _spare_memory_and_time() -> None:
    """Give large texts back as soon as they are freed, and never walk over what is loaded to find garbage.

    The C library keeps what was freed for more of its size, up to 32 MB: ten large answers took 300 MB, one
    after the other. Where it has no such setting, it does not do so.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_LARGE_FROM, 2**20)
    gc.collect()
    gc.freeze()


def _end_with_verdict(source: str, report: "CrawlReport") -> None:
    """Say how a run ended; one that failed ends the program with exit code 1."""
    tally = report.tally
    click.echo(
        f"{source}: {report.verdict.value}; since {report.since}: {tally.listed} listed, "
        f"{tally.asked_again} asked for besides, "
        f"{tally.stored} stored, {tally.unchanged} unchanged, {tally.quarantined} quarantined, "
        f"{tally.missing} missing, {tally.lost} lost, {tally.healed} healed by a retry"
    )
    if report.verdict.value == "failed":
        sys.exit(1)


@click.command()
@click.argument("source")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="First day to read; default: since the last run."
)
def crawl(source: str, since: datetime | None) -> None:
    """Collect what SOURCE has published; ends with a verdict (exit code 1 when the run failed)."""
    from crawler.run import crawl as run_crawl

    form, first_day = _form(source), since.date() if since else None
    if form.is_read_from_files_alone:
        raise click.UsageError(f"{source!r} comes in files: aimp import {source} PATH")
    engine = ready_engine(is_collecting=True)
    _spare_memory_and_time()
    report = run_crawl(engine, settings=settings(), form=form, since=first_day, clock=clock)
    if report is None:
        click.echo(f"{source}: another run is under way.")
        return
    _end_with_verdict(source, report)


@click.command()
def collect() -> None:
    """Crawl the other sources that this installation reads, one after another; fails if all fail."""
    from crawler import children

    own = {form.key for form in sources().values() if form.url}
    wanted = [key for key in sources() if key in {*settings().reads.split(), *own} - {"simap"}]
    codes = [children.start(["crawl", key]).wait() for key in wanted]
    sys.exit(1 if codes and all(codes) else 0)


@click.command()
def codes() -> None:
    """Read the official lists of simap: CPV in four languages, buying offices, cantons, levels."""
    from crawler.simap.codes import refresh_codes

    report = refresh_codes(ready_engine(), settings(), clock)
    click.echo(
        f"{report.cpv_codes} CPV codes ({report.cpv_changed} changed), {report.offices} offices, "
        f"{report.buyers_placed} buyers placed"
    )
    for problem in report.problems:
        click.echo(f"  {problem}")
    sys.exit(1 if report.problems else 0)


@click.command("import")
@click.argument("source")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_path(source: str, path: Path) -> None:
    """Read notices of SOURCE from a file, folder or archive (PATH); ends with a verdict as a crawl does.

    What of a folder is not of SOURCE is passed over and named; what is stored already is not stored again.

    \b
    ted            XML: eForms and TED_EXPORT
    boamp          JSON records or lines; XML of DILA's archive
    simap_archive  forms in CSV, XML or TXT
    csv            tables of tenders; columns: docs/import.md
    any OCDS form  release and record packages, lists and lines

    Each also as .gz or .xz, and in .zip and .tar archives.
    """
    from crawler.importing import READERS, import_files

    form = _form(source)
    if form.spider not in READERS:
        known = ", ".join(key for key, each in sources().items() if each.spider in READERS)
        raise click.UsageError(f"no files of {source!r} can be read; known: {known}")
    engine = ready_engine(is_collecting=True)
    _spare_memory_and_time()
    with Progress(f"Importing {source}") as progress:
        report = import_files(
            engine, settings=settings(), form=form, path=path, clock=clock, progress=progress
        )
    for reason in report.tally.reasons[:_MOST_SAID]:
        click.echo(f"  {reason}")
    _end_with_verdict(source, report)


@click.command()
@click.argument("source")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def reparse(source: str, dry_run: bool) -> None:
    """Read every stored publication of SOURCE again with today's code."""
    from crawler.reparse import reparse as read_again

    form = _form(source)
    with Progress("Reading again") as progress:
        report = read_again(
            ready_engine(),
            settings=settings(),
            form=form,
            dry_run=dry_run,
            clock=clock,
            progress=progress,
        )
    click.echo(f"{report.tenders} tenders, {report.changed} differ, {len(report.unreadable)} unreadable")
    for name, count in report.fields.most_common():
        click.echo(f"  {name}: {count}")
    for line in report.unreadable:
        click.echo(f"  {line}")


@click.command()
def schedule() -> None:
    """Run the jobs of config/schedule.toml when they are due, until SIGTERM; one leads, others wait."""
    from crawler.scheduler import Scheduler

    Scheduler(ready_engine(), clock=clock, stop=stopping()).run()


@click.command()
@click.option("--port", type=int, default=8000, show_default=True)
def up(port: int) -> None:
    """Migrate, then run web, schedule and work together; SIGTERM or ctrl-C stops them all."""
    from crawler.children import run_together
    from procurement.db import connect
    from procurement.migrations import upgrade

    upgrade(connect(settings().database_address))
    sys.exit(run_together([["web", "--port", str(port)], ["schedule"], ["work"]], stopping=stopping()))


@click.command()
@click.option(
    "--lived", is_flag=True, help="Once notices are matched: add a morning of decisions and answers."
)
def sample(lived: bool) -> None:
    """Fill in the invented chamber with its members, staff and passwords, for a look around or a test."""
    from crawler.sample.chamber import PASSWORD, fill, live
    from procurement.db import transaction

    with transaction(ready_engine()) as session:
        if lived:
            live(session, now=clock())
            return
        people = fill(session, now=clock())
    for role, email in people.items():
        click.echo(f"{role:8} {email}   {PASSWORD}")


@click.command()
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--serve/--no-serve", default=True, help="Keep the application running at the end.")
def demo(port: int, serve: bool) -> None:
    """Show the main job on the invented sample, from published notices to e-mails and pages."""
    from crawler.sample.demo import run_demo

    sys.exit(run_demo(settings(), port=port, serve=serve, clock=clock, stopping=stopping()))
