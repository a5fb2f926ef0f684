"""What parts of an OCDS release have in common: texts with translations, codes, places."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from pydantic.alias_generators import to_camel

from crawler.generic import ocds_shape as shape
from crawler.ted.codes import canton_of, country_of
from crawler.text import html_to_text
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH
from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.vocabulary import ContractNature

T = TypeVar("T")
_CPV = re.compile(r"^(\d{8})(?:-\d)?$")
_NATURES: dict[str, ContractNature] = {
    "goods": ContractNature.GOODS,
    "works": ContractNature.WORKS,
    "services": ContractNature.SERVICES,
    "consultingServices": ContractNature.SERVICES,
}
# OCDS names a country in words; these are the ones that we can be concerned by.
_COUNTRIES = {
    **dict.fromkeys(("suisse", "schweiz", "svizzera", "switzerland"), "CH"),
    **dict.fromkeys(("france", "frankreich", "francia"), "FR"),
    **dict.fromkeys(("allemagne", "deutschland", "germania", "germany"), "DE"),
    **dict.fromkeys(("italie", "italien", "italia", "italy"), "IT"),
    **dict.fromkeys(("autriche", "österreich", "austria"), "AT"),
    **dict.fromkeys(("royaume-uni", "united kingdom", "vereinigtes königreich", "regno unito"), "GB"),
    "liechtenstein": "LI",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is or something is delivered, as far as it can be named."""

    city: str = ""
    postal_code: str = ""
    canton: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of a release: in its language, and in those of the translations beside them."""

    language: str

    def of(self, part: shape.Shape, field: str, path: str, *, single: bool = False) -> Translations:
        """The languages of a field that are filled, cleaned; `single` for titles and names."""
        given = {self.language: getattr(part, field)}
        for language in LANGUAGES:
            translated = (part.model_extra or {}).get(f"{to_camel(field)}_{language}")
            if translated is not None:
                given[language] = translated
        found: Translations = {}
        for language, text in given.items():
            if text is None:
                continue
            if not isinstance(text, str):
                raise UnreadableNotice(f"{path}_{language}", "no text")
            clean = html_to_text(text, path=path)
            if clean := one_line(clean) if single else clean:
                found[language] = clean
        return found


def known(table: Mapping[str, T], value: str, path: str) -> T:
    """The meaning of a value; one we do not know goes to quarantine rather than being guessed."""
    if value not in table:
        raise UnreadableNotice(path, f"{value!r} is none of {', '.join(table)}")
    return table[value]


def instant(text: str, path: str) -> datetime:
    """An instant with its offset, in this century."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise UnreadableNotice(path, f"{text[:40]!r} is no date-time") from problem
    if moment.tzinfo is None:
        raise UnreadableNotice(path, f"{text[:40]!r} has no offset")
    if not date(2000, 1, 1) < moment.astimezone(UTC).date() < date(2100, 1, 1):
        raise UnreadableNotice(path, f"{text[:40]!r} is out of this century")
    return moment


def day_of(text: str | None, path: str) -> date | None:
    """The day of an instant in the time of Zurich, or the day that is stated alone."""
    if not text:
        return None
    return _day_alone(text) or instant(text, path).astimezone(ZURICH).date()


def end_of(text: str, path: str) -> datetime:
    """The instant at which a period ends; a day stated alone lasts to its end in Zurich."""
    day = _day_alone(text)
    return datetime.combine(day, time(23, 59), ZURICH) if day is not None else instant(text, path)


def _day_alone(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def nature_of(category: str | None, path: str) -> ContractNature | None:
    """What is bought, None when it is not said."""
    return known(_NATURES, category, path) if category else None


def codes_of(tender: shape.Tender, language: str) -> dict[str, Translations]:
    """Every CPV code of a tender with its words: of the whole and of its items."""
    said = [tender.classification, *tender.additional_classifications]
    for item in tender.items:
        said += [item.classification, *item.additional_classifications]
    return cpv(said, language, "tender.items")


def cpv(said: Iterable[shape.Classification | None], language: str, path: str) -> dict[str, Translations]:
    """The CPV codes among classifications, without check digit, with words; other schemes are let be."""
    found: dict[str, Translations] = {}
    for each in said:
        if each is None or each.scheme != "CPV" or each.id is None:
            continue
        match = _CPV.match(str(each.id))
        if match is None or isinstance(each.id, int):
            raise UnreadableNotice(path, f"{each.id!r} is no CPV code")
        label = one_line(each.description or "")
        found.setdefault(match[1], {})
        if label:
            found[match[1]] = {language: label}
    return found


def named(address: shape.Address | None) -> Place:
    """The place of an address; its region is a NUTS code or the sign of a canton, else it says nothing."""
    if address is None:
        return Place()
    region = (address.region or "").strip()
    country = country_of(address.country or "") or _COUNTRIES.get(
        (address.country_name or "").strip().lower()
    )
    canton = canton_of(region)
    if canton is None and country == "CH" and re.fullmatch(r"(?:CH-)?[A-Z]{2}", region):
        canton = region[-2:]
    return Place(
        city=one_line(address.locality or ""),
        postal_code=one_line(address.postal_code or "", longest=20),
        canton=canton,
        country="CH"
        if canton
        else country or (country_of(region[:2]) if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{1,3}", region) else None),
    )
