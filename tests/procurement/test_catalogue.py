"""The public catalogue: who stands in it by whose word, what it shows, and who finds whom."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import catalogue
from procurement.catalogue import Listed, Search
from procurement.errors import NotAllowed, RuleBroken
from procurement.exports.sheets import write_csv_sheet
from procurement.models import AuditEntry, Credential, Member
from procurement.rules import Rule
from procurement.vocabulary import Role
from tests.factories import NOW, make_chamber, make_member, make_person


def _member(session: Session, **overrides: object) -> Member:
    return make_member(session, **{"in_catalogue_since": NOW, **overrides})


def _credential(name: str, valid_until: date | None, figure: int | None = None) -> Credential:
    return Credential(
        family="ecolabels_management", name=name, figure=figure, valid_until=valid_until, changed_at=NOW
    )


def _listed(session: Session, language: str = "fr") -> list[Listed]:
    return catalogue.listed(session, chamber=make_chamber(session), language=language, now=NOW)


def test_only_active_members_that_want_to_stand_in_it_by_name(session: Session) -> None:
    make_chamber(session)
    other = make_chamber(session, key="autre")
    for name in ("Épices", "Zinc", "Abri"):
        _member(session, name=name)
    _member(session, name="Ancien", is_active=False)
    _member(session, name="Ailleurs", chamber=other)
    make_member(session, name="Sans accord")

    assert [each.member.name for each in _listed(session)] == ["Abri", "Épices", "Zinc"]


def test_a_label_is_shown_as_long_as_it_is_valid_and_nothing_that_a_member_lacks(session: Session) -> None:
    today = NOW.date()
    member = _member(session)
    member.credentials = [
        _credential("Passé", today - timedelta(days=1)),
        _credential("Aujourd’hui", today),
        _credential("Sans date", None),
        _credential("", None, figure=3),
        _credential("", None, figure=0),
    ]
    session.flush()

    (entry,) = _listed(session)

    words = {"Aujourd’hui", "Sans date", "Écolabels et management environnemental (3)"}
    assert {each.words for each in entry.proofs} == words


def test_an_entry_speaks_the_readers_language_and_gives_an_address(session: Session) -> None:
    _member(session, statuses=["work_integration", "unknown"], sectors=["restauration_traiteur", "gone"])
    _member(session, name="Zinc", catalogue_contact="bonjour@example.ch", cantons=[])

    first, second = _listed(session, "de")

    assert first.cantons == ("Genf", "Waadt")
    assert first.statuses == ("Betrieb der Arbeitsintegration",)
    assert len(first.sectors) == 1
    assert (first.contact, second.contact) == ("solene.vuagnat@example.ch", "bonjour@example.ch")


@pytest.mark.parametrize(
    ("search", "names"),
    [
        (Search(), ["Cuisine", "Net"]),
        (Search(sector="restauration_traiteur"), ["Cuisine"]),
        (Search(canton="GE"), ["Cuisine", "Net"]),
        (Search(canton="ZH"), ["Net"]),
        (Search(status="work_integration"), ["Net"]),
        (Search(words="REPAS frais"), ["Cuisine"]),
        (Search(words="ecocert"), ["Net"]),
        (Search(words="geneve"), ["Cuisine"]),
        (Search(words="repas", status="work_integration"), []),
    ],
)
def test_a_buyer_finds_by_sector_place_status_and_words(
    session: Session, search: Search, names: list[str]
) -> None:
    sectors = ["restauration_traiteur"]
    _member(session, name="Cuisine", statement="Repas frais.", sectors=sectors, cantons=["GE"])
    net = _member(session, name="Net", statement="Bureaux.", cantons=[], statuses=["work_integration"])
    net.credentials = [_credential("Écocert", None)]
    session.flush()

    assert [each.member.name for each in catalogue.find(_listed(session), search)] == names


def test_a_members_own_people_agree_and_the_trail_keeps_the_words(session: Session) -> None:
    person = make_person(session, language="de")
    member = person.member
    assert member is not None

    catalogue.join(session, member=member, contact="a@example.ch", person=person, language="fr", now=NOW)
    later = NOW + timedelta(days=2)
    catalogue.join(session, member=member, contact="b@example.ch", person=person, language="fr", now=later)

    assert (member.in_catalogue_since, member.catalogue_contact) == (NOW, "b@example.ch")
    first, second = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert first.facts == {"consent": catalogue.CONSENT, "contact": "a@example.ch"}
    assert (second.act, second.at, second.person_id) == ("catalogue.join", later, person.id)


def test_staff_need_a_note_on_who_agreed(session: Session) -> None:
    staff, member = make_person(session, role=Role.STAFF), make_member(session)

    with pytest.raises(RuleBroken) as broken:
        catalogue.join(session, member=member, contact="", person=staff, language="fr", now=NOW)
    assert broken.value.rule is Rule.CONSENT_NEEDED
    assert member.in_catalogue_since is None
    note = "E-mail de Maude Rochat du 20 novembre"
    catalogue.join(
        session, member=member, contact="", person=staff, language="fr", now=NOW, consent_note=note
    )

    assert member.in_catalogue_since == NOW
    (entry,) = session.scalars(select(AuditEntry)).all()
    assert entry.facts["note"] == note


def test_nobody_else_brings_a_member_in_or_takes_it_out(session: Session) -> None:
    member = _member(session)
    strangers = (
        make_person(session),
        make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre")),
    )

    for person in strangers:
        with pytest.raises(NotAllowed):
            catalogue.join(
                session, member=member, contact="", person=person, language="fr", now=NOW, consent_note="oui"
            )
        with pytest.raises(NotAllowed):
            catalogue.leave(session, member=member, person=person, now=NOW)
        with pytest.raises(NotAllowed):
            catalogue.switch(session, chamber=member.chamber, person=person, is_on=True, now=NOW)
    assert member.in_catalogue_since == NOW


def test_a_member_that_left_the_chamber_does_not_come_in(session: Session) -> None:
    staff, member = make_person(session, role=Role.STAFF), make_member(session, is_active=False)

    with pytest.raises(NotAllowed):
        catalogue.join(
            session, member=member, contact="", person=staff, language="fr", now=NOW, consent_note="oui"
        )


@pytest.mark.parametrize("role", Role)
def test_leaving_takes_effect_at_once_and_twice_is_once(session: Session, role: Role) -> None:
    member = _member(session, catalogue_contact="a@example.ch")
    person = make_person(session, role=role, member=member if role is Role.MEMBER else None)

    assert catalogue.leave(session, member=member, person=person, now=NOW)
    assert not catalogue.leave(session, member=member, person=person, now=NOW)

    assert (member.in_catalogue_since, member.catalogue_contact) == (None, "")
    assert [entry.act for entry in session.scalars(select(AuditEntry))] == ["catalogue.leave"]


def test_no_catalogue_is_shown_until_staff_switch_it_on(session: Session) -> None:
    chamber, staff = make_chamber(session), make_person(session, role=Role.STAFF)
    assert catalogue.chamber_shown(session) is None

    catalogue.switch(session, chamber=chamber, person=staff, is_on=True, now=NOW)
    session.flush()
    assert catalogue.chamber_shown(session) is chamber

    catalogue.switch(session, chamber=chamber, person=staff, is_on=False, now=NOW)
    session.flush()
    assert catalogue.chamber_shown(session) is None
    acts = [entry.act for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert acts == ["catalogue.show", "catalogue.hide"]


def test_the_table_holds_what_the_page_shows_and_no_formula(session: Session) -> None:
    _member(
        session, name="=SUM(A1)", statement="Nettoie; lave.", cantons=[], catalogue_contact="a@example.ch"
    )
    file = io.StringIO(newline="")

    write_csv_sheet(catalogue.table(_listed(session), language="fr"), file)

    text = file.getvalue()
    assert text.startswith("\ufeffNom,")
    assert text.endswith("\r\n")
    header, row = csv.reader(io.StringIO(text[1:], newline=""))
    assert len(header) == len(row) == 8
    assert row[0] == "'=SUM(A1)"
    assert row[2] == "Nettoie; lave."
    assert (row[4], row[7]) == ("tous", "a@example.ch")
