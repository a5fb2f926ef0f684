"""The page of a room's papers: what it offers, the Word file that it gives, and to nobody outside."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from config.papers import papers
from procurement.documents import MIME_TYPE
from procurement.models import AuditEntry, Buyer, Consortium, Person
from procurement.papers import PAPER_WRITTEN
from procurement.teaming import SeatState
from procurement.vocabulary import Role
from tests.factories import make_member, make_person, make_room, make_seat, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def people(writing: Writing) -> dict[str, Person]:
    """Those who have to do with a room, and some who have not."""
    with writing() as session:
        members = ("lead", "partner", "asked", "declined", "left", "stranger")
        found = {who: make_person(session, password=None) for who in members}
        for who in ("adviser", "other staff"):
            found[who] = make_person(session, role=Role.STAFF, password=None)
        return found


@pytest.fixture
def room(writing: Writing, people: dict[str, Person]) -> Consortium:
    """A room on a Swiss tender."""
    return _room(writing, people)


def _room(writing: Writing, people: dict[str, Person], country: str = "CH") -> Consortium:
    with writing() as session:
        here = {who: session.merge(person) for who, person in people.items()}
        buyer = Buyer(source="boamp", source_key=country, name={"fr": "Commune"}, country=country)
        tender = make_tender(session, buyer=buyer, number='26-7/"x"')
        found = make_room(session, lead=here["lead"], tender=tender, adviser=here["adviser"], places=5)
        states = (SeatState.CONFIRMED, SeatState.ASKED, SeatState.DECLINED, SeatState.LEFT)
        for who, state in zip(("partner", "asked", "declined", "left"), states, strict=True):
            make_seat(session, found, here[who], state)
        return found


@pytest.mark.parametrize("who", ["lead", "partner", "adviser"])
def test_who_is_inside_reads_what_each_paper_is_for_and_gets_it(
    page: Page, room: Consortium, people: dict[str, Person], writing: Writing, who: str
) -> None:
    page.sign_in(people[who])
    path = f"/communautes/{room.id}/papiers"

    soup = page.get(path)
    response = page.post(f"{path}/agreement", language="de")

    assert [str(each["action"]) for each in soup.select("main form")] == [
        f"{path}/{paper.key}" for paper in papers().paper
    ]
    for paper in papers().paper:
        assert paper.purpose["fr"][:18] in soup.get_text()
    assert soup.select("input[name=group_form]") == []
    assert (response.status_code, response.content_type) == (200, MIME_TYPE)
    disposition = response.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="konsortialvertrag-einfache-gesellschaft-26-7-x.docx"'
    assert "Muster, juristisch zu prüfen" in str(Document(BytesIO(response.data)).tables[0].cell(0, 0).text)
    with writing() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == PAPER_WRITTEN))
        assert (entry.person_id, entry.subject) == (people[who].id, f"consortium:{room.id}")


@pytest.mark.parametrize("who", ["asked", "declined", "left", "stranger", "other staff"])
def test_for_who_is_outside_there_are_no_papers(
    page: Page, room: Consortium, people: dict[str, Person], writing: Writing, who: str
) -> None:
    page.sign_in(people[who])

    page.get(f"/communautes/{room.id}/papiers", status=404)
    for key in ("intent", "nothing"):
        response = page.post(f"/communautes/{room.id}/papiers/{key}", language="fr")
        assert response.status_code == 404

    with writing() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.act == PAPER_WRITTEN)).all() == []


def test_in_france_the_form_of_the_group_has_to_be_chosen(
    page: Page, people: dict[str, Person], writing: Writing
) -> None:
    room = _room(writing, people, "FR")
    page.sign_in(people["lead"])
    path = f"/communautes/{room.id}/papiers"

    forms = page.get(path).select("main form")
    asked = {str(form["action"]) for form in forms if form.select("[name=group_form]")}
    refused = page.post(f"{path}/agreement", language="fr")
    made = page.post(f"{path}/agreement", language="fr", group_form="solidary")

    assert asked == {f"{path}/agreement", f"{path}/power"}
    assert refused.status_code == 422
    assert "Choisissez l’une des réponses." in refused.get_data(as_text=True)
    text = "\n".join(each.text for each in Document(BytesIO(made.data)).paragraphs)
    assert "Le groupement est solidaire" in text


@pytest.mark.parametrize("form", [{}, {"language": ""}, {"language": "xx"}, {"language": "it"}])
def test_a_language_that_no_paper_has_is_refused_beside_the_field(
    page: Page, room: Consortium, people: dict[str, Person], form: dict[str, str]
) -> None:
    page.sign_in(people["lead"])

    response = page.post(f"/communautes/{room.id}/papiers/intent", **form)

    assert response.status_code == 422
    assert response.get_data(as_text=True).count("Choisissez l’une des réponses.") == 1


def test_a_paper_that_there_is_not_is_not_found(
    page: Page, room: Consortium, people: dict[str, Person]
) -> None:
    page.sign_in(people["lead"])

    assert page.post(f"/communautes/{room.id}/papiers/x", language="fr").status_code == 404


def test_an_adviser_of_two_rooms_on_one_tender_gets_no_paper_of_either(
    page: Page, room: Consortium, people: dict[str, Person], writing: Writing
) -> None:
    with writing() as session:
        other = make_person(session, password=None, member=make_member(session))
        make_room(
            session, lead=other, tender=session.get_one(Consortium, room.id).tender, adviser=people["adviser"]
        )
    page.sign_in(people["adviser"])

    response = page.post(f"/communautes/{room.id}/papiers/intent", language="fr")

    assert response.content_type != MIME_TYPE


def test_the_page_offers_german_first_to_who_reads_german(
    page: Page, room: Consortium, people: dict[str, Person], writing: Writing
) -> None:
    with writing() as session:
        session.get_one(Person, people["partner"].id).language = "de"
    page.sign_in(people["partner"])

    soup = page.get(f"/communautes/{room.id}/papiers")

    assert {str(each["value"]) for each in soup.select("input[name=language][checked]")} == {"de"}
    assert "Konsortialvertrag" in soup.get_text()
