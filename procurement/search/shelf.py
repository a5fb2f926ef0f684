"""Which tenders have which value, as sets of bits: read from the database once per version of the index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from procurement.models import SearchBits, SearchEntry
from procurement.search.facets import (
    DATED,
    SPANS,
    STATE,
    UNKNOWN,
    Facet,
    Span,
    Status,
    ends_of,
)
from procurement.vocabulary import TenderState


@dataclass(frozen=True, slots=True)
class Standing:
    """The index at a moment, to the minute: for each facet its values, each with the tenders that have it."""

    moment: datetime
    everything: int
    values: Mapping[Facet, Mapping[str, int]]
    # Tenders by their deadline: still to come, none stated, past.
    coming: int
    undated: int
    past: int

    def having(self, facet: Facet, value: str) -> int:
        """The tenders with a value; none for one that no tender has."""
        return self.values[facet].get(value, 0)


class Shelf:
    """What one process holds of the index; the database is asked for its version each time."""

    def __init__(self) -> None:
        self._version = -1
        self._stored: Mapping[str, Mapping[str, int]] = {}
        self._standing: Standing | None = None

    def at(self, session: Session, now: datetime) -> Standing:
        """The index as it stands: of two readers at once each gets a whole one."""
        moment = now.replace(second=0, microsecond=0)
        version = session.scalar(select(func.max(SearchBits.version))) or 0
        standing = self._standing
        if standing is None or version != self._version or standing.moment != moment:
            if version != self._version:
                self._stored = _stored(session)
            standing = _standing(session, self._stored, moment)
            self._standing, self._version = standing, version
        return standing


def bits_of(numbers: Iterable[int], size: int) -> int:
    """A set of numbers as bits; those beyond `size` bits are left out."""
    found = bytearray(size // 8 + 1)
    for number in numbers:
        if number < size:
            found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def numbers_of(bits: int) -> list[int]:
    """The numbers of a set of bits, the highest first."""
    found = []
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for place in range(len(data) - 1, -1, -1):
        if byte := data[place]:
            found += [place * 8 + bit for bit in range(7, -1, -1) if byte >> bit & 1]
    return found


def _stored(session: Session) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for facet, value, bits in session.execute(select(SearchBits.facet, SearchBits.value, SearchBits.bits)):
        found.setdefault(facet, {})[value] = int.from_bytes(bits, "little")
    return found


def _standing(session: Session, stored: Mapping[str, Mapping[str, int]], moment: datetime) -> Standing:
    states, dated = stored.get(STATE, {}), stored.get(DATED, {})
    everything = 0
    for bits in states.values():
        everything |= bits
    ends = ends_of(moment)
    span = case(*((SearchEntry.deadline <= ends[each], each.value) for each in SPANS), else_=Span.LATER.value)
    by_span: dict[str, list[int]] = {each.value: [] for each in Span}
    for number, name in session.execute(
        select(SearchEntry.tender_id, span).where(SearchEntry.deadline > moment)
    ):
        by_span[name].append(number)
    spans = {name: bits_of(numbers, everything.bit_length()) for name, numbers in by_span.items()}
    coming = 0
    for bits in spans.values():
        coming |= bits
    undated = dated.get("non", 0)
    past = everything & ~coming & ~undated
    called = states.get(TenderState.CALLED.value, 0)
    statuses = {
        Status.OPEN: called & ~past,
        Status.CLOSED: called & past,
        Status.ANNOUNCED: states.get(TenderState.ANNOUNCED.value, 0),
        Status.AWARDED: states.get(TenderState.AWARDED.value, 0),
        Status.CANCELLED: states.get(TenderState.CANCELLED.value, 0),
    }
    values: dict[Facet, Mapping[str, int]] = {facet: stored.get(facet.value, {}) for facet in Facet}
    values[Facet.STATUS] = {each.value: bits for each, bits in statuses.items()}
    values[Facet.DEADLINE] = {**spans, Span.PAST.value: past, UNKNOWN: undated}
    return Standing(moment, everything, values, coming, undated, past)
