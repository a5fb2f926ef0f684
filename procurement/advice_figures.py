"""What the advice desk did, for the committee: requests and hours by month and subject, and how fast."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from procurement.advice_words import AdviceSubject
from procurement.exports.sheets import Sheet
from procurement.i18n import ZURICH, translator
from procurement.models import AdviceRequest

_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Month:
    """The requests of one month on one subject: how many, how many are closed, the minutes spent on them."""

    month: str
    subject: AdviceSubject
    asked: int
    closed: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it: the months, the newest first, and how many days it takes to take a request up."""

    months: Sequence[Month]
    asked: int
    closed: int
    minutes: int
    days_to_take: float | None


def figures(requests: Sequence[AdviceRequest]) -> Figures:
    """Count requests by the month they were asked in; no member and no person is in it."""
    by_month: dict[tuple[str, AdviceSubject], list[AdviceRequest]] = defaultdict(list)
    for each in requests:
        by_month[f"{each.asked_at.astimezone(ZURICH):%Y-%m}", each.subject].append(each)
    order = list(AdviceSubject)
    months = [
        Month(month, subject, len(found), _closed(found), _minutes(found))
        for (month, subject), found in by_month.items()
    ]
    months.sort(key=lambda each: order.index(each.subject))
    months.sort(key=lambda each: each.month, reverse=True)
    waited = [
        (each.taken_at - each.asked_at).total_seconds() / _DAY
        for each in requests
        if each.taken_at is not None
    ]
    return Figures(
        months=months,
        asked=len(requests),
        closed=_closed(requests),
        minutes=_minutes(requests),
        days_to_take=round(median(waited), 1) if waited else None,
    )


def sheet(found: Figures, language: str) -> Sheet:
    """The months as a table to be saved; hours with a point, as spreadsheets read them."""
    tr = translator(language)
    return Sheet(
        title=tr.gettext("Conseils"),
        columns=[
            tr.gettext("Mois"),
            tr.gettext("Sujet"),
            tr.gettext("Demandes"),
            tr.gettext("Terminées"),
            tr.gettext("Heures"),
        ],
        rows=[
            [each.month, each.subject.label(language), each.asked, each.closed, hours(each.minutes)]
            for each in found.months
        ],
    )


def hours(minutes: int) -> float:
    """Minutes as hours, to a tenth."""
    return round(minutes / 60, 1)


def _closed(requests: Sequence[AdviceRequest]) -> int:
    return sum(each.closed_at is not None for each in requests)


def _minutes(requests: Sequence[AdviceRequest]) -> int:
    return sum(each.minutes_spent for each in requests)
