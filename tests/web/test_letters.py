"""The page of a letter to a buyer: what is offered, what it will quote, and the document it makes."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from procurement.documents import MIME_TYPE
from procurement.findings import FoundRecord, record_findings
from procurement.lens import FindingKind, Polarity
from procurement.models import AuditEntry, Buyer, Person, Tender
from procurement.vocabulary import CriteriaSource, Role
from tests.factories import NOW, make_contact, make_person, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF)


@pytest.fixture
def tender(writing: Writing) -> Tender:
    """A tender of which one criterion was found."""
    found = FoundRecord(
        family="biodiversite",
        kind=FindingKind.AWARD,
        polarity=Polarity.PRESENT,
        counts=True,
        field="criteria.1.title",
        start=0,
        evidence="Biodiversité",
        sentence="Biodiversité : 10 %",
        rule="fr:biodiversite",
        language="fr",
        weight=10.0,
    )
    with writing() as session:
        made = make_tender(session, number='2026/7 "x"')
        record_findings(session, lot=made.lots[0], found=[found], version="1", now=NOW)
        return made


def _lines(content: bytes) -> list[str]:
    return [each.text.replace("\u00a0", " ") for each in Document(BytesIO(content)).paragraphs]


def test_staff_go_from_a_tender_to_its_letter(page: Page, staff: Person, tender: Tender) -> None:
    page.sign_in(staff)

    links = {link["href"] for link in page.get(f"/marches/{tender.id}").select("main a")}

    assert f"/equipe/marches/{tender.id}/lettre" in links
    assert f"/adjudicateurs/{tender.buyer_id}" in links


def test_a_member_sees_no_link_to_letters_or_contacts(page: Page, tender: Tender, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session)

    text = str(page.sign_in(person).get(f"/marches/{tender.id}"))

    assert "/lettre" not in text
    assert "/adjudicateurs" not in text


def test_the_page_says_what_will_be_quoted_and_offers_swiss_clauses(
    page: Page, staff: Person, tender: Tender
) -> None:
    page.sign_in(staff)

    soup = page.get(f"/equipe/marches/{tender.id}/lettre")

    (quote,) = soup.select("input[name=quote][checked]")
    assert [text.get_text() for text in soup.select("q")] == ["Biodiversité : 10 %"]
    assert len(str(quote["value"])) == 12
    keys = {str(box["value"]) for box in soup.select("input[name=clause]")}
    assert "insertion_socioprofessionnelle" in keys
    assert "insertion_socioprofessionnelle-fr" not in keys
    assert "marche_reserve" not in keys


def test_a_letter_is_a_document_with_what_was_chosen(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    with writing() as session:
        contact = make_contact(session, buyer_id=tender.buyer_id)
    here = f"/equipe/marches/{tender.id}/lettre"

    (quote,) = page.sign_in(staff).get(here).select("input[name=quote]")
    response = page.send(
        here,
        here,
        quote=str(quote["value"]),
        clause="mobilite_douce",
        language="fr",
        contact=str(contact.id),
        remark="Bien reçu.",
    )

    assert (response.status_code, response.mimetype) == (200, MIME_TYPE)
    assert response.headers["Content-Disposition"] == 'attachment; filename="lettre-20267x.docx"'
    assert response.headers["Cache-Control"] == "no-store"
    lines = _lines(response.data)
    assert any(line.startswith("Aloïs Treyvaud") for line in lines)
    assert "« Biodiversité : 10 % » (Biodiversité et nature, critère d’adjudication, 10 %)" in lines
    assert "Mobilité douce et logistique durable (proposition, à vérifier)" in lines
    assert "Bien reçu." in lines
    with writing() as session:
        (act,) = session.scalars(select(AuditEntry.act).where(AuditEntry.act == "letter.write")).all()
        assert act == "letter.write"
    letters = page.get(f"/adjudicateurs/{tender.buyer_id}").select_one("[aria-labelledby=letters-title]")
    assert letters is not None
    assert f"mar. 24 nov. 2026 · {staff.name}" in letters.get_text()
    assert letters.select_one(f'a[href="/marches/{tender.id}"]') is not None


def test_a_letter_without_a_language_is_asked_for_again(page: Page, staff: Person, tender: Tender) -> None:
    page.sign_in(staff)

    response = page.post(
        f"/equipe/marches/{tender.id}/lettre", language="it", clause="biodiversite", remark="Mot."
    )

    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert "Mot." in text
    assert 'value="biodiversite" id="clause-biodiversite" checked' in text


def test_a_contact_of_another_buyer_is_not_written_to(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    with writing() as session:
        foreign = make_contact(session, buyer=make_tender(session, buyer=_french(session)).buyer)

    response = page.sign_in(staff).post(
        f"/equipe/marches/{tender.id}/lettre", language="fr", contact=str(foreign.id)
    )

    assert "Aloïs" not in "\n".join(_lines(response.data))


def _french(session: object) -> Buyer:
    return Buyer(source="boamp", source_key="74", name={"fr": "Mairie de Bons"}, city="Bons", country="FR")


def test_a_french_buyer_is_offered_french_law_and_the_treaty_is_warned_of(
    page: Page, staff: Person, writing: Writing
) -> None:
    with writing() as session:
        french = make_tender(session, source="boamp", buyer=_french(session))
        treaty = make_tender(session, is_under_treaty=True)
        treaty.lots[0].award_criteria_source = CriteriaSource.IN_DOCUMENTS
    page.sign_in(staff)

    at_french = page.get(f"/equipe/marches/{french.id}/lettre")
    at_treaty = page.get(f"/equipe/marches/{treaty.id}/lettre")

    keys = {str(box["value"]) for box in at_french.select("input[name=clause]")}
    assert "marche_reserve" in keys
    assert "biodiversite" not in keys
    warned = [mark.find_parent("label") for mark in at_treaty.select(".doubt")]
    assert {str(label["for"]) for label in warned if label} == {
        "clause-insertion_socioprofessionnelle",
        "clause-apprentissage_formation",
        "clause-travailleurs_ages",
        "clause-handicap_ateliers_proteges",
    }
    assert "critères au dossier, non lus" in at_treaty.get_text()


def test_a_tender_without_a_buyer_has_no_letter(
    page: Page, staff: Person, tender: Tender, writing: Writing
) -> None:
    with writing() as session:
        session.get_one(Tender, tender.id).buyer_id = None
    page.sign_in(staff)

    page.get(f"/equipe/marches/{tender.id}/lettre", status=404)
    assert "/lettre" not in str(page.get(f"/marches/{tender.id}"))
