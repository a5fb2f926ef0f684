"""What members can show for ESS criteria: labels, certificates with their expiry, figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from sqlalchemy.orm import Session

from config.criteria import ess_criteria
from procurement import work
from procurement.accounts import write_audit
from procurement.cleaning import one_line
from procurement.errors import NotAllowed
from procurement.labelled import Labelled
from procurement.models import Credential, Member, Person
from procurement.stance import Asked, Side, Stance, Standing, stance

# To renew a certificate takes about as long.
_SOON = timedelta(days=90)


# "family: name", and in brackets a figure, a last day, or both.
_WRITTEN = re.compile(
    r"(?P<family>[a-z_]+)\s*:\s*(?P<name>.+?)"
    r"(?:\s*\((?=[0-9])(?P<figure>[0-9]{1,6}(?![0-9-]))?(?:,\s*)?(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})?\))?"
)
_NONE = "none"


class Validity(Labelled):
    """How long a proof can still be shown."""

    VALID = "valid", "valable", "gültig", "valido", "valid"
    SOON = "soon", "échoit bientôt", "läuft bald ab", "scade presto", "expires soon"
    EXPIRED = "expired", "échu", "abgelaufen", "scaduto", "expired"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a member states for a family; a figure of nought says that it has nothing of the kind."""

    family: str
    name: str
    figure: int | None = None
    valid_until: date | None = None

    @classmethod
    def of(cls, credential: Credential) -> Self:
        """What a member states with a proof."""
        return cls(credential.family, credential.name, credential.figure, credential.valid_until)

    @classmethod
    def read(cls, written: str) -> Self:
        """What stands in a spreadsheet: « apprentissage_formation: Apprentis (2, 2027-07-31) ».

        ValueError says what is wrong with it.
        """
        found = _WRITTEN.fullmatch(written.strip())
        family = found["family"] if found else ""
        if found is None or family not in ess_criteria().by_key():
            raise ValueError(f"{written!r} does not begin with a criterion of config/ess_criteria.toml")
        if found["name"].lower() == _NONE:
            return cls(family, "", 0)
        figure, day = found["figure"], found["day"]
        return cls(
            family,
            one_line(found["name"], longest=200),
            int(figure) if figure else None,
            date.fromisoformat(day) if day else None,
        )

    def as_row(self, now: datetime) -> Credential:
        """The row that keeps it."""
        return Credential(
            family=self.family,
            name=self.name,
            figure=self.figure,
            valid_until=self.valid_until,
            changed_at=now,
        )


def validity_of(credential: Credential, *, today: date) -> Validity:
    """Whether a proof is valid, soon to be renewed, or expired; one without an end stays valid."""
    if credential.valid_until is None or credential.valid_until > today + _SOON:
        return Validity.VALID
    return Validity.EXPIRED if credential.valid_until < today else Validity.SOON


def can_show(credential: Credential, *, today: date) -> bool:
    """Whether a proof shows something today: it has not expired, and does not say that there is none."""
    return credential.figure != 0 and validity_of(credential, today=today) is not Validity.EXPIRED


def answerable(member: Member, *, today: date) -> Mapping[str, Stance]:
    """For each family of criteria, what it would be to a member as a weighted criterion; unknown left out."""
    standing = Standing.of(member)
    found = {family: stance(Asked(family), standing, today=today) for family in standing.families}
    return {family: each for family, each in found.items() if each.side is not Side.UNKNOWN}


def state(session: Session, *, member: Member, person: Person, shown: Shown, now: datetime) -> Credential:
    """Add what a member can show; its lots are matched again at once."""
    _must_edit(person, member)
    credential = shown.as_row(now)
    member.credentials.append(credential)
    session.flush()
    _note(session, member, person, "credential.state", credential, now)
    return credential


def change(
    session: Session, *, member: Member, person: Person, credential: Credential, shown: Shown, now: datetime
) -> bool:
    """Let a proof be what is shown now; returns whether anything changed."""
    _must_edit(person, member)
    if shown == Shown.of(credential):
        return False
    credential.family, credential.name = shown.family, shown.name
    credential.figure, credential.valid_until = shown.figure, shown.valid_until
    credential.changed_at = now
    _note(session, member, person, "credential.change", credential, now)
    return True


def withdraw(
    session: Session, *, member: Member, person: Person, credential: Credential, now: datetime
) -> None:
    """Let a member no longer state a proof."""
    _must_edit(person, member)
    _note(session, member, person, "credential.withdraw", credential, now)
    member.credentials.remove(credential)


def replace_all(member: Member, shown: Sequence[Shown], *, now: datetime) -> bool:
    """Let a member state these proofs and no others; returns whether anything changed."""
    if set(shown) == set(map(Shown.of, member.credentials)):
        return False
    member.credentials = [each.as_row(now) for each in dict.fromkeys(shown)]
    return True


def _must_edit(person: Person, member: Member) -> None:
    if not person.may_edit(member):
        raise NotAllowed


def _note(
    session: Session, member: Member, person: Person, act: str, credential: Credential, now: datetime
) -> None:
    """Write down who changed what, and have the member matched again: it answers criteria otherwise."""
    member.profile_changed_at = now
    write_audit(
        session,
        person=person,
        act=act,
        subject=f"member:{member.id}",
        facts={"family": credential.family, "name": credential.name},
        now=now,
    )
    if member.is_active:
        work.ask(session, key=f"member:{member.id}", kind="match_member", now=now, member_id=member.id)
