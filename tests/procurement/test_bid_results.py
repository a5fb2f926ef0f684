"""What came of a bid: told by a publication, said by the lead, and taken among references by a yes alone."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config import settings as of_config
from procurement import bid_results, consortiums, profiles, room_mail
from procurement.bid_results import Details
from procurement.commands import ask_results
from procurement.db import transaction
from procurement.entered import Entry, enter
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AuditEntry, Consortium, Message, Person, Seat, Work
from procurement.rules import Rule
from procurement.teaming import ConsortiumState, LossReason, SeatState
from procurement.vocabulary import EnteredKind, Frequency, NoticeType, Role
from tests.factories import NOW, make_lot, make_notice, make_person, make_room, make_seat, make_tender
from tests.procurement.bids import award, person_of, submitted
from tests.procurement.mails import LINKS

LATER = NOW + timedelta(days=50)


def _find(session: Session, room: Consortium) -> ConsortiumState | None:
    found = bid_results.find(session, consortium=room, now=LATER)
    assert found is not None
    return found.suggested


def _lead(room: Consortium) -> Person:
    return consortiums.lead_of(room).people[0]


def _say(
    session: Session, room: Consortium, state: ConsortiumState | None = ConsortiumState.WON, **facts: object
) -> None:
    bid_results.say(
        session,
        consortium=room,
        state=state,
        details=Details(**facts),  # type: ignore[arg-type]
        person=_lead(room),
        now=LATER,
    )


@pytest.mark.parametrize(
    ("winners", "suggested"),
    [
        (["COOPERATIVE BELVEDERE"], ConsortiumState.WON),
        (["Menuiserie Talon SA", "Association Escalade"], ConsortiumState.WON),
        (["Menuiserie Talon SA"], ConsortiumState.LOST),
        # It may be the same under another name: nobody guesses.
        (["Belvédère SCoop"], None),
        ([], None),
    ],
)
def test_an_award_suggests_a_result_where_names_tell(
    session: Session, winners: list[str], suggested: ConsortiumState | None
) -> None:
    room = submitted(session)
    award(session, room.tender, *winners)

    assert _find(session, room) is suggested
    assert bid_results.find(session, consortium=room, now=LATER) is None
    assert room.state is ConsortiumState.SUBMITTED


def test_the_name_of_a_subcontractor_tells_nothing(session: Session) -> None:
    room = submitted(session, helper=person_of(session, "Atelier Passerelle"))
    award(session, room.tender, "Atelier Passerelle")

    assert _find(session, room) is None


def test_an_award_of_another_lot_is_nothing_and_a_part_won_is_won(session: Session) -> None:
    tender = make_tender(session, lots=[])
    lots = [make_lot(tender) for _ in range(3)]
    session.flush()
    room = submitted(session, tender=tender, lots=lots[:2])

    award(session, tender, "Menuiserie Talon SA", lot_key=lots[2].source_key)
    assert bid_results.find(session, consortium=room, now=LATER) is None
    award(session, tender, "Menuiserie Talon SA", lot_key=lots[0].source_key)
    # The other lot is not decided.
    assert _find(session, room) is None
    award(session, tender, "Coopérative Belvédère", lot_key=lots[1].source_key)
    assert _find(session, room) is ConsortiumState.WON


def test_an_award_of_a_whole_with_several_lots_tells_of_none(session: Session) -> None:
    tender = make_tender(session, lots=[])
    lots = [make_lot(tender) for _ in range(2)]
    session.flush()
    room = submitted(session, tender=tender, lots=lots[:1])
    award(session, tender, "Coopérative Belvédère")

    assert _find(session, room) is None


def test_a_procedure_that_was_stopped_is_told_and_suggests_nothing(session: Session) -> None:
    room = submitted(session)
    notice = make_notice(
        session, room.tender, notice_type=NoticeType.ABANDONMENT, published_on=date(2027, 1, 11)
    )

    assert _find(session, room) is None
    result = bid_results.result_of(session, consortium=room)
    assert result is not None
    assert result.notice_id == notice.id


def test_an_award_that_was_taken_back_suggests_nothing_any_more(session: Session) -> None:
    room = submitted(session)
    award(session, room.tender, "Menuiserie Talon SA")
    assert _find(session, room) is ConsortiumState.LOST

    make_notice(session, room.tender, notice_type=NoticeType.REVOCATION, published_on=date(2027, 1, 20))

    assert _find(session, room) is None


@pytest.mark.parametrize("is_standing", [True, False])
def test_an_award_at_another_source_is_found_as_well(session: Session, is_standing: bool) -> None:
    room = submitted(session)
    other = make_tender(session, source="ted")
    first, second = (other, room.tender) if is_standing else (room.tender, other)
    second.merged_into = first
    session.flush()
    award(session, other, "Association Escalade")

    assert _find(session, room) is ConsortiumState.WON


@pytest.mark.parametrize("state", [SeatState.JOINED, SeatState.ASKED])
def test_only_those_who_bid_are_asked(session: Session, state: SeatState) -> None:
    room = make_room(session)
    make_seat(session, room, person_of(session, "Association Escalade"), state)
    award(session, room.tender, "Menuiserie Talon SA")

    assert bid_results.waiting(session) == []
    assert bid_results.find(session, consortium=room, now=LATER) is None


def _recipients(session: Session) -> list[int | None]:
    session.flush()
    return list(session.scalars(select(Message.person_id).order_by(Message.id)))


def test_the_lead_alone_is_asked_and_once(session: Session) -> None:
    gone = person_of(session, "Association Glacis")
    room = make_room(session, lead=person_of(session, "Coopérative Belvédère"), places=4)
    seat = make_seat(session, room, gone, SeatState.JOINED)
    consortiums.leave(session, seat=seat, person=gone, now=NOW)
    staff = make_person(session, role=Role.STAFF, password=None)
    room.adviser_id = staff.id
    partner = make_seat(session, room, person_of(session, "Association Escalade"), SeatState.CONFIRMED)
    shares = {room.seats[0].id: 60, partner.id: 40}
    consortiums.share_out(session, consortium=room, shares=shares, person=_lead(room), now=NOW)
    consortiums.complete(session, consortium=room, why="Deux métiers.", person=_lead(room), now=NOW)
    consortiums.submit(session, consortium=room, person=_lead(room), now=NOW)

    award(session, room.tender, "Menuiserie Talon SA")
    found = bid_results.find(session, consortium=room, now=LATER)
    assert found is not None
    assert room_mail.ask_result(session, result=found, links=LINKS, now=LATER)
    award(session, room.tender, "Coopérative Belvédère", published_on=date(2027, 1, 13))
    found = bid_results.find(session, consortium=room, now=LATER)
    assert found is not None
    assert not room_mail.ask_result(session, result=found, links=LINKS, now=LATER)

    assert _recipients(session) == [_lead(room).id]
    [mail] = session.scalars(select(Message))
    assert LINKS.result(room.id) in mail.body_text
    assert "Aucun nom publié ne ressemble" in mail.body_text


@pytest.mark.parametrize(
    "why", [{"frequency": Frequency.OFF}, {"unsubscribed_at": NOW}, {"is_active": False}], ids=str
)
def test_a_lead_who_wants_no_mail_finds_it_on_the_page(session: Session, why: dict[str, object]) -> None:
    room = submitted(session)
    for name, value in why.items():
        setattr(_lead(room), name, value)
    award(session, room.tender, "Menuiserie Talon SA")
    found = bid_results.find(session, consortium=room, now=LATER)
    assert found is not None

    assert not room_mail.ask_result(session, result=found, links=LINKS, now=LATER)

    assert _recipients(session) == []
    assert found.suggested is ConsortiumState.LOST


def test_the_lead_says_the_result_and_completes_it_later(session: Session) -> None:
    room = submitted(session)

    _say(session, room, ConsortiumState.LOST, reasons=(LossReason.PRICE, LossReason.REFERENCES))
    _say(
        session, room, None, rank=2, offers=5, lesson="Plus tôt.", debriefing={"better": "Tout", "points": ""}
    )

    result = bid_results.result_of(session, consortium=room)
    assert result is not None
    assert room.state is ConsortiumState.LOST
    # What is said later stands in the place of what was said before.
    assert (result.rank, result.offers, result.reasons, result.lesson) == (2, 5, [], "Plus tôt.")
    assert result.debriefing == {"better": "Tout"}
    acts = list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts[-3:] == ["consortium.lost", "result.say", "result.say"]


def test_nobody_else_says_it_nor_before_its_time_nor_twice(session: Session) -> None:
    room = submitted(session)
    partner = room.seats[1].member.people[0]
    with pytest.raises(NotAllowed):
        bid_results.say(
            session,
            consortium=room,
            state=ConsortiumState.WON,
            details=Details(),
            person=partner,
            now=LATER,
        )
    with pytest.raises(RuleBroken) as early:
        _say(session, room, None)
    _say(session, room)
    with pytest.raises(RuleBroken) as twice:
        _say(session, room, ConsortiumState.LOST)

    assert {early.value.rule, twice.value.rule} == {Rule.WRONG_MOMENT}


def test_reasons_of_a_loss_are_none_of_a_win(session: Session) -> None:
    room = submitted(session)

    _say(session, room, reasons=(LossReason.PRICE,))

    result = bid_results.result_of(session, consortium=room)
    assert result is not None
    assert result.reasons == []


def test_everybody_inside_but_who_said_it_is_told_the_result(session: Session) -> None:
    room = submitted(session)
    _say(session, room)

    for _ in range(2):
        room_mail.tell_result(session, consortium=room, by=_lead(room), links=LINKS, now=LATER)

    assert _recipients(session) == [room.seats[1].member.people[0].id]
    [mail] = session.scalars(select(Message))
    assert "rejoint-il les références" in mail.body_text


def _answer(session: Session, seat: Seat, *, wants: bool, person: Person | None = None) -> None:
    person = person or seat.member.people[0]
    bid_results.answer_reference(session, seat=seat, wants=wants, person=person, now=LATER)


def test_a_yes_puts_the_contract_among_the_references_once_and_has_the_profile_matched(
    session: Session,
) -> None:
    room = submitted(session)
    _say(session, room, notified_on=date(2027, 1, 12))
    seat = room.seats[1]

    _answer(session, seat, wants=False)
    assert (seat.wants_reference, seat.member.references) == (False, [])
    _answer(session, seat, wants=True)
    _answer(session, seat, wants=True)
    _answer(session, seat, wants=False)

    expected = "Nettoyage écologique des écoles, Ville de Genève – Service des écoles (2027), en communauté"
    assert (seat.wants_reference, seat.member.references) == (True, [expected])
    assert room.seats[0].member.references == []
    assert seat.member.profile_changed_at == LATER
    assert session.scalars(select(Work.key).where(Work.kind == "match_member")).all() == [
        f"member:{seat.member_id}"
    ]


def test_two_bids_on_one_tender_are_one_reference(session: Session) -> None:
    lead, partner = (person_of(session, name) for name in ("Coopérative Belvédère", "Association Escalade"))
    tender = make_tender(session, lots=[])
    lots = [make_lot(tender, title={}) for _ in range(2)]
    session.flush()
    for lot in lots:
        room = submitted(session, lead=lead, partner=partner, tender=tender, lots=[lot])
        _say(session, room)
        _answer(session, room.seats[1], wants=True)

    assert partner.member is not None
    assert len(partner.member.references) == 1


def test_no_reference_before_a_win_nor_by_another_nor_once_outside(session: Session) -> None:
    room = submitted(session)
    lead_seat, seat = room.seats
    with pytest.raises(RuleBroken):
        _answer(session, seat, wants=True)
    _say(session, room)
    with pytest.raises(NotAllowed):
        _answer(session, seat, wants=True, person=_lead(room))
    staff = make_person(session, role=Role.STAFF, password=None)
    with pytest.raises(NotAllowed):
        _answer(session, seat, wants=True, person=staff)
    with pytest.raises(NotAllowed):
        profiles.add_reference(session, member=seat.member, reference="x", person=staff, now=LATER)
    lead_seat.state = SeatState.LEFT
    with pytest.raises(NotAllowed):
        _answer(session, lead_seat, wants=True)


@pytest.mark.parametrize("kind", [EnteredKind.EXEMPT, EnteredKind.INVITATION, EnteredKind.BELOW_THRESHOLD])
def test_a_lead_that_no_source_publishes_goes_the_whole_way_without_deadline_or_award(
    session: Session, kind: EnteredKind
) -> None:
    staff = make_person(session, role=Role.STAFF, password=None)
    entry = Entry(kind=kind, title="Conciergerie d’un foyer", buyer="Fondation du Foyer")
    tender = enter(session, entry=entry, person=staff, now=NOW)

    room = submitted(session, tender=tender)
    _say(session, room, rank=1, offers=3)
    _answer(session, room.seats[0], wants=True)

    assert bid_results.waiting(session) == []
    assert room.state is ConsortiumState.WON
    [reference] = room.seats[0].member.references
    assert reference.startswith("Conciergerie d’un foyer, Fondation du Foyer (2027)")


def test_the_step_of_the_schedule_asks_each_lead_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIMP_DATA_DIR", str(tmp_path))
    of_config.settings.cache_clear()
    with transaction(engine) as session:
        room = submitted(session)
        lead_id = _lead(room).id
        award(session, room.tender, "Menuiserie Talon SA")
        submitted(session)

    assert [ask_results(engine), ask_results(engine)] == [1, 0]

    of_config.settings.cache_clear()
    with transaction(engine, read_only=True) as session:
        assert _recipients(session) == [lead_id]
