"""Words of official codes: the CPV in the reader's language, as sources give it, else as config names it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tables import cpv_words
from procurement.models import Cpv, Translations, in_language

_AT_ONCE = 500


def remember_cpv(session: Session, labels: Mapping[str, Translations], *, official: bool = False) -> int:
    """Keep the words of codes met for the first time, and add languages missing so far; how many changed.

    The words of an official list replace those that a notice gave.
    """
    codes, changed = list(labels), 0
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        known = {row.code: row for row in session.scalars(select(Cpv).where(Cpv.code.in_(some)))}
        for code in some:
            row, words = known.get(code), labels[code]
            if row is None:
                session.add(Cpv(code=code, labels=dict(words)))
                changed += 1
                continue
            joined = {**row.labels, **words} if official else {**words, **row.labels}
            if joined != row.labels:
                row.labels = joined
                changed += 1
    return changed


def cpv_labels(session: Session, codes: Iterable[str], language: str) -> dict[str, str]:
    """The words of these codes for a reader of this language; a code without words is left out."""
    wanted = set(codes)
    words = {code: label for code, label in cpv_words().items() if code in wanted}
    for row in session.scalars(select(Cpv).where(Cpv.code.in_(wanted))):
        words[row.code] = in_language(row.labels, language)
    return words


def cpv_all_languages(session: Session, codes: Iterable[str]) -> dict[str, Translations]:
    """The words of these codes in every language known: a bridge from a French profile."""
    wanted = set(codes)
    words = {code: {"fr": label} for code, label in cpv_words().items() if code in wanted}
    for row in session.scalars(select(Cpv).where(Cpv.code.in_(wanted))):
        words[row.code] = {**words.get(row.code, {}), **row.labels}
    return words
