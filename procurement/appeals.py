"""Until when a published decision may be contested, by the dated table of its canton: indicative."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.law import CONFEDERATION, AppealDelay, law
from procurement.cantons import BuyerLevel
from procurement.legality import is_under_swiss_law
from procurement.models import Notice, Tender
from procurement.vocabulary import NoticeType

# The decisions that may be contested (LMP art. 53 al. 1) and that are published.
_DECISIONS = frozenset(
    {
        NoticeType.TENDER,
        NoticeType.COMPETITION,
        NoticeType.STUDY_CONTRACT,
        NoticeType.PARTICIPANT_SELECTION,
        NoticeType.AWARD,
        NoticeType.DIRECT_AWARD,
        NoticeType.REVOCATION,
        NoticeType.ABANDONMENT,
    }
)


@dataclass(frozen=True, slots=True)
class Delay:
    """One delay of the table applied to one publication; `days_left` is negative once it is over."""

    rule: AppealDelay
    last_day: date
    days_left: int

    @property
    def is_running(self) -> bool:
        """Whether the last day is not past."""
        return self.days_left >= 0


@dataclass(frozen=True, slots=True)
class Appeal:
    """A publication that may be contested, with the delays that may hold, the shortest first."""

    notice: Notice
    delays: Sequence[Delay]

    @property
    def is_open_question(self) -> bool:
        """Whether nobody has confirmed which of several delays holds."""
        return len({delay.rule.days for delay in self.delays}) > 1

    @property
    def is_running(self) -> bool:
        """Whether one of the delays is not over."""
        return any(delay.is_running for delay in self.delays)


def appeals_of(tender: Tender, *, today: date) -> list[Appeal]:
    """What of a tender can be contested, the newest publication first; of each kind and lot the newest.

    Counted from the day after the publication, day by day: week-ends and holidays are not guessed.
    """
    if _whose(tender) is None:
        return []
    newest: dict[tuple[NoticeType, bool, str | None], Notice] = {}
    for notice in sorted(tender.notices, key=lambda each: (each.published_on, each.number)):
        if notice.notice_type in _DECISIONS:
            newest[notice.notice_type, notice.is_correction, notice.lot_key] = notice
    return [
        Appeal(notice, delays_since(tender, notice.published_on, today=today))
        for notice in sorted(newest.values(), key=lambda each: (each.published_on, each.number), reverse=True)
    ]


def delays_since(tender: Tender, day: date, *, today: date) -> list[Delay]:
    """The delays to contest a decision of which one was told on a day; none where no table holds."""
    of = _whose(tender)
    return [] if of is None else [_delay(rule, day, today) for rule in law().appeals_in(of)]


def _delay(rule: AppealDelay, published_on: date, today: date) -> Delay:
    last_day = published_on + timedelta(days=rule.days)
    return Delay(rule, last_day, (last_day - today).days)


def _whose(tender: Tender) -> str | None:
    """Whose table holds: the Confederation's, that of a canton; None where neither is known."""
    if not is_under_swiss_law(tender) or tender.buyer is None:
        return None
    if tender.buyer.level is BuyerLevel.CONFEDERATION:
        return CONFEDERATION
    return tender.buyer.canton
