"""What a member can show: stated on its page, beside the fields what is wrong, and nobody else's."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from procurement.models import Credential, Member, Person
from procurement.vocabulary import Role
from tests.factories import NOW, make_chamber, make_credential, make_member, make_person
from tests.web.conftest import Page, Writing

TODAY = date(2026, 11, 24)
PAGE = "/profil/preuves"


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


def stored(writing: Writing) -> list[tuple[str, str, int | None, date | None]]:
    """What members state."""
    with writing() as session:
        return [
            (each.family, each.name, each.figure, each.valid_until)
            for each in session.scalars(select(Credential).order_by(Credential.id))
        ]


def listed(soup: BeautifulSoup) -> list[str]:
    """The proofs as the page names them."""
    return [" ".join(item.select(".proof-name")[0].get_text(" ").split()) for item in soup.select(".proof")]


def test_a_member_states_a_proof_and_sees_it(page: Page, person: Person, writing: Writing) -> None:
    page.sign_in(person)

    response = page.send(
        PAGE,
        PAGE,
        family="apprentissage_formation",
        name=" Apprenties   paysagistes ",
        figure="4",
        valid_until="2027-07-31",
    )
    soup = page.get(response.location)

    assert response.status_code == 303
    assert stored(writing) == [("apprentissage_formation", "Apprenties paysagistes", 4, date(2027, 7, 31))]
    assert listed(soup) == ["Apprenties paysagistes 4"]
    with writing() as session:
        assert session.scalars(select(Member)).one().profile_changed_at == NOW


def test_to_have_none_needs_no_name(page: Page, person: Person, writing: Writing) -> None:
    page.sign_in(person)

    response = page.send(PAGE, PAGE, family="ecolabels_management", has_none="y", figure="7")

    assert stored(writing) == [("ecolabels_management", "", 0, None)]
    assert listed(page.get(response.location)) == ["rien à montrer"]


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"family": ""}, "family", "Choisissez"),
        ({"family": "inconnue"}, "family", "Choisissez"),
        ({"name": " "}, "name", "nécessaire"),
        ({"name": "x" * 201}, "name", "trop long"),
        ({"figure": "douze"}, "figure", "Un nombre entier"),
        ({"figure": "0"}, "figure", "Un nombre entier"),
        ({"valid_until": "31.7.2027"}, "valid_until", "n’est pas valable"),
        ({"valid_until": "2207-07-31"}, "valid_until", "lointaine"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    page: Page, person: Person, writing: Writing, wrong: dict[str, str], field: str, words: str
) -> None:
    page.sign_in(person)
    facts = {"family": "apprentissage_formation", "name": "Apprentis", **wrong}

    response = page.post(PAGE, **facts)
    soup = BeautifulSoup(response.data, "lxml")

    assert response.status_code == 422
    assert words in soup.select(f"#{field}-error")[0].get_text()
    assert stored(writing) == []


def test_a_proof_is_changed_and_withdrawn(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        proof = make_credential(session, session.merge(person).member)  # type: ignore[arg-type]
    page.sign_in(person)
    here = f"{PAGE}/{proof.id}"

    assert page.send(here, here, name="Apprenties", figure="3").status_code == 303
    assert stored(writing) == [("apprentissage_formation", "Apprenties", 3, None)]
    assert page.send(here, here).status_code == 303
    assert page.post(here, family="apprentissage_formation", name="").status_code == 422
    assert page.send(PAGE, f"{here}/retirer").status_code == 303
    assert stored(writing) == []


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "échu"), (0, "échoit bientôt"), (90, "échoit bientôt"), (91, "")]
)
def test_what_expires_is_marked_in_time(
    page: Page, person: Person, writing: Writing, days: int, words: str
) -> None:
    with writing() as session:
        member = session.merge(person).member
        assert member is not None
        make_credential(session, member, valid_until=TODAY + timedelta(days=days))

    soup = page.sign_in(person).get(PAGE)

    assert [mark.get_text(strip=True)[1:].strip() for mark in soup.select(".validity")] == (
        [words] if words else []
    )


def test_staff_work_on_the_proofs_of_their_members_only(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        own = make_member(session)
        other = make_member(session, chamber=make_chamber(session, key="autre"))
        proofs = [make_credential(session, member) for member in (own, other)]
    page.sign_in(staff)
    here = f"/equipe/membres/{own.id}/preuves"

    assert page.send(here, here, family="biodiversite", name="Prairies").status_code == 303
    assert page.send(f"{here}/{proofs[0].id}", f"{here}/{proofs[0].id}", name="Deux").status_code == 303
    assert page.send(here, f"{here}/{proofs[0].id}/retirer").status_code == 303
    assert [name for _, name, _, _ in stored(writing)] == ["Apprentis agents de propreté", "Prairies"]
    page.get(f"/equipe/membres/{other.id}/preuves", status=404)
    page.get(f"{here}/{proofs[1].id}", status=404)


def test_a_member_reaches_no_other_members_proof(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        proof = make_credential(session, make_member(session))
    page.sign_in(person)

    page.get(f"{PAGE}/{proof.id}", status=404)
    assert page.post(f"{PAGE}/{proof.id}", family=proof.family, name="Pris").status_code == 404
    assert page.post(f"{PAGE}/{proof.id}/retirer").status_code == 404
    assert stored(writing)[0][1] == proof.name


def test_the_form_opens_on_the_criterion_one_comes_from(page: Page, person: Person) -> None:
    soup = page.sign_in(person).get(f"{PAGE}?critere=apprentissage_formation")

    assert [option["value"] for option in soup.select("#family option[selected]")] == [
        "apprentissage_formation"
    ]
    assert "apprenties et apprentis" in soup.select("#figure-hint")[0].get_text()
