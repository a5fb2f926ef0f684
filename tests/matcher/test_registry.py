"""Models as folders: what was saved judges as before; what is not what its card says is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matcher.classifier import Linear, RuleOfThumb
from matcher.registry import classifier_in_use, load, save
from matcher.signals import SIGNALS
from procurement.errors import ModelMismatch
from procurement.served import models_folder, promote

_MODEL = Linear("match-1", -3.25, {key: 0.5 + number / 10 for number, key in enumerate(SIGNALS)})


def _saved(data_dir: Path, model: Linear = _MODEL) -> Path:
    models = models_folder(data_dir)
    save(models, model, facts={"purpose": "a test"})
    promote(models, model.version)
    return models


def _change_card(models: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = models / "match-1" / "card.json"
    card = json.loads(path.read_text())
    change(card)
    path.write_text(json.dumps(card))


def test_without_a_model_the_rule_of_thumb_judges(tmp_path: Path) -> None:
    assert isinstance(classifier_in_use(tmp_path), RuleOfThumb)


def test_a_saved_model_judges_as_before(tmp_path: Path) -> None:
    _saved(tmp_path)

    found = classifier_in_use(tmp_path)

    values = dict.fromkeys(SIGNALS, 0.3)
    assert found.version == "match-1"
    assert found.judge(values) == _MODEL.judge(values)


def test_a_signal_that_came_later_does_not_concern_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _saved(tmp_path)
    newest = replace(SIGNALS["cpv_branch"], key="newest")
    monkeypatch.setitem(SIGNALS, "newest", newest)

    assert "newest" not in classifier_in_use(tmp_path).weights


def test_a_signal_that_measures_something_else_now_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _saved(tmp_path)
    monkeypatch.setitem(SIGNALS, "cpv_branch", replace(SIGNALS["cpv_branch"], version=99))

    with pytest.raises(ModelMismatch, match=r"cpv_branch@\d+, which this code lacks.*aimp train"):
        classifier_in_use(tmp_path)


def test_a_signal_that_is_gone_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _saved(tmp_path)
    others = {key: signal for key, signal in SIGNALS.items() if key != "cpv_branch"}
    monkeypatch.setattr("matcher.registry.SIGNALS", others)

    with pytest.raises(ModelMismatch, match="which this code lacks"):
        classifier_in_use(tmp_path)


def test_weights_that_were_changed_by_hand_are_refused(tmp_path: Path) -> None:
    path = _saved(tmp_path) / "match-1" / "weights.json"
    path.write_text(path.read_text().replace("-3.25", "3.25"))

    with pytest.raises(ModelMismatch, match=r"not the file that its card describes.*--roll-back"):
        classifier_in_use(tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda card: card.update(format="linear-0"), "made as linear-0, this code reads"),
        (lambda card: card.update(version="match-2"), "not the file that its card describes"),
        (lambda card: card.update(signals=card["signals"][:-1]), "not those of its card"),
        (lambda card: card.pop("digests"), "cannot be read"),
        (lambda card: card.update(signals=None), "holds no weights"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    models = _saved(tmp_path)
    _change_card(models, change)

    with pytest.raises(ModelMismatch, match=problem):
        load(models, "match-1")


def test_a_model_whose_folder_is_gone_is_never_replaced_in_silence(tmp_path: Path) -> None:
    models = _saved(tmp_path)
    (models / "match-1" / "weights.json").unlink()

    with pytest.raises(ModelMismatch, match="cannot be read"):
        classifier_in_use(tmp_path)


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    models = _saved(tmp_path, replace(_MODEL, base=float("nan")))

    with pytest.raises(ModelMismatch, match="a weight is no number"):
        load(models, "match-1")


@pytest.mark.parametrize("text", ["[]", '{"base": 1}', '{"base": null, "weights": {}}', "no json"])
def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path, text: str) -> None:
    import hashlib

    models = _saved(tmp_path)
    (models / "match-1" / "weights.json").write_text(text)
    _change_card(
        models,
        lambda card: card["digests"].update({"weights.json": hashlib.sha256(text.encode()).hexdigest()}),
    )

    with pytest.raises(ModelMismatch, match="holds no weights"):
        load(models, "match-1")
