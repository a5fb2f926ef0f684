"""Nobody learns of another's interest: no page, mail or export shows a third member a trace of a room."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, select

from matcher.partners import partners
from procurement import bid_results, consortiums, room_mail, room_news
from procurement.exports.tables import tender_rows, write_csv
from procurement.models import Consortium, Match, Member, Message, Person, RoomFile, RoomPost, Seat, Tender
from procurement.teaming import ConsortiumState, SeatRole, SeatState
from procurement.vocabulary import Frequency, Role
from tests.factories import (
    NOW,
    make_advice,
    make_file,
    make_match,
    make_member,
    make_person,
    make_post,
    make_room,
    make_seat,
    make_tender,
)
from tests.procurement.bids import award
from tests.procurement.exported import releases_of
from tests.procurement.mails import LINKS
from tests.web.conftest import Page, Writing
from tests.web.test_access import ROUTES
from web.access import Audience

_SAID, _SHARED = "Nous commençons par la vitrerie.", "Plan secret"
_NAMES = ("Belvédère", "Morand", "Escalade", "Piguet", "zelie.morand@example.ch", "odin.piguet@example.ch")
_TRACES = (*_NAMES, _SAID, _SHARED)


@dataclass
class Chamber:
    """A room on a tender that a third member was told of as well, and staff who were not asked in."""

    tender: Tender
    room: Consortium
    lead: Person
    partner: Person
    third: Person
    staff: Person
    match: Match
    member: Member


@pytest.fixture
def chamber(writing: Writing) -> Chamber:
    """Everybody of the story, with a match of the third member in the same tender."""
    with writing() as session:
        lead, partner = (
            make_person(
                session, password=None, member=make_member(session, name=member), name=name, email=email
            )
            for member, name, email in (
                ("Coopérative Belvédère", "Zélie Morand", "zelie.morand@example.ch"),
                ("Association Escalade", "Odin Piguet", "odin.piguet@example.ch"),
            )
        )
        third = make_person(session, password=None)
        staff = make_person(session, role=Role.STAFF, password=None)
        tender = make_tender(session)
        assert third.member is not None
        match = make_match(session, member=third.member, tender=tender, released_at=NOW)
        room = make_room(session, lead=lead, tender=tender)
        make_seat(session, room, partner, SeatState.CONFIRMED)
        make_post(session, room, partner, text=_SAID, now=NOW + timedelta(minutes=1))
        make_file(session, room, lead, name=f"{_SHARED}.txt", now=NOW + timedelta(minutes=1))
        return Chamber(tender, room, lead, partner, third, staff, match, third.member)


def _addresses(chamber: Chamber, audiences: set[Audience]) -> list[str]:
    """Every page for some audiences that needs no other object than those of the story."""
    ids = {
        "tender_id": chamber.tender.id,
        "member_id": chamber.member.id,
        "match_id": chamber.match.id,
        "consortium_id": chamber.room.id,
        "seat_id": chamber.room.seats[0].id,
        "row_id": 1,
        "asked_id": chamber.member.id,
        "post_id": 1,
        "file_id": 1,
        "pair_id": 1,
        "request_id": 1,
        "kind": "match",
        "token": "x",
    }
    paths = []
    for (method, path), audience in ROUTES.items():
        if method == "GET" and audience in audiences:
            for name, value in ids.items():
                path = path.replace(f"<int:{name}>", str(value)).replace(f"<{name}>", str(value))
            paths.append(path)
    return paths


def _outsider(page: Page, chamber: Chamber, who: str) -> Page:
    """The browser of somebody outside."""
    people = {"third": chamber.third, "staff": chamber.staff}
    return page.sign_in(people[who]) if who in people else page


def _pages(reader: Page, chamber: Chamber, who: str) -> dict[str, str]:
    """What each page shows somebody who is outside, but for the form tokens."""
    audiences = {
        "third": {Audience.PUBLIC, Audience.SIGNED_IN, Audience.MEMBER},
        "staff": {Audience.PUBLIC, Audience.SIGNED_IN, Audience.STAFF},
        "anonymous": set(Audience),
    }
    found = {}
    for path in _addresses(chamber, audiences[who]):
        soup = BeautifulSoup(reader.client.get(path, follow_redirects=True).data, "lxml")
        for field in soup.select("input[name=csrf_token], input[name=key]"):
            field.decompose()
        # Each request has its number, which the page of an error shows.
        found[path] = re.sub("[0-9a-f]{16}", "", str(soup.main))
    return found


@pytest.mark.parametrize("who", ["third", "staff", "anonymous"])
def test_every_page_of_an_outsider_is_the_same_with_the_room_and_without(
    page: Page, chamber: Chamber, writing: Writing, who: str
) -> None:
    reader = _outsider(page, chamber, who)
    before = _pages(reader, chamber, who)

    with writing() as session:
        session.delete(session.get_one(Consortium, chamber.room.id))

    assert _pages(reader, chamber, who) == before
    assert len(before) > 5


def test_a_request_from_a_room_shows_nobody_outside_a_name_of_it(
    page: Page, chamber: Chamber, writing: Writing
) -> None:
    with writing() as session:
        room, partner = session.get_one(Consortium, chamber.room.id), session.merge(chamber.partner)
        make_advice(session, person=partner, consortium=room, text="Une question sur la signature.")
    reader = _outsider(page, chamber, "third")

    for path, text in _pages(reader, chamber, "third").items():
        assert not [trace for trace in (*_TRACES, "sur la signature") if trace in text], path
    # Staff read who asks and on which tender; who else is inside stands nowhere but among the members.
    for path, text in _pages(_outsider(page.other(), chamber, "staff"), chamber, "staff").items():
        if "conseils" in path:
            assert not [trace for trace in ("Belvédère", "Morand", "zelie.morand") if trace in text], path


def test_no_page_shows_a_third_member_a_name(page: Page, chamber: Chamber) -> None:
    for path, text in _pages(_outsider(page, chamber, "third"), chamber, "third").items():
        assert not [trace for trace in _TRACES if trace in text], path


@pytest.mark.usefixtures("chamber")
def test_exports_say_nothing_of_rooms(writing: Writing) -> None:
    table = StringIO()
    with writing() as session:
        packages = json.dumps(releases_of(session, NOW), ensure_ascii=False)
        write_csv(tender_rows(session, now=NOW, language="fr"), table)

    for text in (packages, table.getvalue()):
        assert "Nettoyage" in text
        assert not [trace for trace in _TRACES if trace in text]


def test_no_mail_about_a_room_goes_to_anybody_outside(writing: Writing, chamber: Chamber) -> None:
    with writing() as session:
        room, lead = session.get_one(Consortium, chamber.room.id), session.merge(chamber.lead)
        seat = next(each for each in room.seats if each.role is not SeatRole.LEAD)
        partner = session.merge(chamber.partner)
        room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)
        room_mail.tell_answer(session, seat=seat, by=partner, links=LINKS, now=NOW)
        consortiums.leave(session, seat=seat, person=lead, now=NOW)
        room_mail.tell_departure(session, seat=seat, by=lead, links=LINKS, now=NOW)

        told = {mail.person_id for mail in session.scalars(select(Message))}

    assert told == {chamber.lead.id, chamber.partner.id}


@pytest.mark.parametrize("who", ["third", "rival", "staff", "adviser", "former"])
def test_what_is_said_and_shared_reaches_nobody_outside(
    page: Page, chamber: Chamber, writing: Writing, who: str
) -> None:
    with writing() as session:
        room = session.get_one(Consortium, chamber.room.id)
        reader = session.merge(chamber.staff if who in ("staff", "adviser") else chamber.third)
        if who in ("rival", "adviser"):
            other = make_room(
                session,
                lead=make_person(session, password=None) if who == "adviser" else reader,
                tender=session.get_one(Tender, chamber.tender.id),
                adviser=reader if who == "adviser" else None,
            )
            assert other.id != room.id
        if who == "former":
            seat = make_seat(session, room, reader, SeatState.LEFT)
            room_mail.tell_departure(session, seat=seat, by=reader, links=LINKS, now=NOW)
        written = session.scalars(select(RoomPost)).one()
        [file] = session.scalars(select(RoomFile))
        reader.frequency, path = Frequency.INSTANT_ANY_HOUR, f"/communautes/{room.id}"
        reads = [f"{path}/echanges", f"{path}/fichiers/{file.id}"]
        acts = [f"{path}/echanges", f"{path}/echanges/{written.id}/retirer", f"{path}/fichiers"]
        acts.append(f"{path}/fichiers/{file.id}/retirer")
    page.sign_in(reader)

    for each in reads:
        said = page.get(each, status=404).get_text()
        assert not [trace for trace in _TRACES if trace in said]
    assert [page.post(each, text="Coucou", kind="message").status_code for each in acts] == [404] * 4
    with writing() as session:
        assert len(session.scalars(select(RoomPost)).all()) == 1
        for person_id in session.scalars(select(Person.id)).all():
            room_news.post_room_news(session, person_id=person_id, links=LINKS, now=NOW + timedelta(days=1))
        told = {m.person_id for m in session.scalars(select(Message).where(Message.kind == room_news.KIND))}
    assert told == {chamber.lead.id, chamber.partner.id}


def test_a_file_is_not_fetched_through_another_room(page: Page, chamber: Chamber, writing: Writing) -> None:
    with writing() as session:
        own = make_room(session, lead=session.merge(chamber.third))
        [file] = session.scalars(select(RoomFile))
        path = f"/communautes/{own.id}/fichiers/{file.id}"
    page.sign_in(chamber.third)

    page.get(path, status=404)
    assert page.post(f"{path}/retirer").status_code == 404


def test_an_adviser_torn_between_two_rooms_neither_reads_nor_writes(
    page: Page, chamber: Chamber, writing: Writing
) -> None:
    with writing() as session:
        room, staff = session.get_one(Consortium, chamber.room.id), session.merge(chamber.staff)
        room.adviser_id = staff.id
        other = make_room(session, tender=session.get_one(Tender, chamber.tender.id), adviser=staff)
        assert other.id != room.id
    page.sign_in(chamber.staff)

    text = page.get(f"/communautes/{chamber.room.id}/echanges").get_text()
    page.post(f"/communautes/{chamber.room.id}/echanges", text="Coucou", kind="message")

    assert _SAID not in text
    with writing() as session:
        assert len(session.scalars(select(RoomPost)).all()) == 1


def test_two_rooms_on_one_tender_never_see_each_other(
    page: Page, chamber: Chamber, writing: Writing, engine: Engine
) -> None:
    with writing() as session:
        third = session.merge(chamber.third)
        other = make_room(session, lead=third, tender=session.get_one(Tender, chamber.tender.id))
        other_id = other.id
    page.sign_in(chamber.third)

    own = f"/communautes/{other_id}"
    for path in ("/communautes", own, f"{own}/echeances", f"/marches/{chamber.tender.id}"):
        text = page.get(path).get_text()
        assert not [trace for trace in _TRACES if trace in text], path
    answer = json.dumps(partners(engine, {"consortium_id": other_id}, NOW))
    bound = {chamber.lead.member_id, chamber.partner.member_id}
    assert not [member_id for member_id in bound if f'"member": {member_id}' in answer]
    page.other().sign_in(chamber.lead).get(f"/communautes/{other_id}", status=404)


def test_who_is_asked_sees_no_name_anywhere_before_its_yes(
    page: Page, chamber: Chamber, writing: Writing
) -> None:
    with writing() as session:
        room = session.get_one(Consortium, chamber.room.id)
        seat = make_seat(session, room, session.merge(chamber.third), SeatState.ASKED)
        room_mail.tell_proposal(session, seat=seat, links=LINKS, now=NOW)
        path = f"/communautes/propositions/{seat.id}"
    page.sign_in(chamber.third)

    said = [page.get(path).prettify(), page.get("/communautes").prettify()]
    with writing() as session:
        said += [mail.subject + mail.body_text + mail.body_html for mail in session.scalars(select(Message))]
    for text in said:
        assert "Vitrerie de trois écoles." in text
        assert not [trace for trace in _TRACES if trace in text]
        assert f"/communautes/{chamber.room.id}" not in text


def _lead_sees(page: Page, chamber: Chamber) -> list[str]:
    """What the lead's pages show, but for the form tokens."""
    lead = page.other().sign_in(chamber.lead)
    found = []
    room = f"/communautes/{chamber.room.id}"
    for path in (room, f"{room}/echeances", "/communautes"):
        soup = lead.get(path)
        for field in soup.select("input[name=csrf_token]"):
            field.decompose()
        found.append(str(soup.main))
    return found


