"""Which model follows which: a promotion noted, the way back in one act, and who did what when."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import served
from procurement.accounts import write_audit
from procurement.bands import carry_thresholds
from procurement.errors import ModelMismatch, NotAllowed, RuleBroken
from procurement.models import AuditEntry, Chamber, Person
from procurement.rules import Rule
from procurement.served import Kind, Served
from procurement.weights import weights_of

logger = logging.getLogger(__name__)

PROMOTED, ROLLED_BACK, RESUMED = "model.promote", "model.roll_back", "model.resume"


@dataclass(frozen=True, slots=True)
class Turn:
    """From when on a model served: promoted, or gone back to; an empty one: none. No person: a command."""

    model: str
    at: datetime
    is_back: bool
    person: str | None = None


def turns(session: Session, *, kind: Kind, limit: int = 20) -> list[Turn]:
    """The changes of the model in use, the newest first."""
    rows = session.execute(
        select(AuditEntry.subject, AuditEntry.at, AuditEntry.act, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .where(
            AuditEntry.act.in_((PROMOTED, ROLLED_BACK)),
            AuditEntry.subject.startswith(_subject(kind, ""), autoescape=True),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    return [
        Turn(subject.removeprefix(_subject(kind, "")), at, act == ROLLED_BACK, name)
        for subject, at, act, name in rows
    ]


def promoted(session: Session, models: Path, *, now: datetime) -> None:
    """Note the model that was promoted, and keep each chamber's bands as large as they were."""
    found = served.served(models)
    _note(session, models, found, act=PROMOTED, person=None, now=now)
    _carry(session, models, replace(found, versions=found.versions[:-1]), found, now=now)


def roll_back(
    session: Session, models: Path, *, leaving: str | None, person: Person | None, now: datetime
) -> Served:
    """Go back from a model to the one before it, or from the first to none: what serves from now on.

    Nothing is promoted until resumed. RuleBroken when another one serves meanwhile, so that one act asked for
    twice is done once. Staff may, and whoever runs the command (no person).
    """
    _must_be_staff(person)
    # Two at once go one after the other: the second finds that another model serves.
    session.scalars(select(Chamber.id).order_by(Chamber.id).with_for_update()).all()
    found = served.served(models)
    if found.version != leaving:
        raise RuleBroken(Rule.OTHER_MODEL)
    back = served.roll_back(models, now=now)
    _note(session, models, back, act=ROLLED_BACK, person=person, now=now)
    _carry(session, models, found, back, now=now)
    return back


def resume(session: Session, models: Path, *, person: Person | None, now: datetime) -> Served:
    """Let training promote again after somebody went back."""
    _must_be_staff(person)
    found = served.resume(models)
    _note(session, models, found, act=RESUMED, person=person, now=now)
    return found


def _must_be_staff(person: Person | None) -> None:
    if person is not None and not person.is_staff:
        raise NotAllowed


def _carry(session: Session, models: Path, leaving: Served, serving: Served, *, now: datetime) -> None:
    """Keep the bands of each chamber as large as they were, where both models can be read."""
    if models.name != Kind.MATCH or leaving.version == serving.version:
        return
    try:
        before, after = weights_of(models, leaving), weights_of(models, serving)
    except ModelMismatch as problem:
        logger.warning("no threshold was carried over", extra={"problem": str(problem)})
        return
    if before is None or after is None:
        logger.warning("no threshold was carried over", extra={"problem": "the rules are not written down"})
        return
    for chamber in session.scalars(select(Chamber).order_by(Chamber.id).with_for_update()):
        carry_thresholds(session, chamber=chamber, leaving=before.score, score=after.score, now=now)


def _note(
    session: Session, models: Path, found: Served, *, act: str, person: Person | None, now: datetime
) -> None:
    subject = _subject(Kind(models.name), found.version or found.rules or "")
    write_audit(session, person=person, act=act, subject=subject, now=now)


def _subject(kind: Kind, version: str) -> str:
    return f"model:{kind.value}:{version}"
