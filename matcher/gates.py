"""Gates: hard conditions that a lead meets or not, each saying why; what is unknown never rejects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from matcher.lead import Lead
from matcher.words import holds_phrase, normalise
from procurement.vocabulary import Stated

Asked = Callable[[Lead, datetime], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """Whether a lead passes a gate, with the facts that decided."""

    key: str
    passed: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """A registered gate: its key, what it asks in French, and how it is asked."""

    key: str
    label: str
    ask: Asked

    def answer(self, lead: Lead, now: datetime) -> GateAnswer:
        """Ask a lead at an instant."""
        against = self.ask(lead, now)
        return GateAnswer(self.key, against is None, against or {})


GATES: dict[str, Gate] = {}


def gate(label: str) -> Callable[[Asked], Asked]:
    """Register a function as a gate: it returns None to let pass, else the facts that speak against."""

    def register(ask: Asked) -> Asked:
        key = ask.__name__.rstrip("_")
        GATES[key] = Gate(key, label, ask)
        return ask

    return register


@gate("On peut encore déposer une offre")
def open_(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops what is no longer called for, and what is past its deadline; no deadline, no stop."""
    deadline = lead.lot.submission_deadline
    if lead.lot.is_called and (deadline is None or deadline > now):
        return None
    return {"deadline": deadline.isoformat() if deadline else None}


@gate("Le lieu d’exécution ou le siège de l’adjudicateur est dans le rayon d’action")
def place(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops a lot when its place is known and neither place nor buyer's seat is where the member works."""
    lot, cantons = lead.lot, lead.member.cantons
    if not cantons or lot.place_canton in cantons or lot.buyer_canton in cantons:
        return None
    if lot.place_canton is None and not lot.place_is_abroad:
        return None
    return {"place": f"CH-{lot.place_canton}" if lot.place_canton else lot.place_country}


@gate("Aucun mot exclu par le membre")
def excluded_words(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops a lot whose titles or description hold a word that the member excludes."""
    if not lead.member.excluded_words:
        return None
    lot = lead.lot
    texts = [
        normalise(text)
        for translations in (lot.title, lot.lot_title, lot.description)
        for text in translations.values()
    ]
    found = [word for word in lead.member.excluded_words if any(holds_phrase(text, word) for text in texts)]
    return {"words": found} if found else None


@gate("Une langue d’offre commune")
def language_of_offers(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops a lot whose stated languages of offers are all others than the member's."""
    asked, offered = lead.lot.offer_languages, lead.member.offer_languages
    if not asked or not offered or set(asked) & set(offered):
        return None
    return {"languages": list(asked)}


@gate("Assez grand pour valoir une offre")
def worthwhile(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops a lot known to be smaller than what the member says is worth an offer."""
    value, least = lead.lot.value_chf, lead.member.smallest_contract_chf
    return None if value is None or least is None or value >= least else {"value_chf": value}


@gate("À la taille du membre, seul ou à plusieurs")
def size(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops a lot known to be larger than the member carries alone, and that it may only carry alone."""
    is_out = lead.is_larger_than_alone and lead.lot.asks_for_one_bidder
    return {"value_chf": lead.lot.value_chf} if is_out else None


@gate("Ouvert au statut du membre")
def reserved(lead: Lead, now: datetime) -> Mapping[str, Any] | None:
    """Stops a lot reserved to statuses none of which the member has; one that we do not know passes."""
    return {"reserved_to": list(lead.lot.reserved_to)} if lead.may_take_part is Stated.NO else None


def answers(lead: Lead, now: datetime) -> list[GateAnswer]:
    """What every gate says of a lead, in the order in which they are asked."""
    return [each.answer(lead, now) for each in GATES.values()]


def first_failed(lead: Lead, now: datetime) -> GateAnswer | None:
    """The first gate that stops a lead; None when all let it pass."""
    for each in GATES.values():
        answer = each.answer(lead, now)
        if not answer.passed:
            return answer
    return None
