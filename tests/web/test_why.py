"""« Pourquoi pas ? »: asked by a member for itself or by staff, answered by a row of work."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, select

from procurement import entered, work
from procurement.db import transaction
from procurement.models import Lot, Member, Person, Tender, Work
from procurement.vocabulary import DropReason, Role
from tests.factories import make_chamber, make_lot, make_match, make_member, make_person, make_tender
from tests.web.conftest import Page, Writing


@dataclass
class Scene:
    """A member that was not sent a tender, another member, and staff."""

    member: Member
    person: Person
    other: Member
    staff: Person
    tender: Tender
    lot: Lot

    @property
    def own(self) -> str:
        """Where the member reads why."""
        return f"/marches/{self.tender.id}/pourquoi"

    @property
    def by_staff(self) -> str:
        """Where staff read why."""
        return f"/equipe/membres/{self.member.id}/marches/{self.tender.id}/pourquoi"


@pytest.fixture
def scene(writing: Writing) -> Scene:
    """A member that was not sent a tender, another member, and staff."""
    with writing() as session:
        member, tender = make_member(session, name="Net et Clair"), make_tender(session)
        return Scene(
            member=member,
            person=make_person(session, member=member),
            other=make_member(session, name="Vitres du Lac"),
            staff=make_person(session, role=Role.STAFF, name="Solène Vuagnat"),
            tender=tender,
            lot=tender.lots[0],
        )


def said_of(lot: Lot, **facts: Any) -> dict[str, Any]:
    """What the matcher says of one lot; each argument overrides one fact."""
    return {
        "lot_id": lot.id,
        "score": 0.18,
        "gates": [
            {"key": "open", "passed": True, "label": "On peut encore déposer", "facts": {}},
            {"key": "place", "passed": False, "label": "Le lieu", "facts": {"place": "CH-VS"}},
            {"key": "moon", "passed": True, "label": "la lune est pleine", "facts": {}},
        ],
        "signals": [
            {"key": "cpv_branch", "label": "Branche", "value": 0.15},
            {"key": "within_reach", "label": "Lieu", "value": 1.0},
            {"key": "stars", "label": "les astres", "value": 0.6},
        ],
        "reasons": [{"key": "place_in_reach", "facts": {"canton": "GE"}}],
        "risk": None,
        **facts,
    }


def answer(engine: Engine, now: datetime, *lots: dict[str, Any]) -> None:
    """Do as the worker does, with an answer of the test's own."""
    with transaction(engine) as session:
        row = work.claim(session, now=now)
        assert row is not None
        said = {"threshold": 0.25, "model": "rules-3", "lots": list(lots)}
        work.finish(session, work_id=row.id, answer=said, now=now)


def rows(writing: Writing) -> list[Work]:
    """Every row of work."""
    with writing() as session:
        return list(session.scalars(select(Work)))


def refreshes(soup: BeautifulSoup) -> bool:
    """Whether the page loads itself again."""
    return soup.find("meta", attrs={"http-equiv": "refresh"}) is not None


def test_a_member_asks_for_itself_from_a_tender_that_it_was_not_proposed(
    page: Page, scene: Scene, writing: Writing
) -> None:
    page.sign_in(scene.person)

    response = page.send(f"/marches/{scene.tender.id}", scene.own)

    assert (response.status_code, response.location) == (303, scene.own)
    (row,) = rows(writing)
    assert (row.kind, row.facts) == ("why_not", {"member_id": scene.member.id, "tender_id": scene.tender.id})


def test_a_member_asks_only_for_itself_whatever_it_sends(page: Page, scene: Scene, writing: Writing) -> None:
    page.sign_in(scene.person)

    page.post(scene.own, member=str(scene.other.id), member_id=str(scene.other.id))

    assert [row.facts["member_id"] for row in rows(writing)] == [scene.member.id]


def test_a_member_does_not_see_what_was_asked_of_another(
    page: Page, scene: Scene, engine: Engine, now: datetime
) -> None:
    page.other().sign_in(scene.staff).post(
        f"/equipe/membres/{scene.other.id}/marches/{scene.tender.id}/pourquoi"
    )
    answer(engine, now, said_of(scene.lot))

    soup = page.sign_in(scene.person).get(scene.own)

    assert "Demander pourquoi" in soup.get_text()
    assert "Conditions" not in soup.get_text()
    page.get(scene.by_staff, status=404)
    page.get(f"/equipe/membres/{scene.other.id}/marches/{scene.tender.id}/pourquoi", status=404)


def test_while_the_answer_is_on_its_way_the_page_says_so_and_looks_again(page: Page, scene: Scene) -> None:
    page.sign_in(scene.person).post(scene.own)

    soup = page.get(scene.own)

    assert "La réponse se calcule" in soup.get_text()
    assert refreshes(soup)


