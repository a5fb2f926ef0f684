"""Typed reader of papers.toml: the papers of a consortium, section by section, with what each rests on."""

from collections.abc import Iterable
from functools import lru_cache
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.clauses import Basis, Words
from config.tables import read_table

# Values of `procurement.clauses.Law` and `procurement.papers.GroupForm`.
LawKey = Literal["ch", "fr"]
FormKey = Literal["joint", "solidary"]
# What is filled in from the room: a word of the text in braces, or a table after it.
PLACES = frozenset({"lead", "buyer", "title", "number", "deadline", "lots"})
Part = Literal["parties", "subcontractors", "why", "shares", "work", "tasks"]
Annex = Literal["subcontractors", "rules"]

_PAGE_LANGUAGES = frozenset({"fr", "de", "it", "en"})


def _is_for_every_reader(value: dict[str, str]) -> dict[str, str]:
    if set(value) != _PAGE_LANGUAGES or not all(value.values()):
        raise ValueError("in fr, de, it and en")
    return value


PageWords = Annotated[dict[str, str], AfterValidator(_is_for_every_reader)]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PaperBasis(Basis):
    """An article that a section rests on, of the law of one country."""

    law: LawKey


class Section(_Block):
    """A numbered section, each line of its text a numbered clause; for one law or both, one form or both.

    `shows`: what of the room follows the text, in this order.
    """

    heading: Words
    text: Words
    law: LawKey | None = None
    form: FormKey | None = None
    basis: tuple[str, ...] = Field(min_length=1)
    shows: tuple[Part, ...] = ()

    @model_validator(mode="after")
    def _asks_for_what_a_room_knows(self) -> Self:
        for text in self.text.values():
            if unknown := {name for _, name, _, _ in Formatter().parse(text) if name is not None} - PLACES:
                raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        if self.form and self.law != "fr":
            raise ValueError("only a group under French law has a form")
        return self

    def is_for(self, law: str, form: str | None) -> bool:
        """Whether it stands in a paper under this law and of this form."""
        return self.law in (None, law) and self.form in (None, form)


class Paper(_Block):
    """A paper that a room can have made: what for, when it is due, who signs it, and its sections."""

    key: str = Field(pattern=r"^[a-z]{1,20}$")
    title: Words
    french_law_title: Words | None = None
    purpose: PageWords
    due: PageWords
    # Values of `ConsortiumState` in which it makes sense; in the others it can be made all the same.
    states: tuple[str, ...] = Field(min_length=1)
    signed_by: Literal["partners", "everybody", "nobody"]
    annexes: tuple[Annex, ...] = ()
    section: tuple[Section, ...] = Field(min_length=1)

    def has_forms(self, law: str) -> bool:
        """Whether whoever makes it under this law has to say which form the group has."""
        return any(section.form is not None and section.law == law for section in self.section)

    def title_under(self, law: str) -> Words:
        """Its title, as the law of the tender calls it."""
        return self.french_law_title if law == "fr" and self.french_law_title else self.title


class Papers(_Block):
    """The whole file: its version, the articles, the words of tables and notes, the papers in order."""

    version: str
    basis: tuple[PaperBasis, ...]
    word: dict[str, Words]
    paper: tuple[Paper, ...]

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        laws = {basis.key: basis.law for basis in self.basis}
        sections = [section for paper in self.paper for section in paper.section]
        for keys in ([basis.key for basis in self.basis], [paper.key for paper in self.paper]):
            if twice := sorted({key for key in keys if keys.count(key) > 1}):
                raise ValueError(f"{', '.join(twice)} stands twice")
        named = {key for section in sections for key in section.basis}
        if named != set(laws):
            raise ValueError(f"basis: unknown or unused: {', '.join(sorted(named ^ set(laws)))}")
        for section in sections:
            for law in (section.law,) if section.law else ("ch", "fr"):
                if law not in {laws[key] for key in section.basis}:
                    raise ValueError(f"{section.heading['fr']}: no article under the law {law!r}")
        return self

    def bases(self, keys: Iterable[str], law: str) -> list[PaperBasis]:
        """What these keys name under a law, in their order."""
        known = {basis.key: basis for basis in self.basis}
        return [known[key] for key in keys if known[key].law == law]

    def by_key(self) -> dict[str, Paper]:
        """The papers by their keys."""
        return {paper.key: paper for paper in self.paper}


@lru_cache(maxsize=1)
def papers() -> Papers:
    """The papers as they stand."""
    return read_table(Papers, "papers.toml")
