"""What members won, as award notices publish it: found by the very same name, with the price published.

Beside it, how many joint bids their leads say were won that no notice names by that name: a number, no names.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from procurement.course import outcomes_of
from procurement.i18n import ZURICH
from procurement.models import (
    Award,
    BidResult,
    Consortium,
    ConsortiumStep,
    Member,
    Notice,
    Tender,
    Translations,
)
from procurement.spelling import normalise
from procurement.teaming import ConsortiumState
from procurement.winners import winners


@dataclass(frozen=True, slots=True)
class Win:
    """An award to a member; the price is that of the whole bid, of which a partner has a part."""

    member_id: int
    member: str
    tender_id: int
    title: Translations
    award_id: int
    published_on: date
    url: str
    amount: float | None
    currency: str | None
    is_joint: bool


@dataclass(frozen=True, slots=True)
class Won:
    """What members won together in a period."""

    wins: Sequence[Win] = ()
    amounts: Mapping[str, float] = field(default_factory=dict)
    # Tenders won by the word of the members alone, beside those published: never counted among them.
    said: int = 0

    @property
    def tenders(self) -> int:
        """How many tenders, of which a member won all or a part."""
        return len({win.tender_id for win in self.wins})

    @property
    def members(self) -> int:
        """How many members won something."""
        return len({win.member_id for win in self.wins})

    @property
    def priced(self) -> int:
        """How many awards were published with a price."""
        return sum(win.amount is not None for win in self.wins)


def won(session: Session, *, chamber_id: int, days: tuple[date, date] | None = None) -> Won:
    """What members of a chamber won in these days: as published, and by the word of their leads."""
    every = won_by_members(session, chamber_id=chamber_id)
    published = {(win.tender_id, win.member_id) for win in every}
    in_days = [win for win in every if days is None or days[0] <= win.published_on <= days[1]]
    return replace(together(in_days), said=_said(session, chamber_id, published, days))


def _said(
    session: Session,
    chamber_id: int,
    published: set[tuple[int, int]],
    days: tuple[date, date] | None,
) -> int:
    """How many tenders leads say were won together, of which no notice names one of those inside."""
    rows = session.execute(
        select(Consortium, ConsortiumStep.at, BidResult.notified_on)
        .join(ConsortiumStep, ConsortiumStep.consortium_id == Consortium.id)
        .outerjoin(BidResult, BidResult.consortium_id == Consortium.id)
        .where(Consortium.chamber_id == chamber_id, ConsortiumStep.state == ConsortiumState.WON)
        .options(selectinload(Consortium.seats), selectinload(Consortium.tender))
    )
    tenders = set()
    for room, at, notified_on in rows:
        day = notified_on or at.astimezone(ZURICH).date()
        standing_id = room.tender.standing.id
        inside = {seat.member_id for seat in room.seats if seat.state.is_inside}
        is_published = any((standing_id, member_id) in published for member_id in inside)
        if not is_published and (days is None or days[0] <= day <= days[1]):
            tenders.add(standing_id)
    return len(tenders)


def won_by_members(session: Session, *, chamber_id: int, days: tuple[date, date] | None = None) -> list[Win]:
    """The awards to members of a chamber, published in these days, the newest first; revoked ones are none.

    Read at two sources, an award counts at the one that stands for both, when that one names the winner.
    """
    names = {
        normalise(member.name): member
        for member in session.scalars(select(Member).where(Member.chamber_id == chamber_id))
    }
    concerned = {
        tender_id for (tender_id, _), won in winners(session).items() if not names.keys().isdisjoint(won)
    }
    tenders = session.scalars(
        select(Tender)
        .where(Tender.id.in_(concerned))
        .options(
            selectinload(Tender.lots),
            selectinload(Tender.notices).selectinload(Notice.awards).selectinload(Award.suppliers),
        )
        # The tender that stands for others comes first.
        .order_by(Tender.merged_into_id.is_not(None), Tender.id)
    )
    found: dict[tuple[int, int], list[Win]] = {}
    for tender in tenders:
        standing_id = tender.merged_into_id or tender.id
        for member_id, won in _wins_in(tender, names, standing_id).items():
            found.setdefault((standing_id, member_id), won)
    wins = [win for each in found.values() for win in each]
    if days is not None:
        wins = [win for win in wins if days[0] <= win.published_on <= days[1]]
    return sorted(wins, key=lambda win: (win.published_on, win.award_id), reverse=True)


def together(wins: Iterable[Win]) -> Won:
    """The sum: the price of a joint bid counts once, however many of its partners are members."""
    wins = tuple(wins)
    amounts: dict[str, float] = defaultdict(float)
    counted: set[int] = set()
    for win in wins:
        if win.amount is None or (win.is_joint and win.award_id in counted):
            continue
        amounts[win.currency or ""] += win.amount
        counted.add(win.award_id)
    return Won(wins, dict(amounts))


def _wins_in(tender: Tender, names: Mapping[str, Member], standing_id: int) -> dict[int, list[Win]]:
    found: dict[int, list[Win]] = defaultdict(list)
    for outcome in outcomes_of(tender):
        if outcome.is_revoked:
            continue
        for supplier in outcome.award.suppliers:
            member = names.get(normalise(supplier.name))
            if member is None:
                continue
            found[member.id].append(
                Win(
                    member_id=member.id,
                    member=member.name,
                    tender_id=standing_id,
                    title=tender.title,
                    award_id=outcome.award.id,
                    published_on=outcome.notice.published_on,
                    url=outcome.notice.url or tender.url,
                    amount=supplier.value_amount,
                    currency=supplier.value_currency,
                    is_joint=supplier.is_lead is not None,
                )
            )
    return found
