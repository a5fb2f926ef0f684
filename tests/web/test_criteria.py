"""The guides of criteria: what buyers ask and what they rest on, beside what the reader can show."""

import pytest

from config.criteria import ess_criteria
from procurement.models import Person
from procurement.vocabulary import Role
from tests.factories import (
    NOW,
    make_chamber,
    make_credential,
    make_finding,
    make_match,
    make_member,
    make_person,
    make_tender,
)
from tests.web.conftest import Page, Writing

APPRENTICES = "/criteres/apprentissage_formation"


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


@pytest.mark.parametrize("family", [each.key for each in ess_criteria().criteria])
def test_every_criterion_has_its_page(page: Page, person: Person, family: str) -> None:
    soup = page.sign_in(person).get(f"/criteres/{family}")

    assert {section["aria-labelledby"] for section in soup.select(".guide section")} >= {
        "demande",
        "preuve",
        "petite",
        "base",
    }


def test_what_is_known_by_memory_alone_is_marked_as_such(page: Page, person: Person) -> None:
    soup = page.sign_in(person).get("/criteres/accessibilite_universelle")

    marks = {
        " ".join(item.get_text(" ").split()): bool(item.select(".mark-verify"))
        for item in soup.select(".basis li")
    }
    (recalled,) = [said for said in marks if "SIA 500" in said]
    assert marks[recalled]
    assert not all(marks.values())
    assert all(item.select(".mark-verify") for item in soup.select(".to-verify li"))


@pytest.mark.parametrize(("language", "guide"), [("fr", "fr"), ("de", "de"), ("it", "fr"), ("en", "fr")])
def test_a_guide_that_a_language_lacks_is_shown_in_french_with_a_note(
    page: Page, writing: Writing, language: str, guide: str
) -> None:
    with writing() as session:
        person = make_person(session, language=language)

    soup = page.sign_in(person).get(APPRENTICES)

    assert soup.select(".guide")[0].get("lang", language) == guide
    assert bool(soup.select(".guide > .notice")) is (guide != language)


def test_a_member_sees_its_own_proofs_and_its_own_open_tenders(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        member = session.merge(person).member
        assert member is not None
        make_credential(session, member, name="Apprenties", figure=3)
        for title, whose, family in (
            ("Le nôtre", member, "apprentissage_formation"),
            ("Autre critère", member, "biodiversite"),
            ("D’un autre", make_member(session), "apprentissage_formation"),
        ):
            tender = make_tender(session, title={"fr": title})
            make_finding(session, tender.lots[0], family=family)
            make_match(session, member=whose, tender=tender, released_at=NOW)

    soup = page.sign_in(person).get(APPRENTICES)

    assert "Apprenties 3" in " ".join(soup.select("aside .plain")[0].get_text(" ").split())
    assert [title.get_text() for title in soup.select(".criterion-tender .line-title")] == ["Le nôtre"]
    assert "atout" in soup.select(".stance")[0].get_text()


def test_staff_see_the_members_of_their_chamber_who_can_show_it(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        make_credential(session, make_member(session, name="Peut"))
        make_credential(session, make_member(session, name="N’en a pas"), name="", figure=0)
        other = make_chamber(session, key="autre")
        make_credential(session, make_member(session, name="Ailleurs", chamber=other))

    soup = page.sign_in(staff).get(APPRENTICES)

    assert [link.get_text() for link in soup.select("aside .plain a")] == ["Peut"]


def test_the_list_of_criteria_says_which_are_an_advantage(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        member = session.merge(person).member
        assert member is not None
        make_credential(session, member)

    soup = page.sign_in(person).get("/criteres")

    assert len(soup.select(".criteria > li")) == len(ess_criteria().criteria)
    (line,) = soup.select(".stance")
    assert line.find_parent("li").select("a")[0]["href"] == APPRENTICES  # type: ignore[union-attr]
