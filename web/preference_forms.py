"""What somebody fills in about the e-mails they get: how often, when, and which kinds."""

from datetime import date

from wtforms import SelectMultipleField, StringField
from wtforms.validators import AnyOf, InputRequired, Optional, ValidationError

from procurement.consent_words import ConsentKind
from procurement.i18n import translated_later
from procurement.labelled import LANGUAGES
from procurement.mail.hours import HOURS
from procurement.vocabulary import Frequency
from web.forms import CHOOSE, DayField, PageForm

NO_WEEKDAY = translated_later("Choisissez au moins un jour.")
_WEEKDAYS = tuple("0123456")


class PreferencesForm(PageForm):
    """How often, when, in which language and from when on somebody hears of tenders."""

    frequency = StringField(validators=[InputRequired(CHOOSE), AnyOf(list(Frequency), message=CHOOSE)])
    weekdays = SelectMultipleField(validate_choice=False)
    hour = StringField(validators=[Optional(), AnyOf([str(hour) for hour in HOURS], message=CHOOSE)])
    language = StringField(validators=[InputRequired(CHOOSE), AnyOf(LANGUAGES, message=CHOOSE)])
    paused_until = DayField(validators=[Optional()])

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        """Where days are shown, one is needed: « never » is a frequency."""
        chosen = field.data or ()
        if (self.hour.data and not chosen) or any(day not in _WEEKDAYS for day in chosen):
            raise ValidationError(NO_WEEKDAY)

    @property
    def days(self) -> list[int]:
        """The days on which a digest may come, 0 for Monday."""
        return [int(day) for day in self.weekdays.data or ()]

    @property
    def at_hour(self) -> int | None:
        """The hour from which on a digest may come."""
        return int(self.hour.data) if self.hour.data else None

    @property
    def how_often(self) -> Frequency:
        """The frequency, once the form is valid."""
        return Frequency.of(self.frequency.data or "") or Frequency.DAILY

    @property
    def pause(self) -> date | None:
        """The day before which nothing is sent."""
        return self.paused_until.data


class ConsentForm(PageForm):
    """The kinds of e-mail that somebody agrees to; none at all is an answer too."""

    kinds = SelectMultipleField(validate_choice=False)

    def validate_kinds(self, field: SelectMultipleField) -> None:
        """A kind that is none is refused: it must not read as a no to the others."""
        if any(ConsentKind.of(value) is None for value in field.data or ()):
            raise ValidationError(CHOOSE)

    @property
    def chosen(self) -> list[ConsentKind]:
        """The kinds, once the form is valid."""
        return [kind for kind in ConsentKind if kind.value in (self.kinds.data or ())]
