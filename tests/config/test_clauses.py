"""The model clauses: whole for every criterion, well typeset, honest about what was seen and what not."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import tables
from config.clauses import Clause, Clauses, clauses
from config.criteria import ess_criteria
from procurement.lens import FindingKind

_FILE = Path(tables.__file__).parent / "clauses.toml"
_BREAKABLE = re.compile(r"\S [:;?!»%]|« |\w'\w")


def _facts() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _french() -> list[str]:
    file = clauses()
    texts = [clause.text["fr"] for clause in file.clause] + [clause.weight["fr"] for clause in file.clause]
    return [*texts, *(each.text["fr"] for each in file.caution), *(each.ref["fr"] for each in file.basis)]


def _german() -> list[str]:
    file = clauses()
    texts = [clause.text["de"] for clause in file.clause if "de" in clause.text]
    texts += [clause.weight["de"] for clause in file.clause]
    return [*texts, *(each.text["de"] for each in file.caution), *(each.ref["de"] for each in file.basis)]


def test_every_criterion_has_a_clause() -> None:
    assert {clause.family for clause in clauses().clause} == set(ess_criteria().by_key())


@pytest.mark.parametrize("clause", clauses().clause, ids=lambda clause: clause.key)
def test_a_clause_is_used_as_what_a_notice_knows_and_under_the_law_it_names(clause: Clause) -> None:
    refs = [basis.ref["fr"] for basis in clauses().bases(clause.basis)]

    assert all(FindingKind.of(use) for use in clause.uses)
    assert clause.key.partition("-")[0] == clause.family
    # A French article beside a Swiss one would be law that nobody has.
    assert all(ref.startswith(("CCP", "Loi", "Directive")) for ref in refs) == (clause.law == "fr")


def test_an_award_criterion_that_the_treaties_forbid_says_so() -> None:
    kept_from_treaties = {
        criterion.key
        for criterion in ess_criteria().criteria
        if criterion.treaty_gate == "award_criterion_only_non_treaty"
    }

    for clause in clauses().clause:
        if clause.law == "ch" and clause.family in kept_from_treaties:
            assert "treaty" in clause.cautions
            assert "complement" in clause.cautions


def test_what_has_a_weight_is_told_to_be_published() -> None:
    for clause in clauses().clause:
        if clause.law == "ch" and clause.uses[0] == "award":
            assert "published" in clause.cautions, clause.key


def test_nearness_never_prefers_a_place() -> None:
    (near,) = [clause for clause in clauses().clause if clause.family == "proximite_circuit_court"]

    assert "local" in near.cautions
    assert "Aucune origine" in near.text["fr"]


def test_french_and_german_are_typeset_in_their_own_way() -> None:
    assert [text for text in _french() if _BREAKABLE.search(text)] == []
    assert [text for text in _german() if re.search(r"[ß'„“]|« |\S [:;?!]", text)] == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda facts: facts["basis"][0].pop("source"), "found has a source and a day"),
        (lambda facts: facts["basis"][0].update(mark="recalled"), "recalled has neither"),
        (lambda facts: facts["clause"][0]["text"].pop("de"), "text in de and fr"),
        (lambda facts: facts["clause"][0]["weight"].pop("de"), "in fr and de"),
        (lambda facts: facts["clause"][0].update(basis=["lmp_99"]), "unknown or unused: .*lmp_99"),
        (lambda facts: facts["caution"].append({**facts["caution"][0], "key": "idle"}), "unused: idle"),
        (lambda facts: facts["clause"].append(facts["clause"][0]), "stands twice"),
        (lambda facts: facts["clause"][0].update(uses=["wish"]), "uses"),
    ],
)
def test_a_clause_file_that_is_not_whole_is_refused(change: Any, problem: str) -> None:
    facts = _facts()
    change(facts)

    with pytest.raises(ValidationError, match=problem):
        Clauses.model_validate(facts)
