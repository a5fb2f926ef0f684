"""Turns offsets in days into the working days, instants and periods a Swiss buyer would publish."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZURICH = ZoneInfo("Europe/Zurich")
SATURDAY = 5


def weekday(today: date, offset: int) -> date:
    """Give the working day so many days from today; week-ends to come move forward, past ones back."""
    day = today + timedelta(days=offset)
    if day.weekday() < SATURDAY:
        return day
    return day + timedelta(days=7 - day.weekday()) if offset > 0 else day - timedelta(days=day.weekday() - 4)


def instant(today: date, offset: int, clock: str) -> str:
    """Give the moment at that hour in Zurich, written with the offset from Greenwich valid on its own day."""
    moment = datetime.combine(weekday(today, offset), time.fromisoformat(clock), tzinfo=ZURICH)
    return moment.isoformat()


def months(today: date, offset: int, length: int) -> list[str]:
    """Give the first and last day of a contract that begins with a month, so many days away or more."""
    earliest = today + timedelta(days=offset)
    begins = first_of_month(earliest, 0 if earliest.day == 1 else 1)
    ends = first_of_month(begins, length) - timedelta(days=1)
    return [begins.isoformat(), ends.isoformat()]


def first_of_month(day: date, later: int) -> date:
    """Give the first day of the month that comes so many months after that of the given day."""
    years, month = divmod(day.month - 1 + later, 12)
    return date(day.year + years, month + 1, 1)
