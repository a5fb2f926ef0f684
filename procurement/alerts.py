"""Who is told what today: one e-mail per person over everything, nothing twice, nothing expired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from procurement import badges, matches, runs
from procurement.i18n import days_until
from procurement.links import Links
from procurement.mail import messages, outbox
from procurement.mail.hours import may_hear_now
from procurement.matches import MatchedTender
from procurement.models import Member, Message, Notice, NoticeVersion, Person, Tender, Told
from procurement.vocabulary import AnswerChoice, Frequency, Role

_LAST_CHANCE_DAYS = 7
NEW, LAST_CHANCE = "new", "last_chance"


@dataclass(frozen=True, slots=True)
class _Key:
    """The outbox key of an e-mail: what makes it the only one of its kind."""

    kind: str
    text: str


def people_to_tell(session: Session) -> list[int]:
    """Everybody who may be written to at all: active, of an active member, not stopped, not off."""
    return list(
        session.scalars(
            select(Person.id)
            .join(Person.member)
            .where(
                Person.role == Role.MEMBER,
                Person.is_active,
                Member.is_active,
                Person.unsubscribed_at.is_(None),
                Person.frequency != Frequency.OFF,
            )
            .order_by(Person.id)
        )
    )


def post_alerts(session: Session, *, person_id: int, links: Links, now: datetime) -> Message | None:
    """Write the one e-mail that is due to a person now, if there is anything to say; None when there is not.

    A digest is written once per local date; somebody who wants to hear at once gets what was released since
    the last time in one e-mail, and last chances with the day's digest. What does not fit into ten items is
    not marked as told: it comes with the next one, at the latest the day after.
    """
    person = session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .options(joinedload(Person.member).joinedload(Member.chamber))
        .with_for_update(of=Person)
    ).one()
    member = person.member
    if member is None or not may_hear_now(person, now):
        return None
    open_tenders = [
        matched
        for matched in matches.tenders_of(session, member=member, now=now)
        if matched.answer is None or matched.answer.choice is not AnswerChoice.NOT_FOR_US
    ]
    told = _told(session, person, open_tenders)
    # Who has answered already needs no telling; a colleague does.
    fresh = [
        matched
        for matched in open_tenders
        if not _is_told(matched, NEW, told)
        and (matched.answer is None or matched.answer.person_id != person.id)
    ]
    urgent = [
        matched
        for matched in open_tenders
        if matched.answer is None and _is_near(matched, now) and not _is_told(matched, LAST_CHANCE, told)
    ]
    key = _due_key(session, person, fresh, urgent, now)
    if key is None:
        return None
    last_chance = urgent[: messages.MOST_ITEMS]
    rest = [matched for matched in fresh if matched not in urgent]
    new = rest[: messages.MOST_ITEMS - len(last_chance)]
    email = messages.digest(
        person=person,
        member=member,
        new=new,
        last_chance=last_chance,
        left_out=len(urgent) + len(rest) - len(last_chance) - len(new),
        badges=badges.badges_of_tenders(session, (*new, *last_chance)),
        runs=runs.finished_runs(session, now=now),
        links=links,
        now=now,
    )
    message = outbox.queue(
        session,
        person=person,
        kind=key.kind,
        key=key.text,
        email=email,
        now=now,
        unsubscribe_url=links.unsubscribe(person),
    )
    if message is not None:
        _mark_told(session, person, message, new=new, last_chance=last_chance, told=told, now=now)
    return message


def _due_key(
    session: Session,
    person: Person,
    fresh: Sequence[MatchedTender],
    urgent: Sequence[MatchedTender],
    now: datetime,
) -> _Key | None:
    if not fresh and not urgent:
        return None
    today = messages.local_date(now)
    digest = _Key("digest", f"digest:{person.id}:{today.isoformat()}")
    if person.frequency in (Frequency.INSTANT, Frequency.INSTANT_ANY_HOUR):
        first = min((match.id for matched in fresh for match in matched.matches), default=0)
        instant = _Key("instant", f"instant:{person.id}:{today.isoformat()}:{first}")
        if fresh and _is_news(session, person, fresh, today):
            return instant
        return digest if urgent and not _exists(session, digest.text) else None
    if person.frequency is Frequency.WEEKLY:
        monday = today - timedelta(days=today.weekday())
        last = session.scalar(
            select(func.max(Message.created_at)).where(
                Message.person_id == person.id, Message.kind == digest.kind
            )
        )
        if last is not None and messages.local_date(last) >= monday:
            return None
    return None if _exists(session, digest.text) else digest


def _is_news(session: Session, person: Person, fresh: Sequence[MatchedTender], today: date) -> bool:
    """Whether anything was released since the last instant e-mail; what that left out waits a day."""
    last = session.scalar(
        select(func.max(Message.created_at)).where(Message.person_id == person.id, Message.kind == "instant")
    )
    if last is None or messages.local_date(last) < today:
        return True
    return any(
        match.released_at is not None and match.released_at > last
        for matched in fresh
        for match in matched.matches
    )


def _exists(session: Session, key: str) -> bool:
    return session.scalar(select(Message.id).where(Message.key == key)) is not None


def _is_near(matched: MatchedTender, now: datetime) -> bool:
    deadline = matched.tender.submission_deadline
    return deadline is not None and days_until(deadline, now) <= _LAST_CHANCE_DAYS


def _told(session: Session, person: Person, found: Sequence[MatchedTender]) -> set[tuple[int, str]]:
    """What a person was told of, by tender: a tender is told as a whole, at whichever source it was read.

    Another lot of it, kept later, is no news of its own; nor is the same call read again elsewhere.
    """
    standing = func.coalesce(Tender.merged_into_id, Tender.id)
    rows = session.execute(
        select(standing, Told.kind)
        .join(NoticeVersion, NoticeVersion.id == Told.notice_version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(Tender, Tender.id == Notice.tender_id)
        .where(Told.person_id == person.id, standing.in_({matched.tender.id for matched in found}))
    )
    return {(tender_id, kind) for tender_id, kind in rows}


def _is_told(matched: MatchedTender, kind: str, told: set[tuple[int, str]]) -> bool:
    return (matched.tender.id, kind) in told


def _mark_told(
    session: Session,
    person: Person,
    message: Message,
    *,
    new: Sequence[MatchedTender],
    last_chance: Sequence[MatchedTender],
    told: set[tuple[int, str]],
    now: datetime,
) -> None:
    kinds = [(matched, NEW) for matched in (*new, *last_chance)]
    kinds += [(matched, LAST_CHANCE) for matched in last_chance]
    for matched, kind in kinds:
        if _is_told(matched, kind, told):
            continue
        for version_id in sorted({match.notice_version_id for match in matched.matches}):
            session.add(
                Told(
                    person_id=person.id,
                    notice_version_id=version_id,
                    kind=kind,
                    message_id=message.id,
                    at=now,
                )
            )
    for matched in (*new, *last_chance):
        for match in matched.matches:
            match.alerted_at = match.alerted_at or now
