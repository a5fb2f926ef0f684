"""What people fill in: each form binds the fields it lists and no other; its words stand in the templates."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Self, TypeVar

from flask import request
from wtforms import DateField, EmailField, Form, PasswordField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from procurement.cleaning import clean_text
from procurement.i18n import translated_later
from procurement.labelled import LANGUAGES
from procurement.sign_in import LEAST_PASSWORD
from procurement.vocabulary import AnswerChoice, DropReason, Frequency, RefusalReason

NEEDED = translated_later("Ce champ est nécessaire.")
CHOOSE = translated_later("Choisissez l’une des réponses.")
TOO_LONG = translated_later("Ce texte est trop long.")
NO_DAY = translated_later("Cette date n’est pas valable.")

Word = TypeVar("Word", bound=StrEnum)


class PageForm(Form):
    """A form of ours; its token was checked before the view, for every POST at once."""

    @classmethod
    def read(cls, **start: Any) -> Self:
        """The form as it was sent; before that, as it starts."""
        return cls(request.form if request.method == "POST" else None, **start)


class DayField(DateField):
    """A day, with our words for one that is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day as a browser sends it."""
        try:
            super().process_formdata(valuelist)
        except ValueError as problem:
            raise ValueError(NO_DAY) from problem


def _member(words: type[Word], value: str | None) -> Word:
    return next(word for word in words if word.value == value)


def _among(words: Iterable[str]) -> AnyOf:
    return AnyOf([str(word) for word in words], message=CHOOSE)


def _one_of(words: Iterable[str]) -> list[InputRequired | AnyOf]:
    return [InputRequired(CHOOSE), _among(words)]


def _needed() -> InputRequired:
    return InputRequired(NEEDED)


class PasswordForm(PageForm):
    """Signing in with a password."""

    email = EmailField(validators=[_needed(), Length(max=254, message=TOO_LONG)])
    password = PasswordField(validators=[_needed(), Length(max=500, message=TOO_LONG)])


class CodeRequestForm(PageForm):
    """Asking for a one-time code."""

    email = EmailField(validators=[_needed(), Length(max=254, message=TOO_LONG)])


class CodeForm(PageForm):
    """Typing the one-time code."""

    code = StringField(validators=[_needed(), Length(max=20, message=TOO_LONG)])


class AnswerForm(PageForm):
    """What a member says of a tender; « pas pour nous » says why."""

    choice = StringField(validators=_one_of(AnswerChoice))
    refusal = StringField(validators=[Optional(), _among(RefusalReason)])
    detail = StringField(validators=[Length(max=400, message=TOO_LONG)])

    @property
    def answer(self) -> AnswerChoice:
        """The choice, once the form is valid."""
        return _member(AnswerChoice, self.choice.data)

    @property
    def reason(self) -> str:
        """Why not, in words: the reason chosen, and what was written beside it."""
        if self.answer is not AnswerChoice.NOT_FOR_US:
            return ""
        chosen = RefusalReason.of(self.refusal.data or "")
        words = [chosen.label("fr")] if chosen else []
        detail = clean_text(self.detail.data or "", longest=400)
        return "\u00a0: ".join([*words, detail] if detail else words)


class DropForm(PageForm):
    """Why staff keep a match from its member."""

    reason = StringField(validators=_one_of(DropReason))

    @property
    def why(self) -> DropReason:
        """The reason, once the form is valid."""
        return _member(DropReason, self.reason.data)


class PreferencesForm(PageForm):
    """How often, in which language and from when somebody hears of tenders."""

    frequency = StringField(validators=_one_of(Frequency))
    language = StringField(validators=_one_of(LANGUAGES))
    paused_until = DayField(validators=[Optional()])

    @property
    def how_often(self) -> Frequency:
        """The frequency, once the form is valid."""
        return _member(Frequency, self.frequency.data)

    @property
    def pause(self) -> date | None:
        """The day before which nothing is sent."""
        return self.paused_until.data


class NewPasswordForm(PageForm):
    """Changing one's password; the current one is asked for when there is one."""

    current = PasswordField(validators=[Length(max=500, message=TOO_LONG)])
    new = PasswordField(
        validators=[
            _needed(),
            Length(min=LEAST_PASSWORD, message=translated_later("Au moins douze caractères.")),
            Length(max=128, message=translated_later("Au plus 128 caractères.")),
        ]
    )
