"""A match from proposed to answered: what the matcher found, what staff decided, what the member said."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Answer, Chamber, Lot, Match, Member, Notice, NoticeVersion, Person, Tender
from procurement.rules import Rule
from procurement.vocabulary import AnswerChoice, DropReason, MatchState, Strength, TenderState


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lot that passed every gate for a member, with its score in [0, 1] and why.

    `reasons` holds at most three, strongest first, and `risk` at most one, each as
    `{"key": …, "facts": {…}}`; `signals` the value of each signal in [0, 1]; `model` the version that scored.
    """

    member_id: int
    score: float
    reasons: Sequence[Mapping[str, Any]]
    risk: Mapping[str, Any] | None
    model: str
    signals: Mapping[str, float] = field(default_factory=dict)


def is_open_clause(now: datetime) -> ColumnElement[bool]:
    """The condition on tenders that one may still bid for: the same question as `Tender.is_open`."""
    is_current = or_(Tender.submission_deadline.is_(None), Tender.submission_deadline > now)
    return (Tender.state == TenderState.CALLED) & Tender.merged_into_id.is_(None) & is_current


def newest_version_id(session: Session, tender_id: int) -> int:
    """The newest content of the newest publication of a tender: what a proposal is about."""
    return session.scalars(
        select(NoticeVersion.id)
        .join(Notice)
        .where(Notice.tender_id == tender_id)
        .order_by(Notice.published_on.desc(), Notice.number.desc(), NoticeVersion.number.desc())
        .limit(1)
    ).one()


def strength_of(score: float, chamber: Chamber) -> Strength:
    """The band of a score by the chamber's thresholds."""
    if score >= chamber.strong_from:
        return Strength.STRONG
    return Strength.GOOD if score >= chamber.hold_from else Strength.TO_CHECK


def record_matches(
    session: Session,
    *,
    lot: Lot,
    chamber: Chamber,
    judged: Collection[int],
    proposals: Sequence[Proposal],
    now: datetime,
) -> int:
    """Write what the matcher found for one lot among the members it judged; returns how many are proposed.

    A match that staff decided on, or that was released, is never rewritten; one still waiting follows the
    newest score, and goes when it no longer reaches the waiting band, unless chance drew it there. A strong
    one is released at once only when the chamber sends strong matches without waiting.
    """
    version_id = newest_version_id(session, lot.tender_id)
    existing = {
        match.member_id: match
        for match in session.scalars(
            select(Match).where(Match.lot_id == lot.id, Match.member_id.in_(judged)).with_for_update()
        )
    }
    proposed = 0
    wanted = {p.member_id: p for p in proposals if strength_of(p.score, chamber) is not Strength.TO_CHECK}
    for member_id in judged:
        proposal, match = wanted.get(member_id), existing.get(member_id)
        if match is not None and match.state is not MatchState.PROPOSED:
            continue
        if proposal is None:
            if match is not None and not match.is_sample:
                session.delete(match)
            continue
        if match is None:
            match = Match(chamber_id=chamber.id, member_id=member_id, lot_id=lot.id, proposed_at=now)
            session.add(match)
        _write(match, proposal, chamber=chamber, version_id=version_id)
        # What was drawn below the threshold has reached it by itself.
        match.sample_of = None
        if match.strength is Strength.STRONG and chamber.sends_strong:
            match.released_at = now
        proposed += 1
    return proposed


def record_sample(
    session: Session, *, lot: Lot, chamber: Chamber, proposal: Proposal, stands_for: int, now: datetime
) -> bool:
    """Put a pair that chance drew below the threshold before the staff; False when it is matched already.

    It waits like any other, whatever the chamber sends without waiting: only staff let it go to the member.
    """
    known = select(Match.id).where(Match.lot_id == lot.id, Match.member_id == proposal.member_id)
    if session.scalar(known) is not None:
        return False
    match = Match(chamber_id=chamber.id, member_id=proposal.member_id, lot_id=lot.id, proposed_at=now)
    _write(match, proposal, chamber=chamber, version_id=newest_version_id(session, lot.tender_id))
    match.sample_of = stands_for
    session.add(match)
    return True


