"""Signals: what speaks for a lead, each a number in [0, 1] with the facts that a reason needs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from config.tables import Sector
from matcher.lead import Lead, LotFacts, MemberFacts
from matcher.words import as_written, keywords_in, normalise, stems_of
from procurement.models import Translations


class Likeness(Protocol):
    """What the signals ask of the text space; the space itself costs two seconds to import."""

    def likeness(self, lot_id: int, member_id: int) -> float:
        """The cosine in [0, 1] between a lot and a member."""

    def shared_words(self, lot_id: int, member_id: int, *, most: int = 4) -> list[str]:
        """The words that carried most of it."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A value in [0, 1]; `reason` is the key of the sentence it gives, None when it is not worth saying.

    `tell` finds reason and facts later, where they cost more than the value: most leads are never explained.
    """

    value: float
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    tell: Callable[[], "Signal"] | None = None

    def told(self) -> "Signal":
        """The signal with its reason and facts."""
        return self if self.tell is None else self.tell()


@dataclass(frozen=True, slots=True)
class Context:
    """What the signals need beside the lead: the instant, the text space, and each text read once."""

    now: datetime
    space: Likeness
    sectors: Mapping[str, Sector]
    branches: dict[tuple[str, str], float] = field(default_factory=dict)
    keywords: dict[tuple[int, str], tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    titles: dict[int, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    stems: dict[tuple[int, str], frozenset[str]] = field(default_factory=dict)

    def sector_value(self, sector: Sector, code: str) -> float:
        """How much a code lies in a sector, in [0, 1]."""
        key = (sector.key, code)
        if key not in self.branches:
            self.branches[key] = _sector_value(sector, code)
        return self.branches[key]

    def sector_keywords(self, lot: LotFacts, sector: Sector) -> tuple[float, tuple[str, ...]]:
        """How strongly a lot's texts name a sector, in [0, 1], and by which words."""
        key = (lot.id, sector.key)
        if key not in self.keywords:
            self.keywords[key] = _sector_keywords(lot, sector)
        return self.keywords[key]

    def title_words(self, lot: LotFacts) -> Mapping[str, Mapping[str, str]]:
        """For each language of a lot: the stems of its titles, and how they are written there."""
        if lot.id not in self.titles:
            self.titles[lot.id] = {
                language: as_written(f"{lot.title.get(language, '')}\n{lot.lot_title.get(language, '')}")
                for language in lot.languages
            }
        return self.titles[lot.id]

    def member_stems(self, member: MemberFacts, language: str) -> frozenset[str]:
        """The stems of a member's own words, and of its codes' official words in a language."""
        key = (member.id, language)
        if key not in self.stems:
            official = [words.get(language, "") for words in member.cpv_words.values()]
            self.stems[key] = stems_of("\n".join((member.statement, *member.references, *official)))
        return self.stems[key]


@dataclass(frozen=True, slots=True)
class SignalCard:
    """A registered signal: key, version, French label, family of reasons, and what measures it."""

    key: str
    version: int
    label: str
    family: str
    measure: Callable[[Lead, Context], Signal]

    @property
    def name(self) -> str:
        """The key with its version, as a model's card lists it."""
        return f"{self.key}@{self.version}"


SIGNALS: dict[str, SignalCard] = {}

Measure = Callable[[Lead, Context], Signal]


def signal(label: str, *, family: str, version: int = 1) -> Callable[[Measure], Measure]:
    """Register a function as a signal; a change of what it measures needs a new version.

    Of each family at most one signal becomes a reason, so that three reasons say three things.
    """

    def register(measure: Measure) -> Measure:
        SIGNALS[measure.__name__] = SignalCard(measure.__name__, version, label, family, measure)
        return measure

    return register


def measure_all(lead: Lead, context: Context) -> dict[str, Signal]:
    """Every registered signal of a lead, by key."""
    return {key: card.measure(lead, context) for key, card in SIGNALS.items()}


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
# A code of the whole tender may be that of another lot.
_TENDER_ONLY = 0.8


@lru_cache(maxsize=200_000)
def branch_value(own: str, other: str) -> float:
    """How much the kinship of two CPV codes says, in [0, 1]: by shared depth, less for generic codes."""
    depth = shared_depth(own, other)
    if significant(own) == significant(other):
        return _SAME_VALUE.get(depth, 1.0)
    return _DEPTH_VALUE.get(depth, 1.0)


@signal("Branche CPV commune", family="codes")
def cpv_branch(lead: Lead, context: Context) -> Signal:
    """The nearest of the member's codes to one of the lot's."""
    lot, member = lead.lot, lead.member
    best, pair = 0.0, ("", "")
    for code in lot.cpv_codes:
        weight = 1.0 if code in lot.own_cpv_codes or not lot.own_cpv_codes else _TENDER_ONLY
        for own in member.cpv_codes:
            value = weight * branch_value(own, code)
            if value > best:
                best, pair = value, (own, code)
    if not best:
        return Signal(0.0)
    own, code = pair
    facts = {"code": code, "labels": _words(lot.cpv_words, code)}
    if significant(own) == significant(code):
        return Signal(best, "cpv_same", facts)
    key = "cpv_under" if significant(code).startswith(significant(own)) else "cpv_near"
    return Signal(best, key, facts | {"own_code": own, "own_labels": _words(member.cpv_words, own)})


def _words(words: Mapping[str, Translations], code: str) -> Translations:
    return dict(words.get(code, {}))


