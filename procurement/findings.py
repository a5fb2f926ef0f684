"""ESS findings: what was found in a lot's texts is kept, confirmed or refused by staff, and asked for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from procurement.accounts import write_audit
from procurement.errors import NotAllowed
from procurement.lens import FindingKind, Polarity
from procurement.models import Finding, Lot, Person, Tender
from procurement.vocabulary import CriteriaSource, Stated

# The learned opinion contradicts the rules when it is this sure of the contrary.
_CONTRADICTS = 0.7
_IS_CONTESTED = Finding.judged_at.is_(None) & or_(
    Finding.counts.is_(True) & (Finding.opinion <= 1 - _CONTRADICTS),
    Finding.counts.is_(False) & (Finding.opinion >= _CONTRADICTS),
)


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A criterion as found: `evidence` is the field's own text from `start` on, within `sentence`.

    `weight` is in percent of all award criteria; `opinion` how sure the learned opinion is that it counts.
    """

    family: str
    kind: FindingKind
    polarity: Polarity
    counts: bool
    field: str
    start: int
    evidence: str
    sentence: str
    rule: str
    language: str = ""
    weight: float | None = None
    opinion: float | None = None


def lots_to_read(session: Session, *, version: str) -> list[int]:
    """The lots that were never read, were published anew since, or were read with another version."""
    waiting = (
        select(Lot.id)
        .join(Lot.tender)
        .where(
            Lot.is_withdrawn.is_(False),
            or_(Lot.read_at.is_(None), Lot.read_with != version, Lot.read_at < Tender.changed_at),
        )
        .order_by(Lot.id)
    )
    return list(session.scalars(waiting))


def record_findings(
    session: Session, *, lot: Lot, found: Iterable[FoundRecord], version: str, now: datetime
) -> int:
    """Let a lot have these findings and no others; what staff said of the same words stands. How many."""
    judged = {_words_of(row): row for row in lot.findings if row.judged_at is not None}
    lot.findings = []
    for record in found:
        row = Finding(**asdict(record), found_with=version, found_at=now)
        if before := judged.get(_words_of(row)):
            row.is_right, row.judged_at = before.is_right, before.judged_at
            row.judged_by_id = before.judged_by_id
        lot.findings.append(row)
    lot.read_at, lot.read_with = now, version
    return len(lot.findings)


def _words_of(finding: Finding) -> tuple[str, str, str]:
    return finding.family, finding.field, finding.evidence


def judge(session: Session, *, finding: Finding, person: Person, is_right: bool, now: datetime) -> None:
    """Let staff confirm that a finding counts, or that it does not."""
    if not person.is_staff:
        raise NotAllowed
    finding.is_right, finding.judged_at, finding.judged_by_id = is_right, now, person.id
    write_audit(
        session,
        person=person,
        act="finding.confirm" if is_right else "finding.refuse",
        subject=f"finding:{finding.id}",
        facts={"family": finding.family},
        now=now,
    )


def take_back(session: Session, *, finding: Finding, person: Person, now: datetime) -> None:
    """Let staff undo a judgement: the finding waits again, and teaches nothing."""
    if not person.is_staff:
        raise NotAllowed
    finding.is_right = finding.judged_at = finding.judged_by_id = None
    write_audit(
        session,
        person=person,
        act="finding.undo",
        subject=f"finding:{finding.id}",
        facts={"family": finding.family},
        now=now,
    )


def speaks(finding: Finding) -> bool:
    """Whether a finding counts, by what staff said of it, else by the rules."""
    return finding.counts if finding.is_right is None else finding.is_right


def speaks_clause() -> ColumnElement[bool]:
    """The condition on findings that count: the same question as `speaks`."""
    return or_(Finding.is_right.is_(True), Finding.is_right.is_(None) & Finding.counts.is_(True))


def contested(session: Session, *, limit: int = 50) -> Sequence[Finding]:
    """Findings of which the learned opinion says the contrary of the rules, unjudged, the newest first."""
    return session.scalars(
        select(Finding)
        .where(_IS_CONTESTED)
        .options(joinedload(Finding.lot).joinedload(Lot.tender).joinedload(Tender.buyer))
        .order_by(Finding.found_at.desc(), Finding.id.desc())
        .limit(limit)
    ).all()


def count_contested(session: Session) -> int:
    """How many findings wait for the staff's word."""
    return session.scalar(select(func.count(Finding.id)).where(_IS_CONTESTED)) or 0


def judged(session: Session, *, limit: int = 50) -> Sequence[Finding]:
    """What staff said last, the newest first."""
    return session.scalars(
        select(Finding)
        .where(Finding.judged_at.is_not(None))
        .options(joinedload(Finding.lot).joinedload(Lot.tender), joinedload(Finding.judged_by))
        .order_by(Finding.judged_at.desc(), Finding.id.desc())
        .limit(limit)
    ).all()


def speaking(session: Session, lot_ids: Collection[int]) -> dict[int, list[Finding]]:
    """For each lot the findings that speak for an organisation of the ESS, in the order they were found."""
    found: dict[int, list[Finding]] = {}
    for row in session.scalars(select(Finding).where(Finding.lot_id.in_(lot_ids)).order_by(Finding.id)):
        if speaks(row):
            found.setdefault(row.lot_id, []).append(row)
    return found


def speaking_families(session: Session, lot_ids: Collection[int]) -> dict[int, dict[str, float | None]]:
    """For each lot the families that speak for an organisation of the ESS, with the weight where stated."""
    by_lot: dict[int, dict[str, float | None]] = {}
    for lot_id, found in speaking(session, lot_ids).items():
        families = by_lot.setdefault(lot_id, {})
        for row in found:
            weights = [each for each in (families.get(row.family), row.weight) if each is not None]
            families[row.family] = max(weights, default=None)
    return by_lot


def are_unread(lot: Lot) -> bool:
    """Whether a lot's criteria stand in documents that are not read: then « none » must not be said."""
    return (
        lot.award_criteria_source is CriteriaSource.IN_DOCUMENTS
        or lot.selection_criteria_in_documents is Stated.YES
    )


def unread_clause() -> ColumnElement[bool]:
    """The condition on lots whose criteria stand in documents that are not read: as `are_unread` asks."""
    return or_(
        Lot.award_criteria_source == CriteriaSource.IN_DOCUMENTS,
        Lot.selection_criteria_in_documents == Stated.YES,
    )


def count(session: Session) -> int:
    """How many findings speak for an organisation of the ESS."""
    return session.scalar(select(func.count(Finding.id)).where(speaks_clause())) or 0
