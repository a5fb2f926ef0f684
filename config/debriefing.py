"""Typed reader of debriefing.toml: what to ask a buyer after its decision, and what that rests on."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.tables import read_table


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: str = Field(min_length=1)
    de: str = Field(min_length=1)
    it: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        """The words for a reader; French for a language that we do not speak."""
        return {"de": self.de, "it": self.it, "en": self.en}.get(language, self.fr)


class Basis(_Words):
    """What asking rests on: where it was read and when, or that it is only recalled."""

    mark: Literal["found", "recalled"]
    checked: date
    source: str = Field(min_length=1)


class DebriefingQuestion(_Words):
    """A question to the buyer; answers are kept under its key, which never changes."""

    key: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")


class Debriefing(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: tuple[Basis, ...] = Field(min_length=1)
    question: tuple[DebriefingQuestion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _asks_each_once(self) -> Self:
        keys = [question.key for question in self.question]
        if len(keys) != len(set(keys)):
            raise ValueError("a question stands twice")
        return self

    def by_key(self) -> Mapping[str, DebriefingQuestion]:
        """The questions by key, in the order of the file."""
        return {question.key: question for question in self.question}


@lru_cache(maxsize=1)
def debriefing() -> Debriefing:
    """The questions and what they rest on, read once."""
    return read_table(Debriefing, "debriefing.toml")
