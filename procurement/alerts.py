"""Who is told what today: one e-mail per person over everything, nothing twice, nothing expired."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from procurement import badges, consents, consortiums, matches, news, runs
from procurement.consent_words import ConsentKind
from procurement.i18n import ZURICH, days_until
from procurement.links import Links
from procurement.mail import messages, outbox
from procurement.mail.hours import may_have_digest, may_hear_now
from procurement.matches import MatchedTender
from procurement.models import (
    Answer,
    Lot,
    Match,
    Member,
    Message,
    Notice,
    NoticeVersion,
    Person,
    Tender,
    Told,
)
from procurement.news import Known, News
from procurement.vocabulary import AnswerChoice, Frequency, Role

_LAST_CHANCE_DAYS = 7
# What leaves this or less for a bid cannot wait for a digest; the terms themselves: config/law.toml.
_SHORT_DAYS = 20
NEW, LAST_CHANCE = "new", "last_chance"
_INSTANT = (Frequency.INSTANT, Frequency.INSTANT_ANY_HOUR)


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to tell somebody, and what they were told already."""

    fresh: Sequence[MatchedTender] = ()
    urgent: Sequence[MatchedTender] = ()
    news: News = field(default_factory=News)

    def __bool__(self) -> bool:
        return bool(self.fresh or self.urgent or len(self.news))


@dataclass(frozen=True, slots=True)
class _Due:
    """An e-mail that is due: its kind, the outbox key that makes it the only one, and what it may hold."""

    kind: str
    key: str
    found: _Found


def people_to_tell(session: Session) -> list[int]:
    """Everybody who may be written to: active, of an active member, reachable, not stopped, not off."""
    return list(
        session.scalars(
            select(Person.id)
            .join(Person.member)
            .where(
                Person.role == Role.MEMBER,
                Person.is_active,
                Member.is_active,
                Person.unsubscribed_at.is_(None),
                Person.undeliverable_since.is_(None),
                Person.frequency != Frequency.OFF,
            )
            .order_by(Person.id)
        )
    )


def post_alerts(session: Session, *, person_id: int, links: Links, now: datetime) -> Message | None:
    """Write the one e-mail that is due to a person now, if there is anything to say; None when there is not.

    A digest is written once per local date, on the days and from the hour that the person chose. Somebody who
    wants to hear at once gets what was released since the last time in one e-mail, and the rest with the
    day's digest; what leaves twenty days or less for a bid goes at once to everybody. Reminders come with the
    digest of the day, or alone where there is none. What does not fit into ten items is not marked as told:
    it comes with the next one, at the latest the day after.
    """
    person = session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .options(joinedload(Person.member).joinedload(Member.chamber))
        .with_for_update(of=Person)
    ).one()
    member = person.member
    if member is None or not (may_hear_now(person, now) or may_have_digest(person, now)):
        return None
    told = _told(session, person, now)
    due = _due(session, person, _find(session, person, member, told, now), now)
    if due is None:
        return None
    found = due.found
    reminders = News(reminders=found.news.reminders).first(messages.MOST_ITEMS)
    room = messages.MOST_ITEMS - len(reminders)
    last_chance = found.urgent[:room]
    rest_of_news = replace(found.news, reminders=()).first(room - len(last_chance))
    told_now = replace(rest_of_news, reminders=reminders.reminders)
    rest = [matched for matched in found.fresh if matched not in found.urgent]
    new = rest[: messages.MOST_ITEMS - len(last_chance) - len(told_now)]
    whole = len(found.urgent) + len(rest) + len(found.news)
    email = messages.digest(
        person=person,
        member=member,
        new=new,
        last_chance=last_chance,
        news=told_now,
        left_out=whole - len(last_chance) - len(new) - len(told_now),
        badges=badges.badges_of_tenders(session, (*new, *last_chance)),
        runs=runs.finished_runs(session, now=now),
        recovered=_recovered(session, person, now),
        links=links,
        now=now,
    )
    message = outbox.queue(
        session,
        person=person,
        kind=_kind(person, due, told_now),
        key=due.key,
        email=email,
        now=now,
        unsubscribe_url=links.unsubscribe(person),
    )
    if message is not None:
        _mark_told(session, person, message, new=new, last_chance=last_chance, told=told, now=now)
        for piece in told_now.everything:
            version_id = matches.newest_version_id(session, piece.tender.id)
            session.add(
                Told(
                    person_id=person.id,
                    notice_version_id=version_id,
                    kind=piece.mark,
                    message_id=message.id,
                    at=now,
                )
            )
    return message


def _find(
    session: Session, person: Person, member: Member, told: dict[tuple[int, str], datetime], now: datetime
) -> _Found:
    """What there is to tell of the kinds that the person agreed to, told or not in time for a digest."""
    fresh: list[MatchedTender] = []
    urgent: list[MatchedTender] = []
    pieces = News()
    if consents.agrees(person, ConsentKind.ALERTS):
        open_tenders = [
            matched
            for matched in matches.tenders_of(session, member=member, now=now)
            if matched.answer is None or matched.answer.choice is not AnswerChoice.NOT_FOR_US
        ]
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
        known = _known(session, member, told, now)
        pieces = News(
            changes=news.changes(session, known=known, now=now),
            results=news.results(session, known=known, now=now),
        )
    if consents.agrees(person, ConsentKind.REMINDERS):
        pieces = replace(pieces, reminders=news.reminders(session, member=member, now=now))
    if consents.agrees(person, ConsentKind.PARTNERS):
        questions = consortiums.questions_to(session, member=member, now=now)
        pieces = replace(pieces, questions=news.unanswered(questions, now=now))
    return _Found(fresh, urgent, news.untold(pieces, told))


