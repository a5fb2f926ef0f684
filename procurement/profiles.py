"""A member's profile as its own people or staff change it: a draft is tried first, then saved as tried."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self

from sqlalchemy.orm import Session

from procurement import work
from procurement.accounts import write_audit
from procurement.errors import NotAllowed
from procurement.models import Member, Person


@dataclass(frozen=True, slots=True)
class Draft:
    """What may be changed of a profile: the text, the CPV codes, the cantons and the excluded words."""

    statement: str = ""
    cpv_codes: tuple[str, ...] = ()
    cantons: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()

    @classmethod
    def of(cls, member: Member) -> Self:
        """The profile as it stands."""
        return cls.read({each.name: getattr(member, each.name) for each in fields(cls)})

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """The draft that a row of work holds."""
        lists = {name: tuple(facts[name]) for name in ("cpv_codes", "cantons", "excluded_words")}
        return cls(statement=str(facts["statement"]), **lists)

    @property
    def facts(self) -> dict[str, Any]:
        """The draft as a row of work holds it."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @property
    def digest(self) -> str:
        """A short name of this very draft: another text has another one."""
        return hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode()).hexdigest()[:16]


def preview_key(member: Member, digest: str) -> str:
    """The key under which a member's draft is tried: it begins with the member, so nobody finds another's."""
    return f"profile_preview:{member.id}:{digest}"


def try_draft(session: Session, *, member: Member, person: Person, draft: Draft, now: datetime) -> None:
    """Ask what a draft would bring; nothing of the profile changes."""
    if not person.may_edit(member):
        raise NotAllowed
    key = preview_key(member, draft.digest)
    work.ask(session, key=key, kind="profile_preview", now=now, member_id=member.id, draft=draft.facts)


def tried_draft(session: Session, *, member: Member, digest: str) -> Draft | None:
    """The draft of a member that was tried under this name; None when none was."""
    row = work.newest(session, key=preview_key(member, digest))
    return Draft.read(row.facts["draft"]) if row is not None else None


def save(session: Session, *, member: Member, person: Person, draft: Draft, now: datetime) -> bool:
    """Let a draft be the profile; a change is written to the audit trail and matched again at once.

    Returns whether anything changed.
    """
    if not person.may_edit(member):
        raise NotAllowed
    before, after = Draft.of(member).facts, draft.facts
    changed = {name: before[name] for name in after if after[name] != before[name]}
    if not changed:
        return False
    for name in changed:
        setattr(member, name, after[name])
    _changed(session, member, person, changed, now)
    return True


def add_reference(session: Session, *, member: Member, reference: str, person: Person, now: datetime) -> None:
    """Let a contract stand among a member's references, once; only its own people say so."""
    if not person.may_answer_for(member):
        raise NotAllowed
    if reference in member.references:
        return
    before = {"references": list(member.references)}
    member.references = [*member.references, reference]
    _changed(session, member, person, before, now)


def _changed(
    session: Session, member: Member, person: Person, before: Mapping[str, Any], now: datetime
) -> None:
    member.profile_changed_at = now
    write_audit(
        session,
        person=person,
        act="profile.change",
        subject=f"member:{member.id}",
        facts={"before": dict(before)},
        now=now,
    )
    if member.is_active:
        work.ask(session, key=f"member:{member.id}", kind="match_member", now=now, member_id=member.id)


def accept_proposals(
    session: Session, *, member: Member, person: Person, accepts: bool, now: datetime
) -> None:
    """Let a member be suggested to others as a partner, or not; what it was asked before stands."""
    if not person.may_edit(member):
        raise NotAllowed
    if member.accepts_proposals != accepts:
        member.accepts_proposals = accepts
        act = "profile.proposals" if accepts else "profile.no_proposals"
        write_audit(session, person=person, act=act, subject=f"member:{member.id}", now=now)
