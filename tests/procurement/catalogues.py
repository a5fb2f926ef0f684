"""The catalogues of translations for tests, and French that is left in what a reader sees."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FIELD = re.compile(r"\{\w*\}|%\(\w+\)s")


@lru_cache
def catalogue(language: str) -> Catalog:
    """The catalogue of a language, as it is in the project."""
    with (ROOT / "procurement" / "translations" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(catalog: Catalog) -> Iterator[Message]:
    """The messages of a catalogue, less its header."""
    return (message for message in catalog if message.id)


def translated(language: str) -> list[Message]:
    """The messages of a language that have a translation; those that lack one are another test's."""
    return [message for message in texts(catalogue(language)) if all(forms_of(message))]


def forms_of(message: Message) -> tuple[str, ...]:
    """The translation of a message: one form, or one for each number."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string),)


def names(message: Message) -> tuple[str, ...]:
    """The French of a message: one form, or singular and plural."""
    return tuple(message.id) if isinstance(message.id, list | tuple) else (str(message.id),)


def french_in(shown: str, language: str) -> list[str]:
    """What stands in a text as it does in a French message, and not in one of its language."""
    spaced = " ".join(shown.split())
    ours = " \n ".join(form for message in texts(catalogue(language)) for form in forms_of(message))
    pieces = {
        " ".join(piece.split()).strip(" .,:;?!()")
        for message in texts(catalogue(language))
        for text in names(message)
        for piece in FIELD.split(text)
    }
    return [
        piece
        for piece in sorted(pieces)
        if len(piece) >= 4 and re.search(rf"\b{re.escape(piece)}\b", spaced) and piece not in ours
    ]
