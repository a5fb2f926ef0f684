"""What a search finds: the hits, how many there are of each value, which come first, what to loosen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import word_index
from procurement.consortiums import TOLD
from procurement.labelled import Labelled
from procurement.models import Consortium, Lot, Match, Member, SearchEntry, Seat, Tender
from procurement.records import BY_HAND
from procurement.search.facets import EVERY, Facet, Status
from procurement.search.shelf import Standing, bits_of, numbers_of
from procurement.search.words import MOST_LETTERS, Question, read_question

_MOST_VALUES = 20
_LONGEST_VALUE = 60
# Up to so many hits are put in order by asking for them by number; more are met on the way by deadline.
_FEW = 500
_DEFAULT_STATUS = (Status.OPEN.value,)


class Order(Labelled):
    """What comes first."""

    DEADLINE = "delai", "le délai le plus proche", "nächste Frist", "termine più vicino", "nearest deadline"
    RELEVANCE = (
        "pertinence",
        "mots dans le titre",
        "Wörter im Titel",
        "parole nel titolo",
        "words in the title",
    )


@dataclass(frozen=True, slots=True)
class Search:
    """A search as its address says it: words, the values chosen of each facet, what comes first."""

    words: str = ""
    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    order: Order = Order.DEADLINE

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """The search of an address; what it does not know is left out."""
        words, chosen, order = "", {}, Order.DEADLINE  # type: str, dict[Facet, tuple[str, ...]], Order
        for name, value in pairs:
            facet = Facet.of(name)
            value = value.replace("\0", "")
            if name == "q":
                words = value.strip()[:MOST_LETTERS]
            elif name == "tri":
                order = Order.of(value) or order
            elif facet is not None and 0 < len(value) <= _LONGEST_VALUE:
                before = chosen.get(facet, ())
                if value not in before and len(before) < _MOST_VALUES:
                    chosen[facet] = (*before, value)
        return cls(words, chosen, order)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The search as the pairs of its address, in one order."""
        found = [("q", self.words)] if self.words else []
        found += [(facet.value, value) for facet in Facet for value in self.chosen.get(facet, ())]
        return [*found, ("tri", self.order.value)] if self.order is not Order.DEADLINE else found

    def values(self, facet: Facet) -> tuple[str, ...]:
        """What is asked of a facet; nothing when everything is welcome."""
        chosen = self.chosen.get(facet, ())
        if facet is Facet.STATUS:
            return () if EVERY in chosen else chosen or _DEFAULT_STATUS
        return chosen

    def without(self, facet: Facet) -> Self:
        """The search with everything welcome in a facet."""
        kept = {each: values for each, values in self.chosen.items() if each is not facet}
        return replace(self, chosen={**kept, facet: (EVERY,)} if facet is Facet.STATUS else kept)


@dataclass(frozen=True, slots=True)
class Loosened:
    """A search that finds something where the asked one does not; no facet: without its words."""

    facet: Facet | None
    search: Search
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, how many each value would leave, and what to loosen where there are none."""

    hits: int
    titled: int
    counts: Mapping[Facet, Mapping[str, int]]
    loosened: tuple[Loosened, ...] = ()

    @property
    def total(self) -> int:
        """How many hits there are."""
        return self.hits.bit_count()


def hidden_from(session: Session, standing: Standing, member: Member | None) -> int:
    """What a member may not know of: tenders entered by hand that it was neither sent nor asked about.

    Staff (no member) see all. A look at one tender asks the same of `matches` and `consortiums`.
    """
    by_hand = standing.having(Facet.SOURCE, BY_HAND)
    if member is None or not by_hand:
        return 0
    sent = select(Lot.tender_id).join(Match, Match.lot_id == Lot.id)
    sent = sent.where(Match.member_id == member.id, Match.released_at.is_not(None))
    asked = select(Consortium.tender_id).join(Seat, Seat.consortium_id == Consortium.id)
    asked = asked.where(Seat.member_id == member.id, Seat.state.in_(TOLD))
    known: set[int] = set()
    for query in (sent, asked):
        known.update(session.scalars(query))
    # A match may be with the tender of a source that another one stands for by now.
    standing_ids = session.scalars(
        select(Tender.merged_into_id).where(Tender.id.in_(known), Tender.merged_into_id.is_not(None))
    )
    known.update(each for each in standing_ids if each is not None)
    return by_hand & ~bits_of(known, standing.everything.bit_length())


def find(session: Session, standing: Standing, search: Search, *, hidden: int = 0) -> Found:
    """The hits among what is not hidden; a value's count is what one finds by choosing it in its facet."""
    question = read_question(search.words)
    visible = standing.everything & ~hidden
    worded = _worded(session, standing, question, visible)
    narrowed = _narrowed(standing, search)
    hits = _all_of(worded, narrowed.values())
    counts: dict[Facet, dict[str, int]] = {}
    for facet in Facet:
        others = hits
        if facet in narrowed:
            others = _all_of(worded, (bits for each, bits in narrowed.items() if each is not facet))
        counts[facet] = {
            value: (others & bits).bit_count()
            for value, bits in standing.values[facet].items()
            if _is_shown(facet, value, search)
        }
    titled = 0
    if search.order is Order.RELEVANCE and question.wanted:
        size = standing.everything.bit_length()
        titled = hits & bits_of(word_index.rows_with(session, question.in_titles), size)
    loosened = () if hits else tuple(_loosened(search, visible, worded, narrowed))
    return Found(hits, titled, counts, loosened)