def test_after_a_no_nothing_reaches_the_lead(page: Page, chamber: Chamber, writing: Writing) -> None:
    with writing() as session:
        room = session.get_one(Consortium, chamber.room.id)
        seat_id = make_seat(session, room, session.merge(chamber.third), SeatState.ASKED).id
    silent = _lead_sees(page, chamber)

    path = f"/communautes/propositions/{seat_id}"
    page.sign_in(chamber.third).send(path, path, answer="no")

    assert _lead_sees(page, chamber) == silent
    with writing() as session:
        assert session.get_one(Seat, seat_id).state is SeatState.DECLINED
        assert session.scalars(select(Message)).all() == []


def test_partners_do_not_see_whom_the_lead_has_asked(page: Page, chamber: Chamber, writing: Writing) -> None:
    with writing() as session:
        room = session.get_one(Consortium, chamber.room.id)
        make_seat(session, room, session.merge(chamber.third), SeatState.ASKED)
        name = chamber.member.name

    shown = page.sign_in(chamber.partner).get(f"/communautes/{chamber.room.id}")

    assert name not in shown.get_text()
    assert name in page.other().sign_in(chamber.lead).get(f"/communautes/{chamber.room.id}").get_text()


def test_a_name_that_has_left_is_no_longer_shown_to_who_comes_after(
    page: Page, chamber: Chamber, writing: Writing
) -> None:
    with writing() as session:
        room = session.get_one(Consortium, chamber.room.id)
        seat = next(each for each in room.seats if each.role is not SeatRole.LEAD)
        consortiums.leave(session, seat=seat, person=session.merge(chamber.partner), now=NOW)
        make_seat(session, room, session.merge(chamber.third), SeatState.JOINED)

    for path in ("", "/echanges"):
        text = page.sign_in(chamber.third).get(f"/communautes/{chamber.room.id}{path}").get_text()

        assert "Zélie Morand" in text
        assert "Piguet" not in text
        assert "Escalade" not in text
    assert _SAID in text
    assert "par une personne qui n’y est plus" in text


