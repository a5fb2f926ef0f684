"""The batch: what is new is judged once, what people decided stays, one bad lot stops no other."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from matcher.run import MatchReport, judge_pair, match_member, match_pending
from procurement.db import transaction
from procurement.models import Chamber, Lot, Match, Member, Notice, Tender
from procurement.vocabulary import MatchState, Strength
from tests.factories import make_chamber, make_lot, make_match, make_member, make_tender

_CLEANS = {"sectors": ["nettoyage_conciergerie_blanchisserie"], "cpv_codes": ["90911200"]}


def _store(engine: Engine, **tender: Any) -> tuple[int, int]:
    """A cleaning cooperative and the cleaning of schools; the ids of member and lot."""
    with transaction(engine) as session:
        member = make_member(session, **_CLEANS)
        lot = make_tender(session, **tender).lots[0]
        session.flush()
        return member.id, lot.id


def _matches(engine: Engine) -> list[Match]:
    with transaction(engine, read_only=True) as session:
        return list(session.scalars(select(Match).order_by(Match.id)))


def test_a_new_lot_is_proposed_to_whom_it_fits(engine: Engine, now: datetime) -> None:
    member_id, lot_id = _store(engine)

    report = match_pending(engine, now=now)

    assert report == MatchReport(lots=1, members=1, pairs=1, proposed=1)
    (match,) = _matches(engine)
    assert (match.member_id, match.lot_id, match.model) == (member_id, lot_id, "rules-3")
    assert match.strength is Strength.STRONG
    assert match.state is MatchState.PROPOSED
    assert match.reasons[0]["key"] == "cpv_same"
    assert match.signals["within_reach"] == 1.0


def test_running_twice_does_nothing_twice(engine: Engine, now: datetime) -> None:
    _store(engine)
    match_pending(engine, now=now)
    (before,) = _matches(engine)

    report = match_pending(engine, now=now + timedelta(hours=1))

    assert report == MatchReport()
    (after,) = _matches(engine)
    assert (after.id, after.proposed_at) == (before.id, before.proposed_at)


def test_a_lot_of_another_trade_is_not_proposed(engine: Engine, now: datetime) -> None:
    text = {"fr": "Remplacement de collecteurs d’eaux usées"}
    with transaction(engine) as session:
        make_member(session, **_CLEANS)
        tender = make_tender(session, title=text, description=text, cpv_codes=["45232400"])
        tender.lots[0].cpv_codes = ["45232400"]

    report = match_pending(engine, now=now)

    assert (report.pairs, report.proposed) == (1, 0)
    assert _matches(engine) == []


def test_a_closed_lot_is_left_alone(engine: Engine, now: datetime) -> None:
    _, lot_id = _store(engine, submission_deadline=now)

    report = match_pending(engine, now=now)

    assert report.lots == 0
    with transaction(engine, read_only=True) as session:
        assert session.get_one(Lot, lot_id).matched_at is None


def test_an_inactive_member_is_left_alone(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        make_member(session, **_CLEANS, is_active=False)
        make_tender(session)

    assert match_pending(engine, now=now) == MatchReport(lots=1)


def test_a_new_member_meets_the_lots_that_were_matched_before(engine: Engine, now: datetime) -> None:
    _store(engine)
    match_pending(engine, now=now)
    with transaction(engine) as session:
        newcomer = make_member(session, **_CLEANS).id

    report = match_pending(engine, now=now + timedelta(hours=1))

    assert report == MatchReport(lots=0, members=1, pairs=1, proposed=1)
    assert [match.member_id for match in _matches(engine)][1:] == [newcomer]


def test_a_changed_profile_is_matched_again_and_loses_what_no_longer_fits(
    engine: Engine, now: datetime
) -> None:
    member_id, _ = _store(engine)
    match_pending(engine, now=now)
    with transaction(engine) as session:
        member = session.get_one(Member, member_id)
        member.statement, member.sectors, member.cpv_codes = "Traduction de textes.", [], ["79530000"]
        member.profile_changed_at = now + timedelta(minutes=5)

    report = match_pending(engine, now=now + timedelta(hours=1))

    assert (report.members, report.proposed) == (1, 0)
    assert _matches(engine) == []


def test_a_corrected_tender_is_matched_again(engine: Engine, now: datetime) -> None:
    _, lot_id = _store(engine)
    match_pending(engine, now=now)
    later = now + timedelta(hours=1)
    with transaction(engine) as session:
        tender = session.get_one(Lot, lot_id).tender
        tender.submission_deadline, tender.changed_at = now + timedelta(days=4), now + timedelta(minutes=5)

    report = match_pending(engine, now=later)

    assert (report.lots, report.members, report.proposed) == (1, 0, 1)
    (match,) = _matches(engine)
    assert match.risk is not None
    assert match.risk["key"] == "few_days"
    assert match_pending(engine, now=later) == MatchReport()


def test_a_lot_that_a_correction_took_away_loses_what_still_waited(engine: Engine, now: datetime) -> None:
    _, lot_id = _store(engine)
    match_pending(engine, now=now)
    later = now + timedelta(hours=1)
    with transaction(engine) as session:
        lot = session.get_one(Lot, lot_id)
        lot.is_withdrawn, lot.tender.changed_at = True, now + timedelta(minutes=5)

    assert match_pending(engine, now=later).lots == 1
    assert _matches(engine) == []
    assert match_pending(engine, now=later) == MatchReport()


def test_another_model_judges_everything_anew(engine: Engine, now: datetime) -> None:
    member_id, lot_id = _store(engine)
    match_pending(engine, now=now)
    with transaction(engine) as session:
        session.get_one(Lot, lot_id).matched_with = "rules-0"
        session.get_one(Member, member_id).matched_with = "rules-0"

    report = match_pending(engine, now=now + timedelta(hours=1))

    assert (report.lots, report.members, report.pairs) == (1, 1, 1)


@pytest.mark.parametrize("decision", ["released_at", "dropped_at"])
def test_what_staff_decided_is_not_rewritten(decision: str, engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = make_member(session, **_CLEANS)
        tender = make_tender(session)
        make_match(session, member=member, tender=tender, score=0.41, model="old", **{decision: now})

    match_pending(engine, now=now)

    (match,) = _matches(engine)
    assert (match.score, match.model) == (0.41, "old")


@pytest.mark.parametrize("sends_strong", [True, False])
def test_a_strong_match_goes_out_at_once_only_where_the_chamber_wants_it(
    sends_strong: bool, engine: Engine, now: datetime
) -> None:
    member_id, _ = _store(engine)
    with transaction(engine) as session:
        session.get_one(Member, member_id).chamber.sends_strong = sends_strong

    match_pending(engine, now=now)

    (match,) = _matches(engine)
    assert (match.released_at == now) is sends_strong


def test_each_chamber_has_its_own_thresholds(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        here = make_chamber(session)
        choosy = make_chamber(session, key="autre", hold_from=0.999, strong_from=0.9999)
        mine = make_member(session, chamber=here, **_CLEANS).id
        make_member(session, chamber=choosy, **_CLEANS)
        make_tender(session)

    match_pending(engine, now=now)

    assert [match.member_id for match in _matches(engine)] == [mine]


def test_a_gate_keeps_a_lot_from_a_member(engine: Engine, now: datetime) -> None:
    member_id, _ = _store(engine)
    with transaction(engine) as session:
        session.get_one(Member, member_id).excluded_words = ["ÉCOLES"]

    report = match_pending(engine, now=now)

    assert (report.pairs, report.proposed) == (1, 0)


def test_one_bad_lot_stops_no_other_and_is_tried_again(
    engine: Engine, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    _, bad_id = _store(engine)
    with transaction(engine) as session:
        make_tender(session)
        # Without any publication there is nothing that a match could be about.
        bad = session.get_one(Lot, bad_id)
        for notice in session.scalars(select(Notice).where(Notice.tender_id == bad.tender_id)):
            session.delete(notice)

    report = match_pending(engine, now=now)

    assert (report.proposed, report.failed) == (1, 1)
    assert "a lot could not be matched" in caplog.text
    again = match_pending(engine, now=now + timedelta(hours=1))
    assert (again.lots, again.members, again.failed) == (1, 0, 1)


def test_a_lot_whose_facts_cannot_be_read_stops_no_other(engine: Engine, now: datetime) -> None:
    _, bad_id = _store(engine)
    with transaction(engine) as session:
        make_tender(session)
        session.get_one(Lot, bad_id).tender.title = ["not", "a", "translation"]  # type: ignore[assignment]

    report = match_pending(engine, now=now)

    assert (report.proposed, report.failed) == (1, 1)


def test_progress_is_told_lot_by_lot(engine: Engine, now: datetime) -> None:
    _store(engine)
    with transaction(engine) as session:
        make_tender(session)
    told: list[tuple[int, int]] = []

    match_pending(engine, now=now, progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]


def test_a_lot_published_anew_while_we_judged_is_left_to_the_next_run(engine: Engine, now: datetime) -> None:
    _, lot_id = _store(engine)

    def publish_anew(done: int, total: int) -> None:
        with transaction(engine) as session:
            for tender in session.scalars(select(Tender)):
                tender.changed_at = now + timedelta(seconds=1)

    with transaction(engine) as session:
        make_tender(session)
    report = match_pending(engine, now=now, progress=publish_anew)

    assert report.overtaken == 1
    assert match_pending(engine, now=now + timedelta(hours=1)).lots == 2
    assert lot_id in {match.lot_id for match in _matches(engine)}


def test_a_profile_saved_while_we_judged_is_judged_again(engine: Engine, now: datetime) -> None:
    member_id, _ = _store(engine)

    def save_profile(done: int, total: int) -> None:
        with transaction(engine) as session:
            session.get_one(Member, member_id).profile_changed_at = now + timedelta(seconds=1)

    match_pending(engine, now=now, progress=save_profile)

    assert match_pending(engine, now=now + timedelta(hours=1)).members == 1


def test_one_member_is_matched_with_every_open_lot_at_once(engine: Engine, now: datetime) -> None:
    member_id, lot_id = _store(engine)
    with transaction(engine) as session:
        make_member(session, **_CLEANS)
        make_tender(session, submission_deadline=now)

    report = match_member(engine, member_id=member_id, now=now)

    assert report == MatchReport(lots=0, members=1, pairs=1, proposed=1)
    with transaction(engine, read_only=True) as session:
        assert session.get_one(Lot, lot_id).matched_at is None
        assert session.get_one(Member, member_id).matched_with == "rules-3"


def test_a_member_that_is_not_there_cannot_be_matched(engine: Engine, now: datetime) -> None:
    with pytest.raises(LookupError, match="no active member 99"):
        match_member(engine, member_id=99, now=now)


def test_a_pair_is_judged_as_in_the_batch(engine: Engine, now: datetime) -> None:
    member_id, lot_id = _store(engine)
    with transaction(engine) as session:
        make_member(session, statement="Traductions", sectors=[], cpv_codes=[])
        make_lot(make_tender(session), description={"fr": "Nettoyage des vitres"})
    match_pending(engine, now=now)

    with transaction(engine, read_only=True) as session:
        judged = judge_pair(session, session.get_one(Lot, lot_id), session.get_one(Member, member_id), now)

    score = next(m.score for m in _matches(engine) if (m.lot_id, m.member_id) == (lot_id, member_id))
    assert judged.stopped_by is None
    assert judged.score == pytest.approx(score, abs=1e-9)


def test_a_pair_that_a_gate_stops_is_scored_all_the_same(engine: Engine, now: datetime) -> None:
    member_id, lot_id = _store(engine, submission_deadline=now - timedelta(days=1))

    with transaction(engine, read_only=True) as session:
        judged = judge_pair(session, session.get_one(Lot, lot_id), session.get_one(Member, member_id), now)

    assert judged.stopped_by is not None
    assert judged.stopped_by.key == "open"
    assert judged.score > 0.35


def test_without_members_lots_do_not_wait_for_ever(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        make_tender(session)

    assert match_pending(engine, now=now).lots == 1
    assert match_pending(engine, now=now) == MatchReport()


def test_a_match_that_reaches_the_threshold_no_more_goes_from_the_queue(
    engine: Engine, now: datetime
) -> None:
    member_id, _ = _store(engine)
    match_pending(engine, now=now)
    with transaction(engine) as session:
        session.execute(select(Chamber)).scalar_one().hold_from = 0.9999

    match_member(engine, member_id=member_id, now=now)

    assert _matches(engine) == []


def test_a_lead_that_a_gate_stops_is_not_proposed_whatever_the_threshold(
    engine: Engine, now: datetime
) -> None:
    member_id, _ = _store(engine)
    with transaction(engine) as session:
        member = session.get_one(Member, member_id)
        member.excluded_words, member.chamber.hold_from = ["écoles"], 0.0

    assert match_pending(engine, now=now).proposed == 0


def test_a_profile_that_still_fits_nothing_leaves_the_lots_untouched(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        member = make_member(session, statement="Traduction", sectors=[], cpv_codes=["79530000"])
        make_tender(session)
    match_pending(engine, now=now)
    with transaction(engine) as session:
        session.get_one(Member, member.id).profile_changed_at = now + timedelta(minutes=1)

    report = match_pending(engine, now=now + timedelta(hours=1))

    assert (report.lots, report.pairs, report.proposed) == (0, 1, 0)
    assert _matches(engine) == []
