"""Signing in and out: passwords, one-time codes, and cookies that are worth nothing afterwards."""

import re

import pytest
from sqlalchemy import select

from procurement.models import Message, Person, SignIn, SignInCode
from procurement.vocabulary import Role
from tests.factories import PASSWORD, make_member, make_person
from tests.web.conftest import Clock, Page, Writing

WRONG_CODE = "Ce code n’est pas valable ou n’est plus valable"


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member, with a password."""
    with writing() as session:
        return make_person(session, email="maude.rochat@example.ch")


def sent_code(writing: Writing) -> str:
    """The code of the newest e-mail."""
    with writing() as session:
        message = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        found = re.search(r"\b\d{6}\b", message.subject)
    assert found
    return found[0]


def ask(page: Page, email: str = "maude.rochat@example.ch") -> None:
    """Ask for a code in this browser."""
    page.send("/connexion/code", "/connexion/code/demande", email=email)


def attempts(writing: Writing) -> int:
    """How often the newest code was tried."""
    with writing() as session:
        return session.scalars(select(SignInCode).order_by(SignInCode.id.desc())).first().attempts  # type: ignore[union-attr]


def is_in(page: Page) -> bool:
    """Whether this browser is signed in."""
    return page.client.get("/preferences").status_code == 200


def test_a_password_leads_to_ones_matches(page: Page, person: Person) -> None:
    response = page.send("/connexion", "/connexion", email="Maude.Rochat@example.ch ", password=PASSWORD)

    assert (response.status_code, response.location) == (303, "/marches")
    assert is_in(page)


def test_staff_land_on_their_queue(page: Page, writing: Writing) -> None:
    with writing() as session:
        make_person(session, role=Role.STAFF, email="solene@example.ch")

    response = page.send("/connexion", "/connexion", email="solene@example.ch", password=PASSWORD)

    assert response.location == "/equipe/file"


def test_the_password_form_keeps_the_page_one_wanted(page: Page, person: Person) -> None:
    response = page.send(
        "/connexion?suite=/preferences",
        "/connexion?suite=/preferences",
        email=person.email,
        password=PASSWORD,
    )

    assert response.location == "/preferences"


def test_a_wrong_password_and_an_unknown_address_read_the_same(page: Page, person: Person) -> None:
    answers = []
    for email in (person.email, "personne@example.ch"):
        response = page.send("/connexion", "/connexion", email=email, password="une autre phrase de passe")
        assert response.status_code == 422
        answers.append(re.sub(r'value="[^"]*"|Numéro.*', "", response.get_data(as_text=True)))

    assert answers[0] == answers[1]
    assert "Adresse ou mot de passe incorrect." in answers[0]
    assert not is_in(page)


def test_an_empty_form_says_what_is_missing(page: Page) -> None:
    response = page.send("/connexion", "/connexion", email="", password="")

    assert response.status_code == 422
    assert response.get_data(as_text=True).count("Ce champ est nécessaire.") == 2


@pytest.mark.parametrize("what", ["person", "member"])
def test_whoever_is_no_longer_active_cannot_sign_in(page: Page, writing: Writing, what: str) -> None:
    with writing() as session:
        member = make_member(session, is_active=what != "member")
        make_person(session, member=member, email="ancien@example.ch", is_active=what != "person")

    response = page.send("/connexion", "/connexion", email="ancien@example.ch", password=PASSWORD)
    ask(page, "ancien@example.ch")

    assert response.status_code == 422
    with writing() as session:
        assert session.scalars(select(Message)).all() == []


def test_each_sign_in_has_a_token_of_its_own(page: Page, person: Person) -> None:
    tokens = set()
    for _ in range(2):
        page.send("/connexion", "/connexion", email=person.email, password=PASSWORD)
        with page.client.session_transaction() as cookie:
            tokens.add(cookie["token"])
        page.post("/deconnexion")

    assert len(tokens) == 2


def test_signing_in_throws_away_what_the_cookie_held(page: Page, person: Person) -> None:
    before = page.token()

    page.send("/connexion", "/connexion", email=person.email, password=PASSWORD)

    assert page.client.post("/deconnexion", data={"csrf_token": before}).status_code == 400


def test_the_old_cookie_is_worth_nothing_after_signing_out(page: Page, person: Person) -> None:
    page.sign_in(person)
    stolen = page.client.get_cookie("aimp")
    assert stolen is not None

    response = page.send("/preferences", "/deconnexion")
    thief = page.other()
    thief.client.set_cookie("aimp", stolen.value)

    assert response.location == "/"
    assert not is_in(page)
    assert thief.client.get("/marches").location.startswith("/connexion")


@pytest.mark.parametrize(("role", "idle_minutes"), [(Role.MEMBER, 12 * 60), (Role.STAFF, 30)])
def test_an_idle_sign_in_ends(
    page: Page, writing: Writing, clock: Clock, role: Role, idle_minutes: int
) -> None:
    with writing() as session:
        person = make_person(session, role=role)
    page.sign_in(person)

    clock.move(minutes=idle_minutes)
    assert is_in(page)
    clock.move(minutes=idle_minutes + 1)
    assert not is_in(page)


@pytest.mark.parametrize(("role", "hours"), [(Role.MEMBER, 14 * 24), (Role.STAFF, 12)])
def test_even_a_busy_sign_in_ends_one_day(
    page: Page, writing: Writing, clock: Clock, role: Role, hours: int
) -> None:
    with writing() as session:
        person = make_person(session, role=role)
    page.sign_in(person)

    for _ in range(hours * 3 - 1):
        clock.move(minutes=20)
        with writing() as session:
            session.scalars(select(SignIn)).one().last_seen_at = clock.now
    assert is_in(page)
    clock.move(minutes=20)
    assert not is_in(page)


def test_whoever_is_in_need_not_sign_in_again(page: Page, person: Person) -> None:
    page.sign_in(person)

    assert page.client.get("/connexion").location == "/marches"


def test_a_code_signs_one_in(page: Page, person: Person, writing: Writing) -> None:
    ask(page)

    response = page.send("/connexion/code", "/connexion/code", code=sent_code(writing))

    assert response.location == "/marches"
    assert is_in(page)


def test_a_code_may_be_typed_with_a_space(page: Page, person: Person, writing: Writing) -> None:
    ask(page)
    code = sent_code(writing)

    response = page.send("/connexion/code", "/connexion/code", code=f" {code[:3]} {code[3:]}")

    assert response.location == "/marches"


def test_asking_for_a_code_reads_the_same_for_every_address(page: Page, person: Person) -> None:
    answers = []
    for email in (person.email, "personne@example.ch"):
        browser = page.other()
        ask(browser, email)
        answers.append(browser.get("/connexion/code").find("main").get_text())  # type: ignore[union-attr]

    assert answers[0] == answers[1]


def test_opening_the_page_uses_no_code_up(page: Page, person: Person, writing: Writing) -> None:
    ask(page)
    for _ in range(8):
        page.get("/connexion/code")

    assert attempts(writing) == 0


def test_a_code_is_refused_in_another_browser(page: Page, person: Person, writing: Writing) -> None:
    ask(page)
    code = sent_code(writing)
    thief = page.other()
    ask(thief, "personne@example.ch")

    response = thief.send("/connexion/code", "/connexion/code", code=code)

    assert response.location == "/connexion/code"
    assert WRONG_CODE in thief.get("/connexion/code").get_text()
    assert not is_in(thief)


def test_a_code_without_having_asked_is_refused(page: Page) -> None:
    response = page.post("/connexion/code", code="123456")

    assert response.location == "/connexion/code"
    assert WRONG_CODE in page.get("/connexion/code").get_text()


def test_a_code_serves_once(page: Page, person: Person, writing: Writing) -> None:
    ask(page)
    code = sent_code(writing)
    with page.client.session_transaction() as cookie:
        browser = cookie["browser"]
    page.send("/connexion/code", "/connexion/code", code=code)
    page.post("/deconnexion")

    with page.client.session_transaction() as cookie:
        cookie["browser"] = browser
    page.send("/connexion/code", "/connexion/code", code=code)

    assert not is_in(page)


def test_a_code_is_dead_after_five_wrong_ones(page: Page, person: Person, writing: Writing) -> None:
    ask(page)
    code = sent_code(writing)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        page.send("/connexion/code", "/connexion/code", code=wrong)
    assert attempts(writing) == 5

    response = page.send("/connexion/code", "/connexion/code", code=code)

    assert response.location == "/connexion/code"
    assert not is_in(page)


def test_a_code_is_dead_after_ten_minutes(page: Page, person: Person, writing: Writing, clock: Clock) -> None:
    ask(page)
    clock.move(minutes=10)

    page.send("/connexion/code", "/connexion/code", code=sent_code(writing))

    assert not is_in(page)


def test_only_the_newest_code_counts(page: Page, person: Person, writing: Writing) -> None:
    ask(page)
    first = sent_code(writing)
    ask(page)
    second = sent_code(writing)

    if first != second:
        page.send("/connexion/code", "/connexion/code", code=first)
        assert not is_in(page)
    page.send("/connexion/code", "/connexion/code", code=second)
    assert is_in(page)


def test_a_code_asked_for_without_an_address_is_not_sent(page: Page, writing: Writing) -> None:
    ask(page, "")

    with writing() as session:
        assert session.scalars(select(Message)).all() == []
