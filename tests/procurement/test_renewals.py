"""Contracts that will probably be called for anew: read from notices, with what they rest on."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from procurement.models import Answer, Lot, Tender
from procurement.renewals import Basis, Horizon, renewals
from procurement.vocabulary import AnswerChoice, NoticeType, TenderState
from tests.factories import NOW, make_lot, make_match, make_member, make_notice, make_tender
from tests.procurement.bids import award

TODAY = date(2026, 11, 24)


def _awarded(session: Session, *, winner: str = "Menuiserie Talon SA", **lot: Any) -> Tender:
    """A tender of one lot, awarded on 11 January 2026 but for what the facts say."""
    tender = make_tender(session, lots=[], state=TenderState.AWARDED)
    make_lot(tender, **{"source_key": "", "starts_on": None, "ends_on": None, **lot})
    session.flush()
    award(session, tender, winner, published_on=date(2026, 1, 11))
    return tender


@pytest.mark.parametrize(
    ("facts", "ends_on", "expected", "basis"),
    [
        ({"ends_on": date(2028, 2, 29)}, date(2028, 2, 29), date(2027, 8, 1), Basis.END),
        (
            {"starts_on": date(2026, 3, 1), "duration_days": 730},
            date(2028, 2, 29),
            date(2027, 8, 1),
            Basis.START,
        ),
        ({"duration_days": 730}, date(2028, 1, 11), date(2027, 7, 1), Basis.AWARD),
    ],
)
def test_the_next_call_is_expected_half_a_year_before_the_end(
    session: Session, facts: dict[str, Any], ends_on: date, expected: date, basis: Basis
) -> None:
    _awarded(session, **facts)

    [found] = renewals(session, today=TODAY)

    assert (found.ends_on, found.expected, found.basis) == (ends_on, expected, basis)
    assert found.winners == ["Menuiserie Talon SA"]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"ends_on": date(2026, 11, 23)},
        {"duration_days": 10},
        {"duration_days": 40_000},
        {"ends_on": date(2099, 1, 1)},
        {"ends_on": date(2028, 1, 1), "is_withdrawn": True},
    ],
    ids=str,
)
def test_without_an_end_that_one_waits_for_nothing_is_forecast(
    session: Session, facts: dict[str, Any]
) -> None:
    _awarded(session, **facts)

    assert renewals(session, today=TODAY) == []


def test_what_nobody_won_or_was_revoked_or_is_open_is_no_contract(session: Session) -> None:
    make_tender(session)
    revoked = _awarded(session, ends_on=date(2028, 1, 1))
    make_notice(session, revoked, notice_type=NoticeType.REVOCATION, published_on=date(2026, 2, 1))
    stopped = make_tender(session)
    award(session, stopped)

    assert renewals(session, today=TODAY) == []


def test_each_lot_has_its_own_winner_and_end(session: Session) -> None:
    tender = make_tender(session, lots=[], state=TenderState.AWARDED)
    lots: list[Lot] = [make_lot(tender, ends_on=date(2027 + place, 12, 31)) for place in range(3)]
    session.flush()
    award(session, tender, "Association Escalade", lot_key=lots[1].source_key)
    award(session, tender, "Menuiserie Talon SA", lot_key=lots[0].source_key)

    found = renewals(session, today=TODAY)

    assert [(each.lot.number, each.winners) for each in found] == [
        (1, ["Menuiserie Talon SA"]),
        (2, ["Association Escalade"]),
    ]


def test_a_contract_read_at_two_sources_is_told_once(session: Session) -> None:
    first, second = (_awarded(session, ends_on=date(2028, 1, 1)) for _ in range(2))
    second.merged_into = first
    session.flush()

    [found] = renewals(session, today=TODAY)

    assert found.tender.id == first.id


def test_the_horizon_leaves_out_what_is_farther(session: Session) -> None:
    near, far = _awarded(session, ends_on=date(2027, 8, 1)), _awarded(session, ends_on=date(2029, 1, 1))

    found = {
        horizon: [each.tender.id for each in renewals(session, today=TODAY, horizon=horizon)]
        for horizon in Horizon
    }

    assert found == {
        Horizon.HALF_YEAR: [near.id],
        Horizon.YEAR: [near.id],
        Horizon.TWO_YEARS: [near.id, far.id],
        Horizon.ALL: [near.id, far.id],
    }


def test_a_member_sees_what_it_was_told_of_what_it_answered_and_its_trade(session: Session) -> None:
    member = make_member(session, cpv_codes=["90910000"])
    told, hidden, answered, trade, other = (
        _awarded(session, ends_on=date(2028, 1 + place, 1), cpv_codes=[code])
        for place, code in enumerate(["50000000", "50000000", "50000000", "90620000", "50000000"])
    )
    make_match(session, member=member, tender=told, released_at=NOW)
    # Proposed and not sent; and sent to another member.
    make_match(session, member=member, tender=hidden)
    make_match(session, tender=other, released_at=NOW)
    choice = AnswerChoice.INTERESTED
    session.add(Answer(member_id=member.id, tender_id=answered.id, choice=choice, answered_at=NOW))
    session.flush()

    found = renewals(session, today=TODAY, member=member)

    assert [each.tender.id for each in found] == [told.id, answered.id, trade.id]
