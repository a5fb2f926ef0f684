"""A form of TED_EXPORT in its original languages: texts, days and hours, and what both generations share."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from crawler.ted.codes import canton_of, country_of, language_of, place_of, zone_of
from crawler.ted.parts import Organization
from crawler.ted.tree import (
    Element,
    broken,
    cleaned,
    cpv_code,
    in_this_century,
    kept_languages,
    path_of,
    string,
    value_of,
)
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import ConsiderationRecord, CriterionRecord
from procurement.vocabulary import CriterionKind

# Free texts without structure, whose only title is the printed one, which repeats the words of the CPV code.
_WITHOUT_STRUCTURE = frozenset({"OTH_NOT", "EEIG"})
_CALLS = re.compile(r"(PRI|PER|QSU)_CALL_COMPETITION|CONTRACT")
# Restrictions of participation, as eForms calls them: BT-71, BT-736.
_RESERVED = {
    "RESTRICTED_SHELTERED_WORKSHOP": ("BT-71", "res-ws"),
    "RESTRICTED_TO_SHELTERED_WORKSHOPS": ("BT-71", "res-ws"),
    "RESTRICTED_SHELTERED_PROGRAM": ("BT-736", "yes"),
    "RESTRICTED_TO_FRAMEWORK": ("BT-736", "yes"),
    "RESERVED_ORGANISATIONS_SERVICE_MISSION": ("BT-71", "res-pub-ser"),
}
_DAYS = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 365 / 12, "YEAR": 365.0}
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*(%?)")


@dataclass(frozen=True, slots=True)
class Form:
    """The form as its buyer filled it in, and the same form in other languages that are original too."""

    element: Element
    language: str
    others: tuple[tuple[str, Element], ...] = ()

    @classmethod
    def original(cls, root: Element, language: str) -> "Form":
        """The form in the notice's language, without what its buyer does not want published."""
        section = root.find("FORM_SECTION")
        originals = [
            form for form in (section if section is not None else ()) if form.get("CATEGORY") == "ORIGINAL"
        ]
        if not originals:
            raise UnreadableNotice("FORM_SECTION", "no form in an original language")
        for form in originals:
            if form.tag in _WITHOUT_STRUCTURE:
                raise UnreadableNotice(
                    f"FORM_SECTION/{form.tag}",
                    "free text without structure: no title, lots or dates of its own",
                )
            for withheld in [each for each in form.iter() if each.get("PUBLICATION") == "NO"]:
                if withheld.tag != "CHANGE" and (parent := withheld.getparent()) is not None:
                    parent.remove(withheld)
        first, *rest = sorted(originals, key=lambda form: language_of(form.get("LG", "")) != language)
        named = [
            (language_of(form.get("LG", "")) or language, form) for form in rest if form.tag == first.tag
        ]
        return cls(first, language_of(first.get("LG", "")) or language, tuple(named))

    @property
    def is_of_2014(self) -> bool:
        """Whether the form is one of the directives of 2014, which share their element names."""
        return self.element.tag.endswith("_2014") or self.element.tag == "MOVE"

    @property
    def calls_for_bids(self) -> bool:
        """Whether a planning form is used as a call (NOTICE/@TYPE)."""
        notice = self.element.find("NOTICE")
        return notice is not None and _CALLS.fullmatch(notice.get("TYPE", "")) is not None

    def words(self, element: Element | None, *, single: bool = False) -> Translations:
        """The text below an element, paragraph by paragraph, in each original language."""
        if element is None:
            return {}
        found = {self.language: [_text(element, single=single)]}
        if self.others:
            # FORM_SECTION/F02_2014[1]/OBJECT_CONTRACT/TITLE: the same place below another form.
            path = path_of(element).split("/", 2)[2]
            for language, form in self.others:
                counterpart = form.find(path)
                if counterpart is not None:
                    found.setdefault(language, []).append(_text(counterpart, single=single))
        return kept_languages(found)

    def first(self, *tags: str, within: Element | None = None) -> Element | None:
        """The first element of one of these names, wherever it stands."""
        return next((self.element if within is None else within).iter(*tags), None)

    def all_words(self, *tags: str) -> Translations:
        """The texts of every element of these names, together."""
        parts: dict[str, list[str]] = {}
        for element in self.element.iter(*tags):
            for language, text in self.words(element).items():
                parts.setdefault(language, []).append(text)
        return kept_languages(parts)

    def is_under_treaty(self) -> bool | None:
        """Whether the form says that the treaty on public procurement covers the contract."""
        covered = self.first("CONTRACT_COVERED_GPA", "NO_CONTRACT_COVERED_GPA")
        if covered is None:
            return None
        return covered.tag == "CONTRACT_COVERED_GPA" and covered.get("VALUE", "YES") == "YES"

    def has_documents(self) -> bool | None:
        """Whether the form says where the documents are."""
        return (
            True if self.first("DOCUMENT_FULL", "DOCUMENT_RESTRICTED", "URL_DOCUMENT") is not None else None
        )

    def considerations(self) -> tuple[ConsiderationRecord, ...]:
        """Restrictions to sheltered workshops, programmes and organisations of public service."""
        found = dict.fromkeys(_RESERVED[element.tag] for element in self.element.iter(*_RESERVED))
        return tuple(ConsiderationRecord(term, code) for term, code in found)

    def selection_criteria(self, *groups: tuple[str, ...]) -> Iterator[CriterionRecord]:
        """One criterion per group of elements: suitability, finances, ability."""
        for tags in groups:
            if description := self.all_words(*tags):
                yield CriterionRecord(kind=CriterionKind.SELECTION, title={}, description=description)

    def moment(self, on: date | None, hour: str, element: Element, country: str | None) -> datetime | None:
        """A day with an hour as an instant in the buyer's zone; None without an hour or a zone we know."""
        zone = zone_of(country)
        if on is None or zone is None or not hour:
            return None
        match = re.fullmatch(r"(\d{1,2})[:.](\d\d)", hour)
        if match is None or int(match[1]) > 23 or int(match[2]) > 59:
            raise broken(element, f"{hour[:40]!r} is no hour")
        return in_this_century(
            datetime(on.year, on.month, on.day, int(match[1]), int(match[2]), tzinfo=zone), element
        )

    def place(self, element: Element) -> tuple[str | None, str | None]:
        """Canton and country of the NUTS codes directly below an element."""
        return place_of((each.get("CODE", ""), "") for each in element.iterfind("NUTS"))

    def cpv_codes(self, *elements: Element | None) -> set[str]:
        """The CPV codes below elements."""
        return {
            cpv_code(each, each.get("CODE", ""))
            for element in elements
            if element is not None
            for each in element.iter("CPV_CODE")
        }

    def organization(self, address: Element | None, name_tag: str) -> Organization | None:
        """Who stands in an address: name, place and national number, no person and no way to reach one."""
        if address is None:
            return None
        element = address.find(f"{name_tag}/OFFICIALNAME")
        name = self.words(element if element is not None else address.find(name_tag), single=True)
        if not name:
            return None
        nuts, country = address.find("NUTS"), address.find("COUNTRY")
        number = address.find("NATIONALID")
        if number is None:
            number = address.find(f"{name_tag}/NATIONALID")
        return Organization(
            name=name,
            national_id=one_line(value_of(number), longest=120),
            city=cleaned(string(address, "TOWN"), address, single=True)[:120],
            postal_code=one_line(string(address, "POSTAL_CODE"), longest=20),
            canton=canton_of(nuts.get("CODE", "")) if nuts is not None else None,
            country=country_of(country.get("VALUE", "")) if country is not None else None,
        )


