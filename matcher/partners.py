"""Who could cover what a joint bid still lacks: partners for each open row, and whole teams.

Everything said here follows from what members offer, nothing from what they look at or answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from matcher.gates import GATES
from matcher.kinship import branch_value, significant
from matcher.lead import Lead, LotFacts, MemberFacts, lot_facts, member_facts
from matcher.teams import Room, best_teams
from matcher.words import as_written, stems_of
from procurement import consortiums
from procurement.claims import bound
from procurement.credentials import can_show
from procurement.db import transaction
from procurement.i18n import ZURICH
from procurement.models import Consortium, ConsortiumStep, Member, Requirement, Seat
from procurement.requirements import covered
from procurement.teaming import ConsortiumState, Coverage, SeatState

MOST_PARTNERS = 3
MOST_TEAMS = 3
# A code covers those below it wholly, unless it is a whole division or group; its neighbours in part.
_LEAST_DIGITS = 4
_PARTLY = 0.45
_LEVEL = {Coverage.WHOLLY: 1.0, Coverage.PARTLY: 0.5}
# Words alone never show that a requirement is covered wholly.
_WORDS_IN_COMMON = 0.5
_GATES = ("place", "excluded_words")


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a member would cover a row, in [0, 1], and what shows it."""

    level: float
    reason: Mapping[str, Any]


