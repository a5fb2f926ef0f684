"""What people said of matches, as labels: the signals as they were when it was proposed, and good or not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from matcher.signals import SIGNALS
from matcher.words import normalise
from procurement.models import Answer, ConsortiumLot, ConsortiumStep, Lot, Match, Seat, Tender
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import AnswerChoice, DropReason, RefusalReason
from procurement.winners import Winners, winners

HALF_LIFE = timedelta(days=548)

# What says that the lot is not for the member. Too late says when somebody looked, and another reason says
# nothing: the same lot may be just right next time, so neither is learnt from.
TEACHING_DROPS = frozenset(
    {DropReason.NOT_THEIR_TRADE, DropReason.TOO_BIG, DropReason.TOO_FAR, DropReason.REQUIREMENTS}
)
# A member without capacity this month, or with too few days, says nothing of the next such lot.
TEACHING_REFUSALS = frozenset(
    {RefusalReason.NOT_OUR_TRADE, RefusalReason.TOO_BIG, RefusalReason.TOO_FAR, RefusalReason.REQUIREMENTS}
)
_GOOD_ANSWERS = frozenset({AnswerChoice.INTERESTED, AnswerChoice.SEEKING_PARTNERS})


_ALL = true()


class Teacher(StrEnum):
    """Who said it; the later in this order, the more it counts."""

    STAFF = "staff"
    MEMBER = "member"
    CONSORTIUM = "consortium"
    AWARD = "award"


class LeftOut(StrEnum):
    """Why a match that was proposed teaches nothing."""

    UNDECIDED = "undecided"
    NOT_ABOUT_THE_SUBJECT = "not_about_the_subject"
    TAKEN_BACK = "taken_back"
    OTHER_SIGNALS = "other_signals"


@dataclass(frozen=True, slots=True)
class Label:
    """A match that somebody judged: its signals as frozen, whether it is good, by whom, and when."""

    match_id: int
    tender_id: int
    member_id: int
    values: Mapping[str, float]
    is_good: bool
    teacher: Teacher
    published_on: date
    said_at: datetime
    language: str = "fr"
    is_sample: bool = False

    def weight(self, now: datetime) -> float:
        """How much it counts: half after eighteen months, for trades and members change."""
        return float(0.5 ** (max(now - self.said_at, timedelta()) / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels in the order of publication, and how many matches were left out and why."""

    labels: tuple[Label, ...]
    signals: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def good(self) -> int:
        """How many are good."""
        return sum(label.is_good for label in self.labels)

    @property
    def bad(self) -> int:
        """How many are not."""
        return len(self.labels) - self.good


@dataclass(frozen=True, slots=True)
class Said:
    """The last word on a match: whether it is good, whose word it is, and when it was said."""

    is_good: bool
    teacher: Teacher
    at: datetime


def last_words(
    session: Session, *, among: ColumnElement[bool] = _ALL, hears_rooms: bool = True
) -> Iterator[tuple[Match, Said | LeftOut]]:
    """Each match in the order of publication with the last word on it, or why nothing is learned from it.

    Staff say it of a match; a member of a tender, so that a good word is about its best lot and a refusal
    about all of them; to open or join a joint bid on a lot is better than a word, to have won it by the word
    of its lead better still, and an award to a member of that name better than all. What was published and
    said counts once. `hears_rooms` is False for what will be told: who bids with whom stays there.
    """
    matches = session.scalars(
        select(Match)
        .join(Match.lot)
        .join(Lot.tender)
        .where(among)
        .options(
            contains_eager(Match.lot)
            .contains_eager(Lot.tender)
            .load_only(Tender.published_on, Tender.language, Tender.merged_into_id)
        )
        .options(joinedload(Match.member), defer(Match.reasons), defer(Match.risk))
        .order_by(Tender.published_on, Tender.id, Match.id)
    ).all()
    answers = {(each.member_id, each.tender_id): each for each in session.scalars(select(Answer))}
    won = winners(session, tender_ids=select(Lot.tender_id).join(Match, Match.lot_id == Lot.id))
    bids = _joint_bids(session) if hears_rooms else {}
    bids_won = _joint_bids_won(session) if hears_rooms else {}
    best = _best_of(matches)
    for match in matches:
        if match.unlearned_at is not None:
            yield match, LeftOut.TAKEN_BACK
            continue
        answer = answers.get((match.member_id, match.lot.tender_id))
        said = (
            _by_award(match, won)
            or _by_result(match, bids_won)
            or _by_consortium(match, bids)
            or _by_member(match, answer, is_best=match.id in best)
            or _by_staff(match)
        )
        is_silent = match.dropped_at is None and answer is None
        yield match, said or (LeftOut.UNDECIDED if is_silent else LeftOut.NOT_ABOUT_THE_SUBJECT)


def read_labels(session: Session) -> Labels:
    """Every match that says something of its subject, by the last word on it; a decision undone is none."""
    left_out: Counter[str] = Counter()
    labels: list[Label] = []
    for match, said in last_words(session):
        if isinstance(said, Said):
            labels.append(_label(match, said))
        else:
            left_out[said] += 1
    signals = _signals_of(labels)
    usable = tuple(label for label in labels if all(key in label.values for key in signals))
    if len(labels) > len(usable):
        left_out[LeftOut.OTHER_SIGNALS] = len(labels) - len(usable)
    return Labels(usable, signals, dict(left_out))


