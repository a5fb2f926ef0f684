"""Signals: what speaks for a lead, each a number in [0, 1] for all members at once, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from matcher.context import Context, Row, member_stems
from matcher.kinship import branch_value, significant
from matcher.lead import Lead, LotFacts, MemberFacts
from matcher.words import as_written
from procurement.models import Translations


@dataclass(frozen=True, slots=True)
class Signal:
    """What a signal says of one lead: a value in [0, 1], and the sentence it gives where it is worth one."""

    value: float
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence by its key, with the facts it tells."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Measure = Callable[[LotFacts, Context], Row]
Tell = Callable[[Lead, Context], Reason | None]


def _nothing_to_say(lead: Lead, context: Context) -> Reason | None:
    return None


@dataclass(slots=True)
class SignalCard:
    """A registered signal: key, version, French label, family of reasons, what measures and what words it."""

    key: str
    version: int
    label: str
    family: str
    measure: Measure
    tell: Tell = _nothing_to_say

    @property
    def name(self) -> str:
        """The key with its version, as a model's card lists it."""
        return f"{self.key}@{self.version}"

    def told_by(self, tell: Tell) -> Tell:
        """Register what words the signal of a lead where its value is not zero: few leads ever need it."""
        self.tell = tell
        return tell


SIGNALS: dict[str, SignalCard] = {}


def signal(label: str, *, family: str, version: int = 1) -> Callable[[Measure], SignalCard]:
    """Register a function as a signal: it gives a number in [0, 1] for each member of the context.

    A change of what it measures needs a new version. Of each family at most one signal becomes a reason, so
    that three reasons say three things.
    """

    def register(measure: Measure) -> SignalCard:
        card = SignalCard(measure.__name__, version, label, family, measure)
        SIGNALS[card.key] = card
        return card

    return register


def measure_all(lot: LotFacts, context: Context) -> dict[str, Row]:
    """Every registered signal of a lot for each member of the context, by key."""
    return {key: card.measure(lot, context) for key, card in SIGNALS.items()}


def told(lead: Lead, context: Context, values: Mapping[str, float]) -> dict[str, Signal]:
    """The signals of one lead, by their values, with the reasons they give."""
    signals = {}
    for key, value in values.items():
        reason = SIGNALS[key].tell(lead, context) if value else None
        signals[key] = Signal(value, reason.key, reason.facts) if reason else Signal(value)
    return signals


# A code of the whole tender may be that of another lot.
_TENDER_ONLY = 0.8


@signal("Branche CPV commune", family="codes")
def cpv_branch(lot: LotFacts, context: Context) -> Row:
    """How near the nearest of a member's codes is to one of the lot's."""
    row = context.nothing()
    for code in lot.cpv_codes:
        np.maximum(row, _weight(lot, code) * context.nearest_code(code), out=row)
    return row


@cpv_branch.told_by
def _branch_in_words(lead: Lead, context: Context) -> Reason:
    lot, member = lead.lot, lead.member
    pairs = [(own, code) for code in lot.cpv_codes for own in member.cpv_codes]
    own, code = max(pairs, key=lambda pair: _weight(lot, pair[1]) * branch_value(*pair))
    facts = {"code": code, "labels": _words(lot.cpv_words, code)}
    if significant(own) == significant(code):
        return Reason("cpv_same", facts)
    key = "cpv_under" if significant(code).startswith(significant(own)) else "cpv_near"
    return Reason(key, facts | {"own_code": own, "own_labels": _words(member.cpv_words, own)})


def _weight(lot: LotFacts, code: str) -> float:
    return 1.0 if code in lot.own_cpv_codes or not lot.own_cpv_codes else _TENDER_ONLY


def _words(words: Mapping[str, Translations], code: str) -> Translations:
    return dict(words.get(code, {}))


@signal("Branche CPV d’après le texte", family="codes")
def cpv_suggested(lot: LotFacts, context: Context) -> Row:
    """How near a member's codes are to those that the text of a notice without a telling code points to."""
    row = context.nothing()
    for code, confidence in lot.suggested_cpv:
        np.maximum(row, confidence * context.nearest_code(code), out=row)
    return row


