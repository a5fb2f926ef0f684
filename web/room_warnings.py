"""What a room and whoever would open one are told to verify: ties and prior involvement; it never bars."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import g

from procurement import involvements, ties
from procurement.consortiums import inside
from procurement.models import Consortium, Involvement, Member, MemberTie, Tender
from web.i18n import Published, published

PRE_INVOLVED = "pre_involved"


@dataclass(frozen=True, slots=True)
class Warnings:
    """Tied members, what the notice says of who was involved, whom it names, and what staff read of them."""

    ties: Sequence[MemberTie] = ()
    stated: Sequence[Published] = ()
    named: Sequence[Member] = ()
    involved: Sequence[Involvement] = ()

    @property
    def say_anything(self) -> bool:
        """Whether there is anything to verify."""
        return bool(self.ties or self.stated or self.named or self.involved)


def room_warnings(room: Consortium) -> Warnings:
    """For those inside a room: what concerns them and nobody else."""
    members = [seat.member for seat in inside(room)]
    about = involvement_warnings(room.tender.standing, members)
    among = ties.ties_among(g.session, [member.id for member in members])
    return Warnings(among, about.stated, about.named, about.involved)


def asking_warnings(room: Consortium, member: Member) -> Warnings:
    """For the lead who would ask a member: whether it is tied to somebody inside."""
    circle = [seat.member_id for seat in inside(room)]
    found = ties.ties_among(g.session, [*circle, member.id])
    return Warnings(ties=[tie for tie in found if member.id in (tie.member_id, tie.other_id)])


def involvement_warnings(tender: Tender, members: Iterable[Member]) -> Warnings:
    """What the notice and its documents say of some members' part in preparing a tender."""
    members = list(members)
    texts = tender.conditions.get(PRE_INVOLVED) or {}
    said = published(texts, tender.language)
    return Warnings(
        stated=[said] if said.text else [],
        named=involvements.named_in(texts.values(), members),
        involved=involvements.involvements_of(
            g.session, tender=tender, member_ids=[member.id for member in members]
        ),
    )
