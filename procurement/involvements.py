"""Who took part in preparing a tender, as the notice or its documents say it: warned, never barred."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Involvement, Member, Person, Tender
from procurement.rules import Rule


def record_involvement(
    session: Session,
    *,
    tender: Tender,
    member: Member,
    quotation: str,
    page: str,
    person: Person,
    now: datetime,
) -> Involvement:
    """Let staff record in the documents' words, with the page, that a member helped to prepare a tender."""
    _must_be_staff_of(person, member)
    if not quotation.strip() or not page.strip():
        raise RuleBroken(Rule.QUOTATION_NEEDED)
    row = session.scalar(
        select(Involvement).where(Involvement.tender_id == tender.id, Involvement.member_id == member.id)
    )
    if row is None:
        row = Involvement(tender_id=tender.id, member=member)
        session.add(row)
    row.quotation, row.page = quotation.strip(), page.strip()
    row.recorded_at, row.recorded_by_id = now, person.id
    session.flush()
    _note(session, "involvement.record", row, person, now)
    return row


def remove_involvement(session: Session, *, involvement: Involvement, person: Person, now: datetime) -> None:
    """Let staff take the record back."""
    _must_be_staff_of(person, involvement.member)
    _note(session, "involvement.remove", involvement, person, now)
    session.delete(involvement)


def involvements_of(
    session: Session,
    *,
    tender: Tender,
    member_ids: Collection[int] | None = None,
    chamber_id: int | None = None,
) -> Sequence[Involvement]:
    """What is recorded of a tender, or of those it stands for: of some members, or of all of a chamber."""
    tenders = {tender.id, tender.standing.id, *(other.id for other in tender.standing.merged)}
    wanted = select(Involvement).join(Involvement.member).where(Involvement.tender_id.in_(tenders))
    if member_ids is not None:
        wanted = wanted.where(Involvement.member_id.in_(member_ids))
    if chamber_id is not None:
        wanted = wanted.where(Member.chamber_id == chamber_id)
    return session.scalars(wanted.options(joinedload(Involvement.member)).order_by(Involvement.id)).all()


def named_in(texts: Iterable[str], members: Iterable[Member]) -> list[Member]:
    """The members whose very name stands in one of the texts, as a whole."""
    plain = [_plain(text) for text in texts]
    return [
        member
        for member in members
        if any(re.search(rf"(?<!\w){re.escape(_plain(member.name))}(?!\w)", text) for text in plain)
    ]


def _plain(text: str) -> str:
    return " ".join(text.replace("'", "’").casefold().split())


def _must_be_staff_of(person: Person, member: Member) -> None:
    if not person.is_staff or member.chamber_id != person.chamber_id:
        raise NotAllowed


def _note(session: Session, act: str, row: Involvement, person: Person, now: datetime) -> None:
    subject, facts = f"tender:{row.tender_id}", {"member": row.member_id, "page": row.page}
    write_audit(session, person=person, act=act, subject=subject, facts=facts, now=now)
