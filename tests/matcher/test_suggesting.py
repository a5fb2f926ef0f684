"""Codes for notices without a telling one: from the text, as sure as the model is, never the notice's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matcher.cpv.suggesting import (
    Suggester,
    is_telling,
    no_suggestion,
    suggester_in_use,
    with_suggestions,
)
from matcher.cpv.training import predictor_in_use
from procurement.codes import remember_cpv
from procurement.db import transaction
from procurement.models import Translations
from procurement.served import Kind, models_folder, roll_back
from tests.matcher.cpv.invented import LABELS
from tests.matcher.facts import CLEANING, a_lead, a_lot, signals_of


def words_of(codes: set[str]) -> Mapping[str, Translations]:
    return {code: CLEANING[code] for code in codes}


def as_windows(texts: Mapping[str, str]) -> Sequence[tuple[str, float]]:
    return [("90911300", 0.8)] if "vitres" in texts.get("fr", "") else []


@pytest.mark.parametrize(
    ("code", "says"), [("45000000", False), ("90000000", False), ("90911300", True), ("45200000", True)]
)
def test_a_division_alone_tells_nothing(code: str, says: bool) -> None:
    assert is_telling(code) is says


@pytest.mark.parametrize(
    ("codes", "suggested"),
    [((), (("90911300", 0.8),)), (("90000000",), (("90911300", 0.8),)), (("90919300",), ())],
)
def test_only_a_notice_without_a_telling_code_gets_suggestions(
    codes: tuple[str, ...], suggested: tuple[tuple[str, float], ...]
) -> None:
    lot = a_lot(own_cpv_codes=codes, tender_cpv_codes=(), cpv_words={})

    found = with_suggestions({1: lot}, as_windows, words_of=words_of)[1]

    assert found.suggested_cpv == suggested
    assert found.cpv_codes == codes
    assert set(found.cpv_words) == {code for code, _ in suggested}


def test_a_suggestion_counts_as_much_as_it_is_sure() -> None:
    lot = {"own_cpv_codes": (), "tender_cpv_codes": (), "suggested_cpv": (("90911200", 0.8),)}
    signals = signals_of(a_lead(lot))

    assert (signals["cpv_suggested"].value, signals["cpv_branch"].value) == (0.8, 0.0)
    assert signals["cpv_suggested"].facts["sure"] == 0.8
    assert signals["cpv_suggested"].reason == "cpv_suggested"


def test_nothing_is_suggested_before_the_words_of_codes_are_known(engine: Engine, tmp_path: Path) -> None:
    assert Suggester(engine, tmp_path)({"fr": "Nettoyage des vitres"}) == no_suggestion({})


def test_the_official_words_suffice_to_suggest(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        remember_cpv(session, LABELS, official=True)

    [(code, sure), *_] = Suggester(engine, tmp_path)({"fr": "Développement de logiciels de gestion"})

    assert code == "72262000"
    assert 0.1 <= sure <= 1.0


def test_words_of_too_few_codes_suggest_nothing(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        remember_cpv(session, {"90911300": {"fr": "Vitres"}, "77310000": {"fr": "Jardins"}}, official=True)

    assert Suggester(engine, tmp_path)({"fr": "Nettoyage des vitres"}) == ()


def test_a_model_that_cannot_serve_suggests_nothing_and_is_named(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(engine) as session:
        remember_cpv(session, LABELS, official=True)
    assert predictor_in_use(engine, models=tmp_path) is not None
    [arrays] = tmp_path.rglob("*.npz")
    arrays.write_bytes(arrays.read_bytes()[:-1])

    assert Suggester(engine, tmp_path)({"fr": "Nettoyage des vitres"}) == ()
    assert "cannot serve" in caplog.text


def test_a_worker_that_runs_on_notices_that_another_model_serves(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    with transaction(engine) as session:
        remember_cpv(session, LABELS, official=True)
    text = {"fr": "Développement de logiciels de gestion"}
    assert suggester_in_use(engine, tmp_path)(text)
    serving = suggester_in_use(engine, tmp_path)
    assert suggester_in_use(engine, tmp_path) is serving

    roll_back(models_folder(tmp_path, Kind.CPV), now=now)

    assert suggester_in_use(engine, tmp_path)(text) == ()


def test_a_pointer_that_cannot_be_read_suggests_nothing_and_is_named(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = models_folder(tmp_path, Kind.CPV)
    models.mkdir(parents=True)
    (models / "current").write_text("nonsense")

    assert suggester_in_use(engine, tmp_path)({"fr": "Nettoyage des vitres"}) == ()
    assert "which model is in use" in caplog.text
