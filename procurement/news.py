"""What there is to tell of tenders that somebody knows: dates that come near, changes, published awards.

Each piece of news has a mark of its own below its tender, by which it is told once.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from procurement.course import outcomes_of
from procurement.i18n import ZURICH
from procurement.matches import is_open_clause
from procurement.models import Answer, Award, Member, Notice, Seat, Tender, TenderChange
from procurement.vocabulary import AnswerChoice, TenderField, TenderState

REMINDER_DAYS = (10, 5, 2, 1)
_FOLLOWING = (AnswerChoice.INTERESTED, AnswerChoice.SEEKING_PARTNERS)
# What happened longer ago is on the page of the tender; it is no news.
STILL_NEWS = timedelta(days=14)
# A question is recalled once, to somebody who let it lie for so long.
_PATIENCE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A date of a tender that the member follows, so many days from today."""

    tender: Tender
    is_for_questions: bool
    on: date
    days: int
    mark: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a tender that a publication changed since it was told: what it was and what it is."""

    tender: Tender
    field: TenderField
    old: Any
    new: Any
    mark: str


@dataclass(frozen=True, slots=True)
class Question:
    """A nameless question to the member that nobody has answered."""

    seat: Seat

    @property
    def tender(self) -> Tender:
        """What it is about."""
        return self.seat.consortium.tender

    @property
    def mark(self) -> str:
        """What it is told by."""
        return f"p:{self.seat.id}"


@dataclass(frozen=True, slots=True)
class Result:
    """What was published of one lot, or of the whole: who has won, or nobody."""

    tender: Tender
    lot_key: str | None
    winners: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class News:
    """All that an e-mail tells beside new tenders."""

    reminders: Sequence[Reminder] = ()
    changes: Sequence[Change] = ()
    questions: Sequence[Question] = ()
    results: Sequence[Result] = ()

    @property
    def everything(self) -> Sequence[Reminder | Change | Question | Result]:
        """Each piece, in the order in which they are told when there is room for some only."""
        return (*self.reminders, *self.changes, *self.questions, *self.results)

    def first(self, most: int) -> "News":
        """As much of it as there is room for; all that is said of one tender in a section takes one place."""
        kept: list[Sequence[Any]] = []
        for pieces in (self.reminders, self.changes, self.questions, self.results):
            tenders = list(dict.fromkeys(piece.tender.id for piece in pieces))[:most]
            kept.append([piece for piece in pieces if piece.tender.id in tenders])
            most -= len(tenders)
        return News(*kept)

    def __len__(self) -> int:
        """How many places it takes."""
        sections = (self.reminders, self.changes, self.questions, self.results)
        return sum(len({piece.tender.id for piece in pieces}) for pieces in sections)


Told = Collection[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """A tender that somebody knows since a moment; `lots` are the member's own, none: all of them."""

    tender: Tender
    since: datetime
    lots: Collection[str] = field(default=())


def reminders(session: Session, *, member: Member, now: datetime) -> list[Reminder]:
    """The dates that come near on the open tenders that a member follows, the nearest first.

    A step that falls on a day without mail is made up for on the next; one that had passed when the member
    answered is none. Read from the tender as it stands now, so that a date that was moved is not recalled.
    """
    found: list[Reminder] = []
    rows = session.scalars(
        select(Answer)
        .join(Answer.tender)
        .where(Answer.member_id == member.id, Answer.choice.in_(_FOLLOWING), is_open_clause(now))
        .options(joinedload(Answer.tender).joinedload(Tender.buyer))
    )
    today = now.astimezone(ZURICH).date()
    for answer in rows:
        tender = answer.tender
        answered = answer.answered_at.astimezone(ZURICH).date()
        for is_for_questions, day in (
            (True, tender.enquiry_deadline),
            (False, tender.deadline_day),
        ):
            step = _step(day, today=today, answered=answered)
            if day is not None and step is not None:
                mark = f"{'q' if is_for_questions else 'd'}{step}:{day.isoformat()}"
                found.append(Reminder(tender, is_for_questions, day, (day - today).days, mark))
    return sorted(found, key=lambda each: (each.days, each.tender.id, not each.is_for_questions))


