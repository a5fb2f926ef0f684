"""What people fill in about tasks of a room, and about the dates of their attestations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from procurement.attestations import Dates
from procurement.cleaning import one_line
from procurement.i18n import translated_later
from procurement.models import Attestation
from web.forms import FARTHEST, NEEDED, NO_DAY, TOO_FAR, TOO_LONG, DayField, PageForm, on_one_line
from web.i18n import today

NOT_YET = translated_later("Une attestation ne peut pas être établie dans l’avenir.")
ENDS_FIRST = translated_later("Ce jour est avant celui de l’établissement.")
NO_START = translated_later("Dites aussi le jour où elle a été établie.")


def _not_far(_: PageForm, day: DayField) -> None:
    if day.data and abs(day.data - today()) > FARTHEST:
        raise ValidationError(TOO_FAR)


class WhenForm(PageForm):
    """The day of a task, and whose it is; no day: as planned."""

    due_on = DayField(validators=[Optional(), _not_far])
    seat = IntegerField(validators=[Optional()])


class TaskForm(PageForm):
    """A task of the room's own."""

    text = StringField(
        filters=[on_one_line], validators=[DataRequired(NEEDED), Length(max=300, message=TOO_LONG)]
    )
    due_on = DayField(validators=[InputRequired(NEEDED), _not_far])
    seat = IntegerField(validators=[Optional()])


@dataclass(slots=True)
class DatesRow:
    """The two days of one paper as they were typed, with what is wrong with them."""

    kind: str
    issued_on: str = ""
    valid_until: str = ""
    issued_problem: str = ""
    until_problem: str = ""


@dataclass(slots=True)
class DatesForm:
    """The dates of a member's papers: a row for each kind; an emptied row takes its paper back."""

    rows: list[DatesRow] = field(default_factory=list)

    @classmethod
    def of(cls, kinds: Iterable[str], stated: Mapping[str, Attestation]) -> "DatesForm":
        """The form as what is stated fills it in."""
        found = ((kind, stated.get(kind)) for kind in kinds)
        return cls([DatesRow(kind, *_typed(row)) for kind, row in found])

    @classmethod
    def read(cls, kinds: Iterable[str], sent: Mapping[str, str]) -> "DatesForm":
        """The form as it was sent; a kind that was not sent at all is not in it."""
        found = [
            DatesRow(
                kind, *(one_line(sent.get(f"{name}-{kind}", ""), longest=20) for name in ("issued", "until"))
            )
            for kind in kinds
            if f"issued-{kind}" in sent
        ]
        return cls(found)

    def dates(self) -> dict[str, Dates | None]:
        """What is stated by kind; `is_wrong` says whether some of it could not be read."""
        return {row.kind: _dates(row) for row in self.rows}

    @property
    def is_wrong(self) -> bool:
        """Whether something is marked as wrong."""
        return any(row.issued_problem or row.until_problem for row in self.rows)


def _typed(row: Attestation | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    return row.issued_on.isoformat(), row.valid_until.isoformat() if row.valid_until else ""


def _dates(row: DatesRow) -> Dates | None:
    issued_on, row.issued_problem = _day(row.issued_on)
    valid_until, row.until_problem = _day(row.valid_until)
    if issued_on is not None and issued_on > today():
        row.issued_problem = NOT_YET
    if row.valid_until and not row.issued_on:
        row.issued_problem = NO_START
    if issued_on and valid_until and valid_until < issued_on:
        row.until_problem = ENDS_FIRST
    return Dates(issued_on, valid_until) if issued_on is not None else None


def _day(typed: str) -> tuple[date | None, str]:
    if not typed:
        return None, ""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None, NO_DAY
    return (day, "") if abs(day - today()) <= 2 * FARTHEST else (day, TOO_FAR)
