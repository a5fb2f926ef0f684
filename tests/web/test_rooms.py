"""Pages of joint bids: from the tender's page to a submitted bid, each act by whoever may."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from procurement import consortiums
from procurement.entered import SOURCE
from procurement.models import AdmissionRecord, AuditEntry, Consortium, Member, Message, Person, Seat, Tender
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Role, Stated
from tests.factories import (
    NOW,
    make_lot,
    make_member,
    make_person,
    make_room,
    make_seat,
    make_tender,
    suggest,
)
from tests.web.conftest import Clock, Page, Writing


@dataclass
class Room:
    """A room with everybody who has to do with it, and some who have not."""

    id: int
    tender_id: int
    row_id: int
    seats: dict[str, int]
    people: dict[str, Person | None]
    suggested_id: int

    @property
    def path(self) -> str:
        """Its page."""
        return f"/communautes/{self.id}"


@pytest.fixture
def room(writing: Writing) -> Room:
    """A room with a lead, a partner, one asked, one who said no, one who left, an adviser; and outsiders."""
    with writing() as session:
        people: dict[str, Person] = {
            who: make_person(session, password=None)
            for who in ("lead", "partner", "asked", "declined", "left", "stranger", "suggested")
        }
        people["adviser"] = make_person(session, role=Role.STAFF, password=None)
        people["other staff"] = make_person(session, role=Role.STAFF, password=None)
        found = make_room(session, lead=people["lead"], adviser=people["adviser"], places=5)
        states = {
            "partner": SeatState.JOINED,
            "asked": SeatState.ASKED,
            "declined": SeatState.DECLINED,
            "left": SeatState.LEFT,
        }
        seats = {who: make_seat(session, found, people[who], state).id for who, state in states.items()}
        seats["lead"] = found.seats[0].id
        member = people["suggested"].member
        assert member is not None
        suggest(session, found, member)
        session.flush()
        return Room(
            id=found.id,
            tender_id=found.tender_id,
            row_id=found.requirements[0].id,
            seats=seats,
            people={**people, "anonymous": None},
            suggested_id=member.id,
        )


def browser(page: Page, room: Room, who: str) -> Page:
    """The browser of somebody."""
    person = room.people[who]
    return page.other().sign_in(person) if person is not None else page.other()


_INSIDE = {"lead", "partner"}
# Path, form, and who may: everybody else finds nothing there, or the door.
_ACTS: dict[str, tuple[str, str, set[str]]] = {
    "read": ("GET", "", _INSIDE | {"adviser"}),
    "suggestions": ("POST", "/suggestions", {"lead"}),
    "compose": ("GET", "/demandes/{suggested}", {"lead"}),
    "ask": ("POST", "/demandes/{suggested}", {"lead"}),
    "add a row": ("POST", "/exigences", {"lead"}),
    "cover a row": ("POST", "/exigences/{row}", _INSIDE),
    "remove a row": ("POST", "/exigences/{row}/retirer", {"lead"}),
    "commit": ("POST", "/engagement", _INSIDE),
    "let the partner go": ("POST", "/places/{partner}/depart", _INSIDE),
    "shares": ("POST", "/parts", {"lead"}),
    "complete": ("POST", "/complet", {"lead"}),
    "submit": ("POST", "/remise", {"lead"}),
    "end": ("POST", "/fin", {"lead"}),
    "read the result": ("GET", "/resultat", _INSIDE | {"adviser"}),
    "say the result": ("POST", "/resultat", {"lead"}),
    "take the reference": ("POST", "/resultat/reference", _INSIDE),
    "end the advice": ("POST", "/conseil", {"lead", "adviser"}),
}
_FORM = {
    "text": "Un véhicule",
    "coverage": "wholly",
    "why": "Taille",
    "state": "withdrawn",
    "role": "partner",
    "has_read": "1",
}
_WHO = [*_INSIDE, "asked", "declined", "left", "stranger", "suggested", "adviser", "other staff", "anonymous"]


@pytest.mark.parametrize("who", sorted(_WHO))
@pytest.mark.parametrize("act", _ACTS)
def test_each_act_in_a_room_is_for_whom_it_is_and_for_nobody_else(
    page: Page, room: Room, act: str, who: str
) -> None:
    method, path, allowed = _ACTS[act]
    ids = {"row": room.row_id, "suggested": room.suggested_id, "partner": room.seats["partner"]}
    url, reader = room.path + path.format(**ids), browser(page, room, who)

    response = reader.client.get(url) if method == "GET" else reader.post(url, **_FORM)

    if who == "anonymous":
        assert response.status_code == 303
        assert response.location.startswith("/connexion")
    elif who in allowed:
        assert response.status_code in (200, 303)
    else:
        assert response.status_code == 404


@pytest.mark.parametrize("who", sorted(_WHO))
@pytest.mark.parametrize("whose", ["partner", "asked", "declined", "left", "lead"])
def test_a_question_is_its_own_members_alone(page: Page, room: Room, whose: str, who: str) -> None:
    path, reader = f"/communautes/propositions/{room.seats[whose]}", browser(page, room, who)

    codes = [reader.client.get(path).status_code, reader.post(path, answer="no").status_code]

    if who == "anonymous":
        assert codes == [303, 303]
    elif who == whose and who != "left":
        assert codes[0] in (200, 303)
        assert codes[1] == 303
    else:
        assert codes == [404, 404]


def test_a_member_opens_a_room_for_the_lots_it_ticks(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session, password=None)
        tender = make_tender(session, lots=[])
        lots = [make_lot(tender) for _ in range(3)]
        session.flush()
        wanted = [str(lot.id) for lot in lots[:2]]
    page.sign_in(person)

    action = f"/marches/{tender.id}/communaute"
    shown = page.get(f"/marches/{tender.id}")
    response = page.client.post(
        action, data={"csrf_token": page.token(), "lots": wanted, "places": "4", "has_read": "1"}
    )

    assert len(shown.select(f"form[action='{action}'] input[name=lots]")) == 3
    with writing() as session:
        found = session.scalars(select(Consortium)).one()
        assert response.location == f"/communautes/{found.id}"
        assert [str(each.lot_id) for each in found.lots] == wanted
        assert found.places == 4
    assert page.get(f"/marches/{tender.id}").select_one(f"a[href='/communautes/{found.id}']")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"places": "3", "has_read": "1"}, "Cochez au moins un lot"),
        ({"lots": "{lot}", "places": "99", "has_read": "1"}, "Entre deux et douze"),
        ({"lots": "{lot}", "places": "3"}, "répond du tout"),
    ],
)
def test_what_is_missing_to_open_a_room_is_said(
    page: Page, writing: Writing, fields: dict[str, str], said: str
) -> None:
    with writing() as session:
        person, tender = make_person(session, password=None), make_tender(session, lots=[])
        lots = [make_lot(tender) for _ in range(2)]
        session.flush()
        lot = str(lots[0].id)
    page.sign_in(person)

    page.client.post(
        f"/marches/{tender.id}/communaute",
        data={"csrf_token": page.token(), **{key: value.format(lot=lot) for key, value in fields.items()}},
        headers={"Referer": f"http://localhost/marches/{tender.id}"},
    )

    assert said in page.get(f"/marches/{tender.id}").get_text()
    with writing() as session:
        assert session.scalars(select(Consortium)).all() == []


def test_what_the_notice_forbids_is_said_until_staff_record_the_contrary(
    page: Page, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session, consortium_allowed=Stated.NO)
        person, staff = make_person(session, password=None), make_person(session, role=Role.STAFF)
    path, open_path = f"/marches/{tender.id}", f"/marches/{tender.id}/communaute"
    member = page.other().sign_in(person)

    shown = member.get(path)
    assert "aux communautés de soumissionnaires, parfois par défaut" in shown.get_text()
    assert shown.select_one(f"a[href='/conseil?marche={tender.id}&sujet=rules#demander']")
    assert not shown.select(f"form[action='{open_path}']")
    assert "demandez à l’équipe de vérifier dans le dossier" in _after(
        member, open_path, path, has_read="1", places="3"
    )

    page.sign_in(staff)
    record = f"/equipe/marches/{tender.id}/admissions"
    assert "Il faut les mots" in _after(
        page, record, path, admission="consortium", quotation="Admis", page=""
    )
    page.send(path, record, admission="consortium", quotation="Art. 4 : groupes admis.", page="CCAP, p. 7")

    shown = member.get(path)
    assert "Art. 4 : groupes admis." in shown.get_text()
    assert shown.select(f"form[action='{open_path}']")
    with writing() as session:
        assert session.scalars(select(AdmissionRecord)).one().page == "CCAP, p. 7"


def _after(page: Page, action: str, path: str, /, **fields: str) -> str:
    """What a page says after a form that was sent from it."""
    token = page.token()
    page.client.post(
        action, data={"csrf_token": token, **fields}, headers={"Referer": f"http://localhost{path}"}
    )
    return page.get(path).get_text()


def test_suggestions_are_asked_for_and_shown_with_their_reasons(page: Page, room: Room) -> None:
    lead = browser(page, room, "lead")

    text = lead.get(room.path).select_one("#suggestions")

    assert text is not None
    assert "Peut le prouver" in text.get_text()
    assert text.select_one(f"a[href^='{room.path}/demandes/{room.suggested_id}?ligne={room.row_id}']")
    assert browser(page, room, "partner").get(room.path).select_one("#suggestions") is None


def test_asking_sends_one_mail_and_says_only_when(page: Page, room: Room, writing: Writing) -> None:
    lead, path = browser(page, room, "lead"), f"{room.path}/demandes/{room.suggested_id}"
    shown = lead.get(f"{path}?ligne={room.row_id}")
    assert shown.select_one(f"input[name=rows][value='{room.row_id}'][checked]")

    lead.send(path, path, role="subcontractor", message="Deux équipes dès mars", rows=str(room.row_id))

    with writing() as session:
        seat = session.scalars(select(Seat).where(Seat.member_id == room.suggested_id)).one()
        assert (seat.role.value, seat.message, seat.asked_for) == (
            "subcontractor",
            "Deux équipes dès mars",
            [room.row_id],
        )
        assert len(session.scalars(select(Message)).all()) == 1
    assert lead.client.get(path).status_code == 404


def test_only_who_was_suggested_can_be_asked(page: Page, room: Room, writing: Writing) -> None:
    lead, stranger = browser(page, room, "lead"), room.people["stranger"]
    assert stranger is not None

    assert lead.client.get(f"{room.path}/demandes/{stranger.member_id}").status_code == 404
    with writing() as session:
        session.get_one(Member, room.suggested_id).accepts_proposals = False
    assert lead.client.get(f"{room.path}/demandes/{room.suggested_id}").status_code == 404


def test_a_message_that_gives_the_name_away_is_refused(page: Page, room: Room, writing: Writing) -> None:
    lead, path = browser(page, room, "lead"), f"{room.path}/demandes/{room.suggested_id}"
    person = room.people["lead"]
    assert person is not None

    assert "sans votre nom" in _after(lead, path, path, role="partner", message=f"Demandez {person.name}")

    with writing() as session:
        assert session.scalars(select(Seat).where(Seat.member_id == room.suggested_id)).all() == []


def test_the_question_shows_the_work_and_a_yes_opens_the_room(page: Page, room: Room) -> None:
    asked, path = browser(page, room, "asked"), f"/communautes/propositions/{room.seats['asked']}"

    assert "Vitrerie de trois écoles." in asked.get(path).get_text()
    response = asked.send(path, path, answer="yes")

    assert response.location == room.path
    partner = room.people["partner"]
    assert partner is not None
    assert partner.email in asked.get(room.path).get_text()
    assert asked.client.get(path).location == room.path


def test_members_say_what_they_cover_and_the_lead_sees_what_is_open(page: Page, room: Room) -> None:
    partner, action = browser(page, room, "partner"), f"{room.path}/exigences/{room.row_id}"

    partner.send(room.path, action, coverage="partly", evidence="Deux véhicules")
    row = browser(page, room, "lead").get(room.path).select_one(f"#exigence-{room.row_id}")
    assert row is not None
    assert "en partie" in row.get_text()
    assert "Deux véhicules" in row.get_text()

    partner.send(room.path, action, coverage="", evidence="")
    row = partner.get(room.path).select_one(f"#exigence-{room.row_id}")
    assert row is not None
    assert "ouvert" in row.get_text()
    assert "Deux véhicules" not in row.get_text()


def test_the_lead_adds_and_removes_rows(page: Page, room: Room) -> None:
    lead = browser(page, room, "lead")

    lead.send(room.path, f"{room.path}/exigences", text="Un véhicule frigorifique")
    assert "Un véhicule frigorifique" in lead.get(room.path).get_text()
    row = f"{room.path}/exigences/{room.row_id}"
    lead.send(f"{row}/modifier", f"{row}/retirer")

    assert lead.get(room.path).select_one(f"#exigence-{room.row_id}") is None


def test_from_a_yes_to_a_submitted_bid_and_a_result(
    page: Page, room: Room, writing: Writing, clock: Clock
) -> None:
    lead, partner = browser(page, room, "lead"), browser(page, room, "partner")
    shares = {f"share-{room.seats['lead']}": "60", f"share-{room.seats['partner']}": "40"}

    partner.send(room.path, f"{room.path}/engagement", has_read="1")
    lead.send(room.path, f"{room.path}/parts", **shares)
    lead.send(room.path, f"{room.path}/complet", why="Aucune n’a seule deux équipes.")
    assert "Aucune n’a seule deux équipes." in partner.get(room.path).get_text()
    lead.send(room.path, f"{room.path}/remise")
    clock.move(days=40)
    lead = browser(page, room, "lead")
    lead.send(f"{room.path}/resultat", f"{room.path}/resultat", state="won", rank="1")

    steps = [time.get_text(" ", strip=True) for time in lead.get(room.path).select(".timeline-what")]
    assert [step.split(" Maude")[0] for step in steps] == [
        "Adjugé",
        "Offre remise",
        "Au complet",
        "En formation",
        "Ouverte",
    ]
    with writing() as session:
        assert session.get_one(Consortium, room.id).state is ConsortiumState.WON
        assert {mail.kind for mail in session.scalars(select(Message))} == {"room"}


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/engagement", {}, "répond du tout"),
        ("/complet", {"why": "Taille"}, "Tous ne se sont pas encore engagés"),
        ("/complet", {"why": " "}, "Dites pourquoi vous répondez ensemble"),
        ("/remise", {}, "Ce n’est plus possible"),
        ("/fin", {"state": "won"}, "Ce n’est plus possible"),
        ("/fin", {"state": "moon"}, "Choisissez l’une des réponses"),
        ("/exigences", {"text": " "}, "Ce champ est nécessaire"),
    ],
)
def test_a_rule_that_stands_against_an_act_is_said_in_the_room(
    page: Page, room: Room, path: str, fields: dict[str, str], said: str
) -> None:
    reader = browser(page, room, "partner" if path == "/engagement" else "lead")

    assert said in _after(reader, room.path + path, room.path, **fields)


def test_a_partner_leaves_and_finds_nothing_any_more(page: Page, room: Room, writing: Writing) -> None:
    partner, seat = browser(page, room, "partner"), room.seats["partner"]

    partner.send(room.path, f"{room.path}/places/{seat}/depart")

    assert partner.client.get(room.path).status_code == 404
    assert "Aucune communauté" in partner.get("/communautes").get_text()
    with writing() as session:
        lead = room.people["lead"]
        assert lead is not None
        assert [mail.person_id for mail in session.scalars(select(Message))] == [lead.id]


def test_the_liability_is_said_with_its_source_and_the_day_it_was_checked(page: Page, room: Room) -> None:
    text = browser(page, room, "partner").get(room.path).get_text()

    assert re.search(r"CO art\. 544 al\. 3 \(RS 220.+contrôlé le .*24 nov", text)


def test_no_page_of_a_room_has_a_field_for_a_price(page: Page, room: Room) -> None:
    lead = browser(page, room, "lead")

    for path in (room.path, f"{room.path}/demandes/{room.suggested_id}", f"/marches/{room.tender_id}"):
        for field in lead.get(path).select("input, textarea, select"):
            assert not re.search("pri[xc]|amount|montant|chf|value_", str(field.get("name")))


def test_staff_who_are_asked_in_read_and_each_look_is_shown(page: Page, room: Room, writing: Writing) -> None:
    adviser, person = browser(page, room, "adviser"), room.people["adviser"]
    assert person is not None
    adviser.client.get(room.path)
    adviser.client.get(room.path)

    with writing() as session:
        looks = session.scalars(select(AuditEntry).where(AuditEntry.act == "consortium.read")).all()
        assert [(look.person_id, look.subject) for look in looks] == [(person.id, f"consortium:{room.id}")]
    assert f"consulté par {person.name}" in browser(page, room, "partner").get(room.path).get_text()
    assert adviser.get("/communautes").select_one(f"a[href='{room.path}']")
    assert not adviser.get(room.path).select("#exigences form, #suggestions, form.shares")


def test_who_is_asked_into_two_rooms_on_one_tender_reads_neither(
    page: Page, room: Room, writing: Writing
) -> None:
    with writing() as session:
        adviser = session.merge(room.people["adviser"])
        other = make_room(session, tender=session.get_one(Tender, room.tender_id), adviser=adviser)
        other_path = f"/communautes/{other.id}"
        lead = consortiums.lead_of(session.get_one(Consortium, room.id)).name
    reader = browser(page, room, "adviser")

    for path in (room.path, other_path):
        assert "Personne ne conseille les deux" in reader.get(path).get_text()
        assert lead not in reader.get(path).get_text()
    reader.send(other_path, f"{other_path}/conseil")

    assert lead in reader.get(room.path).get_text()
    assert reader.client.get(other_path).status_code == 404


def test_the_lead_opens_the_room_to_staff(page: Page, room: Room, writing: Writing) -> None:
    lead, staff = browser(page, room, "lead"), room.people["other staff"]
    assert staff is not None
    lead.send(room.path, f"{room.path}/conseil")

    lead.send(room.path, f"{room.path}/conseil", adviser=str(staff.id))

    assert browser(page, room, "other staff").client.get(room.path).status_code == 200
    assert browser(page, room, "adviser").client.get(room.path).status_code == 404
    with writing() as session:
        assert [mail.person_id for mail in session.scalars(select(Message))] == [staff.id]


def test_a_member_says_whether_it_may_be_proposed(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session, password=None)
    page.sign_in(person)

    page.client.post("/profil/propositions", data={"csrf_token": page.token()})
    assert not page.get("/profil").select_one("#accepts[checked]")
    page.send("/profil", "/profil/propositions", accepts="1")

    assert page.get("/profil").select_one("#accepts[checked]")
    with writing() as session:
        acts = [each.act for each in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        assert acts[-2:] == ["profile.no_proposals", "profile.proposals"]


def test_past_the_deadline_a_room_only_says_what_became_of_it(
    page: Page, room: Room, writing: Writing, clock: Clock
) -> None:
    clock.now = NOW + timedelta(days=30)
    lead = browser(page, room, "lead")

    shown = lead.get(room.path)

    assert "le délai est échu" in shown.get_text()
    actions = {str(form["action"]).removeprefix(room.path) for form in shown.select("main form")}
    assert actions == {"/fin", "/conseil"}
    asked = browser(page, room, "asked")
    assert (
        "n’attend plus de réponse" in asked.get(f"/communautes/propositions/{room.seats['asked']}").get_text()
    )


def test_a_tender_entered_by_hand_can_be_read_by_who_is_asked_about_it(page: Page, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, source=SOURCE, lots=[], conditions={"entered_as": {"fr": "un journal"}})
        make_lot(tender, source_key="", number=1, title={}, description={})
        session.flush()
        room = make_room(session, tender=tender)
        asked, stranger = (make_person(session, password=None, member=make_member(session)) for _ in range(2))
        make_seat(session, room, asked, SeatState.ASKED)
    path = f"/marches/{tender.id}"

    assert page.other().sign_in(asked).client.get(path).status_code == 200
    assert page.other().sign_in(stranger).client.get(path).status_code == 404


def test_the_lead_edits_moves_and_takes_in_rows(page: Page, room: Room, writing: Writing) -> None:
    lead = browser(page, room, "lead")
    row = f"{room.path}/exigences/{room.row_id}"

    lead.send(
        f"{row}/modifier", f"{row}/modifier", text="Vitres des écoles", weight="3", cpv_codes="90911300"
    )
    shown = lead.get(room.path).select_one(f"#exigence-{room.row_id}")
    assert shown is not None
    assert "Vitres des écoles" in shown.get_text()
    assert "l’essentiel" in shown.get_text()
    assert lead.get(room.path).select("tbody tr")[0]["id"] == f"exigence-{room.row_id}"
    lead.send(f"{row}/modifier", f"{row}/ordre")
    assert lead.get(room.path).select("tbody tr")[0]["id"] != f"exigence-{room.row_id}"

    taken = lead.get(room.path).select(f"form[action='{room.path}/exigences/reprendre'] input[name=cle]")
    key = str(taken[0]["value"])
    lead.post(f"{room.path}/exigences/reprendre", cle=key)
    again = lead.get(room.path).select(f"form[action='{room.path}/exigences/reprendre'] input[name=cle]")
    assert key not in [str(each["value"]) for each in again]
    lead.post(f"{room.path}/exigences/reprendre", cle=key)
    assert "déjà parmi les vôtres" in lead.get(room.path).get_text()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Ce champ est nécessaire."),
        ({"weight": "7"}, "Choisissez l’une des réponses."),
        ({"cpv_codes": "909"}, "n’est pas un code CPV"),
        ({"cpv_codes": " ".join(f"9091{number}000" for number in range(6))}, "Ce texte est trop long."),
    ],
)
def test_a_row_badly_filled_in_says_what_is_wrong(
    page: Page, room: Room, fields: dict[str, str], said: str
) -> None:
    lead = browser(page, room, "lead")
    row = f"{room.path}/exigences/{room.row_id}/modifier"

    response = lead.post(row, **{"text": "Vitres", "weight": "2", "cpv_codes": "", **fields})

    assert response.status_code == 422
    assert said in response.get_data(as_text=True)


def test_a_partner_finds_no_page_to_edit_rows(page: Page, room: Room) -> None:
    partner = browser(page, room, "partner")
    row = f"{room.path}/exigences/{room.row_id}"

    partner.get(f"{row}/modifier", status=404)
    for act in ("modifier", "ordre", "retirer"):
        assert partner.post(f"{row}/{act}", text="Autre", weight="1").status_code == 404
    assert partner.post(f"{room.path}/exigences/reprendre", cle="x").status_code == 404
