"""When contracts that were awarded will probably be called for anew: six months before they end.

A forecast is read from what was published, and says from what; nobody is bound by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from procurement.course import AWARDS, Outcome, outcomes_of
from procurement.labelled import Labelled
from procurement.models import Answer, Award, Lot, Match, Member, Notice, Tender

# A new call appears about half a year before the contract ends.
_MONTHS_BEFORE = 6
# What lasts longer is a mistake, or nothing that one waits for.
_LONGEST = timedelta(days=15 * 366)


class Basis(Labelled):
    """From what the end of a contract is known."""

    END = (
        "end",
        "d’après la fin publiée",
        "nach dem veröffentlichten Ende",
        "secondo la fine pubblicata",
        "by the end as published",
    )
    START = (
        "start",
        "d’après le début et la durée publiés",
        "nach Beginn und Dauer, wie veröffentlicht",
        "secondo l’inizio e la durata pubblicati",
        "by the start and duration as published",
    )
    AWARD = (
        "award",
        "d’après l’avis d’adjudication et la durée publiée",
        "nach der Zuschlagspublikation und der veröffentlichten Dauer",
        "secondo l’avviso di aggiudicazione e la durata pubblicata",
        "by the award notice and the duration as published",
    )


class Horizon(Labelled):
    """How far ahead one looks."""

    HALF_YEAR = "6", "six mois", "sechs Monate", "sei mesi", "six months"
    YEAR = "12", "un an", "ein Jahr", "un anno", "one year"
    TWO_YEARS = "24", "deux ans", "zwei Jahre", "due anni", "two years"
    ALL = "tout", "sans limite", "ohne Grenze", "senza limite", "without limit"

    def last_month(self, today: date) -> date | None:
        """The last month that is within, by its first day; None without limit."""
        return None if self is Horizon.ALL else _month(today, int(self.value))


@dataclass(frozen=True, slots=True)
class Renewal:
    """A contract that runs, with the month in which its next call is likely; `expected` is its first day."""

    tender: Tender
    lot: Lot
    winners: Sequence[str]
    ends_on: date
    expected: date
    basis: Basis


def renewals(
    session: Session, *, today: date, horizon: Horizon = Horizon.ALL, member: Member | None = None
) -> list[Renewal]:
    """The forecasts of contracts that still run, the nearest first; with a member, what may concern it.

    That is what it was told of, what it answered, and what bears a code of one of its CPV divisions. The same
    contract read at two sources is told once.
    """
    last = horizon.last_month(today)
    found = [
        each
        for tender in session.scalars(_awarded(today))
        for each in _of_tender(tender, today)
        if last is None or each.expected <= last
    ]
    if member is not None:
        known = _known_to(session, member)
        found = [each for each in found if _concerns(each, member, known)]
    once: dict[tuple[int, int], Renewal] = {}
    for each in found:
        once.setdefault((each.tender.standing.id, each.lot.number), each)
    return sorted(once.values(), key=lambda each: (each.expected, each.ends_on, each.lot.id))


def _awarded(today: date) -> Select[Tender]:
    may_run = or_(Lot.ends_on >= today, Lot.ends_on.is_(None) & Lot.duration_days.is_not(None))
    awarded = select(Notice.tender_id).where(Notice.notice_type.in_(AWARDS))
    return (
        select(Tender)
        .where(Tender.id.in_(select(Lot.tender_id).where(may_run)), Tender.id.in_(awarded))
        .options(
            selectinload(Tender.lots),
            selectinload(Tender.buyer),
            selectinload(Tender.notices).selectinload(Notice.awards).selectinload(Award.suppliers),
        )
        # The tender that stands for others comes first.
        .order_by(Tender.merged_into_id.is_not(None), Tender.id)
    )


def _of_tender(tender: Tender, today: date) -> Iterator[Renewal]:
    outcomes = [each for each in outcomes_of(tender) if not each.is_revoked and each.award.suppliers]
    lots = [lot for lot in tender.lots if not lot.is_withdrawn]
    for lot in lots:
        outcome = next((each for each in outcomes if _is_of(each, lot, is_single=len(lots) == 1)), None)
        end = _end_of(lot, outcome) if outcome is not None else None
        if outcome is None or end is None:
            continue
        ends_on, basis = end
        if today <= ends_on <= today + _LONGEST:
            names = dict.fromkeys(each.name for each in outcome.award.suppliers)
            yield Renewal(tender, lot, list(names), ends_on, _month(ends_on, -_MONTHS_BEFORE), basis)


def _is_of(outcome: Outcome, lot: Lot, *, is_single: bool) -> bool:
    named = outcome.award.lot_key if outcome.award.lot_key is not None else outcome.notice.lot_key
    return is_single if named is None else named == lot.source_key


def _end_of(lot: Lot, outcome: Outcome) -> tuple[date, Basis] | None:
    if lot.ends_on is not None:
        return lot.ends_on, Basis.END
    if lot.duration_days is None or not 0 < lot.duration_days <= _LONGEST.days:
        return None
    lasts = timedelta(days=lot.duration_days)
    if lot.starts_on is not None:
        return lot.starts_on + lasts, Basis.START
    return (outcome.award.decided_on or outcome.notice.published_on) + lasts, Basis.AWARD


def _known_to(session: Session, member: Member) -> set[int]:
    told = select(Lot.tender_id).join(Match, Match.lot_id == Lot.id)
    told = told.where(Match.member_id == member.id, Match.released_at.is_not(None))
    answered = select(Answer.tender_id).where(Answer.member_id == member.id)
    return {*session.scalars(told), *session.scalars(answered)}


def _concerns(renewal: Renewal, member: Member, known: set[int]) -> bool:
    if not known.isdisjoint((renewal.tender.id, renewal.tender.standing.id)):
        return True
    codes = renewal.lot.cpv_codes or renewal.tender.cpv_codes
    return not {code[:2] for code in codes}.isdisjoint(code[:2] for code in member.cpv_codes)


def _month(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
