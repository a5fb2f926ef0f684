"""What can go wrong, by name; raised where the rule is, caught only at the edges."""

from collections.abc import Mapping
from typing import Any

from procurement.rules import Rule


class AimpError(Exception):
    """Base of every error that the product raises on purpose."""


class RuleBroken(AimpError):
    """An act is against a rule of the trade: its key and facts, worded where it is shown."""

    def __init__(self, rule: Rule, **facts: Any) -> None:
        super().__init__(f"{rule.value}: {facts}")
        self.rule = rule
        self.facts: Mapping[str, Any] = facts


class NotAllowed(AimpError):
    """This person may not do this, or may not know that it exists."""


class UnreadableNotice(AimpError):
    """A source's answer has not the shape it should have; names the place in the answer and what is wrong."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class UnreadableFile(AimpError):
    """A file that a person gave cannot be read; the message names line, column and what is wrong."""


class DatabaseNotReady(AimpError):
    """The database is missing or of another version; the message says which command mends it."""


class ModelMismatch(AimpError):
    """A saved model is not what its card says, or was made by other code; the message says what differs."""
