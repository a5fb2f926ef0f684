"""The one command line: `aimp <verb>`; each verb loads only what it needs."""

import json
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.logs import set_up_logs
from config.settings import BadConfiguration, Settings, settings
from crawler.generic.command import sources_group

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from procurement.links import Links
    from procurement.mail.deliver import Carrier, DeliveryReport


def clock() -> datetime:
    """The present instant: only the edges of the program ask for it."""
    return datetime.now(UTC)


class _Verbs(click.Group):
    """Turns the errors of the product into one clear line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        from procurement.errors import AimpError

        try:
            return super().invoke(ctx)
        except (AimpError, BadConfiguration) as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=_Verbs)
@click.version_option(package_name="aimp")
def main() -> None:
    """Watch public procurement, match it to members, tell them, and help them bid together."""
    set_up_logs(settings())


def ready_engine() -> "Engine":
    """The database of the installation; DatabaseNotReady says what to do when its tables are not there."""
    from procurement.db import check_ready, connect

    engine = connect(settings().database_address)
    check_ready(engine)
    return engine


def links_of(chosen: Settings) -> "Links":
    """The addresses that e-mails carry."""
    from procurement.links import Links

    return Links(chosen.base_url, chosen.signing_key())


def carrier_of(chosen: Settings) -> "Carrier":
    """How e-mails leave: by the relay that is set, else into the folder."""
    from procurement.mail.deliver import FolderCarrier, SmtpCarrier

    return SmtpCarrier(chosen.smtp_url) if chosen.smtp_url else FolderCarrier(chosen.mail_folder)


@main.command()
def migrate() -> None:
    """Make the database, or bring it to the version of this code."""
    from procurement.db import connect
    from procurement.migrations import head_revision, upgrade

    upgrade(connect(settings().database_address))
    click.echo(f"The database is of version {head_revision()}.")


@main.command()
@click.argument("source")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="First day to read; default: since the last run."
)
def crawl(source: str, since: datetime | None) -> None:
    """Collect what SOURCE has published; ends with a verdict (exit code 1 when the run failed)."""
    from config.tables import sources
    from crawler.run import crawl as run_crawl
    from procurement.vocabulary import Verdict

    if source not in sources():
        raise click.UsageError(f"no source {source!r}; known: {', '.join(sources())}")
    report = run_crawl(
        ready_engine(),
        settings=settings(),
        form=sources()[source],
        since=since.date() if since else None,
        clock=clock,
    )
    if report is None:
        click.echo(f"{source}: another run is under way.")
        return
    tally = report.tally
    click.echo(
        f"{source}: {report.verdict.value}; since {report.since}: {tally.listed} listed, "
        f"{tally.stored} stored, {tally.unchanged} unchanged, {tally.quarantined} quarantined, "
        f"{tally.missing} missing, {tally.lost} lost"
    )
    if report.verdict is Verdict.FAILED:
        sys.exit(1)


@main.command()
@click.argument("source")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def reparse(source: str, dry_run: bool) -> None:
    """Read every stored publication of SOURCE again with today's code."""
    from config.tables import sources
    from crawler.reparse import reparse as read_again

    if source not in sources():
        raise click.UsageError(f"no source {source!r}; known: {', '.join(sources())}")
    with _bar("Reading again") as progress:
        report = read_again(
            ready_engine(),
            settings=settings(),
            form=sources()[source],
            dry_run=dry_run,
            clock=clock,
            progress=progress,
        )
    click.echo(f"{report.tenders} tenders, {report.changed} differ, {len(report.unreadable)} unreadable")
    for name, count in report.fields.most_common():
        click.echo(f"  {name}: {count}")
    for line in report.unreadable:
        click.echo(f"  {line}")


@main.command()
@click.option("--days", type=int, default=7, show_default=True, help="Tenders changed in the last days.")
def merge(days: int) -> None:
    """Let one tender stand for the same call read at several sources; doubtful pairs wait for staff."""
    from datetime import timedelta

    from procurement.db import transaction
    from procurement.merging import merge_pending

    with transaction(ready_engine()) as session:
        report = merge_pending(session, since=clock() - timedelta(days=days), now=clock())
    click.echo(f"{report.merged} merged, {report.doubtful} doubtful")


main.add_command(sources_group)


@main.command()
def match() -> None:
    """Match what is new with whom it concerns."""
    from matcher.run import match_pending

    engine = ready_engine()
    with _bar("Matching") as progress:
        report = match_pending(engine, now=clock(), progress=progress)
    click.echo(str(report))


