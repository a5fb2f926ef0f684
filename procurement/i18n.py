"""Words, dates and deadlines in the reader's language: French is the source, catalogues hold the rest."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency

from procurement.labelled import LANGUAGES

ZURICH = ZoneInfo("Europe/Zurich")
_FOLDER = Path(__file__).parent / "translations"
_LOCALES = {"fr": "fr_CH", "de": "de_CH", "it": "it_CH", "en": "en_GB"}


class Translator:
    """Puts French texts into one language; a text without a translation stays French."""

    def __init__(self, language: str, catalog: Catalog | None) -> None:
        self.language = language
        self._catalog = catalog

    def gettext(self, text: str) -> str:
        """The text in this language."""
        message = self._catalog.get(text) if self._catalog is not None else None
        return str(message.string) if message is not None and message.string else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form of the text that goes with a count; in French zero is singular."""
        message = self._catalog.get(one) if self._catalog is not None else None
        if message is not None and isinstance(message.string, list | tuple) and all(message.string):
            return str(message.string[0 if count == 1 else 1])
        is_one = count < 2 if self.language == "fr" else count == 1
        return one if is_one else many


def translated_later(text: str) -> str:
    """The French text as it is, marked for the catalogues: it is put into a language where it is shown."""
    return text


def capital(text: str) -> str:
    """The text with a capital first letter and the rest as it is: German nouns keep theirs."""
    return text[:1].upper() + text[1:]


def known_language(language: str | None) -> str:
    """A language of the service: the one asked for, else French."""
    return language if language in LANGUAGES else "fr"


@lru_cache(maxsize=1)
def page_languages() -> tuple[str, ...]:
    """The languages whole pages can be shown in: French, and each that has its catalogue."""
    return tuple(each for each in LANGUAGES if each == "fr" or (_FOLDER / f"{each}.po").exists())


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> Translator:
    """The translator into a language of the service."""
    path = _FOLDER / f"{language}.po"
    if language == "fr" or not path.exists():
        return Translator(language, None)
    with path.open("rb") as file:
        return Translator(language, read_po(file, locale=language))


def locale_of(language: str) -> Locale:
    """The Swiss locale for dates, numbers and money in a language."""
    return Locale.parse(_LOCALES[known_language(language)])


def say_date(day: date, language: str) -> str:
    """A day as one writes it: « jeu. 3 sept. 2026 », «Do. 3. Sept. 2026»."""
    pattern = "EEE d. MMM y" if language == "de" else "EEE d MMM y"
    return format_date(day, pattern, locale=locale_of(language))


def say_month(day: date, language: str) -> str:
    """The month of a day with its year, in words."""
    return str(format_skeleton("yMMMM", day, locale=locale_of(language)))


def say_hour(at: datetime, language: str) -> str:
    """The hour of an instant in Zurich: « 12 h », « 16 h 30 »."""
    local = at.astimezone(ZURICH)
    if language == "fr":
        return f"{local.hour}\u00a0h" + (f"\u00a0{local.minute:02d}" if local.minute else "")
    clock = f"{local.hour}:{local.minute:02d}"
    return {"de": f"{clock}\u00a0Uhr", "it": f"ore\u00a0{clock}"}.get(language, clock)


def say_instant(at: datetime, language: str) -> str:
    """A day with its hour in Zurich: « jeu. 3 sept. 2026, 12 h »."""
    return f"{say_date(at.astimezone(ZURICH).date(), language)}, {say_hour(at, language)}"


def say_amount(amount: int, currency: str, language: str) -> str:
    """A sum of money without cents."""
    return format_currency(
        amount, currency, locale=locale_of(language), currency_digits=False, format="¤¤\u00a0#,##0"
    )


def say_percent(share: float, language: str) -> str:
    """A weight as one writes it: « 35 % », « 12,5 % »."""
    number = f"{share:.1f}".removesuffix(".0")
    return f"{number if language == 'en' else number.replace('.', ',')}\u00a0%"


class Urgency(StrEnum):
    """How near a deadline is: over 14 days, 8 to 14, 7 and less, over, unknown."""

    CALM = "calm"
    SOON = "soon"
    URGENT = "urgent"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as shown: words, then the date with its hour; `days` counts calendar days in Zurich."""

    urgency: Urgency
    words: str
    exact: str
    days: int | None


def days_until(at: datetime, now: datetime) -> int:
    """Calendar days from today to an instant, both in Zurich."""
    return (at.astimezone(ZURICH).date() - now.astimezone(ZURICH).date()).days


def say_deadline(at: datetime | None, *, now: datetime, language: str, is_closed: bool = False) -> Deadline:
    """A deadline for a reader: « dans 12 jours », « jeu. 3 sept. 2026, 12 h »."""
    tr = translator(language)
    if at is None:
        words = tr.gettext("clos") if is_closed else tr.gettext("délai non précisé")
        return Deadline(Urgency.CLOSED if is_closed else Urgency.UNKNOWN, words, "", None)
    exact, days = say_instant(at, language), days_until(at, now)
    if at <= now or is_closed:
        return Deadline(Urgency.CLOSED, tr.gettext("clos"), exact, days)
    if days == 0:
        words = tr.gettext("aujourd’hui")
    elif days == 1:
        words = tr.gettext("demain")
    else:
        words = tr.gettext("dans {days} jours").format(days=days)
    urgency = Urgency.CALM if days > 14 else Urgency.SOON if days > 7 else Urgency.URGENT
    return Deadline(urgency, words, exact, days)
