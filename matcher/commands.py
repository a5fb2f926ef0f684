"""The verbs of matching; each loads what it needs."""

from typing import TYPE_CHECKING

import click

from config.settings import settings
from procurement.installation import Progress, clock, ready_engine, run_delivery, stopping

if TYPE_CHECKING:
    from sqlalchemy import Engine


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
    if what == "cpv":
        _train_cpv(act)
        return
    from procurement import lessons, served
    from procurement.db import transaction

    engine, models = ready_engine(), served.models_folder(settings().data_dir)
    if act == "resume":
        served.resume(models)
        click.echo("The next training may promote what it learns.")
        return
    if act == "roll_back":
        served.roll_back(models, now=clock())
        version = _carry_over(engine, lessons.ROLLED_BACK)
        click.echo(f"Matching by {version}; nothing is promoted until: aimp train --resume")
        return

    from matcher.labels import read_labels
    from matcher.training import Outcome
    from matcher.training import train as learn

    with transaction(engine, read_only=True) as session:
        labels = read_labels(session)
    report = learn(labels, data_dir=settings().data_dir, now=clock(), by="aimp train")
    if report.outcome is Outcome.PROMOTED:
        _carry_over(engine, lessons.PROMOTED)
    click.echo(str(report))


def _carry_over(engine: "Engine", act: str) -> str:
    """Note the model that serves now, and keep the bands of each chamber as large as they were."""
    from sqlalchemy import select

    from matcher.labels import current_values
    from matcher.registry import classifier_in_use
    from procurement import lessons
    from procurement.db import transaction
    from procurement.models import Chamber

    model = classifier_in_use(settings().data_dir)
    with transaction(engine) as session:
        lessons.note_model(session, act=act, model=model.version, person=None, now=clock())
        for chamber in session.scalars(select(Chamber).with_for_update()):
            lessons.carry_thresholds(
                session,
                chamber=chamber,
                score=lambda stored: model.judge(current_values(stored)).score,
                now=clock(),
            )
    return model.version


@click.command()
def work() -> None:
    """Answer what pages ask of the matcher and send urgent e-mails, until SIGTERM."""
    from matcher.answer import work_forever

    engine = ready_engine()
    work_forever(engine, clock=clock, stop=stopping(), beside=lambda: run_delivery(engine))


def _train_cpv(act: str | None) -> None:
    from matcher.cpv.suggesting import models_folder
    from matcher.cpv.training import train as learn
    from procurement.errors import NothingToLearn

    if act is not None:
        raise click.UsageError("the model of CPV codes is changed by hand: see docs/operations.md")
    try:
        report = learn(ready_engine(), models=models_folder(settings().data_dir), now=clock())
    except NothingToLearn as reason:
        # A new installation has neither notices nor words yet: nothing has failed.
        click.echo(f"nothing was learnt: {reason}")
        return
    click.echo(str(report))
