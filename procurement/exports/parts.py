"""Small pieces of OCDS 1.1 that every block is made of: identifiers, dates with zone, texts, money."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote, urlsplit

from babel.numbers import is_currency

from procurement.i18n import ZURICH, locale_of
from procurement.models import Translations, in_language

JsonObject = dict[str, Any]

# The one lot of a tender without lots: the lots extension wants it there, and a lot must have a name.
WHOLE = "whole"


def without_nothing(fields: Mapping[str, Any]) -> JsonObject:
    """The fields that say something: OCDS leaves out what is unknown instead of writing null or empty."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def identifier(*parts: str) -> str:
    """One identifier of several parts, without the characters that an address would break on."""
    return "-".join(quote(part, safe="") for part in parts if part)


def lot_id(source_key: str) -> str:
    """The identifier of a lot: that of its source, or a word for the whole of a tender without lots."""
    return source_key or WHOLE


def start_of(day: date | None) -> str | None:
    """The first instant of a day; notices are dated in the time of Zurich, which is also that of Paris."""
    return datetime.combine(day, time(), ZURICH).isoformat() if day else None


def end_of(day: date | None) -> str | None:
    """The last second of a day: what OCDS asks for when the end of a period has no hour."""
    return datetime.combine(day, time(23, 59, 59), ZURICH).isoformat() if day else None


def instant(at: datetime | None) -> str | None:
    """An instant with the offset of Zurich, as notices write it."""
    return at.astimezone(ZURICH).isoformat() if at else None


def texts(name: str, translations: Translations | None, language: str) -> JsonObject:
    """A text in the language of the release, and in the others under names such as `title_de`."""
    words = {code: text for code, text in (translations or {}).items() if text}
    main = in_language(words, language)
    others = {f"{name}_{code}": text for code, text in words.items() if text != main and code != language}
    return {name: main, **others} if main else {}


def money(amount: float | None, currency: str | None) -> JsonObject | None:
    """An amount that was published, with its currency where it is one."""
    if amount is None or not math.isfinite(amount):
        return None
    known = currency.upper() if currency and is_currency(currency.upper()) else None
    return without_nothing({"amount": int(amount) if amount == int(amount) else amount, "currency": known})


def web_address(url: str | None) -> str | None:
    """The address when it is one of the web, else nothing."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (
        quote(url, safe=":/?#[]@!$&'()*+,;=%~")
        if parts.scheme in ("http", "https") and parts.netloc
        else None
    )


def address(
    *,
    city: str,
    postal_code: str,
    canton: str | None,
    country: str | None,
    language: str,
) -> JsonObject | None:
    """A place without a street: where an organisation has its seat, or where work is done."""
    name = locale_of(language).territories.get(country or "")
    found = without_nothing(
        {"locality": city, "postalCode": postal_code, "region": canton, "countryName": name or country}
    )
    return found or None
