"""What people see when something is refused or fails."""

import logging

import pytest
from flask import Flask, abort, g
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Chamber, CrawlRun
from procurement.rules import Rule as TradeRule
from procurement.vocabulary import Role
from tests.factories import make_chamber, make_person
from tests.web.conftest import Page, Writing, check_page
from web.access import Audience, audience
from web.transactions import note


def add_view(app: Flask, what: Exception | int | None, method: str = "GET") -> None:
    """A public view that writes something and then goes wrong."""

    @audience(Audience.PUBLIC)
    def view() -> str:
        g.session.add(Chamber(key="ecrit", name="Écrit"))
        if method == "POST":
            g.session.flush()
        if isinstance(what, int):
            abort(what)
        if what is not None:
            raise what
        return "ok"

    app.add_url_rule("/essai", "essai", view, methods=[method])


def chambers(writing: Writing) -> int:
    """How many chambers are stored."""
    with writing() as session:
        return len(session.scalars(select(Chamber).where(Chamber.key == "ecrit")).all())


@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        (403, 403, "Accès refusé"),
        (404, 404, "Page introuvable"),
        (405, 405, "Action impossible ici"),
        (410, 410, "Demande incomprise"),
        (413, 413, "Envoi trop volumineux"),
        (429, 429, "Trop d’essais"),
        (NotAllowed(), 404, "Page introuvable"),
        (ZeroDivisionError(), 500, "Quelque chose n’a pas fonctionné"),
    ],
)
def test_each_error_has_its_page(
    app: Flask, page: Page, what: Exception | int, status: int, words: str
) -> None:
    add_view(app, what)

    soup = page.get("/essai", status=400 if status == 410 else status)

    assert words in soup.h1.get_text()  # type: ignore[union-attr]
    assert "Traceback" not in soup.get_text()


def test_an_error_page_shows_the_number_that_the_log_has(
    app: Flask, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    add_view(app, ZeroDivisionError("le secret"))

    with caplog.at_level(logging.INFO):
        response = page.client.get("/essai")

    number = response.headers["X-Request-ID"]
    assert number in check_page(response).get_text()
    assert "le secret" not in response.get_data(as_text=True)
    assert [
        record.__dict__.get("request_id") for record in caplog.records if record.levelname == "ERROR"
    ] == [number]


def test_an_error_page_keeps_the_reader_s_menu(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
    page.sign_in(staff)

    assert page.get("/rien", status=404).select("nav.menu a[href='/equipe/file']")


@pytest.mark.parametrize(
    "what", [ZeroDivisionError(), 403, NotAllowed(), RuleBroken(TradeRule.DEADLINE_PASSED)]
)
def test_what_goes_wrong_leaves_nothing_behind(
    app: Flask, page: Page, writing: Writing, what: Exception | int
) -> None:
    add_view(app, what, "POST")

    page.post("/essai")

    assert chambers(writing) == 0


def test_what_goes_well_stays(app: Flask, page: Page, writing: Writing) -> None:
    add_view(app, None, "POST")

    assert page.post("/essai").status_code == 200

    assert chambers(writing) == 1


def test_a_get_cannot_write_even_if_it_tries(app: Flask, page: Page, writing: Writing) -> None:
    add_view(app, None)

    page.client.get("/essai")

    assert chambers(writing) == 0


def test_a_broken_rule_is_said_on_the_page_one_came_from(app: Flask, page: Page) -> None:
    add_view(app, RuleBroken(TradeRule.ALREADY_DECIDED, who="Baptiste"), "POST")
    headers = {"Referer": "http://localhost/sources?a=1"}

    response = page.client.post("/essai", data={"csrf_token": page.token()}, headers=headers)

    assert (response.status_code, response.location) == (303, "/sources?a=1")
    assert "Baptiste a déjà décidé" in page.get("/sources").select_one(".notice-warning").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("referer", ["", "http://evil.example/sources", "http://localhost//evil.example"])
def test_a_broken_rule_leads_to_the_front_page_when_it_is_not_known_where_one_came_from(
    app: Flask, page: Page, referer: str
) -> None:
    add_view(app, RuleBroken(TradeRule.DEADLINE_PASSED), "POST")

    response = page.client.post("/essai", data={"csrf_token": page.token()}, headers={"Referer": referer})

    assert response.location == "/"


def test_a_failed_commit_is_an_error_and_not_a_success(app: Flask, page: Page, writing: Writing) -> None:
    with writing() as session:
        make_chamber(session, key="ecrit")

    @audience(Audience.PUBLIC)
    def view() -> str:
        g.session.add(Chamber(key="ecrit", name="Deux fois"))
        return "ok"

    app.add_url_rule("/essai", "essai", view, methods=["POST"])

    assert page.post("/essai").status_code == 500


def test_a_database_that_fails_is_an_error_page(page: Page, engine: Engine) -> None:
    CrawlRun.__table__.drop(engine)  # type: ignore[attr-defined]
    try:
        page.get("/sources", status=500)
    finally:
        CrawlRun.__table__.create(engine)  # type: ignore[attr-defined]


def test_a_request_is_logged_in_one_line_without_its_path(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="web.transactions"):
        page.client.get("/desabonnement/un-jeton")

    (record,) = caplog.records
    assert record.__dict__["endpoint"] == "unsubscribe.ask"
    assert "un-jeton" not in str(record.__dict__)


def test_a_note_that_cannot_be_written_costs_nobody_the_page(
    app: Flask, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    def busy(_session: Session) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    @audience(Audience.PUBLIC)
    def view() -> str:
        note(busy)
        return "ok"

    app.add_url_rule("/essai", "essai", view)

    assert page.client.get("/essai").get_data() == b"ok"
    assert "a note was not written" in caplog.text


def test_no_connection_is_left_open_when_even_the_error_page_fails(
    app: Flask, page: Page, engine: Engine
) -> None:
    @audience(Audience.PUBLIC)
    def view() -> str:
        g.session.execute(select(Chamber))
        raise ZeroDivisionError

    app.add_url_rule("/essai", "essai", view)
    app.config["PROPAGATE_EXCEPTIONS"] = True

    with pytest.raises(ZeroDivisionError):
        page.client.get("/essai")

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_an_address_with_doubled_slashes_leads_to_the_page(page: Page) -> None:
    assert page.client.get("/equipe//file").location == "http://localhost/equipe/file"
