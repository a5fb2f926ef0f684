"""The tenders that came near a member, for when there is nothing else to show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from procurement import entered, work
from procurement.models import Member, Tender
from web.questions import Question, question


@dataclass(frozen=True, slots=True)
class Misses:
    """What was asked, and the tenders that are still open with what each lacked."""

    asked: Question
    found: Sequence[tuple[Tender, Mapping[str, Any]]]

    @property
    def threshold(self) -> float:
        """The score that it would have taken."""
        return float((self.asked.answer or {}).get("threshold", 0.0))


def misses_of(member: Member) -> Misses:
    """What came near a member, when that was asked since its profile last changed."""
    asked = question(_key(member), not_before=member.profile_changed_at)
    said = {each["tender_id"]: each for each in (asked.answer or {}).get("tenders", ())}
    tenders = g.session.scalars(
        select(Tender)
        .where(Tender.id.in_(said), Tender.source != entered.SOURCE)
        .options(joinedload(Tender.buyer))
    )
    known = {tender.id: tender for tender in tenders if tender.is_open(g.now)}
    return Misses(asked, [(known[key], each) for key, each in said.items() if key in known])


def ask_misses(member: Member) -> None:
    """Ask what came near a member."""
    work.ask(g.session, key=_key(member), kind="near_misses", now=g.now, member_id=member.id)


def _key(member: Member) -> str:
    return f"near_misses:{member.id}"
