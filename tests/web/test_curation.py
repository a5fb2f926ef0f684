"""The staff's queue: keep, drop, take back, and two people at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from procurement.models import AuditEntry, Match, Person
from procurement.vocabulary import DropReason, MatchState, Role
from tests.factories import make_lot, make_match, make_member, make_person, make_tender
from tests.web.conftest import Page, Writing


@dataclass
class Desk:
    """Two of the staff and a match that waits."""

    first: Person
    second: Person
    match: Match


@pytest.fixture
def desk(writing: Writing) -> Desk:
    """Two of the staff and a match that waits."""
    with writing() as session:
        return Desk(
            first=make_person(session, role=Role.STAFF, name="Solène Vuagnat"),
            second=make_person(session, role=Role.STAFF, name="Baptiste Oguey"),
            match=make_match(session),
        )


def stored(writing: Writing, match: Match) -> Match:
    """The match as it stands in the database."""
    with writing() as session:
        return session.get_one(Match, match.id)


def test_the_queue_counts_what_waits_and_what_is_urgent(
    page: Page, desk: Desk, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        for days in (1, 4, 5):
            make_match(session, tender=make_tender(session, submission_deadline=now + timedelta(days=days)))
        make_match(session, tender=make_tender(session, submission_deadline=None))
        make_match(session, tender=make_tender(session, submission_deadline=now - timedelta(days=1)))

    soup = page.sign_in(desk.first).get("/equipe/file")

    lead = soup.select_one(".lead")
    assert lead is not None
    assert lead.get_text() == "5 en attente, 2 à moins de 5 jours"
    assert len(soup.select(".queue-item")) == 5


def test_each_tender_shows_its_members_by_score(page: Page, desk: Desk, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        lot = make_lot(tender)
        session.flush()
        for name, score in (("Moyen", 0.5), ("Meilleur", 0.9)):
            make_match(session, lot=lot, member=make_member(session, name=name), score=score)

    items = page.sign_in(desk.first).get("/equipe/file").select(".queue-item")

    (item,) = [each for each in items if "Meilleur" in each.get_text()]
    assert [who.get_text() for who in item.select(".proposal-who a")] == ["Meilleur", "Moyen"]
    assert "score 90" in item.get_text()
    assert "À vérifier" in item.get_text()


def test_a_long_queue_says_how_much_comes_later(page: Page, desk: Desk, writing: Writing) -> None:
    with writing() as session:
        member = make_member(session)
        for _ in range(21):
            make_match(session, member=member)

    soup = page.sign_in(desk.first).get("/equipe/file")

    assert len(soup.select(".queue-item")) == 20
    assert "2 autres marchés viendront ensuite." in soup.get_text()


def test_an_empty_queue_says_so(page: Page, desk: Desk) -> None:
    page.sign_in(desk.first).post(f"/equipe/matches/{desk.match.id}/garder")

    assert "La file est vide" in page.get("/equipe/file").get_text()


def test_keeping_lets_the_match_go(page: Page, desk: Desk, writing: Writing, now: datetime) -> None:
    page.sign_in(desk.first)

    response = page.send("/equipe/file", f"/equipe/matches/{desk.match.id}/garder")

    assert response.status_code == 303
    assert response.location.startswith("/equipe/file")
    match = stored(writing, desk.match)
    assert (match.state, match.released_at, match.decided_by_id) == (MatchState.RELEASED, now, desk.first.id)
    assert "Gardé\u00a0:" in page.get("/equipe/file").get_text()


def test_dropping_needs_a_reason_and_keeps_it(page: Page, desk: Desk, writing: Writing) -> None:
    page.sign_in(desk.first)
    action = f"/equipe/matches/{desk.match.id}/ecarter"

    assert page.post(action).status_code == 400
    assert page.post(action, reason="nonsense").status_code == 400
    assert stored(writing, desk.match).state is MatchState.PROPOSED
    page.send("/equipe/file", action, reason="too_far")

    assert stored(writing, desk.match).drop_reason is DropReason.TOO_FAR
    decided = page.get("/equipe/file").select_one(".decided")
    assert decided is not None
    assert "écarté" in decided.get_text()
    assert "trop loin" in decided.get_text()


def test_two_of_the_staff_at_once_lose_nothing(page: Page, desk: Desk, writing: Writing) -> None:
    other = page.other().sign_in(desk.second)
    other.get("/equipe/file")
    page.sign_in(desk.first).send("/equipe/file", f"/equipe/matches/{desk.match.id}/garder")

    response = other.post(f"/equipe/matches/{desk.match.id}/ecarter", reason="too_far")

    assert response.status_code == 303
    assert "Solène Vuagnat a déjà décidé de cette correspondance." in other.get("/equipe/file").get_text()
    assert stored(writing, desk.match).state is MatchState.RELEASED


def test_keeping_what_another_dropped_is_refused_too(page: Page, desk: Desk, writing: Writing) -> None:
    page.sign_in(desk.first).post(f"/equipe/matches/{desk.match.id}/ecarter", reason="too_far")
    other = page.other().sign_in(desk.second)

    other.post(f"/equipe/matches/{desk.match.id}/garder")

    assert stored(writing, desk.match).state is MatchState.DROPPED
    assert "Solène Vuagnat a déjà décidé" in other.get("/").get_text()


def test_the_same_decision_twice_is_one(page: Page, desk: Desk, writing: Writing) -> None:
    page.sign_in(desk.first)
    for _ in range(2):
        page.post(f"/equipe/matches/{desk.match.id}/garder")

    with writing() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("match."))).all()
    assert acts == ["match.keep"]


def test_a_decision_can_be_taken_back_until_the_member_is_told(
    page: Page, desk: Desk, writing: Writing, now: datetime
) -> None:
    page.sign_in(desk.first).post(f"/equipe/matches/{desk.match.id}/garder")
    undo = f"/equipe/matches/{desk.match.id}/defaire"

    page.send("/equipe/file", undo)
    assert stored(writing, desk.match).state is MatchState.PROPOSED

    page.post(f"/equipe/matches/{desk.match.id}/garder")
    with writing() as session:
        session.get_one(Match, desk.match.id).alerted_at = now
    page.post(undo)
    assert stored(writing, desk.match).state is MatchState.RELEASED
    soup = page.get("/equipe/file")
    assert soup.select(f"form[action='{undo}']") == []
    assert "transmis" in soup.select_one(".decided").get_text()  # type: ignore[union-attr]
