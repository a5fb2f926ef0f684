"""The front page: for visitors, members and staff."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from config.settings import Settings
from procurement.models import CrawlRun, Person
from procurement.vocabulary import Role, TenderState, Verdict
from tests.factories import make_match, make_member, make_person, make_tender
from tests.web.conftest import Clock, Page, Writing
from web import create_app


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


def test_a_visitor_learns_what_this_is_and_how_much_is_open(
    page: Page, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        make_tender(session)
        make_tender(
            session, submission_deadline=now - timedelta(days=1), published_on=now.date() - timedelta(40)
        )

    soup = page.get("/")

    assert "La veille des marchés publics de l’économie sociale et solidaire" in soup.get_text()
    assert [dd.get_text() for dd in soup.select(".figures dd")] == ["1", "1", "0"]
    assert soup.select("a[href='/connexion']")
    assert [" ".join(light.get_text().split()) for light in soup.select(".light")] == [
        "simap.ch pas encore lue ici"
    ]


def test_the_figures_promise_nothing_that_is_not_sure(page: Page, writing: Writing, now: datetime) -> None:
    with writing() as session:
        standing = make_tender(session)
        make_tender(session, source="ted", merged_into=standing)
        make_tender(session, submission_deadline=None)
        make_tender(session, state=TenderState.AWARDED)
        make_tender(session, source="hand")
        make_tender(session, published_on=now.date() + timedelta(days=2))
        session.add_all(
            CrawlRun(source=source, since=now.date(), started_at=now, ended_at=now, verdict=verdict)
            for source, verdict in (
                ("simap", Verdict.OK),
                ("boamp", Verdict.PARTIAL),
                ("ted", Verdict.FAILED),
            )
        )

    soup = page.get("/")

    # Open: the standing one, the one by hand, the one published later; read: not the one that failed.
    assert [dd.get_text() for dd in soup.select(".figures dd")] == ["3", "4", "2"]
    lights = [" ".join(light.get_text().split()) for light in soup.select(".light")]
    assert lights == [
        "simap.ch à jour · lu ce matin à 9 h",
        "BOAMP (Ain et Haute-Savoie) lecture incomplète · lu ce matin à 9 h",
        "TED (Suisse, Ain et Haute-Savoie) dernière lecture échouée",
    ]


def test_no_person_is_named_to_a_visitor(page: Page, person: Person) -> None:
    text = page.get("/").get_text()

    assert person.email not in text
    assert person.name not in text


def test_the_demonstration_names_two_people_to_try(
    settings: Settings, engine: Engine, clock: Clock, writing: Writing
) -> None:
    app = create_app(
        settings.model_copy(update={"sample_password": "demo-demo-demo"}), engine=engine, clock=clock
    )
    with writing() as session:
        member, staff = make_person(session), make_person(session, role=Role.STAFF)

    text = Page(app, engine, clock).get("/").select_one(".sample")

    assert text is not None
    for words in (member.email, staff.email, "demo-demo-demo"):
        assert words in text.get_text()


def test_a_demonstration_without_people_still_opens(settings: Settings, engine: Engine, clock: Clock) -> None:
    app: Flask = create_app(
        settings.model_copy(update={"sample_password": "demo-demo-demo"}), engine=engine, clock=clock
    )

    Page(app, engine, clock).get("/")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], "Rien n’attend votre réponse aujourd’hui."),
        ([20], "Un marché attend votre réponse."),
        ([5], "Un marché attend votre réponse, c’est sa dernière semaine."),
        ([5, 20], "2 marchés attendent votre réponse, dont un dans sa dernière semaine."),
        ([5, 6], "2 marchés attendent votre réponse, dont 2 dans leur dernière semaine."),
    ],
)
def test_a_member_sees_its_next_step(
    page: Page, person: Person, writing: Writing, now: datetime, days: list[int], words: str
) -> None:
    with writing() as session:
        for left in days:
            tender = make_tender(session, submission_deadline=now + timedelta(days=left))
            make_match(session, member=session.merge(person).member, tender=tender, released_at=now)

    lead = page.sign_in(person).get("/").select_one(".lead")

    assert lead is not None
    assert lead.get_text() == words


def test_staff_see_how_much_waits(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
    page.sign_in(staff)
    assert "La file est vide" in page.get("/").get_text()

    with writing() as session:
        make_match(session, member=make_member(session))

    assert "Une correspondance attend votre décision." in page.get("/").get_text()