def _won(writing: Writing, chamber: Chamber) -> None:
    """Let the bid be handed in, an award that names others be found, and the lead say that it was won."""
    with writing() as session:
        room, lead = session.get_one(Consortium, chamber.room.id), session.merge(chamber.lead)
        partner = session.merge(chamber.partner)
        shares = {seat.id: 50 for seat in room.seats}
        consortiums.share_out(session, consortium=room, shares=shares, person=lead, now=NOW)
        consortiums.complete(session, consortium=room, why="Deux métiers.", person=lead, now=NOW)
        consortiums.submit(session, consortium=room, person=lead, now=NOW)
        award(session, room.tender, "Menuiserie Talon SA")
        found = bid_results.find(session, consortium=room, now=NOW)
        assert found is not None
        room_mail.ask_result(session, result=found, links=LINKS, now=NOW)
        said = bid_results.Details(rank=1, lesson="Escalade fut décisive.")
        state = ConsortiumState.WON
        bid_results.say(session, consortium=room, state=state, details=said, person=lead, now=NOW)
        room_mail.tell_result(session, consortium=room, by=lead, links=LINKS, now=NOW)
        seat = next(each for each in room.seats if each.role is not SeatRole.LEAD)
        bid_results.answer_reference(session, seat=seat, wants=True, person=partner, now=NOW)


