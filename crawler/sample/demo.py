"""The demonstration: the main job on the invented sample, offline, from a published page to an e-mail."""

import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import click

from config.settings import Settings, environment_with
from crawler import children
from crawler.sample.chamber import PASSWORD
from crawler.sample.server import serve as serve_sample
from procurement.i18n import ZURICH

_STEPS: Sequence[tuple[str, list[str]]] = (
    ("Base de données", ["migrate"]),
    ("Chambre et membres inventés", ["sample"]),
    ("Lecture des avis", ["crawl", "simap"]),
    ("Correspondances", ["match"]),
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
        _say_what_happened(folder, port)
        if not serve:
            return 0
        verbs = [["web", "--port", str(port)], ["schedule"], ["work"]]
        return children.run_together(verbs, environment=environment, stopping=stopping)


def _label(step: tuple[str, list[str]] | None) -> str:
    return step[0] if step else ""


def _run(verb: list[str], log: Path, environment: dict[str, str]) -> int:
    with log.open("ab") as file:
        return children.start(verb, environment=environment, output=file).wait()


def _say_what_happened(folder: Path, port: int) -> None:
    for line in (folder / "log.txt").read_text(encoding="utf-8").splitlines():
        click.echo(f"  {line}")
    mails = sorted((folder / "mails").glob("*.eml"))
    click.echo(f"  {len(mails)} e-mails dans {folder / 'mails'}")
    click.echo(f"\n  Application : http://127.0.0.1:{port}   (mot de passe : {PASSWORD})\n")
