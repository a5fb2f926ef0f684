"""Gates: what stops a lead, and that the unknown never does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from matcher.gates import GATES, answers, first_failed
from matcher.lead import Lead, LotFacts, MemberFacts
from procurement.labelled import LANGUAGES
from procurement.reasons import GATES as WORDED
from procurement.reasons import say_gate
from procurement.vocabulary import Stated
from tests.factories import NOW
from tests.matcher.facts import a_lead, a_lot

_ALONE = {"consortium_allowed": Stated.NO, "subcontracting_allowed": Stated.NO}
_LARGE = {"value_amount": 900_000, "value_currency": "CHF"}
_SMALL = {"value_amount": 900, "value_currency": "CHF"}
# For each gate a lot and a member that it stops, and of both only what it needs to know for that.
_STOPPED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "open": ({"submission_deadline": NOW - timedelta(days=1)}, {}),
    "place": ({"place_canton": "ZH"}, {"cantons": ("GE",)}),
    "excluded_words": ({"description": {"fr": "Retrait d’amiante"}}, {"excluded_words": ("amiante",)}),
    "language_of_offers": ({"offer_languages": ("de",)}, {"offer_languages": ("fr",)}),
    "worthwhile": (_SMALL, {"smallest_contract_chf": 5_000}),
    "size": ({**_LARGE, **_ALONE}, {"largest_contract_chf": 250_000}),
    "reserved": ({"reserved_to": ("res-ws",)}, {"statuses": ("public_service_mission",)}),
}
_KNOWN_LOT: dict[str, Any] = {
    "place_canton": "ZH",
    "place_country": "CH",
    "buyer_canton": "ZH",
    "offer_languages": ("de",),
    "reserved_to": ("res-ws",),
    **_LARGE,
    **_ALONE,
}
_KNOWN_MEMBER: dict[str, Any] = {
    "cantons": ("GE",),
    "offer_languages": ("fr",),
    "excluded_words": ("amiante",),
    "statuses": (),
    "largest_contract_chf": 1,
    "smallest_contract_chf": 1,
}


def _bare_lead(lot: dict[str, Any], member: dict[str, Any]) -> Lead:
    """A lead of which these facts are known and nothing else."""
    return Lead(
        LotFacts(**{"id": 1, "tender_id": 1, "language": "fr", "title": {}, **lot}),
        MemberFacts(1, 1, **member),
    )


@pytest.mark.parametrize("key", GATES)
def test_a_lead_of_which_nothing_is_known_passes(key: str, now: datetime) -> None:
    assert GATES[key].answer(_bare_lead({}, {}), now).passed


@pytest.mark.parametrize("key", GATES)
def test_every_gate_stops_something_and_no_other_gate_does(key: str, now: datetime) -> None:
    given = answers(_bare_lead(*_STOPPED[key]), now)

    assert [answer.key for answer in given if not answer.passed] == [key]


@pytest.mark.parametrize(
    ("key", "fact"), [(key, fact) for key, known in _STOPPED.items() for fact in (*known[0], *known[1])]
)
def test_whatever_of_it_is_not_known_lets_it_pass(key: str, fact: str, now: datetime) -> None:
    lot, member = ({name: value for name, value in side.items() if name != fact} for side in _STOPPED[key])

    assert GATES[key].answer(_bare_lead(lot, member), now).passed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", GATES)
def test_what_a_gate_stops_is_said_with_its_facts_in_every_language(
    key: str, language: str, now: datetime
) -> None:
    failed = first_failed(_bare_lead(*_STOPPED[key]), now)

    assert failed is not None
    said = {each: say_gate({"key": failed.key, "facts": failed.facts}, each) for each in LANGUAGES}
    assert said[language].endswith(".")
    assert said[language] != WORDED[key].plain[language]
    assert len(set(said.values())) == len(LANGUAGES)


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
        # Exactly what it carries is not too much; nor is another currency, or what can be done with others.
        ({**_ALONE, **_LARGE}, {"largest_contract_chf": 900_000}, None),
        ({**_ALONE, **_LARGE}, {"largest_contract_chf": 899_999}, "size"),
        ({**_ALONE, **_LARGE, "value_currency": "EUR"}, {"largest_contract_chf": 1_000}, None),
        ({**_ALONE, **_LARGE, "consortium_allowed": Stated.YES}, {"largest_contract_chf": 1_000}, None),
        ({**_ALONE, **_LARGE, "subcontracting_allowed": Stated.YES}, {"largest_contract_chf": 1_000}, None),
        ({**_ALONE, **_LARGE, "has_rules_in_documents": True}, {"largest_contract_chf": 1_000}, None),
        (_SMALL, {"smallest_contract_chf": 900}, None),
        (_SMALL, {"smallest_contract_chf": 901}, "worthwhile"),
        ({**_SMALL, "value_currency": "EUR"}, {"smallest_contract_chf": 5_000}, None),
        # Reserved: one status of several is enough, and what we do not know may be the member's.
        ({"reserved_to": ("res-ws",)}, {"statuses": ()}, "reserved"),
        ({"reserved_to": ("res-ws",)}, {"statuses": ("sheltered_workshop",)}, None),
        ({"reserved_to": ("res-ws",)}, {"statuses": ("work_integration",)}, None),
        ({"reserved_to": ("res-pub-ser",)}, {"statuses": ("work_integration",)}, "reserved"),
        ({"reserved_to": ("res-pub-ser",)}, {"statuses": ("public_service_mission",)}, None),
        ({"reserved_to": ("res-pub-ser", "res-ws")}, {"statuses": ("sheltered_workshop",)}, None),
        ({"reserved_to": ("",)}, {"statuses": ()}, None),
        ({"reserved_to": ("res-ws", "res-prison")}, {"statuses": ()}, None),
        ({"reserved_to": ("res-ws",)}, {"statuses": ("of_a_later_list",)}, None),
        ({"is_execution_reserved": True}, {"statuses": ()}, None),
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
        (
            {**_ALONE, **_LARGE},
            {"largest_contract_chf": 250_000},
            "Trop grand pour être porté seul, et l’avis n’admet ni communauté ni sous-traitance\u00a0: "
            "CHF\u00a0900\u202f000.",
        ),
        (
            _SMALL,
            {"smallest_contract_chf": 5_000},
            "Plus petit que ce que le profil demande\u00a0: CHF\u00a0900.",
        ),
        (
            {"reserved_to": ("res-ws",)},
            {"statuses": ()},
            "Réservé à un statut que le profil n’a pas\u00a0: ateliers protégés et opérateurs d’insertion.",
        ),
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
    assert [answer.key for answer in given if not answer.passed] == ["open"]
