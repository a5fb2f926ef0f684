"""What every answer carries, pages and errors alike."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import Engine

from config.settings import Settings
from tests.factories import PASSWORD, make_person
from tests.web.conftest import Clock, Page, Writing
from web import create_app

PATHS = [
    ("/", 200),
    ("/connexion", 200),
    ("/sources", 200),
    ("/rien", 404),
    ("/marches", 303),
    ("/desabonnement/faux", 404),
    ("/static/aimp.css", 200),
    ("/static/rien.css", 404),
    ("/bootstrap/static/css/bootstrap.min.css", 200),
]


@pytest.fixture
def secure(settings: Settings, engine: Engine, clock: Clock, tmp_path: Path) -> Flask:
    """The application as people reach it over TLS."""
    served = settings.model_copy(update={"base_url": "https://veille.example.ch"})
    return create_app(served, engine=engine, clock=clock)


@pytest.mark.parametrize(("path", "status"), PATHS)
def test_every_answer_has_the_security_headers(page: Page, path: str, status: int) -> None:
    response = page.client.get(path)

    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-ID"])
    assert "Strict-Transport-Security" not in response.headers
    response.close()


def test_pages_of_a_signed_in_person_are_never_kept(page: Page, writing: Writing) -> None:
    with writing() as session:
        page_person = make_person(session)
    assert page.client.get("/").headers["Cache-Control"] == "no-cache"

    page.sign_in(page_person)

    assert page.client.get("/").headers["Cache-Control"] == "no-store"
    assert page.client.get("/rien").headers["Cache-Control"] == "no-store"


def test_a_visitor_gets_no_cookie(page: Page) -> None:
    for path in ("/", "/sources", "/mentions"):
        assert "Set-Cookie" not in page.client.get(path).headers


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: Page) -> None:
    cookie = page.client.get("/connexion").headers["Set-Cookie"]

    assert cookie.startswith("aimp=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_over_tls_the_cookie_is_bound_to_the_host(secure: Flask) -> None:
    response = secure.test_client().get("/connexion", base_url="https://veille.example.ch")

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-aimp=")
    assert "Secure" in cookie
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_over_tls_one_signs_in_behind_the_proxy(secure: Flask, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session)
    client, proxy = secure.test_client(), {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    door = client.get("/connexion", base_url="http://veille.example.ch", headers=proxy)
    field = BeautifulSoup(door.data, "lxml").select_one("input[name=csrf_token]")
    assert field is not None

    response = client.post(
        "/connexion",
        base_url="https://veille.example.ch",
        data={"csrf_token": str(field["value"]), "email": person.email, "password": PASSWORD},
        headers={**proxy, "Referer": "https://veille.example.ch/connexion"},
    )

    assert response.location == "/marches"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "veille.example.ch"])
def test_another_host_is_refused(page: Page, host: str) -> None:
    response = page.client.get("/", base_url=f"http://{host}")

    assert response.status_code == 400
    assert "Content-Security-Policy" in response.headers


def test_a_page_is_compressed(page: Page) -> None:
    response = page.client.get("/", headers={"Accept-Encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"


def test_a_first_visit_is_small(page: Page) -> None:
    asked = {"Accept-Encoding": "br, gzip"}
    front = page.client.get("/", headers=asked)
    soup = BeautifulSoup(page.client.get("/").data, "lxml")
    files = [str(link["href"]) for link in soup.select("link[rel=stylesheet], link[rel=icon]")]

    sizes = [len(front.data)]
    for path in files:
        response = page.client.get(path, headers=asked)
        assert response.status_code == 200
        sizes.append(len(response.data))
        response.close()

    assert not soup.find_all("script")
    assert len(sizes) <= 8
    assert sum(sizes) <= 120_000


def test_a_form_larger_than_a_mebibyte_is_refused(page: Page) -> None:
    token = page.token()

    response = page.client.post("/connexion", data={"csrf_token": token, "email": "a" * 2**21})

    assert response.status_code == 413
    assert "Content-Security-Policy" in response.headers
