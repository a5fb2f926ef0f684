"""The verbs of the shared package: database, people, alerts, e-mails, exports; each loads what it needs."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import settings
from procurement.installation import Progress, clock, links_of, ready_engine, run_delivery

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.command()
def migrate() -> None:
    """Make the database, or bring it to the version of this code."""
    from procurement.db import connect
    from procurement.migrations import head_revision, upgrade

    upgrade(connect(settings().database_address))
    click.echo(f"The database is of version {head_revision()}.")


@click.command()
@click.option("--days", type=int, default=7, show_default=True, help="Tenders changed in the last days.")
def merge(days: int) -> None:
    """Let one tender stand for the same call read at several sources; doubtful pairs wait for staff."""
    from datetime import timedelta

    from procurement.db import transaction
    from procurement.merging import merge_pending

    with transaction(ready_engine()) as session:
        report = merge_pending(session, since=clock() - timedelta(days=days), now=clock())
    click.echo(f"{report.merged} merged, {report.doubtful} doubtful")


@click.command()
@click.option("--all", "again", is_flag=True, help="Read every tender again, not only what changed.")
def index(again: bool) -> None:
    """Let what is new or changed be found by the search."""
    from procurement.db import transaction
    from procurement.search.indexing import AT_ONCE, index_everything_again, index_tenders, tenders_to_index

    engine, indexed = ready_engine(), 0
    if again:
        with transaction(engine) as session:
            index_everything_again(session)
    with transaction(engine, read_only=True) as session:
        waiting = tenders_to_index(session, now=clock())
    with Progress("Indexing") as progress:
        for start in range(0, len(waiting), AT_ONCE):
            with transaction(engine) as session:
                indexed += index_tenders(session, waiting[start : start + AT_ONCE], now=clock())
            progress(start, len(waiting))
    click.echo(f"{indexed} tenders indexed")


@click.command()
def alert() -> None:
    """Write the e-mails that are due into the outbox."""
    click.echo(f"{post_alerts(ready_engine())} e-mails written")


def post_alerts(engine: "Engine") -> int:
    """Write what is due, one transaction per person and kind; one that fails does not stop the others."""
    from procurement import alarms, alerts, room_news
    from procurement.db import transaction

    with transaction(engine, read_only=True) as session:
        people = alerts.people_to_tell(session)
    written = 0
    try:
        with transaction(engine) as session:
            written = len(alarms.post_alarms(session, links=links_of(settings()), now=clock()))
    except Exception:
        logging.getLogger(__name__).exception("the alarms were not written")
    kinds = (alerts.post_alerts, room_news.post_room_news)
    for person_id, post in [(person_id, post) for person_id in people for post in kinds]:
        try:
            with transaction(engine) as session:
                message = post(session, person_id=person_id, links=links_of(settings()), now=clock())
                written += message is not None
        except Exception:
            logging.getLogger(__name__).exception("an e-mail was not written", extra={"person_id": person_id})
    return written


@click.command()
def remind() -> None:
    """Let the tasks of rooms follow their deadlines, and write the reminders that are due into the outbox."""
    moved, written = post_reminders(ready_engine())
    click.echo(f"{moved} tasks moved, {written} reminders written")


def post_reminders(engine: "Engine") -> tuple[int, int]:
    """Move what follows a deadline, then write what is due, one transaction per person."""
    from procurement import reminders
    from procurement.db import transaction

    with transaction(engine) as session:
        moved = reminders.follow_deadlines(session, now=clock())
        people = reminders.people_to_remind(session, now=clock())
    written = 0
    for person_id in people:
        try:
            with transaction(engine) as session:
                message = reminders.post_reminder(
                    session, person_id=person_id, links=links_of(settings()), now=clock()
                )
                written += message is not None
        except Exception:
            logging.getLogger(__name__).exception(
                "a reminder was not written", extra={"person_id": person_id}
            )
    return moved, written


@click.command()
def results() -> None:
    """Ask the leads of submitted bids for the result once a publication ends the procedure."""
    click.echo(f"{ask_results(ready_engine())} leads asked")


def ask_results(engine: "Engine") -> int:
    """Look at the bids one by one, each in its own transaction; one that fails does not stop the others."""
    from procurement import bid_results, room_mail
    from procurement.db import transaction
    from procurement.models import Consortium

    with transaction(engine, read_only=True) as session:
        rooms = bid_results.waiting(session)
    asked = 0
    for room_id in rooms:
        try:
            with transaction(engine) as session:
                room, now = session.get_one(Consortium, room_id), clock()
                found = bid_results.find(session, consortium=room, now=now)
                if found is not None:
                    asked += room_mail.ask_result(session, result=found, links=links_of(settings()), now=now)
        except Exception:
            logging.getLogger(__name__).exception("a result was not asked", extra={"room_id": room_id})
    return asked


@click.command()
def deliver() -> None:
    """Send the e-mails that wait in the outbox."""
    report = run_delivery(ready_engine())
    click.echo(
        f"{report.sent} sent, {report.put_off} put off, {report.failed} failed, {report.suppressed} withheld"
    )


@click.command()
def tidy() -> None:
    """Remove the answers to what pages asked, once they are thirty days old."""
    from procurement import work
    from procurement.db import transaction

    with transaction(ready_engine()) as session:
        removed = work.tidy(session, now=clock())
    click.echo(f"{removed} old answers removed")


@click.group()
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


@click.command("add-staff")
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


@click.command("set-password")
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


def _as_email(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
    from procurement.accounts import valid_email

    try:
        return value and valid_email(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param=option) from problem


@click.command()
@click.option("--name", help="Name of the chamber, as members read it.")
@click.option("--postal-address", help="Shown at the foot of every e-mail.")
@click.option("--adviser-name", help="The person members can ask.")
@click.option("--adviser-email", callback=_as_email, help="Where answers to our e-mails go.")
@click.option(
    "--send-strong/--hold-strong", "sends_strong", default=None, help="Send strong matches at once?"
)
@click.option(
    "--show-figures/--hide-figures", "shows_figures", default=None, help="Show anybody the figures?"
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


@click.command()
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


@click.group()
def observatory() -> None:
    """Who asks for ESS criteria: tables, open data and the report of a year."""


@observatory.command("export")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="File for figures.")
@click.option(
    "--quotes", type=click.Path(dir_okay=False, path_type=Path), help="CSV file for the sentences that ask."
)
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="File for every table.")
@click.option(
    "--ocds", type=click.Path(file_okay=False, path_type=Path), help="Folder for the tenders that ask."
)
@click.option("--year", type=int, help="Only calls of this year.")
@click.option("--language", type=click.Choice(["fr", "de", "it", "en"]), default="fr", show_default=True)
def observatory_export(
    csv_file: Path | None,
    quotes: Path | None,
    xlsx: Path | None,
    ocds: Path | None,
    year: int | None,
    language: str,
) -> None:
    """Write the observatory as CSV, XLSX or OCDS packages with goals of sustainability."""
    from procurement.accounts import only_chamber
    from procurement.db import transaction
    from procurement.exports.observed import figures_sheet, quotes_sheet, sheets
    from procurement.exports.ocds import Publisher, ocds_packages, write_packages
    from procurement.exports.sheets import write_book, write_csv_sheet
    from procurement.observatory.calls import Choice
    from procurement.observatory.survey import survey

    if not (csv_file or quotes or xlsx or ocds):
        raise click.UsageError("say where to: --csv, --quotes, --xlsx or --ocds")
    chosen, engine = settings(), ready_engine()
    with transaction(engine) as session:
        chamber = only_chamber(session)
        chamber_id, name = chamber.id, chamber.name
    with transaction(engine, read_only=True) as session:
        found = survey(session, chamber_id=chamber_id, choice=Choice(year=year))
        for path, table in ((csv_file, figures_sheet), (quotes, quotes_sheet)):
            if path:
                with path.open("w", encoding="utf-8", newline="") as out:
                    rows = write_csv_sheet(table(session, found, language), out)
                click.echo(f"{rows} rows in {path}")
        if xlsx:
            click.echo(f"{write_book(sheets(session, found, language), xlsx)} rows in {xlsx}")
        if ocds:
            publisher = Publisher(name=name, packages_url=f"{chosen.base_url}/ocds", url=chosen.contact_url)
            given = ocds_packages(session, publisher=publisher, now=clock(), asking=found.asking)
            packages, releases = write_packages(given, ocds)
            click.echo(f"{releases} releases in {packages} packages below {ocds}")


@observatory.command("report")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(1990, 2100), required=True, help="The year it is about.")
@click.option("--language", type=click.Choice(["fr", "de", "it", "en"]), default="fr", show_default=True)
def observatory_report(file: Path, year: int, language: str) -> None:
    """Write the report of a year into FILE (PDF), to be printed."""
    from procurement.accounts import only_chamber
    from procurement.db import transaction
    from procurement.report.yearly import yearly_report

    with transaction(ready_engine()) as session:
        chamber = only_chamber(session)
        found = yearly_report(session, chamber=chamber, year=year, language=language, now=clock())
    file.write_bytes(found)
    click.echo(f"The report of {year} is in {file}.")


@click.command()
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