def _due(session: Session, person: Person, found: _Found, now: datetime) -> _Due | None:
    if not found:
        return None
    today = messages.local_date(now)
    may_hear = may_hear_now(person, now)
    is_instant = person.frequency in _INSTANT
    if is_instant and may_hear and found.fresh and _is_news(session, person, found.fresh, today):
        return _Due("instant", _instant_key(person, found.fresh, today), found)
    digest = f"digest:{person.id}:{today.isoformat()}"
    is_digest_day = may_have_digest(person, now) and not _had_one_this_week(session, person, today)
    if is_digest_day and not _exists(session, digest):
        # To who hears at once, what an e-mail of today left out is told with that of tomorrow.
        has_more = found.urgent or len(found.news)
        return _Due("digest", digest, found) if has_more or not is_instant else None
    if not may_hear:
        return None
    short = [matched for matched in found.fresh if _is_short(matched)]
    if short and not is_instant and _is_news(session, person, short, today):
        urgent = [matched for matched in found.urgent if matched in short]
        return _Due("instant", _instant_key(person, short, today), _Found(short, urgent))
    reminder = f"reminder:{person.id}:{today.isoformat()}"
    is_time = now.astimezone(ZURICH).hour >= person.hour
    if found.news.reminders and is_time and not (_exists(session, reminder) or _exists(session, digest)):
        return _Due("reminder", reminder, _Found(news=News(reminders=found.news.reminders)))
    return None


def _kind(person: Person, due: _Due, told: News) -> str:
    """What the e-mail needs a consent for when it leaves: tenders, unless it holds none for want of it."""
    if consents.agrees(person, ConsentKind.ALERTS):
        return due.kind
    return "reminder" if told.reminders else "room_question"


def _instant_key(person: Person, fresh: Sequence[MatchedTender], today: date) -> str:
    first = min(match.id for matched in fresh for match in matched.matches)
    return f"instant:{person.id}:{today.isoformat()}:{first}"


def _had_one_this_week(session: Session, person: Person, today: date) -> bool:
    if person.frequency is not Frequency.WEEKLY:
        return False
    last = session.scalar(
        select(func.max(Message.created_at)).where(Message.person_id == person.id, Message.kind == "digest")
    )
    return last is not None and messages.local_date(last) >= today - timedelta(days=today.weekday())


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


def _is_short(matched: MatchedTender) -> bool:
    """Whether the call leaves twenty days or less from its publication to its deadline."""
    tender = matched.tender
    deadline = tender.deadline_day
    return deadline is not None and deadline - tender.published_on <= timedelta(days=_SHORT_DAYS)


def _told(session: Session, person: Person, now: datetime) -> dict[tuple[int, str], datetime]:
    """What a person was told of and when first, by tender, of those that are open or have just changed.

    A tender is told as a whole, at whichever source it was read: another lot of it, kept later, is no news of
    its own; nor is the same call read again elsewhere.
    """
    standing = func.coalesce(Tender.merged_into_id, Tender.id)
    alive = select(standing).where(
        or_(matches.is_open_clause(now), Tender.changed_at > now - news.STILL_NEWS)
    )
    rows = session.execute(
        select(standing, Told.kind, func.min(Told.at))
        .join(NoticeVersion, NoticeVersion.id == Told.notice_version_id)
        .join(Notice, Notice.id == NoticeVersion.notice_id)
        .join(Tender, Tender.id == Notice.tender_id)
        .where(Told.person_id == person.id, standing.in_(alive))
        .group_by(standing, Told.kind)
    )
    return {(tender_id, kind): at for tender_id, kind, at in rows}


def _known(
    session: Session, member: Member, told: dict[tuple[int, str], datetime], now: datetime
) -> dict[int, Known]:
    """The tenders that somebody was told of or whose member follows them, but those it refused."""
    since = {tender_id: at for (tender_id, kind), at in told.items() if kind == NEW}
    answers = session.execute(
        select(Answer.tender_id, Answer.choice, Answer.answered_at)
        .join(Answer.tender)
        .where(
            Answer.member_id == member.id,
            or_(matches.is_open_clause(now), Tender.changed_at > now - news.STILL_NEWS),
        )
    )
    for tender_id, choice, at in answers:
        if choice is AnswerChoice.NOT_FOR_US:
            since.pop(tender_id, None)
        else:
            since.setdefault(tender_id, at)
    lots: dict[int, set[str]] = {}
    for tender_id, key in session.execute(
        select(Lot.tender_id, Lot.source_key)
        .join(Match, Match.lot_id == Lot.id)
        .where(Match.member_id == member.id, Match.released_at.is_not(None), Lot.tender_id.in_(since))
    ):
        lots.setdefault(tender_id, set()).add(key)
    return {
        tender.id: Known(tender, since[tender.id], lots.get(tender.id, ()))
        for tender in session.scalars(
            select(Tender).where(Tender.id.in_(since)).options(joinedload(Tender.buyer))
        )
    }


def _recovered(session: Session, person: Person, now: datetime) -> list[str]:
    """The sources that are read wholly again, of which the last e-mail of tenders said that they were not."""
    last = session.scalar(
        select(func.max(Message.created_at)).where(
            Message.person_id == person.id, Message.kind.in_(("digest", "instant"))
        )
    )
    return runs.recovered(session, since=last, now=now) if last is not None else []


def _is_told(matched: MatchedTender, kind: str, told: dict[tuple[int, str], datetime]) -> bool:
    return (matched.tender.id, kind) in told


def _mark_told(
    session: Session,
    person: Person,
    message: Message,
    *,
    new: Sequence[MatchedTender],
    last_chance: Sequence[MatchedTender],
    told: dict[tuple[int, str], datetime],
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
