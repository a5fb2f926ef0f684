"""The pages of the advice desk: a member asks, staff answer, and a « no » of the notice finds its way out."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement.advice_words import AdviceState, AdviceSubject
from procurement.models import AdmissionRecord, AdviceRequest, Consortium, Message, Person, Tender
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Role, Stated
from tests.factories import NOW, make_advice, make_chamber, make_person, make_room, make_seat, make_tender
from tests.web.conftest import Page, Writing


@dataclass
class Desk:
    """Somebody of a member, somebody of the staff, and a tender."""

    asker: Person
    staff: Person
    tender: Tender


@pytest.fixture
def desk(writing: Writing) -> Desk:
    """Everybody there is."""
    with writing() as session:
        asker = make_person(session, password=None, name="Zélie Morand")
        staff = make_person(session, role=Role.STAFF, password=None, name="Solène Vuagnat")
        return Desk(asker, staff, make_tender(session))


def _request(writing: Writing) -> AdviceRequest:
    with writing() as session:
        return session.scalars(select(AdviceRequest)).one()


def _checked(page: Page, path: str) -> str:
    chosen = page.get(path).select_one("input[name=subject][checked]")
    assert chosen is not None
    return str(chosen["value"])


def test_a_member_asks_and_reads_the_answer(page: Page, desk: Desk, writing: Writing) -> None:
    page.sign_in(desk.asker)
    link = page.get(f"/marches/{desk.tender.id}").find("a", string="Demander conseil")
    assert link is not None
    page.send(str(link["href"]).partition("#")[0], "/conseil", subject="bid", text="Faut-il signer à deux ?")  # type: ignore[index]
    asked = _request(writing)
    assert (asked.tender_id, asked.subject, asked.state) == (
        desk.tender.id,
        AdviceSubject.BID,
        AdviceState.OPEN,
    )

    staff = page.other().sign_in(desk.staff)
    assert "Faut-il signer à deux" in staff.get(f"/equipe/conseils/{asked.id}").get_text()
    staff.send(f"/equipe/conseils/{asked.id}", f"/equipe/conseils/{asked.id}/prendre")
    assert "chez Solène Vuagnat" in page.get("/conseil").get_text()
    staff.send(
        f"/equipe/conseils/{asked.id}", f"/equipe/conseils/{asked.id}/clore", outcome="Oui.", minutes="20"
    )

    assert "Réponse de l’équipe" in page.get("/conseil").get_text()
    assert _request(writing).minutes_spent == 20
    with writing() as session:
        told = session.scalars(select(Message.key).order_by(Message.id)).all()
    assert [key.split(":")[0] for key in told] == ["advice_asked", "advice_taken", "advice_closed"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Ce champ est nécessaire."),
        ({"subject": "weather"}, "Choisissez l’une des réponses."),
        ({"due_on": "2020-01-01"}, "Ce jour est passé."),
        ({"due_on": "2099-01-01"}, "Cette date est bien lointaine"),
    ],
)
def test_what_is_missing_or_wrong_stands_beside_its_field(
    page: Page, desk: Desk, writing: Writing, fields: dict[str, str], said: str
) -> None:
    page.sign_in(desk.asker)

    response = page.post("/conseil", **{"subject": "bid", "text": "Voici ma question.", **fields})

    assert response.status_code == 422
    assert said in response.get_data(as_text=True)
    with writing() as session:
        assert session.scalars(select(AdviceRequest)).all() == []


def test_the_subject_follows_where_one_comes_from(page: Page, desk: Desk, writing: Writing) -> None:
    with writing() as session:
        room_id = make_room(session, lead=session.merge(desk.asker)).id
    page.sign_in(desk.asker)

    assert _checked(page, "/conseil") == "other"
    assert _checked(page, f"/conseil?marche={desk.tender.id}") == "bid"
    assert _checked(page, f"/conseil?communaute={room_id}") == "consortium"
    assert page.get(f"/communautes/{room_id}").select_one(f"#conseil a[href='/conseil?communaute={room_id}']")
    with writing() as session:
        session.get_one(Consortium, room_id).state = ConsortiumState.LOST
    assert _checked(page, f"/conseil?communaute={room_id}") == "lost_bid"
    assert "Comprendre un refus" in page.get(f"/communautes/{room_id}").get_text()


def test_a_bare_no_leads_to_the_staff_and_their_record_opens_the_way(
    page: Page, desk: Desk, writing: Writing
) -> None:
    with writing() as session:
        session.get_one(Tender, desk.tender.id).consortium_allowed = Stated.NO
    tender_page, member = f"/marches/{desk.tender.id}", page.sign_in(desk.asker)

    button = member.get(tender_page).find("a", string="Demander à l’équipe de vérifier dans le dossier")
    assert button is not None
    address = str(button["href"]).partition("#")[0]  # type: ignore[index]
    form = member.get(address)
    assert _checked(member, address) == "rules"
    prefilled = form.select_one("textarea[name=text]")
    assert prefilled is not None
    member.send(address, "/conseil", subject="rules", text=prefilled.get_text().strip())
    assert "Demandé à l’équipe le" in member.get(tender_page).get_text()

    asked = _request(writing)
    path, record = f"/equipe/conseils/{asked.id}", f"/equipe/marches/{desk.tender.id}/admissions"
    staff = page.other().sign_in(desk.staff)
    staff.send(path, f"{path}/prendre")
    response = staff.send(path, record, quotation="Les groupements sont admis.", page="CCAP, p. 7")
    assert response.location == path
    outcome = staff.get(path).select_one("textarea[name=outcome]")
    assert outcome is not None
    assert "Les groupements sont admis." in outcome.get_text()
    assert "CCAP, p. 7" in outcome.get_text()
    staff.send(path, f"{path}/clore", outcome=outcome.get_text().strip())

    assert member.get(tender_page).select(f"form[action='/marches/{desk.tender.id}/communaute']")
    with writing() as session:
        assert session.scalars(select(AdmissionRecord)).one().page == "CCAP, p. 7"
        answer = session.scalars(select(Message).where(Message.key.startswith("advice_closed"))).one()
        assert "Les groupements sont admis." in answer.body_text


def test_staff_set_the_day_note_time_and_hand_over(page: Page, desk: Desk, writing: Writing) -> None:
    with writing() as session:
        asked = make_advice(session, person=session.merge(desk.asker), owner=session.merge(desk.staff))
        colleague = make_person(session, role=Role.STAFF, password=None, name="Noé Perrin")
    path = f"/equipe/conseils/{asked.id}"
    page.sign_in(desk.staff)

    page.send(path, f"{path}/delai", due_on="2026-12-01")
    page.send(path, f"{path}/temps", minutes="30")
    assert page.post(f"{path}/temps", minutes="9999").status_code == 422
    assert page.post(f"{path}/delai", due_on="2020-01-01").status_code == 422
    page.send(path, f"{path}/remettre", colleague=str(colleague.id))

    found = _request(writing)
    assert (str(found.due_on), found.minutes_spent, found.owner_id) == ("2026-12-01", 30, colleague.id)
    assert not page.get(path).select(f"form[action='{path}/clore']")


def test_the_desk_tells_waiting_mine_others_late_and_the_figures(
    page: Page, desk: Desk, writing: Writing
) -> None:
    with writing() as session:
        asker, staff = session.merge(desk.asker), session.merge(desk.staff)
        other = make_person(session, role=Role.STAFF, password=None)
        make_advice(session, person=asker, text="Attend", due_on=(NOW - timedelta(days=1)).date())
        make_advice(session, person=asker, text="Mienne", owner=staff)
        make_advice(session, person=asker, text="Autre", owner=other)

    shown = page.sign_in(desk.staff).get("/equipe/conseils")

    counts = [each.get_text(" ", strip=True) for each in shown.select("main h2")]
    assert counts[:3] == ["À prendre 1", "Les miennes 1", "Chez d’autres 1"]
    assert len(shown.find_all("strong", string="en retard")) == 1
    assert "3 demandes" in shown.get_text()
    table = page.client.get("/equipe/conseils.csv")
    assert table.get_data(as_text=True).splitlines()[1] == "2026-11,répondre à un marché,3,0,0.0"
    assert desk.asker.name not in table.get_data(as_text=True)


def test_who_advises_a_competing_room_reads_why_it_cannot_take(
    page: Page, desk: Desk, writing: Writing
) -> None:
    with writing() as session:
        tender = session.get_one(Tender, desk.tender.id)
        make_room(session, tender=tender, adviser=session.merge(desk.staff))
        asker = session.merge(desk.asker)
        asked = make_advice(session, person=asker, consortium=make_room(session, lead=asker, tender=tender))
    path = f"/equipe/conseils/{asked.id}"
    page.sign_in(desk.staff)

    shown = page.get(path)
    assert "Vous conseillez déjà une autre offre sur ce marché" in shown.get_text()
    assert not shown.select(f"form[action='{path}/prendre']")
    page.client.post(
        f"{path}/prendre",
        data={"csrf_token": page.token()},
        headers={"Referer": f"http://localhost{path}"},
    )
    assert "conseille déjà une autre offre sur ce marché" in page.get(path).get_text()
    assert _request(writing).state is AdviceState.OPEN
    assert "conseille" not in page.other().sign_in(desk.asker).get("/conseil").get_text()


def test_a_request_is_seen_by_its_member_and_the_staff_and_nobody_else(
    page: Page, desk: Desk, writing: Writing
) -> None:
    with writing() as session:
        asker, partner = session.merge(desk.asker), make_person(session, password=None)
        room = make_room(session, lead=asker, tender=session.get_one(Tender, desk.tender.id))
        make_seat(session, room, partner, SeatState.CONFIRMED)
        third = make_person(session, password=None)
        stranger = make_person(
            session, role=Role.STAFF, password=None, chamber=make_chamber(session, key="autre")
        )
        text = "Notre partenaire peut-il se retirer ?"
        asked = make_advice(session, person=asker, consortium=room, text=text)

    for person in (partner, third):
        reader = page.other().sign_in(person)
        for path in ("/conseil", f"/marches/{desk.tender.id}", "/communautes"):
            assert "Notre partenaire peut-il" not in reader.get(path).get_text()
    inside = page.other().sign_in(partner)
    assert "Notre partenaire peut-il" not in inside.get(f"/communautes/{room.id}").get_text()
    page.other().sign_in(stranger).get(f"/equipe/conseils/{asked.id}", status=404)

    shown = page.other().sign_in(desk.staff).get(f"/equipe/conseils/{asked.id}")
    assert "Demandé depuis une offre commune" in shown.get_text()
    assert partner.name not in shown.get_text()
    assert f"/communautes/{room.id}" not in str(shown)


def test_nobody_asks_from_a_room_that_is_not_theirs(page: Page, desk: Desk, writing: Writing) -> None:
    with writing() as session:
        room_id = make_room(session).id
    page.sign_in(desk.asker)

    page.get(f"/conseil?communaute={room_id}", status=404)
    assert page.post("/conseil", communaute=str(room_id), subject="other", text="Oui.").status_code == 404
    page.get("/conseil?marche=987654", status=404)
