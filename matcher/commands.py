"""The verbs of matching; each loads what it needs."""

import click

from procurement.installation import Progress, clock, ready_engine, run_delivery, stopping


@click.command()
def match() -> None:
    """Match what is new with whom it concerns."""
    from matcher.run import match_pending

    engine = ready_engine()
    with Progress("Matching") as progress:
        report = match_pending(engine, now=clock(), progress=progress)
    click.echo(str(report))


@click.command()
def work() -> None:
    """Answer what pages ask of the matcher and send urgent e-mails, until SIGTERM."""
    from matcher.answer import answer_work

    engine, stop = ready_engine(), stopping()
    while not stop.is_set():
        busy = answer_work(engine, now=clock())
        run_delivery(engine)
        if not busy:
            stop.wait(1.0)
