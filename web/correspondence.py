"""Forms of what goes to buyers: clauses, letters, contacts, and a member's place in the catalogue."""

from typing import Self

from wtforms import BooleanField, EmailField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, ValidationError

from config.clauses import LANGUAGES
from procurement.accounts import valid_email
from procurement.buyers import ContactFacts
from procurement.cleaning import clean_text, one_line
from procurement.i18n import translated_later
from procurement.models import BuyerContact
from web.forms import CHOOSE, NEEDED, TOO_LONG, PageForm

NO_EMAIL = translated_later("Ce n’est pas une adresse e-mail.")
NO_CONSENT = translated_later("Sans cet accord, rien n’est publié.")


def _on_one_line(value: str | None) -> str:
    return one_line(value or "", longest=1000)


def _cleaned(value: str | None) -> str:
    return clean_text(value or "")


def _at_most(length: int) -> Length:
    return Length(max=length, message=TOO_LONG)


class _EmailForm(PageForm):
    """A form with an address that must be one when it is given."""

    email = EmailField(filters=[_on_one_line], validators=[Optional(), _at_most(254)])

    def validate_email(self, field: EmailField) -> None:
        """The address can be written to."""
        try:
            valid_email(field.data or "")
        except ValueError as problem:
            raise ValidationError(NO_EMAIL) from problem


class ClauseForm(PageForm):
    """A clause as staff word it; nothing: as it was proposed."""

    text = TextAreaField(filters=[_cleaned], validators=[_at_most(6_000)])


class LetterForm(PageForm):
    """What a letter to a buyer holds: quotes and clauses ticked, to whom, in which language, and a remark."""

    quote = SelectMultipleField(validate_choice=False)
    clause = SelectMultipleField(validate_choice=False)
    language = StringField(validators=[InputRequired(CHOOSE), AnyOf(LANGUAGES, message=CHOOSE)])
    contact = StringField(validators=[Optional(), _at_most(20)])
    remark = TextAreaField(filters=[_cleaned], validators=[_at_most(3_000)])


class ContactForm(_EmailForm):
    """Somebody at a buyer: professional data and a note."""

    name = StringField(filters=[_on_one_line], validators=[DataRequired(NEEDED), _at_most(200)])
    function = StringField(filters=[_on_one_line], validators=[_at_most(200)])
    telephone = StringField(filters=[_on_one_line], validators=[_at_most(40)])
    note = TextAreaField(filters=[_cleaned], validators=[_at_most(5_000)])

    @classmethod
    def of(cls, contact: BuyerContact) -> Self:
        """The form as a contact fills it in, its fields apart from those of others on the page."""
        return cls(
            prefix=f"c{contact.id}-",
            name=contact.name,
            function=contact.function,
            email=contact.email,
            telephone=contact.telephone,
            note=contact.note,
        )

    @property
    def facts(self) -> ContactFacts:
        """What was written, once the form is valid."""
        return ContactFacts(
            name=self.name.data or "",
            function=self.function.data or "",
            email=self.email.data or "",
            telephone=self.telephone.data or "",
            note=self.note.data or "",
        )


class ConsentForm(_EmailForm):
    """A member's word that it wants to stand in the public catalogue, and where a buyer may write."""

    agreed = BooleanField(validators=[InputRequired(NO_CONSENT)])


class RecordedConsentForm(_EmailForm):
    """The same by staff, who note who agreed, when and how."""

    note = StringField(filters=[_on_one_line], validators=[DataRequired(NEEDED), _at_most(500)])
