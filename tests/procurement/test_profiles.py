"""Drafts of a profile: who may try and save them, and what a saved one leaves behind."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import profiles
from procurement.errors import NotAllowed
from procurement.models import AuditEntry, Person, Work
from procurement.profiles import Draft
from procurement.vocabulary import Role
from tests.factories import make_chamber, make_member, make_person

DRAFT = Draft("Lavage de vitres.", ("90911300",), ("VD",), ("amiante",))


@pytest.mark.parametrize("who", ["another member", "staff of another chamber", "somebody who left"])
def test_nobody_else_tries_or_saves_a_profile(session: Session, now: datetime, who: str) -> None:
    member = make_member(session)
    other = make_chamber(session, key="autre")
    people: dict[str, Person] = {
        "another member": make_person(session),
        "staff of another chamber": make_person(session, role=Role.STAFF, chamber=other),
        "somebody who left": make_person(session, member=member, is_active=False),
    }

    with pytest.raises(NotAllowed):
        profiles.save(session, member=member, person=people[who], draft=DRAFT, now=now)
    with pytest.raises(NotAllowed):
        profiles.try_draft(session, member=member, person=people[who], draft=DRAFT, now=now)

    assert member.cantons == ["GE", "VD"]
    assert session.scalars(select(Work)).all() == []


def test_a_draft_is_found_by_its_own_member_only(session: Session, now: datetime) -> None:
    person, stranger = make_person(session), make_person(session)
    assert person.member is not None
    assert stranger.member is not None
    profiles.try_draft(session, member=person.member, person=person, draft=DRAFT, now=now)

    found = profiles.tried_draft(session, member=person.member, digest=DRAFT.digest)

    assert found == DRAFT
    assert profiles.tried_draft(session, member=stranger.member, digest=DRAFT.digest) is None
    assert Draft.of(person.member).digest != DRAFT.digest


def test_only_what_changed_is_in_the_audit_trail(session: Session, now: datetime) -> None:
    staff = make_person(session, role=Role.STAFF)
    member = make_member(session, is_active=False)
    draft = Draft(member.statement, tuple(member.cpv_codes), ("GE",), ())

    assert profiles.save(session, member=member, person=staff, draft=draft, now=now)
    assert not profiles.save(session, member=member, person=staff, draft=draft, now=now)

    session.flush()
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.facts == {"before": {"cantons": ["GE", "VD"]}}
    assert session.scalars(select(Work)).all() == []
