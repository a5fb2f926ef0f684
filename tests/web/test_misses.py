"""When a member has nothing: the tenders that came near, and what each lacked."""

from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, select

from procurement import entered, work
from procurement.db import transaction
from procurement.models import Person, Tender, Work
from procurement.vocabulary import Role
from tests.factories import make_match, make_member, make_person, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member that has nothing."""
    with writing() as session:
        return make_person(session)


def a_miss(tender: Tender, **facts: Any) -> dict[str, Any]:
    """What the matcher says of a tender that came near; each argument overrides one fact."""
    gate = {"key": "place", "passed": False, "label": "", "facts": {"place": "CH-VS"}}
    missing = {"key": "cpv_branch", "label": "", "value": 0.0}
    said = {"tender_id": tender.id, "score": 0.21, "gates": [gate], "missing": [missing]}
    return {**said, **facts}


def answer(engine: Engine, now: datetime, *misses: dict[str, Any]) -> None:
    """Do as the worker does, with an answer of the test's own."""
    with transaction(engine) as session:
        row = work.claim(session, now=now)
        assert row is not None
        assert row.kind == "near_misses"
        said = {"threshold": 0.25, "model": "rules-3", "tenders": list(misses)}
        work.finish(session, work_id=row.id, answer=said, now=now)


def titles(soup: BeautifulSoup) -> list[str]:
    """The tenders on the page."""
    return [link.get_text() for link in soup.select(".line-title a")]


def test_a_member_with_nothing_sees_what_came_near_and_what_it_lacked(
    page: Page, person: Person, engine: Engine, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender = make_tender(session, title={"fr": "Presque"})
    page.sign_in(person)

    response = page.send("/marches", "/marches/proches")
    waiting = page.get("/marches")
    answer(engine, now, a_miss(tender))
    soup = page.get("/marches")

    assert soup.find("a", href="/profil", string="Revoir le profil") is not None
    assert response.location == "/marches"
    assert "La réponse se calcule" in waiting.get_text()
    assert waiting.find("meta", attrs={"http-equiv": "refresh"}) is not None
    assert soup.find("meta", attrs={"http-equiv": "refresh"}) is None
    assert titles(soup) == ["Presque"]
    text = soup.get_text()
    assert "Hors du rayon d’action\u00a0: Valais." in text
    assert "Score 21 sur 100, il en faut 25." in text
    assert "Ce qui manque\u00a0: branche CPV commune." in text


def test_a_member_with_something_is_not_asked(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        make_match(session, member=session.merge(person).member, released_at=now)

    assert "Chercher les plus proches" not in page.sign_in(person).get("/marches").get_text()


def test_a_member_does_not_see_what_came_near_another(
    page: Page, person: Person, engine: Engine, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender, other = make_tender(session, title={"fr": "Presque"}), make_person(session)
    page.other().sign_in(other).post("/marches/proches", member_id=str(person.member_id))
    answer(engine, now, a_miss(tender))

    assert titles(page.sign_in(person).get("/marches")) == []
    with writing() as session:
        assert [row.facts for row in session.scalars(select(Work))] == [{"member_id": other.member_id}]


@pytest.mark.parametrize("what", ["closed", "by hand"])
def test_what_closed_or_was_entered_by_hand_is_not_shown(
    page: Page, person: Person, engine: Engine, writing: Writing, now: datetime, what: str
) -> None:
    facts = {"submission_deadline": now} if what == "closed" else {"source": entered.SOURCE}
    with writing() as session:
        tender = make_tender(session, title={"fr": "Caché"}, **facts)
    page.sign_in(person).post("/marches/proches")
    answer(engine, now, a_miss(tender))

    soup = page.get("/marches")

    assert titles(soup) == []
    assert "Aucun marché ouvert n’en approche" in soup.get_text()


def test_staff_see_what_came_near_a_member(
    page: Page, person: Person, engine: Engine, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        tender, other = make_tender(session, title={"fr": "Presque"}), make_member(session)
    here = f"/equipe/membres/{person.member_id}"
    page.sign_in(staff).send(here, f"{here}/proches")
    answer(engine, now, a_miss(tender, gates=[], missing=[]))

    soup = page.get(here)

    assert titles(soup) == ["Presque"]
    assert "Ce qui manque" not in soup.get_text()
    assert titles(page.get(f"/equipe/membres/{other.id}")) == []


def test_when_the_score_would_do_the_gate_alone_is_named(
    page: Page, person: Person, engine: Engine, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender = make_tender(session)
    page.sign_in(person).post("/marches/proches")
    answer(engine, now, a_miss(tender, score=0.9))

    text = page.get("/marches").get_text()

    assert "Le score suffirait\u00a0: 90 sur 100, il en faut 25." in text
    assert "Ce qui manque" not in text
