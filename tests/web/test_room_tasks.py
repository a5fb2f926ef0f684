"""The page of what is to be done in a room, the dates of papers, and the calendars, each for whom it is."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from procurement import attestations, consortiums, preparation
from procurement.attestations import Dates
from procurement.models import Attestation, CalendarLink, Consortium, Message, Person, RoomTask, Tender
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Role
from tests.factories import NOW, make_attestation, make_person, make_room, make_seat, make_task, make_tender
from tests.web.conftest import Clock, Page, Writing

PAPERS = "/profil/attestations"


@dataclass
class Room:
    """A room with its plan, a task of each kind of owner, and people of every sort."""

    id: int
    tender_id: int
    tasks: dict[str, int]
    seats: dict[str, int]
    people: dict[str, Person]

    @property
    def path(self) -> str:
        """Its page of tasks."""
        return f"/communautes/{self.id}/echeances"

    def task(self, whose: str, act: str = "") -> str:
        """The address of an act on a task."""
        return f"{self.path}/{self.tasks[whose]}{act}"


@pytest.fixture
def room(writing: Writing) -> Room:
    """A lead, a partner, one asked, one who said no, one who left, an adviser; and outsiders."""
    with writing() as session:
        people = {
            who: make_person(session, password=None)
            for who in ("lead", "partner", "asked", "declined", "left", "stranger")
        }
        people["adviser"] = make_person(session, role=Role.STAFF, password=None)
        people["other staff"] = make_person(session, role=Role.STAFF, password=None)
        found = make_room(session, lead=people["lead"], adviser=people["adviser"], places=5)
        preparation.plan(session, consortium=found, language="fr", person=people["lead"], now=NOW)
        states = {
            "partner": SeatState.JOINED,
            "asked": SeatState.ASKED,
            "declined": SeatState.DECLINED,
            "left": SeatState.LEFT,
        }
        seats = {who: make_seat(session, found, people[who], state).id for who, state in states.items()}
        seats["lead"] = found.seats[0].id
        tasks = {
            "lead": make_task(session, found, text="Tâche du chef de file", seat_id=seats["lead"]).id,
            "partner": make_task(session, found, text="Tâche du partenaire", seat_id=seats["partner"]).id,
            "all": make_task(session, found, text="Tâche de tous").id,
        }
        return Room(found.id, found.tender_id, tasks, seats, people)


def browser(page: Page, room: Room, who: str) -> Page:
    """The browser of somebody."""
    return page.other() if who == "anonymous" else page.other().sign_in(room.people[who])


_INSIDE = {"lead", "partner"}
_ACTS: dict[str, tuple[str, str, set[str]]] = {
    "read": ("GET", "", _INSIDE | {"adviser"}),
    "plan": ("POST", "/plan", _INSIDE),
    "add for the partner": ("POST", "", _INSIDE),
    "change the lead's": ("POST", "/{lead}", {"lead"}),
    "change the partner's": ("POST", "/{partner}", _INSIDE),
    "change everybody's": ("POST", "/{all}", {"lead"}),
    "do the lead's": ("POST", "/{lead}/etat", {"lead"}),
    "do the partner's": ("POST", "/{partner}/etat", _INSIDE),
    "do everybody's": ("POST", "/{all}/etat", _INSIDE),
    "remove the lead's": ("POST", "/{lead}/retirer", {"lead"}),
    "remove the partner's": ("POST", "/{partner}/retirer", _INSIDE),
    "remove everybody's": ("POST", "/{all}/retirer", {"lead"}),
    "calendar": ("POST", "/calendrier", _INSIDE),
}
_WHO = [*_INSIDE, "asked", "declined", "left", "stranger", "adviser", "other staff", "anonymous"]


@pytest.mark.parametrize("who", sorted(_WHO))
@pytest.mark.parametrize("act", _ACTS)
def test_each_act_is_for_whom_it_is_and_for_nobody_else(page: Page, room: Room, act: str, who: str) -> None:
    method, path, allowed = _ACTS[act]
    url, reader = room.path + path.format(**room.tasks), browser(page, room, who)
    form = {"text": "Un essai", "due_on": "2026-12-01", "seat": str(room.seats["partner"]), "done": "oui"}

    response = reader.client.get(url) if method == "GET" else reader.post(url, **form)

    if who == "anonymous":
        assert response.status_code == 303
        assert response.location.startswith("/connexion")
    elif who in allowed:
        assert response.status_code in (200, 303)
    else:
        assert response.status_code == 404


def test_opening_a_room_plans_it(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        tender_id = make_tender(session).id
    page = browser(page, room, "stranger")

    page.send(f"/marches/{tender_id}", f"/marches/{tender_id}/communaute", places="2", has_read="1")

    with writing() as session:
        opened = session.scalars(select(Consortium).where(Consortium.tender_id == tender_id)).one()
        assert len(preparation.tasks_of(session, opened)) > 8
    assert "S’annoncer sur simap" in page.get(f"/communautes/{opened.id}/echeances").get_text()


def test_who_says_yes_gets_its_own_tasks(page: Page, room: Room, writing: Writing) -> None:
    path = f"/communautes/propositions/{room.seats['asked']}"

    browser(page, room, "asked").send(path, path, answer="yes")

    with writing() as session:
        found = session.scalars(select(RoomTask.key).where(RoomTask.seat_id == room.seats["asked"]))
        assert sorted(found) == ["attestations", "declaration"]


def test_a_room_opened_earlier_is_planned_on_demand(page: Page, writing: Writing) -> None:
    with writing() as session:
        lead = make_person(session, password=None)
        path = f"/communautes/{make_room(session, lead=lead).id}/echeances"
    page.sign_in(lead)

    page.send(path, f"{path}/plan")

    soup = page.get(path)
    assert len(soup.select(".task")) > 8
    assert not soup.find("form", action=f"{path}/plan")


def test_a_task_is_added_given_and_done(page: Page, room: Room) -> None:
    lead = browser(page, room, "lead")

    seat = str(room.seats["partner"])
    lead.send(room.path, room.path, text="Chiffrer les heures", due_on="2026-12-01", seat=seat)

    task = next(
        each for each in lead.get(room.path).select(".task") if "Chiffrer les heures" in each.get_text()
    )
    assert "mar. 1 déc. 2026" in task.get_text()
    partner = browser(page, room, "partner")
    partner.send(room.path, f"{room.path}/{str(task['id']).removeprefix('tache-')}/etat")
    task = next(
        each for each in lead.get(room.path).select(".task") if "Chiffrer les heures" in each.get_text()
    )
    assert "fait le" in task.get_text()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": " ", "due_on": "2026-12-01"}, "Ce champ est nécessaire."),
        ({"text": "x", "due_on": ""}, "Ce champ est nécessaire."),
        ({"text": "x", "due_on": "demain"}, "Cette date n’est pas valable."),
        ({"text": "x", "due_on": "2206-12-01"}, "vérifiez l’année"),
        ({"text": "x" * 301, "due_on": "2026-12-01"}, "trop long"),
    ],
)
def test_what_is_wrong_with_a_task_is_said_beside_the_field(
    page: Page, room: Room, fields: dict[str, str], problem: str
) -> None:
    lead = browser(page, room, "lead")

    response = lead.send(room.path, room.path, **fields)

    assert response.status_code == 422
    assert problem in response.get_data(as_text=True)


def test_a_wrong_day_of_a_task_is_said_at_that_task(page: Page, room: Room) -> None:
    lead = browser(page, room, "lead")

    response = lead.send(room.path, room.task("all"), due_on="2206-12-01")

    assert response.status_code == 422
    assert "vérifiez l’année" in response.get_data(as_text=True)


@pytest.mark.parametrize("seat", ["asked", "declined", "left"])
def test_a_task_is_not_given_to_who_is_not_inside(page: Page, room: Room, seat: str) -> None:
    lead = browser(page, room, "lead")

    response = lead.post(room.path, text="x", due_on="2026-12-01", seat=str(room.seats[seat]))

    assert response.status_code == 404


def test_a_task_of_another_room_is_not_found(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        other = make_task(session, make_room(session)).id

    response = browser(page, room, "lead").post(f"{room.path}/{other}/etat", done="oui")

    assert response.status_code == 404


def test_what_is_late_says_so(page: Page, room: Room, clock: Clock) -> None:
    clock.move(days=10)

    text = browser(page, room, "partner").get(room.path).get_text()

    assert "en retard" in text


def test_the_overview_says_what_is_to_be_done_next(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        session.get_one(RoomTask, room.tasks["partner"]).due_on = date(2026, 11, 25)

    text = " ".join(browser(page, room, "partner").get("/communautes").get_text(" ").split())

    assert "À faire d’ici le mer. 25 nov. 2026" in text
    assert "Tâche du partenaire" in text


def test_when_the_room_is_over_the_page_still_reads_and_nothing_can_be_done(
    page: Page, room: Room, writing: Writing
) -> None:
    with writing() as session:
        lead = session.merge(room.people["lead"])
        consortiums.end(
            session,
            consortium=session.get_one(Consortium, room.id),
            state=ConsortiumState.WITHDRAWN,
            note="",
            person=lead,
            now=NOW,
        )

    soup = browser(page, room, "lead").get(room.path)

    assert not [form for form in soup("form") if "/etat" in str(form["action"])]


def test_a_tender_without_deadline_says_why_nothing_is_planned(page: Page, writing: Writing) -> None:
    with writing() as session:
        lead = make_person(session, password=None)
        found = make_room(session, lead=lead, tender=make_tender(session, submission_deadline=None))
        path = f"/communautes/{found.id}/echeances"

    assert "ne dit pas de délai" in page.sign_in(lead).get(path).get_text()


def _cells(page: Page, room: Room, who: str, kind: str) -> list[str]:
    for row in browser(page, room, who).get(room.path).select(".matrix tbody tr"):
        if kind in row.get_text():
            return [" ".join(cell.get_text(" ").split()) for cell in row("td")]
    return []


def test_each_seat_inside_shows_what_will_do_at_the_deadline(
    page: Page, room: Room, writing: Writing
) -> None:
    with writing() as session:
        lead, partner = (session.merge(room.people[who]).member for who in ("lead", "partner"))
        assert lead is not None
        assert partner is not None
        make_attestation(session, lead)
        make_attestation(session, partner, issued_on=date(2026, 6, 2))
        make_attestation(session, partner, kind="lpp", valid_until=date(2026, 12, 1))

    for who in ("lead", "partner", "adviser"):
        assert _cells(page, room, who, "AVS") == [
            "✓ valable au délai",
            "▲ trop ancienne au délai à renouveler maintenant",
        ]
        assert _cells(page, room, who, "LPP") == [
            "○ manque",
            "▲ échoit avant le délai à renouveler maintenant",
        ]


def test_the_dates_of_another_member_are_not_shown(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        partner = session.merge(room.people["partner"]).member
        assert partner is not None
        make_attestation(session, partner, issued_on=date(2026, 6, 2), valid_until=date(2026, 12, 1))

    html = browser(page, room, "lead").client.get(room.path).get_data(as_text=True)

    assert not re.search("2 juin 2026|2026-06-02", html)
    assert 'value="2026-12-01"' not in html


def test_a_member_states_its_dates_and_takes_them_back(page: Page, room: Room, writing: Writing) -> None:
    partner = browser(page, room, "partner")

    partner.send(PAPERS, PAPERS, **{"issued-avs": "2026-11-02", "until-avs": "2027-02-01"})
    with writing() as session:
        [row] = session.scalars(select(Attestation)).all()
        assert (row.issued_on, row.valid_until) == (date(2026, 11, 2), date(2027, 2, 1))
    assert "2026-11-02" in str(partner.get(PAPERS).find(id="issued-avs"))
    partner.send(PAPERS, PAPERS, **{"issued-avs": "", "until-avs": ""})

    with writing() as session:
        assert session.scalars(select(Attestation)).all() == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"issued-avs": "2026-11-25"}, "dans l’avenir"),
        ({"issued-avs": "2026-11-02", "until-avs": "2026-11-01"}, "avant celui de l’établissement"),
        ({"until-avs": "2026-12-31"}, "Dites aussi le jour"),
        ({"issued-avs": "hier"}, "pas valable"),
        ({"issued-avs": "1026-11-02"}, "vérifiez l’année"),
    ],
)
def test_wrong_dates_are_said_beside_the_field_and_nothing_is_stored(
    page: Page, room: Room, writing: Writing, fields: dict[str, str], problem: str
) -> None:
    response = browser(page, room, "partner").send(PAPERS, PAPERS, **fields)

    assert response.status_code == 422
    assert problem in response.get_data(as_text=True)
    assert next(iter(fields.values())) in response.get_data(as_text=True)
    with writing() as session:
        assert session.scalars(select(Attestation)).all() == []


def test_ones_papers_show_nothing_of_others(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        partner = session.merge(room.people["partner"])
        stated = {"avs": Dates(date(2026, 6, 2))}
        assert partner.member is not None
        attestations.state(session, member=partner.member, stated=stated, person=partner, now=NOW)

    for who in ("lead", "stranger"):
        assert "2026-06-02" not in str(browser(page, room, who).get(PAPERS))
    assert browser(page, room, "other staff").client.get(PAPERS).status_code == 404


def _calendar_of(page: Page, room: Room, who: str) -> str:
    """The path of somebody's calendar, renewed."""
    reader = browser(page, room, who)
    reader.send(room.path, f"{room.path}/calendrier")
    field = reader.get(room.path).find(id="calendar-address")
    assert field is not None
    return str(field["value"]).removeprefix("http://127.0.0.1:8000")  # type: ignore[index]