def hits_of(session: Session, standing: Standing, search: Search, *, hidden: int = 0) -> int:
    """The hits alone."""
    worded = _worded(session, standing, read_question(search.words), standing.everything & ~hidden)
    return _all_of(worded, _narrowed(standing, search).values())


def _narrowed(standing: Standing, search: Search) -> dict[Facet, int]:
    return {facet: _any_of(standing, facet, values) for facet in Facet if (values := search.values(facet))}


def _worded(session: Session, standing: Standing, question: Question, visible: int) -> int:
    size, found = standing.everything.bit_length(), visible
    if question.wanted:
        found &= bits_of(word_index.rows_with(session, question.wanted), size)
    for term in question.unwanted:
        found &= ~bits_of(word_index.rows_with(session, [term]), size)
    return found


def _is_shown(facet: Facet, value: str, search: Search) -> bool:
    """Of the tree of codes only the divisions, and the groups of those that are chosen."""
    if facet is not Facet.CPV or len(value) == 2 or not value.isdecimal():
        return True
    return any(chosen[:2] == value[:2] for chosen in search.values(facet))


def _any_of(standing: Standing, facet: Facet, values: Iterable[str]) -> int:
    found = 0
    for value in values:
        found |= standing.having(facet, value)
    return found


def _all_of(start: int, sets: Iterable[int]) -> int:
    for bits in sets:
        start &= bits
    return start


def _loosened(search: Search, visible: int, worded: int, narrowed: Mapping[Facet, int]) -> Iterator[Loosened]:
    """What finds something with one thing less, the most first."""
    found = [
        Loosened(facet, search.without(facet), _all_of(worded, others).bit_count())
        for facet in narrowed
        for others in [[bits for each, bits in narrowed.items() if each is not facet]]
    ]
    if search.words:
        without_words = replace(search, words="", order=Order.DEADLINE)
        found.append(Loosened(None, without_words, _all_of(visible, narrowed.values()).bit_count()))
    yield from sorted((each for each in found if each.total), key=lambda each: -each.total)


def in_order(session: Session, standing: Standing, found: Found, *, start: int, count: int) -> list[int]:
    """So many hits from a place on: those whose title has the words, then the nearest deadline.

    Deadlines to come go before tenders without one, those before deadlines that are past.
    """
    numbers: list[int] = []
    for hits in (found.titled, found.hits & ~found.titled):
        for part in (standing.coming, standing.undated, standing.past):
            some = hits & part
            many = some.bit_count()
            if start >= many:
                start -= many
            elif len(numbers) < count:
                numbers += _of_part(session, standing, some, part, start, count - len(numbers))
                start = 0
    return numbers


def _of_part(session: Session, standing: Standing, hits: int, part: int, start: int, count: int) -> list[int]:
    if part is standing.undated:
        return numbers_of(hits)[start : start + count]
    moment, entry = standing.moment, SearchEntry
    is_coming = part is standing.coming
    wanted = select(entry.tender_id).order_by(
        entry.deadline if is_coming else entry.deadline.desc(), entry.tender_id
    )
    if hits.bit_count() <= _FEW:
        wanted = wanted.where(entry.tender_id.in_(numbers_of(hits)))
        return list(session.scalars(wanted.offset(start).limit(count)))
    wanted = wanted.where(entry.deadline > moment if is_coming else entry.deadline <= moment)
    size, data = hits.bit_length(), hits.to_bytes((hits.bit_length() + 7) // 8, "little")
    met: list[int] = []
    with session.scalars(wanted.execution_options(yield_per=_FEW)) as numbers:
        for number in numbers:
            if number < size and data[number >> 3] >> (number & 7) & 1:
                met.append(number)
                if len(met) == start + count:
                    break
    return met[start:]


def added_since(session: Session, standing: Standing, since: datetime) -> int:
    """The tenders that can be found only since a moment."""
    numbers = session.scalars(select(SearchEntry.tender_id).where(SearchEntry.added_at > since))
    return bits_of(numbers, standing.everything.bit_length())
