"""A chamber's two thresholds: what each would bring and miss, set by staff, carried over to another model."""

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.errors import NotAllowed, RuleBroken
from procurement.lessons import Precision, is_decided, proposed_since, weights_of_judged
from procurement.models import AuditEntry, Chamber, Member, Person
from procurement.rules import Rule
from procurement.weights import Score

WEEKS = 12
# At nothing, every pair would be proposed.
LEAST_THRESHOLD = 0.001


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What a threshold would bring: alerts a week, how many of those decided are good, what it would miss."""

    threshold: float
    alerts_per_week: float
    precision: Precision
    # Good ones a week below it: those that staff kept, and what the sample stands for.
    missed_per_week: float


THRESHOLDS = tuple(step / 20 for step in range(1, 19))


def coverage(
    session: Session,
    *,
    chamber_id: int,
    now: datetime,
    weeks: int = WEEKS,
    thresholds: Sequence[float] = THRESHOLDS,
    score: Score | None = None,
) -> list[CoverageRow]:
    """What each threshold would have brought in the last weeks.

    Below the threshold of then only the sample says anything: its pairs count as many as they stand for.
    `score` judges the stored signals anew, so that matches of several models are read by the one in use;
    without it each keeps the score that it was proposed with.
    """
    matches = proposed_since(session, chamber_id, now - timedelta(weeks=weeks))
    judged = {match.id: weight for match, weight in weights_of_judged(matches)}
    scored = [(score(match.signals) if score else match.score, match) for match in matches]
    scored.sort(key=lambda each: each[0])
    scores = [each for each, _ in scored]
    ordered = [match for _, match in scored]
    alerts = _sums(match.sample_of or 1 for match in ordered)
    kept = _sums(match.is_good and not match.is_sample for match in ordered)
    decided = _sums(is_decided(match) and not match.is_sample for match in ordered)
    good = _sums(judged.get(match.id, 1.0) * match.is_good for match in ordered)
    rows = []
    for threshold in thresholds:
        below = bisect_left(scores, threshold)
        above = Precision(
            int(kept[-1] - kept[below]), int(decided[-1] - decided[below] - kept[-1] + kept[below])
        )
        rows.append(CoverageRow(threshold, (alerts[-1] - alerts[below]) / weeks, above, good[below] / weeks))
    return rows


def _sums(values: Iterable[float]) -> list[float]:
    """The sums of the first none, one, two … values."""
    return list(itertools.accumulate(values, initial=0.0))


def carry_thresholds(
    session: Session,
    *,
    chamber: Chamber,
    leaving: Score,
    score: Score,
    now: datetime,
    weeks: int = WEEKS,
) -> None:
    """Move a chamber's thresholds so that under another model as much as before stands in each band.

    Two models that rank alike may differ in height: without it a model learnt overnight could silence the
    alerts or flood the staff. What was proposed lately is read by both, for some of it keeps the score of yet
    another. Nothing moves while there are too few matches to tell.
    """
    matches = proposed_since(session, chamber.id, now - timedelta(weeks=weeks))
    if len(matches) < _LEAST_TO_CARRY:
        return
    before = (chamber.hold_from, chamber.strong_from)
    stands_for = {match.id: match.sample_of or 1 for match in matches}
    as_before = {match.id: leaving(match.signals) for match in matches}
    ranked = sorted(((score(match.signals), stands_for[match.id]) for match in matches), reverse=True)
    hold_from, strong_from = (
        _threshold_for(
            ranked, sum(stands_for[key] for key, scored in as_before.items() if scored >= threshold)
        )
        for threshold in before
    )
    chamber.hold_from = hold_from
    chamber.strong_from = max(strong_from, hold_from)
    session.add(
        AuditEntry(
            at=now,
            chamber_id=chamber.id,
            act="chamber.thresholds",
            subject=f"chamber:{chamber.id}",
            facts={"before": before, "after": (chamber.hold_from, chamber.strong_from)},
        )
    )


_LEAST_TO_CARRY = 50


def _threshold_for(ranked: Sequence[tuple[float, int]], wanted: int) -> float:
    """The score of the last one of so many, rounded down; just above the best one when none are wanted."""
    if not wanted:
        return math.floor(ranked[0][0] * 1000 + 1) / 1000
    reached = itertools.accumulate(count for _, count in ranked)
    last = next(score for (score, _), count in zip(ranked, reached, strict=True) if count >= wanted)
    return max(math.floor(last * 1000) / 1000, LEAST_THRESHOLD)


def set_bands(
    session: Session,
    *,
    chamber: Chamber,
    person: Person,
    hold_from: float,
    strong_from: float,
    sends_strong: bool,
    now: datetime,
) -> None:
    """Set from which score on a match waits and is strong, and whether strong ones go out without waiting.

    Every open tender is held against the members again with the next matching: what waits and is too weak
    now goes, what was too weak and is not any more comes.
    """
    if not person.is_staff or person.chamber_id != chamber.id:
        raise NotAllowed
    if not LEAST_THRESHOLD <= hold_from <= strong_from <= 1.0:
        raise RuleBroken(Rule.BANDS_CROSSED)
    before = {"bands": (chamber.hold_from, chamber.strong_from), "sends_strong": chamber.sends_strong}
    chamber.hold_from, chamber.strong_from, chamber.sends_strong = hold_from, strong_from, sends_strong
    after = {"bands": (hold_from, strong_from), "sends_strong": sends_strong}
    if before != after:
        session.execute(update(Member).where(Member.chamber_id == chamber.id).values(matched_with=None))
        write_audit(
            session,
            person=person,
            act="chamber.thresholds",
            subject=f"chamber:{chamber.id}",
            facts={"before": before, "after": after},
            now=now,
        )
