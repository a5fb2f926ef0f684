"""What members can show: stated, changed and withdrawn by those who may, with its expiry."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import credentials
from procurement.credentials import Shown, Validity
from procurement.errors import NotAllowed
from procurement.models import AuditEntry, Credential, Member, Person, Work
from procurement.reserved import Status
from procurement.stance import Side
from procurement.vocabulary import LegalForm, Role
from tests.factories import NOW, make_chamber, make_credential, make_member, make_person

TODAY = date(2026, 11, 24)


@pytest.fixture
def member(session: Session) -> Member:
    """A member of the chamber."""
    return make_member(session)


@pytest.fixture
def person(session: Session, member: Member) -> Person:
    """Somebody of that member."""
    return make_person(session, member=member)


APPRENTICES = Shown("apprentissage_formation", "Apprenties cuisinières", 3)


def test_a_member_states_what_it_can_show_and_is_matched_again(
    session: Session, member: Member, person: Person
) -> None:
    stated = credentials.state(session, member=member, person=person, shown=APPRENTICES, now=NOW)

    assert member.credentials == [stated]
    assert member.profile_changed_at == NOW
    assert [work.kind for work in session.scalars(select(Work))] == ["match_member"]
    assert session.scalars(select(AuditEntry.act)).one() == "credential.state"


def test_what_is_stated_again_as_it_was_changes_nothing(
    session: Session, member: Member, person: Person
) -> None:
    stated = credentials.state(
        session, member=member, person=person, shown=APPRENTICES, now=NOW - timedelta(days=3)
    )

    has_changed = credentials.change(
        session, member=member, person=person, credential=stated, shown=APPRENTICES, now=NOW
    )

    assert not has_changed
    assert member.profile_changed_at == NOW - timedelta(days=3)


def test_a_proof_is_changed_and_withdrawn(session: Session, member: Member, person: Person) -> None:
    stated = make_credential(session, member)
    later = Shown("ecolabels_management", "EMAS", None, TODAY)

    assert credentials.change(session, member=member, person=person, credential=stated, shown=later, now=NOW)
    assert (stated.family, stated.name, stated.figure, stated.valid_until) == (
        "ecolabels_management",
        "EMAS",
        None,
        TODAY,
    )
    credentials.withdraw(session, member=member, person=person, credential=stated, now=NOW)
    session.flush()
    assert session.scalars(select(Credential)).all() == []
    assert member.profile_changed_at == NOW


def test_staff_of_the_chamber_may_state_for_a_member_and_nobody_else(
    session: Session, member: Member
) -> None:
    staff = make_person(session, role=Role.STAFF)
    strangers = [
        make_person(session),
        make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre")),
    ]

    credentials.state(session, member=member, person=staff, shown=APPRENTICES, now=NOW)

    for stranger in strangers:
        with pytest.raises(NotAllowed):
            credentials.state(session, member=member, person=stranger, shown=APPRENTICES, now=NOW)


@pytest.mark.parametrize(
    ("valid_until", "validity"),
    [
        (None, Validity.VALID),
        (TODAY + timedelta(days=91), Validity.VALID),
        (TODAY + timedelta(days=90), Validity.SOON),
        (TODAY, Validity.SOON),
        (TODAY - timedelta(days=1), Validity.EXPIRED),
    ],
)
def test_a_proof_is_valid_to_the_end_of_its_last_day(valid_until: date | None, validity: Validity) -> None:
    assert credentials.validity_of(Credential(valid_until=valid_until), today=TODAY) is validity


def test_what_a_member_can_answer_comes_from_its_proofs_its_status_and_its_form(
    session: Session, member: Member
) -> None:
    member = make_member(session, statuses=[Status.WORK_INTEGRATION.value])
    make_credential(session, member)
    make_credential(session, member, family="energie_climat", name="", figure=0)

    said = credentials.answerable(member, today=TODAY)

    assert {family: each.side for family, each in said.items()} == {
        "insertion_socioprofessionnelle": Side.ADVANTAGE,
        "apprentissage_formation": Side.ADVANTAGE,
        "energie_climat": Side.NEUTRAL,
    }


def test_a_member_with_nothing_said_answers_nothing() -> None:
    member = Member(legal_form=LegalForm.COOPERATIVE, statuses=None, credentials=[])

    assert credentials.answerable(member, today=TODAY) == {}
