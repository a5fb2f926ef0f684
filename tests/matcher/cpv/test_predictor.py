"""A code is told from words: of notices, of official labels, in four languages, with a sober confidence."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from matcher.cpv.examples import Example, usable
from matcher.cpv.predictor import CpvPredictor
from procurement.errors import NothingToLearn
from tests.matcher.cpv.invented import LABELS, notices


@pytest.fixture(scope="module")
def predictor() -> CpvPredictor:
    """A predictor of invented notices and labels."""
    return CpvPredictor.fit(notices(20), LABELS)


@pytest.mark.parametrize(
    ("language", "text", "division"),
    [
        ("fr", "Récurage des sols du gymnase", "90"),
        ("de", "Wartung einer Fachanwendung für die Schule", "72"),
        ("it", "Servizi di pulizia degli uffici", "90"),
        ("en", "Software development for a library", "72"),
    ],
)
def test_the_division_is_told_in_four_languages_be_it_by_labels_alone(
    predictor: CpvPredictor, language: str, text: str, division: str
) -> None:
    first = predictor.predict_divisions({language: text})[0]

    assert first.code == division


def test_labels_alone_are_enough_to_begin_with() -> None:
    cold = CpvPredictor.fit([], LABELS)

    assert cold.predict_divisions({"de": "Fensterreinigung im Rathaus"})[0].code == "90"
    assert cold.predict_cpv({"fr": "Nettoyage de vitres de la mairie"})[0].code == "90911300"


def test_notices_alone_are_enough_too() -> None:
    assert CpvPredictor.fit(notices(), {}).predict_divisions({"fr": "Livraison de salades"})[0].code == "03"


def test_without_notices_and_labels_there_is_nothing_to_learn() -> None:
    with pytest.raises(NothingToLearn, match="aimp codes"):
        CpvPredictor.fit([], {})


def test_two_divisions_are_told_apart_as_three_are() -> None:
    two = {code: words for code, words in LABELS.items() if not code.startswith("72")}

    found = CpvPredictor.fit([], two).predict_divisions({"fr": "Produits agricoles"})

    assert [each.code for each in found] == ["03", "90"]


def test_codes_lie_in_divisions_and_their_confidences_add_up(predictor: CpvPredictor) -> None:
    ((divisions, codes),) = predictor.predict([{"fr": "Nettoyage des vitres et des sols"}], most=len(LABELS))

    assert sum(each.confidence for each in divisions) == pytest.approx(1, abs=0.001)
    for division in divisions:
        of_division = [each.confidence for each in codes if each.code.startswith(division.code)]
        assert sum(of_division) == pytest.approx(division.confidence, abs=0.001)
    assert all(one.confidence >= two.confidence for one, two in pairwise(codes))


def test_at_most_five_are_named_unless_more_are_asked_for(predictor: CpvPredictor) -> None:
    assert len(predictor.predict_cpv({"fr": "Nettoyage"})) == 5
    assert len(predictor.predict_cpv({"fr": "Nettoyage"}, most=1)) == 1


@pytest.mark.parametrize("texts", [{}, {"fr": ""}, {"fr": " \n", "de": ""}])
def test_nothing_is_said_of_a_notice_without_text(predictor: CpvPredictor, texts: dict[str, str]) -> None:
    assert predictor.predict_cpv(texts) == []
    assert predictor.predict_divisions(texts) == []


def test_unknown_words_leave_it_unsure(predictor: CpvPredictor) -> None:
    unknown = predictor.predict_divisions({"fr": "Zzyzx qwrtp"})[0]
    known = predictor.predict_divisions({"fr": "Récurage des sols et des sanitaires"})[0]

    assert unknown.confidence < known.confidence


def test_the_languages_of_a_notice_are_weighed_together(predictor: CpvPredictor) -> None:
    vague = {"fr": "Divers"}
    alone = predictor.predict_divisions(vague)[0]

    both = predictor.predict_divisions({**vague, "de": "Feuchtwischen der Böden, Unterhaltsreinigung"})[0]

    assert both.code == "90"
    assert (alone.code, alone.confidence) != (both.code, both.confidence)


def test_the_same_notices_teach_the_same() -> None:
    one, two = (CpvPredictor.fit(notices(20), LABELS) for _ in range(2))

    assert np.array_equal(one.weights, two.weights)
    assert one.sharpness == two.sharpness


def test_confidence_is_learnt_from_the_latest_notices() -> None:
    early = notices(20)
    # The latest notices carry codes that their words do not tell: whoever learnt earlier is often wrong.
    codes = sorted({example.code for example in early})
    odd = [
        Example(
            each.text, codes[(codes.index(each.code) + row) % 3], each.language, date(2026, 1, 1), f"{row}"
        )
        for row, each in enumerate(early[:80])
    ]

    sober = CpvPredictor.fit([*early, *odd], LABELS)
    sure = CpvPredictor.fit([*early, *notices(7, first=date(2026, 1, 1))], LABELS)

    assert sober.sharpness[0] < sure.sharpness[0]


def test_examples_without_text_or_with_codes_that_do_not_exist_are_left_out() -> None:
    day = date(2025, 1, 6)
    good = Example("Nettoyage", "90910000", "fr", day, "good")
    bad = [
        Example("  ", "90910000", "fr", day, "no text"),
        Example("Nettoyage", "9091000", "fr", day, "seven digits"),
        Example("Nettoyage", "22222222", "fr", day, "no such division"),
        Example("Nettoyage", "9091000X", "fr", day, "no digit"),
    ]

    assert usable([*bad, good], LABELS) == [good]
