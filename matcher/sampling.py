"""The weekly sample: a few pairs below the threshold for staff to judge, so that what is missed shows."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matcher.batch import Batch, context_of, load_batch, weights_of
from matcher.classifier import Classifier
from matcher.context import Context
from matcher.cpv.suggesting import Suggest, no_suggestion
from matcher.gates import first_failed
from matcher.judge import score_lead, scores_of
from matcher.lead import Lead, LotFacts
from matcher.signals import measure_all
from procurement.db import transaction
from procurement.i18n import ZURICH
from procurement.matches import Proposal, record_sample
from procurement.models import Chamber, Lot, Match, Tender

logger = logging.getLogger(__name__)

# A few of those just below the threshold, where most of what is missed must be, and a few of all the rest.
NEAR, FAR = 4, 4
# Where « just below » begins, as a share of the threshold.
_NEAR_FROM = 0.5


@dataclass(frozen=True, slots=True)
class _Pair:
    lot_id: int
    member_id: int
    score: float


@dataclass(frozen=True, slots=True)
class _Drawn:
    pair: _Pair
    stands_for: int


@dataclass(frozen=True, slots=True)
class _Proposed:
    lot: LotFacts
    proposal: Proposal
    stands_for: int


def draw_samples(
    engine: Engine, *, now: datetime, classifier: Classifier, suggest: Suggest = no_suggestion
) -> int:
    """Draw each chamber's pairs of last week, unless that is done; returns how many wait for staff now.

    The same week drawn twice from the same pairs gives the same ones.
    """
    local = now.astimezone(ZURICH).date()
    monday = local - timedelta(days=local.weekday())
    with transaction(engine, read_only=True) as session:
        due = _due_chambers(session, monday)
        if not due:
            return 0
        lot_ids = _lots_published(session, monday - timedelta(days=7), monday)
        matched = set(session.execute(select(Match.lot_id, Match.member_id).where(Match.lot_id.in_(lot_ids))))
        batch = load_batch(session, now=now, suggest=suggest)
    recorded = 0
    context = (
        context_of(batch.members.values(), weights_of(batch), now=now, past=batch.past) if lot_ids else None
    )
    for chamber_id in due:
        drawn: list[_Drawn] = []
        if context is not None:
            found = [
                pair
                for pair in _below(batch, context, classifier, chamber_id, lot_ids)
                if (pair.lot_id, pair.member_id) not in matched
            ]
            drawn = _draw(found, hold_from=batch.hold_from[chamber_id], seed=f"{monday:%G-W%V}:{chamber_id}")
        proposals = [_proposal(each, batch, context, classifier) for each in drawn] if context else []
        recorded += _record(engine, chamber_id, proposals, monday=monday, now=now)
    return recorded


def _due_chambers(session: Session, monday: date) -> list[int]:
    return [
        chamber.id
        for chamber in session.scalars(select(Chamber).order_by(Chamber.id))
        if _is_due(chamber, monday)
    ]


def _is_due(chamber: Chamber, monday: date) -> bool:
    return chamber.sampled_at is None or chamber.sampled_at.astimezone(ZURICH).date() < monday


def _lots_published(session: Session, since: date, before: date) -> frozenset[int]:
    return frozenset(
        session.scalars(
            select(Lot.id).join(Lot.tender).where(Tender.published_on >= since, Tender.published_on < before)
        )
    )


def _below(
    batch: Batch, context: Context, classifier: Classifier, chamber_id: int, lot_ids: frozenset[int]
) -> Iterator[_Pair]:
    """The pairs that pass every gate and score below the chamber's threshold."""
    hold_from = batch.hold_from[chamber_id]
    for lot in batch.lots.values():
        if lot.id not in lot_ids:
            continue
        scores = scores_of(measure_all(lot, context), classifier).tolist()
        for member, score in zip(context.members, scores, strict=True):
            if member.chamber_id != chamber_id or score >= hold_from:
                continue
            if first_failed(Lead(lot, member), context.now) is None:
                yield _Pair(lot.id, member.id, score)


def _draw(pairs: Sequence[_Pair], *, hold_from: float, seed: str) -> list[_Drawn]:
    """A few of each layer, each standing for its share of the layer; by digests, so that no order matters."""
    layers: Mapping[bool, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        layers[pair.score >= _NEAR_FROM * hold_from].append(pair)
    drawn: list[_Drawn] = []
    for is_near, most in ((True, NEAR), (False, FAR)):
        layer = sorted(layers[is_near], key=lambda pair: _lot_of_chance(pair, seed))
        chosen = layer[:most]
        drawn += [_Drawn(pair, round(len(layer) / len(chosen))) for pair in chosen]
    return drawn


def _lot_of_chance(pair: _Pair, seed: str) -> bytes:
    return hashlib.sha256(f"{seed}:{pair.lot_id}:{pair.member_id}".encode()).digest()


def _proposal(drawn: _Drawn, batch: Batch, context: Context, classifier: Classifier) -> _Proposed:
    lot, member = batch.lots[drawn.pair.lot_id], batch.members[drawn.pair.member_id]
    judged = score_lead(Lead(lot, member), context, classifier)
    return _Proposed(lot, judged.proposal(member.id, classifier.version), drawn.stands_for)


def _record(
    engine: Engine, chamber_id: int, proposals: Sequence[_Proposed], *, monday: date, now: datetime
) -> int:
    recorded = 0
    with transaction(engine) as session:
        chamber = session.get_one(Chamber, chamber_id, with_for_update=True)
        if not _is_due(chamber, monday):
            # Another run was faster.
            return 0
        for each in proposals:
            row = session.get_one(Lot, each.lot.id, with_for_update=True)
            # What was published anew meanwhile is another lot than the one that was judged.
            if row.tender.changed_at == each.lot.changed_at:
                recorded += record_sample(
                    session,
                    lot=row,
                    chamber=chamber,
                    proposal=each.proposal,
                    stands_for=each.stands_for,
                    now=now,
                )
        chamber.sampled_at = now
    logger.info("a sample was drawn", extra={"chamber": chamber_id, "pairs": recorded})
    return recorded
