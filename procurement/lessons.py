"""What the matcher learns from staff, and whether it helps: precision, what is missed, thresholds."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed
from procurement.models import AuditEntry, Chamber, Lot, Match, Person, Tender
from procurement.vocabulary import DropReason

PROMOTED, ROLLED_BACK = "model.promote", "model.roll_back"
# The normal quantile of a bound that holds 95 times of 100.
_SURE = 1.6449


@dataclass(frozen=True, slots=True)
class Precision:
    """Of what staff decided on, how much they kept."""

    kept: int = 0
    dropped: int = 0

    @property
    def decided(self) -> int:
        """How many decisions it rests on."""
        return self.kept + self.dropped

    @property
    def value(self) -> float | None:
        """The share kept; None while nothing is decided."""
        return self.kept / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Decisions:
    """Precision as a whole, by member, and by the first reason shown; and why what was dropped was."""

    overall: Precision = Precision()
    by_member: Mapping[int, Precision] = field(default_factory=dict)
    by_reason: Mapping[str, Precision] = field(default_factory=dict)
    drops: Mapping[DropReason, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BeforeAndAfter:
    """What staff decided on before a model served, and on what that model proposed."""

    model: str
    promoted_at: datetime
    before: Decisions
    after: Decisions


def decisions(matches: Iterable[Match]) -> Decisions:
    """The figures of matches that staff decided on; what chance drew says nothing of precision."""
    overall: Counter[bool] = Counter()
    members: dict[int, Counter[bool]] = defaultdict(Counter)
    reasons: dict[str, Counter[bool]] = defaultdict(Counter)
    drops: Counter[DropReason] = Counter()
    for match in matches:
        if match.is_sample or not is_decided(match):
            continue
        is_kept = match.dropped_at is None
        overall[is_kept] += 1
        members[match.member_id][is_kept] += 1
        if match.reasons:
            reasons[match.reasons[0]["key"]][is_kept] += 1
        if match.drop_reason is not None:
            drops[match.drop_reason] += 1
    return Decisions(
        _precision(overall),
        {member: _precision(count) for member, count in members.items()},
        {reason: _precision(count) for reason, count in reasons.items()},
        dict(drops),
    )


def is_decided(match: Match) -> bool:
    """Whether staff kept or dropped it; what goes out without waiting is decided by nobody."""
    return match.dropped_at is not None or (match.released_at is not None and match.decided_by_id is not None)


def _precision(count: Mapping[bool, int]) -> Precision:
    return Precision(kept=count.get(True, 0), dropped=count.get(False, 0))


def note_model(session: Session, *, act: str, model: str, person: Person | None, now: datetime) -> None:
    """Write into the audit trail that a model was promoted, or that somebody went back to it."""
    write_audit(session, person=person, act=act, subject=f"model:{model}", now=now)


def promotions(session: Session) -> list[tuple[str, datetime]]:
    """Every change of the model in use, the newest first: its version and when."""
    rows = session.execute(
        select(AuditEntry.subject, AuditEntry.at)
        .where(AuditEntry.act.in_((PROMOTED, ROLLED_BACK)))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return [(subject.removeprefix("model:"), at) for subject, at in rows]


def before_and_after(
    session: Session, *, chamber_id: int, model: str, promoted_at: datetime, days: int = 90
) -> BeforeAndAfter:
    """What staff decided in the days before a promotion, and on what the promoted model proposed since."""
    decided_at = func.coalesce(Match.dropped_at, Match.released_at)
    decided = select(Match).where(
        Match.chamber_id == chamber_id, Match.decided_by_id.is_not(None), Match.sample_of.is_(None)
    )
    earlier = session.scalars(
        decided.where(
            decided_at < promoted_at, decided_at >= promoted_at - timedelta(days=days), Match.model != model
        )
    )
    since = session.scalars(decided.where(decided_at >= promoted_at, Match.model == model))
    return BeforeAndAfter(model, promoted_at, decisions(earlier), decisions(since))


@dataclass(frozen=True, slots=True)
class Recall:
    """How much of what is good was proposed, as the weekly sample tells: with so few, read the bounds."""

    # Good ones among what was proposed (what went out without waiting counts as good), and among the sample;
    # how many of the sample staff have judged.
    kept: int
    sample_kept: int
    sample_judged: int
    # How many good ones lie below the threshold: the estimate, and what it is at most, 95 times of 100.
    missed: float
    missed_at_most: float | None

    @property
    def value(self) -> float | None:
        """The estimated share of good ones that were proposed; None while nothing good is known."""
        return self.kept / (self.kept + self.missed) if self.kept + self.missed else None

    @property
    def at_least(self) -> float | None:
        """The share that it is at least, 95 times of 100; None while no sample was judged."""
        if self.missed_at_most is None or not self.kept + self.missed_at_most:
            return None
        return self.kept / (self.kept + self.missed_at_most)


def recall(session: Session, *, chamber_id: int, since: datetime) -> Recall:
    """What the samples drawn since then tell of what is missed.

    Each sampled pair stands for the pairs that it was drawn from; those not judged yet are stood for by those
    of the same draw that were.
    """
    matches = _matches_since(session, chamber_id, since)
    kept = sum(match.released_at is not None for match in matches if not match.is_sample)
    weights = _weights_of_judged(matches)
    good = [weight for match, weight in weights if match.dropped_at is None]
    return Recall(
        kept=kept,
        sample_kept=len(good),
        sample_judged=len(weights),
        missed=sum(good),
        missed_at_most=_at_most(good, [weight for _, weight in weights]) if weights else None,
    )


def _matches_since(session: Session, chamber_id: int, since: datetime) -> list[Match]:
    return list(
        session.scalars(
            select(Match).where(Match.chamber_id == chamber_id, Match.proposed_at >= since).order_by(Match.id)
        )
    )


def _weights_of_judged(matches: Iterable[Match]) -> list[tuple[Match, float]]:
    """The sampled matches that staff decided on, each with the number of pairs that it stands for."""
    draws: dict[tuple[datetime, int | None], list[Match]] = defaultdict(list)
    for match in matches:
        if match.is_sample:
            draws[match.proposed_at, match.sample_of].append(match)
    weighted: list[tuple[Match, float]] = []
    for (_, stands_for), drawn in draws.items():
        judged = [match for match in drawn if is_decided(match)]
        weighted += [(match, (stands_for or 0) * len(drawn) / len(judged)) for match in judged]
    return weighted


def _at_most(good: Sequence[float], judged: Sequence[float]) -> float:
    """The upper bound of a weighted count (Fay and Feuer 1997); with nothing found, three times a weight."""
    heaviest = max(judged)
    total = sum(good) + heaviest
    variance = sum(weight**2 for weight in good) + heaviest**2
    return variance / (2 * total) * _chi_square(2 * total**2 / variance)


def _chi_square(freedom: float) -> float:
    """The 95th percentile of chi-square, by Wilson and Hilferty: within 1 % from two degrees on."""
    part = 2 / (9 * freedom)
    return freedom * float((1 - part + _SURE * math.sqrt(part)) ** 3)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What a threshold would bring: alerts a week, how many of those decided are good, what it would miss."""

    threshold: float
    alerts_per_week: float
    precision: Precision
    # Good ones a week below it: those that staff kept, and what the sample stands for.
    missed_per_week: float


