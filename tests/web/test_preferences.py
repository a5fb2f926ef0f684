"""Preferences: frequency, language, pause, password, and where one is signed in."""

from datetime import date

import pytest
from sqlalchemy import select

from procurement.models import AuditEntry, Consent, Person
from procurement.vocabulary import Frequency, Role
from tests.factories import NOW, PASSWORD, make_person
from tests.web.conftest import Page, Writing

NEW_PASSWORD = "une autre phrase, plus longue"


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member, with a password."""
    with writing() as session:
        return make_person(session)


def stored(writing: Writing, person: Person) -> Person:
    """The person as the database has them."""
    with writing() as session:
        return session.get_one(Person, person.id)


def test_what_is_set_is_shown(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(
            session, frequency=Frequency.WEEKLY, language="de", paused_until=date(2027, 1, 4)
        )

    soup = page.sign_in(person).get("/preferences")

    assert [field["value"] for field in soup.select("input[name=frequency][checked]")] == ["weekly"]
    assert [option["value"] for option in soup.select("#language option[selected]")] == ["de"]
    assert [field["value"] for field in soup.select("input[name=paused_until]")] == ["2027-01-04"]


def test_preferences_are_kept(page: Page, person: Person, writing: Writing) -> None:
    page.sign_in(person)

    response = page.send(
        "/preferences", "/preferences", frequency="instant", language="it", paused_until="2027-01-04"
    )

    kept = stored(writing, person)
    assert response.location == "/preferences"
    assert (kept.frequency, kept.language, kept.paused_until) == (Frequency.INSTANT, "it", date(2027, 1, 4))
    assert "Vos préférences sont enregistrées." in page.get("/preferences").get_text()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"frequency": "hourly", "language": "fr"}, "Choisissez l’une des réponses."),
        ({"language": "fr"}, "Choisissez l’une des réponses."),
        ({"frequency": "daily", "language": "fr", "paused_until": "demain"}, "Cette date n’est pas valable."),
    ],
)
def test_what_cannot_be_read_is_asked_for_again(
    page: Page, person: Person, writing: Writing, fields: dict[str, str], words: str
) -> None:
    response = page.sign_in(person).post("/preferences", **fields)

    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert stored(writing, person).frequency is Frequency.DAILY


def test_other_fields_are_ignored(page: Page, person: Person, writing: Writing) -> None:
    page.sign_in(person).post(
        "/preferences", frequency="off", language="fr", role="staff", email="autre@example.ch", member_id="1"
    )

    kept = stored(writing, person)
    assert (kept.role, kept.email, kept.member_id) == (Role.MEMBER, person.email, person.member_id)
    assert kept.frequency is Frequency.OFF


def test_a_new_password_ends_every_other_sign_in(page: Page, person: Person) -> None:
    elsewhere = page.other().sign_in(person)
    page.sign_in(person)
    old = page.client.get_cookie("aimp")
    assert old is not None

    response = page.send("/preferences", "/preferences/mot-de-passe", current=PASSWORD, new=NEW_PASSWORD)

    assert response.location == "/preferences"
    assert "Votre mot de passe est changé" in page.get("/preferences").get_text()
    assert elsewhere.client.get("/preferences").status_code == 303
    elsewhere.client.set_cookie("aimp", old.value)
    assert elsewhere.client.get("/preferences").status_code == 303
    fresh = page.other()
    assert fresh.send("/connexion", "/connexion", email=person.email, password=PASSWORD).status_code == 422
    assert (
        fresh.send("/connexion", "/connexion", email=person.email, password=NEW_PASSWORD).status_code == 303
    )


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("pas le bon mot de passe", NEW_PASSWORD, "Adresse ou mot de passe incorrect."),
        ("", NEW_PASSWORD, "Adresse ou mot de passe incorrect."),
        (PASSWORD, "court", "Au moins douze caractères."),
        (PASSWORD, "a" * 129, "Au plus 128 caractères."),
        (PASSWORD, "", "Ce champ est nécessaire."),
    ],
)
def test_a_password_is_not_changed_without_the_current_one_or_for_a_bad_one(
    page: Page, person: Person, writing: Writing, current: str, new: str, words: str
) -> None:
    response = page.sign_in(person).post("/preferences/mot-de-passe", current=current, new=new)

    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert stored(writing, person).password_hash == person.password_hash


def test_a_first_password_needs_no_current_one(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session, password=None)
    page.sign_in(person)
    assert page.get("/preferences").select("#current") == []

    page.send("/preferences", "/preferences/mot-de-passe", new=NEW_PASSWORD)

    assert stored(writing, person).password_hash is not None


def test_one_can_sign_out_everywhere(page: Page, person: Person) -> None:
    elsewhere = page.other().sign_in(person)
    page.sign_in(person)
    assert "Vous êtes connecté dans 2 navigateurs" in page.get("/preferences").get_text()

    response = page.send("/preferences", "/preferences/connexions")

    assert response.location == "/connexion"
    assert "Toutes vos connexions sont terminées." in page.get("/connexion").get_text()
    for browser in (page, elsewhere):
        assert browser.client.get("/preferences").status_code == 303


def consents(writing: Writing, person: Person) -> dict[str, bool]:
    """Each kind of e-mail that somebody ever agreed to, and whether that still holds."""
    with writing() as session:
        found = session.scalars(select(Consent).where(Consent.person_id == person.id))
        return {consent.kind.value: consent.withdrawn_at is None for consent in found}


def test_days_and_hour_are_kept(page: Page, person: Person, writing: Writing) -> None:
    page.sign_in(person)

    page.send(
        "/preferences", "/preferences", frequency="daily", language="fr", weekdays=["1", "5"], hour="17"
    )

    kept = stored(writing, person)
    assert (kept.weekdays, kept.hour) == ([1, 5], 17)
    shown = page.get("/preferences")
    assert [each["value"] for each in shown.select("input[name=weekdays][checked]")] == ["1", "5"]
    assert [each["value"] for each in shown.select("#hour option[selected]")] == ["17"]


@pytest.mark.parametrize("fields", [{"hour": "3", "weekdays": "1"}, {"hour": "7"}, {"weekdays": "9"}])
def test_a_night_hour_no_day_or_an_unknown_one_is_not_kept(
    page: Page, person: Person, writing: Writing, fields: dict[str, str]
) -> None:
    response = page.sign_in(person).post("/preferences", frequency="daily", language="fr", **fields)

    assert response.status_code == 422
    assert (stored(writing, person).weekdays, stored(writing, person).hour) == ([0, 1, 2, 3, 4], 7)


def test_each_kind_of_mail_has_its_own_consent_with_words_date_and_version(
    page: Page, person: Person, writing: Writing
) -> None:
    soup = page.sign_in(person).get("/preferences")

    words = soup.select_one("#accords")
    assert words is not None
    assert len(words.select("input[name=kinds]")) == 4
    assert [each["value"] for each in words.select("input[checked]")] == ["alerts", "reminders", "partners"]
    assert "Accepté le mer. 26 août 2026, texte n°\u00a01." in words.get_text()
    assert "Jamais accepté." in words.get_text()


def test_a_consent_is_withdrawn_and_given_each_by_itself(
    page: Page, person: Person, writing: Writing
) -> None:
    page.sign_in(person)

    page.send("/preferences", "/preferences/accords", kinds=["alerts", "news"])

    assert consents(writing, person) == {"alerts": True, "reminders": False, "partners": False, "news": True}
    assert "Retiré le mar. 24 nov. 2026." in page.get("/preferences").get_text()
    with writing() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert [act for act in acts if act.startswith("consent")] == [
        "consent.withdraw",
        "consent.withdraw",
        "consent.give",
    ]


def test_a_kind_of_mail_that_is_none_changes_nothing(page: Page, person: Person, writing: Writing) -> None:
    response = page.sign_in(person).post("/preferences/accords", kinds="everything")

    assert response.status_code == 400
    assert consents(writing, person) == {"alerts": True, "reminders": True, "partners": True}


def test_who_does_not_get_our_mail_reads_so(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        session.get_one(Person, person.id).undeliverable_since = NOW

    assert "n’arrivent plus à votre adresse" in page.sign_in(person).get("/preferences").get_text()
