"""Sentences in four languages with facts in their places; a plain one where a fact is missing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from procurement.cantons import canton_name
from procurement.i18n import ZURICH, known_language, locale_of, say_amount, say_date, say_percent
from procurement.models import in_language
from procurement.reserved import Reservation, Status
from procurement.vocabulary import LegalForm

_SPACED = re.compile(r" (?=[:;?!»])|(?<=«) ")
_BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")
# What can be left out with its fact: all after a colon at the end, or what stands between brackets.
_FACT = re.compile(r"[ \u00a0]?: [^:{]*\{\w+\}(?=\.$)| \(\{\w+\}\)")
_QUOTES = {"fr": "«\u00a0{}\u00a0»", "de": "«{}»", "it": "«{}»", "en": "“{}”"}


def typeset(text: str, language: str) -> str:
    """Every language wants its apostrophe, its figure beside %; French, no break before double signs."""
    text = _BEFORE_PERCENT.sub("\u00a0", text.replace("'", "’"))
    return _SPACED.sub("\u00a0", text) if language == "fr" else text


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence in four languages with its facts in braces, and a plain one for when a fact is missing."""

    full: Mapping[str, str]
    plain: Mapping[str, str]

    def say(self, facts: Mapping[str, Any], language: str) -> str:
        """The sentence for a reader; the plain one when one of its facts is not known."""
        language = known_language(language)
        known = _Facts(facts, language)
        try:
            return self.full[language].format_map(known)
        except KeyError:
            return self.plain[language]


def wording(fr: str, de: str, it: str, en: str, *, plain: tuple[str, str, str, str] | None = None) -> Wording:
    """A sentence in each language; where no plain one is given, it is the full one without its facts."""
    full = {
        language: typeset(text, language)
        for language, text in zip(("fr", "de", "it", "en"), (fr, de, it, en), strict=True)
    }
    if plain is None:
        return Wording(full, {language: _FACT.sub("", text) for language, text in full.items()})
    return Wording(
        full, {language: typeset(text, language) for language, text in zip(full, plain, strict=True)}
    )


class _Facts(dict[str, str]):
    """The facts as words of a language; one that is not known raises KeyError."""

    def __init__(self, facts: Mapping[str, Any], language: str) -> None:
        super().__init__()
        self._facts, self._language = facts, language

    def __missing__(self, name: str) -> str:
        source, put = _PUT.get(name, (name, _plainly))
        value = self._facts.get(source)
        said = put(value, self._language) if value or value == 0 else ""
        if not said:
            raise KeyError(name)
        return said


def _plainly(value: Any, language: str) -> str:
    return str(value)


_LONGEST_QUOTE = 90


def _cut(value: Any, language: str) -> str:
    """The beginning of a text, as a quotation."""
    words = " ".join(str(value).split())
    if len(words) > _LONGEST_QUOTE:
        words = words[:_LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(",.;: ") + "\u00a0…"
    return _quoted([words], language) + "."


def _percent(value: Any, language: str) -> str:
    return f"{round(100 * float(value))}\u00a0%"


def _label(value: Any, language: str) -> str:
    # Words of a code in another language are better than a bare code.
    return typeset(in_language(dict(value), language), language) if isinstance(value, Mapping) else ""


def _title(value: Any, language: str) -> str:
    title = _label(value, language)
    return _cut(title, language).removesuffix(".") if title else ""


def _quoted(value: Any, language: str) -> str:
    return ", ".join(_QUOTES[language].format(typeset(str(word), language)) for word in value)


def _language(value: Any, language: str) -> str:
    return str(locale_of(language).languages.get(str(value), value))


def _languages(value: Any, language: str) -> str:
    return ", ".join(_language(each, language) for each in value)


def _day(value: Any, language: str) -> str:
    return say_date(datetime.fromisoformat(str(value)).astimezone(ZURICH).date(), language)


def _canton(value: Any, language: str) -> str:
    return canton_name(str(value), language)


def _place(value: Any, language: str) -> str:
    # ISO 3166: "CH-FR" is Fribourg, "FR" is France.
    country, _, canton = str(value).partition("-")
    return (
        canton_name(canton, language)
        if canton
        else str(locale_of(language).territories.get(country, country))
    )


def _francs(value: Any, language: str) -> str:
    return say_amount(int(value), "CHF", language)


def _reservations(value: Any, language: str) -> str:
    # A code that we do not know says nothing to a reader.
    known = (reservation for code in value if (reservation := Reservation.of(str(code))) is not None)
    return ", ".join(each.label(language) for each in known)


def _date(value: Any, language: str) -> str:
    return say_date(date.fromisoformat(str(value)), language)


def _proofs(value: Any, language: str) -> str:
    """What a member can show, each with its figure where it has one."""
    return ", ".join(
        f"{each['name']} ({each['figure']})" if each.get("figure") else str(each["name"]) for each in value
    )


def _status(value: Any, language: str) -> str:
    status = Status.of(str(value))
    return status.label(language) if status else ""


def _legal_form(value: Any, language: str) -> str:
    legal_form = LegalForm.of(str(value))
    return legal_form.label(language) if legal_form else ""


def _listed(value: Any, language: str) -> str:
    return ", ".join(str(each) for each in value)


# How a fact is said: the name in braces, the fact it comes from, and what turns it into words.
_PUT: dict[str, tuple[str, Callable[[Any, str], str]]] = {
    "label": ("labels", _label),
    "own_label": ("own_labels", _label),
    "words": ("words", _quoted),
    "language": ("language", _language),
    "languages": ("languages", _languages),
    "deadline": ("deadline", _day),
    "canton": ("canton", _canton),
    "place": ("place", _place),
    "value": ("value_chf", _francs),
    "reserved_to": ("reserved_to", _reservations),
    "reference": ("reference", _cut),
    "sure": ("sure", _percent),
    "until": ("until", _date),
    "proofs": ("proofs", _proofs),
    "status": ("status", _status),
    "legal_form": ("legal_form", _legal_form),
    "labels_named": ("labels_named", _listed),
    "weight": ("weight", say_percent),
    "title": ("titles", _title),
}