@main.command()
def alert() -> None:
    """Write the e-mails that are due into the outbox."""
    click.echo(f"{post_alerts(ready_engine())} e-mails written")


def post_alerts(engine: "Engine") -> int:
    """Write what is due, one transaction per person; one that fails does not stop the others."""
    import logging

    from procurement import alerts
    from procurement.db import transaction

    with transaction(engine, read_only=True) as session:
        people = alerts.people_to_tell(session)
    written = 0
    for person_id in people:
        try:
            with transaction(engine) as session:
                message = alerts.post_alerts(
                    session, person_id=person_id, links=links_of(settings()), now=clock()
                )
                written += message is not None
        except Exception:
            logging.getLogger(__name__).exception("an alert was not written", extra={"person_id": person_id})
    return written


@main.command()
def deliver() -> None:
    """Send the e-mails that wait in the outbox."""
    report = run_delivery(ready_engine())
    click.echo(
        f"{report.sent} sent, {report.put_off} put off, {report.failed} failed, {report.suppressed} withheld"
    )


def run_delivery(engine: "Engine") -> "DeliveryReport":
    """One round of delivery with the carrier of the settings."""
    from procurement.mail.deliver import deliver as send_all

    chosen = settings()
    return send_all(engine, carrier=carrier_of(chosen), sender=chosen.mail_from, clock=clock)


@main.group()
def members() -> None:
    """The members of the chamber."""


@members.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def members_import(file: Path) -> None:
    """Bring members and their people up to FILE (CSV or XLSX); all of it or nothing."""
    from procurement.accounts import only_chamber
    from procurement.db import transaction
    from procurement.members_file import import_members, read_members

    rows = read_members(file)
    with transaction(ready_engine()) as session:
        report = import_members(session, chamber=only_chamber(session), rows=rows, now=clock())
    click.echo(
        f"{report.added} members added, {report.changed} changed, {report.unchanged} unchanged; "
        f"{report.people_added} people added"
    )


@main.command("add-staff")
@click.argument("email")
@click.option("--name", required=True, help="First and last name, as members will read it.")
def add_staff(email: str, name: str) -> None:
    """Give EMAIL a place on the chamber's staff; they sign in with a code sent by e-mail."""
    from procurement import accounts
    from procurement.db import transaction

    with transaction(ready_engine()) as session:
        try:
            accounts.add_staff(
                session, chamber=accounts.only_chamber(session), name=name, email=email, now=clock()
            )
        except ValueError as problem:
            raise click.UsageError(str(problem)) from problem
    click.echo(f"{email} is on the staff.")


@main.command("set-password")
@click.argument("email")
@click.password_option(help="Asked for when not given.")
def set_password(email: str, password: str) -> None:
    """Set the password of EMAIL (12 to 128 characters) and end their sign-ins."""
    from procurement import sign_in
    from procurement.accounts import person_by_email
    from procurement.db import transaction

    with transaction(ready_engine()) as session:
        person = person_by_email(session, email)
        if person is None:
            raise click.UsageError(f"nobody has the address {email}")
        sign_in.set_password(session, person=person, password=password, now=clock())
    click.echo(f"The password of {email} is set.")


@main.command()
@click.option(
    "--ocds", type=click.Path(file_okay=False, path_type=Path), help="Folder for OCDS 1.1 packages."
)
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="File for a CSV table."
)
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="File for a spreadsheet.")
@click.option("--language", type=click.Choice(["fr", "de", "it", "en"]), default="fr", show_default=True)
def export(ocds: Path | None, csv_file: Path | None, xlsx: Path | None, language: str) -> None:
    """Write everything stored as open data: OCDS release packages, or a table of tenders."""
    from procurement.accounts import only_chamber
    from procurement.db import transaction
    from procurement.exports.ocds import Publisher, ocds_packages, write_packages
    from procurement.exports.tables import tender_rows, write_csv, write_xlsx

    if not (ocds or csv_file or xlsx):
        raise click.UsageError("say where to: --ocds, --csv or --xlsx")
    chosen, engine = settings(), ready_engine()
    with transaction(engine) as session:
        name = only_chamber(session).name
    with transaction(engine, read_only=True) as session:
        if ocds:
            publisher = Publisher(name=name, packages_url=f"{chosen.base_url}/ocds", url=chosen.contact_url)
            packages, releases = write_packages(
                ocds_packages(session, publisher=publisher, now=clock()), ocds
            )
            click.echo(f"{releases} releases in {packages} packages below {ocds}")
        if csv_file:
            with csv_file.open("w", encoding="utf-8", newline="") as out:
                rows = write_csv(tender_rows(session, now=clock(), language=language), out, language=language)
            click.echo(f"{rows} tenders in {csv_file}")
        if xlsx:
            rows = write_xlsx(tender_rows(session, now=clock(), language=language), xlsx, language=language)
            click.echo(f"{rows} tenders in {xlsx}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object for other programs.")
