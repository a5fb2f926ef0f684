"""Kinship of CPV codes: by the branch they share, and by the sectors they lie in."""

from collections.abc import Iterable
from functools import lru_cache

from config.tables import Sector


@lru_cache(maxsize=20_000)
def significant(code: str) -> str:
    """The part of a CPV code that says something: without trailing zeros, two digits at the least."""
    return code[:2] + code[2:].rstrip("0")


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


def sector_value(sector: Sector, code: str) -> float:
    """How much a code lies in a sector, in [0, 1]: in its core 1, at its border 0.5, excluded 0."""
    prefix = significant(code)
    out = _longest_root(prefix, (cpv.code for cpv in sector.excluded))
    core = _longest_root(prefix, (cpv.code for cpv in sector.core))
    related = _longest_root(prefix, (cpv.code for cpv in sector.related))
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


def _longest_root(prefix: str, codes: Iterable[str]) -> int:
    """The length of the longest significant part among codes that a prefix lies under; 0 for none."""
    return max((len(root) for root in map(significant, codes) if prefix.startswith(root)), default=0)
