"""What lots are held against: the members in their order, the instant, and what is worked out once."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Protocol

import numpy as np

from matcher import vectors
from matcher.fields import Fields
from matcher.kinship import CodeIndex, Row
from matcher.lead import LotFacts, MemberFacts
from matcher.past import NOTHING, Leaning, Memory, Past
from matcher.words import language_of, stems_of


class Space(Protocol):
    """What the signals ask of the text space; the space itself costs two seconds to import."""

    def meet(self, lots: Sequence[LotFacts]) -> None:
        """Place lots that will be asked about, together, which is faster; those met before are forgotten."""

    def row(self, lot: LotFacts) -> Row:
        """The cosine in [0, 1] between a lot and each member."""

    def told_row(self, lot: LotFacts) -> Row:
        """How much the words that each member uses tell of a lot, by BM25."""

    def remembered_row(self, lot: LotFacts) -> Row:
        """The cosine in [0, 1] between a lot and each lot of the past."""

    def reference_row(self, lot: LotFacts) -> Row:
        """The cosine in [0, 1] between a lot and the nearest single reference of each member."""

    def shared_words(self, lot: LotFacts, member_id: int, *, most: int = 4) -> list[str]:
        """The words that carried most of it."""

    def nearest_reference(self, lot: LotFacts, member_id: int) -> str:
        """The reference of a member that is nearest to a lot."""


class Context:
    """What lots are held against: the members in their order, the instant, and what is worked out once."""

    def __init__(
        self,
        members: Iterable[MemberFacts],
        *,
        now: datetime,
        space: Space,
        fields: Fields,
        past: Past = NOTHING,
    ) -> None:
        self.members = tuple(members)
        self.now, self.space, self.fields = now, space, fields
        self.memory = Memory(past, self.members)
        self.column = {member.id: column for column, member in enumerate(self.members)}
        self._rows: dict[Hashable, Row] = {}
        self._leaned: tuple[LotFacts, Leaning] | None = None

    def each(self, key: Hashable, value_of: Callable[[MemberFacts], float]) -> Row:
        """A value for each member; worked out once for a key, which must hold all that it depends on."""
        if key not in self._rows:
            values = (value_of(member) for member in self.members)
            self._rows[key] = np.fromiter(values, np.float64, len(self.members))
        return self._rows[key]

    @cached_property
    def codes(self) -> CodeIndex:
        """The codes of the members."""
        return CodeIndex([member.cpv_codes for member in self.members])

    def is_in(self, sector: str) -> Row:
        """One for each member of a sector, zero for the others."""
        return self.each(("is in", sector), lambda member: float(sector in member.sectors))

    def leaning(self, lot: LotFacts) -> Leaning:
        """How like a lot is to what was kept for each member and to what was dropped."""
        if self._leaned is None or self._leaned[0] is not lot:
            self._leaned = lot, self.memory.leaning(lot, self.space.remembered_row(lot))
        return self._leaned[1]

    def nothing(self) -> Row:
        """Zero for each member."""
        return np.zeros(len(self.members))

    def meaning(self, lot: LotFacts) -> Row:
        """The cosine in [0, 1] of what a lot and each member mean; zero where they share a language."""
        row = self.nothing()
        columns = [
            column
            for language, columns in self._columns_by_language.items()
            if language not in lot.languages
            for column in columns
        ]
        if not columns or not lot.languages or not vectors.are_available():
            return row
        language = lot.languages[0]
        title = " ".join(filter(None, (lot.title.get(language), lot.lot_title.get(language))))
        asked = vectors.encode((title, f"{title} {lot.description.get(language, '')}"))
        offered = vectors.encode(self.members[column].statement for column in columns)
        row[columns] = np.maximum((offered @ asked.T).max(axis=1), 0.0)
        return row

    @cached_property
    def _columns_by_language(self) -> Mapping[str, list[int]]:
        """The members that describe themselves, by the language in which they do."""
        found: dict[str, list[int]] = {}
        for column, member in enumerate(self.members):
            if language := language_of(member.statement):
                found.setdefault(language, []).append(column)
        return found


def member_stems(member: MemberFacts, language: str) -> frozenset[str]:
    """The stems of a member's own words, and of its codes' official words in a language."""
    official = [words.get(language, "") for words in member.cpv_words.values()]
    return stems_of("\n".join((member.statement, *member.references, *official)))