Score = Callable[[Mapping[str, float]], float]
THRESHOLDS = tuple(step / 20 for step in range(1, 19))


def coverage(
    session: Session,
    *,
    chamber_id: int,
    now: datetime,
    weeks: int = 12,
    thresholds: Sequence[float] = THRESHOLDS,
    score: Score | None = None,
) -> list[CoverageRow]:
    """What each threshold would have brought in the last weeks.

    Below the threshold of then only the sample says anything: its pairs count as many as they stand for.
    `score` judges the stored signals anew, so that matches of several models are read by the one in use;
    without it each keeps the score that it was proposed with.
    """
    matches = _matches_since(session, chamber_id, now - timedelta(weeks=weeks))
    scores = {match.id: score(match.signals) if score else match.score for match in matches}
    judged = {match.id: weight for match, weight in _weights_of_judged(matches)}
    rows = []
    for threshold in thresholds:
        above = [match for match in matches if scores[match.id] >= threshold]
        decided = [match for match in above if is_decided(match) and not match.is_sample]
        missed = sum(
            judged.get(match.id, 1.0)
            for match in matches
            if scores[match.id] < threshold and match.dropped_at is None and is_decided(match)
        )
        alerts = sum(match.sample_of or 1 for match in above)
        kept = sum(match.dropped_at is None for match in decided)
        rows.append(
            CoverageRow(threshold, alerts / weeks, Precision(kept, len(decided) - kept), missed / weeks)
        )
    return rows


def carry_thresholds(
    session: Session, *, chamber: Chamber, score: Score, now: datetime, weeks: int = 12
) -> None:
    """Move a chamber's thresholds so that under another model as much as before stands in each band.

    Two models that rank alike may differ in height: without it a model learnt overnight could silence the
    alerts or flood the staff. Nothing moves while there are too few matches to tell.
    """
    matches = _matches_since(session, chamber.id, now - timedelta(weeks=weeks))
    if len(matches) < _LEAST_TO_CARRY:
        return
    before = (chamber.hold_from, chamber.strong_from)
    ranked = sorted(((score(match.signals), match.sample_of or 1) for match in matches), reverse=True)
    hold_from, strong_from = (
        _threshold_for(ranked, sum(match.sample_of or 1 for match in matches if match.score >= threshold))
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
    return math.floor(last * 1000) / 1000


def lessons(session: Session, *, chamber_id: int, limit: int = 50) -> list[Match]:
    """What staff decided, the newest first: what the next training learns from, unless it was taken back."""
    return list(
        session.scalars(
            select(Match)
            .join(Match.lot)
            .join(Lot.tender)
            .where(Match.chamber_id == chamber_id, Match.decided_by_id.is_not(None))
            .options(contains_eager(Match.lot).contains_eager(Lot.tender).load_only(Tender.title))
            .options(joinedload(Match.member), joinedload(Match.decided_by))
            .order_by(func.coalesce(Match.dropped_at, Match.released_at).desc(), Match.id.desc())
            .limit(limit)
        )
    )


def unlearn(session: Session, *, match: Match, person: Person, now: datetime) -> None:
    """Take a lesson back: what became of the match stands, and no training learns from it any more."""
    if not person.may_curate(match):
        raise NotAllowed
    if match.unlearned_at is None:
        match.unlearned_at = now
        write_audit(session, person=person, act="match.unlearn", subject=f"match:{match.id}", now=now)


def learn_again(session: Session, *, match: Match, person: Person, now: datetime) -> None:
    """Let the next training learn from a match again."""
    if not person.may_curate(match):
        raise NotAllowed
    if match.unlearned_at is not None:
        match.unlearned_at = None
        write_audit(session, person=person, act="match.learn_again", subject=f"match:{match.id}", now=now)
