"""What is filled in at the advice desk, by who asks and by who answers; no field is for a price."""

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from procurement.advice import MOST_MINUTES
from procurement.advice_words import AdviceSubject
from procurement.cleaning import clean_text
from procurement.i18n import translated_later
from web.forms import CHOOSE, FARTHEST, NEEDED, TOO_FAR, TOO_LONG, DayField, PageForm
from web.i18n import today

LONGEST = 4_000
MINUTES = translated_later("Un nombre de minutes, de 1 à 600.")
PAST = translated_later("Ce jour est passé.")


def _text(value: str | None) -> str:
    return clean_text(value or "")


class _DueForm(PageForm):
    """A day until when a request is to be answered: today or later, within reason."""

    due_on = DayField(validators=[Optional()])

    def validate_due_on(self, field: DayField) -> None:
        """A day that is past or far away is a slip."""
        if field.data is not None and field.data < today():
            raise ValidationError(PAST)
        if field.data is not None and field.data > today() + FARTHEST:
            raise ValidationError(TOO_FAR)


class AdviceForm(_DueForm):
    """Asking for advice: what about, in which words, until when; where it is asked from goes along."""

    subject = StringField(
        validators=[InputRequired(CHOOSE), AnyOf([each.value for each in AdviceSubject], message=CHOOSE)]
    )
    text = TextAreaField(
        filters=[_text], validators=[DataRequired(NEEDED), Length(max=LONGEST, message=TOO_LONG)]
    )
    marche = IntegerField(validators=[Optional()])
    communaute = IntegerField(validators=[Optional()])

    @property
    def about(self) -> AdviceSubject:
        """The subject, once the form is valid."""
        return AdviceSubject.of(self.subject.data or "") or AdviceSubject.OTHER


class DueForm(_DueForm):
    """Until when; an empty day takes it away."""


class TimeForm(PageForm):
    """Minutes spent, to be added to those there are."""

    minutes = IntegerField(validators=[InputRequired(MINUTES), NumberRange(1, MOST_MINUTES, MINUTES)])


class OutcomeForm(PageForm):
    """What came of a request, for the member to read, and the minutes that it took at the end."""

    outcome = TextAreaField(
        filters=[_text], validators=[DataRequired(NEEDED), Length(max=LONGEST, message=TOO_LONG)]
    )
    # Its own id: the form of the time spent stands on the same page.
    minutes = IntegerField(id="last-minutes", validators=[Optional(), NumberRange(1, MOST_MINUTES, MINUTES)])
