"""What pages ask about leads: the answers, as rows of work hold them."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matcher.answer import answer_work
from matcher.gates import GATES
from matcher.run import judge_pair
from matcher.signals import SIGNALS
from procurement.codes import remember_cpv
from procurement.db import transaction
from procurement.entered import SOURCE
from procurement.judging import GateName, SignalName
from procurement.models import Chamber, Lot, Member, Work
from procurement.vocabulary import NoticeType, TenderState
from procurement.work import ask
from tests.factories import make_lot, make_match, make_member, make_tender


def answered(engine: Engine, now: datetime, kind: str, **facts: Any) -> dict[str, Any]:
    """What the worker answers to a question."""
    with transaction(engine) as session:
        work_id = ask(session, key=f"{kind}:1", kind=kind, now=now, **facts).id
    assert answer_work(engine, now=now)
    with transaction(engine, read_only=True) as session:
        row = session.get_one(Work, work_id)
        assert row.answer is not None, row.last_error
        return json.loads(json.dumps(row.answer))  # type: ignore[no-any-return]


def cleaner(session: Session, **facts: Any) -> Member:
    """A member that cleans in Geneva."""
    return make_member(session, **{"cpv_codes": ["90911200"], "cantons": ["GE"], **facts})


def test_every_gate_and_signal_has_its_words() -> None:
    assert set(GATES) <= {name.value for name in GateName}
    assert set(SIGNALS) <= {name.value for name in SignalName}


def test_why_not_says_every_gate_every_signal_and_the_threshold(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = cleaner(session, cantons=["VS"], excluded_words=["écoles"])
        tender = make_tender(session)
        session.scalars(select(Chamber)).one().hold_from = 0.4

    said = answered(engine, now, "why_not", member_id=member.id, tender_id=tender.id)

    (lot,) = said["lots"]
    assert said["threshold"] == 0.4
    assert {gate["key"]: gate["passed"] for gate in lot["gates"]} == {
        **dict.fromkeys(GATES, True),
        "place": False,
        "excluded_words": False,
    }
    assert [signal["key"] for signal in lot["signals"]] == list(SIGNALS)
    assert lot["reasons"]


def test_why_not_gives_the_score_of_matching(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member, other = cleaner(session), make_member(session, statement="Traiteur de saison.")
        tender, _ = make_tender(session), make_tender(session, title={"fr": "Repas scolaires"})
        assert other
        session.flush()
        judged = judge_pair(session, session.get_one(Lot, tender.lots[0].id), member, now)

    said = answered(engine, now, "why_not", member_id=member.id, tender_id=tender.id)

    assert said["lots"][0]["score"] == pytest.approx(judged.score, abs=1e-3)


def test_the_lot_that_comes_nearest_stands_first(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = cleaner(session)
        tender = make_tender(session, lots=[], cpv_codes=[])
        far = make_lot(tender, place_canton="VS", cpv_codes=["90911200"])
        tender.buyer.canton = "VS"  # type: ignore[union-attr]
        weak = make_lot(tender, cpv_codes=["44110000"], description={"fr": "Fourniture de ciment."})
        best = make_lot(tender, cpv_codes=["90911200"])
        gone = make_lot(tender, is_withdrawn=True)
        session.flush()

    said = answered(engine, now, "why_not", member_id=member.id, tender_id=tender.id)

    assert [lot["lot_id"] for lot in said["lots"]] == [best.id, weak.id, far.id]
    assert gone.id not in [lot["lot_id"] for lot in said["lots"]]


def test_why_not_is_answered_for_a_closed_tender_and_a_member_that_left(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        member = cleaner(session, is_active=False)
        tender = make_tender(session, submission_deadline=now - timedelta(days=1))

    said = answered(engine, now, "why_not", member_id=member.id, tender_id=tender.id)

    gates = {gate["key"]: gate["passed"] for gate in said["lots"][0]["gates"]}
    assert gates["open"] is False


@pytest.mark.parametrize("missing", ["member", "tender"])
def test_what_is_not_there_is_named(engine: Engine, now: datetime, missing: str) -> None:
    with transaction(engine) as session:
        facts = {"member_id": cleaner(session).id, "tender_id": make_tender(session).id}
        work_id = ask(session, key="x", kind="why_not", now=now, **{**facts, f"{missing}_id": 999}).id

    answer_work(engine, now=now)

    with transaction(engine, read_only=True) as session:
        assert session.get_one(Work, work_id).last_error == f"LookupError: there is no {missing} 999"


def test_the_nearest_misses_are_three_and_say_what_they_lack(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = cleaner(session, statement="Nettoyage de bureaux.", sectors=[])
        stopped = make_tender(session, lots=[])
        make_lot(stopped, place_canton="VS")
        stopped.buyer.canton = "VS"  # type: ignore[union-attr]
        others = [
            make_tender(session, title={"fr": f"Ciment {n}"}, description={}, cpv_codes=["44110000"], lots=[])
            for n in range(4)
        ]
        for tender in others:
            make_lot(tender, cpv_codes=["44110000"], description={"fr": "Fourniture de ciment."})
        proposed = make_tender(session)

    said = answered(engine, now, "near_misses", member_id=member.id)

    found = [each["tender_id"] for each in said["tenders"]]
    assert len(found) == 3
    assert found[0] == stopped.id
    assert set(found[1:]) <= {tender.id for tender in others}
    assert proposed.id not in found
    assert [gate["key"] for gate in said["tenders"][0]["gates"] if not gate["passed"]] == ["place"]
    assert said["tenders"][1]["missing"][0]["key"] == "cpv_branch"
    assert said["tenders"][1]["score"] < said["threshold"]


def test_what_was_found_already_and_what_was_entered_by_hand_is_no_miss(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        member = cleaner(session, cantons=["VS"])
        hidden = make_tender(session, source=SOURCE)
        closed = make_tender(session, submission_deadline=now)
        make_match(session, member=member, dropped_at=now)
        near = make_tender(session)

    said = answered(engine, now, "near_misses", member_id=member.id)

    assert [each["tender_id"] for each in said["tenders"]] == [near.id]
    assert hidden.id != near.id != closed.id


def a_draft(**facts: Any) -> dict[str, Any]:
    """A draft of a cleaner's profile; each argument overrides one fact."""
    return {
        "statement": "Nettoyage de bureaux et d’écoles.",
        "cpv_codes": ["90911200"],
        "cantons": ["GE"],
        "excluded_words": [],
        **facts,
    }


