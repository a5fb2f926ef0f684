"""What people fill in: each form binds the fields it lists and no other; its words stand in the templates."""

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self, TypeVar
from uuid import UUID

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Form,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.form import BaseForm
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, ValidationError

from procurement.bands import LEAST_THRESHOLD
from procurement.cantons import CANTONS
from procurement.cleaning import clean_text, one_line
from procurement.entered import Entry
from procurement.i18n import ZURICH, translated_later
from procurement.labelled import LANGUAGES
from procurement.profiles import Draft
from procurement.sign_in import LEAST_PASSWORD
from procurement.vocabulary import AnswerChoice, DropReason, EnteredKind, RefusalReason
from web.addresses import web_host
from web.i18n import gettext, today

NEEDED = translated_later("Ce champ est nécessaire.")
CHOOSE = translated_later("Choisissez l’une des réponses.")
TOO_LONG = translated_later("Ce texte est trop long.")
NO_DAY = translated_later("Cette date n’est pas valable.")
NO_HOUR = translated_later("Cette heure n’est pas valable ; écrivez par exemple 16:30.")
NO_LINK = translated_later("Une adresse complète, qui commence par https:// ou http://.")
DAY_TOO = translated_later("Une heure demande aussi un jour.")
NO_SCORE = translated_later("Un nombre de 0,1 à 100, par exemple 45 ou 37,5.")
CROSSED = translated_later("Le seuil « forte » ne peut pas être plus bas que le seuil « à relire ».")
TOO_FAR = translated_later("Cette date est bien lointaine : vérifiez l’année.")

MOST_CODES = 30
FARTHEST = timedelta(days=5 * 366)
_CODE = re.compile(r"([0-9]{8})(?:-[0-9])?")
_BETWEEN_CODES = re.compile(r"[\s,;]+")
_BETWEEN_WORDS = re.compile(r"[,;]")

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


class HourField(TimeField):
    """An hour of the day, with our words for one that is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the hour as a browser sends it."""
        try:
            super().process_formdata(valuelist)
        except ValueError as problem:
            raise ValueError(NO_HOUR) from problem


def on_one_line(value: str | None) -> str:
    """What was typed, cleaned, on one line."""
    return one_line(value or "", longest=1000)


def _cleaned(value: str | None) -> str:
    return clean_text(value or "")


def _member(words: type[Word], value: str | None) -> Word:
    return next(word for word in words if word.value == value)


def _among(words: Iterable[str]) -> AnyOf:
    return AnyOf([str(word) for word in words], message=CHOOSE)


def _one_of(words: Iterable[str]) -> list[InputRequired | AnyOf]:
    return [InputRequired(CHOOSE), _among(words)]


def _needed() -> InputRequired:
    return InputRequired(NEEDED)


def _code_parts(text: str | None) -> list[str]:
    return [part for part in _BETWEEN_CODES.split(text or "") if part]


def codes_in(text: str | None) -> tuple[str, ...]:
    """The codes that are well written, each once; the check figure that some write after them is let go."""
    found = (_CODE.fullmatch(part) for part in _code_parts(text))
    return tuple(dict.fromkeys(code[1] for code in found if code))


def check_codes(text: str | None, *, most: int = MOST_CODES) -> None:
    """ValidationError where what was typed is no list of CPV codes, or a long one."""
    wrong = [part for part in _code_parts(text) if not _CODE.fullmatch(part)]
    if wrong:
        raise ValidationError(
            gettext("« {code} » n’est pas un code CPV : il en faut huit chiffres.").format(code=wrong[0])
        )
    if len(codes_in(text)) > most:
        raise ValidationError(TOO_LONG)


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


