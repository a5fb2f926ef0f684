"""What staff read: answers, members and their profiles."""

from datetime import datetime, timedelta

import pytest

from procurement.models import Person
from procurement.vocabulary import Role
from tests.factories import make_chamber, make_match, make_member, make_person, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF)


def test_answers_are_read_newest_first_with_their_reason(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        person, tenders = make_person(session), [make_tender(session, title={"fr": name}) for name in "AB"]
    member = page.other().sign_in(person)
    member.post(f"/marches/{tenders[0].id}/reponse", choice="interested")
    page.clock.move(minutes=1)
    member.post(f"/marches/{tenders[1].id}/reponse", choice="not_for_us", refusal="too_big")

    soup = page.sign_in(staff).get("/equipe/reponses")

    assert [row.select("td a")[0].get_text() for row in soup.select("tbody tr")] == ["B", "A"]
    assert "trop grand pour nous" in soup.get_text()
    lead = soup.select_one(".lead")
    assert lead is not None
    assert lead.get_text() == "intéresse 1 · pas pour nous 1 · cherche partenaires 0"


def test_no_answer_yet_says_so(page: Page, staff: Person) -> None:
    assert "Pas encore de réponse" in page.sign_in(staff).get("/equipe/reponses").get_text()


def test_the_answers_of_another_chamber_are_not_shown(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        other = make_member(session, chamber=make_chamber(session, key="autre"), name="Ailleurs")
        person, tender = make_person(session, member=other), make_tender(session)
    page.other().sign_in(person).post(f"/marches/{tender.id}/reponse", choice="interested")

    page.sign_in(staff)

    assert "Ailleurs" not in page.get("/equipe/reponses").get_text()
    assert "Ailleurs" not in page.get("/equipe/membres").get_text()
    assert "Ailleurs" not in page.get(f"/marches/{tender.id}").get_text()


def test_each_member_stands_with_its_figures(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        member = make_member(session, name="Atelier du Rhône", sectors=["restauration_traiteur", "inconnu"])
        make_person(session, member=member)
        make_person(session, member=member, is_active=False)
        make_match(session, member=member, released_at=now)
        closed = make_tender(session, submission_deadline=now - timedelta(days=1))
        make_match(session, member=member, tender=closed, released_at=now)
        make_match(session, member=member)
        make_member(session, name="Zéro", sectors=[], is_active=False)

    rows = page.sign_in(staff).get("/equipe/membres").select("tbody tr")

    assert [[cell.get_text(strip=True) for cell in row.select(".number")] for row in rows] == [
        ["1", "2", "1", "0"],
        ["0", "0", "0", "0"],
    ]
    assert "Restauration" in rows[0].get_text()
    assert "inactif" in rows[1].get_text()


def test_no_member_yet_says_how_they_come(page: Page, staff: Person) -> None:
    assert "Pas encore de membre" in page.sign_in(staff).get("/equipe/membres").get_text()


def test_a_profile_shows_what_a_member_offers_and_was_sent(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        member = make_member(
            session,
            references=["Écoles de Lancy"],
            past_wins=["Musée de la Cire"],
            excluded_words=["amiante"],
            cpv_codes=["90910000"],
            statuses=["work_integration", "of_a_later_list"],
            largest_contract_chf=250_000,
            smallest_contract_chf=5_000,
        )
        make_person(session, member=member, unsubscribed_at=now, is_active=False)
        make_person(session, member=member)
        make_match(
            session, member=member, tender=make_tender(session, title={"fr": "Ouvert"}), released_at=now
        )
        closed = make_tender(session, title={"fr": "Passé"}, submission_deadline=now)
        make_match(session, member=member, tender=closed, released_at=now)
        make_match(session, member=member)

    soup = page.sign_in(staff).get(f"/equipe/membres/{member.id}")

    text = soup.get_text()
    for words in (
        "Écoles de Lancy",
        "amiante",
        "Musée de la Cire",
        "entreprise d’insertion",
        "CHF\u00a0250\u202f000",
        "CHF\u00a05\u202f000",
        "Services de nettoyage",
        "Genève, Vaud",
        "ne reçoit plus d’alertes",
        "Ouvert",
        "Passé",
        "Une correspondance attend encore votre décision.",
    ):
        assert words in text
    assert "Voir et répondre" not in text


def test_a_bare_profile_has_no_holes(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        member = make_member(
            session, sectors=[], cpv_codes=[], cantons=[], offer_languages=[], statement="", is_active=False
        )

    text = page.sign_in(staff).get(f"/equipe/membres/{member.id}").get_text()

    for words in (
        "tous",
        "non précisées",
        "Personne n’est inscrit.",
        "Aucun marché ouvert transmis",
        "inactif",
    ):
        assert words in text


@pytest.mark.parametrize(("statuses", "words"), [(None, "non précisé"), ([], "aucun")])
def test_having_no_status_is_shown_otherwise_than_not_knowing(
    page: Page, staff: Person, writing: Writing, statuses: list[str] | None, words: str
) -> None:
    with writing() as session:
        member = make_member(session, statuses=statuses, largest_contract_chf=1_000)

    soup = page.sign_in(staff).get(f"/equipe/membres/{member.id}")

    rows = {row.get_text() for row in soup.select("dl.sheet > div")}
    assert f"Statut pour les marchés réservés{words}" in rows
    assert "Porte seul jusqu’àCHF\u00a01\u202f000" in rows


def test_staff_read_of_a_lost_address_and_let_mail_go_there_again(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        lost = make_person(session, undeliverable_since=now, undeliverable_words="550 5.1.1 no such user")
        lost.failures = 3
    path = f"/equipe/membres/{lost.member_id}"
    assert "550 5.1.1 no such user" in page.sign_in(staff).get(path).get_text()

    response = page.send(path, f"{path}/personnes/{lost.id}/adresse")

    assert response.location == f"{path}#personnes"
    assert "Lever le blocage" not in page.get(path).get_text()
    with writing() as session:
        kept = session.get_one(Person, lost.id)
        assert (kept.undeliverable_since, kept.undeliverable_words, kept.failures) == (None, "", 0)


def test_an_address_is_let_go_by_its_own_chamber_alone(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        there = make_member(session, chamber=make_chamber(session, key="autre"), name="Ailleurs")
        lost = make_person(session, member=there, undeliverable_since=now)
        here = make_member(session)
    page.sign_in(staff)

    for member_id in (there.id, here.id):
        path = f"/equipe/membres/{member_id}/personnes/{lost.id}/adresse"
        assert page.post(path).status_code == 404

    with writing() as session:
        assert session.get_one(Person, lost.id).undeliverable_since == now
