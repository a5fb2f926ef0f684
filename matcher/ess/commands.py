"""The verbs of the ESS lens: read what was published, export the criteria, take in a labelled set."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.criteria import EssCriteria, ess_criteria, ess_criteria_file
from config.settings import settings
from procurement.installation import Progress, clock, ready_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from matcher.ess.lessons import Lesson
    from matcher.ess.opinion import Opinion
    from matcher.ess.read import ReadReport


@click.command()
def read() -> None:
    """Read new and changed lots for ESS criteria; `aimp match` does so first."""
    click.echo(str(read_now(ready_engine())))


def read_now(engine: "Engine") -> "ReadReport":
    """Read what waits, with the opinion that can be learnt today; more lessons renew earlier opinions."""
    from matcher.ess.lessons import digest_of, lessons
    from matcher.ess.read import read_pending, renew_opinions
    from procurement.db import transaction

    with transaction(engine, read_only=True) as session:
        learnt_from = lessons(session, labelled=_labelled())
    sure, version = _Learner(learnt_from), digest_of(learnt_from)
    with Progress("Reading") as progress:
        report = read_pending(engine, now=clock(), sure=sure, progress=progress)
    noted = _folder() / "opinion"
    if not noted.is_file() or noted.read_text(encoding="utf-8") != version:
        renew_opinions(engine, sure=sure)
        noted.parent.mkdir(parents=True, exist_ok=True)
        noted.write_text(version, encoding="utf-8")
    return report


class _Learner:
    """The opinion, learnt when it is first asked: a run that reads nothing does not wait for it."""

    def __init__(self, learnt_from: "Sequence[Lesson]") -> None:
        self._lessons = learnt_from
        self._opinion: Opinion | None = None

    def __call__(self, asked: "Iterable[tuple[str, str]]") -> list[float]:
        if self._opinion is None:
            from matcher.ess.opinion import Opinion

            self._opinion = Opinion(self._lessons)
        return self._opinion(asked)


def _folder() -> Path:
    return settings().data_dir / "ess"


def _labelled() -> Path:
    return _folder() / "labelled.jsonl"


@click.group()
def ess() -> None:
    """The criteria of the social and solidarity economy: export them, teach the second opinion."""


@ess.command()
@click.option("--format", "form", type=click.Choice(["toml", "json", "csv"]), default="toml")
def export(form: str) -> None:
    """Write the criteria, with their version and licence, for other chambers."""
    if form == "toml":
        click.echo(ess_criteria_file(), nl=False)
    elif form == "json":
        click.echo(json.dumps(ess_criteria().model_dump(exclude_defaults=True), ensure_ascii=False, indent=2))
    else:
        click.echo(_as_table(ess_criteria()), nl=False)


def _as_table(criteria: EssCriteria) -> str:
    """One line for each criterion: what people compare, not the patterns."""
    out = io.StringIO()
    out.write(f"# ESS criteria {criteria.version}, licence {criteria.licence}\n")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        ["key", "group", "fr", "de", "it", "en", "definition", "goal", "treaty_gate", "legal_basis"]
    )
    for each in criteria.criteria:
        table.writerow(
            [
                each.key,
                each.group,
                *(each.labels[language] for language in ("fr", "de", "it", "en")),
                each.definition["fr"],
                each.goal,
                each.treaty_gate,
                "; ".join(basis.ref for basis in each.legal_basis),
            ]
        )
    return out.getvalue()


@ess.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def teach(file: Path) -> None:
    """Let the second opinion learn from labelled passages as well: one JSON object a line."""
    from matcher.ess.lessons import of_passages

    learnt = list(of_passages(file))
    _labelled().parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, _labelled())
    click.echo(f"{len(learnt)} sentences, {sum(each.counts for each in learnt)} of them count")