def award_criteria(stated: Iterable[tuple[Translations, str, bool]]) -> Iterator[CriterionRecord]:
    """Criteria from (title, weight as written, whether it is the price).

    A weight is a percentage where it says so, or where bare numbers come to a hundred together; points and
    ranks are left out.
    """
    listed = list(stated)
    weights = [_PERCENT.fullmatch(weight.strip()) for _, weight, _ in listed]
    amounts = [float(match[1].replace(",", ".")) if match else None for match in weights]
    total = sum(amount for amount in amounts if amount is not None)
    comes_to_hundred = abs(total - 100) < 0.01
    for (title, _, is_price), match, amount in zip(listed, weights, amounts, strict=True):
        is_percent = match is not None and (bool(match[2]) or comes_to_hundred)
        if title or is_price:
            yield CriterionRecord(
                kind=CriterionKind.AWARD,
                title=title,
                weight=amount if is_percent and amount is not None and amount <= 100 else None,
                is_price=is_price,
            )


def days_of(amount: str, unit: str) -> int | None:
    """A duration in days; months and years are those of a mean year, and what is no number is left out."""
    if not re.fullmatch(r"\d{1,6}([.,]\d+)?", amount) or unit not in _DAYS:
        return None
    days = round(float(amount.replace(",", ".")) * _DAYS[unit])
    return days if 0 < days < 36_525 else None


def unique_key(stated: str, position: int, taken: set[str]) -> str:
    """The key of a lot among several: its number as written, and its position when that is not enough."""
    key = f"{stated}#{position}" if not stated or stated in taken else stated
    taken.add(key)
    return key


def lot_number(text: str, position: int) -> int:
    """The number of a lot as an integer, its position when it is none."""
    return int(text) if re.fullmatch(r"\d{1,4}", text) and int(text) else position


def _text(element: Element, *, single: bool) -> str:
    """The words of an element: paragraphs on lines of their own, marks within them let be."""
    paragraphs = ["".join(each.itertext()) for each in element.iter("P")]
    return cleaned("\n".join(paragraphs) or "".join(element.itertext()), element, single=single)
