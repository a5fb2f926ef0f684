"""How much a criterion weighs, read beside its words; in percent or points, as the buyer states it."""

import re
from itertools import islice

_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_WITH_UNIT = re.compile(
    rf"(?<![\d.,/]){_NUMBER}\s?(?:%|v\. ?h\.|(?:points?|pts?|punkten?|punkte?|punti)\b)"
    rf"|/\s?{_NUMBER}\b(?!\s?\d)"
)
_NAMED = re.compile(
    rf"(?:ponderation|gewichtung|gewicht|ponderazione|weighting|weight|poids|coefficient|peso)\W{{0,6}}{_NUMBER}"
)
# « 10 Nachhaltigkeit », not « 1.2 Nachhaltigkeit – 5 % »; « 2 Valeur environnementale 10 ».
_LEADING = re.compile(r"^\W*(\d{1,3}(?:,\d{1,2})?)\s?%?\s*(?=[^\W\d])")
_TRAILING = re.compile(r"^\W*\d{1,2}\s+[a-z].*\s(\d{1,2})\W*$", re.DOTALL)
_MOST = 100.0


def weight_beside(sentence: str, start: int, end: int, *, is_listed: bool) -> float | None:
    """The weight of what stands from `start` to `end` of a plain sentence; the nearest one, else none.

    `is_listed`: the sentence is an item of a list of criteria, where a number in front is the weight.
    """
    if is_listed and (leading := _LEADING.match(sentence)):
        return _value(leading.group(1))
    found = [
        (match.start() - end if match.start() >= end else start - match.end() + 20, match)
        for pattern in (_WITH_UNIT, _NAMED)
        for match in pattern.finditer(sentence)
    ]
    if not found:
        trailing = _TRAILING.match(sentence)
        return _value(trailing.group(1)) if trailing else None
    _, nearest = min(found, key=lambda each: each[0])
    return _value(next(group for group in nearest.groups() if group))


def bears_weights(letters: str) -> bool:
    """Whether a plain text states at least two weights."""
    return len(list(islice(_WITH_UNIT.finditer(letters), 2))) == 2


def bears_weight(letters: str) -> bool:
    """Whether a part of a plain text states a weight."""
    return _WITH_UNIT.search(letters) is not None


def _value(number: str) -> float | None:
    value = float(number.replace(",", "."))
    return value if 0 < value <= _MOST else None
