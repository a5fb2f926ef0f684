"""What there is to judge: the open lots and active members as facts, and which of them wait."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from config.tables import sectors
from matcher.context import Context
from matcher.cpv.suggesting import Suggest, no_suggestion, with_suggestions
from matcher.lead import LotFacts, MemberFacts, lot_facts, member_facts
from matcher.past import NOTHING, Past
from matcher.recall import read_past
from procurement.codes import cpv_all_languages
from procurement.findings import speaking_families
from procurement.matches import is_open_clause
from procurement.models import Chamber, Lot, Match, Member, Tender

if TYPE_CHECKING:
    from matcher.features import Weights

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts read in one transaction: every lot that may be bid for and every active member."""

    lots: Mapping[int, LotFacts]
    members: Mapping[int, MemberFacts]
    # The score from which each chamber wants to hear of a match.
    hold_from: Mapping[int, float]
    # Matches that nobody has decided on yet, as (lot, member).
    undecided: frozenset[tuple[int, int]]
    unreadable: tuple[int, ...]
    past: Past = NOTHING


def waiting_lots(session: Session, *, now: datetime, model: str) -> set[int]:
    """The open lots that this model has not judged as they are now; with them those taken away since."""
    on_hand = and_(~Lot.is_withdrawn, or_(Lot.matched_at.is_(None), _is_stale(), _is_by_another(model)))
    taken_away = and_(Lot.is_withdrawn, _is_stale())
    return set(
        session.scalars(select(Lot.id).join(Lot.tender).where(is_open_clause(now), or_(on_hand, taken_away)))
    )


def _is_stale() -> ColumnElement[bool]:
    return Lot.matched_at < Tender.changed_at


def _is_by_another(model: str) -> ColumnElement[bool]:
    return or_(Lot.matched_with.is_(None), Lot.matched_with != model)


def waiting_members(session: Session, *, model: str) -> set[int]:
    """The active members whose profile this model has not held against the open lots as it is now."""
    return set(
        session.scalars(
            select(Member.id).where(
                Member.is_active,
                or_(
                    Member.matched_at.is_(None),
                    Member.matched_at < Member.profile_changed_at,
                    Member.matched_with.is_(None),
                    Member.matched_with != model,
                ),
            )
        )
    )


def load_batch(
    session: Session, *, now: datetime, lot_ids: Iterable[int] = (), suggest: Suggest = no_suggestion
) -> Batch:
    """The facts of every open lot and active member, and of the lots asked for besides.

    A lot that cannot be read is named, and stops no other. One without a telling CPV code gets those that its
    texts suggest.
    """
    wanted = or_(and_(is_open_clause(now), ~Lot.is_withdrawn), Lot.id.in_(set(lot_ids)))
    lots = session.scalars(
        select(Lot)
        .join(Lot.tender)
        .where(wanted)
        .options(
            contains_eager(Lot.tender).options(joinedload(Tender.buyer), selectinload(Tender.lots)),
            selectinload(Lot.criteria),
            selectinload(Lot.considerations),
        )
        .order_by(Lot.id)
    ).all()
    members = session.scalars(
        select(Member)
        .where(Member.is_active)
        .options(joinedload(Member.chamber), selectinload(Member.credentials))
        .order_by(Member.id)
    ).all()
    past = read_past(session, members=members, now=now)
    families = speaking_families(session, {lot.id for lot in lots})
    codes = {code for lot in lots for code in (*lot.cpv_codes, *lot.tender.cpv_codes)}
    words = cpv_all_languages(session, codes.union(*(member.cpv_codes for member in members)))
    facts: dict[int, LotFacts] = {}
    unreadable: list[int] = []
    for lot in lots:
        try:
            facts[lot.id] = lot_facts(session, lot, cpv_words=words, ess_families=families.get(lot.id, {}))
        except Exception:
            logger.exception("the facts of a lot could not be read", extra={"lot": lot.id})
            unreadable.append(lot.id)
    facts = with_suggestions(facts, suggest, words_of=lambda some: cpv_all_languages(session, some))
    undecided = session.execute(
        select(Match.lot_id, Match.member_id).where(Match.released_at.is_(None), Match.dropped_at.is_(None))
    )
    return Batch(
        lots=facts,
        members={
            member.id: with_wins(member_facts(session, member, cpv_words=words), past) for member in members
        },
        hold_from={chamber.id: chamber.hold_from for chamber in session.scalars(select(Chamber))},
        undecided=frozenset((lot_id, member_id) for lot_id, member_id in undecided),
        unreadable=tuple(unreadable),
        past=past,
    )


def with_wins(member: MemberFacts, past: Past) -> MemberFacts:
    """A member with what it is known to have won among its references."""
    titles = past.titles_won(member.id)
    return (
        replace(member, references=tuple(dict.fromkeys((*member.references, *titles)))) if titles else member
    )


def context_of(
    members: Iterable[MemberFacts], weights: "Weights", *, now: datetime, past: Past = NOTHING
) -> Context:
    """What lots are held against: these members and their past, texts placed by what words weigh."""
    from matcher.features import TextSpace

    members, known = tuple(members), sectors()
    space = TextSpace(weights, members, sectors=known, remembered=tuple(past.lots.values()))
    return Context(members, now=now, space=space, sectors=known, past=past)


def weights_of(batch: Batch) -> "Weights":
    """What words weigh among the lots that are called for and all members."""
    # Importing scikit-learn takes two seconds: only once there is something to judge.
    from matcher.features import learn_words

    lots = [lot for lot in batch.lots.values() if lot.is_called]
    return learn_words(lots, tuple(batch.members.values()), sectors=sectors())
