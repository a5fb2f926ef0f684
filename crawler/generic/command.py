"""The verbs about the sources: `aimp sources check` and `aimp sources write`; light until one is called."""

import sys
from pathlib import Path

import click


@click.group(name="sources")
def sources_group() -> None:
    """Where notices come from."""


@sources_group.command()
def check() -> None:
    """Say of each source whether its form can be used (exit code 1 when one cannot)."""
    from config import tables
    from config.settings import settings
    from crawler.generic.check import address_of, faults_of

    are_sound = True
    for key, form in tables.sources().items():
        faults = faults_of(form, settings())
        are_sound = are_sound and not faults
        where = address_of(form, settings()) or "from files alone"
        click.echo(f"{key}: {'; '.join(faults) or f'ok, {where}'}")
    sys.exit(0 if are_sound else 1)


@sources_group.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output.")
def write(out: Path | None) -> None:
    """Write the page about the sources (docs/sources.md) from their forms."""
    from config import tables
    from crawler.generic.document import write_sources

    page = write_sources(tables.sources().values(), tables.holes(), tables.jobs())
    if out is None:
        click.echo(page, nl=False)
    else:
        out.write_text(page, encoding="utf-8")
