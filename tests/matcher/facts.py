"""Facts of lots and members for tests, in few words; each argument overrides one. All are invented."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from config.tables import sectors
from matcher.batch import context_of
from matcher.context import Context
from matcher.features import learn_words
from matcher.lead import Lead, LotFacts, MemberFacts
from matcher.past import NOTHING, Act, Past
from matcher.signals import Signal, measure_all, told
from procurement.stance import Proof, Standing
from procurement.vocabulary import LegalForm
from tests.factories import NOW

CLEANS = "nettoyage_conciergerie_blanchisserie"
CLEANING = {
    "90910000": {"fr": "Services de nettoyage", "de": "Reinigungsdienste"},
    "90911300": {"fr": "Services de nettoyage de vitres", "de": "Fensterreinigung"},
    "90911200": {
        "fr": "Services de nettoyage de bâtiments",
        "de": "Gebäudereinigung",
        "it": "Servizi di pulizia di edifici",
        "en": "Building-cleaning services",
    },
    "90919300": {
        "fr": "Services de nettoyage des écoles",
        "de": "Reinigung von Schulen",
        "it": "Servizi di pulizia di scuole",
        "en": "School cleaning services",
    },
}


def a_lot(**overrides: Any) -> LotFacts:
    """The cleaning of two schools in Geneva."""
    facts: dict[str, Any] = {
        "id": 1,
        "tender_id": 1,
        "language": "fr",
        "title": {"fr": "Nettoyage de deux écoles"},
        "description": {"fr": "Nettoyage d’entretien des classes, lavage des vitres."},
        "own_cpv_codes": ("90919300",),
        "tender_cpv_codes": ("90919300",),
        "cpv_words": CLEANING,
        "place_canton": "GE",
        "buyer_canton": "GE",
        "submission_deadline": NOW + timedelta(days=30),
    }
    return LotFacts(**{**facts, **overrides})


def a_member(**overrides: Any) -> MemberFacts:
    """An association that cleans, in Geneva, and writes in French."""
    facts: dict[str, Any] = {
        "id": 1,
        "chamber_id": 1,
        "name": "Net & Clair",
        "statement": "Nous nettoyons des bureaux, des écoles et des crèches, et lavons les vitres.",
        "sectors": (CLEANS,),
        "cpv_codes": ("90911200", "90919300"),
        "cpv_words": CLEANING,
        "cantons": ("GE",),
        "offer_languages": ("fr",),
    }
    return MemberFacts(**{**facts, **overrides})


def a_lead(lot: dict[str, Any] | None = None, member: dict[str, Any] | None = None) -> Lead:
    """The cleaning of schools held against the association that cleans."""
    return Lead(a_lot(**(lot or {})), a_member(**(member or {})))


def a_context(lead: Lead, past: Past = NOTHING) -> Context:
    """What the signals need to judge one lead."""
    weights = learn_words([lead.lot], [lead.member], sectors=sectors())
    return context_of([lead.member], weights, now=NOW, past=past)


def a_past(*, is_good: bool = True, is_own: bool = True, lot: dict[str, Any] | None = None) -> Past:
    """The cleaning of another school, on which somebody has decided for the association that cleans."""
    before = {
        "id": 90,
        "tender_id": 90,
        "title": {"fr": "Nettoyage de trois écoles"},
        "buyer_names": ("ville",),
    }
    remembered = a_lot(**{**before, **(lot or {})})
    act = Act(1, ((1, CLEANS),), remembered.id, is_good, date(2026, 10, 1), is_own)
    return Past((act,), {remembered.id: remembered})


def shows(family: str, *, valid_until: date | None = None) -> Standing:
    """A cooperative that can show something for a family of criteria."""
    return Standing(LegalForm.COOPERATIVE, proofs={family: (Proof("Attestation", 4, valid_until),)})


def of_peers(count: int = 3, *, is_good: bool = True) -> Past:
    """The same, decided on for so many other members that clean."""
    (act,), lots = a_past(is_good=is_good).acts, a_past().lots
    return Past(tuple(replace(act, member_id=number) for number in range(1, count + 1)), lots)


def signals_of(lead: Lead, past: Past = NOTHING) -> dict[str, Signal]:
    """Every signal of a lead, with its reason and facts."""
    context = a_context(lead, past)
    values = {key: float(row[0]) for key, row in measure_all(lead.lot, context).items()}
    return told(lead, context, values)
