"""Which sectors of members a call lies in, by the core of their CPV codes."""

from functools import lru_cache

from config.tables import sectors
from procurement.codes import significant


@lru_cache(maxsize=20_000)
def sectors_of(codes: tuple[str, ...]) -> frozenset[str]:
    """The keys of the sectors in whose core one of the codes lies; a code may lie in none."""
    return frozenset(key for code in codes for key in _of_code(significant(code)))


@lru_cache(maxsize=20_000)
def _of_code(prefix: str) -> frozenset[str]:
    """The sectors with a root that the code lies under, unless a longer one shuts it out."""
    return frozenset(
        key
        for key in sectors()
        if _longest_root(prefix, _roots(key)[0]) > _longest_root(prefix, _roots(key)[1])
    )


def _longest_root(prefix: str, roots: tuple[str, ...]) -> int:
    return max((len(root) for root in roots if prefix.startswith(root)), default=0)


@lru_cache(maxsize=100)
def _roots(key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sector = sectors()[key]
    core, excluded = sector.core, sector.excluded
    return tuple(significant(cpv.code) for cpv in core), tuple(significant(cpv.code) for cpv in excluded)
