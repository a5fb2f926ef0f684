"""What a word of the trade is: an enumeration whose members carry labels in four languages."""

from enum import StrEnum
from typing import Self

LANGUAGES = ("fr", "de", "it", "en")


class Labelled(StrEnum):
    """Members carry labels in fr, de, it and en; a missing label is an error at import."""

    labels: dict[str, str]

    def __new__(cls, value: str, fr: str, de: str, it: str, en: str) -> Self:
        """Build the member and keep its four labels."""
        if not all((fr, de, it, en)):
            raise ValueError(f"{cls.__name__}.{value} lacks a label")
        member = str.__new__(cls, value)
        member._value_ = value
        member.labels = {"fr": fr, "de": de, "it": it, "en": en}
        return member

    @classmethod
    def of(cls, value: str) -> Self | None:
        """The member with this value, None when there is none."""
        return next((member for member in cls if member.value == value), None)

    def label(self, language: str = "fr") -> str:
        """The word for a reader of this language, French when the language is not one of ours."""
        return self.labels.get(language, self.labels["fr"])
