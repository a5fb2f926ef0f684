"""What members did before: what was kept or dropped for them, and what they won; nothing of later days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from matcher.kinship import CodeIndex, Row
from matcher.lead import LotFacts, MemberFacts
from procurement.models import Member

_Columns = np.ndarray[Any, np.dtype[np.intp]]

# So many wins of a member, the newest, stand among its references.
_MOST_WINS = 20
# What members like it did says half as much, and nothing where fewer than these have said something.
_PEERS_SHARE = 0.5
_FEWEST_PEERS = 3
# How much of the likeness of two lots their texts say; their codes say the rest.
_TEXT_SHARE = 0.6
# Two texts of lots with this cosine are half alike.
_HALF_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Act:
    """A lot that somebody said to be for a member, or not: the member itself, its chamber, or an award."""

    member_id: int
    # The circles in which others are like the member.
    circles: tuple[tuple[int, str], ...]
    lot_id: int
    is_good: bool
    said_on: date
    # By the member's own word, or by what it won.
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Win:
    """A contract that a member won: from whom, its title, and since when we know."""

    member_id: int
    buyers: tuple[str, ...]
    title: str
    known_on: date


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered: acts with the lots they are about, and wins."""

    acts: tuple[Act, ...] = ()
    lots: Mapping[int, LotFacts] = field(default_factory=dict)
    wins: tuple[Win, ...] = ()

    def about(self, members: Sequence[MemberFacts]) -> "Past":
        """What concerns these members: their own acts and those of their circles, with their lots."""
        own = {member.id for member in members}
        circles = {circle for member in members for circle in circles_of(member)}
        acts = tuple(act for act in self.acts if act.member_id in own or not circles.isdisjoint(act.circles))
        lots = {act.lot_id: self.lots[act.lot_id] for act in acts if act.lot_id in self.lots}
        return Past(acts, lots, tuple(win for win in self.wins if win.member_id in own))

    def titles_won(self, member_id: int) -> tuple[str, ...]:
        """The titles of what a member won, the newest first."""
        own = sorted((win for win in self.wins if win.member_id == member_id), key=lambda win: win.known_on)
        return tuple(dict.fromkeys(win.title for win in reversed(own)))[:_MOST_WINS]


NOTHING = Past()


def circles_of(member: Member | MemberFacts) -> tuple[tuple[int, str], ...]:
    """The circles of a member: those of its chamber that work in the same sector."""
    return tuple((member.chamber_id, sector) for sector in member.sectors)


@dataclass(frozen=True, slots=True)
class Leaning:
    """How like a lot is, in [0, 1], to what was kept for each member and to what was dropped."""

    kept: Row
    dropped: Row


@dataclass(frozen=True, slots=True)
class Nearest:
    """The act that a lot is most like, the lot that it was about, and how like."""

    act: Act
    lot: LotFacts
    value: float


