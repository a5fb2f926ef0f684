"""Training learns from what is stored, and serves what it learnt only when later notices speak for it."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

import aimp
from matcher.cpv import saved
from matcher.cpv.examples import stored_examples
from matcher.cpv.training import predictor_in_use, train, version_of
from procurement.codes import remember_cpv
from procurement.db import transaction
from procurement.errors import NothingToLearn
from procurement.models import Tender
from procurement.served import promote, resume, roll_back, served
from tests.factories import make_tender
from tests.matcher.cpv.invented import LABELS, notices


def _store_labels(engine: Engine) -> None:
    with transaction(engine) as session:
        remember_cpv(session, LABELS, official=True)


def _store_notices(engine: Engine, days: int, *, first: date, is_odd: bool = False) -> None:
    """Tenders of the invented notices; odd ones carry the code of another subject."""
    codes = sorted({example.code for example in notices(1)})
    with transaction(engine) as session:
        for example in notices(days, first=first):
            code = codes[(codes.index(example.code) + is_odd) % len(codes)]
            text = {example.language: example.text}
            tender = make_tender(
                session, title=text, description={}, cpv_codes=[code], published_on=example.published_on
            )
            tender.lots[0].title, tender.lots[0].description = text, {}
            tender.lots[0].cpv_codes = [code]


def test_without_words_of_codes_there_is_no_predictor(engine: Engine, tmp_path: Path) -> None:
    assert predictor_in_use(engine, models=tmp_path / "models") is None
    assert not (tmp_path / "models").exists()


def test_the_words_of_codes_alone_make_one_that_is_kept(engine: Engine, tmp_path: Path) -> None:
    _store_labels(engine)

    first = predictor_in_use(engine, models=tmp_path)
    version = served(tmp_path).version
    again = predictor_in_use(engine, models=tmp_path)

    assert first is not None
    assert again is not None
    assert first.predict_cpv({"it": "Pulizia di vetri"}) == again.predict_cpv({"it": "Pulizia di vetri"})
    assert version == version_of([], LABELS)
    assert served(tmp_path).version == version


def test_training_without_anything_stored_says_what_would_help(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(NothingToLearn, match="aimp codes"):
        train(engine, models=tmp_path, now=now)


def test_notices_teach_more_than_labels_and_are_promoted(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    _store_labels(engine)
    predictor_in_use(engine, models=tmp_path)
    _store_notices(engine, 30, first=date(2026, 1, 5))

    report = train(engine, models=tmp_path, now=now)

    assert report.is_promoted, report
    assert report.f1 is not None
    assert report.f1_in_use is not None
    assert report.f1 > report.f1_in_use
    assert served(tmp_path).version == report.version
    found = saved.load_in_use(tmp_path)
    assert found is not None
    card = found[1]
    assert card["trained_until"] == "2026-02-03"
    assert card["metrics"]["weighted_f1"] == pytest.approx(report.f1)
    assert card["data"]["examples"] == {"fr": 180, "de": 180, "it": 0, "en": 0}


def test_training_again_without_later_notices_changes_nothing(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    _store_labels(engine)
    _store_notices(engine, 30, first=date(2026, 1, 5))
    first = train(engine, models=tmp_path, now=now)

    report = train(engine, models=tmp_path, now=now + timedelta(days=1))

    assert not report.is_promoted
    assert "fewer than" in report.why
    assert served(tmp_path).version == first.version


def test_what_is_worse_on_later_notices_is_not_promoted(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    _store_labels(engine)
    _store_notices(engine, 10, first=date(2026, 1, 5))
    first = train(engine, models=tmp_path, now=now)
    # Many wrong codes in between, then right ones that judge: whoever learns from the wrong ones knows less.
    _store_notices(engine, 30, first=date(2026, 2, 1), is_odd=True)
    _store_notices(engine, 10, first=date(2026, 6, 1))

    report = train(engine, models=tmp_path, now=now)

    assert not report.is_promoted, report
    assert report.f1 is not None
    assert report.f1_in_use is not None
    assert report.f1 < report.f1_in_use
    assert served(tmp_path).version == first.version


def test_a_model_that_cannot_be_loaded_is_replaced(engine: Engine, tmp_path: Path, now: datetime) -> None:
    _store_labels(engine)
    promote(tmp_path, "cpv-gone")

    report = train(engine, models=tmp_path, now=now)

    assert report.is_promoted
    assert saved.load_in_use(tmp_path) is not None


def test_who_went_back_is_not_overruled_until_training_may_promote_again(
    engine: Engine, tmp_path: Path, now: datetime
) -> None:
    _store_labels(engine)
    predictor_in_use(engine, models=tmp_path)
    roll_back(tmp_path, now=now)
    _store_notices(engine, 10, first=date(2026, 1, 5))

    held = train(engine, models=tmp_path, now=now)

    assert not held.is_promoted
    assert "aimp train cpv --resume" in held.why
    # Behind the first one there is none: nothing makes another by itself.
    assert predictor_in_use(engine, models=tmp_path) is None
    resume(tmp_path)
    assert train(engine, models=tmp_path, now=now).is_promoted


def test_a_tender_and_its_only_lot_are_one_example(engine: Engine) -> None:
    _store_notices(engine, 1, first=date(2026, 1, 5))

    with transaction(engine, read_only=True) as session:
        assert len(stored_examples(session)) == 12


def test_a_lot_with_a_code_of_its_own_is_an_example_and_a_merged_tender_is_none(engine: Engine) -> None:
    with transaction(engine) as session:
        title = {"fr": "Rénovation", "de": "Sanierung"}
        kept = make_tender(session, title=title, description={}, cpv_codes=["45000000"])
        kept.lots[0].title, kept.lots[0].description = {"fr": "Peinture"}, {}
        kept.lots[0].cpv_codes = ["45442100"]
        merged = make_tender(session, title={"fr": "Même marché"}, cpv_codes=["45000000"])
        session.flush()
        session.get_one(Tender, merged.id).merged_into_id = kept.id

    with transaction(engine, read_only=True) as session:
        found = {(example.text, example.code) for example in stored_examples(session)}

    assert found == {("Rénovation", "45000000"), ("Sanierung", "45000000"), ("Peinture", "45442100")}


def test_the_command_says_what_came_of_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store_labels(engine)
    monkeypatch.setattr("matcher.commands.ready_engine", lambda: engine)
    monkeypatch.setattr("matcher.commands.settings", lambda: type("S", (), {"data_dir": tmp_path}))

    result = CliRunner().invoke(aimp.main, ["train", "cpv"])

    assert result.exit_code == 0, result.output
    assert "promoted: none was in use" in result.output
    assert served(tmp_path / "models" / "cpv").version is not None


def test_a_new_installation_that_has_nothing_to_learn_from_has_not_failed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.commands.ready_engine", lambda: engine)
    monkeypatch.setattr("matcher.commands.settings", lambda: type("S", (), {"data_dir": tmp_path}))

    result = CliRunner().invoke(aimp.main, ["train", "cpv"])

    assert result.exit_code == 0, result.output
    assert "nothing was learnt" in result.output
