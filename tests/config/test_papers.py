"""The texts of the papers: whole, honest about what was seen, and refused where they are not."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import tables
from config.papers import PLACES, Papers, papers
from procurement.clauses import Law
from procurement.teaming import ConsortiumState, GroupForm

_FILE = Path(tables.__file__).parent / "papers.toml"


def _facts() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def test_there_are_the_four_papers() -> None:
    assert list(papers().by_key()) == ["intent", "agreement", "power", "tasks"]


def test_the_file_speaks_the_words_of_the_trade() -> None:
    for paper in papers().paper:
        assert all(ConsortiumState.of(state) for state in paper.states), paper.key
        for section in paper.section:
            assert section.law is None or Law.of(section.law)
            assert section.form is None or GroupForm.of(section.form)


@pytest.mark.parametrize("form", GroupForm)
def test_both_forms_of_a_french_group_have_every_section_once(form: GroupForm) -> None:
    for paper in papers().paper:
        for law in Law:
            shown = [
                each.heading["fr"]
                for each in paper.section
                if each.is_for(law.value, form.value if law is Law.FRENCH else None)
            ]
            assert len(shown) == len(set(shown)), paper.key


def test_german_is_swiss_and_both_have_their_apostrophes_and_quotes() -> None:
    text = _FILE.read_text(encoding="utf-8")

    assert re.findall(r"[ß„“'\u00a0]", re.sub(r"^#.*$", "", text, flags=re.MULTILINE)) == []


def test_french_and_german_have_the_same_clauses_with_the_same_blanks_and_words() -> None:
    for section in (section for paper in papers().paper for section in paper.section):
        french, german = (section.text[language].strip().splitlines() for language in ("fr", "de"))
        assert len(french) == len(german), section.heading["fr"]
        for ours, theirs in zip(french, german, strict=True):
            marks = re.compile(rf"…………|☐|\{{(?:{'|'.join(PLACES)})\}}")
            assert sorted(marks.findall(ours)) == sorted(marks.findall(theirs)), ours


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda facts: facts["basis"][0].pop("source"), "found has a source and a day"),
        (lambda facts: facts["basis"].append(facts["basis"][0]), "co_530 stands twice"),
        (lambda facts: facts["paper"].append(facts["paper"][0]), "intent stands twice"),
        (lambda facts: facts["paper"][0]["section"][0].update(basis=["co_9999"]), "co_9999"),
        (lambda facts: facts["paper"][0]["section"][0].update(law="fr"), "no article under the law"),
        (lambda facts: facts["paper"][0]["section"][0].update(form="joint"), "only a group under French"),
        (lambda facts: facts["paper"][0]["section"][0]["text"].update(fr="Le {price}"), "unknown: price"),
        (lambda facts: facts["paper"][0]["section"][0]["text"].pop("de"), "in fr and de"),
        (lambda facts: facts["paper"][0]["due"].pop("it"), "in fr, de, it and en"),
        (lambda facts: facts["paper"][0].update(section=[]), "section"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(change: Any, problem: str) -> None:
    facts = _facts()
    change(facts)

    with pytest.raises(ValidationError, match=problem):
        Papers.model_validate(facts)