def test_a_calendar_is_read_without_a_sign_in_and_never_cached(page: Page, room: Room) -> None:
    path = _calendar_of(page, room, "partner")

    response = page.other().client.get(path)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    words = [str(event["SUMMARY"]) for event in Calendar.from_ical(response.data).walk("VEVENT")]
    assert "Tâche du partenaire" in words
    assert "Tâche du chef de file" not in words


def test_renewing_ends_the_old_address_and_leaves_those_of_others(page: Page, room: Room) -> None:
    mine, others = _calendar_of(page, room, "partner"), _calendar_of(page, room, "lead")

    renewed = _calendar_of(page, room, "partner")

    assert [page.client.get(path).status_code for path in (mine, renewed, others)] == [404, 200, 200]


def test_who_is_no_longer_inside_or_active_finds_no_calendar(
    page: Page, room: Room, writing: Writing
) -> None:
    path, kept = _calendar_of(page, room, "partner"), _calendar_of(page, room, "lead")
    with writing() as session:
        found, lead = session.get_one(Consortium, room.id), session.merge(room.people["lead"])
        seat = next(seat for seat in found.seats if seat.id == room.seats["partner"])
        consortiums.leave(session, seat=seat, person=lead, now=NOW)
    assert page.client.get(path).status_code == 404
    with writing() as session:
        lead = session.merge(room.people["lead"])
        lead.is_active = False

    assert page.client.get(kept).status_code == 404
    assert page.client.get("/calendrier/WzEsMSwxXQ.x.ics").status_code == 404