class ScoreField(StringField):
    """A score up to 100 as people write it, with a comma or a point; `share` is the same in [0, 1]."""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no score."""
        try:
            is_score = LEAST_THRESHOLD <= self.share <= 1.0
        except ValueError:
            is_score = False
        if not is_score:
            raise ValidationError(NO_SCORE)

    @property
    def share(self) -> float:
        """The score in [0, 1], to a tenth of a hundredth; ValueError when it is no number."""
        return round(float((self.data or "").replace(",", ".")) / 100, 3)


class BandsForm(PageForm):
    """From which score on a match waits and is strong, and whether strong ones go out without waiting."""

    hold_from = ScoreField(filters=[on_one_line], validators=[_needed()])
    strong_from = ScoreField(filters=[on_one_line], validators=[_needed()])
    sends_strong = BooleanField()

    def validate_strong_from(self, field: ScoreField) -> None:
        """Strong begins where waiting does, or above."""
        if not self.hold_from.errors and field.share < self.hold_from.share:
            raise ValidationError(CROSSED)


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


class EntryForm(PageForm):
    """An opportunity that staff enter by hand: kind, title and buyer are needed, the rest may be unknown."""

    # Made when the form is opened: what is sent twice is entered once.
    key = StringField()
    kind = StringField(validators=_one_of(EnteredKind))
    title = StringField(
        filters=[on_one_line], validators=[DataRequired(NEEDED), Length(max=300, message=TOO_LONG)]
    )
    buyer = StringField(
        filters=[on_one_line], validators=[DataRequired(NEEDED), Length(max=120, message=TOO_LONG)]
    )
    description = TextAreaField(filters=[_cleaned], validators=[Length(max=20_000, message=TOO_LONG)])
    buyer_canton = StringField(validators=[Optional(), _among(CANTONS)])
    place_canton = StringField(validators=[Optional(), _among(CANTONS)])
    place_city = StringField(filters=[on_one_line], validators=[Length(max=120, message=TOO_LONG)])
    cpv_codes = StringField(filters=[on_one_line], validators=[Length(max=500, message=TOO_LONG)])
    deadline_day = DayField(validators=[Optional()])
    deadline_hour = HourField(validators=[Optional()])
    link = StringField(filters=[on_one_line], validators=[Length(max=500, message=TOO_LONG)])
    language = StringField(validators=_one_of(LANGUAGES))

    def validate_cpv_codes(self, field: StringField) -> None:
        """Each code has eight figures."""
        check_codes(field.data)

    def validate_deadline_day(self, field: DayField) -> None:
        """A year with a wrong figure is noticed."""
        if field.data and field.data > today() + FARTHEST:
            raise ValidationError(TOO_FAR)

    def validate_deadline_hour(self, field: HourField) -> None:
        """An hour alone is no deadline."""
        if field.data is not None and not any(self.deadline_day.raw_data or ()):
            raise ValidationError(DAY_TOO)

    def validate_link(self, field: StringField) -> None:
        """A link leads to the web and nowhere else."""
        if field.data and not web_host(field.data):
            raise ValidationError(NO_LINK)

    @property
    def codes(self) -> tuple[str, ...]:
        """The CPV codes that are well written, each once."""
        return codes_in(self.cpv_codes.data)

    @property
    def entry(self) -> Entry:
        """What staff know of the opportunity, once the form is valid."""
        return Entry(
            kind=_member(EnteredKind, self.kind.data),
            title=self.title.data or "",
            buyer=self.buyer.data or "",
            description=self.description.data or "",
            buyer_canton=self.buyer_canton.data or None,
            place_canton=self.place_canton.data or None,
            place_city=self.place_city.data or "",
            cpv_codes=self.codes,
            submission_deadline=self._deadline(),
            link=self.link.data or "",
            language=self.language.data or "",
        )

    @property
    def own_key(self) -> str:
        """The key of this entry; nothing when what was sent is none, so that it gets a new one."""
        try:
            return str(UUID(self.key.data or ""))
        except ValueError:
            return ""

    def _deadline(self) -> datetime | None:
        """The instant of the deadline in Geneva; without an hour it runs to the end of its day."""
        if self.deadline_day.data is None:
            return None
        hour = self.deadline_hour.data or time(23, 59, 59)
        return datetime.combine(self.deadline_day.data, hour, tzinfo=ZURICH)


class ProfileForm(PageForm):
    """What a member offers, where, and what it does not want; codes proposed from its text are ticked."""

    statement = TextAreaField(filters=[_cleaned], validators=[Length(max=5_000, message=TOO_LONG)])
    cpv_codes = StringField(filters=[on_one_line], validators=[Length(max=500, message=TOO_LONG)])
    proposed = SelectMultipleField(validate_choice=False)
    cantons = SelectMultipleField(validate_choice=False)
    excluded_words = StringField(filters=[on_one_line], validators=[Length(max=500, message=TOO_LONG)])

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """The form as a draft fills it in."""
        return cls(
            statement=draft.statement,
            cpv_codes=" ".join(draft.cpv_codes),
            cantons=list(draft.cantons),
            excluded_words=", ".join(draft.excluded_words),
        )

    def validate_cpv_codes(self, field: StringField) -> None:
        """Each code has eight figures."""
        check_codes(self._all_codes())

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that were written and those that were ticked, each once."""
        return codes_in(self._all_codes())

    @property
    def draft(self) -> Draft:
        """What was written, once the form is valid."""
        words = (clean_text(word) for word in _BETWEEN_WORDS.split(self.excluded_words.data or ""))
        return Draft(
            statement=self.statement.data or "",
            cpv_codes=self.codes,
            cantons=tuple(code for code in CANTONS if code in (self.cantons.data or ())),
            excluded_words=tuple(dict.fromkeys(word for word in words if word)),
        )

    def _all_codes(self) -> str:
        return " ".join([self.cpv_codes.data or "", *(self.proposed.data or ())])
