"""The staff's queue: keep, drop, take back, and two people at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from procurement.models import AuditEntry, Match, Person
from procurement.vocabulary import DropReason, MatchState, Role
from tests.factories import finding, make_lot, make_match, make_member, make_person, make_tender
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


def test_the_queue_leads_to_the_criteria_that_wait_for_a_word(
    page: Page, desk: Desk, writing: Writing
) -> None:
    page.sign_in(desk.first)
    assert "à confirmer" not in page.get("/equipe/file").get_text()
    with writing() as session:
        make_tender(session).lots[0].findings = [finding(opinion=0.1), finding(opinion=0.2)]

    (link,) = page.get("/equipe/file").select("a[href='/equipe/criteres-a-confirmer']")

    assert link.get_text() == "2 critères ESS à confirmer"


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


def by_score(writing: Writing, scores: dict[str, float]) -> None:
    """A tender that waits for each title, with its score; the first closes first."""
    with writing() as session:
        for days, (title, score) in enumerate(scores.items(), start=10):
            closes = make_tender(session).submission_deadline
            assert closes is not None
            tender = make_tender(
                session, title={"fr": title}, submission_deadline=closes + timedelta(days=days)
            )
            make_match(session, tender=tender, score=score)


def titles(page: Page, path: str) -> list[str]:
    """The tenders of the queue in their order."""
    return [link.get_text() for link in page.get(path).select(".queue-item .line-title a")]


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/equipe/file", ["Sûr", "Douteux", "Faible"]),
        ("/equipe/file?ordre=doute", ["Douteux", "Faible", "Sûr"]),
        ("/equipe/file?ordre=nonsense", ["Sûr", "Douteux", "Faible"]),
    ],
)
def test_the_address_says_in_which_order_the_queue_stands(
    page: Page, desk: Desk, writing: Writing, path: str, order: list[str]
) -> None:
    page.sign_in(desk.first).post(f"/equipe/matches/{desk.match.id}/garder")
    by_score(writing, {"Sûr": 0.95, "Douteux": 0.47, "Faible": 0.3})

    assert titles(page, path) == order
    current = page.get(path).select_one(".orders [aria-current]")
    assert current is not None
    assert current.get_text() == ("Par doute du modèle" if "doute" in path else "Par délai")


@pytest.mark.parametrize(
    ("act", "fields"), [("garder", {}), ("ecarter", {"reason": "too_far"})], ids=["keep", "drop"]
)
def test_an_act_leads_back_to_the_order_it_came_from(
    page: Page, desk: Desk, act: str, fields: dict[str, str]
) -> None:
    page.sign_in(desk.first)
    here = "/equipe/file?ordre=doute"

    response = page.send(here, f"/equipe/matches/{desk.match.id}/{act}?ordre=doute", **fields)
    undone = page.send(here, f"/equipe/matches/{desk.match.id}/defaire?ordre=doute")

    assert response.location.startswith("/equipe/file?ordre=doute#")
    assert undone.location.startswith("/equipe/file?ordre=doute#")


def test_one_key_per_act_stands_on_the_first_of_each(page: Page, desk: Desk, writing: Writing) -> None:
    by_score(writing, {"Un": 0.9, "Deux": 0.8})
    page.sign_in(desk.first).post(f"/equipe/matches/{desk.match.id}/garder")

    soup = page.get("/equipe/file")

    keys = [(tag["accesskey"][0], tag.name) for tag in soup.select("[accesskey]")]
    assert sorted(keys) == [("d", "select"), ("h", "a"), ("k", "button"), ("u", "button")]
    assert soup.select(".queue-item")[0].select("[accesskey=k]")
    later = soup.select_one("[accesskey=h]")
    assert later is not None
    assert later["href"] == f"#{soup.select('.queue-item')[1]['id']}"


def test_the_key_takes_back_ones_own_decision_and_no_colleagues(page: Page, desk: Desk) -> None:
    page.other().sign_in(desk.second).post(f"/equipe/matches/{desk.match.id}/garder")

    colleague, own = (
        browser.get("/equipe/file").select("[accesskey=u]")
        for browser in (page.sign_in(desk.first), page.other().sign_in(desk.second))
    )

    assert colleague == []
    assert len(own) == 1


def test_the_keys_of_the_queue_are_a_file_of_our_own(page: Page, desk: Desk) -> None:
    soup = page.sign_in(desk.first).get("/equipe/file")

    (script,) = soup("script")
    response = page.client.get(str(script["src"]))

    assert script["src"] == "/static/queue.js"
    assert response.status_code == 200
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    response.close()
    assert page.get("/preferences")("script") == []
