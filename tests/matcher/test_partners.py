"""Partners and teams for what a joint bid lacks: from what members offer, never from what they look at."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matcher.partners import partners
from procurement import consortiums, requirements
from procurement.db import transaction
from procurement.models import Consortium, Credential, Member, Person, Requirement
from procurement.reasons import say
from procurement.teaming import ConsortiumState, Coverage, RequirementOrigin, SeatRole, SeatState
from tests.factories import (
    NOW,
    make_lot,
    make_match,
    make_member,
    make_person,
    make_room,
    make_seat,
    make_tender,
)
from tests.procurement.bids import submitted

_GLASS, _SNOW = "90911300", "90620000"


def _opened(session: Session, *, places: int = 3) -> tuple[Consortium, Person]:
    """A consortium of which the lead covers nothing yet, with a row for windows and one for snow."""
    lead = make_person(session, password=None, member=make_member(session, cpv_codes=[]))
    tender = make_tender(session, lots=[])
    make_lot(tender, cpv_codes=[_GLASS, _SNOW], criteria=[])
    session.flush()
    assert lead.member is not None
    room = consortiums.open_consortium(
        session,
        tender=tender,
        lots=tender.lots,
        lead=lead.member,
        places=places,
        has_read=True,
        person=lead,
        now=NOW,
    )
    requirements.draw(session, consortium=room, language="fr")
    return room, lead


def _row(room: Consortium, code: str) -> str:
    return str(next(row.id for row in room.requirements if row.cpv_codes == [code]))


def _ask(engine: Engine, room_id: int) -> dict[str, Any]:
    return partners(engine, {"consortium_id": room_id}, NOW)


def test_each_open_row_has_its_best_partners_with_the_reason(engine: Engine) -> None:
    with transaction(engine) as session:
        room, _ = _opened(session)
        near = make_member(session, cpv_codes=["90911200"]).id
        same = make_member(session, cpv_codes=[_GLASS]).id
        room_id, row = room.id, _row(room, _GLASS)

    found = _ask(engine, room_id)["rows"][row]

    assert [(each["member"], each["level"]) for each in found] == [(same, 1.0), (near, 0.5)]
    assert found[0]["reason"]["key"] == "offers_code"


def test_the_smallest_team_that_covers_all_comes_first(engine: Engine) -> None:
    with transaction(engine) as session:
        room, _ = _opened(session)
        make_member(session, cpv_codes=[_GLASS])
        make_member(session, cpv_codes=[_SNOW])
        both = make_member(session, cpv_codes=[_GLASS, _SNOW]).id
        room_id = room.id

    [best, *_] = _ask(engine, room_id)["teams"]

    assert best["members"] == [both]
    assert best["covered"] == 100


@pytest.mark.parametrize(
    ("value", "largest", "count"), [(400_000, 200_000, 2), (None, 200_000, 1), (400_000, None, 1)]
)
def test_nobody_is_given_more_than_it_can_carry_where_that_is_known(
    engine: Engine, value: int | None, largest: int | None, count: int
) -> None:
    with transaction(engine) as session:
        room, _ = _opened(session)
        room.lots[0].lot.value_amount, room.lots[0].lot.value_currency = value, "CHF"
        for _ in range(2):
            make_member(session, cpv_codes=[_GLASS, _SNOW], largest_contract_chf=largest)
        room_id = room.id

    [best, *_] = _ask(engine, room_id)["teams"]

    assert best["covered"] == 100
    assert len(best["members"]) == count


def test_who_wants_no_proposals_is_bound_or_works_elsewhere_is_not_suggested(engine: Engine) -> None:
    with transaction(engine) as session:
        room, _ = _opened(session)
        make_member(session, cpv_codes=[_GLASS], accepts_proposals=False)
        make_member(session, cpv_codes=[_GLASS], cantons=["TI"])
        bound = make_person(session, password=None, member=make_member(session, cpv_codes=[_GLASS]))
        assert bound.member is not None
        consortiums.open_consortium(
            session,
            tender=room.tender,
            lots=room.tender.lots,
            lead=bound.member,
            places=2,
            has_read=True,
            person=bound,
            now=NOW,
        )
        room_id = room.id

    answer = _ask(engine, room_id)

    assert all(not found for found in answer["rows"].values())
    assert answer["teams"] == []


def test_what_members_answered_or_were_told_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        room, _ = _opened(session)
        members = [make_member(session, cpv_codes=[_GLASS]) for _ in range(4)]
        room_id, tender_id = room.id, room.tender_id
        last = members[-1].id
    before = _ask(engine, room_id)

    with transaction(engine) as session:
        lot = session.get_one(Consortium, room_id).lots[0].lot
        assert lot.tender_id == tender_id
        make_match(session, member=session.get_one(Member, last), lot=lot, released_at=NOW)

    assert _ask(engine, room_id) == before


def test_a_row_that_somebody_inside_covers_is_not_searched_for(engine: Engine) -> None:
    with transaction(engine) as session:
        room, lead = _opened(session)
        make_member(session, cpv_codes=[_GLASS])
        row = next(each for each in room.requirements if each.cpv_codes == [_GLASS])
        requirements.cover(
            session,
            seat=room.seats[0],
            requirement=row,
            coverage=Coverage.WHOLLY,
            evidence="Trois équipes",
            person=lead,
        )
        room_id, row_id = room.id, str(row.id)

    assert row_id not in _ask(engine, room_id)["rows"]


def test_an_ess_row_is_covered_by_who_can_show_something_valid(engine: Engine) -> None:
    with transaction(engine) as session:
        room, _ = _opened(session)
        row = Requirement(
            position=9, origin=RequirementOrigin.ESS, text="", family="apprentissage_formation", weight=1
        )
        room.requirements.append(row)
        able, expired, without = (make_member(session, cpv_codes=[]) for _ in range(3))
        for member, days, figure in ((able, 30, 2), (expired, -1, 2), (without, 30, 0)):
            member.credentials.append(
                Credential(
                    family="apprentissage_formation",
                    name="Entreprise formatrice",
                    figure=figure,
                    valid_until=NOW.date() + timedelta(days=days),
                    changed_at=NOW,
                )
            )
        session.flush()
        valid = able.id
        room_id, row_id = room.id, str(row.id)

    assert [each["member"] for each in _ask(engine, room_id)["rows"][row_id]] == [valid]


def test_partners_inside_stay_in_every_suggested_team(engine: Engine) -> None:
    with transaction(engine) as session:
        room, lead = _opened(session)
        partner = make_person(session, password=None, member=make_member(session, cpv_codes=[_SNOW]))
        assert partner.member is not None
        seat = consortiums.ask(
            session,
            consortium=room,
            member=partner.member,
            role=SeatRole.PARTNER,
            message="",
            person=lead,
            now=NOW,
        )
        consortiums.answer(session, seat=seat, accepts=True, person=partner, now=NOW)
        glass = make_member(session, cpv_codes=[_GLASS]).id
        room_id = room.id

    [team, *_] = _ask(engine, room_id)["teams"]

    assert team["members"] == [glass]


def test_who_handed_in_a_bid_with_this_lead_comes_first_of_equals_with_the_words(engine: Engine) -> None:
    with transaction(engine) as session:
        make_member(session, cpv_codes=[_GLASS])
        known, third = (
            make_person(session, password=None, member=make_member(session, cpv_codes=[_GLASS]))
            for _ in range(2)
        )
        lead = make_person(session, password=None)
        earlier = submitted(session, lead=lead, partner=known)
        consortiums.end(
            session, consortium=earlier, state=ConsortiumState.LOST, note="", person=lead, now=NOW
        )
        # A bid of others, and one that was never handed in, say nothing.
        other = submitted(session, partner=third)
        other_lead = consortiums.lead_of(other).people[0]
        consortiums.end(
            session, consortium=other, state=ConsortiumState.LOST, note="", person=other_lead, now=NOW
        )
        begun = make_room(session, lead=lead)
        make_seat(session, begun, third, SeatState.CONFIRMED)
        consortiums.end(
            session, consortium=begun, state=ConsortiumState.NO_BID, note="", person=lead, now=NOW
        )
        tender = make_tender(session, lots=[])
        make_lot(tender, cpv_codes=[_GLASS], criteria=[])
        session.flush()
        room = make_room(session, lead=lead, tender=tender)
        stranger, _ = _opened(session)
        room_id, strangers_id, known_id, row = room.id, stranger.id, known.member_id, _row(room, _GLASS)

    found = _ask(engine, room_id)

    assert found["rows"][row][0]["member"] == known_id
    assert list(found["before"]) == [str(known_id)]
    said = say(found["before"][str(known_id)], "fr").replace("\u00a0", " ")
    assert said == "A déjà répondu avec vous (« Nettoyage écologique des écoles », 2026)."
    # Another lead learns nothing of it.
    assert _ask(engine, strangers_id)["before"] == {}
