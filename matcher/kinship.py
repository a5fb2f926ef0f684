"""Kinship of CPV codes: by the branch they share, and by the sectors they lie in."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from config.tables import CpvCode, Sector
from procurement.codes import significant as significant

Row = np.ndarray[Any, np.dtype[np.float64]]


def shared_depth(one: str, other: str) -> int:
    """How many leading digits the significant parts of two codes share; one digit is none."""
    first, second = significant(one), significant(other)
    depth = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        depth += 1
    return depth if depth >= 2 else 0


_DEPTH_VALUE = {0: 0.0, 2: 0.15, 3: 0.45, 4: 0.7, 5: 0.85}
# Two notices that carry the same root, "services of education", may have nothing else in common.
_SAME_VALUE = {2: 0.3, 3: 0.6}


@lru_cache(maxsize=200_000)
def branch_value(own: str, other: str) -> float:
    """How much the kinship of two CPV codes says, in [0, 1]: by shared depth, less for generic codes."""
    depth = shared_depth(own, other)
    if significant(own) == significant(other):
        return _SAME_VALUE.get(depth, 1.0)
    return _DEPTH_VALUE.get(depth, 1.0)


# The rows of so many codes are kept: most notices use a few of the nine thousand.
_MOST_KNOWN = 1_000


class CodeIndex:
    """The codes that members, or lots, carry: how near the nearest of each one's is, without trying all."""

    def __init__(self, carried: Sequence[Iterable[str]]) -> None:
        """Index the codes of each by its place."""
        self._size = len(carried)
        # By their first two digits: codes that differ in these have no kinship.
        self._bearers: dict[str, dict[str, list[int]]] = {}
        for place, codes in enumerate(carried):
            for own in dict.fromkeys(codes):
                self._bearers.setdefault(own[:2], {}).setdefault(own, []).append(place)
        self._known: dict[str, Row] = {}
        self._nothing = np.zeros(self._size)

    def nearest(self, code: str) -> Row:
        """How near the nearest of each one's codes is to a code; not to be changed, for it is kept."""
        if (kept := self._known.get(code)) is not None:
            return kept
        near = [
            (places, value)
            for own, places in self._bearers.get(code[:2], {}).items()
            if (value := branch_value(own, code))
        ]
        if not near:
            return self._nothing
        row = np.zeros(self._size)
        for places, value in near:
            row[places] = np.maximum(row[places], value)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[code] = row
        return row

    def nearest_of(self, codes: Iterable[str]) -> Row:
        """The same for the nearest of several codes."""
        row: Row = np.zeros(self._size)
        for code in codes:
            np.maximum(row, self.nearest(code), out=row)
        return row


def sector_value(sector: Sector, code: str) -> float:
    """How much a code lies in a sector, in [0, 1]: in its core 1, at its border 0.5, excluded 0."""
    prefix = significant(code)
    out = _longest_root(prefix, sector.excluded)
    core, related = _longest_root(prefix, sector.core), _longest_root(prefix, sector.related)
    if out and out >= max(core, related):
        return 0.0
    value = 0.0
    if core:
        value = 1.0 if core > 2 else 0.7
    if related:
        value = max(value, 0.5)
    if not value and len(prefix) > 2 and any(significant(c.code).startswith(prefix) for c in sector.core):
        value = 0.3
    return value


def _longest_root(prefix: str, codes: Iterable[CpvCode]) -> int:
    """The length of the longest significant part among codes that a prefix lies under; 0 for none."""
    roots = (significant(each.code) for each in codes)
    return max((len(root) for root in roots if prefix.startswith(root)), default=0)
