"""What a source published: recorded once per content, never lost, whatever the order it is read in."""

import itertools
import zlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from procurement import notices
from procurement.cantons import BuyerLevel
from procurement.codes import Seat, remember_offices
from procurement.db import transaction
from procurement.models import (
    Award,
    AwardSupplier,
    Buyer,
    Consideration,
    Cpv,
    Criterion,
    Lot,
    MissingNotice,
    Notice,
    NoticeReference,
    NoticeVersion,
    Quarantine,
    Tender,
)
from procurement.notices import Outcome, record_notice
from procurement.records import AwardRecord, BuyerRecord, ConsiderationRecord, NoticeRecord, SupplierRecord
from procurement.vocabulary import NoticeType, Stated, TenderState
from tests.procurement.records import DEADLINE, a_call, a_lot, a_notice

LATER = DEADLINE + timedelta(days=7)


def _only_tender(session: Session) -> Tender:
    return session.scalars(select(Tender)).one()


def _record_all(session: Session, records: list[NoticeRecord], now: datetime) -> Tender:
    for record in records:
        record_notice(session, record, now=now)
    session.flush()
    return _only_tender(session)


def _count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _facts(tender: Tender) -> dict[str, Any]:
    """What must not depend on the order in which its publications were read."""
    return {
        "state": tender.state,
        "deadline": tender.submission_deadline,
        "published_on": tender.published_on,
        "cpv_codes": sorted(tender.cpv_codes),
        "lots": sorted(lot.source_key for lot in tender.lots if not lot.is_withdrawn),
    }


def test_a_call_becomes_a_tender_with_its_lot_criteria_and_buyer(session: Session, now: datetime) -> None:
    outcome = record_notice(session, a_notice(), now=now)

    tender = _only_tender(session)
    assert outcome is Outcome.STORED
    assert (tender.state, tender.submission_deadline) == (TenderState.CALLED, DEADLINE)
    assert tender.consortium_allowed is Stated.YES
    assert tender.offer_languages == ["fr"]
    assert tender.buyer is not None
    assert tender.buyer.name == {"fr": "Ville de Genève"}
    assert [(c.title["fr"], c.weight) for c in tender.lots[0].criteria] == [("Prix", 60), ("Qualité", 40)]


