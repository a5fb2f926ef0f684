"""Reasons and risks: at most three, each of its own kind, and one doubt."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from matcher import vectors
from matcher.classifier import RuleOfThumb
from matcher.explain import RISKS, reasons_of
from matcher.judge import judge_lot, score_lead
from matcher.past import NOTHING, Past, Win
from matcher.signals import SIGNALS, Signal
from procurement.reasons import REASONS, say
from procurement.reasons import RISKS as WORDED
from procurement.vocabulary import CriteriaSource, Stated
from tests.factories import NOW
from tests.matcher.facts import a_context, a_lead, a_past, of_peers, shows, signals_of

_RULES = RuleOfThumb()
_CHF_300_000: dict[str, Any] = {"value_amount": 300_000, "value_currency": "CHF"}


def test_every_risk_is_worded() -> None:
    assert set(RISKS) == set(WORDED)


# One lead for each reason: what has to be so that it is given.
_REASON_OF: dict[str, tuple[dict[str, Any], dict[str, Any], Past]] = {
    "cpv_same": ({}, {}, NOTHING),
    "cpv_under": ({}, {"cpv_codes": ("90910000",)}, NOTHING),
    "cpv_near": ({"own_cpv_codes": ("90911300",)}, {}, NOTHING),
    "cpv_suggested": ({"own_cpv_codes": (), "suggested_cpv": (("90911200", 0.8),)}, {}, NOTHING),
    "sector_core": ({}, {}, NOTHING),
    "sector_border": ({"own_cpv_codes": ("79611000",)}, {"sectors": ("insertion_emploi",)}, NOTHING),
    "sector_words": ({}, {}, NOTHING),
    "text_likeness": ({}, {}, NOTHING),
    "reference_likeness": ({}, {"references": ("Nettoyage de trois écoles et de leurs vitres",)}, NOTHING),
    "title_words": ({"title": {"fr": "Vitres des écoles"}}, {}, NOTHING),
    "meaning": (
        {"language": "de", "title": {"de": "Reinigung von zwei Schulen"}, "description": {}},
        {},
        NOTHING,
    ),
    "buyer_won": (
        {"buyer_names": ("ville",)},
        {},
        Past(wins=(Win(1, ("ville",), "Nettoyage d’un musée", date(2026, 9, 1)),)),
    ),
    "buyer_kept": ({"buyer_names": ("ville",)}, {}, a_past()),
    "size_fits": (
        {"value_amount": 80_000, "value_currency": "CHF"},
        {"largest_contract_chf": 90_000},
        NOTHING,
    ),
    "ess_answerable": (
        {"ess_families": {"apprentissage_formation": None}},
        {"standing": shows("apprentissage_formation")},
        NOTHING,
    ),
    "ess_weighed": (
        {"ess_families": {"apprentissage_formation": 10.0}},
        {"standing": shows("apprentissage_formation")},
        NOTHING,
    ),
    "like_kept": ({}, {}, a_past()),
    "like_proposed": ({}, {}, a_past(is_own=False)),
    "like_kept_in_sector": ({}, {"id": 4}, of_peers()),
    "place_in_reach": ({}, {}, NOTHING),
    "buyer_in_reach": ({"place_canton": None}, {}, NOTHING),
    "offer_language": ({"language": "de", "offer_languages": ("fr",)}, {}, NOTHING),
    "days_left": ({}, {}, NOTHING),
}
# These say what they say in few words, without facts of their own.
_WITHOUT_FACTS = {"buyer_kept", "like_kept_in_sector"}


@pytest.mark.parametrize("key", REASONS)
def test_every_reason_that_is_worded_is_given_by_a_signal(key: str) -> None:
    lot, member, past = _REASON_OF[key]
    if key == "meaning" and not vectors.are_available():
        pytest.skip("the extra « vectors » is not installed")

    signals = signals_of(a_lead(lot, member), past).values()

    found = next(found for found in signals if found.reason == key)
    assert (say({"key": key, "facts": found.facts}, "fr") == REASONS[key].plain["fr"]) is (
        key in _WITHOUT_FACTS
    )


@pytest.mark.parametrize("lot", [lot for lot, _, _ in _REASON_OF.values()])
def test_reasons_are_three_at_most_and_of_different_kinds(lot: dict[str, Any]) -> None:
    lead = a_lead(lot)

    judged = score_lead(lead, a_context(lead), _RULES)

    keys = [reason["key"] for reason in judged.reasons]
    assert 1 <= len(keys) <= 3
    families = [_family_of(key, signals_of(lead)) for key in keys]
    assert len(set(families)) == len(families)


def _family_of(reason: str, signals: dict[str, Signal]) -> str:
    return next(SIGNALS[key].family for key, found in signals.items() if found.reason == reason)


def test_a_clear_match_says_code_words_and_place_the_strongest_first() -> None:
    lead = a_lead()

    judged = score_lead(lead, a_context(lead), _RULES)

    assert [reason["key"] for reason in judged.reasons] == ["cpv_same", "text_likeness", "place_in_reach"]


def test_what_hardly_moves_the_score_is_not_said() -> None:
    signals = {"within_reach": Signal(0.1, "place_in_reach", {"canton": "GE"})}

    assert reasons_of(signals, _RULES.judge({"within_reach": 0.1})) == []


def test_a_lead_below_what_its_member_wants_to_hear_is_not_explained() -> None:
    lead = a_lead()
    context = a_context(lead)
    score = score_lead(lead, context, _RULES).score

    within, beyond = (
        list(judge_lot(lead.lot, context, _RULES, least=np.array([least])))
        for least in (score, score + 1e-12)
    )

    assert [(member.id, judged.score) for member, judged in within] == [(1, score)]
    assert beyond == []


def test_a_lead_that_a_gate_stops_is_not_proposed() -> None:
    lead = a_lead({"is_called": False})

    assert list(judge_lot(lead.lot, a_context(lead), _RULES, least=np.array([0.0]))) == []


@pytest.mark.parametrize(
    ("lot", "member", "risk"),
    [
        ({}, {}, None),
        ({"submission_deadline": None}, {}, None),
        ({"submission_deadline": NOW + timedelta(days=3)}, {}, "few_days"),
        ({"submission_deadline": NOW + timedelta(days=11)}, {}, None),
        ({"offer_languages": ("de", "it")}, {"offer_languages": ("fr", "de")}, "offer_in_other_language"),
        ({"offer_languages": ("de", "fr")}, {"offer_languages": ("fr", "de")}, None),
        ({"language": "de"}, {}, "notice_in_other_language"),
        ({"language": "de"}, {"offer_languages": ()}, None),
        ({"consortium_allowed": Stated.NO}, {}, None),
        ({"consortium_allowed": Stated.NO, "is_under_treaty": True}, {}, "no_consortium"),
        ({"consortium_allowed": Stated.NO, **_CHF_300_000}, {}, "no_consortium"),
        ({"consortium_allowed": Stated.NO, **_CHF_300_000, "value_currency": "EUR"}, {}, None),
        (_CHF_300_000, {"largest_contract_chf": 299_999}, "larger_than_alone"),
        (_CHF_300_000, {"largest_contract_chf": 300_000}, None),
        ({**_CHF_300_000, "value_currency": "EUR"}, {"largest_contract_chf": 1_000}, None),
        ({"reserved_to": ("res-ws",)}, {}, "reserved_to_check"),
        ({"reserved_to": ("",)}, {"statuses": ("sheltered_workshop",)}, "reserved_to_check"),
        ({"reserved_to": ("res-ws",)}, {"statuses": ("sheltered_workshop",)}, None),
        (
            {"reserved_to": ("res-ws",), "buyer_country": "FR"},
            {"statuses": ("sheltered_workshop",)},
            "reserved_abroad",
        ),
        ({"buyer_country": "FR"}, {"statuses": ("sheltered_workshop",)}, None),
        ({"reserved_to": ("res-ws",), "buyer_country": "CH"}, {"statuses": ("sheltered_workshop",)}, None),
        ({"is_execution_reserved": True}, {}, "execution_reserved"),
        ({"is_execution_reserved": True}, {"statuses": ("public_service_mission",)}, "execution_reserved"),
        ({"is_execution_reserved": True}, {"statuses": ("work_integration",)}, None),
        ({"consortium_allowed": Stated.NOT_SPECIFIED, "is_under_treaty": True}, {}, None),
        ({"place_canton": "VD"}, {}, "only_buyer_in_reach"),
        ({"place_canton": None}, {}, None),
        ({"selection_criteria": ("Trois références récentes",)}, {}, "many_references"),
        ({"selection_criteria": ("Références", "Referenzen der Schlüsselperson")}, {}, "many_references"),
        ({"selection_criteria": ("Une référence",)}, {}, None),
        ({"award_criteria_source": CriteriaSource.IN_DOCUMENTS}, {}, "criteria_in_documents"),
        ({"selection_criteria_in_documents": Stated.YES}, {}, "criteria_in_documents"),
        (
            {"title": {"fr": "Entretien"}, "description": {}},
            {"statement": "", "sectors": ()},
            "weak_evidence",
        ),
    ],
)
def test_the_risk_is_what_is_known_to_speak_most_against(
    lot: dict[str, Any], member: dict[str, Any], risk: str | None
) -> None:
    lead = a_lead(lot, member)

    judged = score_lead(lead, a_context(lead), _RULES)

    assert (judged.risk["key"] if judged.risk else None) == risk


def test_of_two_risks_the_heavier_is_said() -> None:
    lead = a_lead(
        {"submission_deadline": NOW + timedelta(days=2), "award_criteria_source": CriteriaSource.IN_DOCUMENTS}
    )

    judged = score_lead(lead, a_context(lead), _RULES)

    assert judged.risk is not None
    assert judged.risk["key"] == "few_days"


@pytest.mark.parametrize(
    ("lot", "member", "sentence"),
    [
        (
            _CHF_300_000,
            {"largest_contract_chf": 100_000},
            "Plus grand (CHF\u00a0300\u202f000) que ce que vous portez seul\u00a0: à prévoir avec d’autres.",
        ),
        (
            {"reserved_to": ("res-pub-ser",)},
            {},
            "Marché réservé, votre statut est à vérifier\u00a0: organisations de mission de service public.",
        ),
        ({"reserved_to": ("",)}, {}, "Marché réservé, votre statut est à vérifier."),
    ],
)
def test_a_risk_is_said_with_its_facts(lot: dict[str, Any], member: dict[str, Any], sentence: str) -> None:
    lead = a_lead(lot, member)

    judged = score_lead(lead, a_context(lead), _RULES)

    assert judged.risk is not None
    assert say(judged.risk, "fr") == sentence
