"""Searches that a person keeps under a name, and what they find that is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.cleaning import one_line
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Person, SavedSearch
from procurement.rules import Rule
from procurement.search.finding import Search, added_since, hits_of
from procurement.search.shelf import Standing

MOST_SAVED = 20
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved search with how many hits it has, and how many came since it was last looked at."""

    row: SavedSearch
    total: int
    new: int


def address_of(search: Search) -> str:
    """What stands after the question mark of a search's address."""
    return urlencode(search.pairs)


def search_at(address: str) -> Search:
    """The search of an address, as `address_of` writes it."""
    return Search.of(parse_qsl(address))


def save(session: Session, *, person: Person, search: Search, name: str, now: datetime) -> SavedSearch:
    """Keep a search under a name; of the same name there is one, the newest."""
    name = one_line(name, longest=LONGEST_NAME)
    if not name:
        raise RuleBroken(Rule.WORDS_NEEDED)
    own = select(SavedSearch).where(SavedSearch.person_id == person.id)
    row = session.scalar(own.where(SavedSearch.name == name))
    if row is None:
        if (session.scalar(select(func.count()).select_from(own.subquery())) or 0) >= MOST_SAVED:
            raise RuleBroken(Rule.TOO_MANY_SAVED, most=MOST_SAVED)
        row = SavedSearch(person_id=person.id, name=name)
        session.add(row)
    row.address, row.saved_at, row.seen_at = address_of(search), now, now
    session.flush()
    _audit(session, row, person, "search.save", now)
    return row


def look_at(session: Session, *, row: SavedSearch, person: Person, now: datetime) -> None:
    """Note that its person looks at its hits: none of them is new any more."""
    _must_own(row, person)
    row.seen_at = now
    _audit(session, row, person, "search.look", now)


def remove(session: Session, *, row: SavedSearch, person: Person, now: datetime) -> None:
    """Forget a saved search."""
    _must_own(row, person)
    _audit(session, row, person, "search.remove", now)
    session.delete(row)


def kept_by(session: Session, standing: Standing, *, person: Person, hidden: int) -> Sequence[Kept]:
    """The searches of a person by name, counted now."""
    rows = session.scalars(
        select(SavedSearch).where(SavedSearch.person_id == person.id).order_by(SavedSearch.name)
    )
    found = []
    for row in rows:
        hits = hits_of(session, standing, search_at(row.address), hidden=hidden)
        new = hits & added_since(session, standing, row.seen_at)
        found.append(Kept(row, hits.bit_count(), new.bit_count()))
    return found


def _must_own(row: SavedSearch, person: Person) -> None:
    if row.person_id != person.id:
        raise NotAllowed


def _audit(session: Session, row: SavedSearch, person: Person, act: str, now: datetime) -> None:
    write_audit(
        session, person=person, act=act, subject=f"search:{row.id}", facts={"name": row.name}, now=now
    )
