"""Texts, amounts, instants and codes of simap's answers, read the same way in every kind of publication."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from crawler.simap import shape
from crawler.text import html_to_text
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.labelled import LANGUAGES
from procurement.models import Translations, in_language
from procurement.vocabulary import ContractNature

NATURES = {
    "construction": ContractNature.WORKS,
    "supply": ContractNature.GOODS,
    "service": ContractNature.SERVICES,
    "request_for_information": ContractNature.INFORMATION,
    **dict.fromkeys(
        (
            "project_competition",
            "idea_competition",
            "overall_performance_competition",
            "project_study",
            "idea_study",
            "overall_performance_study",
        ),
        ContractNature.DESIGN,
    ),
}
T = TypeVar("T")


def meaning(table: Mapping[str, T], value: str, path: str) -> T:
    """The meaning of a value; one we do not know goes to quarantine rather than being guessed."""
    if value not in table:
        raise UnreadableNotice(path, f"{value!r} is none of {', '.join(table)}")
    return table[value]


def text_of(text: shape.Text | None, path: str, *, single: bool = False) -> Translations:
    """The languages that are filled, cleaned; `single` for titles and names, which stand on one line."""
    if text is None:
        return {}
    read = {
        language: one_line(html_to_text(value, path=path)) if single else html_to_text(value, path=path)
        for language in LANGUAGES
        if (value := getattr(text, language))
    }
    return {language: value for language, value in read.items() if value}


def joined(*parts: Translations, created_in: str, by: str = "\n") -> Translations:
    """Several texts as one; a part that is not in a language stands there as it was written."""
    filled = [part for part in parts if part]
    languages = [language for language in LANGUAGES if any(language in part for part in filled)]
    return {
        language: by.join(in_language(part, language, created_in) for part in filled)
        for language in languages
    }


def amount(money: shape.Money | None) -> str:
    """An amount as all of Switzerland writes it, empty when there is none."""
    if money is None or money.price is None:
        return ""
    figures = f"{money.price:,.2f}".replace(",", "’").removesuffix(".00")
    return f"{(money.currency or 'chf').upper()} {figures}"


def day(value: date) -> str:
    """A day as all of Switzerland writes it."""
    return f"{value:%d.%m.%Y}"


def instant(text: str | None, path: str) -> datetime | None:
    """An instant with its offset; without one it would name another moment in another zone."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text!r} is no date-time") from problem
    if found.tzinfo is None:
        raise UnreadableNotice(path, f"{text!r} has no offset")
    if not date(2000, 1, 1) < found.astimezone(UTC).date() < date(2100, 1, 1):
        raise UnreadableNotice(path, f"{text!r} is out of this century")
    return found
