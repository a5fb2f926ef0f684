"""Attestations: the dates of a member's papers, and whether they will hold at the deadline of a bid."""

import calendar
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.preparation import ANY, AskedWhere, Where, preparation
from procurement.accounts import write_audit
from procurement.cantons import BuyerLevel
from procurement.errors import NotAllowed, RuleBroken
from procurement.i18n import ZURICH
from procurement.labelled import Labelled
from procurement.models import Attestation, Member, Person, Tender
from procurement.rules import Rule


class Holding(Labelled):
    """Whether a paper will do on the day of the deadline."""

    HOLDS = (
        "holds",
        "valable au délai",
        "gültig an der Frist",
        "valida al termine",
        "valid at the deadline",
    )
    TOO_OLD = (
        "too_old",
        "trop ancienne au délai",
        "zu alt an der Frist",
        "troppo vecchia al termine",
        "too old at the deadline",
    )
    EXPIRES = (
        "expires",
        "échoit avant le délai",
        "läuft vor der Frist ab",
        "scade prima del termine",
        "expires before the deadline",
    )
    MISSING = "missing", "manque", "fehlt", "manca", "missing"


@dataclass(frozen=True, slots=True)
class Dates:
    """When a paper was issued, and its own last day where it names one."""

    issued_on: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of attestation asked for a bid: by which rule, and from which day of issue on it holds."""

    kind: str
    names: Mapping[str, str]
    rule: AskedWhere
    deadline: date
    # None: however old.
    earliest: date | None

    @property
    def is_unsure(self) -> bool:
        """Whether the rule was seen in no source."""
        return self.rule.mark == "recalled"

    def name(self, language: str) -> str:
        """What the paper is called."""
        return self.names.get(language, self.names["fr"])

    def holding(self, attestation: Attestation | None) -> Holding:
        """Whether what a member stated will do at the deadline."""
        if attestation is None:
            return Holding.MISSING
        if attestation.valid_until is not None and attestation.valid_until < self.deadline:
            return Holding.EXPIRES
        if self.earliest is not None and attestation.issued_on < self.earliest:
            return Holding.TOO_OLD
        return Holding.HOLDS


def where_of(tender: Tender) -> Where:
    """Whose rules a tender falls under: of Geneva, of France, or of any other buyer."""
    buyer = tender.buyer
    if buyer is None:
        return ANY
    if buyer.country == "FR":
        return "FR"
    is_cantonal = buyer.country in (None, "CH") and buyer.level is not BuyerLevel.CONFEDERATION
    return "GE" if buyer.canton == "GE" and is_cantonal else ANY


def papers_of(tender: Tender) -> list[Paper]:
    """The attestations that each member needs for a tender; none while its deadline is not known."""
    deadline = tender.deadline_day
    if deadline is None:
        return []
    where = where_of(tender)
    return [
        Paper(kind.key, kind.names, rule, deadline, _months_before(deadline, rule.months))
        for kind in preparation().attestation
        if (rule := kind.asked(where)) is not None
    ]


def stated_by(session: Session, member_ids: Collection[int]) -> dict[tuple[int, str], Attestation]:
    """What members stated, by the member and the kind."""
    found = session.scalars(select(Attestation).where(Attestation.member_id.in_(member_ids)))
    return {(each.member_id, each.kind): each for each in found}


def to_renew(
    papers: Iterable[Paper], stated: Mapping[tuple[int, str], Attestation], member_id: int
) -> list[Paper]:
    """The papers that a member stated and that will not do at the deadline."""
    bad = (Holding.TOO_OLD, Holding.EXPIRES)
    return [paper for paper in papers if paper.holding(stated.get((member_id, paper.kind))) in bad]


def state(
    session: Session, *, member: Member, stated: Mapping[str, Dates | None], person: Person, now: datetime
) -> bool:
    """Let a member's own people state the dates of its papers, None taking one back; says if any changed."""
    if not person.may_answer_for(member):
        raise NotAllowed
    unknown = set(stated) - set(preparation().attestations())
    if unknown:
        raise LookupError(f"no attestation {', '.join(sorted(unknown))}")
    today = now.astimezone(ZURICH).date()
    known = stated_by(session, [member.id])
    changed = []
    for kind, dates in stated.items():
        row = known.get((member.id, kind))
        before = Dates(row.issued_on, row.valid_until) if row is not None else None
        if dates == before:
            continue
        changed.append(kind)
        if dates is None:
            session.delete(row)
            continue
        if dates.issued_on > today or (dates.valid_until and dates.valid_until < dates.issued_on):
            raise RuleBroken(Rule.DAYS_CROSSED)
        if row is None:
            row = Attestation(member_id=member.id, kind=kind)
            session.add(row)
        row.issued_on, row.valid_until, row.changed_at = dates.issued_on, dates.valid_until, now
    if changed:
        facts = {"kinds": sorted(changed)}
        write_audit(
            session, person=person, act="attestations", subject=f"member:{member.id}", now=now, facts=facts
        )
    return bool(changed)


def _months_before(day: date, months: int | None) -> date | None:
    """The day so many months before; the last of the month where it has no such day."""
    if months is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
