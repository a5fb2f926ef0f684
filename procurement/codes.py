"""Words of official codes: the CPV in the reader's language, as sources give it, else as config names it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from config.tables import cpv_words
from procurement.models import Buyer, BuyingOffice, Cpv, OfficialList, Translations, in_language

_AT_ONCE = 500
# Written out once: it is asked for every publication.
_CPV = Cpv.__table__
_KNOWN = select(_CPV.c.code, _CPV.c.labels).where(_CPV.c.code.in_(bindparam("codes", expanding=True)))


def remember_cpv(session: Session, labels: Mapping[str, Translations], *, official: bool = False) -> int:
    """Keep the words of codes met for the first time, and add languages missing so far; how many changed.

    The words of an official list replace those that a notice gave.
    """
    session.flush()
    codes, changed = list(labels), 0
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        known = {row.code: row.labels for row in session.connection().execute(_KNOWN, {"codes": some})}
        for code in some:
            before, words = known.get(code), labels[code]
            if before is None:
                session.add(Cpv(code=code, labels=dict(words)))
                changed += 1
                continue
            joined = {**before, **words} if official else {**words, **before}
            if joined != before:
                session.get_one(Cpv, code).labels = joined
                changed += 1
    return changed


def remember_offices(session: Session, *, source: str, cantons: Mapping[str, str]) -> int:
    """Keep the canton of each buying office of a source, give it to buyers without one; how many got one."""
    known = {
        row.source_key: row
        for row in session.scalars(select(BuyingOffice).where(BuyingOffice.source == source))
    }
    for key, canton in cantons.items():
        if key in known:
            known[key].canton = canton
        else:
            session.add(BuyingOffice(source=source, source_key=key, canton=canton))
    unplaced = session.scalars(select(Buyer).where(Buyer.source == source, Buyer.canton.is_(None)))
    placed = [buyer for buyer in unplaced if buyer.source_key in cantons]
    for buyer in placed:
        buyer.canton = cantons[buyer.source_key]
    return len(placed)


def office_canton(session: Session, *, source: str, source_key: str) -> str | None:
    """The canton of the institution above a buying office, when the official lists were read."""
    return session.scalar(
        select(BuyingOffice.canton).where(
            BuyingOffice.source == source, BuyingOffice.source_key == source_key
        )
    )


def note_list(session: Session, *, name: str, entries: int, now: datetime) -> None:
    """Remember that an official list was read, how long it was, and when."""
    row = session.get(OfficialList, name)
    if row is None:
        session.add(OfficialList(name=name, entries=entries, read_at=now))
    else:
        row.entries, row.read_at = entries, now


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
