"""Matches that staff decided on, for tests of what is learned from them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from procurement.models import Match, Person
from procurement.vocabulary import DropReason
from tests.factories import make_match


def make_kept(session: Session, staff: Person, at: datetime, **facts: Any) -> Match:
    """A match that somebody of the staff kept at a moment, proposed at the same one unless a fact says so."""
    return make_match(session, **{"decided_by": staff, "released_at": at, "proposed_at": at, **facts})


def make_dropped(
    session: Session,
    staff: Person,
    at: datetime,
    reason: DropReason = DropReason.NOT_THEIR_TRADE,
    **facts: Any,
) -> Match:
    """A match that somebody of the staff dropped at a moment."""
    facts = {"decided_by": staff, "dropped_at": at, "drop_reason": reason, "proposed_at": at, **facts}
    return make_match(session, **facts)
