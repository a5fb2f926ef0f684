"""Typed reader of preparation.toml: tasks before a bid is handed in, attestations and how old they may be."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from config.law import SourceOfLaw, Words
from config.readers import Table
from config.tables import read_table

# Whose rules: of Geneva, of France, of every other buyer.
Where = Literal["GE", "FR", "*"]
ANY: Where = "*"
Mark = Literal["found", "recalled"]
# The days of a task are those of a call this long.
WHOLE_CALL_DAYS = 40


class Checked(Table):
    """From which source something is known, on which day that was checked, and how sure it is."""

    source: str
    mark: Mark
    checked: date


class TaskTemplate(Table):
    """A task counted back from the deadline, or from the date of the questions where there is one."""

    key: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")
    of: tuple[Where, ...] = Field(min_length=1)
    days: int = Field(ge=0, le=WHOLE_CALL_DAYS)
    least: int = Field(0, ge=0)
    before_questions: int | None = Field(None, ge=0)
    whose: Literal["lead", "each", "all"]
    text: Words
    law: Checked | None = None


class AskedWhere(Checked):
    """Where an attestation is asked for, and how many months old it may be; None: its own last day counts."""

    of: Where
    months: int | None = Field(None, ge=1, le=24)


class AttestationKind(Table):
    """A paper that buyers ask every member for."""

    key: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")
    names: Words
    where: tuple[AskedWhere, ...] = Field(min_length=1)

    def asked(self, where: Where) -> AskedWhere | None:
        """What is asked by such a buyer; None: it is not asked for."""
        return next((each for each in self.where if each.of == where), None)


class Preparation(Table):
    """The whole file."""

    source: tuple[SourceOfLaw, ...]
    task: tuple[TaskTemplate, ...]
    attestation: tuple[AttestationKind, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        known = {source.key for source in self.source}
        for rows in (self.source, self.task, self.attestation):
            keys = [row.key for row in rows]
            if len(keys) != len(set(keys)):
                raise ValueError("a key stands twice")
        used = {task.law.source for task in self.task if task.law}
        used |= {each.source for kind in self.attestation for each in kind.where}
        if unknown := used - known:
            raise ValueError(f"no source {', '.join(sorted(unknown))}")
        if any(task.least > task.days for task in self.task):
            raise ValueError("least is at most days")
        return self

    def sources(self) -> Mapping[str, SourceOfLaw]:
        """The sources by key."""
        return {source.key: source for source in self.source}

    def tasks(self) -> Mapping[str, TaskTemplate]:
        """The tasks by key, in the order of the file."""
        return {task.key: task for task in self.task}

    def attestations(self) -> Mapping[str, AttestationKind]:
        """The attestations by key, in the order of the file."""
        return {kind.key: kind for kind in self.attestation}


@lru_cache(maxsize=1)
def preparation() -> Preparation:
    """The tasks and attestations, read once."""
    return read_table(Preparation, "preparation.toml")
