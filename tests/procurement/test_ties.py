"""Members that are tied: recorded by staff, warned of inside a room, and across rooms told to staff alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import consortiums, ties
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AuditEntry, Member, MemberTie, Person
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Role
from tests.factories import (
    NOW,
    make_chamber,
    make_lot,
    make_member,
    make_person,
    make_room,
    make_seat,
    make_tender,
    make_tie,
)


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the staff."""
    return make_person(session, role=Role.STAFF, password=None)


def _record(
    session: Session, staff: Person, member: Member, other: Member, reason: str = "même direction"
) -> MemberTie:
    return ties.record_tie(session, member=member, other=other, reason=reason, person=staff, now=NOW)


def test_a_tie_is_one_whichever_end_it_is_recorded_from(session: Session, staff: Person) -> None:
    one, other = make_member(session), make_member(session)

    tie = _record(session, staff, one, other)
    again = _record(session, staff, other, one, "même fondation")

    assert tie is again
    assert again.reason == "même fondation"
    assert [found for _, found in ties.ties_of(session, member=one)] == [other]
    assert [found for _, found in ties.ties_of(session, member=other)] == [one]
    ties.remove_tie(session, tie=tie, person=staff, now=NOW)
    session.flush()
    assert ties.ties_of(session, member=one) == []
    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["tie.record", "tie.record", "tie.remove"]


def test_only_staff_tie_two_members_of_their_chamber_and_say_why(session: Session, staff: Person) -> None:
    one, other = make_member(session), make_member(session)
    stranger = make_member(session, chamber=make_chamber(session, key="autre"))

    for person, second in ((make_person(session), other), (staff, stranger), (staff, one)):
        with pytest.raises(NotAllowed):
            _record(session, person, one, second)
    with pytest.raises(RuleBroken):
        _record(session, staff, one, other, "  ")


def test_a_shared_domain_proposes_a_tie_and_a_public_one_does_not(session: Session, staff: Person) -> None:
    one, other, third, fourth = (make_member(session) for _ in range(4))
    make_person(session, member=one, email="a@fondation-alpha.example", password=None)
    make_person(session, member=one, email="a@gmail.com", password=None)
    make_person(session, member=other, email="b@fondation-alpha.example", password=None)
    make_person(session, member=third, email="c@gmail.com", password=None)
    make_person(session, member=fourth, email="d@fondation-alpha.example", password=None, is_active=False)

    assert ties.candidates(session, member=one) == [(other, "fondation-alpha.example")]
    assert ties.candidates(session, member=third) == []
    assert session.scalars(select(MemberTie)).all() == []

    _record(session, staff, one, other)
    assert ties.candidates(session, member=one) == []


def test_tied_members_inside_one_room_are_no_two_bids(session: Session) -> None:
    lead, partner = make_person(session, password=None), make_person(session, password=None)
    room = make_room(session, lead=lead)
    make_seat(session, room, partner, SeatState.JOINED)
    tie = make_tie(session, lead.member, partner.member)

    assert ties.ties_among(session, [lead.member_id or 0, partner.member_id or 0]) == [tie]
    assert ties.tenders_apart(session, chamber_id=room.chamber_id) == []


@pytest.mark.parametrize(
    ("case", "expected"), [("same lot", True), ("other lots", False), ("over", False), ("asked", False)]
)
def test_tied_members_in_two_live_rooms_for_one_lot_are_apart(
    session: Session, case: str, expected: bool
) -> None:
    tender = make_tender(session, lots=[])
    lots = [make_lot(tender), make_lot(tender)]
    session.flush()
    one, other = make_person(session, password=None), make_person(session, password=None)
    make_tie(session, one.member, other.member)
    room = make_room(session, lead=one, tender=tender, lots=lots[:1])
    if case == "asked":
        second = make_room(session, tender=tender, lots=lots[:1])
        make_seat(session, second, other, SeatState.ASKED)
    else:
        make_room(session, lead=other, tender=tender, lots=lots[1:] if case == "other lots" else lots[:1])
    if case == "over":
        consortiums.end(
            session, consortium=room, state=ConsortiumState.WITHDRAWN, note="", person=one, now=NOW
        )

    assert (ties.tenders_apart(session, chamber_id=room.chamber_id) == [tender]) is expected


def test_that_staff_read_of_it_is_on_record_once_an_hour(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    for minutes in (0, 30, 61):
        ties.note_apart_read(
            session, tender_ids=[tender.id], person_id=staff.id, now=NOW + timedelta(minutes=minutes)
        )
        session.flush()

    found = session.scalars(select(AuditEntry).where(AuditEntry.act == ties.APART_READ)).all()
    assert [(each.subject, each.person_id) for each in found] == [(f"tender:{tender.id}", staff.id)] * 2