def _step(day: date | None, *, today: date, answered: date) -> int | None:
    """The last step that was reached by today, if it came after the answer and the day is not over."""
    if day is None or day < today:
        return None
    reached = [step for step in REMINDER_DAYS if (day - today).days <= step]
    if not reached or answered >= day - timedelta(days=reached[-1]):
        return None
    return reached[-1]


def changes(session: Session, *, known: Mapping[int, Known], now: datetime) -> list[Change]:
    """What publications changed in tenders since somebody was told of them: open ones, and those broken off.

    A field that was changed to and fro in the meantime has not changed.
    """
    rows = session.scalars(
        select(TenderChange)
        .where(TenderChange.tender_id.in_(known), TenderChange.at > now - STILL_NEWS)
        .options(joinedload(TenderChange.notice))
        .order_by(TenderChange.id)
    )
    first: dict[tuple[int, TenderField], TenderChange] = {}
    last: dict[tuple[int, TenderField], TenderChange] = {}
    for row in rows:
        # What is said for the first time is no change, unless it corrects what was said.
        if row.at > known[row.tender_id].since and (row.old or row.notice.is_correction):
            first.setdefault((row.tender_id, row.field), row)
            last[row.tender_id, row.field] = row
    found = []
    for (tender_id, name), row in last.items():
        tender, old = known[tender_id].tender, first[tender_id, name].old
        is_over = tender.submission_deadline is not None and tender.submission_deadline <= now
        is_broken_off = tender.state is TenderState.CANCELLED and name is TenderField.STATE and not is_over
        if old != row.new and (is_broken_off or (tender.is_open(now) and name is not TenderField.STATE)):
            mark = _mark("c", row.notice_id, name.value, row.new)
            found.append(Change(tender, name, old, row.new, mark))
    order = list(TenderField)
    return sorted(found, key=lambda each: (each.tender.id, order.index(each.field)))


def results(session: Session, *, known: Mapping[int, Known], now: datetime) -> list[Result]:
    """The awards published in the last two weeks of tenders that somebody knows, as they stand today.

    Who else has made a bid stands nowhere: only what the award notice says.
    """
    standing = func.coalesce(Tender.merged_into_id, Tender.id)
    rows = session.execute(
        select(Notice, standing)
        .join(Notice.tender)
        .where(
            standing.in_(known),
            Notice.first_seen_at > now - STILL_NEWS,
            select(Award.id).where(Award.notice_id == Notice.id).exists(),
        )
        .order_by(Notice.id)
    ).all()
    found: dict[tuple[int, str], Result] = {}
    for notice, tender_id in rows:
        here = known[tender_id]
        if notice.first_seen_at <= here.since:
            continue
        for outcome in outcomes_of(notice.tender):
            lot_key = outcome.award.lot_key or notice.lot_key
            is_other = here.lots and lot_key and lot_key not in here.lots
            if outcome.notice.id != notice.id or outcome.is_revoked or is_other:
                continue
            winners = tuple(dict.fromkeys(each.name for each in outcome.award.suppliers))
            mark = _mark("a", lot_key, sorted(winners))
            found.setdefault((tender_id, mark), Result(here.tender, lot_key, winners, mark))
    return list(found.values())


def unanswered(questions: Sequence[Seat], *, now: datetime) -> list[Question]:
    """The questions that nobody has answered for two days."""
    return [Question(seat) for seat in questions if seat.asked_at <= now - _PATIENCE]


def untold(news: News, told: Told) -> News:
    """What of it was not told yet."""

    def fresh(pieces: Sequence[Any]) -> list[Any]:
        return [piece for piece in pieces if (piece.tender.id, piece.mark) not in told]

    return News(fresh(news.reminders), fresh(news.changes), fresh(news.questions), fresh(news.results))


def _mark(kind: str, *facts: Any) -> str:
    """A mark that stays the same when the tender is built anew from what is stored."""
    told = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return f"{kind}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"
