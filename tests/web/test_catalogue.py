"""The public catalogue: nothing until it is switched on, nobody without their word, found by what they do."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.models import AuditEntry, Chamber, Credential, Member, Person
from procurement.vocabulary import Role
from tests.factories import NOW, make_chamber, make_member, make_person
from tests.web.conftest import Page, Writing
from web.pages.catalogue import PER_PAGE


@pytest.fixture
def member(writing: Writing) -> Member:
    """A member that wants to stand in the catalogue, and one that does not."""
    with writing() as session:
        make_member(session, name="Sans accord", key="sans-accord")
        made = make_member(
            session,
            name="Net et Clair",
            key="net-et-clair",
            in_catalogue_since=NOW,
            catalogue_contact="bonjour@example.ch",
            statuses=["work_integration"],
        )
        made.credentials = [
            Credential(family="ecolabels_management", name=name, valid_until=until, changed_at=NOW)
            for name, until in (("Écolabel", None), ("Périmé", NOW.date() - timedelta(days=1)))
        ]
        return made


@pytest.fixture
def person(writing: Writing, member: Member) -> Person:
    """Somebody of that member."""
    with writing() as session:
        return make_person(session, member=session.get_one(Member, member.id))


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF)


def _switch_on(writing: Writing) -> None:
    with writing() as session:
        make_chamber(session, shows_catalogue=True)


def _names(page: Page, path: str) -> list[str]:
    return [link.get_text() for link in page.get(path).select(".catalogue h3 a")]


@pytest.mark.parametrize("path", ["/catalogue", "/catalogue.csv", "/catalogue/net-et-clair"])
def test_nothing_is_public_until_the_chamber_says_so(
    page: Page, member: Member, staff: Person, path: str
) -> None:
    for browser in (page, page.other().sign_in(staff)):
        assert browser.client.get(path).status_code == 404


def test_staff_switch_it_on_and_off(page: Page, member: Member, staff: Person, writing: Writing) -> None:
    page.sign_in(staff)

    page.send("/equipe/membres", "/equipe/catalogue")
    assert _names(page.other(), "/catalogue") == ["Net et Clair"]
    assert "Un membre veut y figurer." in page.get("/equipe/membres").get_text()
    page.send("/equipe/membres", "/equipe/catalogue")

    assert page.other().client.get("/catalogue").status_code == 404
    with writing() as session:
        assert session.scalars(select(Chamber.shows_catalogue)).all() == [False]


def test_anybody_reads_who_can_do_what_and_whom_to_write_to(
    page: Page, member: Member, person: Person, writing: Writing
) -> None:
    _switch_on(writing)

    soup, response = page.get("/catalogue/net-et-clair"), page.client.get("/catalogue/net-et-clair")

    text = soup.get_text()
    for words in (
        "Net et Clair",
        "coopérative",
        "Nettoyage écologique",
        "Genève, Vaud",
        "entreprise d’insertion",
    ):
        assert words in text
    assert "Écolabel" in text
    assert "Périmé" not in text
    assert soup.select_one('a[href="mailto:bonjour@example.ch"]') is not None
    # Whom we write to is nobody's business.
    assert person.email not in text
    assert person.name not in text
    assert "X-Robots-Tag" not in response.headers


@pytest.mark.parametrize("key", ["sans-accord", "inconnu"])
def test_who_did_not_agree_has_no_page(page: Page, member: Member, writing: Writing, key: str) -> None:
    _switch_on(writing)

    page.get(f"/catalogue/{key}", status=404)
    assert "Sans accord" not in page.get("/catalogue").get_text()
    assert "Sans accord" not in page.client.get("/catalogue.csv").get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("domaine=nettoyage_conciergerie_blanchisserie", ["Net et Clair"]),
        ("domaine=restauration_traiteur", []),
        ("lieu=VD&statut=work_integration&q=ecolabel", ["Net et Clair"]),
        ("lieu=ZH", []),
        ("statut=%22%3E<script>", []),
        ("page=-3", ["Net et Clair"]),
        ("page=x", ["Net et Clair"]),
    ],
)
def test_a_search_is_kept_on_the_page_and_from_engines(
    page: Page, member: Member, writing: Writing, query: str, names: list[str]
) -> None:
    _switch_on(writing)

    assert _names(page, f"/catalogue?{query}") == names
    assert page.client.get(f"/catalogue?{query}").headers["X-Robots-Tag"] == "noindex"
    if not names:
        assert "Aucune organisation ne répond à tout" in page.get(f"/catalogue?{query}").get_text()


def test_many_members_are_shown_in_parts(page: Page, writing: Writing) -> None:
    with writing() as session:
        make_chamber(session, shows_catalogue=True)
        for number in range(PER_PAGE + 1):
            make_member(session, name=f"Membre {number:03}", in_catalogue_since=NOW)

    first = page.get("/catalogue?lieu=GE")
    (following,) = first.select(".pages a")

    assert len(first.select(".catalogue > li")) == PER_PAGE
    assert f"{PER_PAGE + 1} organisations" in first.get_text()
    assert _names(page, str(following["href"])) == [f"Membre {PER_PAGE:03}"]


def test_an_empty_catalogue_says_why(page: Page, writing: Writing) -> None:
    _switch_on(writing)

    assert "Chaque organisation décide elle-même" in page.get("/catalogue").get_text()


def test_the_list_can_be_taken_as_a_table_with_the_same_search(
    page: Page, member: Member, writing: Writing
) -> None:
    _switch_on(writing)

    (link,) = page.get("/catalogue?lieu=GE").select('a[href^="/catalogue.csv"]')
    response = page.client.get(str(link["href"]))
    nobody = page.client.get("/catalogue.csv?lieu=ZH")

    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["X-Robots-Tag"] == "noindex"
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"), newline="")))
    assert [row[0] for row in rows] == ["Nom", "Net et Clair"]
    assert len(nobody.get_data(as_text=True).splitlines()) == 1


def test_a_member_agrees_by_its_own_people_and_leaves_again(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session)
    page.sign_in(person)

    refused = page.post("/profil/catalogue", email="a@example.ch")
    joined = page.send("/profil/catalogue", "/profil/catalogue", email="a@example.ch", agreed="1")
    soup = page.get("/profil/catalogue")
    assert "y figure depuis le mar. 24 nov. 2026" in page.get("/profil").get_text()
    left = page.send("/profil/catalogue", "/profil/catalogue/retrait")

    assert refused.status_code == 422
    assert "Sans cet accord, rien n’est publié." in refused.get_data(as_text=True)
    assert joined.location == left.location == "/profil/catalogue"
    assert "Au catalogue depuis le mar. 24 nov. 2026" in soup.get_text()
    with writing() as session:
        trail = session.scalars(
            select(AuditEntry).where(AuditEntry.act.like("catalogue.%")).order_by(AuditEntry.id)
        ).all()
        assert [(entry.act, entry.person_id) for entry in trail] == [
            ("catalogue.join", person.id),
            ("catalogue.leave", person.id),
        ]
        assert trail[0].facts["consent"] in soup.get_text()
        assert session.get_one(Member, person.member_id).in_catalogue_since is None


def test_an_address_that_is_none_is_asked_for_again(page: Page, person: Person) -> None:
    response = page.sign_in(person).post("/profil/catalogue", email="nulle part", agreed="1")

    assert response.status_code == 422
    assert "Ce n’est pas une adresse e-mail." in response.get_data(as_text=True)


def test_staff_take_a_member_out_and_bring_one_in_only_with_its_noted_word(
    page: Page, staff: Person, member: Member, writing: Writing
) -> None:
    page.sign_in(staff)
    here = f"/equipe/membres/{member.id}/catalogue"

    page.send(here, f"{here}/retrait")
    without = page.post(here, email="", note=" ")
    with_note = page.send(here, here, email="", note="Téléphone du 23 novembre, Maude Rochat")

    assert without.status_code == 422
    assert with_note.location == here
    with writing() as session:
        stored = session.get_one(Member, member.id)
        assert (stored.in_catalogue_since, stored.catalogue_contact) == (NOW, "")
        (note,) = [
            entry.facts["note"] for entry in session.scalars(select(AuditEntry)) if "note" in entry.facts
        ]
    assert note == "Téléphone du 23 novembre, Maude Rochat"
    assert "y figure depuis" in page.get(f"/equipe/membres/{member.id}").get_text()


def test_staff_bring_in_no_member_that_left(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        gone = make_member(session, is_active=False)

    response = page.sign_in(staff).post(f"/equipe/membres/{gone.id}/catalogue", email="", note="oui")

    assert response.status_code == 404
