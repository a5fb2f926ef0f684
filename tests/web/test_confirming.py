"""Criteria to confirm: where the rules and the learned opinion disagree, staff have the word."""

from typing import Any

import pytest
from sqlalchemy import select

from procurement.models import AuditEntry, Finding, Lot, Person
from procurement.vocabulary import Role
from tests.factories import finding, make_person, make_tender
from tests.web.conftest import Page, Writing

_WAITING = "/equipe/criteres-a-confirmer"


@pytest.fixture
def staff(page: Page, writing: Writing) -> Person:
    """Somebody of the staff, signed in."""
    with writing() as session:
        person = make_person(session, role=Role.STAFF, name="Solène Vuagnat")
    page.sign_in(person)
    return person


@pytest.fixture
def contested(writing: Writing) -> Finding:
    """A finding that counts by the rules and hardly by the learned opinion."""
    return add(writing, opinion=0.1)


def add(writing: Writing, **facts: Any) -> Finding:
    """A finding on a tender of its own."""
    with writing() as session:
        lot = make_tender(session).lots[0]
        row = finding(**facts)
        lot.findings.append(row)
        session.flush()
        return row


def stored(writing: Writing, row: Finding) -> Finding:
    """The finding as it stands in the database."""
    with writing() as session:
        return session.get_one(Finding, row.id)


def test_what_is_contested_stands_there_with_its_words_and_both_opinions(
    page: Page, staff: Person, contested: Finding, writing: Writing
) -> None:
    add(writing, opinion=0.9)
    add(writing, opinion=None)

    (item,) = page.get(_WAITING).select(".contested")

    text = item.get_text(" ", strip=True)
    assert [mark.get_text() for mark in item.select("mark")] == ["apprenties et apprentis"]
    assert "Part des apprenties et apprentis dans l’effectif." in item.select("blockquote p")[0].get_text()
    assert "Apprentissage et formation professionnelle 5\u00a0%" in text
    assert "La règle compte L’avis appris ne compte pas sûr à 90\u00a0%" in text
    with writing() as session:
        tender = session.get_one(Lot, contested.lot_id).tender
    assert item.select(f"a[href='/marches/{tender.id}']")


def test_what_the_opinion_alone_holds_for_right_is_asked_too(
    page: Page, staff: Person, writing: Writing
) -> None:
    add(writing, counts=False, opinion=0.85, family="no_longer_read", weight=None)

    (item,) = page.get(_WAITING).select(".contested")

    assert "no_longer_read" in item.get_text()
    assert "compte sûr à 85\u00a0%" in item.get_text(" ", strip=True)


@pytest.mark.parametrize(("act", "is_right"), [("compte", True), ("ne-compte-pas", False)])
def test_one_click_says_it_and_it_can_be_taken_back(
    page: Page, staff: Person, contested: Finding, writing: Writing, act: str, is_right: bool
) -> None:
    response = page.send(_WAITING, f"/equipe/criteres/{contested.id}/{act}")

    assert response.status_code == 303
    row = stored(writing, contested)
    assert (row.is_right, row.judged_by_id) == (is_right, staff.id)
    soup = page.get(_WAITING)
    assert soup.select(".contested") == []
    assert "Solène Vuagnat" in soup.select(".decided")[0].get_text()

    page.send(_WAITING, f"/equipe/criteres/{contested.id}/defaire")

    row = stored(writing, contested)
    assert (row.is_right, row.judged_at, row.judged_by_id) == (None, None, None)
    assert len(page.get(_WAITING).select(".contested")) == 1
    with writing() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("finding."))).all()
    assert acts == ["finding.confirm" if is_right else "finding.refuse", "finding.undo"]


def test_two_of_the_staff_at_once_do_not_overrule_each_other(
    page: Page, staff: Person, contested: Finding, writing: Writing
) -> None:
    page.post(f"/equipe/criteres/{contested.id}/compte")
    with writing() as session:
        second = make_person(session, role=Role.STAFF)
    other = page.other().sign_in(second)

    other.post(f"/equipe/criteres/{contested.id}/ne-compte-pas")

    assert "déjà confirmé ou refusé" in other.get(_WAITING).get_text()
    assert stored(writing, contested).is_right is True
    assert other.get(_WAITING).select("[accesskey=u]") == []


def test_undoing_twice_changes_nothing_more(page: Page, staff: Person, contested: Finding) -> None:
    assert page.post(f"/equipe/criteres/{contested.id}/defaire").status_code == 303
    assert page.post("/equipe/criteres/999/compte").status_code == 404
    assert "attend de nouveau" not in page.get(_WAITING).get_text()


def test_one_key_per_act_stands_on_the_first(page: Page, staff: Person, writing: Writing) -> None:
    rows = [add(writing, opinion=0.1) for _ in range(3)]
    page.post(f"/equipe/criteres/{rows[0].id}/compte")

    soup = page.get(_WAITING)

    assert sorted(tag["accesskey"][0] for tag in soup.select("[accesskey]")) == ["d", "k", "u"]
    assert [script["src"] for script in soup("script")] == ["/static/queue.js"]


def test_nothing_to_confirm_says_why(page: Page, staff: Person) -> None:
    assert "Rien à confirmer" in page.get(_WAITING).get_text()


def test_a_long_list_says_how_much_follows(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        lot = make_tender(session).lots[0]
        lot.findings = [finding(opinion=0.1) for _ in range(31)]

    soup = page.get(_WAITING)

    assert len(soup.select(".contested")) == 30
    assert "Un autre critère viendra ensuite." in soup.get_text()
