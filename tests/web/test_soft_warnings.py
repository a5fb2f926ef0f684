"""What is to be verified is shown to whom it concerns and bars nothing: ties, and who prepared a tender."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from procurement import involvements, ties
from procurement.models import AuditEntry, Involvement, Member, MemberTie, Person, Tender
from procurement.teaming import SeatState
from procurement.vocabulary import Role
from tests.factories import make_member, make_person, make_room, make_seat, make_tender, make_tie, suggest
from tests.web.conftest import Page, Writing


@dataclass
class Circle:
    """Two members, staff, and a tender."""

    one: Person
    other: Person
    staff: Person
    tender: Tender


@pytest.fixture
def circle(writing: Writing) -> Circle:
    """Everybody there is; nobody is tied yet."""
    with writing() as session:
        one, other = (
            make_person(session, password=None, member=make_member(session, name=name), email=email)
            for name, email in (
                ("Atelier Belvédère", "a@alpha.example"),
                ("Association Escalade", "b@alpha.example"),
            )
        )
        return Circle(one, other, make_person(session, role=Role.STAFF, password=None), make_tender(session))


def test_staff_record_a_tie_from_a_shared_domain_and_take_it_back(
    page: Page, circle: Circle, writing: Writing
) -> None:
    path = f"/equipe/membres/{circle.one.member_id}"
    page.sign_in(circle.staff)
    assert "Leurs adresses partagent alpha.example" in page.get(path).get_text()

    page.send(path, f"{path}/liens", other=str(circle.other.member_id), reason="même direction")

    shown = page.get(path)
    assert "alpha.example\u00a0:" not in shown.get_text()
    assert "même direction" in page.get(f"/equipe/membres/{circle.other.member_id}").get_text()
    assert page.post(f"{path}/liens", other=str(circle.other.member_id), reason="").status_code == 303
    with writing() as session:
        tie_id = session.scalars(select(MemberTie)).one().id
    page.send(path, f"{path}/liens/{tie_id}/retirer")
    with writing() as session:
        assert session.scalars(select(MemberTie)).all() == []


def test_tied_members_inside_read_it_and_so_does_who_would_ask_one(
    page: Page, circle: Circle, writing: Writing
) -> None:
    with writing() as session:
        one, other = session.merge(circle.one), session.merge(circle.other)
        room = make_room(session, lead=one, tender=session.get_one(Tender, circle.tender.id))
        make_tie(session, one.member, other.member)
        suggest(session, room, session.get_one(Member, other.member_id))
        path, asked = f"/communautes/{room.id}", other.member_id
    lead = page.sign_in(circle.one)
    words = "sont liés (même direction)"

    assert words not in lead.get(path).get_text()
    assert words in lead.get(f"{path}/demandes/{asked}").get_text()
    with writing() as session:
        make_seat(session, session.merge(room), session.merge(circle.other), SeatState.JOINED)

    assert words in lead.get(path).get_text()
    assert words in page.other().sign_in(circle.other).get(path).get_text()


def test_across_rooms_staff_alone_learn_it_without_names_and_their_reading_is_noted(
    page: Page, circle: Circle, writing: Writing
) -> None:
    with writing() as session:
        tender = session.get_one(Tender, circle.tender.id)
        rooms = [
            make_room(session, lead=session.merge(each), tender=tender) for each in (circle.one, circle.other)
        ]
        paths = [f"/marches/{tender.id}", "/communautes", "/conseil", "/marches"]
    before = [page.other().sign_in(circle.one).get(path).get_text() for path in paths]
    with writing() as session:
        make_tie(session, session.merge(circle.one).member, session.merge(circle.other).member)

    assert [page.other().sign_in(circle.one).get(path).get_text() for path in paths] == before
    assert "liés" not in page.other().sign_in(circle.one).get(f"/communautes/{rooms[0].id}").get_text()
    staff = page.sign_in(circle.staff)
    for path in (f"/marches/{circle.tender.id}", "/equipe/membres"):
        assert "offres séparées" not in staff.get(path).get_text()
    with writing() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.act == ties.APART_READ)).all() == []

    shown = staff.get("/equipe/conseils")

    assert "Deux membres liés préparent peut-être des offres séparées" in shown.get_text()
    assert "Belvédère" not in shown.get_text()
    assert "/communautes/" not in str(shown.main)
    with writing() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.act == ties.APART_READ)).one()
        assert (noted.person_id, noted.subject) == (circle.staff.id, f"tender:{circle.tender.id}")


def test_what_the_notice_says_of_who_was_involved_is_shown_and_whom_it_names(
    page: Page, circle: Circle, writing: Writing
) -> None:
    with writing() as session:
        tender = session.get_one(Tender, circle.tender.id)
        tender.conditions = {"pre_involved": {"fr": "Atelier Belvédère a rédigé le cahier des charges."}}
    path = f"/marches/{circle.tender.id}"

    named = page.sign_in(circle.one).get(path).select_one(".soft-warnings")
    other = page.other().sign_in(circle.other).get(path).select_one(".soft-warnings")

    assert named is not None
    assert other is not None
    assert "L’avis nomme Atelier Belvédère." in named.get_text()
    assert "a rédigé le cahier" in other.get_text()
    assert "L’avis nomme" not in other.get_text()
    with writing() as session:
        room_id = make_room(session, lead=session.merge(circle.one), tender=session.merge(tender)).id
    assert "L’avis nomme Atelier Belvédère." in page.get(f"/communautes/{room_id}").get_text()


def test_staff_record_who_prepared_a_tender_and_only_that_member_and_its_partners_read_it(
    page: Page, circle: Circle, writing: Writing
) -> None:
    path = f"/marches/{circle.tender.id}"
    action = f"/equipe/marches/{circle.tender.id}/implications"
    staff = page.other().sign_in(circle.staff)
    staff.send(path, action, member=str(circle.one.member_id), quotation="A mené l’étude.", page="CCAP, p. 2")

    said = "selon le dossier, CCAP, p. 2"
    assert said in page.sign_in(circle.one).get(path).get_text()
    assert "A mené l’étude" not in page.other().sign_in(circle.other).get(path).get_text()
    with writing() as session:
        room = make_room(
            session, lead=session.merge(circle.other), tender=session.get_one(Tender, circle.tender.id)
        )
        make_seat(session, room, session.merge(circle.one), SeatState.JOINED)
        room_path = f"/communautes/{room.id}"
    assert said in page.other().sign_in(circle.other).get(room_path).get_text()

    staff.send(path, f"{action}/{circle.one.member_id}/retirer")
    with writing() as session:
        assert session.scalars(select(Involvement)).all() == []
    assert said not in page.get(room_path).get_text()


def test_a_record_without_its_page_is_refused_with_the_reason(
    page: Page, circle: Circle, writing: Writing
) -> None:
    path = f"/marches/{circle.tender.id}"
    action = f"/equipe/marches/{circle.tender.id}/implications"
    page.sign_in(circle.staff).client.post(
        action,
        data={
            "csrf_token": page.token(),
            "member": str(circle.one.member_id),
            "quotation": "Oui",
            "page": "",
        },
        headers={"Referer": f"http://localhost{path}"},
    )

    assert "Il faut les mots du dossier et la page" in page.get(path).get_text()
    with writing() as session:
        tender = session.get_one(Tender, circle.tender.id)
        assert involvements.involvements_of(session, tender=tender) == []
