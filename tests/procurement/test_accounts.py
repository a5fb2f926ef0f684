"""Chambers, members and people: addresses in one form, roles that do not mix, stops that hold."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import accounts
from procurement.errors import UnreadableFile
from procurement.models import AuditEntry, Chamber, Person
from procurement.vocabulary import Frequency, Role
from tests.factories import make_chamber, make_match, make_member, make_person


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Maude.Rochat@Example.CH ", "maude.rochat@example.ch"),
        ("maude+veille@example.ch", "maude+veille@example.ch"),
        ("maude@genève.ch", "maude@xn--genve-6ra.ch"),
    ],
)
def test_an_address_is_kept_in_the_form_that_every_relay_takes(given: str, kept: str) -> None:
    assert accounts.valid_email(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "maude",
        "maude@",
        "@example.ch",
        "maude@example",
        "maude@example.ch, solene@example.ch",
        "maude@example.ch\nBcc: x@example.ch",
        "maude rochat@example.ch",
        "réné@example.ch",
        "Maude <maude@example.ch>",
        "maude@example.ch\x00",
        "a" * 250 + "@example.ch",
    ],
)
def test_what_is_no_address_is_refused_in_words(given: str) -> None:
    with pytest.raises(ValueError, match=r": .+"):
        accounts.valid_email(given)


def test_an_installation_has_one_chamber(session: Session) -> None:
    first = accounts.only_chamber(session)

    assert accounts.only_chamber(session) is first
    assert len(session.scalars(select(Chamber)).all()) == 1
    assert (first.language, first.sends_strong) == ("fr", False)


def test_somebody_is_found_whatever_the_capitals(session: Session) -> None:
    person = make_person(session, email="maude@example.ch")

    assert accounts.person_by_email(session, " MAUDE@example.ch") is person


@pytest.mark.parametrize("email", ["nobody@example.ch", "no address", "", "\x00", "left@example.ch"])
def test_nobody_is_found_under_another_address_or_after_leaving(session: Session, email: str) -> None:
    make_person(session, email="left@example.ch", is_active=False)

    assert accounts.person_by_email(session, email) is None


def test_somebody_is_added_to_the_staff(session: Session, now: datetime) -> None:
    chamber = make_chamber(session)

    person = accounts.add_staff(
        session, chamber=chamber, name="Solène Vuagnat", email="Solene@Example.ch", now=now
    )

    assert (person.email, person.role, person.chamber_id) == ("solene@example.ch", Role.STAFF, chamber.id)
    assert person.is_staff
    assert person.frequency is Frequency.OFF


def test_adding_staff_twice_gives_them_their_new_name_and_lets_them_back_in(
    session: Session, now: datetime
) -> None:
    chamber = make_chamber(session)
    person = make_person(session, role=Role.STAFF, email="solene@example.ch", is_active=False)

    again = accounts.add_staff(session, chamber=chamber, name="Solène V.", email="solene@example.ch", now=now)

    assert again is person
    assert (person.name, person.is_active) == ("Solène V.", True)


def test_somebody_of_a_member_does_not_become_staff(session: Session, now: datetime) -> None:
    person = make_person(session, email="maude@example.ch")

    with pytest.raises(UnreadableFile, match=r"^maude@example\.ch already belongs to a member"):
        accounts.add_staff(session, chamber=person.chamber, name="X", email=person.email, now=now)

    assert person.role is Role.MEMBER


def _change(session: Session, person: Person, frequency: Frequency, now: datetime) -> None:
    accounts.change_preferences(
        session,
        person=person,
        frequency=frequency,
        language="de",
        paused_until=date(2026, 12, 24),
        now=now,
    )


def test_a_person_sets_how_to_hear_from_us(session: Session, now: datetime) -> None:
    person = make_person(session)

    _change(session, person, Frequency.WEEKLY, now)

    assert (person.frequency, person.language, person.paused_until) == (
        Frequency.WEEKLY,
        "de",
        date(2026, 12, 24),
    )
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.facts) == (
        "preferences",
        {"frequency": "weekly", "weekdays": [0, 1, 2, 3, 4], "hour": 7},
    )


@pytest.mark.parametrize(
    ("frequency", "is_stopped"), [(Frequency.DAILY, False), (Frequency.INSTANT, False), (Frequency.OFF, True)]
)
def test_choosing_a_frequency_lifts_a_stop(
    session: Session, now: datetime, frequency: Frequency, is_stopped: bool
) -> None:
    person = make_person(session)
    accounts.unsubscribe(session, person=person, now=now)

    _change(session, person, frequency, now)

    assert (person.unsubscribed_at is not None) is is_stopped


def test_stopping_twice_is_once(session: Session, now: datetime) -> None:
    person = make_person(session)
    accounts.unsubscribe(session, person=person, now=now)

    accounts.unsubscribe(session, person=person, now=now + timedelta(days=1))

    assert (person.unsubscribed_at, person.frequency) == (now, Frequency.OFF)
    assert session.scalars(select(AuditEntry.act)).all() == ["unsubscribe"]


def test_an_act_of_nobody_is_in_the_audit_trail_too(session: Session, now: datetime) -> None:
    accounts.write_audit(session, person=None, act="import", subject="members", now=now)

    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.person_id, entry.chamber_id, entry.facts) == (None, None, {})


def test_only_active_members_are_counted(session: Session) -> None:
    make_member(session)
    make_member(session, is_active=False)

    assert accounts.counts(session) == {"members": 1}


def test_who_may_sign_in(session: Session) -> None:
    assert make_person(session).may_sign_in
    assert make_person(session, role=Role.STAFF).may_sign_in
    assert not make_person(session, is_active=False).may_sign_in
    assert not make_person(session, member=make_member(session, is_active=False)).may_sign_in


def test_staff_curate_the_matches_of_their_own_chamber_only(session: Session) -> None:
    match = make_match(session)
    stranger = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))

    assert make_person(session, role=Role.STAFF).may_curate(match)
    assert not stranger.may_curate(match)
    assert not make_person(session, member=match.member).may_curate(match)
