"""The guides: one for every criterion, in French at least, and a bad one stops the start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import guides as module
from config import tables
from config.criteria import ess_criteria
from config.guides import guides
from config.settings import BadConfiguration

_OURS = Path(tables.__file__).parent / "guides.toml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of our own in the place of config/, once the criteria are read."""
    ess_criteria()
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)
    module._read.cache_clear()
    yield tmp_path
    module._read.cache_clear()


def test_every_criterion_has_a_guide_and_every_guide_a_criterion() -> None:
    assert list(guides()) == [criterion.key for criterion in ess_criteria().criteria]


@pytest.mark.parametrize(
    ("language", "found"), [("fr", "fr"), ("de", "de"), ("it", "fr"), ("en", "fr"), ("rm", "fr")]
)
def test_a_guide_is_given_in_the_language_of_its_reader_else_in_french(language: str, found: str) -> None:
    for guide in guides().values():
        text, given = guide.text(language)

        assert given == found
        assert text.asked


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('family = "biodiversite"', 'family = "inconnue"', "'inconnue' is no criterion"),
        ('family = "biodiversite"', 'family = "energie_climat"', "a family stands twice"),
        ('de = "Lernende", ', "", "counts: in fr, de, it and en"),
        ("[guide.fr]\nasked", "[guide.fr]\nwrong", "guide.0.fr"),
    ],
)
def test_a_bad_guide_names_what_is_wrong(folder: Path, old: str, new: str, problem: str) -> None:
    (folder / "guides.toml").write_text(
        _OURS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8"
    )

    with pytest.raises(BadConfiguration, match=f"config/guides.toml.*{problem}"):
        guides()


def test_a_criterion_without_a_guide_is_named(folder: Path) -> None:
    whole = _OURS.read_text(encoding="utf-8")
    (folder / "guides.toml").write_text(whole[: whole.rindex("[[guide]]")], encoding="utf-8")

    with pytest.raises(BadConfiguration, match="no guide for consortium_sous_traitance"):
        guides()
