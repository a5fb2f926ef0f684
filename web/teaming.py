"""What the tender page and the room say of teaming up on a tender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g
from sqlalchemy import select

from procurement import admissions, advice, consortiums, involvements
from procurement.models import (
    AdmissionRecord,
    AdviceRequest,
    Consortium,
    Involvement,
    Lot,
    Member,
    Requirement,
    Seat,
    Tender,
)
from procurement.requirements import words_of
from procurement.teaming import Admission, SeatState
from procurement.vocabulary import Stated
from web.questions import Question
from web.room_warnings import Warnings, involvement_warnings


@dataclass(frozen=True, slots=True)
class Teaming:
    """For the tender page: the reader's own rooms, whether one can be opened, and what staff recorded."""

    rooms: Sequence[Consortium]
    lots: Sequence[Lot]
    is_open: bool
    is_barred: bool
    admissions: Sequence[AdmissionRecord]
    # For a member: what to verify before it opens a room, and its own request that staff check the documents.
    warnings: Warnings = field(default_factory=Warnings)
    asked: AdviceRequest | None = None
    # For staff: who of the members was recorded as having prepared the tender.
    involved: Sequence[Involvement] = ()

    @property
    def possible(self) -> type[Admission]:
        """What the documents can admit."""
        return Admission


def teaming_of(tender: Tender) -> Teaming:
    """What the reader may know of teaming up on a tender: never a room that it is not inside of."""
    rooms: Sequence[Consortium] = ()
    if g.member is not None:
        same = {tender.id, *(other.id for other in tender.merged)}
        rooms = [
            room
            for room in consortiums.rooms_of(g.session, member=g.member)
            if room.tender_id in same and not room.state.is_over
        ]
    recorded = admissions.admissions_of(g.session, chamber_id=g.person.chamber_id, tender=tender)
    admitted = {row.admission for row in recorded}
    is_barred = tender.consortium_allowed is Stated.NO and Admission.CONSORTIUM not in admitted
    return Teaming(
        rooms=rooms,
        lots=[lot for lot in tender.lots if not lot.is_withdrawn],
        is_open=tender.is_open(g.now),
        is_barred=is_barred,
        admissions=recorded,
        warnings=involvement_warnings(tender, [g.member]) if g.member is not None else Warnings(),
        asked=advice.waiting_check(g.session, member=g.member, tender=tender)
        if g.member is not None and is_barred
        else None,
        involved=involvements.involvements_of(g.session, tender=tender, chamber_id=g.person.chamber_id)
        if g.person.is_staff
        else (),
    )


@dataclass(frozen=True, slots=True)
class Suggested:
    """A member that could cover a row, how far, and why."""

    member: Member
    level: float
    reason: Mapping[str, Any]
    # What the lead's own earlier bid with it says, if there was one.
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SuggestedTeam:
    """Members who would join, the rows each would carry, and how much of the whole that covers."""

    members: Sequence[tuple[Member, Sequence[Requirement]]]
    percent: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What the matcher said, as far as it still holds: rows that are still open, members still willing."""

    by_row: Mapping[int, Sequence[Suggested]]
    teams: Sequence[SuggestedTeam]
    before: Mapping[int, Mapping[str, Any]]

    @property
    def member_ids(self) -> set[int]:
        """Everybody who is suggested: nobody else can be asked."""
        found = {each.member.id for several in self.by_row.values() for each in several}
        return found | {member.id for team in self.teams for member, _ in team.members}


def suggestions_of(consortium: Consortium, asked: Question, still_open: Sequence[Requirement]) -> Suggestions:
    """The suggestions for a room; who was asked by now is none any more."""
    answer = asked.answer or {}
    rows = {row.id: row for row in still_open}
    members = _willing(consortium, answer)
    before = {int(member_id): said for member_id, said in answer.get("before", {}).items()}
    by_row = {
        row_id: [
            Suggested(members[each["member"]], each["level"], each["reason"], before.get(each["member"]))
            for each in answer.get("rows", {}).get(str(row_id), ())
            if each["member"] in members
        ]
        for row_id in rows
    }
    teams = [
        SuggestedTeam(
            [
                (
                    members[member_id],
                    [
                        rows[int(row)]
                        for row, who in said["carried"].items()
                        if who == member_id and int(row) in rows
                    ],
                )
                for member_id in said["members"]
            ],
            said["covered"],
        )
        for said in answer.get("teams", ())
        if all(member_id in members for member_id in said["members"])
    ]
    return Suggestions(by_row, teams, before)


def _willing(consortium: Consortium, answer: Mapping[str, Any]) -> dict[int, Member]:
    ids = {each["member"] for several in answer.get("rows", {}).values() for each in several}
    ids |= {member_id for team in answer.get("teams", ()) for member_id in team["members"]}
    known = {seat.member_id for seat in consortium.seats}
    found = g.session.scalars(
        select(Member).where(
            Member.id.in_(ids - known),
            Member.chamber_id == consortium.chamber_id,
            Member.is_active,
            Member.accepts_proposals,
        )
    )
    return {member.id: member for member in found}


def asked_seats(consortium: Consortium) -> list[Seat]:
    """Who was asked and is not inside: silent or not willing, which are the same to the room."""
    return [seat for seat in consortium.seats if seat.state in (SeatState.ASKED, SeatState.DECLINED)]


def row_words(rows: Sequence[Requirement]) -> dict[int, str]:
    """The words of rows for this reader, by their ids."""
    words = words_of(g.session, rows, g.language)
    return {row_id: text.replace("'", "’") if g.language == "fr" else text for row_id, text in words.items()}
