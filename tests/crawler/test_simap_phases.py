"""A selective procedure of simap in its phases: each adds what it states, in whatever order they are read."""

import itertools
import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.models import Lot, Notice, Tender
from procurement.notices import record_notice
from procurement.records import CriterionRecord, NoticeRecord
from procurement.vocabulary import (
    CriteriaSource,
    CriterionKind,
    NoticeType,
    ProcurementMethod,
    Stated,
    TenderState,
)
from tests.crawler.test_simap_kinds import INVENTED, read
from tests.procurement.records import DEADLINE, a_call, a_lot, a_notice

SELECTION = INVENTED["participant_selection"]
PHASE = INVENTED["selective_offering_phase"]
AWARDED_LOT = PHASE["lot"]["id"]
IN_DOCUMENTS = {"award_criteria_source": CriteriaSource.IN_DOCUMENTS}
REFERENCES = CriterionRecord(CriterionKind.SELECTION, {"fr": "Références"})


def the_tender(**overrides: Any) -> NoticeRecord:
    """The call that the phase belongs to: two lots, requests to take part until its deadline."""
    lots = (
        a_lot(source_key="lot-1", number=1, criteria=(REFERENCES,), **IN_DOCUMENTS),
        a_lot(source_key=AWARDED_LOT, number=2, criteria=(REFERENCES,), **IN_DOCUMENTS),
    )
    facts: dict[str, Any] = {
        "number": "90103-01",
        "procedure_key": PHASE["base"]["projectId"],
        "published_on": date(2026, 9, 1),
        "procurement_method": ProcurementMethod.SELECTIVE,
        "title": {"fr": "Repas des écoles"},
        "cpv_codes": ("55523100",),
        "call": a_call(
            lots=lots, deadline_is_for_requests=True, conditions={"payment": {"fr": "Trente jours."}}
        ),
    }
    return replace(a_notice(), **{**facts, **overrides})


def recorded(session: Session, now: datetime, *records: NoticeRecord) -> Tender:
    for record in records:
        record_notice(session, record, now=now)
    session.flush()
    session.expire_all()
    return session.scalars(select(Tender)).one()


def lot_with(tender: Tender, key: str) -> Lot:
    return next(lot for lot in tender.lots if lot.source_key == key)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_the_phases_add_up_in_whatever_order_they_are_read(
    session: Session, now: datetime, order: tuple[int, ...]
) -> None:
    phases = [the_tender(), read(SELECTION), read(PHASE)]

    tender = recorded(session, now, *(phases[place] for place in order))

    assert tender.submission_deadline_text == "2027-01-22T12:00:00+01:00"
    assert not tender.deadline_is_for_requests
    assert tender.enquiry_deadline == date(2026, 12, 1)
    assert tender.consortium_allowed is Stated.YES
    assert (tender.title, tender.offer_languages) == ({"fr": "Repas des écoles"}, ["fr"])
    assert set(tender.conditions) == {"payment", "offering_phase"}
    assert tender.state is TenderState.CALLED
    assert "55523100" in tender.cpv_codes
    first, second = lot_with(tender, "lot-1"), lot_with(tender, AWARDED_LOT)
    assert [each.weight for each in second.criteria if each.kind is CriterionKind.AWARD] == [40, 35, 25]
    assert [each.title["fr"] for each in second.criteria if each.kind is CriterionKind.SELECTION] == [
        "Références"
    ]
    assert second.award_criteria_source is CriteriaSource.DEFINED
    assert second.place_canton == "GE"
    assert [each.kind for each in first.criteria] == [CriterionKind.SELECTION]
    assert not first.is_withdrawn
    assert not second.is_withdrawn


def test_a_phase_leaves_a_lot_that_was_matched_as_it_is(session: Session, now: datetime) -> None:
    lot_with(recorded(session, now, the_tender()), AWARDED_LOT).matched_at = now

    tender = recorded(session, now, read(PHASE))

    assert lot_with(tender, AWARDED_LOT).matched_at == now


def test_a_phase_without_a_deadline_leaves_that_of_the_requests(session: Session, now: datetime) -> None:
    silent = json.loads(json.dumps(PHASE))
    silent["dates"]["offerDeadline"] = None

    tender = recorded(session, now, the_tender(), read(silent))

    assert tender.deadline_is_for_requests
    assert tender.submission_deadline == DEADLINE


def test_a_call_that_is_newer_than_a_phase_holds_whole(session: Session, now: datetime) -> None:
    newer = the_tender(source_key="notice-04", number="90103-04", published_on=date(2026, 11, 20))

    tender = recorded(session, now, the_tender(), newer, read(PHASE))

    assert tender.deadline_is_for_requests
    assert set(tender.conditions) == {"payment"}


def test_the_phase_of_one_lot_leaves_that_of_another(session: Session, now: datetime) -> None:
    other = json.loads(json.dumps(PHASE).replace(AWARDED_LOT, "lot-1"))
    other["id"], other["base"]["publicationNumber"] = "another-phase", "90103-04"
    other["dates"]["offerDeadline"] = "2027-02-01T12:00:00+01:00"
    other["lot"]["lotNumber"] = 1

    tender = recorded(session, now, the_tender(), read(other), read(PHASE))

    assert tender.submission_deadline_text == "2027-02-01T12:00:00+01:00"
    for key in ("lot-1", AWARDED_LOT):
        lot = lot_with(tender, key)
        assert [each.weight for each in lot.criteria if each.kind is CriterionKind.AWARD] == [40, 35, 25]


def test_a_phase_known_alone_is_a_tender_with_its_lot(session: Session, now: datetime) -> None:
    tender = recorded(session, now, read(PHASE))

    [lot] = tender.lots
    assert (lot.source_key, lot.number, lot.title) == (AWARDED_LOT, 2, {"fr": "Écoles de la rive droite"})


@pytest.mark.parametrize("name", ["abandonment_of_a_lot", "revocation_of_an_award"])
def test_what_ends_one_lot_leaves_the_tender_open(session: Session, now: datetime, name: str) -> None:
    project = INVENTED[name]["base"]["projectId"]
    call = the_tender(procedure_key=project, number="90104-01")

    tender = recorded(session, now, call, read(INVENTED[name]))

    assert tender.state is TenderState.CALLED
    [notice] = session.scalars(select(Notice).where(Notice.notice_type != NoticeType.TENDER))
    assert notice.awards[0].note
    assert notice.awards[0].suppliers == []
