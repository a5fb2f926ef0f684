"""The pages of model clauses: found, worded anew, given back, taken as a document; by staff alone."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from procurement.documents import MIME_TYPE
from procurement.models import ClauseText, Person
from procurement.vocabulary import Role
from tests.factories import make_chamber, make_person
from tests.web.conftest import Page, Writing

KEY = "apprentissage_formation"
HERE = f"/clauses/{KEY}"


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF, name="Yvan Corboz")


def _headings(content: bytes) -> list[str]:
    document = Document(BytesIO(content))
    return [each.text for each in document.paragraphs if each.style and each.style.name == "Heading 2"]


def test_every_criterion_is_listed_by_group_and_none_without_its_mark(page: Page, staff: Person) -> None:
    page.sign_in(staff)

    soup = page.get("/clauses")
    one = page.get(HERE)

    assert len(soup.select(".clause-list > li")) == 23
    assert soup.find("h2", string="Accès des petites organisations")
    assert "Proposition, à vérifier" in soup.get_text().replace("\u00a0", " ")
    assert len(one.select(".clause-words")) == len(one.select(".mark-proposal")) == 2


def test_a_clause_is_found_by_a_word(page: Page, staff: Person) -> None:
    page.sign_in(staff)

    found = page.get("/clauses?q=vélo-cargo")
    nothing = page.get("/clauses?q=amiante")

    assert [link["href"] for link in found.select(".clause-name a")] == ["/clauses/mobilite_douce"]
    assert "Aucune clause avec ces mots" in nothing.get_text()


def test_staff_word_a_clause_see_who_did_and_go_back(page: Page, staff: Person, writing: Writing) -> None:
    page.sign_in(staff)

    response = page.send(HERE, f"{HERE}/fr", text="Notre texte <b>.\r\nDeux.")
    own = page.get(HERE)
    assert "reformulé ici" in page.get("/clauses").get_text()
    page.send(HERE, f"{HERE}/fr/origine")
    back = page.get(HERE)

    assert response.status_code == 303
    assert response.location == f"{HERE}#{KEY}-fr"
    first = own.select_one(f"#{KEY}-fr .clause-text")
    assert first is not None
    assert [line.get_text() for line in first("p")] == ["Notre texte <b>.", "Deux."]
    assert "Reformulé le mar. 24 nov. 2026 par Yvan Corboz." in own.get_text()
    assert "Reformulé" not in back.get_text()
    with writing() as session:
        assert session.scalars(select(ClauseText)).all() == []


def test_too_long_a_text_is_not_lost(page: Page, staff: Person) -> None:
    page.sign_in(staff)

    response = page.post(f"{HERE}/de", text="Lang. " * 1001)

    assert response.status_code == 422
    assert "Ce texte est trop long" in response.get_data(as_text=True)
    assert "Lang. Lang." in response.get_data(as_text=True)


def test_ticked_clauses_are_one_document_in_the_chambers_words(page: Page, staff: Person) -> None:
    page.sign_in(staff).post(f"{HERE}/de", text="Unser Text.")

    response = page.client.get(
        f"/clauses.docx?langue=de&clause=biodiversite&clause={KEY}&clause=marche_reserve"
    )

    assert response.mimetype == MIME_TYPE
    assert response.headers["Content-Disposition"] == 'attachment; filename="clauses.docx"'
    # What exists in French alone is no German clause.
    assert len(_headings(response.data)) == 2
    assert "Unser Text." in [each.text for each in Document(BytesIO(response.data)).paragraphs]


@pytest.mark.parametrize("query", ["", "?clause=inconnue", "?clause=marche_reserve&langue=de"])
def test_without_a_clause_there_is_no_document(page: Page, staff: Person, query: str) -> None:
    page.sign_in(staff)

    response = page.client.get(f"/clauses.docx{query}")

    assert response.location == "/clauses"
    assert "Cochez au moins une clause" in page.get("/clauses").get_text()


@pytest.mark.parametrize("path", ["/clauses/inconnu", "/clauses/fr"])
def test_an_unknown_criterion_is_not_found(page: Page, staff: Person, path: str) -> None:
    page.sign_in(staff).get(path, status=404)


@pytest.mark.parametrize("path", ["inconnue/fr", f"{KEY}/it", "marche_reserve/de", f"{KEY}/it/origine"])
def test_an_unknown_clause_is_not_worded(page: Page, staff: Person, path: str) -> None:
    assert page.sign_in(staff).post(f"/clauses/{path}", text="x").status_code == 404


def test_another_chamber_sees_the_proposal(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        other = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))
    page.sign_in(staff).post(f"{HERE}/fr", text="Notre texte.")

    assert "Notre texte." not in page.other().sign_in(other).get(HERE).get_text()
