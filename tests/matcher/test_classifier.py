"""The rule of thumb: subject decides, circumstances only shade, and the terms add up."""

import math
import random
import subprocess
import sys
from typing import Any

import pytest

from matcher.classifier import BASE, RuleOfThumb, logistic
from matcher.judge import score_lead
from matcher.signals import SIGNALS
from tests.matcher.facts import a_context, a_lead

_RULES = RuleOfThumb()


def test_every_signal_has_a_weight_and_every_weight_a_signal() -> None:
    assert set(_RULES.weights) == set(SIGNALS)


@pytest.mark.parametrize("seed", range(20))
def test_the_terms_sum_to_the_logit(seed: int) -> None:
    chance = random.Random(seed)
    values = {key: chance.random() for key in SIGNALS}

    judged = _RULES.judge(values)

    assert sum(judged.terms.values()) == pytest.approx(math.log(judged.score / (1 - judged.score)), abs=1e-9)
    assert judged.logit == pytest.approx(sum(judged.terms.values()), abs=1e-9)


@pytest.mark.parametrize("logit", [-800.0, -1.0, 0.0, 1.0, 800.0])
def test_a_score_stays_between_zero_and_one(logit: float) -> None:
    assert 0.0 <= logistic(logit) <= 1.0


def test_circumstances_alone_never_bring_a_lot_near_a_member() -> None:
    circumstances = {
        key: 1.0 for key, card in SIGNALS.items() if card.family in ("place", "language", "time")
    }

    assert _RULES.judge(circumstances).score < 0.2


@pytest.mark.parametrize("key", [key for key, card in SIGNALS.items() if card.family in ("codes", "words")])
def test_no_sign_of_the_subject_makes_a_strong_match_by_itself(key: str) -> None:
    circumstances = {
        key: 1.0 for key, card in SIGNALS.items() if card.family in ("place", "language", "time")
    }

    assert _RULES.judge(circumstances | {key: 1.0}).score < 0.6


def test_a_signal_that_is_not_measured_adds_nothing() -> None:
    assert _RULES.judge({}).terms[BASE] == _RULES.judge({}).logit


_GERMAN: dict[str, Any] = {
    "language": "de",
    "title": {"de": "Unterhaltsreinigung von zwei Schulen in Genf"},
    "description": {"de": "Reinigung der Schulzimmer und der Fenster."},
}
_ITALIAN: dict[str, Any] = {
    "language": "it",
    "title": {"it": "Pulizia di due scuole"},
    "description": {"it": "Servizi di pulizia degli edifici scolastici."},
}
_TUNNEL: dict[str, Any] = {
    "title": {"fr": "Mandat d’ingénieur pour l’assainissement d’un tunnel routier"},
    "description": {"fr": "Études de projet et direction des travaux de génie civil."},
    "own_cpv_codes": ("71322000",),
    "tender_cpv_codes": (),
}
_GENERIC: dict[str, Any] = {
    "title": {"fr": "Gymnastique"},
    "description": {"fr": "Leçons."},
    "own_cpv_codes": ("80000000",),
    "tender_cpv_codes": (),
}
_LAUNDRY: dict[str, Any] = {
    "title": {"fr": "Traitement du linge d’un foyer"},
    "description": {"fr": "Collecte, lavage et livraison du linge plat."},
    "own_cpv_codes": ("98310000",),
    "tender_cpv_codes": (),
}


@pytest.mark.parametrize(
    ("lot", "member", "least", "most"),
    [
        ({}, {}, 0.6, 1.0),
        (_GERMAN, {}, 0.6, 1.0),
        (_ITALIAN, {}, 0.6, 1.0),
        ({"place_canton": None}, {}, 0.6, 1.0),
        ({"own_cpv_codes": (), "tender_cpv_codes": ()}, {}, 0.35, 1.0),
        (_LAUNDRY, {}, 0.1, 0.6),
        (_TUNNEL, {}, 0.0, 0.2),
        (_GENERIC, {"cpv_codes": ("80000000",), "sectors": ("formation_education",)}, 0.0, 0.35),
    ],
)
def test_clear_fits_are_strong_and_strangers_are_not(
    lot: dict[str, Any], member: dict[str, Any], least: float, most: float
) -> None:
    lead = a_lead(lot, member)

    judged = score_lead(lead, a_context(lead), _RULES)

    assert least <= judged.score < most


def test_gates_signals_and_rules_do_without_scikit_learn() -> None:
    program = "import sys, matcher.run, matcher.answer, procurement.reasons; print('sklearn' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"
