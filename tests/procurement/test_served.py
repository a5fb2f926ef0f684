"""Which model serves: the last one promoted, until somebody goes back; nothing is lost on the way."""

from datetime import datetime
from pathlib import Path

import pytest

from procurement.errors import ModelMismatch
from procurement.served import (
    KEPT,
    Kind,
    card_of,
    checked,
    models_folder,
    note_rules,
    promote,
    resume,
    roll_back,
    served,
    write_model,
)


def _write(models: Path, version: str) -> None:
    write_model(models, {"version": version, "format": "f"}, files={"weights.json": version.encode()})


def test_without_a_model_none_serves(tmp_path: Path) -> None:
    assert served(tmp_path).version is None


def test_the_model_promoted_last_serves(tmp_path: Path) -> None:
    for version in ("first", "second"):
        _write(tmp_path, version)
        promote(tmp_path, version)

    assert served(tmp_path).version == "second"
    assert card_of(tmp_path, "second")["version"] == "second"


def test_going_back_is_one_act_down_to_the_rules(tmp_path: Path, now: datetime) -> None:
    for version in ("first", "second"):
        _write(tmp_path, version)
        promote(tmp_path, version)

    assert roll_back(tmp_path, now=now).version == "first"
    assert roll_back(tmp_path, now=now).version is None
    assert roll_back(tmp_path, now=now).version is None


def test_who_went_back_is_not_overruled_until_training_may_promote_again(
    tmp_path: Path, now: datetime
) -> None:
    _write(tmp_path, "first")
    promote(tmp_path, "first")

    roll_back(tmp_path, now=now)

    assert served(tmp_path).held_since == now.isoformat()
    assert resume(tmp_path).held_since is None
    assert served(tmp_path).held_since is None


def test_the_last_five_are_kept(tmp_path: Path) -> None:
    versions = [f"model-{number}" for number in range(KEPT + 2)]

    for version in versions:
        _write(tmp_path, version)
        promote(tmp_path, version)

    assert sorted(card.parent.name for card in tmp_path.glob("*/card.json")) == versions[-KEPT:]
    assert served(tmp_path).versions == tuple(versions[-KEPT:])


def test_a_model_promoted_twice_stands_once(tmp_path: Path, now: datetime) -> None:
    for version in ("first", "second", "first"):
        _write(tmp_path, version)
        promote(tmp_path, version)

    assert served(tmp_path).versions == ("second", "first")


def test_a_folder_is_written_once_and_whole(tmp_path: Path) -> None:
    _write(tmp_path, "first")
    card = write_model(tmp_path, {"version": "first", "format": "g"}, files={"weights.json": b"other"})

    assert (tmp_path / "first" / "weights.json").read_text() == "first"
    assert card == card_of(tmp_path, "first")
    assert card["format"] == "f"
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"versions": null, "held_since": null}'])
def test_a_pointer_that_cannot_be_read_is_no_lack_of_a_model(tmp_path: Path, text: str) -> None:
    (tmp_path / "current").write_text(text)

    with pytest.raises(ModelMismatch, match="which model is in use"):
        served(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", None])
def test_a_card_that_cannot_be_read_says_what_to_do(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "first").mkdir()
    if text is not None:
        (tmp_path / "first" / "card.json").write_text(text)

    with pytest.raises(ModelMismatch, match=f"aimp train {tmp_path.name} --roll-back"):
        card_of(tmp_path, "first")


def test_each_kind_of_model_has_its_folder_and_its_way_out(tmp_path: Path) -> None:
    models = models_folder(tmp_path, Kind.CPV)

    with pytest.raises(ModelMismatch, match="aimp train cpv --roll-back; or learn anew with: aimp train cpv"):
        card_of(models, "gone")


def test_a_model_is_what_its_card_says(tmp_path: Path) -> None:
    _write(tmp_path, "first")

    folder, card = checked(tmp_path, "first", made_as="f")

    assert (folder / "weights.json").read_text() == card["version"] == "first"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("weights.json", "other", "weights.json is not the file that its card describes"),
        ("weights.json", None, "cannot be read"),
        ("card.json", '{"format": "f", "version": "second", "digests": {}}', "card.json is not the file"),
        ("card.json", '{"format": "g", "version": "first", "digests": {}}', "made as g, this code reads f"),
        ("card.json", '{"format": "f", "version": "first"}', "cannot be read"),
        ("card.json", '{"format": "f", "version": "first", "digests": []}', "cannot be read"),
        (
            "card.json",
            '{"format": "f", "version": "first", "digests": {"../first/weights.json": ""}}',
            "is not",
        ),
    ],
)
def test_a_model_that_is_not_what_its_card_says_is_refused(
    tmp_path: Path, file: str, content: str | None, said: str
) -> None:
    _write(tmp_path, "first")
    path = tmp_path / "first" / file
    path.unlink()
    if content is not None:
        path.write_text(content)

    with pytest.raises(ModelMismatch, match=said):
        checked(tmp_path, "first", made_as="f")


def test_the_rules_stay_whatever_is_promoted(tmp_path: Path, now: datetime) -> None:
    _write(tmp_path, "rules-x")
    note_rules(tmp_path, "rules-x")

    for number in range(KEPT + 1):
        _write(tmp_path, f"model-{number}")
        promote(tmp_path, f"model-{number}")
    roll_back(tmp_path, now=now)

    assert served(tmp_path).rules == "rules-x"
    assert card_of(tmp_path, "rules-x")["version"] == "rules-x"
