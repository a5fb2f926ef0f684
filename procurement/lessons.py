"""What the matcher learns from staff, and whether it helps: precision, what is missed, each lesson."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed
from procurement.i18n import ZURICH
from procurement.models import AuditEntry, Lot, Match, Person
from procurement.shares import wilson
from procurement.vocabulary import DropReason

# How far back « lately » goes.
DAYS = 90
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

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between what the share lies, 90 times of 100 (Wilson 1927); None while nothing is decided."""
        return wilson(self.kept, self.decided, deviations=_SURE) if self.decided else None


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


def is_decided(match: "Match | Proposed") -> bool:
    """Whether staff kept or dropped it; what goes out without waiting is decided by nobody."""
    return match.dropped_at is not None or (match.released_at is not None and match.decided_by_id is not None)


def _precision(count: Mapping[bool, int]) -> Precision:
    return Precision(kept=count.get(True, 0), dropped=count.get(False, 0))


def decided_since(session: Session, *, chamber_id: int, since: datetime) -> Decisions:
    """What staff decided since then, whatever proposed it."""
    return _figures_of(session, _decided(chamber_id).where(_decided_at >= since))


def before_and_after(
    session: Session, *, chamber_id: int, model: str, promoted_at: datetime, days: int = DAYS
) -> BeforeAndAfter:
    """What staff decided in the days before a promotion, and on what the promoted model proposed since."""
    decided = _decided(chamber_id)
    earlier = decided.where(
        _decided_at < promoted_at,
        _decided_at >= promoted_at - timedelta(days=days),
        Match.model != model,
    )
    since = decided.where(_decided_at >= promoted_at, Match.model == model)
    return BeforeAndAfter(model, promoted_at, _figures_of(session, earlier), _figures_of(session, since))


def _figures_of(session: Session, wanted: Select[Match]) -> Decisions:
    return decisions(session.scalars(wanted.options(defer(Match.signals), defer(Match.risk))))


def _decided(chamber_id: int) -> Select[Match]:
    """What people of the staff decided on; chance's pairs are apart."""
    return select(Match).where(
        Match.chamber_id == chamber_id, Match.decided_by_id.is_not(None), Match.sample_of.is_(None)
    )


_decided_at = func.coalesce(Match.dropped_at, Match.released_at)


@dataclass(frozen=True, slots=True)
class Week:
    """What staff decided in the week that begins on this Monday in Geneva."""

    monday: date
    precision: Precision


def by_week(session: Session, *, chamber_id: int, now: datetime, weeks: int) -> list[Week]:
    """The precision of each of the last weeks, this one the last; a week without a decision is there too."""
    this = _monday(now)
    counts: dict[date, Counter[bool]] = {
        this - timedelta(weeks=back): Counter() for back in reversed(range(weeks))
    }
    since = datetime.combine(min(counts), time(), tzinfo=ZURICH)
    rows = session.execute(
        _decided(chamber_id)
        .where(_decided_at >= since, _decided_at <= now)
        .with_only_columns(Match.dropped_at, _decided_at)
    )
    for dropped_at, at in rows:
        counts[_monday(at)][dropped_at is None] += 1
    return [Week(monday, _precision(count)) for monday, count in counts.items()]


def _monday(at: datetime) -> date:
    day = at.astimezone(ZURICH).date()
    return day - timedelta(days=day.weekday())


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
    matches = proposed_since(session, chamber_id, since)
    kept = sum(match.released_at is not None for match in matches if not match.is_sample)
    weights = weights_of_judged(matches)
    good = [weight for match, weight in weights if match.dropped_at is None]
    return Recall(
        kept=kept,
        sample_kept=len(good),
        sample_judged=len(weights),
        missed=sum(good),
        missed_at_most=_at_most(good, [weight for _, weight in weights]) if weights else None,
    )


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the figures need of a match: score, signals, what became of it; read by the thousand."""

    id: int
    score: float
    signals: Mapping[str, float]
    proposed_at: datetime
    released_at: datetime | None
    dropped_at: datetime | None
    decided_by_id: int | None
    sample_of: int | None

    @property
    def is_sample(self) -> bool:
        """Whether chance drew it."""
        return self.sample_of is not None

    @property
    def is_good(self) -> bool:
        """Whether staff kept it."""
        return self.dropped_at is None and is_decided(self)


def proposed_since(session: Session, chamber_id: int, since: datetime) -> list[Proposed]:
    """What was proposed or drawn by chance since then, in that order."""
    columns = (getattr(Match, each.name) for each in fields(Proposed))
    wanted = select(*columns).where(Match.chamber_id == chamber_id, Match.proposed_at >= since)
    return [Proposed(*row) for row in session.execute(wanted.order_by(Match.id))]


def weights_of_judged(matches: Iterable[Proposed]) -> list[tuple[Proposed, float]]:
    """The sampled matches that staff decided on, each with the number of pairs that it stands for."""
    draws: dict[tuple[datetime, int | None], list[Proposed]] = defaultdict(list)
    for match in matches:
        if match.is_sample:
            draws[match.proposed_at, match.sample_of].append(match)
    weighted: list[tuple[Proposed, float]] = []
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


def lessons(session: Session, *, chamber_id: int, limit: int = 50, offset: int = 0) -> list[Match]:
    """What staff decided, the newest first: what the next training learns from, unless it was taken back."""
    return list(
        session.scalars(
            _taught(chamber_id)
            .join(Match.lot)
            .join(Lot.tender)
            .options(contains_eager(Match.lot).contains_eager(Lot.tender))
            .options(joinedload(Match.member), joinedload(Match.decided_by))
            .order_by(_decided_at.desc(), Match.id.desc())
            .limit(limit)
            .offset(offset)
        )
    )


def count_lessons(session: Session, *, chamber_id: int) -> tuple[int, int]:
    """How many decisions there are to learn from, and how many of them were taken back."""
    taught = _taught(chamber_id).with_only_columns(func.count(Match.id), func.count(Match.unlearned_at))
    every, taken_back = session.execute(taught).one()
    return every, taken_back


def _taught(chamber_id: int) -> Select[Match]:
    return select(Match).where(Match.chamber_id == chamber_id, Match.decided_by_id.is_not(None))


def who_took_back(session: Session, found: Sequence[Match]) -> dict[int, str]:
    """Who took each of these lessons back, by the match; one given again since then is not there."""
    ids = {f"match:{match.id}": match.id for match in found if match.unlearned_at is not None}
    rows = session.execute(
        select(AuditEntry.subject, Person.name)
        .join(Person, Person.id == AuditEntry.person_id)
        .where(AuditEntry.act == "match.unlearn", AuditEntry.subject.in_(ids))
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    return {ids[subject]: name for subject, name in rows}


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
