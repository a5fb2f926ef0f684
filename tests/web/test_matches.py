"""My matches: what there is to decide, what was answered, what is closed."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from procurement import matches
from procurement.models import Person, Tender
from procurement.vocabulary import AnswerChoice, Strength, TenderState
from tests.factories import make_lot, make_match, make_person, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


def release(writing: Writing, person: Person, now: datetime, **facts: object) -> Tender:
    """A tender released to the person's member."""
    with writing() as session:
        tender = make_tender(session, **facts)
        make_match(session, member=session.merge(person).member, tender=tender, released_at=now)
        return tender


def sections(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The titles of the tenders under each heading."""
    return {
        str(section["aria-labelledby"]): [link.get_text() for link in section.select(".line-title a")]
        for section in soup.select("main section")
    }


def test_tenders_stand_under_what_there_is_to_do(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    release(writing, person, now, title={"fr": "Loin"}, submission_deadline=now + timedelta(days=30))
    release(writing, person, now, title={"fr": "Sans délai"}, submission_deadline=None)
    release(writing, person, now, title={"fr": "Proche"}, submission_deadline=now + timedelta(days=7))
    release(writing, person, now, title={"fr": "Échu"}, submission_deadline=now)
    release(writing, person, now, title={"fr": "Adjugé"}, state=TenderState.AWARDED)
    for title, choice in (("Non", AnswerChoice.NOT_FOR_US), ("Oui", AnswerChoice.INTERESTED)):
        tender = release(writing, person, now, title={"fr": title})
        with writing() as session:
            matches.answer(
                session,
                tender=session.get_one(Tender, tender.id),
                member=session.merge(person).member,  # type: ignore[arg-type]
                person=session.merge(person),
                choice=choice,
                reason="trop loin",
                now=now,
            )

    soup = page.sign_in(person).get("/marches")

    assert sections(soup) == {
        "derniere-chance": ["Proche"],
        "a-decider": ["Loin", "Sans délai"],
        "repondu": ["Oui", "Non"],
    }
    assert sorted(link.get_text() for link in soup.select(".short a")) == ["Adjugé", "Échu"]
    assert "5 marchés ouverts, 3 attendent votre réponse" in soup.get_text()


def test_nothing_to_show_says_why_and_what_to_do(page: Page, person: Person) -> None:
    empty = page.sign_in(person).get("/marches").select_one(".empty")

    assert empty is not None
    assert "Aucun marché ouvert pour vous en ce moment" in empty.get_text()
    assert empty.select("a[href='/preferences']")


def test_a_match_that_waits_for_staff_is_not_shown(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        make_match(session, member=session.merge(person).member)

    assert page.sign_in(person).get("/marches").select(".line") == []


def test_a_line_says_what_until_when_and_why(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    release(
        writing,
        person,
        now,
        title={"de": "Reinigung der Schulen", "fr": "Nettoyage des écoles"},
        language="de",
        submission_deadline=now + timedelta(days=10, hours=3),
        value_amount=250_000,
        value_currency="CHF",
    )

    line = page.sign_in(person).get("/marches").select_one(".line")

    assert line is not None
    text = " ".join(line.get_text(" ", strip=True).split())
    for words in (
        "Nettoyage des écoles Reinigung der Schulen",
        "Ville de Genève – Service des écoles · Genève (GE) · procédure ouverte · CHF 250 000",
        "dans 10 jours · ven. 4 déc. 2026, 12 h",
        "correspondance forte",
        "Le titre emploie vos mots : « nettoyage », « écoles ».",
        "À vérifier : L’avis demande plusieurs références.",
        "Voir et répondre",
    ):
        assert words in text
    assert line.select_one(".original [lang=de]")


def test_a_tender_with_several_lots_is_one_line(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        for title in ("Lot 1 : école du Parc", "Vitrages", "Stores"):
            make_lot(tender, title={"fr": title})
        session.flush()
        member = session.merge(person).member
        for lot, score in zip(tender.lots, (0.5, 0.4, 0.9), strict=True):
            make_match(
                session,
                member=member,
                lot=lot,
                score=score,
                strength=Strength.GOOD,
                risk=None,
                released_at=now,
            )

    (line,) = page.sign_in(person).get("/marches").select(".line")

    assert "Lot 3\u00a0: Stores et 2 autres lots" in line.get_text()
    assert line.select(".risk") == []


def test_hostile_titles_are_only_text(page: Page, person: Person, writing: Writing, now: datetime) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>" onload="x'
    tender = release(
        writing,
        person,
        now,
        title={"fr": hostile},
        description={"fr": f"{hostile}\n{{{{ 7*7 }}}}"},
        documents_url="javascript:alert(1)",
        url="javascript:alert(2)",
    )
    page.sign_in(person)

    for path in ("/marches", f"/marches/{tender.id}", f"/marches/{tender.id}/reponse", "/"):
        soup = page.get(path)
        assert hostile in soup.get_text()
        assert not soup.select("script, main img, a[href^=javascript]")
    assert "{{ 7*7 }}" in page.get(f"/marches/{tender.id}").get_text()