@cpv_suggested.told_by
def _suggestion_in_words(lead: Lead, context: Context) -> Reason:
    pairs = [(own, *found) for found in lead.lot.suggested_cpv for own in lead.member.cpv_codes]
    own, code, sure = max(pairs, key=lambda each: each[2] * branch_value(each[0], each[1]))
    labels, own_labels = _words(lead.lot.cpv_words, code), _words(lead.member.cpv_words, own)
    facts = {"code": code, "labels": labels, "own_code": own, "own_labels": own_labels}
    return Reason("cpv_suggested", facts | {"sure": round(sure, 2)})


@signal("Domaine d’activité du membre", family="codes")
def sector_branch(lot: LotFacts, context: Context) -> Row:
    """How much a code of the lot lies in a sector of a member: its core, its border, or excluded from it."""
    row = context.nothing()
    for key, value in context.sectors_of(lot.cpv_codes).items():
        np.maximum(row, value * context.is_in(key), out=row)
    return row


@sector_branch.told_by
def _sector_in_words(lead: Lead, context: Context) -> Reason:
    found = [
        (value, key, code)
        for code in lead.lot.cpv_codes
        for key, value in context.sectors_of((code,)).items()
        if key in lead.member.sectors
    ]
    value, key, code = max(found, key=lambda each: each[0])
    facts = {"labels": dict(context.sectors[key].labels), "code": code}
    return Reason("sector_core" if value >= 0.7 else "sector_border", facts)


@signal("Mots du domaine dans l’avis", family="words")
def sector_words(lot: LotFacts, context: Context) -> Row:
    """How strongly the lot's texts name a sector of the member, in its languages: a title counts most."""
    row = context.nothing()
    for key, values in context.sector_words(lot).items():
        np.maximum(row, _strength(values) * context.is_in(key), out=row)
    return row


@sector_words.told_by
def _keywords_in_words(lead: Lead, context: Context) -> Reason:
    found = context.sector_words(lead.lot)
    key = max((key for key in lead.member.sectors if key in found), key=lambda each: _strength(found[each]))
    words = sorted(found[key], key=lambda word: -found[key][word])
    return Reason("sector_words", {"words": words[:4], "labels": dict(context.sectors[key].labels)})


def _strength(values: Mapping[str, float]) -> float:
    """How strongly words name a sector together: the strongest counts whole, each other two fifths."""
    strongest = max(values.values())
    return min(1.0, strongest + 0.4 * (sum(values.values()) - strongest))


# Below the floor any two texts of one language are alike; at the ceiling few texts of one trade differ.
_LIKENESS_FLOOR = 0.05
_LIKENESS_CEILING = 0.30


def rescale(likeness: Row) -> Row:
    """Cosines made a signal: 0 up to the floor, 1 from the ceiling on, a straight line in between."""
    return np.clip((likeness - _LIKENESS_FLOOR) / (_LIKENESS_CEILING - _LIKENESS_FLOOR), 0.0, 1.0)


@signal("Textes proches", family="words")
def text_likeness(lot: LotFacts, context: Context) -> Row:
    """How near the lot's text is to what the member says it offers, in the lot's own language."""
    return rescale(context.space.row(lot))


@text_likeness.told_by
def _likeness_in_words(lead: Lead, context: Context) -> Reason | None:
    words = context.space.shared_words(lead.lot, lead.member.id)
    return Reason("text_likeness", {"words": words}) if len(words) >= 2 else None


@signal("Référence proche", family="words")
def reference_likeness(lot: LotFacts, context: Context) -> Row:
    """How near the lot's text is to one single reference of the member: one that is the same says most."""
    return rescale(context.space.reference_row(lot))


@reference_likeness.told_by
def _reference_in_words(lead: Lead, context: Context) -> Reason:
    return Reason(
        "reference_likeness", {"reference": context.space.nearest_reference(lead.lot, lead.member.id)}
    )