def partners(engine: Engine, facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """For a consortium: the best partners of each row that is not wholly covered, and whole teams.

    `rows`: by the id of a row, members with the level and the reason; `teams`: who would join, who would
    carry which row, and how much of the whole that covers, in percent; `before`: by the id of a member that
    was in an earlier bid with the lead, what to say of it. Of bids without the lead nothing is said.
    """
    with transaction(engine, read_only=True) as session:
        consortium = session.get_one(Consortium, int(facts["consortium_id"]))
        seats = consortiums.inside(consortium)
        rows = list(consortium.requirements)
        known = [(seat.member, member_facts(session, seat.member)) for seat in seats]
        lots = [lot_facts(session, each.lot) for each in consortium.lots]
        known += _available(session, consortium, lots, now)
        before = _bids_together(session, consortium)
        today = now.astimezone(ZURICH).date()
        fits = []
        for member, said in known:
            shown = {each.family for each in member.credentials if can_show(each, today=today)}
            fits.append([fit_of(row, said, shown) for row in rows])
        members = [said for _, said in known]
        carries = np.array([_carried(lots, said, len(rows)) for said in members])
        return _answer(consortium, rows, members, fits, carries, count_inside=len(seats), before=before)


def _answer(
    consortium: Consortium,
    rows: Sequence[Requirement],
    members: Sequence[MemberFacts],
    fits: Sequence[Sequence[Fit | None]],
    carries: np.ndarray[Any, np.dtype[np.int64]],
    *,
    count_inside: int,
    before: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    levels = np.array([[fit.level if fit else 0.0 for fit in each] for each in fits])
    levels = levels.reshape(len(members), len(rows))
    _as_said(levels, rows, members, count_inside)
    best: dict[str, list[dict[str, Any]]] = {}
    for column, row in enumerate(rows):
        if covered(row) is Coverage.WHOLLY:
            continue
        able = [line for line in range(count_inside, len(members)) if levels[line, column] > 0]
        able.sort(
            key=lambda line: (
                -levels[line, column],
                members[line].id not in before,
                -levels[line].sum(),
                members[line].id,
            )
        )
        best[str(row.id)] = [
            {"member": members[line].id, "level": float(levels[line, column]), "reason": fit.reason}
            for line in able[:MOST_PARTNERS]
            if (fit := fits[line][column]) is not None
        ]
    room = Room(
        levels,
        np.array([float(row.weight) for row in rows]),
        carries,
        most=consortium.places,
        fixed=tuple(range(count_inside)),
    )
    teams = best_teams(room, count=MOST_TEAMS) if rows else []
    return {
        "rows": best,
        "teams": [
            {
                "members": [members[line].id for line in team.members if line >= count_inside],
                "carried": {
                    str(row.id): members[who].id
                    for row, who in zip(rows, team.carried_by, strict=True)
                    if who is not None
                },
                "covered": round(100 * team.covered / room.whole),
            }
            for team in teams
            if len(team.members) > count_inside
        ],
        "before": {
            str(member.id): before[member.id] for member in members[count_inside:] if member.id in before
        },
    }


def _bids_together(session: Session, consortium: Consortium) -> dict[int, dict[str, Any]]:
    """The members with whom the lead has handed in a bid, each with the words for the newest of them."""
    lead = consortiums.lead_of(consortium)
    is_inside = Seat.state.in_([SeatState.JOINED, SeatState.CONFIRMED])
    own = select(Seat.consortium_id).where(Seat.member_id == lead.id, is_inside)
    rows = session.execute(
        select(Seat.member_id, Consortium, ConsortiumStep.at)
        .join(Seat.consortium)
        .join(ConsortiumStep, ConsortiumStep.consortium_id == Consortium.id)
        .where(Seat.consortium_id.in_(own), is_inside, Seat.member_id != lead.id)
        .where(ConsortiumStep.state == ConsortiumState.SUBMITTED)
        .order_by(ConsortiumStep.at, ConsortiumStep.id)
    )
    return {
        member_id: {
            "key": "bid_together",
            "facts": {"titles": dict(room.tender.title), "year": at.astimezone(ZURICH).year},
        }
        for member_id, room, at in rows
    }


def _as_said(
    levels: np.ndarray[Any, np.dtype[np.float64]],
    rows: Sequence[Requirement],
    members: Sequence[MemberFacts],
    count_inside: int,
) -> None:
    """Of who is inside counts what was said, not what would be thought of it."""
    place = {members[line].id: line for line in range(count_inside)}
    levels[:count_inside] = 0.0
    for column, row in enumerate(rows):
        for each in row.covers:
            if each.seat.state.is_inside and each.seat.member_id in place:
                levels[place[each.seat.member_id], column] = _LEVEL[each.coverage]


def fit_of(row: Requirement, member: MemberFacts, shown: Iterable[str]) -> Fit | None:
    """How far a member would cover a row: by its codes, by what it can show, or by its words."""
    pairs = [(branch_value(own, code), own, code) for code in row.cpv_codes for own in member.cpv_codes]
    value, own, code = max(pairs, default=(0.0, "", ""))
    if value >= _PARTLY:
        is_whole = len(significant(own)) >= _LEAST_DIGITS and significant(code).startswith(significant(own))
        facts = {"own_code": own, "own_labels": dict(member.cpv_words.get(own, {}))}
        return Fit(1.0 if is_whole else 0.5, {"key": "offers_code", "facts": facts})
    if row.family is not None:
        return Fit(1.0, {"key": "offers_proof", "facts": {}}) if row.family in shown else None
    wanted = stems_of(row.text)
    written = as_written("\n".join((member.statement, *member.references)))
    common = wanted & written.keys()
    if wanted and len(common) / len(wanted) >= _WORDS_IN_COMMON:
        said = sorted(written[root] for root in common)[:4]
        return Fit(0.5, {"key": "offers_words", "facts": {"words": said}})
    return None


def _carried(lots: Sequence[LotFacts], member: MemberFacts, rows: int) -> int:
    """How many rows a member can carry: as much of them as its largest contract is of the whole, if known."""
    values, most = [lot.value_chf for lot in lots], member.largest_contract_chf
    whole = sum(value for value in values if value is not None)
    if most is None or None in values or most >= whole:
        return rows
    return max(1, rows * most // whole)


def _available(
    session: Session, consortium: Consortium, lots: Sequence[LotFacts], now: datetime
) -> list[tuple[Member, MemberFacts]]:
    """The members who may be proposed: who accept it, are not bound for a lot, and work where it is."""
    apart = bound(session, consortium) | {seat.member_id for seat in consortium.seats}
    members = session.scalars(
        select(Member)
        .where(
            Member.chamber_id == consortium.chamber_id,
            Member.is_active,
            Member.accepts_proposals,
            Member.id.not_in(apart),
        )
        .options(selectinload(Member.credentials))
        .order_by(Member.id)
    ).all()
    known = [(member, member_facts(session, member)) for member in members]
    return [(member, said) for member, said in known if any(_suits(lot, said, now) for lot in lots)]


def _suits(lot: LotFacts, member: MemberFacts, now: datetime) -> bool:
    return all(GATES[key].answer(Lead(lot, member), now).passed for key in _GATES)
