"""What the documents admit beyond the notice: recorded by staff in the documents' words, with the page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AdmissionRecord, Person, Tender
from procurement.rules import Rule
from procurement.teaming import Admission, SeatRole
from procurement.vocabulary import Stated


def record_admission(
    session: Session,
    *,
    tender: Tender,
    admission: Admission,
    quotation: str,
    page: str,
    person: Person,
    now: datetime,
) -> AdmissionRecord:
    """Let staff record what the documents say about teaming up, in their words and with the page."""
    if not person.is_staff:
        raise NotAllowed
    if not quotation.strip() or not page.strip():
        raise RuleBroken(Rule.QUOTATION_NEEDED)
    row = admission_of(session, person.chamber_id, tender, admission)
    if row is None:
        row = AdmissionRecord(chamber_id=person.chamber_id, tender_id=tender.id, admission=admission)
        session.add(row)
    row.quotation, row.page, row.recorded_at, row.recorded_by_id = quotation, page, now, person.id
    facts = {"admission": admission.value}
    write_audit(
        session, person=person, act="admission.record", subject=f"tender:{tender.id}", facts=facts, now=now
    )
    return row


def admissions_of(session: Session, *, chamber_id: int, tender: Tender) -> Sequence[AdmissionRecord]:
    """Everything that the staff of a chamber recorded of a tender."""
    return session.scalars(
        select(AdmissionRecord)
        .where(AdmissionRecord.chamber_id == chamber_id, AdmissionRecord.tender_id == tender.id)
        .order_by(AdmissionRecord.id)
    ).all()


def must_admit(session: Session, chamber_id: int, tender: Tender, role: SeatRole) -> None:
    """What the notice excludes is possible only where staff recorded that the documents admit it."""
    is_sub = role is SeatRole.SUBCONTRACTOR
    stated = tender.subcontracting_allowed if is_sub else tender.consortium_allowed
    admission = Admission.SUBCONTRACTING if is_sub else Admission.CONSORTIUM
    if stated is Stated.NO and admission_of(session, chamber_id, tender, admission) is None:
        raise RuleBroken(Rule.SUBCONTRACTING_EXCLUDED if is_sub else Rule.CONSORTIUM_EXCLUDED)


def admission_of(
    session: Session, chamber_id: int, tender: Tender, admission: Admission
) -> AdmissionRecord | None:
    """What the staff of a chamber recorded of a tender, if anything."""
    return session.scalar(
        select(AdmissionRecord).where(
            AdmissionRecord.chamber_id == chamber_id,
            AdmissionRecord.tender_id == tender.id,
            AdmissionRecord.admission == admission,
        )
    )