def test_a_page_stops_looking_when_nobody_answers(page: Page, scene: Scene) -> None:
    page.sign_in(scene.person).post(scene.own)

    page.clock.move(minutes=3)

    soup = page.get(scene.own)
    assert "La réponse tarde" in soup.get_text()
    assert not refreshes(soup)


def test_an_answer_that_comes_in_a_moment_is_on_the_first_page(
    page: Page, scene: Scene, engine: Engine, now: datetime
) -> None:
    page.app.extensions["aimp"]["patience"] = 20.0
    page.sign_in(scene.person).post(scene.own)
    worker = threading.Timer(0.2, answer, (engine, now, said_of(scene.lot)))
    worker.start()

    soup = page.get(scene.own)

    worker.join()
    assert "Arrêté par une condition" in soup.get_text()
    assert not refreshes(soup)


def test_work_that_failed_can_be_asked_for_again(page: Page, scene: Scene, writing: Writing) -> None:
    page.sign_in(scene.person).post(scene.own)
    with writing() as session:
        session.scalars(select(Work)).one().failed_at = page.clock.now

    soup = page.get(scene.own)
    page.send(scene.own, scene.own)

    assert "Le calcul a échoué" in soup.get_text()
    assert not refreshes(soup)
    assert len(rows(writing)) == 2


def test_the_answer_says_which_condition_stopped_it_and_what_spoke_for_it(
    page: Page, scene: Scene, engine: Engine, now: datetime
) -> None:
    page.sign_in(scene.person).post(scene.own)
    answer(engine, now, said_of(scene.lot))

    soup = page.get(scene.own)

    assert [each.get_text(" ", strip=True) for each in soup.select(".checks li")] == [
        "✓ On peut encore déposer une offre",
        "✕ Non remplie\u00a0: Hors du rayon d’action\u00a0: Valais.",
        "✓ La lune est pleine",
    ]
    text = soup.get_text()
    assert "18 sur 100" in text
    assert "il en faut 25" in text
    assert soup.select_one(".bar-mark") is not None
    lists = [[row.get_text(" ", strip=True) for row in each("li")] for each in soup.select(".signs")]
    assert lists == [
        ["Lieu dans le rayon d’action 100\u00a0%", "Les astres 60\u00a0%"],
        ["Branche CPV commune 15\u00a0%"],
    ]
    assert "Lieu d’exécution dans votre rayon d’action\u00a0: Genève." in text


@pytest.mark.parametrize(
    ("score", "title"), [(0.18, "Trop peu d’indices"), (0.5, "Rien ne l’arrête")], ids=["below", "above"]
)
def test_without_a_condition_the_score_decides(
    page: Page, scene: Scene, engine: Engine, now: datetime, score: float, title: str
) -> None:
    page.sign_in(scene.person).post(scene.own)
    answer(engine, now, said_of(scene.lot, score=score, gates=[]))

    soup = page.get(scene.own)

    heading = soup.select_one("#verdict-title")
    assert heading is not None
    assert heading.get_text() == title
    assert ("demandez à votre contact" in soup.get_text()) is (score > 0.25)


def test_the_other_lots_stand_below_the_nearest(
    page: Page, scene: Scene, engine: Engine, now: datetime, writing: Writing
) -> None:
    with writing() as session:
        tender = session.get_one(Tender, scene.tender.id)
        second = make_lot(tender, title={"fr": "Vitrages"})
    page.sign_in(scene.person).post(scene.own)
    answer(engine, now, said_of(scene.lot), said_of(second, score=0.1), said_of(Lot(id=987654)))

    text = page.get(scene.own).get_text()

    assert "Les autres lots" in text
    assert "Vitrages" in text
    assert "score 10" in text


def test_lots_that_are_gone_leave_nothing_to_compare(
    page: Page, scene: Scene, engine: Engine, now: datetime
) -> None:
    page.sign_in(scene.person).post(scene.own)
    answer(engine, now)

    assert "n’a plus de lot" in page.get(scene.own).get_text()


@pytest.mark.parametrize("what", ["profile", "tender", "day"])
def test_an_answer_goes_out_of_date(
    page: Page, scene: Scene, engine: Engine, now: datetime, writing: Writing, what: str
) -> None:
    page.sign_in(scene.person).post(scene.own)
    answer(engine, now, said_of(scene.lot))
    later = now + timedelta(hours=1)
    with writing() as session:
        if what == "profile":
            session.get_one(Member, scene.member.id).profile_changed_at = later
        elif what == "tender":
            session.get_one(Tender, scene.tender.id).changed_at = later
    page.clock.move(hours=25 if what == "day" else 2)
    page.sign_in(scene.person)

    assert "Demander pourquoi" in page.get(scene.own).get_text()