_WORDS_VALUE = np.array([0.0, 0.4, 0.75, 1.0])


@signal("Mots de la présentation dans le titre", family="words")
def title_words(lot: LotFacts, context: Context) -> Row:
    """How many telling words of the lot's titles the member uses of itself."""
    most = np.zeros(len(context.members), dtype=np.intp)
    for language in lot.languages:
        count = np.zeros_like(most)
        bearers = context.bearers(language)
        for root in _titles(lot, language):
            count[bearers.get(root, [])] += 1
        np.maximum(most, count, out=most)
    return _WORDS_VALUE[np.minimum(most, len(_WORDS_VALUE) - 1)]


@title_words.told_by
def _title_in_words(lead: Lead, context: Context) -> Reason | None:
    best: list[str] = []
    for language in lead.lot.languages:
        own = member_stems(lead.member, language)
        shared = [written for root, written in _titles(lead.lot, language).items() if root in own]
        best = max(best, shared, key=len)
    return Reason("title_words", {"words": best[:4]}) if len(best) >= 2 else None


def _titles(lot: LotFacts, language: str) -> Mapping[str, str]:
    """The stems of a lot's titles in a language, and how they are written there."""
    return as_written(f"{lot.title.get(language, '')}\n{lot.lot_title.get(language, '')}")


@signal("Lieu d’exécution dans le rayon d’action", family="place")
def within_reach(lot: LotFacts, context: Context) -> Row:
    """Whether the lot is carried out where the member works; the buyer's seat alone says less."""
    place, seat, is_abroad = lot.place_canton, lot.buyer_canton, lot.place_is_abroad

    def reach(member: MemberFacts) -> float:
        if not member.cantons:
            return 0.5
        if place in member.cantons:
            return 1.0
        if seat in member.cantons:
            return 0.6
        return 0.0 if place is not None or is_abroad else 0.5

    return context.each(("reach", place, seat, is_abroad), reach)


@within_reach.told_by
def _reach_in_words(lead: Lead, context: Context) -> Reason | None:
    lot, cantons = lead.lot, lead.member.cantons
    if lot.place_canton in cantons:
        return Reason("place_in_reach", {"canton": lot.place_canton})
    place_is_known = lot.place_canton is not None or lot.place_is_abroad
    if lot.buyer_canton in cantons and not place_is_known:
        return Reason("buyer_in_reach", {"canton": lot.buyer_canton})
    return None


@signal("Langue de l’offre", family="language")
def language_fits(lot: LotFacts, context: Context) -> Row:
    """Whether the member can write its offer in a language that is asked for."""
    asked, language = lot.offer_languages, lot.language

    def fit(member: MemberFacts) -> float:
        offered = member.offer_languages
        if not offered:
            return 0.5
        if not asked:
            return 0.8 if language in offered else 0.4
        return float(any(each in asked for each in offered))

    return context.each(("language", asked, language), fit)


@language_fits.told_by
def _language_in_words(lead: Lead, context: Context) -> Reason | None:
    offered = lead.member.offer_languages
    common = [language for language in offered if language in lead.lot.offer_languages]
    if not common or lead.lot.language in offered:
        return None
    return Reason("offer_language", {"language": common[0]})


_ENOUGH_DAYS = 20


@signal("Temps pour répondre", family="time")
def days_left(lot: LotFacts, context: Context) -> Row:
    """Whether there is time to write an offer: twenty days are enough, none are none."""
    deadline = lot.submission_deadline
    if deadline is None:
        return np.full(len(context.members), 0.5)
    left = max(deadline - context.now, timedelta())
    return np.full(len(context.members), min(1.0, left / timedelta(days=_ENOUGH_DAYS)))


@days_left.told_by
def _days_in_words(lead: Lead, context: Context) -> Reason | None:
    deadline = lead.lot.submission_deadline
    if deadline is None or deadline - context.now < timedelta(days=_ENOUGH_DAYS):
        return None
    return Reason("days_left", {"days": (deadline - context.now).days, "deadline": deadline.isoformat()})
