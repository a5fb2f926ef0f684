"""The language of a request, and the words, dates and reasons that templates say in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.numbers import format_currency, format_decimal
from flask import Flask, g, request

from config import criteria
from procurement import i18n, reasons
from procurement.cantons import canton_name
from procurement.codes import cpv_labels
from procurement.i18n import (
    ZURICH,
    Deadline,
    say_amount,
    say_date,
    say_hour,
    say_instant,
    say_month,
    say_percent,
)
from procurement.judging import GateName, SignalName
from procurement.labelled import Labelled
from procurement.models import Tender, Translations, in_language


@dataclass(frozen=True, slots=True)
class Published:
    """A text as its source published it, with the language it is in."""

    text: str
    language: str

    @property
    def paragraphs(self) -> list[str]:
        """The text cut where it has an empty line or a new one."""
        return [line.strip() for line in self.text.split("\n") if line.strip()]


def page_language(wanted: str | None) -> str:
    """The language a page is shown in: the one wanted when there is a catalogue for it, else French."""
    return wanted if wanted in i18n.page_languages() else "fr"


def browser_language() -> str:
    """The language that the browser wants most of those that have pages; « de-CH » is German."""
    wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((language for language in wanted if language in i18n.page_languages()), "fr")


def install(app: Flask) -> None:
    """Choose the language of each request and give the templates their words."""

    @app.before_request
    def choose_language() -> None:
        g.language = browser_language()

    app.jinja_env.globals.update(
        _=gettext,
        ngettext=ngettext,
        label=label,
        family_label=family_label,
        reason=reason,
        gate=gate,
        signal_name=lambda facts: judged_by(SignalName, facts),
        deadline=deadline,
        published=published,
        in_language=lambda texts, created_in=None: in_language(texts, g.language, created_in),
        say_date=lambda day: say_date(day, g.language),
        say_month=lambda day: say_month(day, g.language),
        say_iso=lambda text: say_date(date.fromisoformat(text), g.language),
        say_instant=lambda at: say_instant(at, g.language),
        say_amount=lambda amount, currency: say_amount(amount, currency, g.language),
        say_price=say_price,
        say_period=say_period,
        say_read=say_read,
        canton_name=lambda code: canton_name(code, g.language),
        language_name=language_name,
        percent=percent,
        say_share=say_share,
        say_number=say_number,
        names_lot=names_lot,
    )
    # Jinja's own would make « Sucht partner » of « sucht Partner ».
    app.jinja_env.filters["capitalize"] = i18n.capital


def gettext(text: str) -> str:
    """The text in the language of the request."""
    return i18n.translator(g.language).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form that goes with the count, in the language of the request, with the count put in."""
    return i18n.translator(g.language).ngettext(one, many, count).format(count=count)


def label(word: Labelled) -> str:
    """A word of the trade in the language of the request."""
    return word.label(g.language)


def family_label(family: str) -> str:
    """The name of a family of ESS criteria in the language of the request."""
    return criteria.family_label(family, g.language)


def reason(facts: Mapping[str, Any]) -> str:
    """A reason or a risk as a sentence."""
    return reasons.say(facts, g.language)


def gate(facts: Mapping[str, Any]) -> str:
    """A gate in words: why it stops a lead, or what it asks when it lets one pass."""
    if facts.get("passed"):
        return i18n.capital(judged_by(GateName, facts))
    return reasons.say_gate(facts, g.language)


def judged_by(names: type[Labelled], facts: Mapping[str, Any]) -> str:
    """The words for a gate or a signal; of one that has none yet, the label the matcher gives it."""
    known = names.of(str(facts.get("key", "")))
    return known.label(g.language) if known else str(facts.get("label", ""))


def deadline(tender: Tender) -> Deadline:
    """A tender's deadline: « dans 12 jours », and the date with its hour."""
    at = tender.submission_deadline
    return i18n.say_deadline(at, now=g.now, language=g.language, is_closed=not tender.is_open(g.now))


def published(texts: Translations | None, created_in: str | None = None) -> Published:
    """A published text for this reader, in their language when there is one, with the language it is in."""
    text = in_language(texts, g.language, created_in)
    language = next((each for each, words in (texts or {}).items() if words == text), created_in or "")
    return Published(text, language)


def language_name(code: str) -> str:
    """The name of a language: « français »."""
    return str(i18n.locale_of(g.language).languages.get(code, code))


def percent(share: float) -> str:
    """A weight as one writes it: « 35 % », « 12,5 % »."""
    return say_percent(share, g.language)


def say_share(share: float) -> str:
    """A share in [0, 1] as a whole percentage: « 62 % »."""
    return percent(round(100 * share))


def say_number(value: float, digits: int = 1) -> str:
    """A number with so many digits after the sign that the language writes: « 12,4 »."""
    return str(
        format_decimal(
            value, format="#,##0." + "0" * digits if digits else "#,##0", locale=i18n.locale_of(g.language)
        )
    )


def names_lot(title: str, number: int) -> bool:
    """Whether a lot's title begins with its number already: « Lot 2 : vitrages »."""
    return re.match(rf"(?:lot|los|lotto)\s*(?:n[°o.]*\s*)?{number}\b", title, re.IGNORECASE) is not None


def say_read(at: datetime) -> str:
    """When something was read, as one says it: « ce matin à 6 h 10 », « hier à 14 h »."""
    days, hour = i18n.days_until(at, g.now), say_hour(at, g.language)
    if days == 0 and at.astimezone(ZURICH).hour < 12:
        return gettext("ce matin à {hour}").format(hour=hour)
    if days == 0:
        return gettext("aujourd’hui à {hour}").format(hour=hour)
    if days == -1:
        return gettext("hier à {hour}").format(hour=hour)
    return gettext("le {day} à {hour}").format(
        day=say_date(at.astimezone(ZURICH).date(), g.language), hour=hour
    )


def say_price(amount: float, currency: str | None) -> str:
    """A price as it was published, with its cents when it has any."""
    locale, digits = i18n.locale_of(g.language), "#,##0" if float(amount).is_integer() else "#,##0.00"
    if not currency:
        return str(format_decimal(amount, format=digits, locale=locale))
    return str(
        format_currency(amount, currency, locale=locale, currency_digits=False, format=f"¤¤\u00a0{digits}")
    )


def say_period(starts_on: date | None, ends_on: date | None, days: int | None) -> str:
    """How long a contract runs, by what is known of it."""
    first, last = (say_date(day, g.language) if day else "" for day in (starts_on, ends_on))
    if first and last:
        return gettext("du {first} au {last}").format(first=first, last=last)
    if first:
        return gettext("dès le {first}").format(first=first)
    if days:
        return ngettext("{count} jour", "{count} jours", days)
    return gettext("jusqu’au {last}").format(last=last) if last else gettext("non précisée")


def cpv_words(codes: list[str]) -> list[tuple[str, str]]:
    """Codes with their words for this reader; a code never stands without words."""
    known = cpv_labels(g.session, codes, g.language)
    words = {code: text.replace("'", "’") if g.language == "fr" else text for code, text in known.items()}
    return [(code, words.get(code) or gettext("libellé inconnu")) for code in codes]


def today() -> date:
    """Today in Geneva."""
    moment: datetime = g.now
    return moment.astimezone(ZURICH).date()
