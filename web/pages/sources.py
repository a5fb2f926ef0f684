"""Where the notices come from: each source with its light, runs, terms and holes; and what nobody reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer

from config.tables import holes
from procurement import runs
from procurement.models import CrawlRun, MissingNotice, Notice, Quarantine
from web.access import Audience, audience
from web.i18n import today
from web.lights import SourceLight, lights
from web.pages import CHAMBER, MenuEntry

bp = Blueprint("sources", __name__)

MENU = MenuEntry("Sources", "sources.everything", Audience.PUBLIC, 70, group=CHAMBER)

DAYS = 30
MOST_RUNS = 8
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart."""

    day: date
    count: int

    @property
    def is_weekend(self) -> bool:
        """Whether nothing is usually published on this day."""
        return self.day.weekday() >= 5


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What is shown of a source; `quarantined` and `missing` hold the newest, their counts all of them."""

    light: SourceLight
    notices: int
    bars: Sequence[Bar]
    runs: Sequence[CrawlRun]
    quarantined: Sequence[Quarantine] = ()
    quarantined_count: int = 0
    missing: Sequence[MissingNotice] = ()
    missing_count: int = 0

    @property
    def total(self) -> int:
        """How many publications the chart shows."""
        return sum(bar.count for bar in self.bars)

    @property
    def most(self) -> int:
        """The tallest bar, at least one."""
        return max(1, *(bar.count for bar in self.bars))


@bp.get("/sources")
@audience(Audience.PUBLIC)
def everything() -> ResponseReturnValue:
    """Every source."""
    is_staff = g.person is not None and g.person.is_staff
    return render_template(
        "sources/everything.html",
        reports=[_report(light, is_staff) for light in lights(g.session, now=g.now)],
        holes=holes(),
        is_staff=is_staff,
        days=DAYS,
    )


def _report(light: SourceLight, is_staff: bool) -> SourceReport:
    source = light.form.key
    report = SourceReport(
        light=light,
        notices=g.session.scalar(select(func.count(Notice.id)).where(Notice.source == source)) or 0,
        bars=_bars(source),
        runs=runs.runs_of(g.session, source=source, limit=MOST_RUNS),
    )
    return _with_cases(report, source) if is_staff else report


def _with_cases(report: SourceReport, source: str) -> SourceReport:
    """The report with what could not be read and what the source refused: for staff only."""
    quarantined = select(Quarantine).where(Quarantine.source == source, Quarantine.resolved_at.is_(None))
    missing = select(MissingNotice).where(MissingNotice.source == source, MissingNotice.found_at.is_(None))
    # What was received stays in the database: it can be large, and no page shows it.
    quarantined_newest = quarantined.options(defer(Quarantine.payload)).order_by(Quarantine.at.desc())
    return replace(
        report,
        quarantined=g.session.scalars(quarantined_newest.limit(MOST_CASES)).all(),
        quarantined_count=_count(quarantined),
        missing=g.session.scalars(missing.order_by(MissingNotice.last_at.desc()).limit(MOST_CASES)).all(),
        missing_count=_count(missing),
    )


def _count(wanted: Select[Any]) -> int:
    return g.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def _bars(source: str) -> list[Bar]:
    first = today() - timedelta(days=DAYS - 1)
    counted = dict(
        g.session.execute(
            select(Notice.published_on, func.count(Notice.id))
            .where(Notice.source == source, Notice.published_on >= first)
            .group_by(Notice.published_on)
        ).all()
    )
    days = (first + timedelta(days=number) for number in range(DAYS))
    return [Bar(day, counted.get(day, 0)) for day in days]
