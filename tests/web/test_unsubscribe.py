"""Stopping the alerts: one click, no sign-in, and nothing is sent afterwards."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from procurement.alerts import post_alerts
from procurement.links import Links
from procurement.models import AuditEntry, Person
from procurement.vocabulary import Frequency
from tests.factories import make_match, make_person
from tests.web.conftest import Page, Writing, check_page


@pytest.fixture
def links(app: Flask) -> Links:
    """The links of the application."""
    found = app.extensions["aimp"]["links"]
    assert isinstance(found, Links)
    return found


@pytest.fixture
def person(writing: Writing, now: datetime) -> Person:
    """Somebody to whom a tender waits to be told."""
    with writing() as session:
        person = make_person(session)
        make_match(session, member=person.member, released_at=now)
        return person


def path(links: Links, person: Person) -> str:
    """The path of a person's link to stop."""
    return links.unsubscribe(person).removeprefix(links.base_url)


def test_opening_the_link_stops_nothing(page: Page, person: Person, links: Links, writing: Writing) -> None:
    soup = page.get(path(links, person))

    assert len(soup.select("main form button")) == 1
    with writing() as session:
        assert session.get_one(Person, person.id).unsubscribed_at is None


def test_a_mail_program_stops_with_one_click_and_no_alert_follows(
    page: Page, person: Person, links: Links, writing: Writing, now: datetime
) -> None:
    response = page.client.post(
        path(links, person),
        data="List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 200
    assert "Pour reprendre un jour" in check_page(response).get_text()
    with writing() as session:
        stored = session.get_one(Person, person.id)
        assert (stored.unsubscribed_at, stored.frequency) == (now, Frequency.OFF)
        assert post_alerts(session, person_id=person.id, links=links, now=now) is None


def test_without_the_click_the_alert_is_sent(
    person: Person, links: Links, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        message = post_alerts(session, person_id=person.id, links=links, now=now)

        assert message is not None
        assert message.unsubscribe_url == links.unsubscribe(person)


def test_stopping_twice_is_stopping_once(page: Page, person: Person, links: Links, writing: Writing) -> None:
    for _ in range(2):
        page.client.post(path(links, person))

    assert "C’est déjà fait" in page.get(path(links, person)).get_text()
    with writing() as session:
        assert session.scalars(select(AuditEntry.act)).all() == ["unsubscribe"]


@pytest.mark.parametrize("forged", ["x", "MQ.x", "1"])
def test_a_forged_link_is_not_found(page: Page, person: Person, forged: str) -> None:
    page.get(f"/desabonnement/{forged}", status=404)
    assert page.client.post(f"/desabonnement/{forged}").status_code == 404


def test_the_link_of_somebody_who_is_gone_is_not_found(page: Page, links: Links) -> None:
    page.get(path(links, Person(id=4711)), status=404)


def test_the_token_does_not_travel_on(page: Page, person: Person, links: Links) -> None:
    for response in (page.client.get(path(links, person)), page.client.post(path(links, person))):
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"


def test_the_page_has_no_form_that_would_need_the_address_of_the_page(
    page: Page, person: Person, links: Links
) -> None:
    soup = page.sign_in(person).get(path(links, person))

    assert [form["action"] for form in soup("form")] == [path(links, person)]


def test_choosing_a_frequency_brings_the_alerts_back(
    page: Page, person: Person, links: Links, writing: Writing
) -> None:
    page.client.post(path(links, person))
    page.sign_in(person)
    assert "Vous ne recevez plus d’alertes" in page.get("/preferences").get_text()

    page.send("/preferences", "/preferences", frequency="weekly", language="fr")

    with writing() as session:
        stored = session.get_one(Person, person.id)
        assert (stored.unsubscribed_at, stored.frequency) == (None, Frequency.WEEKLY)