def status(as_json: bool) -> None:
    """Say what is stored, what waits, and how the last runs ended."""
    from procurement.db import transaction
    from procurement.status import status_of

    with transaction(ready_engine(), read_only=True) as session:
        found = status_of(session, now=clock())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name:16} {value if not isinstance(value, list) else ''}")
        for row in value if isinstance(value, list) else ():
            click.echo("  " + ", ".join(f"{key} {cell}" for key, cell in row.items()))


@main.command()
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=int, default=2, show_default=True)
def web(port: int, host: str, workers: int) -> None:
    """Serve the application with gunicorn, until SIGTERM."""
    ready_engine()
    from web.server import serve

    serve(settings(), host=host, port=port, workers=workers)


@main.command()
def work() -> None:
    """Answer what pages ask of the matcher and send urgent e-mails, until SIGTERM."""
    from matcher.answer import answer_work

    engine, stop = ready_engine(), stopping()
    while not stop.is_set():
        busy = answer_work(engine, now=clock())
        run_delivery(engine)
        if not busy:
            stop.wait(1.0)


@main.command()
def schedule() -> None:
    """Run the jobs of config/schedule.toml when they are due, until SIGTERM; one leads, others wait."""
    from crawler.scheduler import Scheduler

    Scheduler(ready_engine(), clock=clock, stop=stopping()).run()


@main.command()
@click.option("--port", type=int, default=8000, show_default=True)
def up(port: int) -> None:
    """Migrate, then run web, schedule and work together; SIGTERM or ctrl-C stops them all."""
    from crawler.children import run_together
    from procurement.db import connect
    from procurement.migrations import upgrade

    upgrade(connect(settings().database_address))
    sys.exit(run_together([["web", "--port", str(port)], ["schedule"], ["work"]], stopping=stopping()))


@main.command()
@click.option("--name", help="Name of the chamber, as members read it.")
@click.option("--postal-address", help="Shown at the foot of every e-mail.")
@click.option("--adviser-name", help="The person members can ask.")
@click.option("--adviser-email", help="Where answers to our e-mails go.")
@click.option(
    "--send-strong/--hold-strong", "sends_strong", default=None, help="Send strong matches at once?"
)
def chamber(**changes: str | bool | None) -> None:
    """Set what is given of the chamber, and show it; at first everything is held for the staff."""
    from procurement.accounts import only_chamber
    from procurement.db import transaction

    with transaction(ready_engine()) as session:
        found = only_chamber(session)
        for name, value in changes.items():
            if value is not None:
                setattr(found, name, value)
        for name in changes:
            click.echo(f"{name.replace('_', ' '):16} {getattr(found, name)}")


@main.command()
def sample() -> None:
    """Fill in the invented chamber with its members, staff and passwords, for a look around or a test."""
    from crawler.sample.chamber import PASSWORD, fill
    from procurement.db import transaction

    with transaction(ready_engine()) as session:
        people = fill(session, now=clock())
    for role, email in people.items():
        click.echo(f"{role:8} {email}   {PASSWORD}")


@main.command()
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--serve/--no-serve", default=True, help="Keep the application running at the end.")
def demo(port: int, serve: bool) -> None:
    """Show the main job on the invented sample, from published notices to e-mails and pages."""
    from crawler.sample.demo import run_demo

    sys.exit(run_demo(settings(), port=port, serve=serve, clock=clock, stopping=stopping()))


def _bar(label: str) -> Any:
    return _Progress(label)


class _Progress:
    """A progress bar on standard error, called with what is done and the whole."""

    def __init__(self, label: str) -> None:
        self._bar = click.progressbar(length=1, label=label, file=sys.stderr)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.__enter__()
        return self._show

    def __exit__(self, *problem: object) -> None:
        self._bar.__exit__(*problem)  # type: ignore[arg-type]

    def _show(self, done: int, total: int) -> None:
        self._bar.length = max(total, 1)
        self._bar.update(done - self._bar.pos)


def stopping() -> threading.Event:
    """An event that is set when this process is told to end."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told


if __name__ == "__main__":
    main()