def test_the_same_notice_twice_changes_nothing(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        record_notice(session, a_notice(), now=now)

    with transaction(engine) as session:
        outcome = record_notice(session, a_notice(), now=now + timedelta(hours=1))

    with transaction(engine, read_only=True) as session:
        assert outcome is Outcome.UNCHANGED
        assert [_count(session, table) for table in (Notice, NoticeVersion, Lot, Criterion)] == [1, 1, 1, 2]
        assert _only_tender(session).changed_at == now


def test_new_content_adds_a_version_and_keeps_the_old_answer_readable(
    session: Session, now: datetime
) -> None:
    record_notice(session, a_notice(payload=b'{"deadline": "old"}'), now=now)

    outcome = record_notice(session, a_notice(payload=b'{"deadline": "new"}'), now=now + timedelta(days=1))

    versions = session.scalars(select(NoticeVersion).order_by(NoticeVersion.number)).all()
    assert outcome is Outcome.NEW_VERSION
    assert [zlib.decompress(version.payload) for version in versions] == [
        b'{"deadline": "old"}',
        b'{"deadline": "new"}',
    ]
    assert [version.fetched_at for version in versions] == [now, now + timedelta(days=1)]


def test_new_content_of_the_same_notice_moves_the_deadline(session: Session, now: datetime) -> None:
    changed = a_notice(payload=b"changed", call=a_call(submission_deadline=LATER))

    tender = _record_all(session, [a_notice(), changed], now)

    assert tender.submission_deadline == LATER


def test_a_correction_moves_the_deadline(session: Session, now: datetime) -> None:
    correction = a_notice(
        2, is_correction=True, corrects_key="notice-01", call=a_call(submission_deadline=LATER)
    )

    tender = _record_all(session, [a_notice(), correction], now)

    assert tender.submission_deadline == LATER
    assert tender.state is TenderState.CALLED
    assert [notice.is_correction for notice in tender.notices] == [False, True]


def test_an_older_notice_that_arrives_late_does_not_undo_a_newer(session: Session, now: datetime) -> None:
    correction = a_notice(2, is_correction=True, call=a_call(submission_deadline=LATER))

    tender = _record_all(session, [correction, a_notice()], now)

    assert tender.submission_deadline == LATER
    assert tender.published_on == date(2026, 11, 20)


def test_an_advance_notice_that_arrives_late_does_not_take_the_deadline_away(
    session: Session, now: datetime
) -> None:
    advance = a_notice(
        1, notice_type=NoticeType.ADVANCE_NOTICE, call=a_call(submission_deadline=None, lots=(a_lot(),))
    )

    tender = _record_all(session, [a_notice(2), advance], now)

    assert (tender.state, tender.submission_deadline) == (TenderState.CALLED, DEADLINE)


def test_two_publications_of_one_day_stand_in_the_order_of_their_numbers(
    session: Session, now: datetime
) -> None:
    day = date(2026, 11, 20)
    first = a_notice(1, published_on=day)
    second = a_notice(2, published_on=day, call=a_call(submission_deadline=LATER))

    tender = _record_all(session, [second, first], now)

    assert tender.submission_deadline == LATER


@pytest.mark.slow
def test_a_tender_is_the_same_whatever_the_order_its_publications_are_read_in(
    engine: Engine, now: datetime
) -> None:
    lots = (a_lot(source_key="a"), a_lot(source_key="b", number=2))
    story = [
        a_notice(1, notice_type=NoticeType.ADVANCE_NOTICE, call=a_call(submission_deadline=None)),
        a_notice(2, cpv_codes=("90000000",)),
        a_notice(3, is_correction=True, call=a_call(submission_deadline=LATER, lots=lots)),
        a_notice(4, notice_type=NoticeType.AWARD, cpv_codes=("90911300",)),
    ]
    found = []
    for number, order in enumerate(itertools.permutations(story)):
        key = f"project-{number}"
        with transaction(engine) as session:
            for record in order:
                mine = replace(
                    record, procedure_key=key, source_key=f"{key}-{record.source_key}", payload=key.encode()
                )
                record_notice(session, mine, now=now)
            session.flush()
            found.append(_facts(session.scalars(select(Tender).where(Tender.procedure_key == key)).one()))

    assert all(facts == found[0] for facts in found)
    assert found[0] == {
        "state": TenderState.AWARDED,
        "deadline": LATER,
        "published_on": date(2026, 11, 20),
        "cpv_codes": ["90911200", "90911300"],
        "lots": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("types", "state"),
    [
        ([NoticeType.ADVANCE_NOTICE], TenderState.ANNOUNCED),
        ([NoticeType.REQUEST_FOR_INFORMATION], TenderState.ANNOUNCED),
        ([NoticeType.ADVANCE_NOTICE, NoticeType.TENDER], TenderState.CALLED),
        ([NoticeType.COMPETITION], TenderState.CALLED),
        ([NoticeType.TENDER, NoticeType.AWARD], TenderState.AWARDED),
        ([NoticeType.DIRECT_AWARD], TenderState.AWARDED),
        ([NoticeType.TENDER, NoticeType.ABANDONMENT], TenderState.CANCELLED),
        ([NoticeType.TENDER, NoticeType.REVOCATION], TenderState.CANCELLED),
        ([NoticeType.TENDER, NoticeType.AWARD, NoticeType.REVOCATION], TenderState.CALLED),
        (
            [NoticeType.TENDER, NoticeType.AWARD, NoticeType.REVOCATION, NoticeType.AWARD],
            TenderState.AWARDED,
        ),
        ([NoticeType.TENDER, NoticeType.ABANDONMENT, NoticeType.TENDER], TenderState.CALLED),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_the_state_follows_from_the_publications_in_their_order(
    session: Session, now: datetime, types: list[NoticeType], state: TenderState
) -> None:
    records = [a_notice(number, notice_type=each) for number, each in enumerate(types, 1)]

    tender = _record_all(session, records, now)

    assert tender.state is state


@pytest.mark.parametrize("act", [NoticeType.AWARD, NoticeType.ABANDONMENT, NoticeType.REVOCATION])
def test_what_happens_to_one_lot_leaves_the_tender_open(
    session: Session, now: datetime, act: NoticeType
) -> None:
    lots = (a_lot(source_key="a"), a_lot(source_key="b", number=2))
    call = a_notice(1, call=a_call(lots=lots))

    tender = _record_all(session, [call, a_notice(2, notice_type=act, lot_key="a")], now)

    assert tender.state is TenderState.CALLED
    assert tender.is_open(now)


def test_a_tender_known_by_its_award_only_has_one_lot(session: Session, now: datetime) -> None:
    tender = _record_all(session, [a_notice(notice_type=NoticeType.AWARD)], now)

    assert [(lot.source_key, lot.number, lot.cpv_codes) for lot in tender.lots] == [("", 1, ["90911200"])]
    assert tender.submission_deadline is None
    assert not tender.is_open(now)


def test_an_award_does_not_touch_what_the_call_said(session: Session, now: datetime) -> None:
    tender = _record_all(session, [a_notice(), a_notice(2, notice_type=NoticeType.AWARD)], now)

    assert tender.submission_deadline == DEADLINE
    assert len(tender.lots) == 1
    assert len(tender.lots[0].criteria) == 2


def test_a_lot_taken_away_by_a_correction_is_kept_and_marked(session: Session, now: datetime) -> None:
    both = a_notice(1, call=a_call(lots=(a_lot(source_key="a"), a_lot(source_key="b", number=2))))
    one = a_notice(2, is_correction=True, call=a_call(lots=(a_lot(source_key="a"),)))

    tender = _record_all(session, [both, one], now)

    assert {lot.source_key: lot.is_withdrawn for lot in tender.lots} == {"a": False, "b": True}


def test_a_lot_that_comes_back_is_no_longer_withdrawn(session: Session, now: datetime) -> None:
    both = a_call(lots=(a_lot(source_key="a"), a_lot(source_key="b", number=2)))
    one = a_call(lots=(a_lot(source_key="a"),))

    tender = _record_all(
        session, [a_notice(1, call=both), a_notice(2, call=one), a_notice(3, call=both)], now
    )

    assert [lot.is_withdrawn for lot in tender.lots] == [False, False]
    assert _count(session, Lot) == 2


def test_a_lot_that_changed_waits_to_be_matched_again(session: Session, now: datetime) -> None:
    tender = _record_all(session, [a_notice()], now)
    tender.lots[0].matched_at = now
    changed = a_notice(2, call=a_call(lots=(a_lot(description={"fr": "Treize écoles."}),)))

    _record_all(session, [changed], now)

    assert tender.lots[0].matched_at is None
    assert tender.lots[0].description == {"fr": "Treize écoles."}


def test_the_criteria_of_a_lot_are_replaced_as_a_whole(session: Session, now: datetime) -> None:
    record = a_lot()
    fewer = a_notice(2, call=a_call(lots=(replace(record, criteria=record.criteria[:1]),)))

    _record_all(session, [a_notice(), fewer], now)

    assert _count(session, Criterion) == 1


def test_two_procedures_of_one_buyer_share_it(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)

    record_notice(session, a_notice(2, procedure_key="project-2"), now=now)

    assert _count(session, Tender) == 2
    assert _count(session, Buyer) == 1


def test_a_buyer_keeps_what_a_later_notice_leaves_out(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)

    record_notice(session, a_notice(2, buyer=BuyerRecord("office-1", {"de": "Stadt Genf"})), now=now)

    buyer = session.scalars(select(Buyer)).one()
    assert buyer.name == {"fr": "Ville de Genève", "de": "Stadt Genf"}
    assert (buyer.city, buyer.canton, buyer.country) == ("Genève", "GE", "CH")


@pytest.mark.parametrize(
    ("country", "key", "level"),
    [
        ("CH", "office-1", BuyerLevel.COMMUNE),
        ("CH", "office-2", None),
        ("FR", "office-2", BuyerLevel.ABROAD),
        (None, "office-2", None),
    ],
)
def test_a_buyers_level_is_that_of_its_office_or_abroad_else_unknown(
    session: Session, now: datetime, country: str | None, key: str, level: BuyerLevel | None
) -> None:
    remember_offices(session, source="simap", seats={"office-1": Seat("GE", BuyerLevel.COMMUNE)})

    record_notice(
        session, a_notice(1, buyer=BuyerRecord(key, {"fr": "Un service"}, country=country)), now=now
    )

    assert session.scalars(select(Buyer)).one().level is level


def test_a_notice_without_a_buyer_keeps_the_one_known(session: Session, now: datetime) -> None:
    award = a_notice(2, notice_type=NoticeType.AWARD, buyer=None)

    tender = _record_all(session, [a_notice(), award], now)

    assert tender.buyer is not None


def test_two_sources_may_use_the_same_key(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)

    outcome = record_notice(session, a_notice(source="ted"), now=now)

    assert outcome is Outcome.STORED
    assert notices.known_keys(session, source="simap") == {"notice-01"}
    assert notices.known_keys(session, source="boamp") == set()


def test_the_words_of_cpv_codes_are_remembered(session: Session, now: datetime) -> None:
    labels = {"90911200": {"fr": "Nettoyage de bâtiments", "de": "Gebäudereinigung"}}

    record_notice(session, a_notice(cpv_labels=labels), now=now)

    assert session.get_one(Cpv, "90911200").labels == labels["90911200"]


def _quarantine(session: Session, now: datetime, **overrides: Any) -> None:
    facts: dict[str, Any] = {
        "source": "simap",
        "source_key": "notice-01",
        "path": "dates.offerDeadline",
        "problem": "not an instant",
        "payload": b"\x00 not what it should be",
        "fetched_from": "https://www.simap.ch/api/1",
    }
    notices.quarantine(session, **{**facts, **overrides}, now=now)


def test_an_answer_that_cannot_be_read_is_kept_whole_and_once(session: Session, now: datetime) -> None:
    _quarantine(session, now)

    _quarantine(session, now + timedelta(hours=1), path="base.type")

    row = session.scalars(select(Quarantine)).one()
    assert zlib.decompress(row.payload) == b"\x00 not what it should be"
    assert (row.path, row.at) == ("base.type", now + timedelta(hours=1))


def test_another_answer_for_the_same_notice_is_kept_beside_the_first(session: Session, now: datetime) -> None:
    _quarantine(session, now)

    _quarantine(session, now, payload=b"still wrong")

    assert notices.counts(session)["quarantined"] == 2


def test_a_problem_that_quotes_hostile_text_can_be_stored(session: Session, now: datetime) -> None:
    _quarantine(session, now, path="a\x00\ud800", problem="'\x00\x1b[31m\u202e\ud800' is none of open" * 200)

    notices.note_missing(
        session,
        source="simap",
        source_key="notice-02",
        number="20001-02",
        reason="404 \x00",
        fetched_from="https://www.simap.ch/api/2",
        now=now,
    )

    session.flush()
    row = session.scalars(select(Quarantine)).one()
    assert row.path == "a"
    assert len(row.problem) <= 1000


@pytest.mark.parametrize("already_stored", [False, True])
def test_a_notice_in_quarantine_is_resolved_when_it_is_read(
    session: Session, now: datetime, already_stored: bool
) -> None:
    if already_stored:
        record_notice(session, a_notice(), now=now)
    _quarantine(session, now)

    record_notice(session, a_notice(), now=now + timedelta(hours=1))

    assert session.scalars(select(Quarantine)).one().resolved_at == now + timedelta(hours=1)
    assert notices.counts(session)["quarantined"] == 0


def test_what_breaks_again_is_in_quarantine_again(session: Session, now: datetime) -> None:
    _quarantine(session, now)
    record_notice(session, a_notice(), now=now)

    _quarantine(session, now + timedelta(days=1))

    assert session.scalars(select(Quarantine)).one().resolved_at is None


def _note_missing(session: Session, now: datetime, key: str = "notice-01") -> None:
    notices.note_missing(
        session,
        source="simap",
        source_key=key,
        number="20001-01",
        reason="404",
        fetched_from=f"https://www.simap.ch/api/{key}",
        now=now,
    )


def test_a_missing_notice_is_remembered_once_with_both_moments(session: Session, now: datetime) -> None:
    _note_missing(session, now)

    _note_missing(session, now + timedelta(days=1))

    row = session.scalars(select(MissingNotice)).one()
    assert (row.first_at, row.last_at) == (now, now + timedelta(days=1))


def test_a_missing_notice_is_found_later(session: Session, now: datetime) -> None:
    _note_missing(session, now)

    record_notice(session, a_notice(), now=now + timedelta(days=1))

    assert session.scalars(select(MissingNotice)).one().found_at == now + timedelta(days=1)
    assert notices.counts(session)["missing"] == 0


def test_a_source_owes_us_what_is_missing_or_unreadable_since_a_moment(
    session: Session, now: datetime
) -> None:
    _note_missing(session, now - timedelta(days=40), "forgotten")
    _note_missing(session, now - timedelta(days=2), "missing")
    _note_missing(session, now - timedelta(days=2), "notice-01")
    _quarantine(session, now, source_key="unreadable")
    _quarantine(session, now, source="ted", source_key="of another source")
    record_notice(session, a_notice(), now=now)

    owed = notices.open_cases(session, source="simap", since=now - timedelta(days=30))

    assert owed == {
        "missing": "https://www.simap.ch/api/missing",
        "unreadable": "https://www.simap.ch/api/1",
    }


def test_what_is_stored_is_counted(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(), now=now)
    record_notice(session, a_notice(2), now=now)
    _note_missing(session, now, "x")

    assert notices.counts(session) == {
        "notices": 2,
        "quarantined": 0,
        "missing": 1,
        "tenders": 1,
        "lots": 1,
    }


def _awarded(**overrides: Any) -> NoticeRecord:
    """The award of one lot to a consortium of two."""
    winners = (
        SupplierRecord("Éclat coopérative", city="Genève", canton="GE", is_lead=True, value_amount=90_000.5),
        SupplierRecord("Net et Vert Sàrl", is_lead=False),
    )
    award = AwardRecord(winners, lot_key="a", decided_on=date(2026, 11, 18), offers_received=4)
    return a_notice(3, notice_type=NoticeType.AWARD, lot_key="a", awards=(award,), **overrides)


def test_an_award_names_its_winners_in_their_order(session: Session, now: datetime) -> None:
    record_notice(session, _awarded(), now=now)

    (award,) = session.scalars(select(Award)).all()
    assert (award.lot_key, award.decided_on, award.offers_received) == ("a", date(2026, 11, 18), 4)
    assert [(winner.name, winner.is_lead, winner.value_amount) for winner in award.suppliers] == [
        ("Éclat coopérative", True, 90_000.5),
        ("Net et Vert Sàrl", False, None),
    ]


def test_new_content_of_an_award_replaces_its_winners(session: Session, now: datetime) -> None:
    record_notice(session, _awarded(), now=now)

    record_notice(session, replace(_awarded(payload=b"changed"), awards=()), now=now)

    session.flush()
    assert _count(session, Award) == _count(session, AwardSupplier) == 0


def test_other_names_of_a_notice_are_kept_once(session: Session, now: datetime) -> None:
    names = (("ted", "617328-2026"), ("procedure", "x" * 300), ("ted", "617328-2026"))

    record_notice(session, a_notice(references=names), now=now)

    kept = session.execute(select(NoticeReference.scheme, NoticeReference.value)).all()
    assert sorted(tuple(each) for each in kept) == [("procedure", "x" * 200), ("ted", "617328-2026")]


def test_new_content_may_keep_add_and_take_away_other_names(session: Session, now: datetime) -> None:
    record_notice(session, a_notice(references=(("ted", "1-2026"), ("ted", "2-2026"))), now=now)

    changed = a_notice(payload=b"changed", references=(("ted", "2-2026"), ("ted", "3-2026")))
    record_notice(session, changed, now=now)

    session.flush()
    assert set(session.scalars(select(NoticeReference.value))) == {"2-2026", "3-2026"}


def test_what_a_lot_says_of_the_social_and_the_green_is_replaced_as_a_whole(
    session: Session, now: datetime
) -> None:
    said = (ConsiderationRecord("BT-71", "res-ws"), ConsiderationRecord("BT-775", text={"fr": "Insertion"}))
    record_notice(session, a_notice(call=a_call(lots=(a_lot(considerations=said),))), now=now)

    less = a_notice(2, call=a_call(lots=(a_lot(considerations=said[:1]),)))
    record_notice(session, less, now=now)

    session.flush()
    kept = session.scalars(select(Consideration)).all()
    assert [(each.business_term, each.code, each.text) for each in kept] == [("BT-71", "res-ws", {})]


@pytest.mark.parametrize("phase_first", [False, True])
def test_an_offering_phase_moves_the_deadline_and_keeps_what_the_call_said(
    session: Session, now: datetime, phase_first: bool
) -> None:
    call = a_notice(1, call=a_call(deadline_is_for_requests=True))
    said = a_call(
        is_partial=True,
        description={},
        lots=(),
        submission_deadline=LATER,
        consortium_allowed=Stated.NOT_SPECIFIED,
        offer_languages=(),
    )
    phase = a_notice(2, notice_type=NoticeType.SELECTIVE_OFFERING_PHASE, call=said)

    tender = _record_all(session, [phase, call] if phase_first else [call, phase], now)

    assert (tender.state, tender.submission_deadline) == (TenderState.CALLED, LATER)
    assert tender.deadline_is_for_requests is False
    assert tender.description == {"fr": "Nettoyage courant."}
    assert tender.consortium_allowed is Stated.YES
    assert tender.offer_languages == ["fr"]
    assert len(tender.lots[0].criteria) == 2
