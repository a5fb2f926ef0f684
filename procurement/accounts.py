"""Chambers, members and people: who there is, in which role, and how they want to hear from us."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from procurement.errors import NotAllowed, UnreadableFile
from procurement.i18n import ZURICH
from procurement.models import AuditEntry, Chamber, Member, Person
from procurement.vocabulary import Frequency, Role


def write_audit(
    session: Session,
    *,
    person: Person | None,
    act: str,
    subject: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the audit trail; lines are never changed."""
    session.add(
        AuditEntry(
            at=now,
            person_id=person.id if person else None,
            chamber_id=person.chamber_id if person else None,
            act=act,
            subject=subject,
            facts=dict(facts or {}),
        )
    )


def valid_email(value: str) -> str:
    """The address as any relay takes it, lower case; ValueError says in words what is wrong with it."""
    try:
        found = validate_email(
            value.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
        return (found.ascii_email or found.normalized).lower()
    except EmailNotValidError as problem:
        raise ValueError(f"{value!r}: {problem}") from problem


def only_chamber(session: Session) -> Chamber:
    """The chamber of an installation that has one; made with its defaults when there is none yet."""
    chamber = session.scalars(select(Chamber).order_by(Chamber.id).limit(1)).first()
    if chamber is None:
        chamber = Chamber(key="apres-ge", name="APRÈS-GE")
        session.add(chamber)
        session.flush()
    return chamber


def person_by_email(session: Session, email: str) -> Person | None:
    """The active person with this address, whatever its capitals; None for an address that is not one."""
    try:
        wanted = valid_email(email)
    except ValueError:
        return None
    return session.scalar(select(Person).where(Person.email == wanted, Person.is_active))


def add_staff(session: Session, *, chamber: Chamber, name: str, email: str, now: datetime) -> Person:
    """Add somebody to the chamber's staff, or say who they are when the address is already known."""
    address = valid_email(email)
    person = session.scalar(select(Person).where(Person.email == address))
    if person is None:
        person = Person(email=address, chamber=chamber, created_at=now, frequency=Frequency.OFF)
        session.add(person)
    elif person.member_id is not None:
        raise UnreadableFile(f"{address} already belongs to a member; staff need an address of their own")
    person.name, person.role, person.is_active = name, Role.STAFF, True
    session.flush()
    return person


def change_preferences(
    session: Session,
    *,
    person: Person,
    frequency: Frequency,
    language: str,
    paused_until: date | None,
    now: datetime,
    weekdays: Collection[int] = (),
    hour: int | None = None,
) -> None:
    """Set how often, when, in which language and from when on a person hears of tenders; this lifts a stop.

    Days (0: Monday) and hour that are not given stay as they are.
    """
    is_past = paused_until is not None and paused_until <= now.astimezone(ZURICH).date()
    person.frequency, person.language = frequency, language
    person.paused_until = None if is_past else paused_until
    if weekdays:
        person.weekdays = sorted({*weekdays})
    if hour is not None:
        person.hour = hour
    if frequency is not Frequency.OFF:
        person.unsubscribed_at = None
    write_audit(
        session,
        person=person,
        act="preferences",
        subject=f"person:{person.id}",
        facts={"frequency": frequency.value, "weekdays": person.weekdays, "hour": person.hour},
        now=now,
    )


def unsubscribe(session: Session, *, person: Person, now: datetime) -> None:
    """Stop every alert to a person at once; twice is once."""
    if person.unsubscribed_at is None:
        person.unsubscribed_at = now
        person.frequency = Frequency.OFF
        write_audit(session, person=person, act="unsubscribe", subject=f"person:{person.id}", now=now)


def reach_again(session: Session, *, person: Person, by: Person, now: datetime) -> None:
    """Staff let e-mails go to an address again that was given up; twice is once."""
    if not by.is_staff or by.chamber_id != person.chamber_id:
        raise NotAllowed
    if person.undeliverable_since is not None:
        words = person.undeliverable_words
        person.undeliverable_since, person.undeliverable_words, person.failures = None, "", 0
        write_audit(
            session,
            person=by,
            act="address.reach_again",
            subject=f"person:{person.id}",
            facts={"said": words},
            now=now,
        )


def chamber_with_figures(session: Session) -> Chamber | None:
    """The chamber whose figures anybody may see: the first that shows them."""
    return session.scalar(
        select(Chamber).where(Chamber.shows_figures.is_(True)).order_by(Chamber.id).limit(1)
    )


def show_figures(session: Session, *, person: Person, shows: bool, now: datetime) -> None:
    """Let anybody see the figures of the staff member's chamber, or nobody but its staff."""
    if not person.is_staff:
        raise NotAllowed
    person.chamber.shows_figures = shows
    write_audit(
        session,
        person=person,
        act="figures.show" if shows else "figures.hide",
        subject=f"chamber:{person.chamber_id}",
        now=now,
    )


def counts(session: Session) -> dict[str, int]:
    """How many active members there are."""
    return {"members": session.scalar(select(func.count(Member.id)).where(Member.is_active)) or 0}
