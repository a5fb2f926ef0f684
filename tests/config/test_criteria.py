"""The criteria: every block is whole, its own sentences are read as it says, a bad file names its place."""

from pathlib import Path
from typing import Any

import pytest

from config import tables
from config.criteria import EssCriteria, ess_criteria, ess_criteria_file
from config.settings import BadConfiguration
from matcher.ess.rules import find
from procurement.lens import Polarity

_CRITERIA = ess_criteria().criteria
_LANGUAGES = {"fr", "de", "it", "en"}


def _sentences(which: str) -> list[Any]:
    return [
        pytest.param(criterion.key, language, sentence, id=f"{criterion.key}-{language}-{number}")
        for criterion in _CRITERIA
        for language, said in getattr(criterion, which).items()
        for number, sentence in enumerate(said)
    ]


@pytest.mark.parametrize(("key", "language", "sentence"), _sentences("matches"))
def test_a_criterion_finds_its_own_sentences(key: str, language: str, sentence: str) -> None:
    found = [each for each in find(sentence, language=language) if each.family == key]

    assert found
    assert all(each.polarity is not Polarity.EXCLUDED for each in found)


@pytest.mark.parametrize("field", ["", "award.1.title"])
@pytest.mark.parametrize(("key", "language", "sentence"), _sentences("ignores"))
def test_a_criterion_ignores_what_looks_like_it(key: str, language: str, sentence: str, field: str) -> None:
    assert key not in {each.family for each in find(sentence, language=language, section=field)}


def test_every_family_speaks_to_readers_of_four_languages() -> None:
    assert len(_CRITERIA) == 23
    for criterion in _CRITERIA:
        assert set(criterion.labels) == set(criterion.badge) == _LANGUAGES
        assert criterion.patterns.keys() | criterion.qualifying.keys() >= _LANGUAGES


def test_what_is_recalled_by_memory_is_marked() -> None:
    marks = {basis.mark for criterion in _CRITERIA for basis in criterion.legal_basis}

    assert marks == {"found", "recalled"}


def test_a_code_of_eforms_states_one_criterion() -> None:
    stated = ess_criteria().stated_by("social_objective", "opp")

    assert stated is not None
    assert stated.key == "insertion_socioprofessionnelle"
    assert ess_criteria().stated_by("social_objective", "no such code") is None


def test_other_chambers_get_version_and_licence_with_the_file() -> None:
    file = ess_criteria_file()

    assert f'version = "{ess_criteria().version}"' in file
    assert 'licence = "EUPL-1.2"' in file


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('key = "marche_reserve"', 'key = "biodiversite"', "stands twice"),
        ('gpp_criteria = ["eu", "national", "other"]', 'social_objective = ["opp"]', "social_objective opp"),
        ('badge = { fr = "Insertion", ', 'badge = { fr = "Insertion de longue durée et plus", ', "22"),
        ('badge = { fr = "Insertion", ', "badge = { ", "fr, de, it and en"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, named: str
) -> None:
    file = ess_criteria_file()
    assert old in file
    (tmp_path / "ess_criteria.toml").write_text(file.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)

    with pytest.raises(BadConfiguration, match=named):
        tables.read_table(EssCriteria, "ess_criteria.toml")


@pytest.mark.parametrize(
    ("table", "left"),
    [("matches", "at least two sentences"), ("ignores", "at least one sentence")],
)
def test_a_criterion_without_sentences_is_refused(table: str, left: str) -> None:
    whole = ess_criteria().model_dump()
    whole["criterion"][0][table] = {}

    with pytest.raises(ValueError, match=left):
        EssCriteria.model_validate(whole)
