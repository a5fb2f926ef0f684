"""The demonstration: the main job on the invented sample, offline, from a published page to an e-mail."""

import json
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import click

from config.settings import Settings, environment_with
from crawler import children
from crawler.sample.chamber import MEMBER_EMAIL, PASSWORD, STAFF_EMAIL
from crawler.sample.server import serve as serve_sample
from procurement.i18n import ZURICH

_STEPS: Sequence[tuple[str, list[str]]] = (
    ("Base de données", ["migrate"]),
    ("Chambre et membres inventés", ["sample"]),
    ("Listes officielles", ["codes"]),
    ("Lecture des avis", ["crawl", "simap"]),
    ("Correspondances", ["match"]),
    ("Un matin de la chambre", ["sample", "--lived"]),
    ("Doublons", ["merge"]),
    ("Recherche", ["index"]),
    ("Messages écrits", ["alert"]),
    ("Messages remis", ["deliver"]),
)


def run_demo(
    settings: Settings,
    *,
    port: int,
    serve: bool,
    clock: Callable[[], datetime],
    stopping: threading.Event,
) -> int:
    """Run every step of the main job from nothing, say what happened, then serve the application.

    Everything stands in the folder `demo` of the data folder, made anew each time. Returns an exit code.
    """
    if serve and _is_taken(port):
        raise click.UsageError(f"port {port} is in use: choose another with --port")
    folder = (settings.data_dir / "demo").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with serve_sample(clock().astimezone(ZURICH).date()) as address:
        environment = environment_with(
            data_dir=str(folder),
            database_url="",
            mail_dir=str(folder / "mails"),
            smtp_url="",
            simap_url=address,
            base_url=f"http://127.0.0.1:{port}",
            sample_password=PASSWORD,
            log_level="WARNING",
        )
        with click.progressbar(_STEPS, label="aimp", item_show_func=_label, file=sys.stderr) as steps:
            for _, verb in steps:
                code = _run(verb, folder / "log.txt", environment)
                if code != 0:
                    click.echo(f"\n`aimp {verb[0]}` a échoué ; voir {folder / 'log.txt'}", err=True)
                    return code
        _say_what_happened(environment, folder, port)
        if not serve:
            return 0
        verbs = [["web", "--port", str(port)], ["schedule"], ["work"]]
        return children.run_together(verbs, environment=environment, stopping=stopping)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _label(step: tuple[str, list[str]] | None) -> str:
    return step[0] if step else ""


def _run(verb: list[str], log: Path, environment: dict[str, str]) -> int:
    with log.open("ab") as file:
        return children.start(verb, environment=environment, output=file).wait()


def _say_what_happened(environment: dict[str, str], folder: Path, port: int) -> None:
    answer = children.ask(["status", "--json"], environment=environment)
    found = json.loads(answer)
    matches, mails = found["matches"], sorted((folder / "mails").glob("*.eml"))
    click.echo(
        f"""
  {found["notices"]} publications lues, {found["tenders"]} marchés dont {found["open_tenders"]} ouverts
  {found["members"]} membres, {sum(matches.values())} correspondances : {matches["released"]} transmises, \
{matches["proposed"]} en attente de l’équipe
  {len(mails)} e-mails dans {folder / "mails"}, par exemple :
"""
    )
    for line in _text_of(mails[0]).splitlines()[:16] if mails else ():
        click.echo(f"    {line}")
    click.echo(
        f"""
  Application : http://127.0.0.1:{port}
  Membre      : {MEMBER_EMAIL}
  Équipe      : {STAFF_EMAIL}
  Mot de passe : {PASSWORD}
"""
    )


def _text_of(mail: Path) -> str:
    message = message_from_bytes(mail.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    return f"Objet : {message['Subject']}\n\n{body.get_content() if body else ''}"
