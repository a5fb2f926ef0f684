"""What each notice of a procedure becomes in OCDS: its tag, its status, its awards."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from procurement.models import Award, AwardSupplier
from procurement.notices import record_notice
from procurement.vocabulary import (
    NoticeType,
)
from tests.factories import make_lot, make_notice, make_tender
from tests.procurement.exported import Json, award_of, awarded, releases_of
from tests.procurement.records import a_notice


def test_the_newest_call_carries_the_tender_and_earlier_ones_only_what_is_known_of_them(
    session: Session, now: datetime
) -> None:
    record_notice(session, a_notice(1), now=now)
    record_notice(session, a_notice(2, is_correction=True, title={"fr": "Titre corrigé"}), now=now)

    first, second = releases_of(session, now)

    assert set(first["tender"]) == {"id", "title", "status", "documents"}
    assert second["tender"]["title"] == "Titre corrigé"
    assert second["tender"]["tenderPeriod"] == {"endDate": "2026-12-15T12:00:00+01:00"}
    assert second["tender"]["lots"][0]["awardCriteria"]["criteria"][0] == {
        "type": "price",
        "name": "Prix",
        "numbers": [{"number": 60, "weight": "percentageExact"}],
    }


def test_without_a_call_the_newest_notice_carries_the_tender(session: Session, now: datetime) -> None:
    tender = make_tender(session)
    tender.notices[0].notice_type = NoticeType.DIRECT_AWARD

    [release] = releases_of(session, now)

    assert release["tag"] == ["award"]
    assert release["tender"]["procurementMethod"] == "open"
    assert release["awards"][0]["status"] == "active"


@pytest.mark.parametrize(
    ("kind", "is_correction", "lot_key", "tag", "status"),
    [
        (NoticeType.ADVANCE_NOTICE, False, None, "planning", "planned"),
        (NoticeType.ADVANCE_NOTICE, True, None, "planningUpdate", "planned"),
        (NoticeType.REQUEST_FOR_INFORMATION, False, None, "planning", "planning"),
        (NoticeType.TENDER, False, None, "tender", "active"),
        (NoticeType.TENDER, True, None, "tenderUpdate", "active"),
        (NoticeType.COMPETITION, False, None, "tender", "active"),
        (NoticeType.STUDY_CONTRACT, False, None, "tender", "active"),
        (NoticeType.PARTICIPANT_SELECTION, False, None, "tenderUpdate", "active"),
        (NoticeType.SELECTIVE_OFFERING_PHASE, False, None, "tenderUpdate", "active"),
        (NoticeType.AWARD, False, None, "award", "complete"),
        (NoticeType.AWARD, False, "lot-1", "award", "active"),
        (NoticeType.AWARD, True, None, "awardUpdate", "complete"),
        (NoticeType.DIRECT_AWARD, False, None, "award", "complete"),
        (NoticeType.ABANDONMENT, False, None, "tenderCancellation", "cancelled"),
        (NoticeType.ABANDONMENT, False, "lot-1", "tenderUpdate", "active"),
        (NoticeType.REVOCATION, False, None, "tenderCancellation", "cancelled"),
        (NoticeType.REVOCATION, False, "lot-1", "tenderUpdate", "active"),
    ],
)
def test_each_kind_of_notice_has_its_tag_and_leaves_the_tender_at_a_status(
    session: Session,
    now: datetime,
    kind: NoticeType,
    is_correction: bool,
    lot_key: str | None,
    tag: str,
    status: str,
) -> None:
    tender = make_tender(session)
    notice = tender.notices[0]
    notice.notice_type, notice.is_correction, notice.lot_key = kind, is_correction, lot_key

    [release] = releases_of(session, now)

    assert release["tag"] == [tag]
    assert release["tender"]["status"] == status


def test_a_revoked_award_is_cancelled_and_its_tender_active_again(session: Session, now: datetime) -> None:
    tender = awarded(session, {"name": "Atelier Sève SA"})
    make_notice(session, tender, notice_type=NoticeType.REVOCATION, published_on=date(2027, 2, 1))

    _, award, revocation = releases_of(session, now)

    assert revocation["tag"] == ["awardCancellation"]
    assert revocation["awards"] == [{"id": award["awards"][0]["id"], "status": "cancelled"}]
    assert revocation["tender"]["status"] == "active"
    assert revocation["tender"]["lots"] == [{"id": "whole", "status": "active"}]


def test_a_second_revocation_ends_the_call_itself(session: Session, now: datetime) -> None:
    tender = awarded(session, {"name": "Atelier Sève SA"})
    for day in (1, 2):
        make_notice(session, tender, notice_type=NoticeType.REVOCATION, published_on=date(2027, 2, day))

    releases = releases_of(session, now)

    assert [release["tag"][0] for release in releases[2:]] == ["awardCancellation", "tenderCancellation"]


def test_a_corrected_award_is_revoked_once(session: Session, now: datetime) -> None:
    tender = awarded(session, {"name": "Atelier Sève SA"})
    correction = make_notice(
        session, tender, notice_type=NoticeType.AWARD, corrects_key="award-1", published_on=date(2027, 1, 20)
    )
    correction.is_correction = True
    for day in (1, 2):
        make_notice(session, tender, notice_type=NoticeType.REVOCATION, published_on=date(2027, 2, day))

    releases = releases_of(session, now)

    assert [release["tag"][0] for release in releases[3:]] == ["awardCancellation", "tenderCancellation"]


def test_a_corrected_award_keeps_its_first_identifier(session: Session, now: datetime) -> None:
    tender = awarded(session, {"name": "Atelier Séve SA"})
    correction = make_notice(
        session,
        tender,
        notice_type=NoticeType.AWARD,
        is_correction=True,
        corrects_key="award-1",
        published_on=date(2027, 1, 20),
    )
    award_of(correction, {"name": "Atelier Sève SA"})

    _, first, second = releases_of(session, now)

    assert second["tag"] == ["awardUpdate"]
    assert [each["id"] for each in second["awards"]] == [each["id"] for each in first["awards"]]
    assert second["awards"][0]["suppliers"][0]["name"] == "Atelier Sève SA"


def test_corrections_in_a_circle_end(session: Session, now: datetime) -> None:
    tender = make_tender(session)
    tender.notices[0].corrects_key = "second"
    make_notice(session, tender, source_key="second", corrects_key=tender.notices[0].source_key)

    assert len(releases_of(session, now)) == 2


def test_the_end_of_one_lot_leaves_the_others_open(session: Session, now: datetime) -> None:
    tender = make_tender(session, lots=[])
    for key in ("a", "b"):
        make_lot(tender, source_key=key)
    make_notice(
        session, tender, notice_type=NoticeType.ABANDONMENT, lot_key="a", published_on=date(2026, 12, 1)
    )

    call, abandonment = releases_of(session, now)

    assert [lot["status"] for lot in call["tender"]["lots"]] == ["active", "active"]
    assert abandonment["tender"]["lots"] == [{"id": "a", "status": "cancelled"}]


def test_a_later_correction_does_not_open_a_lot_that_has_ended(session: Session, now: datetime) -> None:
    tender = make_tender(session, lots=[])
    for key in ("a", "b"):
        make_lot(tender, source_key=key)
    make_notice(
        session, tender, notice_type=NoticeType.ABANDONMENT, lot_key="a", published_on=date(2026, 12, 1)
    )
    make_notice(session, tender, is_correction=True, published_on=date(2026, 12, 3))

    correction = releases_of(session, now)[-1]

    assert [lot["status"] for lot in correction["tender"]["lots"]] == ["cancelled", "active"]


def test_several_winners_are_one_consortium_with_its_lead(session: Session, now: datetime) -> None:
    awarded(
        session,
        {"name": "Atelier Sève SA", "source_key": "s1", "is_lead": True, "value_amount": 120000.0},
        {"name": "Coopérative Éclat", "city": "Meyrin", "canton": "GE", "country": "CH", "is_lead": False},
        value_currency="CHF",
    )

    release = releases_of(session, now)[-1]

    [award] = release["awards"]
    assert [supplier["name"] for supplier in award["suppliers"]] == ["Atelier Sève SA", "Coopérative Éclat"]
    assert award["value"] == {"amount": 120000}
    assert award["relatedLots"] == ["whole"]
    assert award["date"] == "2027-01-12T00:00:00+01:00"
    lead, partner = release["parties"][1:]
    assert lead["roles"] == ["supplier", "leadTenderer"]
    assert partner["roles"] == ["supplier"]
    assert partner["address"] == {"locality": "Meyrin", "region": "GE", "countryName": "Suisse"}


@pytest.mark.parametrize(
    "apart",
    [
        [{"rank": 1}, {"rank": 2}],
        [{"value_amount": 100.0, "value_currency": "CHF"}, {"value_amount": 200.5, "value_currency": "CHF"}],
    ],
)
def test_winners_with_a_rank_or_price_each_are_awards_of_their_own(
    session: Session, now: datetime, apart: list[Json]
) -> None:
    awarded(session, {"name": "Atelier Sève SA", **apart[0]}, {"name": "Coopérative Éclat", **apart[1]})

    awards = releases_of(session, now)[-1]["awards"]

    assert [[each["name"] for each in award["suppliers"]] for award in awards] == [
        ["Atelier Sève SA"],
        ["Coopérative Éclat"],
    ]
    assert len({award["id"] for award in awards}) == 2


def test_an_outcome_without_winner_is_unsuccessful(session: Session, now: datetime) -> None:
    awarded(session, note={"fr": "Aucune offre n’est parvenue."})

    release = releases_of(session, now)[-1]

    assert release["awards"][0]["status"] == "unsuccessful"
    assert release["awards"][0]["description"] == "Aucune offre n’est parvenue."
    assert release["tender"]["status"] == "unsuccessful"
    assert release["tender"]["lots"] == [{"id": "whole", "status": "unsuccessful"}]


def test_the_same_supplier_without_a_key_has_the_same_identifier_everywhere(
    session: Session, now: datetime
) -> None:
    for name in ("Atelier Sève SA", "ATELIER SÈVE SA"):
        make_notice(session, make_tender(session), notice_type=NoticeType.AWARD).awards.append(
            Award(
                justification={},
                note={},
                suppliers=[AwardSupplier(position=0, name=name, city="Genève", postal_code="1205", note={})],
            )
        )

    found = {
        supplier["id"]
        for release in releases_of(session, now)
        for award in release.get("awards", [])
        for supplier in award["suppliers"]
    }

    assert len(found) == 1
