"""The texts of a notice that may ask for something, each with its field, in the notice’s own language."""

from collections.abc import Iterator
from dataclasses import dataclass

from procurement.models import Lot, Tender, Translations, in_language
from procurement.vocabulary import CriterionKind

# How the fields of a criterion are called: the rules know by it what a finding there means.
_NAMES = {
    CriterionKind.AWARD: "award",
    CriterionKind.SELECTION: "selection",
    CriterionKind.PARTICIPATION: "participation",
}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of one field; `weight` is that of the criterion it words, in percent, where it is stated."""

    field: str
    language: str
    text: str
    weight: float | None = None


def of_tender(tender: Tender) -> Iterator[Passage]:
    """The texts that speak for every lot."""
    yield from _passage(tender, "tender.title", tender.title)
    yield from _passage(tender, "tender.description", tender.description)
    yield from _passage(tender, "consortium", tender.consortium_note)
    yield from _passage(tender, "subcontracting", tender.subcontracting_note)
    yield from _passage(tender, "lots_per_tenderer", tender.lots_per_tenderer_note)
    for name, words in tender.conditions.items():
        yield from _passage(tender, f"conditions.{name}", words)


def of_lot(lot: Lot) -> Iterator[Passage]:
    """The texts of one lot alone; what its tender says in the same words is not said again."""
    tender = lot.tender
    if lot.title != tender.title:
        yield from _passage(tender, "lot.title", lot.title)
    if lot.description != tender.description:
        yield from _passage(tender, "lot.description", lot.description)
    yield from _passage(tender, "criteria_note", lot.criteria_note)
    for criterion in lot.criteria:
        if criterion.is_price:
            continue
        name = f"{_NAMES[criterion.kind]}.{criterion.position}"
        for part, words in (
            ("title", criterion.title),
            ("description", criterion.description),
            ("verification", criterion.verification),
        ):
            yield from _passage(tender, f"{name}.{part}", words, weight=criterion.weight)
    for place, consideration in enumerate(lot.considerations):
        yield from _passage(tender, f"consideration.{place}", consideration.text)


def _passage(
    tender: Tender, field: str, words: Translations, weight: float | None = None
) -> Iterator[Passage]:
    text = in_language(words, tender.language)
    if text.strip():
        language = next(language for language, each in words.items() if each == text)
        yield Passage(field[:120], language, text, weight)
