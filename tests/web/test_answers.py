"""What a member answers: one click, a reason for a refusal, nothing after the deadline."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from procurement import matches
from procurement.errors import NotAllowed
from procurement.models import Answer, Person, Tender
from procurement.vocabulary import AnswerChoice
from tests.factories import make_match, make_member, make_person, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


def tender_of(writing: Writing, person: Person, now: datetime, **facts: object) -> Tender:
    """A tender released to the person's member."""
    with writing() as session:
        tender = make_tender(session, **facts)
        make_match(session, member=session.merge(person).member, tender=tender, released_at=now)
        return tender


def answers(writing: Writing) -> list[tuple[AnswerChoice, str]]:
    """What is answered."""
    with writing() as session:
        return [(each.choice, each.reason) for each in session.scalars(select(Answer))]


@pytest.mark.parametrize("choice", ["interested", "seeking_partners"])
def test_an_answer_is_one_click_on_the_page(
    page: Page, person: Person, writing: Writing, now: datetime, choice: str
) -> None:
    tender = tender_of(writing, person, now)
    page.sign_in(person)

    response = page.post(f"/marches/{tender.id}/reponse", choice=choice)

    assert (response.status_code, response.location) == (303, f"/marches/{tender.id}")
    assert answers(writing) == [(AnswerChoice(choice), "")]  # type: ignore[call-arg]
    assert "Votre réponse est notée" in page.get(f"/marches/{tender.id}").get_text()


def test_a_refusal_says_why(page: Page, person: Person, writing: Writing, now: datetime) -> None:
    tender = tender_of(writing, person, now)
    page.sign_in(person)
    action = f"/marches/{tender.id}/reponse"

    refused = page.post(action, choice="not_for_us")
    assert answers(writing) == []
    assert refused.status_code == 303
    assert "Dites en un mot pourquoi" in page.get(f"/marches/{tender.id}").get_text()

    page.post(action, choice="not_for_us", refusal="too_far", detail="Berne <b>tous</b> les jours")
    assert answers(writing) == [(AnswerChoice.NOT_FOR_US, "trop loin\u00a0: Berne <b>tous</b> les jours")]
    page.post(action, choice="not_for_us", detail="Pas notre saison")
    assert answers(writing) == [(AnswerChoice.NOT_FOR_US, "Pas notre saison")]
    page.post(action, choice="not_for_us", refusal="no_capacity")
    assert answers(writing) == [(AnswerChoice.NOT_FOR_US, "pas de disponibilité")]


def test_an_answer_can_be_changed_until_the_deadline(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    tender = tender_of(writing, person, now)
    page.sign_in(person)

    page.post(f"/marches/{tender.id}/reponse", choice="not_for_us", refusal="too_far")
    page.post(f"/marches/{tender.id}/reponse", choice="interested", refusal="too_far")

    assert answers(writing) == [(AnswerChoice.INTERESTED, "")]
    assert "Votre réponse\u00a0: intéresse" in page.get(f"/marches/{tender.id}/reponse").get_text()


def test_after_the_deadline_no_answer_is_taken(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    tender = tender_of(writing, person, now, submission_deadline=now - timedelta(minutes=1))
    page.sign_in(person)

    response = page.post(f"/marches/{tender.id}/reponse", choice="interested")

    assert response.status_code == 303
    assert answers(writing) == []
    assert "Le délai de remise des offres est échu." in page.get("/marches").get_text()
    assert page.get(f"/marches/{tender.id}").select("form[action$='/reponse']") == []
    assert "on ne peut plus répondre" in page.get(f"/marches/{tender.id}/reponse").get_text()


@pytest.mark.parametrize("choice", ["", "perhaps"])
def test_an_unknown_answer_is_asked_for_again(
    page: Page, person: Person, writing: Writing, now: datetime, choice: str
) -> None:
    tender = tender_of(writing, person, now)

    response = page.sign_in(person).post(f"/marches/{tender.id}/reponse", choice=choice)

    assert response.status_code == 422
    assert "Choisissez l’une des réponses." in response.get_data(as_text=True)
    assert answers(writing) == []


@pytest.mark.parametrize(
    ("query", "checked"), [("?choix=not_for_us", ["not_for_us"]), ("?choix=x", []), ("", [])]
)
def test_the_link_in_a_mail_asks_for_the_click(
    page: Page, person: Person, writing: Writing, now: datetime, query: str, checked: list[str]
) -> None:
    tender = tender_of(writing, person, now)

    soup = page.sign_in(person).get(f"/marches/{tender.id}/reponse{query}")

    assert [field["value"] for field in soup.select("input[name=choice][checked]")] == checked
    assert answers(writing) == []


def test_the_verb_itself_refuses_to_answer_for_another_member(
    person: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender, member = make_tender(session), make_member(session)
        with pytest.raises(NotAllowed):
            matches.answer(
                session,
                tender=tender,
                member=member,
                person=session.merge(person),
                choice=AnswerChoice.INTERESTED,
                now=now,
            )
