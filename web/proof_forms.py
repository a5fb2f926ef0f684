"""The form of what a member can show for a criterion."""

from typing import Any

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from config.criteria import ess_criteria
from procurement.credentials import Shown
from procurement.i18n import translated_later
from procurement.models import Credential
from web.forms import CHOOSE, FARTHEST, NEEDED, TOO_FAR, TOO_LONG, DayField, PageForm, on_one_line
from web.i18n import today

NO_NUMBER = translated_later("Un nombre entier, écrit en chiffres.")
_MOST = 100_000


class NumberField(IntegerField):
    """A whole number, with our words for what is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number as a browser sends it."""
        try:
            super().process_formdata(valuelist)
        except ValueError as problem:
            raise ValueError(NO_NUMBER) from problem


class ProofForm(PageForm):
    """A proof: its family, its name, perhaps a figure and an end; or that there is none."""

    family = StringField()
    has_none = BooleanField()
    name = StringField(filters=[on_one_line], validators=[Length(max=200, message=TOO_LONG)])
    figure = NumberField(validators=[Optional(), NumberRange(1, _MOST, message=NO_NUMBER)])
    valid_until = DayField(validators=[Optional()])

    @classmethod
    def of(cls, credential: Credential) -> "ProofForm":
        """The form as a proof fills it in; what was sent comes before it."""
        return cls.read(
            family=credential.family,
            has_none=credential.figure == 0,
            name=credential.name,
            figure=credential.figure or None,
            valid_until=credential.valid_until,
        )

    def validate_family(self, field: StringField) -> None:
        """The family is one of those that there are."""
        if field.data not in ess_criteria().by_key():
            raise ValidationError(CHOOSE)

    def validate_name(self, field: StringField) -> None:
        """What can be shown has a name."""
        if not field.data and not self.has_none.data:
            raise ValidationError(NEEDED)

    def validate_valid_until(self, field: DayField) -> None:
        """A year with a wrong figure is noticed."""
        if field.data and abs(field.data - today()) > 2 * FARTHEST:
            raise ValidationError(TOO_FAR)

    @property
    def shown(self) -> Shown:
        """What the member states, once the form is valid."""
        family = self.family.data or ""
        if self.has_none.data:
            return Shown(family, "", 0)
        return Shown(family, self.name.data or "", self.figure.data, self.valid_until.data)
