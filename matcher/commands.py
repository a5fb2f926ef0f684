"""The verbs of matching; each loads what it needs."""

import click

from config.settings import settings
from procurement.installation import Progress, clock, ready_engine, run_delivery, stopping


@click.command()
def match() -> None:
    """Match what is new with whom it concerns."""
    from matcher.cpv.suggesting import Suggester, models_folder
    from matcher.run import match_pending

    engine = ready_engine()
    suggest = Suggester(engine, models_folder(settings().data_dir))
    with Progress("Matching") as progress:
        report = match_pending(
            engine,
            now=clock(),
            progress=progress,
            suggest=suggest,
            workers=settings().matching_workers,
        )
    click.echo(str(report))


@click.command()
def work() -> None:
    """Answer what pages ask of the matcher and send urgent e-mails, until SIGTERM."""
    from matcher.answer import work_forever

    engine = ready_engine()
    work_forever(engine, clock=clock, stop=stopping(), beside=lambda: run_delivery(engine))


@click.command()
@click.argument("what", type=click.Choice(["cpv"]))
def train(what: str) -> None:
    """Learn from what is stored, and serve what was learnt only if it is better on later notices.

    WHAT is `cpv`: the codes suggested for notices that have none.
    """
    from matcher.cpv.suggesting import models_folder
    from matcher.cpv.training import train as learn

    click.echo(str(learn(ready_engine(), models=models_folder(settings().data_dir), now=clock())))
