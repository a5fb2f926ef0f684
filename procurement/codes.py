"""Official lists: the words of the CPV for a reader, and where each buying office of a source belongs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from config.tables import cpv_words
from procurement.cantons import BuyerLevel
from procurement.models import Buyer, BuyingOffice, Cpv, OfficialList, Translations, in_language

_AT_ONCE = 500
# Written out once: it is asked for every publication.
_CPV = Cpv.__table__
_KNOWN = select(_CPV.c.code, _CPV.c.labels).where(_CPV.c.code.in_(bindparam("codes", expanding=True)))


@lru_cache(maxsize=20_000)
def significant(code: str) -> str:
    """The part of a CPV code that says something: without trailing zeros, two digits at the least."""
    return code[:2] + code[2:].rstrip("0")


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


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a buying office belongs by the official lists; what they do not say is None."""

    canton: str | None = None
    level: BuyerLevel | None = None


def remember_offices(session: Session, *, source: str, seats: Mapping[str, Seat]) -> int:
    """Keep where each buying office of a source belongs, and tell buyers that lack it; how many learnt it."""
    known = {
        row.source_key: row
        for row in session.scalars(select(BuyingOffice).where(BuyingOffice.source == source))
    }
    for key, seat in seats.items():
        row = known.get(key) or BuyingOffice(source=source, source_key=key)
        row.canton, row.level = seat.canton, seat.level
        session.add(row)
    lacking = or_(Buyer.canton.is_(None), Buyer.level.is_(None))
    told = 0
    for buyer in session.scalars(select(Buyer).where(Buyer.source == source, lacking)):
        seat = seats.get(buyer.source_key, Seat())
        before = buyer.canton, buyer.level
        buyer.canton, buyer.level = buyer.canton or seat.canton, buyer.level or seat.level
        told += (buyer.canton, buyer.level) != before
    return told


def office_seat(session: Session, *, source: str, source_key: str) -> Seat:
    """Where a buying office belongs, when the official lists were read."""
    row = session.execute(
        select(BuyingOffice.canton, BuyingOffice.level).where(
            BuyingOffice.source == source, BuyingOffice.source_key == source_key
        )
    ).one_or_none()
    return Seat(row.canton, row.level) if row else Seat()


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
