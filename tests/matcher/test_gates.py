"""Gates: what stops a lead, and that the unknown never does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from matcher.gates import GATES, answers, first_failed
from matcher.lead import Lead, LotFacts, MemberFacts
from procurement.reasons import GATES as WORDED
from procurement.reasons import say_gate
from tests.matcher.facts import a_lead, a_lot

_KNOWN_LOT: dict[str, Any] = {
    "place_canton": "ZH",
    "place_country": "CH",
    "buyer_canton": "ZH",
    "offer_languages": ("de",),
}
_KNOWN_MEMBER: dict[str, Any] = {
    "cantons": ("GE",),
    "offer_languages": ("fr",),
    "excluded_words": ("amiante",),
}


@pytest.mark.parametrize("key", GATES)
def test_a_lot_of_which_nothing_is_known_passes(key: str, now: datetime) -> None:
    lead = Lead(LotFacts(1, 1, "fr", {}), MemberFacts(1, 1, **_KNOWN_MEMBER))

    assert GATES[key].answer(lead, now).passed


@pytest.mark.parametrize("key", GATES)
def test_a_member_of_which_nothing_is_known_passes(key: str, now: datetime) -> None:
    lead = Lead(a_lot(**_KNOWN_LOT), MemberFacts(1, 1))

    assert GATES[key].answer(lead, now).passed


@pytest.mark.parametrize("key", GATES)
def test_every_gate_is_labelled_and_worded(key: str) -> None:
    assert GATES[key].label
    assert key in WORDED


def test_no_gate_is_worded_that_is_not_asked() -> None:
    assert set(WORDED) == set(GATES)


@pytest.mark.parametrize(
    ("lot", "member", "stopped_by"),
    [
        ({}, {}, None),
        ({"is_called": False}, {}, "open"),
        ({"submission_deadline": None}, {}, None),
        ({"place_canton": "VD"}, {}, None),
        ({"place_canton": "VD", "buyer_canton": "VD"}, {}, "place"),
        ({"place_canton": "VD", "buyer_canton": None}, {}, "place"),
        ({"place_canton": "VD", "buyer_canton": "VD"}, {"cantons": ()}, None),
        ({"place_canton": None, "buyer_canton": "VD"}, {}, None),
        ({"place_canton": None, "place_country": "CH", "buyer_canton": "VD"}, {}, None),
        ({"place_canton": None, "place_country": "FR", "buyer_canton": None}, {"cantons": ("FR",)}, "place"),
        ({"place_canton": None, "place_country": "FR"}, {}, None),
        ({}, {"excluded_words": ("Écoles",)}, "excluded_words"),
        ({}, {"excluded_words": ("vitre", "")}, None),
        (
            {"lot_title": {"fr": "Lot 2 : désamiantage"}},
            {"excluded_words": ("desamiantage",)},
            "excluded_words",
        ),
        (
            {"description": {"de": "Asbestsanierung"}},
            {"excluded_words": ("asbestsanierung",)},
            "excluded_words",
        ),
        ({"offer_languages": ("de", "it")}, {}, "language_of_offers"),
        ({"offer_languages": ("de", "fr")}, {}, None),
        ({"offer_languages": ("de",)}, {"offer_languages": ()}, None),
        ({"offer_languages": ()}, {}, None),
    ],
)
def test_a_gate_stops_only_what_is_known_to_be_out(
    lot: dict[str, Any],
    member: dict[str, Any],
    stopped_by: str | None,
    now: datetime,
) -> None:
    failed = first_failed(a_lead(lot, member), now)

    assert (failed.key if failed else None) == stopped_by


@pytest.mark.parametrize("seconds", [-1, 0])
def test_nothing_passes_from_the_very_second_of_the_deadline_on(seconds: int, now: datetime) -> None:
    lead = a_lead({"submission_deadline": now + timedelta(seconds=seconds)})

    assert first_failed(lead, now) is not None


@pytest.mark.parametrize(
    ("lot", "member", "sentence"),
    [
        (
            {"place_canton": "VD", "buyer_canton": "VD"},
            {},
            "Hors du rayon d’action\u00a0: Vaud.",
        ),
        (
            {"place_canton": None, "place_country": "FR", "buyer_canton": None},
            {},
            "Hors du rayon d’action\u00a0: France.",
        ),
        (
            {},
            {"excluded_words": ("écoles",)},
            "L’avis contient un mot exclu par le profil\u00a0: «\u00a0écoles\u00a0».",
        ),
        (
            {"offer_languages": ("de", "it")},
            {},
            "L’offre n’est admise que dans d’autres langues\u00a0: allemand, italien.",
        ),
        ({"is_called": False, "submission_deadline": None}, {}, "Le marché n’est plus ouvert."),
    ],
)
def test_a_gate_says_why(
    lot: dict[str, Any],
    member: dict[str, Any],
    sentence: str,
    now: datetime,
) -> None:
    failed = first_failed(a_lead(lot, member), now)

    assert failed is not None
    assert say_gate({"key": failed.key, "facts": failed.facts}, "fr") == sentence


def test_every_gate_answers_even_after_one_that_stops(now: datetime) -> None:
    given = answers(a_lead({"is_called": False}), now)

    assert [answer.key for answer in given] == list(GATES)
    assert [answer.passed for answer in given] == [False, True, True, True]
