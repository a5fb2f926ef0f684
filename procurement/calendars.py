"""Calendars: the days of a room behind a secret address, and a tender's deadline, as iCalendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.appeals import appeals_of
from procurement.consortiums import inside
from procurement.errors import NotAllowed
from procurement.i18n import ZURICH, translator
from procurement.links import Links, calendar_id_of_token, is_address_of
from procurement.models import CalendarLink, Consortium, Person, Tender
from procurement.preparation import is_of, tasks_of, words_of
from procurement.vocabulary import NoticeType

# How often a calendar program should look again.
_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Day:
    """Something of a calendar: `key` names it from one reading to the next; a day, or a moment."""

    key: str
    at: date | datetime
    words: str
    url: str


def link_of(session: Session, *, person: Person, consortium: Consortium) -> CalendarLink | None:
    """A person's calendar of a room; None before it asked for one."""
    return session.scalar(
        select(CalendarLink).where(
            CalendarLink.person_id == person.id, CalendarLink.consortium_id == consortium.id
        )
    )


def renew(session: Session, *, person: Person, consortium: Consortium, now: datetime) -> CalendarLink:
    """Give somebody of a member inside a new address of its calendar; the one before ends at once."""
    if not _is_of_a_member_inside(consortium, person):
        raise NotAllowed
    # Two clicks at once wait for one another here, and make one row.
    session.get_one(Person, person.id, with_for_update=True)
    link = link_of(session, person=person, consortium=consortium)
    if link is None:
        link = CalendarLink(person=person, consortium=consortium, version=1, renewed_at=now)
        session.add(link)
    else:
        link.version, link.renewed_at = link.version + 1, now
    session.flush()
    subject = f"consortium:{consortium.id}"
    write_audit(session, person=person, act="calendar.renew", subject=subject, now=now)
    return link


def link_behind(session: Session, token: str, *, key: str) -> CalendarLink | None:
    """The calendar behind an address that holds, whose person is active and inside the room still."""
    link_id = calendar_id_of_token(token, key=key)
    link = session.get(CalendarLink, link_id) if link_id is not None else None
    if link is None or link.consortium is None or not is_address_of(link, token, key=key):
        return None
    if not link.person.may_sign_in or not _is_of_a_member_inside(link.consortium, link.person):
        return None
    return link


def room_calendar(session: Session, *, link: CalendarLink, links: Links, now: datetime) -> bytes:
    """What a person has before it in a room: deadline, questions, its tasks, the last day for an appeal."""
    consortium, person = link.consortium, link.person
    if consortium is None:
        raise LookupError("a calendar of no room")
    language, tender = person.language, consortium.tender.standing
    url = links.room_tasks(consortium.id)
    tr = translator(language)
    tasks = [
        _Day(f"task-{task.id}", task.due_on, words_of(task, language), url)
        for task in tasks_of(session, consortium)
        if task.done_at is None and is_of(task, person) and not consortium.state.is_over
    ]
    appeal = _last_day_of_appeal(tender, language, now)
    days = [*_days_of(tender, language, url), *tasks, *([appeal] if appeal else [])]
    name = tr.gettext("Offre commune : {title}").format(title=tender.title_in(language))
    return _written(days, name=name, links=links, now=now)


def deadline_calendar(tender: Tender, *, language: str, links: Links, now: datetime) -> bytes:
    """The deadline of a tender, and the date of its questions, for a calendar program to take in once."""
    days = _days_of(tender, language, links.tender(tender.id))
    return _written(days, name=tender.title_in(language), links=links, now=now)


def _days_of(tender: Tender, language: str, url: str) -> list[_Day]:
    tr = translator(language)
    title = tender.title_in(language)
    days = []
    if tender.submission_deadline is not None:
        said = (
            tr.gettext("Délai pour les demandes de participation : {title}")
            if tender.deadline_is_for_requests
            else tr.gettext("Délai de remise des offres : {title}")
        )
        at = tender.submission_deadline
        days.append(_Day(f"tender-{tender.id}-deadline", at, said.format(title=title), url))
    if tender.enquiry_deadline is not None:
        said = tr.gettext("Dernier jour pour les questions : {title}").format(title=title)
        days.append(_Day(f"tender-{tender.id}-questions", tender.enquiry_deadline, said, url))
    return days


def _last_day_of_appeal(tender: Tender, language: str, now: datetime) -> _Day | None:
    """The last day to contest the newest call by the shortest of the delays that may hold."""
    today = now.astimezone(ZURICH).date()
    of_calls = (
        appeal
        for appeal in appeals_of(tender, today=today)
        if appeal.notice.notice_type is NoticeType.TENDER and appeal.delays
    )
    appeal = next(of_calls, None)
    if appeal is None:
        return None
    delay = min(appeal.delays, key=lambda each: each.last_day)
    said = translator(language).gettext(
        "Recours contre l’appel d’offres : dernier jour du délai le plus court ({days} jours), à vérifier"
    )
    key = f"tender-{tender.id}-appeal"
    return _Day(key, delay.last_day, said.format(days=delay.rule.days), tender.url)


def _written(days: Iterable[_Day], *, name: str, links: Links, now: datetime) -> bytes:
    host = urlsplit(links.base_url).hostname or "localhost"
    calendar = Calendar()
    calendar.add("prodid", f"-//aimp//{host}//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _EVERY, parameters={"value": "DURATION"})
    for day in days:
        event = Event()
        event.add("uid", f"{day.key}@{host}")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", day.at.astimezone(UTC) if isinstance(day.at, datetime) else day.at)
        event.add("summary", day.words)
        if day.url:
            event.add("url", day.url)
        # A day to remember does not make somebody busy.
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _is_of_a_member_inside(consortium: Consortium, person: Person) -> bool:
    return any(person.may_answer_for(seat.member) for seat in inside(consortium))
