"""Fixtures for pages: the application on a fresh database, and a reader that checks each page it opens."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config.settings import Settings
from procurement.db import transaction
from procurement.models import Person
from procurement.sign_in import open_sign_in
from web import create_app

Writing = Callable[[], AbstractContextManager[Session]]

_STRAIGHT = re.compile(r"\w'\w")
_BREAKABLE = re.compile(r"[^\s\u00a0] [:;?!»]|« ")


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.now

    def move(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)


def check_page(response: TestResponse) -> BeautifulSoup:
    """The parsed page, after checking what every page of ours must have."""
    soup = BeautifulSoup(response.get_data(as_text=True), "lxml")
    assert len(soup.find_all("h1")) == 1, "one h1"
    assert soup.title is not None
    assert re.fullmatch(r".+ · aimp", soup.title.get_text()), "title « page · aimp »"
    assert soup.html is not None
    assert soup.html.get("lang"), "language of the page"
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"ids are unique: {sorted(ids)}"
    for field in soup.find_all(["input", "select", "textarea"]):
        if field.get("type") != "hidden" and not field.has_attr("hidden"):
            assert soup.find("label", attrs={"for": field.get("id")}), f"label of {field}"
    for form in soup.find_all("form", method="post"):
        one_click = str(form["action"]).startswith("/desabonnement/")
        assert one_click or form.find("input", attrs={"name": "csrf_token"}), f"token in {form['action']}"
    for table in soup.find_all("table"):
        assert table.find("caption"), "caption of a table"
    for button in soup.find_all(["button", "a"]):
        assert button.get_text(strip=True), f"words of {button}"
    _check_nothing_inline(soup)
    if soup.html["lang"] == "fr":
        _check_typography(soup)
    return soup


def _check_nothing_inline(soup: BeautifulSoup) -> None:
    assert not soup.find_all(style=True), "no inline style"
    assert not soup.find_all("style"), "no style in the page"
    assert not [tag for tag in soup.find_all("script") if not tag.get("src")], "no script in the page"
    for tag in soup.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")], f"no handler in {tag}"


def _check_typography(soup: BeautifulSoup) -> None:
    """French of ours has its apostrophes and no-break spaces; what a source published stays as it is."""
    page = BeautifulSoup(str(soup), "lxml")
    for tag in page.select(".published, code, [lang]:not(html), svg"):
        tag.decompose()
    text = " ".join(page.get_text("").split(" "))
    assert not _STRAIGHT.search(text), f"straight apostrophe: {_STRAIGHT.findall(text)}"
    found = [text[max(0, hit.start() - 25) : hit.end() + 5] for hit in _BREAKABLE.finditer(text)]
    assert not found, f"breakable space: {found}"


class Page:
    """A browser of one person: opens pages, fills in the forms that are on them."""

    def __init__(self, app: Flask, engine: Engine, clock: Clock) -> None:
        self.app, self.engine, self.clock = app, engine, clock
        self.client: FlaskClient = app.test_client()

    def sign_in(self, person: Person) -> "Page":
        """Be somebody, as after a sign-in."""
        with transaction(self.engine) as session:
            token = open_sign_in(session, person=session.get_one(Person, person.id), now=self.clock())
        with self.client.session_transaction() as cookie:
            cookie.clear()
            cookie["token"] = token
        return self

    def get(self, path: str, *, status: int = 200) -> BeautifulSoup:
        """Open a page and check it."""
        response = self.client.get(path)
        assert response.status_code == status, response.get_data(as_text=True)[-2000:]
        return check_page(response)

    def token(self) -> str:
        """The form token of this browser, as any form shows it."""
        soup = BeautifulSoup(self.client.get("/preferences", follow_redirects=True).data, "lxml")
        field = soup.find("input", attrs={"name": "csrf_token"})
        assert isinstance(field, Tag)
        return str(field["value"])

    def post(self, path: str, /, **fields: str) -> TestResponse:
        """Send a form with this browser's token, without opening its page first."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def send(self, page: str, action: str, /, **fields: str | list[str]) -> TestResponse:
        """Open a page, fill in the form with this action that is on it, and send it."""
        soup = self.get(page)
        form = soup.find("form", action=action)
        assert isinstance(form, Tag), (
            f"{page} has no form for {action}: {[f['action'] for f in soup('form')]}"
        )
        hidden = {str(tag["name"]): str(tag.get("value", "")) for tag in form.select("input[type=hidden]")}
        names = {str(tag["name"]) for tag in form.select("[name]")}
        assert set(fields) <= names, f"fields {set(fields) - names} are not on the form"
        return self.client.post(
            action, data={**hidden, **fields}, headers={"Referer": f"http://localhost{page}"}
        )

    def other(self) -> "Page":
        """Another browser."""
        return Page(self.app, self.engine, self.clock)


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The clock of the application."""
    return Clock(now)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a laptop, whatever the environment says."""
    return Settings(
        data_dir=tmp_path,
        base_url="http://127.0.0.1:8000",
        secret_key="a key that is long enough for the tests",
        sample_password="",
    )


@pytest.fixture
def app(settings: Settings, engine: Engine, clock: Clock) -> Flask:
    """The application on the test's database."""
    created = create_app(settings, engine=engine, clock=clock)
    # No page of a test waits for a matcher that is not there.
    created.extensions["aimp"]["patience"] = 0.0
    return created


@pytest.fixture
def page(app: Flask, engine: Engine, clock: Clock) -> Page:
    """A browser in which nobody is signed in."""
    return Page(app, engine, clock)


@pytest.fixture
def writing(engine: Engine) -> Writing:
    """A transaction of the test's own: what it wrote is there for the pages when its block ends."""
    return partial(transaction, engine)