class Memory:
    """The past, held against lots for the members of a context."""

    def __init__(self, past: Past, members: Sequence[MemberFacts]) -> None:
        """Arrange the acts by the columns of the members, and by their circles."""
        self.lots = tuple(past.lots.values())
        self._row_of = rows = {lot.id: row for row, lot in enumerate(self.lots)}
        self._codes = CodeIndex([lot.cpv_codes for lot in self.lots])
        self._columns = {member.id: column for column, member in enumerate(members)}
        self._acts = tuple(act for act in past.acts if act.lot_id in rows)
        self._rows = np.array([rows[act.lot_id] for act in self._acts], dtype=np.intp)
        self._days = np.array([act.said_on.toordinal() for act in self._acts], dtype=np.intp)
        self._is_good = np.array([act.is_good for act in self._acts], dtype=bool)
        self._owner = np.array([self._columns.get(act.member_id, -1) for act in self._acts], dtype=np.intp)
        self._tenders = np.array([lot.tender_id for lot in self.lots], dtype=np.intp)
        self._circles = _told_circles(self._acts)
        self._of_circle = _pairs(
            (number, self._circles[circle])
            for number, act in enumerate(self._acts)
            for circle in act.circles
            if circle in self._circles
        )
        self._in_circle = _pairs(
            (column, self._circles[circle])
            for column, member in enumerate(members)
            for circle in circles_of(member)
            if circle in self._circles
        )
        self._of_member: dict[int, list[Act]] = {}
        for act in self._acts:
            self._of_member.setdefault(act.member_id, []).append(act)
        self._wins: dict[str, list[Win]] = {}
        for win in past.wins:
            for buyer in win.buyers:
                self._wins.setdefault(buyer, []).append(win)
        self._kept_of: dict[str, list[Act]] = {}
        for act in self._acts:
            if act.is_good:
                for buyer in past.lots[act.lot_id].buyer_names:
                    self._kept_of.setdefault(buyer, []).append(act)

    def leaning(self, lot: LotFacts, likeness: Row) -> Leaning:
        """What a lot is like, by the likeness of its text to that of each remembered lot.

        Only what was said before the day of its publication is known, and nothing of its own tender.
        """
        if not self._acts:
            nothing = np.zeros(len(self._columns))
            return Leaning(nothing, nothing)
        alike = self._alike(lot, likeness)
        known = np.full(len(self._acts), True)
        if lot.published_on is not None:
            known = self._days < lot.published_on.toordinal()
        return Leaning(
            self._nearest(alike, known & self._is_good), self._nearest(alike, known & ~self._is_good)
        )

    def _alike(self, lot: LotFacts, likeness: Row) -> Row:
        squared = likeness * likeness
        by_code = self._codes.nearest_of(lot.cpv_codes)
        alike: Row = _TEXT_SHARE * squared / (squared + _HALF_ALIKE**2) + (1 - _TEXT_SHARE) * by_code
        alike[self._tenders == lot.tender_id] = 0.0
        return alike

    def _nearest(self, alike: Row, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> Row:
        """The nearest of some acts to each member: its own, or, worth half, those of members like it."""
        row = np.zeros(len(self._columns))
        own = np.flatnonzero(chosen & (self._owner >= 0))
        np.maximum.at(row, self._owner[own], alike[self._rows[own]])
        acts, circles = self._of_circle
        counted = chosen[acts]
        nearest = np.zeros(len(self._circles))
        np.maximum.at(nearest, circles[counted], alike[self._rows[acts[counted]]])
        columns, circles = self._in_circle
        np.maximum.at(row, columns, _PEERS_SHARE * nearest[circles])
        return row

    def nearest_act(self, lot: LotFacts, likeness: Row, member_id: int, *, is_good: bool) -> "Nearest | None":
        """The act of a member itself that a lot is most like; None when it has none."""
        alike = self._alike(lot, likeness)
        found = [
            Nearest(act, self.lots[self._row_of[act.lot_id]], float(alike[self._row_of[act.lot_id]]))
            for act in self._of_member.get(member_id, ())
            if act.is_good is is_good and _was_known(act.said_on, lot)
        ]
        return max(found, key=lambda each: each.value, default=None)

    def wins_from(self, lot: LotFacts) -> list[Win]:
        """What members won from the buyer of a lot before it was published, the newest last."""
        found = [win for name in lot.buyer_names for win in self._wins.get(name, ())]
        return sorted((win for win in found if _was_known(win.known_on, lot)), key=lambda win: win.known_on)

    def kept_from(self, lot: LotFacts) -> list[Act]:
        """What was kept for members of the buyer of a lot before it was published, but its own tender."""
        found = [act for name in lot.buyer_names for act in self._kept_of.get(name, ())]
        return [act for act in found if _was_known(act.said_on, lot)]


def _was_known(day: date, lot: LotFacts) -> bool:
    return lot.published_on is None or day < lot.published_on


def _told_circles(acts: Iterable[Act]) -> dict[tuple[int, str], int]:
    """The circles of which enough members have said something, numbered: else one could tell who it was."""
    speakers: dict[tuple[int, str], set[int]] = {}
    for act in acts:
        for circle in act.circles:
            speakers.setdefault(circle, set()).add(act.member_id)
    told = [circle for circle, members in speakers.items() if len(members) >= _FEWEST_PEERS]
    return {circle: number for number, circle in enumerate(told)}


def _pairs(found: Iterable[tuple[int, int]]) -> tuple[_Columns, _Columns]:
    pairs = np.array(list(found), dtype=np.intp).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
