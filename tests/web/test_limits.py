"""Limits on what can be tried how often: counted in the database, for all workers together."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from config.settings import Settings
from procurement.models import RateCount
from tests.factories import PASSWORD, make_person
from tests.web.conftest import Clock, Page, Writing, check_page
from web import create_app
from web.limits import DatabaseStorage

WRONG = "une mauvaise phrase"


def attempt(page: Page, email: str, password: str = WRONG, address: str = "127.0.0.1") -> TestResponse:
    """Try a password from an address of the network."""
    token = page.token()
    return page.client.post(
        "/connexion",
        data={"csrf_token": token, "email": email, "password": password},
        environ_overrides={"REMOTE_ADDR": address},
    )


def test_the_eleventh_password_for_an_account_is_refused_even_when_right(
    page: Page, writing: Writing
) -> None:
    with writing() as session:
        make_person(session, email="maude@example.ch")
    for number in range(10):
        assert attempt(page, "maude@example.ch", address=f"192.0.2.{number}").status_code == 422

    response = attempt(page, " MAUDE@example.ch", PASSWORD, address="192.0.2.99")

    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")
    assert "Trop d’essais" in check_page(response).get_text()


def test_the_eleventh_password_from_an_address_is_refused(page: Page) -> None:
    for number in range(10):
        assert attempt(page, f"personne{number}@example.ch").status_code == 422

    assert attempt(page, "personne10@example.ch").status_code == 429
    assert attempt(page, "personne11@example.ch", address="192.0.2.1").status_code == 422


def test_a_limit_ends_with_its_window(page: Page, clock: Clock) -> None:
    for _ in range(11):
        response = attempt(page, "maude@example.ch")
    assert response.status_code == 429

    clock.move(minutes=5)

    assert attempt(page, "maude@example.ch").status_code == 422


def test_a_limit_holds_over_two_workers_and_a_restart(
    settings: Settings, engine: Engine, clock: Clock, page: Page
) -> None:
    second = Page(create_app(settings, engine=engine, clock=clock), engine, clock)
    for number in range(10):
        attempt((page, second)[number % 2], "maude@example.ch")

    third = Page(create_app(settings, engine=engine, clock=clock), engine, clock)

    assert [attempt(each, "maude@example.ch").status_code for each in (page, second, third)] == [429] * 3


def test_codes_are_asked_for_five_times_in_five_minutes_at_most(page: Page) -> None:
    for _ in range(5):
        assert page.post("/connexion/code/demande", email="maude@example.ch").status_code == 303

    assert page.post("/connexion/code/demande", email="maude@example.ch").status_code == 429


def test_codes_are_asked_for_twenty_times_an_hour_at_most(page: Page, clock: Clock) -> None:
    answers = []
    for _ in range(21):
        clock.move(minutes=2)
        answers.append(page.post("/connexion/code/demande", email="maude@example.ch").status_code)

    assert answers == [303] * 20 + [429]


def test_codes_are_typed_ten_times_in_five_minutes_at_most(page: Page) -> None:
    for _ in range(10):
        assert page.post("/connexion/code", code="123456").status_code == 303

    assert page.post("/connexion/code", code="123456").status_code == 429


def test_opening_pages_counts_for_nothing(page: Page, writing: Writing) -> None:
    for _ in range(12):
        page.get("/connexion")
        page.get("/connexion/code")

    with writing() as session:
        assert session.scalars(select(RateCount)).all() == []


def test_no_address_stands_in_the_counters(page: Page, writing: Writing) -> None:
    attempt(page, "maude@example.ch")

    with writing() as session:
        keys = " ".join(session.scalars(select(RateCount.key)))
    assert "maude" not in keys
    assert hashlib.sha256(b"maude@example.ch").hexdigest()[:32] in keys


def test_without_counters_nobody_signs_in(app: Flask, page: Page, engine: Engine) -> None:
    token = page.token()
    RateCount.__table__.drop(engine)  # type: ignore[attr-defined]
    try:
        response = page.client.post(
            "/connexion", data={"csrf_token": token, "email": "a@example.ch", "password": PASSWORD}
        )
        assert response.status_code == 500
    finally:
        RateCount.__table__.create(engine)  # type: ignore[attr-defined]


@pytest.fixture
def storage(engine: Engine, clock: Clock) -> DatabaseStorage:
    """Counters on the test's database."""
    return DatabaseStorage(engine=engine, clock=clock)


def test_a_counter_counts_within_its_window_and_begins_anew_after_it(
    storage: DatabaseStorage, clock: Clock
) -> None:
    assert [storage.incr("a", 60), storage.incr("a", 60, amount=2), storage.incr("b", 60)] == [1, 3, 1]
    assert storage.get("a") == 3
    assert storage.get_expiry("a") == clock.now.timestamp() + 60

    clock.move(seconds=60)

    assert storage.get("a") == 0
    assert storage.get_expiry("a") == clock.now.timestamp()
    assert storage.incr("a", 60) == 1


def test_counters_can_be_forgotten(storage: DatabaseStorage) -> None:
    storage.incr("a", 60)
    storage.incr("b", 60)
    storage.incr("c", 60)

    storage.clear("a")

    assert storage.get("a") == 0
    assert storage.reset() == 2
    assert storage.check()


def test_no_attempt_is_lost_when_many_come_at_once(storage: DatabaseStorage) -> None:
    with ThreadPoolExecutor(8) as threads:
        counted = list(threads.map(lambda _: storage.incr("a", 60), range(40)))

    assert sorted(counted) == list(range(1, 41))