def _write(match: Match, proposal: Proposal, *, chamber: Chamber, version_id: int) -> None:
    match.notice_version_id = version_id
    match.score = proposal.score
    match.strength = strength_of(proposal.score, chamber)
    match.signals = dict(proposal.signals)
    match.reasons = [dict(reason) for reason in proposal.reasons]
    match.risk = dict(proposal.risk) if proposal.risk else None
    match.model = proposal.model


def keep(session: Session, *, match: Match, person: Person, now: datetime) -> None:
    """Staff let a match go to its member; the same decision twice is the same."""
    _must_curate(session, match, person)
    if match.dropped_at is not None:
        raise RuleBroken(Rule.ALREADY_DECIDED, who=match.decided_by.name if match.decided_by else "?")
    if match.released_at is None:
        match.released_at = now
        match.decided_by = person
        write_audit(session, person=person, act="match.keep", subject=f"match:{match.id}", now=now)


def drop(session: Session, *, match: Match, person: Person, reason: DropReason, now: datetime) -> None:
    """Staff keep a match from its member and say why; one already told to the member cannot be taken back."""
    _must_curate(session, match, person)
    if match.released_at is not None:
        raise RuleBroken(Rule.ALREADY_DECIDED, who=match.decided_by.name if match.decided_by else "aimp")
    if match.dropped_at is None:
        match.dropped_at = now
        match.drop_reason = reason
        match.decided_by = person
        write_audit(
            session,
            person=person,
            act="match.drop",
            subject=f"match:{match.id}",
            facts={"reason": reason.value},
            now=now,
        )


def undo(session: Session, *, match: Match, person: Person, now: datetime) -> None:
    """Take a decision of staff back, as long as the member was not told."""
    _must_curate(session, match, person)
    if match.alerted_at is not None:
        raise RuleBroken(Rule.ALREADY_DECIDED, who=match.decided_by.name if match.decided_by else "aimp")
    match.released_at = match.dropped_at = match.drop_reason = match.decided_by = None
    write_audit(session, person=person, act="match.undo", subject=f"match:{match.id}", now=now)


def _must_curate(session: Session, match: Match, person: Person) -> None:
    if not person.may_curate(match):
        raise NotAllowed
    # Two people may decide at once: the second must see what the first has decided.
    session.flush()
    session.refresh(match, with_for_update=True)


def waiting(session: Session, *, chamber_id: int, now: datetime) -> list[Match]:
    """The matches that wait for staff on open tenders, the nearest deadline first, then the best score."""
    return list(
        session.scalars(
            select(Match)
            .join(Match.lot)
            .join(Lot.tender)
            .where(
                Match.chamber_id == chamber_id,
                Match.released_at.is_(None),
                Match.dropped_at.is_(None),
                ~Lot.is_withdrawn,
                is_open_clause(now),
            )
            .options(contains_eager(Match.lot).contains_eager(Lot.tender).joinedload(Tender.buyer))
            .options(joinedload(Match.member))
            .order_by(Tender.submission_deadline.is_(None), Tender.submission_deadline, Match.score.desc())
        )
    )


def decided(session: Session, *, chamber_id: int, limit: int = 20) -> list[Match]:
    """The last decisions of staff, newest first."""
    return list(
        session.scalars(
            select(Match)
            .where(Match.chamber_id == chamber_id, Match.decided_by_id.is_not(None))
            .options(joinedload(Match.member), joinedload(Match.lot).joinedload(Lot.tender))
            .order_by(func.coalesce(Match.dropped_at, Match.released_at).desc())
            .limit(limit)
        )
    )


@dataclass(frozen=True, slots=True)
class MatchedTender:
    """A tender with a member's released matches in it, the best lot first, and what the member said of it."""

    tender: Tender
    matches: tuple[Match, ...]
    answer: Answer | None

    @property
    def best(self) -> Match:
        """The match on the lot that fits best: the one a tender is shown by."""
        return self.matches[0]


