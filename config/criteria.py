"""Typed reader of ess_criteria.toml: what a notice may ask for, by which words it is found."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from config.tables import read_table

_LONGEST_BADGE = 22
_LANGUAGES = frozenset({"fr", "de", "it", "en"})

# Patterns by language; those under `any` are read in a text of every language.
Patterns = dict[Literal["fr", "de", "it", "en", "any"], tuple[str, ...]]
Sentences = dict[Literal["fr", "de", "it", "en"], tuple[str, ...]]


EformsList = Literal[
    "social_objective",
    "environmental_impact",
    "gpp_criteria",
    "strategic_procurement",
    "accessibility",
    "reserved",
]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LegalBasis(_Block):
    """What a criterion rests on; `recalled`: by memory, to be verified by a person before it is shown."""

    ref: str
    mark: Literal["found", "recalled"]
    source: str = ""


class EssCriterion(_Block):
    """One family of criteria: how it is called, what it rests on, and by which words it is found.

    `patterns` name it anywhere, `weak` only among award criteria, `qualifying` speak of the bidder, not of
    what is bought; `ignore` are words that look like it,
    `negative` and `limited` turn a rule of access into a refusal or a bound. `matches` and `ignores` are
    sentences that a test reads.
    """

    key: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")
    group: str
    labels: dict[str, str]
    badge: dict[str, str]
    definition: dict[str, str]
    goal: str = ""
    treaty_gate: str = "none"
    # Codes of eForms that state this criterion, by the list that they stand in; each code states one.
    eforms: dict[EformsList, tuple[str, ...]] = {}
    # Where its words stand beside « réservé », the contract is reserved to those it speaks of.
    may_be_reserved: bool = False
    legal_basis: tuple[LegalBasis, ...] = ()
    # What `qualifying` names is signed by every bidder: only a criterion with a weight sets one apart by it.
    is_condition_for_all: bool = False
    patterns: Patterns = {}
    weak: Patterns = {}
    qualifying: Patterns = {}
    ignore: Patterns = {}
    negative: Patterns = {}
    limited: Patterns = {}
    matches: Sentences
    ignores: Sentences

    @field_validator("labels", "badge")
    @classmethod
    def _speaks_four_languages(cls, value: dict[str, str]) -> dict[str, str]:
        if set(value) != _LANGUAGES:
            raise ValueError("in fr, de, it and en")
        return value

    @field_validator("badge")
    @classmethod
    def _is_short(cls, value: dict[str, str]) -> dict[str, str]:
        if any(len(text) > _LONGEST_BADGE for text in value.values()):
            raise ValueError(f"at most {_LONGEST_BADGE} characters")
        return value

    @field_validator("matches")
    @classmethod
    def _has_examples(cls, value: Sentences) -> Sentences:
        if sum(map(len, value.values())) < 2:
            raise ValueError("at least two sentences that it finds")
        return value

    @field_validator("ignores")
    @classmethod
    def _has_a_counterexample(cls, value: Sentences) -> Sentences:
        if not any(value.values()):
            raise ValueError("at least one sentence that it does not find")
        return value


class SectionForm(_Block):
    """A part of a notice that decides what a finding in it means.

    `fields` are names of form fields (`*` stands for anything), `headings` open it within a text, `cues`
    show within a sentence that it speaks for this part.
    """

    key: Literal[
        "award",
        "execution",
        "qualification",
        "participation",
        "subject",
        "procedure",
        "money",
        "boilerplate",
    ]
    fields: tuple[str, ...] = ()
    headings: Patterns = {}
    cues: Patterns = {}


class Negation(_Block):
    """Words that, right before a criterion or right after it, say that it is not asked for."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class EssCriteria(_Block):
    """The whole file: its version, the criteria in order, and what they share."""

    version: str
    licence: str
    ignore: Patterns = {}
    negation: Negation
    section: tuple[SectionForm, ...]
    criterion: tuple[EssCriterion, ...]

    @property
    def criteria(self) -> tuple[EssCriterion, ...]:
        """The criteria, in the order of the file."""
        return self.criterion

    def by_key(self) -> Mapping[str, EssCriterion]:
        """The criteria by key."""
        return {criterion.key: criterion for criterion in self.criterion}

    @field_validator("criterion")
    @classmethod
    def _each_once(cls, value: tuple[EssCriterion, ...]) -> tuple[EssCriterion, ...]:
        keys = [criterion.key for criterion in value]
        codes = [
            f"{name} {code}"
            for criterion in value
            for name, stated in criterion.eforms.items()
            for code in stated
        ]
        twice = {each for each in (*keys, *codes) if (*keys, *codes).count(each) > 1}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} stands twice")
        return value

    def stated_by(self, name: str, code: str) -> EssCriterion | None:
        """The criterion that a code of a list of eForms states; None when no criterion knows it."""
        return next(
            (
                each
                for each in self.criterion
                for known, codes in each.eforms.items()
                if known == name and code in codes
            ),
            None,
        )


_NAME = "ess_criteria.toml"


def ess_criteria_file() -> str:
    """The file as it is written: what other chambers take over, its version and licence at the top."""
    return (Path(__file__).parent / _NAME).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def ess_criteria() -> EssCriteria:
    """The criteria as they are read, labelled and exported."""
    return read_table(EssCriteria, _NAME)


def family_label(family: str, language: str) -> str:
    """The name of a family of criteria; one that the file does not know any more keeps its key."""
    known = ess_criteria().by_key().get(family)
    return known.labels.get(language, known.labels["fr"]) if known else family


def family_badge(family: str, language: str) -> str:
    """The same in few words, for lists."""
    known = ess_criteria().by_key().get(family)
    return known.badge.get(language, known.badge["fr"]) if known else family