def test_a_preview_counts_what_the_draft_would_have_brought(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = cleaner(session, statement="", cpv_codes=[], sectors=[], cantons=["VS"])
        is_open = make_tender(session)
        closed = make_tender(session, submission_deadline=now - timedelta(days=1), state=TenderState.AWARDED)
        make_tender(session, published_on=(now - timedelta(days=40)).date())
        make_tender(session, source=SOURCE)
        make_tender(session, title={"fr": "Ciment"}, description={}, cpv_codes=["44110000"], lots=[])
        twin = make_tender(session, source="ted")
        twin.merged_into_id = is_open.id
        award_only = make_tender(session, state=TenderState.AWARDED)
        award_only.notices[0].notice_type = NoticeType.AWARD

    said = answered(engine, now, "profile_preview", member_id=member.id, draft=a_draft())

    assert {each["tender_id"] for each in said["tenders"]} == {is_open.id, closed.id}
    assert (said["days"], said["found"], said["per_week"]) == (30, 2, 0.5)
    with transaction(engine, read_only=True) as session:
        assert session.get_one(Member, member.id).statement == ""


@pytest.mark.parametrize(
    "changed", [{"cantons": ["VS"]}, {"excluded_words": ["écoles"]}, {"cpv_codes": [], "statement": "Repas."}]
)
def test_every_part_of_a_draft_counts(engine: Engine, now: datetime, changed: dict[str, Any]) -> None:
    with transaction(engine) as session:
        member = cleaner(session, sectors=[])
        make_tender(session)

    said = answered(engine, now, "profile_preview", member_id=member.id, draft=a_draft(**changed))

    assert said["found"] == 0


def test_a_preview_finds_codes_and_words_in_the_text(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        remember_cpv(
            session,
            {
                "90919200": {"fr": "Services de nettoyage de bureaux"},
                "90919300": {"fr": "Services de nettoyage des écoles"},
                "55520000": {"fr": "Services traiteur"},
                "90911200": {"fr": "Services de nettoyage de bâtiments"},
            },
        )
        member = cleaner(session)
        make_tender(session)

    draft = a_draft(cpv_codes=["90919300"])
    said = answered(engine, now, "profile_preview", member_id=member.id, draft=draft)

    codes = {each["code"]: each for each in said["codes"]}
    assert codes["90919200"]["words"] == ["nettoyage", "bureaux"]
    assert codes["90919200"]["confidence"] is None
    stated = {code for code, each in codes.items() if each["confidence"] is None}
    assert not {"90919300", "55520000", "90911200"} & stated
    assert said["codes"][0]["code"] == "90919200"
    assert {each["word"]: each["count"] for each in said["words"]} == {"nettoyage": 1, "écoles": 1}
