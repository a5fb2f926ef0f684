"""A model is a folder that says what it is, and is refused when it is something else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.cpv import saved
from matcher.cpv.predictor import CpvPredictor
from procurement.errors import ModelMismatch
from procurement.served import promote
from tests.matcher.cpv.invented import LABELS, notices

_TEXT = {"fr": "Entretien ménager de la piscine"}


@pytest.fixture(scope="module")
def predictor() -> CpvPredictor:
    """A predictor of invented notices and labels."""
    return CpvPredictor.fit(notices(), LABELS)


@pytest.fixture
def folder(predictor: CpvPredictor, tmp_path: Path) -> Path:
    """A saved model."""
    saved.save(predictor, tmp_path, "cpv-x", facts={"metrics": {"accuracy": 0.5}})
    return tmp_path / "cpv-x"


def _change_card(folder: Path, **changes: Any) -> None:
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, **changes}), encoding="utf-8")


def test_a_saved_model_predicts_as_before(predictor: CpvPredictor, folder: Path) -> None:
    loaded, card = saved.load(folder.parent, folder.name)

    assert loaded.predict([_TEXT]) == predictor.predict([_TEXT])
    assert card["metrics"] == {"accuracy": 0.5}
    assert card["version"] == "cpv-x"


def test_nothing_in_a_saved_model_is_a_pickle(folder: Path) -> None:
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        kinds = {arrays[name].dtype.kind for name in arrays}

    assert sorted(path.name for path in folder.iterdir()) == ["arrays.npz", "card.json", "words.json"]
    assert kinds <= set("iuf")


@pytest.mark.parametrize("name", ["arrays.npz", "words.json"])
def test_a_changed_file_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(ModelMismatch, match=name):
        saved.load(folder.parent, folder.name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "cpv-0"}, "made as cpv-0"),
        ({"libraries": {"scikit-learn": "0.24.1"}}, r"scikit-learn 0\.24\.1"),
        ({"probes": {"Nettoyage de bureaux": ["03", 0.9]}}, "its card says 03"),
        ({"digests": None}, "cannot be read|can be read"),
    ],
)
def test_a_model_of_other_code_or_library_is_refused(
    folder: Path, changes: dict[str, Any], said: str
) -> None:
    _change_card(folder, **changes)

    with pytest.raises(ModelMismatch, match=said):
        saved.load(folder.parent, folder.name)


@pytest.mark.parametrize("content", [None, "", "{", "[]"])
def test_a_folder_without_a_readable_card_is_refused(folder: Path, content: str | None) -> None:
    if content is None:
        (folder / "card.json").unlink()
    else:
        (folder / "card.json").write_text(content, encoding="utf-8")

    with pytest.raises(ModelMismatch, match="cpv-x"):
        saved.load(folder.parent, folder.name)


def test_saving_what_is_there_already_leaves_it(predictor: CpvPredictor, folder: Path) -> None:
    before = (folder / "card.json").read_bytes()

    saved.save(predictor, folder.parent, folder.name, facts={"metrics": {}})

    assert (folder / "card.json").read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ["cpv-x"]


def test_no_model_is_in_use_before_one_is_promoted(folder: Path) -> None:
    assert saved.load_in_use(folder.parent) is None

    promote(folder.parent, "cpv-x")

    found = saved.load_in_use(folder.parent)
    assert found is not None
    assert found[1]["version"] == "cpv-x"


def test_a_promoted_model_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    promote(tmp_path, "cpv-gone")

    with pytest.raises(ModelMismatch, match="cpv-gone"):
        saved.load_in_use(tmp_path)
