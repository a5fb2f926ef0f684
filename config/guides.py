"""Typed reader of guides.toml: how a member answers a criterion, a block for each family."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.criteria import ess_criteria
from config.tables import read_table

_LANGUAGES = frozenset({"fr", "de", "it", "en"})


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GuideText(_Block):
    """A guide in one language; what stands under `to_verify` was seen in no source."""

    asked: str = Field(min_length=1)
    proof: str = Field(min_length=1)
    small: str = Field(min_length=1)
    to_verify: tuple[str, ...] = ()


class Guide(_Block):
    """How to answer one family of criteria; `counts`: what the figure of a proof counts, empty for none."""

    family: str
    counts: dict[Literal["fr", "de", "it", "en"], str] = {}
    fr: GuideText
    de: GuideText | None = None
    it: GuideText | None = None
    en: GuideText | None = None

    @model_validator(mode="after")
    def _fits_the_criteria(self) -> Self:
        if self.family not in ess_criteria().by_key():
            raise ValueError(f"{self.family!r} is no criterion of ess_criteria.toml")
        if self.counts and set(self.counts) != _LANGUAGES:
            raise ValueError("counts: in fr, de, it and en")
        return self

    def text(self, language: str) -> tuple[GuideText, str]:
        """The guide for a reader, with the language that it is in: theirs where there is one, else French."""
        own: GuideText | None = {"de": self.de, "it": self.it, "en": self.en}.get(language)
        return (own, language) if own else (self.fr, "fr")


class _Guides(_Block):
    checked: date
    guide: tuple[Guide, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        families = [guide.family for guide in self.guide]
        if len(families) != len(set(families)):
            raise ValueError("a family stands twice")
        if missing := set(ess_criteria().by_key()) - set(families):
            raise ValueError(f"no guide for {', '.join(sorted(missing))}")
        return self


@lru_cache(maxsize=1)
def _read() -> _Guides:
    return read_table(_Guides, "guides.toml")


def guides() -> Mapping[str, Guide]:
    """The guides by family, in the order of the file."""
    return {guide.family: guide for guide in _read().guide}


def guides_checked() -> date:
    """When a person last compared the guides with their sources."""
    return _read().checked
