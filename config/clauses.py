"""Typed reader of clauses.toml: model clauses per ESS criterion, with what each rests on and its cautions."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.tables import read_table

# The languages that clauses are written in.
LANGUAGES = ("fr", "de")

Mark = Literal["found", "recalled"]
# Values of `FindingKind`: as what a buyer may use a clause.
Use = Literal[
    "award", "execution_condition", "participation_condition", "technical_spec", "access", "reserved"
]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_french_and_german(value: dict[str, str]) -> dict[str, str]:
    if set(value) != set(LANGUAGES) or not all(value.values()):
        raise ValueError("in fr and de")
    return value


Words = Annotated[dict[str, str], AfterValidator(_is_french_and_german)]


class Basis(_Block):
    """An article or decision: `found` was seen in its source on a day, `recalled` is from memory."""

    key: str
    ref: Words
    mark: Mark
    source: str = ""
    checked: date | None = None

    @model_validator(mode="after")
    def _says_where_it_was_seen(self) -> Self:
        if (self.mark == "found") != bool(self.source and self.checked):
            raise ValueError(f"{self.key}: found has a source and a day, recalled has neither")
        return self


class Caution(_Block):
    """What a buyer should know before using a clause; `recalled`: a claim from memory."""

    key: str
    text: Words
    mark: Mark = "found"
    basis: tuple[str, ...] = ()


class Clause(_Block):
    """A clause as it is proposed: for one criterion, under Swiss or French law, in French and German.

    A criterion may have several; under French law a clause is in French alone.
    """

    key: str = Field(pattern=r"^[a-z][a-z_]*(-[a-z]+)?$", max_length=60)
    family: str
    law: Literal["ch", "fr"]
    uses: tuple[Use, ...] = Field(min_length=1)
    text: dict[Literal["fr", "de"], str]
    weight: Words
    basis: tuple[str, ...] = Field(min_length=1)
    cautions: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        wanted = {"fr"} if self.law == "fr" else {"fr", "de"}
        if set(self.text) != wanted or not all(self.text.values()):
            raise ValueError(f"{self.key}: text in {' and '.join(sorted(wanted))}")
        return self


class Clauses(_Block):
    """The whole file: its version, what the clauses rest on, the cautions, the clauses in order."""

    version: str
    basis: tuple[Basis, ...]
    caution: tuple[Caution, ...]
    clause: tuple[Clause, ...]

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        for blocks in (self.basis, self.caution, self.clause):
            _each_once(block.key for block in blocks)
        known = {basis.key for basis in self.basis}
        named = {key for caution in self.caution for key in caution.basis}
        named |= {key for clause in self.clause for key in clause.basis}
        if named != known:
            raise ValueError(f"basis: unknown or unused: {', '.join(sorted(named ^ known))}")
        known = {caution.key for caution in self.caution}
        named = {key for clause in self.clause for key in clause.cautions}
        if named != known:
            raise ValueError(f"caution: unknown or unused: {', '.join(sorted(named ^ known))}")
        return self

    def bases(self, keys: Iterable[str]) -> list[Basis]:
        """What these keys name, in their order."""
        known = {basis.key: basis for basis in self.basis}
        return [known[key] for key in keys]

    def cautions_of(self, clause: Clause) -> list[Caution]:
        """The cautions of a clause, in its order."""
        known = {caution.key: caution for caution in self.caution}
        return [known[key] for key in clause.cautions]


def _each_once(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{key} stands twice")
        seen.add(key)


@lru_cache(maxsize=1)
def clauses() -> Clauses:
    """The clauses as they are proposed."""
    return read_table(Clauses, "clauses.toml")
