"""What people fill in about tasks of a room, and about the dates of their attestations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

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
class DayTyped:
    """A day as it was typed into a field, with what is wrong with it."""

    id: str
    value: str = ""
    errors: list[str] = field(default_factory=list)

    def read(self) -> date | None:
        """The day; what is none, or is bad, is marked so."""
        if not self.value:
            return None
        try:
            day = date.fromisoformat(self.value)
        except ValueError:
            self.errors.append(NO_DAY)
            return None
        if abs(day - today()) > 2 * FARTHEST:
            self.errors.append(TOO_FAR)
        return day


@dataclass(slots=True)
class DatesRow:
    """The two days of one paper."""

    kind: str
    issued: DayTyped
    until: DayTyped

    @classmethod
    def of(cls, kind: str, row: Attestation | None) -> Self:
        """The row as what is stated fills it in."""
        issued = row.issued_on.isoformat() if row is not None else ""
        until = row.valid_until.isoformat() if row is not None and row.valid_until else ""
        return cls(kind, DayTyped(f"issued-{kind}", issued), DayTyped(f"until-{kind}", until))

    @classmethod
    def sent(cls, kind: str, form: Mapping[str, str]) -> Self | None:
        """The row as it was sent; None when it was not."""
        names = (f"issued-{kind}", f"until-{kind}")
        if not any(name in form for name in names):
            return None
        issued, until = (DayTyped(name, one_line(form.get(name, ""), longest=20)) for name in names)
        return cls(kind, issued, until)

    def read(self) -> Dates | None:
        """What is stated; None where the row is empty or wrong, which is marked."""
        issued_on, valid_until = self.issued.read(), self.until.read()
        if self.until.value and not self.issued.value:
            self.issued.errors.append(NO_START)
        if issued_on is not None and issued_on > today():
            self.issued.errors.append(NOT_YET)
        if issued_on and valid_until and valid_until < issued_on:
            self.until.errors.append(ENDS_FIRST)
        return Dates(issued_on, valid_until) if issued_on is not None else None

    @property
    def is_wrong(self) -> bool:
        """Whether something is marked as wrong."""
        return bool(self.issued.errors or self.until.errors)
