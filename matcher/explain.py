"""Why a lot fits a member, in at most three reasons, and the one thing that speaks most against it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from matcher.classifier import Judgement
from matcher.lead import Lead
from matcher.signals import SIGNALS, Signal
from procurement.reserved import Reservation, may_take_part
from procurement.vocabulary import CriteriaSource, Stated

MOST_REASONS = 3
# A term that moves the score by less than this is not worth a sentence.
_WORTH_SAYING = 0.15

Said = dict[str, Any]


def reasons_of(signals: Mapping[str, Signal], judgement: Judgement) -> list[Said]:
    """The strongest signals that are worth saying, one of each family, at most three."""
    ranked = sorted(
        (key for key in signals if judgement.terms.get(key, 0.0) >= _WORTH_SAYING),
        key=lambda key: -judgement.terms[key],
    )
    families: set[str] = set()
    reasons: list[Said] = []
    for key in ranked:
        found, family = signals[key], SIGNALS[key].family
        if found.reason is not None and not found.is_against and family not in families:
            families.add(family)
            reasons.append({"key": found.reason, "facts": dict(found.facts)})
    return reasons[:MOST_REASONS]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that speaks against a lead: how much, in [0, 1], and the facts."""

    weight: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a risk is read from: the lead, its signals, how it was judged, and when."""

    lead: Lead
    signals: Mapping[str, Signal]
    judgement: Judgement
    now: datetime


Ask = Callable[[Weighed], Doubt | None]
RISKS: dict[str, Ask] = {}


def risk(ask: Ask) -> Ask:
    """Register a function as a risk under its name: it returns None when nothing is known against a lead."""
    RISKS[ask.__name__] = ask
    return ask


def risk_of(lead: Lead, signals: Mapping[str, Signal], judgement: Judgement, *, now: datetime) -> Said | None:
    """The risk that weighs most; None when nothing is known against a lead."""
    weighed = Weighed(lead, signals, judgement, now)
    found = [(key, doubt) for key, ask in RISKS.items() if (doubt := ask(weighed)) is not None]
    if not found:
        return None
    key, doubt = max(found, key=lambda pair: pair[1].weight)
    return {"key": key, "facts": dict(doubt.facts)}


@risk
def like_refused(weighed: Weighed) -> Doubt | None:
    """The lot is like one that was dropped for the member, or that it refused."""
    found = weighed.signals.get("feedback_likeness")
    return Doubt(0.8, found.facts) if found is not None and found.is_against else None


_FEW_DAYS = 10


@risk
def few_days(weighed: Weighed) -> Doubt | None:
    """There are ten days or fewer: the fewer, the heavier."""
    deadline = weighed.lead.lot.submission_deadline
    if deadline is None:
        return None
    left = (deadline - weighed.now).total_seconds() / 86_400
    if left > _FEW_DAYS:
        return None
    return Doubt(1.0 - 0.5 * max(left, 0.0) / _FEW_DAYS, {"deadline": deadline.isoformat()})


@risk
def offer_in_other_language(weighed: Weighed) -> Doubt | None:
    """The offer is asked for in languages that are not the member's first."""
    asked, own = weighed.lead.lot.offer_languages, weighed.lead.member.first_language
    if not asked or own is None or own in asked:
        return None
    return Doubt(0.75, {"languages": list(asked)})


# A contract under the treaty is large by definition; the sum is that of the procedures on invitation.
_LARGE_AMOUNT = 250_000


@risk
def no_consortium(weighed: Weighed) -> Doubt | None:
    """The contract is known to be large, and the notice does not admit consortia."""
    lot = weighed.lead.lot
    is_large = bool(lot.is_under_treaty) or (lot.value_chf or 0) >= _LARGE_AMOUNT
    return Doubt(0.65) if is_large and lot.consortium_allowed is Stated.NO else None


@risk
def larger_than_alone(weighed: Weighed) -> Doubt | None:
    """The lot is known to be larger than what the member carries alone: it is one for several."""
    lead = weighed.lead
    return Doubt(0.7, {"value_chf": lead.lot.value_chf}) if lead.is_larger_than_alone else None


@risk
def reserved_to_check(weighed: Weighed) -> Doubt | None:
    """Participation is reserved, and it is not known whether the member may take part."""
    lead = weighed.lead
    is_open = lead.may_take_part is Stated.YES
    return None if is_open else Doubt(0.85, {"reserved_to": list(lead.lot.reserved_to)})


@risk
def reserved_abroad(weighed: Weighed) -> Doubt | None:
    """The member has the status that is asked for, yet the buyer's country may not recognise it."""
    lead = weighed.lead
    is_met = bool(lead.lot.reserved_to) and lead.may_take_part is Stated.YES
    return Doubt(0.7) if is_met and lead.lot.buyer_country not in (None, "", "CH") else None


@risk
def execution_reserved(weighed: Weighed) -> Doubt | None:
    """The contract is to be carried out in sheltered employment, which the member is not known to offer."""
    lot, statuses = weighed.lead.lot, weighed.lead.member.statuses
    offers = may_take_part(statuses, (Reservation.INTEGRATION,)) is Stated.YES
    return Doubt(0.6) if lot.is_execution_reserved and not offers else None


# The signals that speak of the subject, by what they read: codes or words.
_SUBJECT = ("codes", "words")


@risk
def weak_evidence(weighed: Weighed) -> Doubt | None:
    """Only codes or only words speak for the subject, and not loudly."""
    strength = dict.fromkeys(_SUBJECT, 0.0)
    for key, term in weighed.judgement.terms.items():
        card = SIGNALS.get(key)
        if card is not None and card.family in strength:
            strength[card.family] += term
    is_one_sided = min(strength.values()) < 0.5
    return Doubt(0.6) if is_one_sided and weighed.judgement.score < 0.6 else None


@risk
def only_buyer_in_reach(weighed: Weighed) -> Doubt | None:
    """The place of performance is known and elsewhere: only the buyer's seat is where the member works."""
    lot, cantons = weighed.lead.lot, weighed.lead.member.cantons
    if not cantons or lot.place_canton is None or lot.place_canton in cantons:
        return None
    return Doubt(0.55, {"canton": lot.place_canton})


_REFERENCES = re.compile(r"r[eé]f[eé]ren[czt]", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\b(?:[3-9]|\d\d|trois|quatre|cinq|drei|vier|fünf|tre|quattro|cinque|three|four|five)\s+"
    r"(?:\w+\s+)?r[eé]f[eé]ren[czt]",
    re.IGNORECASE,
)


@risk
def many_references(weighed: Weighed) -> Doubt | None:
    """Three references or more are asked for, or more than one criterion asks for them."""
    criteria = weighed.lead.lot.selection_criteria
    asking = sum(bool(_REFERENCES.search(text)) for text in criteria)
    several = asking > 1 or any(_SEVERAL.search(text) for text in criteria)
    return Doubt(0.5) if several else None


@risk
def notice_in_other_language(weighed: Weighed) -> Doubt | None:
    """The notice is written in a language that is not among the member's."""
    language, own = weighed.lead.lot.language, weighed.lead.member.offer_languages
    if not own or language in own:
        return None
    return Doubt(0.45, {"language": language})


@risk
def criteria_in_documents(weighed: Weighed) -> Doubt | None:
    """The notice says that criteria stand in the documents, which nobody has read yet."""
    lot = weighed.lead.lot
    in_documents = (
        lot.award_criteria_source is CriteriaSource.IN_DOCUMENTS
        or lot.selection_criteria_in_documents is Stated.YES
    )
    return Doubt(0.3) if in_documents else None
