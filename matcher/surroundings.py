"""Signals of all that surrounds the subject: place, language, time, buyer, size, criteria, and the past."""

from datetime import timedelta

import numpy as np

from config.criteria import ess_criteria
from matcher.cards import Reason, signal
from matcher.context import Context
from matcher.kinship import Row
from matcher.lead import Lead, LotFacts, MemberFacts
from procurement.stance import Asked, Side, stance


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


_OWN_WIN, _OWN_WORD = 1.0, 0.5


@signal("Adjudicateur déjà connu", family="buyer")
def buyer_known(lot: LotFacts, context: Context) -> Row:
    """Whether the member won from this buyer before, or a lot of this buyer was kept for it."""
    row = context.nothing()
    for act in context.memory.kept_from(lot):
        if act.member_id in context.column:
            row[context.column[act.member_id]] = _OWN_WORD
    for win in context.memory.wins_from(lot):
        if win.member_id in context.column:
            row[context.column[win.member_id]] = _OWN_WIN
    return row


@buyer_known.told_by
def _buyer_in_words(lead: Lead, context: Context) -> Reason | None:
    own = [win for win in context.memory.wins_from(lead.lot) if win.member_id == lead.member.id]
    if own:
        return Reason("buyer_won", {"reference": own[-1].title})
    said = [act for act in context.memory.kept_from(lead.lot) if act.member_id == lead.member.id]
    return Reason("buyer_kept") if any(act.is_own for act in said) else None


@signal("Taille à portée du membre", family="size")
def size_fits(lot: LotFacts, context: Context) -> Row:
    """Whether the lot's value is known to lie within what the member says that it carries."""
    value = lot.value_chf
    if value is None:
        return context.nothing()
    most = context.each("largest", lambda member: _or_unknown(member.largest_contract_chf))
    least = context.each("smallest", lambda member: _or_unknown(member.smallest_contract_chf))
    # What is unknown compares as false: at least one bound must be known, and none crossed.
    is_known = ~(np.isnan(most) & np.isnan(least))
    return (is_known & ~(value > most) & ~(value < least)).astype(np.float64)


def _or_unknown(amount: int | None) -> float:
    return float("nan") if amount is None else float(amount)


@size_fits.told_by
def _size_in_words(lead: Lead, context: Context) -> Reason:
    return Reason("size_fits", {"value_chf": lead.lot.value_chf})


# An award criterion of this weight, in percent, says as much as one can.
_HEAVY = 20.0


@signal("Critères ESS auxquels le membre répond", family="ess")
def ess_answerable(lot: LotFacts, context: Context) -> Row:
    """Whether an ESS criterion that was found is one that sets the member apart: a heavy one says most."""
    row = context.nothing()
    for family, weight in lot.ess_families.items():
        value = 0.5 + 0.5 * min(1.0, (weight or 0.0) / _HEAVY)
        np.maximum(row, value * _answers(family, lot, context), out=row)
    return row


def _answers(family: str, lot: LotFacts, context: Context) -> Row:
    today = context.now.date()
    needed_on = lot.submission_deadline.date() if lot.submission_deadline else today

    def is_advantage(member: MemberFacts) -> float:
        if member.standing is None:
            return 0.0
        found = stance(Asked(family), member.standing, today=today, needed_on=needed_on)
        return float(found.side is Side.ADVANTAGE)

    return context.each(("answers", family, needed_on), is_advantage)


@ess_answerable.told_by
def _criterion_in_words(lead: Lead, context: Context) -> Reason:
    column = context.column[lead.member.id]
    found = [
        (weight or 0.0, family)
        for family, weight in lead.lot.ess_families.items()
        if _answers(family, lead.lot, context)[column]
    ]
    weight, family = max(found)
    known = ess_criteria().by_key()
    facts = {"labels": dict(known[family].labels)} if family in known else {}
    return Reason("ess_weighed", facts | {"weight": weight}) if weight else Reason("ess_answerable", facts)


# Where nothing alike was kept or dropped.
_UNDECIDED = 0.5


@signal("Ce qui a été retenu et écarté", family="past")
def feedback_likeness(lot: LotFacts, context: Context) -> Row:
    """Whether the lot is more like what was kept for the member than like what was dropped.

    One half where nothing is known. What members of its sectors kept and dropped counts half as much.
    """
    leaning = context.leaning(lot)
    return _UNDECIDED + 0.5 * (leaning.kept - leaning.dropped)


# Below this a lot is not so like another that a reader would agree.
_WORTH_NAMING = 0.4


@feedback_likeness.told_by
def _likeness_to_the_past_in_words(lead: Lead, context: Context) -> Reason | None:
    leaning, column = context.leaning(lead.lot), context.column[lead.member.id]
    balance = float(leaning.kept[column] - leaning.dropped[column])
    if not balance:
        return None
    likeness = context.space.remembered_row(lead.lot)
    nearest = context.memory.nearest_act(lead.lot, likeness, lead.member.id, is_good=balance > 0)
    if nearest is None or nearest.value < _WORTH_NAMING:
        # What others did is told without saying who or what; what they dropped is not told at all.
        return Reason("like_kept_in_sector") if balance >= _WORTH_NAMING / 2 else None
    titles = {"titles": dict(nearest.lot.title)}
    if balance > 0:
        return Reason("like_kept" if nearest.act.is_own else "like_proposed", titles)
    # A member has not seen what the chamber dropped.
    return Reason("like_refused", titles if nearest.act.is_own else {}, is_against=True)