@signal("Domaine d’activité du membre", family="codes")
def sector_branch(lead: Lead, context: Context) -> Signal:
    """Whether a code of the lot lies in a sector of the member: its core, its border, or excluded from it."""
    best, key, branch = 0.0, "", ""
    for sector_key in lead.member.sectors:
        sector = context.sectors.get(sector_key)
        if sector is None:
            continue
        for code in lead.lot.cpv_codes:
            value = context.sector_value(sector, code)
            if value > best:
                best, key, branch = value, sector_key, code
    if not best:
        return Signal(0.0)
    facts = {"labels": dict(context.sectors[key].labels), "code": branch}
    return Signal(best, "sector_core" if best >= 0.7 else "sector_border", facts)


def _sector_value(sector: Sector, code: str) -> float:
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


_KEYWORD_VALUE = {"title": 0.7, "lot_title": 0.6, "description": 0.25}


def _sector_keywords(lot: LotFacts, sector: Sector) -> tuple[float, tuple[str, ...]]:
    values: dict[str, float] = {}
    for language in lot.languages:
        for place, value in _KEYWORD_VALUE.items():
            text = normalise(getattr(lot, place).get(language, ""))
            for word in keywords_in(text, sector.keywords.get(language, ()), language):
                values[word] = max(values.get(word, 0.0), value)
    if not values:
        return 0.0, ()
    words = sorted(values, key=lambda word: -values[word])
    value = values[words[0]] + 0.4 * sum(values[word] for word in words[1:])
    return min(1.0, value), tuple(words)


@signal("Mots du domaine dans l’avis", family="words")
def sector_words(lead: Lead, context: Context) -> Signal:
    """The words that name the member's sectors, in the lot's languages: a title counts most."""
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    labels: Translations = {}
    for key in lead.member.sectors:
        if key in context.sectors:
            found = context.sector_keywords(lead.lot, context.sectors[key])
            if found[0] > best[0]:
                best, labels = found, context.sectors[key].labels
    value, words = best
    if not value:
        return Signal(0.0)
    return Signal(value, "sector_words", {"words": list(words[:4]), "labels": dict(labels)})


# Below the floor any two texts of one language are alike; at the ceiling few texts of one trade differ.
_LIKENESS_FLOOR = 0.05
_LIKENESS_CEILING = 0.30


def rescale(likeness: float) -> float:
    """A cosine made a signal: 0 up to the floor, 1 from the ceiling on, a straight line in between."""
    return min(1.0, max(0.0, (likeness - _LIKENESS_FLOOR) / (_LIKENESS_CEILING - _LIKENESS_FLOOR)))


@signal("Textes proches", family="words")
def text_likeness(lead: Lead, context: Context) -> Signal:
    """How near the lot's text is to what the member says it offers, in the lot's own language."""
    lot, member, space = lead.lot.id, lead.member.id, context.space
    value = rescale(space.likeness(lot, member))

    def tell() -> Signal:
        words = space.shared_words(lot, member)
        return Signal(value, "text_likeness" if len(words) >= 2 else None, {"words": words})

    return Signal(value, tell=tell if value else None)


_WORDS_VALUE = {0: 0.0, 1: 0.4, 2: 0.75}


@signal("Mots de la présentation dans le titre", family="words")
def title_words(lead: Lead, context: Context) -> Signal:
    """How many telling words of the lot's titles the member uses of itself."""
    best: list[str] = []
    for language, titles in context.title_words(lead.lot).items():
        own = context.member_stems(lead.member, language)
        shared = [written for root, written in titles.items() if root in own]
        if len(shared) > len(best):
            best = shared
    value = _WORDS_VALUE.get(len(best), 1.0)
    return Signal(value, "title_words" if len(best) >= 2 else None, {"words": best[:4]})


@signal("Lieu d’exécution dans le rayon d’action", family="place")
def within_reach(lead: Lead, context: Context) -> Signal:
    """Whether the lot is carried out where the member works; the buyer's seat alone says less."""
    lot, cantons = lead.lot, lead.member.cantons
    if not cantons:
        return Signal(0.5)
    if lot.place_canton in cantons:
        return Signal(1.0, "place_in_reach", {"canton": lot.place_canton})
    place_is_known = lot.place_canton is not None or lot.place_is_abroad
    if lot.buyer_canton in cantons:
        return Signal(0.6, None if place_is_known else "buyer_in_reach", {"canton": lot.buyer_canton})
    return Signal(0.0 if place_is_known else 0.5)


@signal("Langue de l’offre", family="language")
def language_fits(lead: Lead, context: Context) -> Signal:
    """Whether the member can write its offer in a language that is asked for."""
    asked, offered = lead.lot.offer_languages, lead.member.offer_languages
    if not offered:
        return Signal(0.5)
    if not asked:
        return Signal(0.8 if lead.lot.language in offered else 0.4)
    common = [language for language in offered if language in asked]
    if not common:
        return Signal(0.0)
    worth_saying = lead.lot.language not in offered
    return Signal(1.0, "offer_language" if worth_saying else None, {"language": common[0]})


_ENOUGH_DAYS = 20


@signal("Temps pour répondre", family="time")
def days_left(lead: Lead, context: Context) -> Signal:
    """Whether there is time to write an offer: twenty days are enough, none are none."""
    deadline = lead.lot.submission_deadline
    if deadline is None:
        return Signal(0.5)
    left = max(deadline - context.now, timedelta())
    value = min(1.0, left / timedelta(days=_ENOUGH_DAYS))
    facts = {"days": left.days, "deadline": deadline.isoformat()}
    return Signal(value, "days_left" if value == 1.0 else None, facts)
