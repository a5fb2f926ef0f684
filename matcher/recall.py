"""What is remembered of what members did, read from the database."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from matcher.labels import Said, Teacher, last_words
from matcher.lead import buyer_names, lot_facts
from matcher.past import Act, Past, Win, circles_of
from matcher.words import normalise
from procurement.models import Award, AwardSupplier, Buyer, Lot, Match, Notice, Tender, in_language

# What is older says little of what a member does today.
_REMEMBERED = timedelta(days=548)


def read_past(session: Session, *, names: Mapping[int, str], now: datetime) -> Past:
    """What is remembered of the last eighteen months; a lesson that staff took back is not.

    `names` are those of the members whose awards are looked for, by their ids.
    """
    acts = tuple(_acts(session, since=now - _REMEMBERED))
    lots = session.scalars(
        select(Lot)
        .join(Lot.tender)
        .where(Lot.id.in_({act.lot_id for act in acts}))
        .options(contains_eager(Lot.tender).options(joinedload(Tender.buyer), selectinload(Tender.lots)))
        .options(selectinload(Lot.criteria), selectinload(Lot.considerations))
        .order_by(Lot.id)
    )
    facts = {lot.id: lot_facts(session, lot, cpv_words={}) for lot in lots}
    return Past(acts, facts, tuple(_wins(session, names)))


def _acts(session: Session, *, since: datetime) -> Iterator[Act]:
    decided = or_(Match.released_at >= since, Match.dropped_at >= since)
    for match, said in last_words(session, among=decided, hears_rooms=False):
        if isinstance(said, Said):
            yield Act(
                member_id=match.member_id,
                circles=circles_of(match.member),
                lot_id=match.lot_id,
                is_good=said.is_good,
                said_on=said.at.date(),
                is_own=said.teacher is not Teacher.STAFF,
            )


def _wins(session: Session, names: Mapping[int, str]) -> Iterator[Win]:
    """The awards to members, found by the very same name; which lot it was is told where the notice says."""
    owners: dict[str, list[int]] = {}
    for member_id, written_name in names.items():
        if name := normalise(written_name):
            owners.setdefault(name, []).append(member_id)
    written = {
        name for name in session.scalars(select(AwardSupplier.name).distinct()) if normalise(name) in owners
    }
    rows = session.execute(
        select(AwardSupplier.name, Notice.first_seen_at, Tender, Lot, Buyer)
        .join(AwardSupplier.award)
        .join(Award.notice)
        .join(Notice.tender)
        .outerjoin(Tender.buyer)
        .outerjoin(
            Lot,
            and_(
                Lot.tender_id == Tender.id,
                Lot.source_key == func.coalesce(Award.lot_key, Notice.lot_key),
            ),
        )
        .where(AwardSupplier.name.in_(written))
        .order_by(Notice.first_seen_at, AwardSupplier.id)
    )
    for name, seen_at, tender, lot, buyer in rows:
        title = in_language(tender.title, tender.language)
        of_lot = in_language(lot.title, tender.language) if lot is not None else ""
        for member_id in owners[normalise(name)]:
            yield Win(
                member_id,
                buyer_names(buyer),
                title if of_lot in ("", title) else f"{title}, {of_lot}",
                seen_at.date(),
            )