def test_staff_read_why_they_dropped_it_and_the_member_does_not(
    page: Page, scene: Scene, engine: Engine, now: datetime, writing: Writing
) -> None:
    with writing() as session:
        make_match(
            session,
            member=session.get_one(Member, scene.member.id),
            lot=session.get_one(Lot, scene.lot.id),
            dropped_at=now,
            drop_reason=DropReason.TOO_BIG,
            decided_by=session.get_one(Person, scene.staff.id),
        )
    page.sign_in(scene.staff).post(scene.by_staff)
    answer(engine, now, said_of(scene.lot, score=0.7, gates=[]))

    by_staff = page.get(scene.by_staff).get_text()
    by_member = page.other().sign_in(scene.person).get(scene.own).get_text()

    assert "trop grand" in by_staff
    assert "Solène Vuagnat" in by_staff
    assert "Rien ne l’arrête" in by_member
    for secret in ("trop grand", "Solène Vuagnat", "Ce que l’équipe en a fait", "carté"):
        assert secret not in by_member


def test_what_was_proposed_is_explained_on_its_own_page(
    page: Page, scene: Scene, now: datetime, writing: Writing
) -> None:
    with writing() as session:
        member = session.get_one(Member, scene.member.id)
        make_match(session, member=member, lot=session.get_one(Lot, scene.lot.id), released_at=now)
    page.sign_in(scene.person)

    for response in (page.client.get(scene.own), page.post(scene.own)):
        assert (response.status_code, response.location) == (303, f"/marches/{scene.tender.id}")

    assert rows(writing) == []


def test_what_was_entered_by_hand_stays_unknown_to_whom_it_was_not_sent(
    page: Page, scene: Scene, writing: Writing
) -> None:
    with writing() as session:
        session.get_one(Tender, scene.tender.id).source = entered.SOURCE
    page.sign_in(scene.person)

    page.get(scene.own, status=404)

    assert page.post(scene.own).status_code == 404
    assert rows(writing) == []


def test_staff_choose_a_member_on_the_page_of_a_tender(page: Page, scene: Scene) -> None:
    page.sign_in(scene.staff)

    response = page.send(
        f"/marches/{scene.tender.id}",
        f"/equipe/marches/{scene.tender.id}/pourquoi",
        member=str(scene.member.id),
    )

    assert response.location == scene.by_staff
    assert "Net et Clair" in page.get(scene.by_staff).get_text()


def test_staff_choose_a_tender_on_the_page_of_a_member(page: Page, scene: Scene, writing: Writing) -> None:
    page.sign_in(scene.staff)
    here, action = f"/equipe/membres/{scene.member.id}", f"/equipe/membres/{scene.member.id}/pourquoi"

    response = page.send(here, action, number=f" {scene.tender.number} ")
    unknown = page.send(here, action, number="<b>0</b>")

    assert response.location == scene.by_staff
    assert unknown.location == here
    assert "Aucun marché ne porte le numéro" in page.get(here).get_text()
    assert len(rows(writing)) == 1


def test_staff_who_choose_nobody_are_asked_to(page: Page, scene: Scene) -> None:
    page.sign_in(scene.staff)

    response = page.post(f"/equipe/marches/{scene.tender.id}/pourquoi", member="")

    assert "Choisissez un membre." in page.get(response.location).get_text()


def test_staff_ask_about_members_of_their_own_chamber_only(
    page: Page, scene: Scene, writing: Writing
) -> None:
    with writing() as session:
        elsewhere = make_member(session, chamber=make_chamber(session, key="autre"), name="Ailleurs").id
    page.sign_in(scene.staff)

    page.get(f"/equipe/membres/{elsewhere}/marches/{scene.tender.id}/pourquoi", status=404)
    asked = [
        page.post(f"/equipe/membres/{elsewhere}/marches/{scene.tender.id}/pourquoi"),
        page.post(f"/equipe/membres/{elsewhere}/pourquoi", number=scene.tender.number),
        page.post(f"/equipe/marches/{scene.tender.id}/pourquoi", member=str(elsewhere)),
    ]

    assert [response.status_code for response in asked] == [404, 404, 404]
    assert rows(writing) == []
    assert "Ailleurs" not in page.get(f"/marches/{scene.tender.id}").get_text()


def test_a_tender_that_another_stands_for_is_asked_about_under_that_one(
    page: Page, scene: Scene, writing: Writing
) -> None:
    with writing() as session:
        twin = make_tender(session, source="ted", merged_into_id=scene.tender.id)
    page.sign_in(scene.person)

    assert page.post(f"/marches/{twin.id}/pourquoi").location == scene.own


def test_the_answer_is_worded_in_the_language_of_its_reader(
    page: Page, scene: Scene, engine: Engine, now: datetime, writing: Writing
) -> None:
    with writing() as session:
        session.get_one(Person, scene.person.id).language = "de"
    page.sign_in(scene.person).post(scene.own)
    answer(engine, now, said_of(scene.lot))

    text = page.get(scene.own).get_text()

    for words in ("Ausserhalb des Einzugsgebiets: Wallis.", "Gemeinsamer CPV-Zweig", "Ort im Einzugsgebiet"):
        assert words in text
    assert "18 von 100" in text
