"""« Résultat »: what a publication says, what the lead says, and the question of references."""

from datetime import date

import pytest
from sqlalchemy import select

from procurement import bid_results
from procurement.models import BidResult, Consortium, Message, Person
from procurement.teaming import ConsortiumState
from tests.factories import NOW, make_room
from tests.procurement.bids import award, person_of, submitted
from tests.web.conftest import Page, Writing


@pytest.fixture
def bid(writing: Writing) -> tuple[str, int, Person, Person]:
    """A bid that was handed in: its page, its id, its lead and its partner; the award names the partner."""
    with writing() as session:
        lead, partner = (
            person_of(session, name) for name in ("Coopérative Belvédère", "Association Escalade")
        )
        room = submitted(session, lead=lead, partner=partner)
        award(session, room.tender, "Association Escalade", published_on=date(2026, 11, 24))
        bid_results.find(session, consortium=room, now=NOW)
        return f"/communautes/{room.id}/resultat", room.id, lead, partner


def test_before_the_bid_the_page_says_when_it_matters(page: Page, writing: Writing) -> None:
    with writing() as session:
        lead = person_of(session, "Coopérative Belvédère")
        room = make_room(session, lead=lead)
        path = f"/communautes/{room.id}"

    shown = page.sign_in(lead).get(f"{path}/resultat")

    assert "quand l’offre sera remise" in shown.get_text()
    assert not shown.select(f"form[action='{path}/resultat']")
    assert page.get(path).select_one(f".room-nav a[href='{path}/resultat']")


def test_the_lead_reads_what_is_published_and_says_the_result(
    page: Page, bid: tuple[str, int, Person, Person], writing: Writing
) -> None:
    path, room_id, lead, partner = bid
    page.sign_in(lead)

    shown = page.get(path)
    assert "exactement celui d’un membre" in shown.get_text()
    checked = shown.select_one("input[name=state][checked]")
    assert checked is not None
    assert checked["value"] == "won"
    page.send(path, path, state="won", notified_on="2026-11-20", rank="1", offers="4")

    with writing() as session:
        room = session.get_one(Consortium, room_id)
        assert room.state is ConsortiumState.WON
        told = {mail.person_id for mail in session.scalars(select(Message))}
        assert told == {partner.id}
    text = page.get(path).get_text(" ", strip=True).replace("\u00a0", " ")
    assert "dès la notification du ven. 20 nov. 2026" in text
    assert "10 déc. 2026" in text
    assert "Indicatif, à vérifier" in text


def test_the_lead_completes_it_later_and_the_others_read_it(
    page: Page, bid: tuple[str, int, Person, Person], writing: Writing
) -> None:
    path, _, lead, partner = bid
    page.sign_in(lead).send(path, path, state="lost")

    fields = {"reasons": "quality", "answer-better": "Mieux décrire l’encadrement.", "lesson": "Plus tôt."}
    page.send(path, path, rank="2", **fields)

    shown = page.get(path)
    kept = shown.select_one("#answer-better")
    assert kept is not None
    assert kept.get_text() == "Mieux décrire l’encadrement."
    others = page.other().sign_in(partner).get(path)
    for said in ("Mieux décrire l’encadrement.", "Plus tôt.", "la qualité ou la méthode"):
        assert said in others.get_text()
    assert not others.select(f"form[action='{path}']")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": ""}, "Choisissez l’une des réponses"),
        ({"notified_on": "2026-11-30"}, "pas encore notifiée"),
        ({"notified_on": "hier"}, "pas valable"),
        ({"rank": "5", "offers": "4"}, "ne dépasse pas le nombre d’offres"),
        ({"rank": "deux"}, "Un nombre entier"),
        ({"offers": "0"}, "Un nombre entier"),
        ({"lesson": "Le premier était à CHF 48'000.–"}, "Aucun prix ici"),
        ({"answer-decisive": "12 000 francs de moins"}, "Aucun prix ici"),
        ({"answer-points": "x" * 2_001}, "trop long"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    page: Page, bid: tuple[str, int, Person, Person], writing: Writing, fields: dict[str, str], said: str
) -> None:
    path, room_id, lead, _ = bid
    page.sign_in(lead)

    response = page.post(path, **{"state": "won", **fields})

    assert response.status_code == 422
    assert said in response.get_data(as_text=True)
    with writing() as session:
        assert session.get_one(Consortium, room_id).state is ConsortiumState.SUBMITTED
        assert session.scalars(select(BidResult)).one().said_at is None


def test_points_and_percentages_are_no_amounts(page: Page, bid: tuple[str, int, Person, Person]) -> None:
    path, _, lead, _ = bid
    page.sign_in(lead)

    fields = {"answer-points": "Prix 38 sur 40, qualité 4,5 (60 %), Fribourg 2 sur 3, franc-jeu"}
    assert page.post(path, state="lost", **fields).status_code == 303


def test_each_member_answers_for_its_own_references(
    page: Page, bid: tuple[str, int, Person, Person], writing: Writing
) -> None:
    path, room_id, lead, partner = bid
    page.sign_in(lead).send(path, path, state="won")
    reader = page.other().sign_in(partner)
    assert "Votre profil y gagnerait cette ligne" in reader.get(path).get_text()

    reader.send(path, f"{path}/reference", reference="oui")

    assert "est dans les références de votre profil" in reader.get(path).get_text()
    page.send(path, f"{path}/reference", reference="non")
    assert "Vous avez répondu non." in page.get(path).get_text()
    page.post(f"{path}/reference", reference="peut-être")
    with writing() as session:
        seats = session.get_one(Consortium, room_id).seats
        assert [seat.wants_reference for seat in seats] == [False, True]
        assert [len(seat.member.references) for seat in seats] == [0, 1]


def test_a_bid_that_was_withdrawn_has_no_more_to_say(
    page: Page, bid: tuple[str, int, Person, Person]
) -> None:
    path, _, lead, _ = bid
    page.sign_in(lead).send(path, path, state="withdrawn")

    assert "a pris fin sans résultat" in page.get(path).get_text()
    response = page.post(path, rank="1")
    assert response.status_code == 303