def _label(match: Match, said: Said) -> Label:
    tender = match.lot.tender
    return Label(
        match_id=match.id,
        # The same call at two sources must not stand on both sides of a split.
        tender_id=tender.merged_into_id or tender.id,
        member_id=match.member_id,
        values=current_values(match.signals),
        is_good=said.is_good,
        teacher=said.teacher,
        published_on=tender.published_on,
        said_at=said.at,
        language=tender.language,
        is_sample=match.is_sample,
    )


def current_values(stored: Mapping[str, float]) -> dict[str, float]:
    """The values of a match that mean what the signals of this code mean, by key.

    A value is stored under its key, or from the signal's second version on under key@version.
    """
    return {
        key: stored[name]
        for key, signal in SIGNALS.items()
        if (name := key if signal.version == 1 else signal.name) in stored
    }


def stored_values(values: Mapping[str, float]) -> dict[str, float]:
    """Values by the names under which a match keeps them, so that later code knows what they meant."""
    return {key if SIGNALS[key].version == 1 else SIGNALS[key].name: value for key, value in values.items()}


def _signals_of(labels: Sequence[Label]) -> tuple[str, ...]:
    """The signals that half of the labels carry: a new one is learnt once it was measured often enough."""
    carried = Counter(key for label in labels for key in label.values)
    return tuple(key for key in SIGNALS if 2 * carried[key] >= max(len(labels), 1))


def _by_staff(match: Match) -> Said | None:
    if match.dropped_at is not None:
        if match.drop_reason not in TEACHING_DROPS:
            return None
        return Said(False, Teacher.STAFF, match.dropped_at)
    # What the chamber sends without waiting was released by nobody: nobody has judged it.
    if match.released_at is not None and match.decided_by_id is not None:
        return Said(True, Teacher.STAFF, match.released_at)
    return None


def _by_member(match: Match, answer: Answer | None, *, is_best: bool) -> Said | None:
    if answer is None or match.released_at is None:
        return None
    if answer.choice in _GOOD_ANSWERS:
        return Said(True, Teacher.MEMBER, answer.answered_at) if is_best else None
    is_telling = refusal_of(answer.reason) in TEACHING_REFUSALS
    return Said(False, Teacher.MEMBER, answer.answered_at) if is_telling else None


def refusal_of(reason: str) -> RefusalReason | None:
    """The reason that an answer begins with; None when it was written freely."""
    said = reason.partition("\u00a0:")[0].strip()
    return next((each for each in RefusalReason if each.label() == said), None)


def _best_of(matches: Iterable[Match]) -> set[int]:
    """The best released match of each member in each tender."""
    best: dict[tuple[int, int], Match] = {}
    for match in matches:
        key = (match.member_id, match.lot.tender_id)
        if match.released_at is not None and (key not in best or match.score > best[key].score):
            best[key] = match
    return {match.id for match in best.values()}


def _by_award(match: Match, winners: Winners) -> Said | None:
    """Whether the member won the lot: only the very same name tells, and only when it is known which lot."""
    name, tender = normalise(match.member.name), match.lot.tender
    won = winners.get((match.lot.tender_id, match.lot.source_key), {})
    of_whole = winners.get((match.lot.tender_id, None), {})
    if not won and of_whole and len(tender.lots) == 1:
        won = of_whole
    return Said(True, Teacher.AWARD, won[name]) if name and name in won else None


def _joint_bids(session: Session) -> Mapping[tuple[int, int], datetime]:
    """Since when a member is inside a joint bid on a lot, by both."""
    rows = session.execute(
        select(Seat.member_id, ConsortiumLot.lot_id, func.coalesce(Seat.answered_at, Seat.asked_at))
        .join(ConsortiumLot, ConsortiumLot.consortium_id == Seat.consortium_id)
        .where(Seat.state.in_([SeatState.JOINED, SeatState.CONFIRMED]))
        .order_by(Seat.id)
    )
    return {(member_id, lot_id): at for member_id, lot_id, at in rows}


def _joint_bids_won(session: Session) -> Mapping[tuple[int, int], datetime]:
    """When a lead said that a joint bid of some members on a lot was won, by both."""
    rows = session.execute(
        select(Seat.member_id, ConsortiumLot.lot_id, ConsortiumStep.at)
        .join(ConsortiumLot, ConsortiumLot.consortium_id == Seat.consortium_id)
        .join(ConsortiumStep, ConsortiumStep.consortium_id == Seat.consortium_id)
        .where(Seat.state.in_([SeatState.JOINED, SeatState.CONFIRMED]))
        .where(ConsortiumStep.state == ConsortiumState.WON)
        .order_by(Seat.id)
    )
    return {(member_id, lot_id): at for member_id, lot_id, at in rows}


def _by_result(match: Match, won: Mapping[tuple[int, int], datetime]) -> Said | None:
    """Whether the member won the lot with others, by the word of their lead: as good as an award."""
    at = won.get((match.member_id, match.lot_id))
    return Said(True, Teacher.AWARD, at) if at is not None else None


def _by_consortium(match: Match, bids: Mapping[tuple[int, int], datetime]) -> Said | None:
    """Whether the member opened or joined a joint bid on the lot; who left has taken its word back."""
    at = bids.get((match.member_id, match.lot_id))
    return Said(True, Teacher.CONSORTIUM, at) if at is not None else None
