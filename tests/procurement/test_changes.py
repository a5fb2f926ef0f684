"""What a publication changed is kept, old and new, for those who follow a tender."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.models import Tender, TenderChange
from procurement.notices import record_notice
from procurement.records import CriterionRecord, NoticeRecord
from procurement.tenders import notices_of, replay
from procurement.vocabulary import CriterionKind, NoticeType, Stated, TenderField
from tests.procurement.records import DEADLINE, a_call, a_lot, a_notice


def changes(session: Session) -> dict[TenderField, TenderChange]:
    session.flush()
    return {change.field: change for change in session.scalars(select(TenderChange))}


def correction(**overrides: object) -> NoticeRecord:
    return a_notice(
        2, published_on=date(2026, 11, 23), is_correction=True, call=a_call(**overrides), payload=b"{2}"
    )


def test_a_first_publication_changes_nothing(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)

    assert changes(session) == {}


def test_a_later_deadline_is_kept_with_the_old_one(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)
    later = DEADLINE + timedelta(days=9)

    record_notice(session, correction(submission_deadline=later), now=now)

    [(field, change)] = changes(session).items()
    assert field is TenderField.SUBMISSION_DEADLINE
    assert datetime.fromisoformat(change.old) == DEADLINE
    assert datetime.fromisoformat(change.new) == later
    assert change.notice.number == "20001-02"


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        (TenderField.DESCRIPTION, {"description": {"fr": "Autre chose."}}),
        (TenderField.CONSORTIUM, {"consortium_allowed": Stated.NO}),
        (TenderField.DOCUMENTS, {"documents_url": "https://example.ch/dossier"}),
        (TenderField.LOTS, {"lots": (a_lot(title={"fr": "Nettoyage des crèches"}),)}),
        (TenderField.PLACE, {"lots": (a_lot(place_canton="VD"),)}),
        (TenderField.PERIOD, {"lots": (a_lot(duration_days=365),)}),
        (
            TenderField.AWARD_CRITERIA,
            {
                "lots": (
                    a_lot(criteria=(CriterionRecord(CriterionKind.AWARD, {"fr": "Prix"}, weight=100.0),)),
                )
            },
        ),
    ],
)
def test_each_field_that_people_follow_is_compared(
    session: Session, now: datetime, field: TenderField, facts: dict[str, object]
) -> None:
    record_notice(session, a_notice(), now=now)

    record_notice(session, correction(**facts), now=now)

    assert set(changes(session)) == {field}


def test_a_correction_read_twice_is_one_change(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)
    changed = correction(consortium_allowed=Stated.NO)

    for _ in range(2):
        record_notice(session, changed, now=now)

    assert len(session.scalars(select(TenderChange)).all()) == 1


def test_a_cancelled_tender_is_closed_and_kept(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)

    record_notice(
        session,
        a_notice(
            2, notice_type=NoticeType.ABANDONMENT, published_on=date(2026, 11, 23), call=None, payload=b"{2}"
        ),
        now=now,
    )

    assert set(changes(session)) == {TenderField.STATE}
    [tender] = session.scalars(select(Tender))
    assert not tender.is_open(now)


def test_replaying_the_publications_gives_the_same_tender_and_changes(
    session: Session, now: datetime
) -> None:
    first, second = a_notice(), correction(submission_deadline=DEADLINE + timedelta(days=9))
    for record in (first, second):
        record_notice(session, record, now=now)
    [tender] = session.scalars(select(Tender))
    known = notices_of(session, tender)

    differing = replay(session, tender, list(zip(known, (first, second), strict=True)), now=now)

    assert differing == {}
    assert set(changes(session)) == {TenderField.SUBMISSION_DEADLINE}


def test_replaying_with_another_reading_says_what_differs(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)
    [tender] = session.scalars(select(Tender))
    [known] = notices_of(session, tender)
    other = a_notice(call=a_call(consortium_allowed=Stated.NOT_SPECIFIED))

    differing = replay(session, tender, [(known, other)], now=now)

    assert set(differing) == {"consortium"}
    assert tender.consortium_allowed is Stated.NOT_SPECIFIED
