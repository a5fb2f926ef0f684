"""CPV codes that a profile's text points to, for staff and members to take or to leave."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tables import cpv_words
from matcher.cpv.suggesting import Suggest, no_suggestion
from matcher.words import as_written, language_of, stems_of
from procurement.models import Cpv, in_language

MOST_PROPOSED = 8


@dataclass(frozen=True, slots=True)
class ProposedCode:
    """A code with the words of the text that point to it; how sure a predictor is, when one was asked."""

    code: str
    words: tuple[str, ...] = ()
    confidence: float | None = None


def proposals(
    session: Session, text: str, held: Collection[str], *, suggest: Suggest = no_suggestion
) -> list[ProposedCode]:
    """The codes that a text points to, but those held: by official words, then as a model reads it."""
    found = by_official_words(session, text, held)
    known = {*held, *(each.code for each in found)}
    read = suggest({language_of(text) or "fr": text}) if text.strip() else ()
    found += [ProposedCode(code, confidence=sure) for code, sure in read if code not in known]
    return found[:MOST_PROPOSED]


def by_official_words(session: Session, text: str, held: Collection[str]) -> list[ProposedCode]:
    """The codes whose official words all stand in a text, those of most words first; not what is held.

    Of several codes with the same words the most general is proposed.
    """
    language = language_of(text) or "fr"
    written = as_written(text)
    found: dict[frozenset[str], str] = {}
    for code, label in sorted(_labels(session, language).items()):
        stems = stems_of(label)
        if stems and stems <= written.keys() and code not in held:
            found.setdefault(stems, code)
    ranked = sorted(found.items(), key=lambda each: (-len(each[0]), each[1]))
    return [
        ProposedCode(code, tuple(word for root, word in written.items() if root in stems))
        for stems, code in ranked[:MOST_PROPOSED]
    ]


def _labels(session: Session, language: str) -> Mapping[str, str]:
    """The official words of every code that is known here, in a language."""
    known = session.scalars(select(Cpv))
    return {**cpv_words(), **{row.code: in_language(row.labels, language) for row in known}}