@pytest.mark.parametrize("who", ["third", "anonymous"])
def test_no_page_of_an_outsider_knows_of_a_result(
    page: Page, chamber: Chamber, writing: Writing, who: str
) -> None:
    _won(writing, chamber)
    reader = _outsider(page, chamber, who)
    before = _pages(reader, chamber, who)

    with writing() as session:
        session.delete(session.get_one(Consortium, chamber.room.id))

    assert _pages(reader, chamber, who) == before
    assert not [path for path, text in before.items() for trace in _TRACES if trace in text]


def test_staff_outside_read_of_a_result_a_number_and_no_name(
    page: Page, chamber: Chamber, writing: Writing
) -> None:
    _won(writing, chamber)
    reader = _outsider(page, chamber, "staff")

    assert "selon le membre" in reader.get("/observatoire").get_text()
    path = f"/communautes/{chamber.room.id}/resultat"
    assert reader.client.get(path).status_code == 404
    said = "".join(_pages(reader, chamber, "staff").values())
    assert "Escalade fut décisive." not in said


def test_mails_about_a_result_stay_inside_and_who_left_is_not_asked(
    page: Page, chamber: Chamber, writing: Writing
) -> None:
    with writing() as session:
        room = session.get_one(Consortium, chamber.room.id)
        third = session.merge(chamber.third)
        seat = make_seat(session, room, third, SeatState.JOINED)
        consortiums.leave(session, seat=seat, person=third, now=NOW)
    _won(writing, chamber)

    with writing() as session:
        told = [mail.person_id for mail in session.scalars(select(Message).order_by(Message.id))]
        assert session.get_one(Member, chamber.member.id).references == []
    # The lead is asked, the partner is told what the lead said.
    assert told == [chamber.lead.id, chamber.partner.id]
    page.sign_in(chamber.third)
    path = f"/communautes/{chamber.room.id}/resultat"
    assert page.client.get(path).status_code == 404
    assert page.post(f"{path}/reference", reference="oui").status_code == 404
