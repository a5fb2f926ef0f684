"""The ESS criteria of a tender at a glance: short names with their weights, in pages and in mails."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy.orm import Session

from config.criteria import family_badge, family_label
from procurement import findings
from procurement.i18n import say_percent
from procurement.lens import FindingKind
from procurement.matches import MatchedTender
from procurement.models import Finding, Lot

MOST = 3


@dataclass(frozen=True, slots=True)
class Badge:
    """A criterion with its strongest place in a tender and its greatest weight there, where one is stated."""

    family: str
    kind: FindingKind
    weight: float | None

    def short(self, language: str) -> str:
        """The short name with the weight: « Insertion 10 % »."""
        return self._weighted(family_badge(self.family, language), "\u00a0", language)

    def full(self, language: str) -> str:
        """The whole name, what it does in the notice, and the weight: what a reader hears."""
        name = f"{family_label(self.family, language)}, {self.kind.label(language)}"
        return self._weighted(name, ", ", language)

    def _weighted(self, name: str, between: str, language: str) -> str:
        return name if self.weight is None else f"{name}{between}{say_percent(self.weight, language)}"

    @property
    def has_weight_in_award(self) -> bool:
        """Whether it decides who wins; otherwise it is a condition, or the subject."""
        return self.kind is FindingKind.AWARD


@dataclass(frozen=True, slots=True)
class Badges:
    """The badges of a tender, the weightiest first, and whether some criteria are in unread documents."""

    all: tuple[Badge, ...] = ()
    are_unread: bool = False

    @classmethod
    def of(cls, lots: Iterable[Lot], found: Iterable[Finding]) -> Self:
        """The badges of lots in which these findings speak for an organisation of the ESS."""
        return cls(_ordered(found), any(findings.are_unread(lot) for lot in lots))

    @property
    def shown(self) -> tuple[Badge, ...]:
        """As many as one takes in at a glance."""
        return self.all[:MOST]

    @property
    def more(self) -> int:
        """How many there are beside those shown."""
        return len(self.all) - len(self.shown)

    @property
    def families(self) -> frozenset[str]:
        """The families that the badges are of."""
        return frozenset(badge.family for badge in self.all)

    def only(self, family: str) -> Self:
        """The badge of one family alone."""
        return replace(
            self, all=tuple(badge for badge in self.all if badge.family == family), are_unread=False
        )

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.all) or self.are_unread


def badges_on(session: Session, groups: Mapping[int, Collection[Lot]]) -> dict[int, Badges]:
    """The badges of each group of lots under the group's own key, all read in one query."""
    lot_ids = {lot.id for lots in groups.values() for lot in lots}
    found = findings.speaking(session, lot_ids)
    return {
        key: Badges.of(lots, (each for lot in lots for each in found.get(lot.id, ())))
        for key, lots in groups.items()
    }


def badges_of_tenders(session: Session, found: Iterable[MatchedTender]) -> dict[int, Badges]:
    """The badges of tenders by their id: those of the lots that a member was matched with."""
    return badges_on(session, {item.tender.id: [match.lot for match in item.matches] for item in found})


# What decides who wins comes first, what merely describes the contract last.
ORDER = (
    FindingKind.RESERVED,
    FindingKind.AWARD,
    FindingKind.EXECUTION_CONDITION,
    FindingKind.TECHNICAL_SPEC,
    FindingKind.QUALIFICATION,
    FindingKind.PARTICIPATION_CONDITION,
    FindingKind.SUBJECT,
    FindingKind.ACCESS,
    FindingKind.BOILERPLATE,
)


def _ordered(found: Iterable[Finding]) -> tuple[Badge, ...]:
    by_family: dict[str, Badge] = {}
    for each in found:
        known = by_family.setdefault(each.family, Badge(each.family, each.kind, each.weight))
        weights = [weight for weight in (known.weight, each.weight) if weight is not None]
        kind = min(known.kind, each.kind, key=ORDER.index)
        by_family[each.family] = Badge(each.family, kind, max(weights, default=None))
    return tuple(
        sorted(by_family.values(), key=lambda badge: (ORDER.index(badge.kind), -(badge.weight or 0)))
    )
