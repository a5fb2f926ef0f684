"""The figures: how many calls ask for ESS criteria, by buyer, place, trade, time and family."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import Any

from procurement.labelled import Labelled
from procurement.observatory.calls import Call, Reading
from procurement.shares import wilson

# Under so many calls read, a share says nothing.
LEAST = 5
# An interval holds in nineteen cases of twenty.
DEVIATIONS = 1.96


class Dimension(Labelled):
    """What calls are told apart by."""

    LEVEL = "level", "niveau de l’adjudicateur", "Ebene des Auftraggebers", "livello del committente", "level"
    CANTON = "canton", "canton", "Kanton", "Cantone", "canton"
    SECTOR = "sector", "secteur", "Bereich", "settore", "sector"
    YEAR = "year", "année", "Jahr", "anno", "year"
    TREATY = (
        "treaty",
        "accords internationaux",
        "Staatsverträge",
        "trattati internazionali",
        "international agreements",
    )
    METHOD = "method", "procédure", "Verfahren", "procedura", "procedure"
    DIVISION = "division", "division CPV", "CPV-Abteilung", "divisione CPV", "CPV division"
    BUYER = "buyer", "adjudicateur", "Auftraggeber", "committente", "buyer"


@dataclass(slots=True)
class Tally:
    """How many calls there are of each reading."""

    counts: Counter[Reading] = field(default_factory=Counter)

    @property
    def calls(self) -> int:
        """All calls, read or not."""
        return self.counts.total()

    @property
    def asking(self) -> int:
        """Those in which an ESS criterion was found."""
        return self.counts[Reading.ASKS]

    @property
    def read(self) -> int:
        """Those of which it is known whether they ask: what stands in documents unread is not among them."""
        return self.counts[Reading.ASKS] + self.counts[Reading.SILENT]

    @property
    def share(self) -> float | None:
        """The share of those read that ask; None when too few were read to say."""
        return self.asking / self.read if self.read >= LEAST else None

    @property
    def least(self) -> float | None:
        """The share of all calls that ask for certain, as if nothing unread did."""
        return self.asking / self.calls if self.calls else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share lies in nineteen cases of twenty, if these calls are a sample (Wilson)."""
        return wilson(self.asking, self.read, deviations=DEVIATIONS) if self.read >= LEAST else None


@dataclass(frozen=True)
class FamilyFigure:
    """How often a family of criteria is asked for, and how heavily where a weight is stated."""

    family: str
    calls: int
    as_award: int
    weights: tuple[float, ...]

    @cached_property
    def median(self) -> float | None:
        """The weight in the middle, in percent; None when none is stated."""
        return median(self.weights) if self.weights else None

    @property
    def range(self) -> tuple[float, float] | None:
        """The lightest and the heaviest weight stated."""
        return (min(self.weights), max(self.weights)) if self.weights else None


def tally(calls: Iterable[Call]) -> Tally:
    """The tally of these calls."""
    return Tally(Counter(call.reading for call in calls))


_KEYS: dict[Dimension, Callable[[Call], Iterable[Any]]] = {
    Dimension.LEVEL: lambda call: (call.level,),
    Dimension.CANTON: lambda call: (call.canton,),
    Dimension.SECTOR: lambda call: call.sectors or (None,),
    Dimension.YEAR: lambda call: (call.published_on.year,),
    Dimension.TREATY: lambda call: (call.is_under_treaty,),
    Dimension.METHOD: lambda call: (call.method,),
    Dimension.DIVISION: lambda call: call.divisions or (None,),
    Dimension.BUYER: lambda call: (call.buyer_id,),
}


def tallies(calls: Iterable[Call], dimension: Dimension) -> list[tuple[Any, Tally]]:
    """A tally for each value, the most calls first, years in order, what is unknown (None) last.

    A call that lies in two sectors or divisions counts in both.
    """
    found: dict[Any, Tally] = defaultdict(Tally)
    keys = _KEYS[dimension]
    for call in calls:
        for key in keys(call):
            found[key].counts[call.reading] += 1
    is_year = dimension is Dimension.YEAR
    return sorted(
        found.items(),
        key=lambda item: (item[0] is None, item[0] if is_year else -item[1].calls, str(item[0])),
    )


def quarters(calls: Sequence[Call]) -> list[tuple[tuple[int, int], Tally]]:
    """A tally for each quarter from the first call to the last, those without calls included."""
    found: dict[tuple[int, int], Tally] = defaultdict(Tally)
    for call in calls:
        found[call.published_on.year, call.quarter].counts[call.reading] += 1
    if not found:
        return []
    (year, quarter), last = min(found), max(found)
    steps = (last[0] - year) * 4 + last[1] - quarter
    each = [(year + (quarter - 1 + step) // 4, (quarter - 1 + step) % 4 + 1) for step in range(steps + 1)]
    return [(key, found[key]) for key in each]


def families(calls: Iterable[Call]) -> list[FamilyFigure]:
    """How often each family is asked for and how heavily, the most frequent first."""
    asked = defaultdict(list)
    for call in calls:
        for family, how in call.families.items():
            asked[family].append(how)
    figures = [
        FamilyFigure(
            family=family,
            calls=len(each),
            as_award=sum(how.is_award for how in each),
            weights=tuple(sorted(how.weight for how in each if how.weight is not None)),
        )
        for family, each in asked.items()
    ]
    return sorted(figures, key=lambda figure: (-figure.calls, -figure.as_award, figure.family))


@dataclass(frozen=True, slots=True)
class League:
    """The buyers by how surely they ask, and those of whom too few calls were read to say."""

    ranked: Sequence[tuple[int, Tally]]
    too_few: Sequence[tuple[int, Tally]]


def league(calls: Iterable[Call]) -> League:
    """The buyers in order of the lower end of their share's interval: one call that asks is no habit."""
    known = [(buyer, each) for buyer, each in tallies(calls, Dimension.BUYER) if buyer is not None]
    ranked = [(buyer, each) for buyer, each in known if each.interval is not None]
    ranked.sort(key=lambda item: (-(item[1].interval or (0, 0))[0], -item[1].read, item[0]))
    too_few = [(buyer, each) for buyer, each in known if each.interval is None]
    too_few.sort(key=lambda item: (-item[1].asking, -item[1].calls, item[0]))
    return League(ranked, too_few)
