"""When offers must be in: BOAMP writes "+00:00" behind every hour, and only for eForms is it true.

Measured on recorded records: eForms notices carry true UTC; national ones (MAPA, FNSimple) carry Paris wall
time since 16 January 2024, and before that an hour whose rule is not known.
"""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from procurement.errors import UnreadableNotice

PARIS = ZoneInfo("Europe/Paris")

_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")


def own_moment(text: str, path: str) -> datetime | None:
    """The moment that a notice itself states: by its own offset, else Paris time; None without an hour."""
    if not text or re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    return _in_paris(text, path)


def field_moment(text: str | None, path: str, *, is_true_utc: bool) -> datetime | None:
    """The moment of `datelimitereponse`: as labelled for eForms, else Paris wall time wearing a label."""
    if not text:
        return None
    return _in_paris(text if is_true_utc else _OFFSET.sub("", text), path)


def eforms_moment(day: str, hour: str, path: str) -> datetime | None:
    """The moment of an eForms date and time, each with an offset of its own; None without a time."""
    if not day or not hour:
        return None
    offset = _OFFSET.search(hour) or _OFFSET.search(day[10:])
    return _in_paris(f"{day[:10]}T{_OFFSET.sub('', hour)}{offset[0] if offset else ''}", path)


def day_of(text: str, path: str) -> date | None:
    """A day, whatever hour or offset is written behind it."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text!r:.40} is no date") from problem


def _in_paris(text: str, path: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text!r:.40} is no date-time") from problem
    moment = moment if moment.tzinfo else moment.replace(tzinfo=PARIS)
    try:
        is_sane = date(2000, 1, 1) < moment.astimezone(UTC).date() < date(2100, 1, 1)
    except OverflowError:
        is_sane = False
    if not is_sane:
        raise UnreadableNotice(path, f"{text!r:.40} is out of this century")
    return moment.astimezone(PARIS)
