"""What is said and decided in a room: by those inside, read by those inside, never the price of the bid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from procurement.accounts import write_audit
from procurement.cleaning import clean_text
from procurement.consortiums import inside, may_enter
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Consortium, Person, RoomPost
from procurement.rules import Rule
from procurement.teaming import PostKind

LONGEST = 4_000
PAGE = 30
_MOST_DECISIONS = 200
_NUMBER = r"\d+(?:['’.,\s]\d+)*+(?:\s?k)?"
_PRICE = re.compile(
    # CHF 120'000 · fr. 45 · € 30
    rf"(?:\b(?:chf|s?fr\.|euros?\b|eur\b|francs?\b)|€)\s?{_NUMBER}"
    # 120'000 francs · 45 fr./h · 30 €
    rf"|\b{_NUMBER}\s?(?:€|(?:k?chf|s?fr|francs?|franken|franchi|euros?|eur)\b)"
    # 120'000.– · 45.-
    rf"|\b{_NUMBER}\.[-–—]+"
    # 45/h · 45 par heure
    rf"|\b{_NUMBER}\s?(?:/\s?(?:h|heure|std|ora|hour)\b|(?:par|de l[’'])\s?heure\b)",
    re.IGNORECASE,
)


def price_in(text: str) -> str | None:
    """The words of a text that look like a price; None when none do."""
    found = _PRICE.search(text)
    return found[0].strip() if found else None


def post(
    session: Session,
    *,
    consortium: Consortium,
    kind: PostKind,
    text: str,
    is_no_price: bool,
    person: Person,
    now: datetime,
) -> RoomPost:
    """Write a message or a decision into a room.

    `is_no_price`: its author has said that what looks like a price is not that of the bid, which is agreed
    on elsewhere (LCart art. 5 al. 3).
    """
    must_write(consortium, person)
    words = clean_text(text)
    if not words:
        raise RuleBroken(Rule.WORDS_NEEDED)
    if len(words) > LONGEST:
        raise RuleBroken(Rule.WORDS_TOO_MANY, most=LONGEST)
    if not is_no_price and (found := price_in(words)):
        raise RuleBroken(Rule.LOOKS_LIKE_PRICE, found=found.replace("'", "’"))
    written = RoomPost(consortium_id=consortium.id, person=person, kind=kind, text=words, at=now)
    session.add(written)
    session.flush()
    _note(session, f"room.{kind.value}", written, person, now)
    return written


def take_back(
    session: Session, *, consortium: Consortium, written: RoomPost, person: Person, now: datetime
) -> None:
    """Let the author of a message take it back: its text is gone, that there was one stays; twice is once.

    A decision stays: the next one replaces it.
    """
    must_write(consortium, person)
    if written.consortium_id != consortium.id:
        raise NotAllowed
    if written.person_id != person.id:
        raise RuleBroken(Rule.NOT_ITS_AUTHOR)
    if written.kind is PostKind.DECISION:
        raise RuleBroken(Rule.DECISION_STAYS)
    if written.withdrawn_at is None:
        written.text, written.withdrawn_at = "", now
        _note(session, "room.take_back", written, person, now)


@dataclass(frozen=True, slots=True)
class Thread:
    """Some of what was written, the newest first; `older_than` is where the next page begins."""

    posts: Sequence[RoomPost]
    older_than: int | None


def thread(session: Session, *, consortium: Consortium, before: int | None = None) -> Thread:
    """A page of what was written in a room, the newest first, or what is older than a post."""
    wanted = (
        select(RoomPost).where(RoomPost.consortium_id == consortium.id).options(joinedload(RoomPost.person))
    )
    if before is not None:
        wanted = wanted.where(RoomPost.id < before)
    found = session.scalars(wanted.order_by(RoomPost.id.desc()).limit(PAGE + 1)).all()
    return Thread(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def decisions(session: Session, *, consortium: Consortium) -> Sequence[RoomPost]:
    """The log of decisions of a room, the newest first."""
    return session.scalars(
        select(RoomPost)
        .where(RoomPost.consortium_id == consortium.id, RoomPost.kind == PostKind.DECISION)
        .options(joinedload(RoomPost.person))
        .order_by(RoomPost.id.desc())
        .limit(_MOST_DECISIONS)
    ).all()


def is_named(consortium: Consortium, person: Person | None) -> bool:
    """Whether those inside read a person's name: of whoever is there no more they read none."""
    if person is None:
        return False
    members = {seat.member_id for seat in inside(consortium)}
    return person.id == consortium.adviser_id or (
        person.member_id is not None and person.member_id in members
    )


def must_write(consortium: Consortium, person: Person) -> None:
    """NotAllowed for everybody outside; RuleBroken once nothing follows any more in the room."""
    if not may_enter(consortium, person):
        raise NotAllowed
    if consortium.state.is_over:
        raise RuleBroken(Rule.ROOM_OVER)


def _note(session: Session, act: str, written: RoomPost, person: Person, now: datetime) -> None:
    # That something was said, never what: the trail outlives the text.
    subject, facts = f"consortium:{written.consortium_id}", {"post": written.id}
    write_audit(session, person=person, act=act, subject=subject, facts=facts, now=now)
