"""Words of official codes: the CPV in the reader's language, as sources give it, else as config names it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tables import cpv_words
from procurement.models import Cpv, Translations, in_language


def remember_cpv(session: Session, labels: Mapping[str, Translations]) -> None:
    """Keep the words of codes met for the first time, and add languages missing so far."""
    if not labels:
        return
    known = {row.code: row for row in session.scalars(select(Cpv).where(Cpv.code.in_(labels)))}
    for code, words in labels.items():
        row = known.get(code)
        if row is None:
            session.add(Cpv(code=code, labels=dict(words)))
        elif set(words) - set(row.labels):
            row.labels = {**words, **row.labels}


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
