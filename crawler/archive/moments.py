"""Days, hours and amounts as old Swiss forms write them: 31.01.2023, 16:00, 580'477.37."""

import re
from datetime import date, datetime, time

from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH

_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_HOUR = re.compile(r"(\d{1,2})[:.](\d{2})")
_AMOUNT = re.compile(r"(\d{1,3}(?:['’\s]\d{3})+|\d+)(?:[.,](\d{1,2}|-{1,2}|–))?")
_END_OF_DAY = time(23, 59)


def read_day(text: str, path: str) -> date | None:
    """The day that `dd.mm.yyyy` names, None for an empty field."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text!r} is no day") from problem


def read_hour(text: str, path: str) -> time | None:
    """The hour that `hh:mm` names, None for an empty field; 24:00 is the end of the day."""
    if not text:
        return None
    found = _HOUR.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        if (found[1], found[2]) == ("24", "00"):
            return _END_OF_DAY
        return time(int(found[1]), int(found[2]))
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text!r} is no hour") from problem


def deadline_at(day: date, hour: time | None) -> datetime:
    """The instant in Switzerland of a deadline; one without an hour runs to the end of its day."""
    return datetime.combine(day, hour or _END_OF_DAY, tzinfo=ZURICH)


def read_amount(text: str, path: str) -> float | None:
    """The amount that a Swiss price names, None for an empty field."""
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise UnreadableNotice(path, f"{text!r} is no amount")
    cents = found[2] if (found[2] or "").isdigit() else "0"
    return float(re.sub(r"\D", "", found[1]) + "." + cents)
