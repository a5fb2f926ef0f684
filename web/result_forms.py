"""What a lead fills in about a result: the result, and what is known of it; no field is for a price."""

import re

from flask import request
from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from config.debriefing import debriefing
from procurement.bid_results import Details
from procurement.cleaning import clean_text
from procurement.i18n import translated_later
from procurement.models import BidResult
from procurement.teaming import ConsortiumState, LossReason
from web.forms import TOO_LONG, DayField, PageForm
from web.i18n import gettext, today

LONGEST = 2_000
NOT_YET = translated_later("Ce jour est à venir : la décision n’est pas encore notifiée.")
NO_NUMBER = translated_later("Un nombre entier, de 1 à 999.")
RANK_TOO_HIGH = translated_later("Le rang ne dépasse pas le nombre d’offres.")
NO_AMOUNT = translated_later("Aucun prix ici : ôtez le montant.")
_MOST = 999
# An amount with its currency, before or after it; points and percentages are welcome.
_AMOUNT = re.compile(
    r"(?:\b(?:CHF|EUR|Fr\.|frs?\b\.?)|€)\s*\d|\d[\d'’.\s\u00a0\u202f]*(?:CHF\b|EUR\b|€|[Ff]rancs?\b|[Ff]r\.)"
)


def has_amount(text: str) -> bool:
    """Whether a text names an amount of money."""
    return _AMOUNT.search(text) is not None


def _text(value: str | None) -> str:
    return clean_text(value or "")


class NumberField(IntegerField):
    """A whole number, with our words for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number as a browser sends it."""
        try:
            super().process_formdata(valuelist)
        except ValueError as problem:
            raise ValueError(NO_NUMBER) from problem


class ResultForm(PageForm):
    """The result, the day, the rank, the offers, why, and one lesson; all but the result can follow later."""

    state = StringField()
    notified_on = DayField(validators=[Optional()])
    rank = NumberField(validators=[Optional(), NumberRange(1, _MOST, NO_NUMBER)])
    offers = NumberField(validators=[Optional(), NumberRange(1, _MOST, NO_NUMBER)])
    reasons = SelectMultipleField(validate_choice=False)
    lesson = TextAreaField(filters=[_text], validators=[Length(max=LONGEST, message=TOO_LONG)])

    @classmethod
    def of(cls, result: BidResult | None) -> "ResultForm":
        """The form as it was sent, else as what was said before fills it."""
        names = ("notified_on", "rank", "offers", "reasons", "lesson")
        return cls.read(**{name: getattr(result, name) for name in names} if result else {})

    def validate_notified_on(self, field: DayField) -> None:
        """Nobody is told of a decision tomorrow."""
        if field.data is not None and field.data > today():
            raise ValidationError(NOT_YET)

    def validate_rank(self, field: NumberField) -> None:
        """One of the offers."""
        if self.offers.data and (field.data or 0) > self.offers.data:
            raise ValidationError(RANK_TOO_HIGH)

    def validate_lesson(self, field: TextAreaField) -> None:
        """No amount."""
        if has_amount(field.data or ""):
            raise ValidationError(NO_AMOUNT)

    @property
    def became(self) -> ConsortiumState | None:
        """The state that was chosen; None when it is none."""
        return ConsortiumState.of(self.state.data or "")

    def details(self, answers: dict[str, str]) -> Details:
        """What was said, with the answers of a debriefing."""
        chosen = self.reasons.data or ()
        return Details(
            notified_on=self.notified_on.data,
            rank=self.rank.data,
            offers=self.offers.data,
            reasons=tuple(reason for reason in LossReason if reason.value in chosen),
            debriefing=answers,
            lesson=self.lesson.data or "",
        )


def answers_sent() -> tuple[dict[str, str], dict[str, str]]:
    """The answers of a debriefing by the key of their question, and what is wrong with some."""
    keys = debriefing().by_key()
    answers = {key: clean_text(request.form.get(f"answer-{key}", "")) for key in keys}
    wrong = {
        key: gettext(TOO_LONG if len(text) > LONGEST else NO_AMOUNT)
        for key, text in answers.items()
        if len(text) > LONGEST or has_amount(text)
    }
    return answers, wrong