def tenders_of(
    session: Session, *, member: Member, now: datetime, include_closed: bool = False
) -> list[MatchedTender]:
    """The tenders released to a member, the nearest deadline first; closed ones only when asked for."""
    wanted = select(Match).join(Match.lot).join(Lot.tender)
    wanted = wanted.where(Match.member_id == member.id, Match.released_at.is_not(None), ~Lot.is_withdrawn)
    if not include_closed:
        wanted = wanted.where(is_open_clause(now))
    rows = session.scalars(
        wanted.options(
            contains_eager(Match.lot).contains_eager(Lot.tender).joinedload(Tender.buyer)
        ).order_by(Match.score.desc())
    )
    by_tender: dict[int, list[Match]] = {}
    for match in rows:
        by_tender.setdefault(match.lot.tender_id, []).append(match)
    answers = {
        answer.tender_id: answer
        for answer in session.scalars(
            select(Answer).where(Answer.member_id == member.id, Answer.tender_id.in_(by_tender))
        )
    }
    found = [
        MatchedTender(found[0].lot.tender, tuple(found), answers.get(tender_id))
        for tender_id, found in by_tender.items()
    ]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(
        found, key=lambda item: (not item.tender.is_open(now), item.tender.submission_deadline or far)
    )


def matched_tender(session: Session, *, member: Member, tender: Tender) -> MatchedTender | None:
    """A member's released matches in one tender; None when there are none."""
    found = session.scalars(
        select(Match)
        .join(Match.lot)
        .where(Lot.tender_id == tender.id, Match.member_id == member.id, Match.released_at.is_not(None))
        .options(contains_eager(Match.lot))
        .order_by(Match.score.desc())
    ).all()
    return (
        MatchedTender(tender, tuple(found), answer_of(session, member=member, tender=tender))
        if found
        else None
    )


def mark_opened(session: Session, *, matched: MatchedTender, now: datetime) -> None:
    """Note the first time a member looked at a tender that was released to it."""
    for match in matched.matches:
        match.opened_at = match.opened_at or now


def answer_of(session: Session, *, member: Member, tender: Tender) -> Answer | None:
    """What a member last said of a tender."""
    return session.scalar(select(Answer).where(Answer.member_id == member.id, Answer.tender_id == tender.id))


def answer(
    session: Session,
    *,
    tender: Tender,
    member: Member,
    person: Person,
    choice: AnswerChoice,
    reason: str = "",
    now: datetime,
) -> Answer:
    """Record what a member says of an open tender; a refusal needs its reason; a later answer replaces it."""
    if not person.may_answer_for(member):
        raise NotAllowed
    if not tender.is_open(now):
        raise RuleBroken(Rule.DEADLINE_PASSED, deadline=tender.submission_deadline)
    if choice is AnswerChoice.NOT_FOR_US and not reason:
        raise RuleBroken(Rule.REASON_NEEDED)
    # Two people of one member may answer at once: the second waits, and changes what the first said.
    session.execute(select(Member.id).where(Member.id == member.id).with_for_update())
    given = answer_of(session, member=member, tender=tender)
    if given is None:
        given = Answer(member=member, tender=tender)
        session.add(given)
    given.person_id, given.choice, given.reason, given.answered_at = person.id, choice, reason, now
    write_audit(
        session,
        person=person,
        act="answer",
        subject=f"tender:{tender.id}",
        facts={"choice": choice.value, "reason": reason},
        now=now,
    )
    return given


def answers_on(session: Session, *, chamber_id: int, limit: int = 50) -> list[Answer]:
    """The newest answers of a chamber's members: for staff only, never for another member."""
    return list(
        session.scalars(
            select(Answer)
            .join(Answer.member)
            .where(Member.chamber_id == chamber_id)
            .options(contains_eager(Answer.member), joinedload(Answer.tender).joinedload(Tender.buyer))
            .order_by(Answer.answered_at.desc())
            .limit(limit)
        )
    )


def counts(session: Session) -> dict[str, int]:
    """How many matches stand in each state."""
    released, dropped = Match.released_at.is_not(None), Match.dropped_at.is_not(None)

    def count(condition: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count(Match.id)).where(condition)) or 0

    return {
        MatchState.PROPOSED.value: count(~released & ~dropped),
        MatchState.RELEASED.value: count(released & ~dropped),
        MatchState.DROPPED.value: count(dropped),
    }
