"""The batch: what is new × whom it concerns; state is the queue, so running it twice does nothing twice."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matcher.batch import Batch, context_of, load_batch, waiting_lots, waiting_members, weights_of, with_wins
from matcher.classifier import Classifier, RuleOfThumb
from matcher.context import Context
from matcher.cpv.suggesting import Suggest, no_suggestion
from matcher.gates import first_failed
from matcher.judge import Judged, score_lead
from matcher.lead import Lead, LotFacts, MemberFacts, lot_facts, member_facts
from matcher.many import judge_many
from procurement.db import transaction
from procurement.matches import Proposal, record_matches
from procurement.models import Chamber, Lot, Member

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
CLASSIFIER: Classifier = RuleOfThumb()


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run did: lots and members it was about, pairs judged, matches proposed, lots that failed."""

    lots: int = 0
    members: int = 0
    pairs: int = 0
    proposed: int = 0
    failed: int = 0
    # Lots that were published anew meanwhile: left to the next run.
    overtaken: int = 0


def match_pending(
    engine: Engine,
    *,
    now: datetime,
    progress: Progress | None = None,
    classifier: Classifier = CLASSIFIER,
    suggest: Suggest = no_suggestion,
    workers: int = 1,
) -> MatchReport:
    """Judge new and changed lots for every member, and every open lot for new and changed members."""
    with transaction(engine, read_only=True) as session:
        lots = waiting_lots(session, now=now, model=classifier.version)
        members = waiting_members(session, model=classifier.version)
        batch = load_batch(session, now=now, lot_ids=lots, suggest=suggest) if lots or members else None
    if batch is None:
        return MatchReport()
    report = _Run(engine, batch, lots, members, classifier, now, workers).do(progress)
    logger.info("matched", extra={"lots": len(lots), "members": len(members), "proposed": report.proposed})
    return report


def match_member(
    engine: Engine,
    *,
    member_id: int,
    now: datetime,
    classifier: Classifier = CLASSIFIER,
    suggest: Suggest = no_suggestion,
) -> MatchReport:
    """Judge every open lot for one active member at once; LookupError when there is no such member."""
    with transaction(engine, read_only=True) as session:
        batch = load_batch(session, now=now, suggest=suggest)
    if member_id not in batch.members:
        raise LookupError(f"there is no active member {member_id}")
    return _Run(engine, batch, set(), {member_id}, classifier, now).do(None)


def judge_pair(
    session: Session,
    lot: Lot,
    member: Member,
    now: datetime,
    *,
    classifier: Classifier = CLASSIFIER,
) -> Judged:
    """What one lot is for one member, scored even when a gate stops it: the answer to « pourquoi pas ? ».

    What words weigh is learned from all that is open, which takes seconds.
    """
    batch = load_batch(session, now=now)
    lead = Lead(lot_facts(session, lot), with_wins(member_facts(session, member), batch.past))
    context = context_of([lead.member], weights_of(batch), now=now, past=batch.past)
    return replace(score_lead(lead, context, classifier), stopped_by=first_failed(lead, now))


class _Run:
    """One run over a batch: each lot is judged and written by itself, so that none stops another."""

    def __init__(
        self,
        engine: Engine,
        batch: Batch,
        lot_ids: set[int],
        member_ids: set[int],
        classifier: Classifier,
        now: datetime,
        workers: int = 1,
    ) -> None:
        self._engine, self._batch, self._classifier, self._now = engine, batch, classifier, now
        self._workers = workers
        self._lot_ids, self._member_ids = lot_ids, member_ids
        self._pairs = self._proposed = self._overtaken = 0

    def do(self, progress: Progress | None) -> MatchReport:
        batch = self._batch
        lots = [lot for lot in batch.lots.values() if lot.id in self._lot_ids or self._member_ids]
        # Where no lot waits, only the members that do are judged.
        asked = [m for m in batch.members.values() if self._lot_ids or m.id in self._member_ids]
        context = context_of(asked, weights_of(batch), now=self._now, past=batch.past)
        self._least = np.array([batch.hold_from[member.chamber_id] for member in context.members])
        failed = list(batch.unreadable)
        outcomes = judge_many(lots, context, self._classifier, least=self._least, workers=self._workers)
        for done, (lot, outcome) in enumerate(zip(lots, outcomes, strict=True), start=1):
            try:
                if outcome is None:
                    failed.append(lot.id)
                else:
                    self._record(lot, context, outcome)
            except Exception:
                logger.exception("a lot could not be matched", extra={"lot": lot.id})
                failed.append(lot.id)
            if progress is not None:
                progress(done, len(lots))
        self._close(failed)
        return MatchReport(
            lots=len(self._lot_ids),
            members=len(self._member_ids),
            pairs=self._pairs,
            proposed=self._proposed,
            failed=len(failed),
            overtaken=self._overtaken,
        )

    def _record(self, lot: LotFacts, context: Context, outcome: Sequence[tuple[int, Judged]]) -> None:
        is_waiting = lot.id in self._lot_ids
        members = [member for member in context.members if is_waiting or member.id in self._member_ids]
        self._pairs += len(members)
        concerned = {member.id for member in members}
        proposals = [
            judged.proposal(member_id, self._classifier.version)
            for member_id, judged in outcome
            if member_id in concerned
        ]
        if is_waiting or proposals or any((lot.id, m.id) in self._batch.undecided for m in members):
            self._write(lot, members, proposals, is_waiting=is_waiting)

    def _write(
        self,
        lot: LotFacts,
        members: Sequence[MemberFacts],
        proposals: Sequence[Proposal],
        *,
        is_waiting: bool,
    ) -> None:
        with transaction(self._engine) as session:
            row = session.get_one(Lot, lot.id, with_for_update=True)
            if row.tender.changed_at != lot.changed_at:
                self._overtaken += 1
                return
            for chamber_id in sorted({member.chamber_id for member in members}):
                judged = [member.id for member in members if member.chamber_id == chamber_id]
                self._proposed += record_matches(
                    session,
                    lot=row,
                    chamber=session.get_one(Chamber, chamber_id),
                    judged=judged,
                    proposals=[proposal for proposal in proposals if proposal.member_id in judged],
                    now=self._now,
                )
            if is_waiting:
                row.matched_at, row.matched_with = self._now, self._classifier.version

    def _close(self, failed: Collection[int]) -> None:
        """Note the members that were judged; a lot that failed waits again, for all of them."""
        with transaction(self._engine) as session:
            for lot_id in failed:
                session.get_one(Lot, lot_id).matched_at = None
            for member_id in sorted(self._member_ids):
                member = session.get_one(Member, member_id, with_for_update=True)
                # A profile saved while we judged is judged again by the next run.
                if member.profile_changed_at == self._batch.members[member_id].changed_at:
                    member.matched_at, member.matched_with = self._now, self._classifier.version
