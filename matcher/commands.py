"""The verbs of matching; each loads what it needs."""

from typing import TYPE_CHECKING

import click

from config.settings import settings
from procurement.installation import Progress, clock, ready_engine, run_delivery, stopping

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session


@click.command()
def match() -> None:
    """Read and match what is new with whom it concerns; once a week, draw a sample of the rest for staff."""
    from matcher.cpv.suggesting import suggester_in_use
    from matcher.ess.commands import read_now
    from matcher.registry import classifier_in_use
    from matcher.run import match_pending
    from matcher.sampling import draw_samples

    engine, classifier = ready_engine(), classifier_in_use(settings().data_dir)
    click.echo(str(read_now(engine)))
    suggest = suggester_in_use(engine, settings().data_dir)
    with Progress("Matching") as progress:
        report = match_pending(
            engine,
            now=clock(),
            progress=progress,
            classifier=classifier,
            suggest=suggest,
            workers=settings().matching_workers,
        )
    drawn = draw_samples(engine, now=clock(), classifier=classifier, suggest=suggest)
    click.echo(f"{report}" + (f", {drawn} drawn at random for the staff" if drawn else ""))


@click.command()
@click.argument("what", type=click.Choice(["match", "cpv"]), default="match")
@click.option("--roll-back", "act", flag_value="roll_back", help="Go back to the model before this one.")
@click.option("--resume", "act", flag_value="resume", help="Let training promote again after that.")
def train(what: str, act: str | None) -> None:
    """Learn from what staff and members decided; what is better on later notices serves from now on.

    WHAT is `match`: how well a lot fits a member; or `cpv`: the codes suggested for notices that have none.
    """
    from procurement.db import transaction
    from procurement.served import Kind, models_folder

    engine, models = ready_engine(), models_folder(settings().data_dir, Kind(what))
    if act is not None:
        with transaction(engine) as session:
            click.echo(_change(session, models, act))
    elif what == Kind.CPV:
        _train_cpv(engine, models)
    else:
        _train_match(engine, models)


def _change(session: "Session", models: "Path", act: str) -> str:
    """Go back, or let training promote again; what serves now, in words."""
    from procurement import succession
    from procurement.served import served

    if act == "resume":
        succession.resume(session, models, person=None, now=clock())
        return "The next training may promote what it learns."
    leaving = served(models).version
    back = succession.roll_back(session, models, leaving=leaving, person=None, now=clock())
    serving = back.version or "no model of its kind"
    return f"In use: {serving}; nothing is promoted until: aimp train {models.name} --resume"


def _train_match(engine: "Engine", models: "Path") -> None:
    from sqlalchemy import select

    from matcher.labels import read_labels
    from matcher.registry import save_rules
    from matcher.training import Outcome
    from matcher.training import train as learn
    from procurement import succession
    from procurement.db import transaction
    from procurement.models import Member

    save_rules(models)
    with transaction(engine, read_only=True) as session:
        labels = read_labels(session)
        sectors = {key: names for key, names in session.execute(select(Member.id, Member.sectors))}
    report = learn(labels, data_dir=settings().data_dir, now=clock(), by="aimp train", sectors=sectors)
    if report.outcome is Outcome.PROMOTED:
        with transaction(engine) as session:
            succession.promoted(session, models, now=clock())
    click.echo(str(report))


def _train_cpv(engine: "Engine", models: "Path") -> None:
    from matcher.cpv.training import train as learn
    from procurement import succession
    from procurement.db import transaction
    from procurement.errors import NothingToLearn

    try:
        report = learn(engine, models=models, now=clock())
    except NothingToLearn as reason:
        # A new installation has neither notices nor words yet: nothing has failed.
        click.echo(f"nothing was learnt: {reason}")
        return
    if report.is_promoted:
        with transaction(engine) as session:
            succession.promoted(session, models, now=clock())
    click.echo(str(report))


@click.command()
def work() -> None:
    """Answer what pages ask of the matcher and send urgent e-mails, until SIGTERM."""
    from matcher.answer import work_forever

    engine = ready_engine()
    work_forever(engine, clock=clock, stop=stopping(), beside=lambda: run_delivery(engine))
