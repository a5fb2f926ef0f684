"""Signals: numbers in [0, 1] that say how much speaks for a lead."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from config.tables import CpvCode, sectors
from matcher import vectors
from matcher.batch import context_of
from matcher.features import learn_words
from matcher.fields import Fields
from matcher.kinship import CodeIndex, branch_value, shared_depth, significant
from matcher.lead import LotFacts, MemberFacts
from matcher.signals import SIGNALS
from matcher.subject import rescale
from procurement.reasons import say
from procurement.reserved import Status
from procurement.stance import Standing
from procurement.vocabulary import LegalForm
from tests.factories import NOW
from tests.matcher.facts import a_context, a_lead, a_lot, a_member, shows, signals_of

needs_vectors = pytest.mark.skipif(not vectors.are_available(), reason="the extra « vectors » is not there")
_INTEGRATES = Standing(LegalForm.COOPERATIVE, frozenset({Status.WORK_INTEGRATION.value}))
_UNKNOWN = {
    "an unknown lot": (LotFacts(1, 1, "fr", {}), a_member()),
    "an unknown member": (a_lot(), MemberFacts(1, 1)),
    "nothing known": (LotFacts(1, 1, "fr", {}), MemberFacts(1, 1)),
    "both known": (a_lot(), a_member()),
}


@pytest.mark.parametrize("case", _UNKNOWN)
@pytest.mark.parametrize("key", SIGNALS)
def test_every_signal_is_a_number_from_zero_to_one(key: str, case: str) -> None:
    lot, member = _UNKNOWN[case]

    found = signals_of(a_lead(_as_dict(lot), _as_dict(member)))[key]

    assert 0.0 <= found.value <= 1.0


def _as_dict(facts: LotFacts | MemberFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__slots__}


@pytest.mark.parametrize("key", SIGNALS)
def test_every_signal_has_a_label_a_family_and_a_version(key: str) -> None:
    card = SIGNALS[key]

    assert card.label
    assert card.family
    assert card.name == f"{key}@{card.version}"


@pytest.mark.parametrize(
    ("code", "part"), [("90910000", "9091"), ("45000000", "45"), ("30000000", "30"), ("90911201", "90911201")]
)
def test_trailing_zeros_say_nothing(code: str, part: str) -> None:
    assert significant(code) == part


@pytest.mark.parametrize(
    ("own", "other", "depth"),
    [
        ("90911200", "90919300", 4),
        ("90910000", "90911200", 4),
        ("45000000", "45210000", 2),
        ("90911200", "98310000", 0),
        ("30000000", "30200000", 2),
    ],
)
def test_codes_share_the_digits_that_both_mean(own: str, other: str, depth: int) -> None:
    assert shared_depth(own, other) == depth


@pytest.mark.parametrize(
    ("own", "other", "value"),
    [
        ("90911200", "98310000", 0.0),
        ("45421000", "45210000", 0.15),
        ("45421000", "45420000", 0.7),
        ("90911200", "90919300", 0.7),
        ("79822500", "79823000", 0.7),
        ("85312110", "85312120", 1.0),
        ("85312300", "85312110", 0.85),
        ("90911200", "90911200", 1.0),
        ("90910000", "90910000", 1.0),
        ("85300000", "85300000", 0.6),
        ("45000000", "45000000", 0.3),
    ],
)
def test_the_deeper_two_codes_agree_the_more_it_says(own: str, other: str, value: float) -> None:
    assert branch_value(own, other) == value


def test_an_index_of_codes_gives_the_same_when_it_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = [("90911200", "45421000"), (), ("90919300",)]
    asked = ("90919300", "90911200", "45000000", "98310000", "90919300")
    index = CodeIndex(carried)
    kept = [index.nearest(code).tolist() for code in asked]
    monkeypatch.setattr("matcher.kinship._MOST_KNOWN", 1)
    forgetful = CodeIndex(carried)

    assert [forgetful.nearest(code).tolist() for code in asked] == kept
    assert kept[0] == [0.7, 0.0, 1.0]
    assert index.nearest_of(()).tolist() == [0.0, 0.0, 0.0]


def test_the_nearest_pair_of_codes_is_named_with_its_words() -> None:
    found = signals_of(a_lead({"own_cpv_codes": ("98000000", "90911300")}))["cpv_branch"]

    assert found.value == 0.85
    assert found.reason == "cpv_near"
    assert found.facts["own_code"] == "90911200"
    assert found.facts["own_labels"]["de"] == "Gebäudereinigung"


def test_a_code_below_the_members_own_lies_in_its_branch() -> None:
    found = signals_of(a_lead(member={"cpv_codes": ("90910000",)}))["cpv_branch"]

    assert (found.reason, found.facts["own_code"]) == ("cpv_under", "90910000")


def test_a_code_of_the_tender_counts_less_where_the_lot_has_its_own() -> None:
    lead = a_lead({"own_cpv_codes": ("39130000",), "tender_cpv_codes": ("39130000", "90919300")})

    assert signals_of(lead)["cpv_branch"].value == 0.8


@pytest.mark.parametrize(
    ("codes", "value", "reason"),
    [
        (("90911200",), 1.0, "sector_core"),
        (("85312110",), 0.0, None),
        ((), 0.0, None),
    ],
)
def test_a_code_lies_in_a_members_sector_or_not(
    codes: tuple[str, ...], value: float, reason: str | None
) -> None:
    found = signals_of(a_lead({"own_cpv_codes": codes, "tender_cpv_codes": ()}))["sector_branch"]

    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize(
    ("sector", "code", "value"),
    [
        ("formation_education", "80500000", 1.0),
        ("formation_education", "80100000", 0.7),
        ("insertion_emploi", "79611000", 0.5),
        ("insertion_emploi", "85312000", 0.3),
    ],
)
def test_the_border_of_a_sector_says_less_than_its_core(sector: str, code: str, value: float) -> None:
    lead = a_lead({"own_cpv_codes": (code,), "tender_cpv_codes": ()}, {"sectors": (sector, "unknown")})

    assert signals_of(lead)["sector_branch"].value == value


@pytest.mark.parametrize(("code", "value"), [("90911300", 0.0), ("90911200", 1.0), ("90910000", 1.0)])
def test_what_a_sector_excludes_is_not_in_it(code: str, value: float) -> None:
    key = "nettoyage_conciergerie_blanchisserie"
    windows = CpvCode(code="90911300", label="Services de nettoyage de vitres")
    sector = sectors()[key].model_copy(update={"excluded": [windows]})
    lead = a_lead({"own_cpv_codes": (code,), "tender_cpv_codes": ()})
    context = a_context(lead)
    context.fields = Fields({key: sector})

    assert SIGNALS["sector_branch"].measure(lead.lot, context).tolist() == [value]


@pytest.mark.parametrize(
    ("lot", "least", "most"),
    [
        ({"title": {"fr": "Nettoyage"}, "description": {}}, 0.7, 0.7),
        ({"title": {"fr": "Écoles"}, "lot_title": {"fr": "Nettoyage"}, "description": {}}, 0.6, 0.6),
        ({"title": {"fr": "Écoles"}, "description": {"fr": "avec nettoyage"}}, 0.25, 0.25),
        ({"title": {"fr": "Nettoyage et conciergerie"}, "description": {"fr": "vitres"}}, 0.9, 1.0),
        ({"title": {"de": "Unterhaltsreinigung"}, "description": {}, "language": "de"}, 0.7, 1.0),
        ({"title": {"fr": "Informatique"}, "description": {}}, 0.0, 0.0),
    ],
)
def test_sector_words_count_most_in_a_title(lot: dict[str, Any], least: float, most: float) -> None:
    assert least <= signals_of(a_lead(lot))["sector_words"].value <= most


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Ascenseurs", None),
        ("Mobilier pour écoles", None),
        ("Vitres des écoles", "title_words"),
    ],
)
def test_a_single_word_in_a_title_is_not_worth_saying(title: str, reason: str | None) -> None:
    found = signals_of(a_lead({"title": {"fr": title}}))["bm25_likeness"]

    assert found.reason == reason


def test_a_rare_word_that_both_use_tells_more_than_a_common_one() -> None:
    common = [a_lot(id=number, title={"fr": "Écoles"}, description={}) for number in range(2, 9)]
    rare = a_lot(title={"fr": "Crèches"}, description={})
    member = a_member(sectors=(), cpv_codes=(), cpv_words={})
    weights = learn_words([rare, *common], [member], sectors=sectors())
    context = context_of([member, MemberFacts(2, 1)], weights, now=NOW)

    of_rare, of_common = (SIGNALS["bm25_likeness"].measure(lot, context) for lot in (rare, common[0]))

    assert of_rare[0] > of_common[0] > 0
    assert of_rare[1] == 0.0


@pytest.mark.parametrize(
    ("lot", "member", "value", "reason"),
    [
        ({}, {}, 1.0, "place_in_reach"),
        ({"place_canton": "VD"}, {}, 0.6, None),
        ({"place_canton": None}, {}, 0.6, "buyer_in_reach"),
        ({"place_canton": None, "buyer_canton": None}, {}, 0.5, None),
        ({"place_canton": "VD", "buyer_canton": "VD"}, {}, 0.0, None),
        ({}, {"cantons": ()}, 0.5, None),
    ],
)
def test_the_buyers_seat_alone_says_less_than_the_place(
    lot: dict[str, Any], member: dict[str, Any], value: float, reason: str | None
) -> None:
    found = signals_of(a_lead(lot, member))["within_reach"]

    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize(
    ("lot", "member", "value", "reason"),
    [
        ({"offer_languages": ("de", "fr")}, {}, 1.0, None),
        ({"offer_languages": ("de", "fr"), "language": "de"}, {}, 1.0, "offer_language"),
        ({"offer_languages": ("de",)}, {}, 0.0, None),
        ({"offer_languages": ()}, {}, 0.8, None),
        ({"offer_languages": (), "language": "de"}, {}, 0.4, None),
        ({"offer_languages": ("de",)}, {"offer_languages": ()}, 0.5, None),
    ],
)
def test_a_language_of_the_offer_that_is_the_members_fits(
    lot: dict[str, Any], member: dict[str, Any], value: float, reason: str | None
) -> None:
    found = signals_of(a_lead(lot, member))["language_fits"]

    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize(
    ("days", "value"), [(-1, 0.0), (0, 0.0), (5, 0.25), (20, 1.0), (60, 1.0), (None, 0.5)]
)
def test_twenty_days_are_enough_and_none_are_none(days: int | None, value: float) -> None:
    deadline = None if days is None else NOW + timedelta(days=days)

    assert signals_of(a_lead({"submission_deadline": deadline}))["days_left"].value == value


def test_likeness_is_rescaled_without_changing_its_order() -> None:
    likeness = np.array([-0.1, 0.0, 0.01, 0.05, 0.15, 0.3, 1.0])

    found = rescale(likeness)

    assert found[1] == 0.0
    assert found[4] == pytest.approx(0.5)
    assert found[-1] < 1.0
    assert (np.diff(found[1:]) > 0).all()


def test_texts_that_share_two_words_say_which() -> None:
    found = signals_of(a_lead())["text_likeness"]

    assert found.reason == "text_likeness"
    assert {"nettoyage", "écoles"} <= set(found.facts["words"])


@pytest.mark.parametrize(
    ("value", "bounds", "fits"),
    [
        (80_000, (None, 100_000), 1.0),
        (80_000, (50_000, None), 1.0),
        (80_000, (50_000, 100_000), 1.0),
        (120_000, (50_000, 100_000), 0.0),
        (20_000, (50_000, 100_000), 0.0),
        (80_000, (None, None), 0.0),
        (None, (50_000, 100_000), 0.0),
    ],
)
def test_a_size_fits_when_value_and_bounds_are_known(
    value: int | None, bounds: tuple[int | None, int | None], fits: float
) -> None:
    least, most = bounds
    lot = {"value_amount": value, "value_currency": "CHF"}
    member = {"smallest_contract_chf": least, "largest_contract_chf": most}

    assert signals_of(a_lead(lot, member))["size_fits"].value == fits


_APPRENTICES = "apprentissage_formation"


@pytest.mark.parametrize(
    ("families", "standing", "value"),
    [
        ({_APPRENTICES: None}, shows(_APPRENTICES), 0.5),
        ({_APPRENTICES: 10.0}, shows(_APPRENTICES), 0.75),
        ({_APPRENTICES: 40.0, "mobilite_douce": None}, shows(_APPRENTICES), 1.0),
        ({_APPRENTICES: 10.0}, shows(_APPRENTICES, valid_until=(NOW + timedelta(days=29)).date()), 0.0),
        ({_APPRENTICES: 10.0}, shows("mobilite_douce"), 0.0),
        ({_APPRENTICES: 10.0}, None, 0.0),
        ({}, shows(_APPRENTICES), 0.0),
        ({"insertion_socioprofessionnelle": None}, _INTEGRATES, 0.5),
    ],
)
def test_a_criterion_that_the_member_can_answer_on_the_last_day_speaks_for_the_lot(
    families: dict[str, float | None], standing: Standing | None, value: float
) -> None:
    found = signals_of(a_lead({"ess_families": families}, {"standing": standing}))["ess_answerable"]

    assert found.value == value


def test_a_criterion_of_another_version_is_said_without_its_name() -> None:
    found = signals_of(a_lead({"ess_families": {"gone": 10.0}}, {"standing": shows("gone")}))[
        "ess_answerable"
    ]

    assert say({"key": found.reason, "facts": found.facts}, "fr").startswith("Un critère pondéré auquel")


@needs_vectors
def test_meaning_speaks_only_where_languages_differ() -> None:
    german = {"language": "de", "title": {"de": "Reinigung von zwei Schulen"}, "description": {}}
    other = {"language": "de", "title": {"de": "Software für Buchhaltung"}, "description": {}}

    near, far, french = (signals_of(a_lead(lot))["meaning"].value for lot in (german, other, {}))

    assert near > far
    assert french == 0.0


@needs_vectors
def test_what_is_written_in_no_known_language_means_nothing() -> None:
    silent = signals_of(a_lead({"language": "de", "title": {"de": "Reinigung"}}, {"statement": "XYZ"}))

    assert silent["meaning"].value == 0.0


def test_without_the_package_of_vectors_all_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.vectors.are_available", lambda: False)
    german = {"language": "de", "title": {"de": "Reinigung von zwei Schulen"}, "description": {}}

    found = signals_of(a_lead(german))

    assert found["meaning"].value == 0.0
    assert found["text_likeness"].value > 0.0
