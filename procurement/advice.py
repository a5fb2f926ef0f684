"""The advice desk: a member asks for help, somebody of the staff takes it up, and it ends with an outcome.

A request belongs to the member that asks: its people and the staff of its chamber see it, and nobody else, be
it a partner in the same room. From a room staff learn that there is a joint bid on a tender, and no more.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from procurement.accounts import write_audit
from procurement.advice_words import AdviceState, AdviceSubject
from procurement.advising import engaged_in
from procurement.consortiums import inside
from procurement.errors import NotAllowed, RuleBroken
from procurement.i18n import ZURICH
from procurement.models import AdviceRequest, Consortium, Member, Person, Tender
from procurement.rules import Rule
from procurement.teaming import ConsortiumState

# What one note of time may add: a working day and more is a slip of the finger.
MOST_MINUTES = 600
# Advice that comes on the last day comes too late to be followed.
_BEFORE_THE_DEADLINE = timedelta(days=5)
_USUAL = timedelta(days=5)


def ask(
    session: Session,
    *,
    member: Member,
    subject: AdviceSubject,
    text: str,
    person: Person,
    now: datetime,
    tender: Tender | None = None,
    consortium: Consortium | None = None,
    due_on: date | None = None,
) -> AdviceRequest:
    """Let a member ask for help, on a tender or from a room that it is inside of; asking twice asks once."""
    if not person.may_answer_for(member):
        raise NotAllowed
    if consortium is not None:
        if not any(seat.member_id == member.id for seat in inside(consortium)):
            raise NotAllowed
        tender = consortium.tender.standing
    if not text.strip():
        raise RuleBroken(Rule.WORDS_NEEDED)
    same = _of_member(member.id).where(
        AdviceRequest.state != AdviceState.CLOSED,
        AdviceRequest.subject == subject,
        AdviceRequest.text == text.strip(),
    )
    tender_id, consortium_id = tender.id if tender else None, consortium.id if consortium else None
    for known in session.scalars(same):
        if (known.tender_id, known.consortium_id) == (tender_id, consortium_id):
            return known
    request = AdviceRequest(
        chamber_id=member.chamber_id,
        member=member,
        person=person,
        subject=subject,
        text=text.strip(),
        tender=tender,
        consortium=consortium,
        state=AdviceState.OPEN,
        due_on=due_on,
        outcome="",
        minutes_spent=0,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    _note(session, "ask", request, person, now, subject=subject.value)
    return request


def due_day(tender: Tender | None, now: datetime) -> date:
    """A day to propose: some days before the deadline of the tender, else within a week; never a past one."""
    today = now.astimezone(ZURICH).date()
    deadline = tender.deadline_day if tender is not None and tender.is_open(now) else None
    if deadline is None:
        return today + _USUAL
    return max(today, min(today + _USUAL, deadline - _BEFORE_THE_DEADLINE))


def subject_from(consortium: Consortium | None, tender: Tender | None) -> AdviceSubject:
    """What the help is most likely about, by where it is asked from."""
    if consortium is not None:
        return (
            AdviceSubject.LOST_BID if consortium.state is ConsortiumState.LOST else AdviceSubject.CONSORTIUM
        )
    return AdviceSubject.BID if tender is not None else AdviceSubject.OTHER


def take(session: Session, *, request: AdviceRequest, person: Person, now: datetime) -> None:
    """Let somebody of the staff take a request up; RuleBroken where they advise a competing bid."""
    _must_be_staff_of(request, person)
    session.refresh(request, ["state", "owner_id"], with_for_update=True)
    _must_be_live(request)
    if request.owner_id == person.id:
        return
    # What somebody had who is not of the staff any more is to be taken anew.
    if request.owner is not None and request.owner.is_active:
        raise RuleBroken(Rule.TAKEN_BY_ANOTHER, who=request.owner.name)
    _must_not_be_torn(session, request, person)
    request.state, request.owner, request.taken_at = AdviceState.TAKEN, person, now
    session.flush()
    _note(session, "take", request, person, now)


def hand_over(session: Session, *, request: AdviceRequest, to: Person, person: Person, now: datetime) -> None:
    """Let who has a request pass it to a colleague, who may not advise a competing bid either."""
    _must_have(request, person)
    if not (to.is_staff and to.is_active and to.chamber_id == request.chamber_id):
        raise NotAllowed
    _must_not_be_torn(session, request, to)
    request.owner = to
    session.flush()
    _note(session, "hand_over", request, person, now, to=to.name)


def set_due_day(
    session: Session, *, request: AdviceRequest, due_on: date | None, person: Person, now: datetime
) -> None:
    """Let staff say until when a request is to be answered."""
    _must_be_staff_of(request, person)
    _must_be_live(request)
    request.due_on = due_on
    _note(session, "due", request, person, now, due_on=due_on.isoformat() if due_on else None)


def note_time(
    session: Session, *, request: AdviceRequest, minutes: int, person: Person, now: datetime
) -> None:
    """Add the minutes that somebody of the staff spent; who does it is on the record."""
    _must_be_staff_of(request, person)
    if not 0 < minutes <= MOST_MINUTES:
        raise RuleBroken(Rule.MINUTES_NEEDED, most=MOST_MINUTES)
    request.minutes_spent += minutes
    _note(session, "time", request, person, now, minutes=minutes)


def close(session: Session, *, request: AdviceRequest, outcome: str, person: Person, now: datetime) -> None:
    """Let who has a request end it with what came of it, which the member reads."""
    _must_have(request, person)
    if not outcome.strip():
        raise RuleBroken(Rule.WORDS_NEEDED)
    request.state, request.outcome, request.closed_at = AdviceState.CLOSED, outcome.strip(), now
    _note(session, "close", request, person, now)


def is_late(request: AdviceRequest, today: date) -> bool:
    """Whether a request that is not closed should have been by today."""
    return request.state is not AdviceState.CLOSED and request.due_on is not None and request.due_on < today


def requests_of(session: Session, *, member: Member) -> Sequence[AdviceRequest]:
    """What a member asked, the newest first."""
    return session.scalars(_of_member(member.id)).all()


def requests_to(session: Session, *, chamber_id: int) -> Sequence[AdviceRequest]:
    """Every request to the staff of a chamber, the most pressing first."""
    found = session.scalars(
        select(AdviceRequest)
        .where(AdviceRequest.chamber_id == chamber_id)
        .options(
            joinedload(AdviceRequest.member),
            joinedload(AdviceRequest.owner),
            joinedload(AdviceRequest.tender),
        )
    )
    return sorted(found, key=lambda each: (each.due_on or date.max, each.id))


def waiting_check(session: Session, *, member: Member, tender: Tender) -> AdviceRequest | None:
    """The request of a member, not closed yet, that staff check what the documents of a tender admit."""
    return session.scalar(
        _of_member(member.id)
        .where(
            AdviceRequest.tender_id == tender.id,
            AdviceRequest.subject == AdviceSubject.RULES,
            AdviceRequest.state != AdviceState.CLOSED,
        )
        .limit(1)
    )


def is_torn_by(session: Session, *, request: AdviceRequest, person: Person) -> bool:
    """Whether somebody of the staff already advises a bid that competes with the one that asks.

    What a rule says is the same for everybody: it may be read for both.
    """
    if request.tender is None or (request.consortium_id is None and request.subject is AdviceSubject.RULES):
        return False
    return any(
        room.id != request.consortium_id
        and not any(seat.member_id == request.member_id for seat in inside(room))
        for room in engaged_in(session, person=person, tender=request.tender)
    )


def _must_not_be_torn(session: Session, request: AdviceRequest, person: Person) -> None:
    if is_torn_by(session, request=request, person=person):
        raise RuleBroken(Rule.ADVISES_COMPETITOR, who=person.name)


def _must_be_staff_of(request: AdviceRequest, person: Person) -> None:
    if not (person.is_staff and person.is_active and person.chamber_id == request.chamber_id):
        raise NotAllowed


def _must_have(request: AdviceRequest, person: Person) -> None:
    _must_be_staff_of(request, person)
    _must_be_live(request)
    if request.owner is None:
        raise NotAllowed
    if request.owner_id != person.id:
        raise RuleBroken(Rule.TAKEN_BY_ANOTHER, who=request.owner.name)


def _must_be_live(request: AdviceRequest) -> None:
    if request.state is AdviceState.CLOSED:
        raise RuleBroken(Rule.ADVICE_CLOSED)


def _of_member(member_id: int) -> Select[AdviceRequest]:
    return select(AdviceRequest).where(AdviceRequest.member_id == member_id).order_by(AdviceRequest.id.desc())


def _note(
    session: Session,
    act: str,
    request: AdviceRequest,
    person: Person,
    now: datetime,
    **facts: str | int | None,
) -> None:
    subject = f"advice:{request.id}"
    write_audit(session, person=person, act=f"advice.{act}", subject=subject, facts=facts, now=now)
