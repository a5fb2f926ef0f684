"""Award criteria of the old forms: a list of lines, some with a weight, that buyers fill as they please.

Source: `AWARD.CRITERIA/CRITERIA.ITEM@PRIORITY`. Lines without a weight explain the criterion above them, and
weights below a weight may share it out.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from crawler.archive.form import Node
from procurement.cleaning import one_line
from procurement.models import Translations
from procurement.records import CriterionRecord
from procurement.vocabulary import CriterionKind

_WEIGHT = re.compile(r"\(?\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*(%?)\s*\)?")
# « ZK1: PREIS », « Prix de l'offre »; but a ratio of price to quality is no price.
_PRICE = re.compile(
    r"(?:[a-z]{0,7} ?\d{1,2}(?:\.\d)?\W+)?(?:bereinigter )?(?:gesamt)?(?:angebots)?"
    r"(?:prix|preis|prezzo|price)\b(?![-/ ]+leistung)",
    re.IGNORECASE,
)
_WHOLE = 100.0
_MOST = 40


@dataclass(slots=True)
class _Head:
    """A criterion as its lines say it: its words, its priority as written, and what explains it."""

    title: str
    priority: str
    lines: list[str] = field(default_factory=list)


def read_criteria(award: Node, prefix: str) -> tuple[tuple[CriterionRecord, ...], Translations]:
    """The award criteria with their weights in percent, and what the list says besides.

    A weight is read when it is a percent, or when the numbers of the whole list make a hundred; otherwise it
    is None and what is written stays in the words.
    """
    items = [
        (item.text, item.value("PRIORITY")) for item in award.children(f"{prefix}CRITERIA.ITEM") if item.text
    ]
    notes = [award.child(f"{prefix}CRITERIA.NOTICE").text]
    heads: list[_Head] = []
    has_weights = any(priority for _, priority in items)
    for text, priority in items:
        if priority or not has_weights:
            first, _, rest = text.partition("\n")
            heads.append(_Head(first, priority, [rest] if rest else []))
        elif heads:
            heads[-1].lines.append(text)
        else:
            notes.append(text)
    language = award.language
    records = tuple(
        CriterionRecord(
            kind=CriterionKind.AWARD,
            title={language: one_line(head.title)},
            description={language: "\n".join(head.lines)} if head.lines else {},
            weight=weight,
            is_price=bool(_PRICE.match(head.title)),
        )
        for head, weight in _weighed(heads)
    )
    note = "\n\n".join(filter(None, notes))
    return records, {language: note} if note else {}


def _weighed(heads: list[_Head]) -> list[tuple[_Head, float | None]]:
    """The criteria with their weights; those that share out the weight of one above become lines of it."""
    matches = [_WEIGHT.fullmatch(head.priority) for head in heads]
    numbers = [float(match[1].replace(",", ".")) if match else None for match in matches]
    if None not in numbers and abs(sum(filter(None, numbers)) - _WHOLE) < 0.5:
        return list(zip(heads, numbers, strict=True))
    percents = [
        number if match and match[2] else None for match, number in zip(matches, numbers, strict=True)
    ]
    if sum(filter(None, percents)) <= _WHOLE + 0.5:
        return [_with_words(head, weight) for head, weight in zip(heads, percents, strict=True)]
    tops = _tops([round(100 * (number or 0)) for number in percents]) if None not in percents else None
    if tops is None:
        # Nobody knows what these percents are of.
        return [_with_words(head, None) for head in heads]
    found: list[tuple[_Head, float | None]] = []
    for head, weight, is_top in zip(heads, percents, tops, strict=True):
        if is_top:
            found.append((head, weight))
        else:
            found[-1][0].lines += [f"{head.priority} {head.title}", *head.lines]
    return found


def _with_words(head: _Head, weight: float | None) -> tuple[_Head, float | None]:
    """A criterion that keeps its priority as written where it is read as no weight."""
    if weight is None and head.priority:
        head.lines.insert(0, head.priority)
    return head, weight


def _tops(weights: list[int]) -> tuple[bool, ...] | None:
    """Which weights make the whole when the others share out the one above; in hundredths of a percent."""
    if len(weights) > _MOST:
        return None

    @cache
    def share(start: int, left: int) -> tuple[bool, ...] | None:
        if start == len(weights):
            return () if left == 0 else None
        if weights[start] > left:
            return None
        for below in _shares(weights, start):
            rest = share(start + 1 + below, left - weights[start])
            if rest is not None:
                return (True, *[False] * below, *rest)
        return None

    return share(0, round(100 * _WHOLE))


def _shares(weights: list[int], start: int) -> tuple[int, ...]:
    """How many of the next weights may share out this one: two or more that make it up, or none."""
    total = 0
    for count, weight in enumerate(weights[start + 1 :], start=1):
        total += weight
        if total >= weights[start]:
            return (count, 0) if total == weights[start] and count > 1 else (0,)
    return (0,)