def test_the_address_is_shown_to_its_person_alone(page: Page, room: Room, writing: Writing) -> None:
    path = _calendar_of(page, room, "partner")

    for who in ("lead", "adviser"):
        assert path not in browser(page, room, who).client.get(room.path).get_data(as_text=True)
    with writing() as session:
        assert len(session.scalars(select(CalendarLink)).all()) == 1
        assert not session.scalars(select(Message)).all()


def test_the_deadline_of_a_tender_goes_into_a_calendar(page: Page, room: Room, writing: Writing) -> None:
    reader = browser(page, room, "stranger")
    link = reader.get(f"/marches/{room.tender_id}").find("a", href=re.compile("delai.ics"))
    assert link is not None

    response = reader.client.get(str(link["href"]))  # type: ignore[index]

    assert response.headers["Content-Disposition"].startswith("attachment")
    assert b"DTSTART:20261214T110000Z" in response.data
    assert "Communauté" not in response.get_data(as_text=True)
    with writing() as session:
        session.get_one(Tender, room.tender_id).submission_deadline = None
    assert reader.client.get(str(link["href"])).status_code == 404  # type: ignore[index]


def test_a_deadline_that_moved_is_in_the_calendar_at_once(page: Page, room: Room, writing: Writing) -> None:
    path = _calendar_of(page, room, "lead")
    with writing() as session:
        tender = session.get_one(Tender, room.tender_id)
        tender.submission_deadline = NOW + timedelta(days=30)

    assert b"DTSTART:20261224T080000Z" in page.client.get(path).data
