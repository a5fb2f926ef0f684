"""Whether a record can be kept by every database and shown to people as it stands."""

import dataclasses
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import String

from procurement import models, records
from procurement.cleaning import is_clean
from procurement.db import Base

# More lots, criteria or winners than any call has.
_MOST_PARTS = 3000
_LARGEST = 2**31
_LARGEST_AMOUNT = 2**63


def faults_of(record: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The places in a record that a database would refuse or cut, or a page show otherwise, each with why.

    SQLite keeps NUL, a text that is too long and a number that is too large for its column; PostgreSQL
    does not.
    """
    widths = _WIDTHS[type(record)]
    for each in dataclasses.fields(record):
        name, value = each.name, getattr(record, each.name)
        if value is None:
            continue
        largest = _LARGEST_AMOUNT if name == "value_amount" else _LARGEST
        # Whoever looks for a canton looks for its two capitals.
        if name in ("canton", "place_canton") and not re.fullmatch("[A-Z]{2}", value):
            yield f"{path}{name}", "no sign of a canton"
        else:
            yield from _faults(value, f"{path}{name}", widths.get(name), largest)


def _faults(value: Any, path: str, longest: int | None, largest: int) -> Iterator[tuple[str, str]]:
    if type(value) in _WIDTHS:
        yield from faults_of(value, f"{path}.")
    elif isinstance(value, (tuple, list, dict)):
        if len(value) > _MOST_PARTS:
            yield path, f"more than {_MOST_PARTS} entries"
        for name, part in _parts(value):
            yield from _faults(part, f"{path}.{name}", None, largest)
    elif problem := _problem(value, longest, largest):
        yield path, problem


def _problem(value: object, longest: int | None, largest: int) -> str | None:
    if isinstance(value, str) and not is_clean(value):
        return "control or invisible characters"
    if isinstance(value, str) and longest is not None and len(value) > longest:
        return f"longer than {longest} characters"
    if isinstance(value, int) and not -largest <= value < largest:
        return "a number that is too large"
    if isinstance(value, float) and not math.isfinite(value):
        return "no finite number"
    return None


def _parts(value: tuple[Any, ...] | list[Any] | dict[str, Any]) -> Iterable[tuple[object, Any]]:
    if isinstance(value, dict):
        return [*(("", name) for name in value), *value.items()]
    return enumerate(value)


def _widths(*tables: type[Base]) -> dict[str, int]:
    return {
        column.name: column.type.length
        for table in tables
        for column in table.__table__.columns
        if isinstance(column.type, String) and column.type.length is not None
    }


# How long a field of a record may be: as its column, which bears the same name.
_WIDTHS: dict[type, dict[str, int]] = {
    records.NoticeRecord: {
        **_widths(models.NoticeVersion, models.Tender, models.Notice),
        "procedure_number": _widths(models.Tender)["number"],
    },
    records.CallRecord: _widths(models.Tender),
    records.LotRecord: _widths(models.Lot),
    records.BuyerRecord: _widths(models.Buyer),
    records.CriterionRecord: _widths(models.Criterion),
    records.ConsiderationRecord: _widths(models.Consideration),
    records.AwardRecord: _widths(models.Award),
    records.SupplierRecord: _widths(models.AwardSupplier),
}
