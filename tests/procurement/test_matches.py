"""A match from proposed to released: bands, decisions of staff, what waits and what a member sees."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from procurement import matches
from procurement.db import transaction
from procurement.errors import NotAllowed, RuleBroken
from procurement.matches import Proposal, record_matches
from procurement.models import AuditEntry, Chamber, Lot, Match, Member, NoticeVersion, Person
from procurement.rules import Rule
from procurement.vocabulary import DropReason, MatchState, NoticeType, Role, Strength, TenderState
from tests.factories import (
    make_chamber,
    make_lot,
    make_match,
    make_member,
    make_notice,
    make_person,
    make_tender,
)
from tests.procurement.together import together


def _proposal(member: Member, score: float, **overrides: Any) -> Proposal:
    facts: dict[str, Any] = {
        "member_id": member.id,
        "score": score,
        "reasons": [{"key": "place_in_reach", "facts": {"canton": "GE"}}],
        "risk": None,
        "model": "m1",
        "signals": {"place": 1.0},
    }
    return Proposal(**{**facts, **overrides})


def _record(session: Session, lot: Lot, member: Member, score: float | None, now: datetime) -> int:
    """Let the matcher judge one member for a lot; without a score no gate was passed."""
    proposals = [] if score is None else [_proposal(member, score)]
    proposed = record_matches(
        session, lot=lot, chamber=member.chamber, judged=[member.id], proposals=proposals, now=now
    )
    session.flush()
    return proposed


def _only(session: Session) -> Match:
    return session.scalars(select(Match)).one()


def _staff(session: Session, **overrides: Any) -> Person:
    return make_person(session, role=Role.STAFF, **overrides)


def _acts(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("score", "strength"),
    [
        (1.0, Strength.STRONG),
        (0.60, Strength.STRONG),
        (0.5999, Strength.GOOD),
        (0.35, Strength.GOOD),
        (0.3499, Strength.TO_CHECK),
        (0.0, Strength.TO_CHECK),
    ],
)
def test_the_band_of_a_score_follows_the_chambers_thresholds(
    session: Session, score: float, strength: Strength
) -> None:
    assert matches.strength_of(score, make_chamber(session, strong_from=0.6, hold_from=0.35)) is strength


def test_a_chamber_sets_its_own_thresholds(session: Session) -> None:
    chamber = make_chamber(session, strong_from=0.9, hold_from=0.8)

    assert matches.strength_of(0.85, chamber) is Strength.GOOD
    assert matches.strength_of(0.7, chamber) is Strength.TO_CHECK


def test_a_proposal_is_written_with_why_and_by_which_model(session: Session, now: datetime) -> None:
    lot, member = make_tender(session).lots[0], make_member(session)
    proposal = _proposal(member, 0.5, risk={"key": "few_days", "facts": {}})

    proposed = record_matches(
        session, lot=lot, chamber=member.chamber, judged=[member.id], proposals=[proposal], now=now
    )

    match = _only(session)
    assert proposed == 1
    assert (match.score, match.strength, match.model) == (0.5, Strength.GOOD, "m1")
    assert match.reasons == [{"key": "place_in_reach", "facts": {"canton": "GE"}}]
    assert match.risk == {"key": "few_days", "facts": {}}
    assert match.signals == {"place": 1.0}
    assert (match.state, match.proposed_at) == (MatchState.PROPOSED, now)


def test_a_weak_proposal_is_not_written(session: Session, now: datetime) -> None:
    proposed = _record(session, make_tender(session).lots[0], make_member(session), 0.2, now)

    assert proposed == 0
    assert session.scalars(select(Match)).all() == []


def test_a_match_that_waits_follows_the_newest_score(session: Session, now: datetime) -> None:
    lot, member = make_tender(session).lots[0], make_member(session)
    _record(session, lot, member, 0.4, now)

    _record(session, lot, member, 0.8, now + timedelta(days=1))

    match = _only(session)
    assert (match.score, match.strength) == (0.8, Strength.STRONG)
    assert match.proposed_at == now


@pytest.mark.parametrize("score", [0.2, None])
def test_a_match_that_waits_goes_when_it_no_longer_fits(
    session: Session, now: datetime, score: float | None
) -> None:
    lot, member = make_tender(session).lots[0], make_member(session)
    _record(session, lot, member, 0.4, now)

    _record(session, lot, member, score, now)

    assert session.scalars(select(Match)).all() == []


def test_a_member_who_was_not_judged_keeps_its_match(session: Session, now: datetime) -> None:
    lot, member, other = make_tender(session).lots[0], make_member(session), make_member(session)
    _record(session, lot, member, 0.4, now)

    _record(session, lot, other, 0.9, now)

    assert {match.member_id for match in session.scalars(select(Match))} == {member.id, other.id}


@pytest.mark.parametrize("decide", ["keep", "drop"])
@pytest.mark.parametrize("score", [0.9, 0.1, None])
def test_a_match_that_staff_decided_on_is_never_rewritten(
    session: Session, now: datetime, decide: str, score: float | None
) -> None:
    lot, member = make_tender(session).lots[0], make_member(session)
    _record(session, lot, member, 0.5, now)
    match, staff = _only(session), _staff(session)
    if decide == "keep":
        matches.keep(session, match=match, person=staff, now=now)
    else:
        matches.drop(session, match=match, person=staff, reason=DropReason.TOO_BIG, now=now)

    proposed = _record(session, lot, member, score, now + timedelta(days=1))

    assert proposed == 0
    assert (match.score, match.strength) == (0.5, Strength.GOOD)
    assert match.state is (MatchState.RELEASED if decide == "keep" else MatchState.DROPPED)


@pytest.mark.parametrize(
    ("sends_strong", "score", "is_released"),
    [(True, 0.8, True), (True, 0.5, False), (False, 0.8, False), (False, 0.5, False)],
)
def test_only_strong_matches_of_a_chamber_that_sends_them_leave_without_waiting(
    session: Session, now: datetime, sends_strong: bool, score: float, is_released: bool
) -> None:
    make_chamber(session, sends_strong=sends_strong)

    _record(session, make_tender(session).lots[0], make_member(session), score, now)

    match = _only(session)
    assert (match.released_at is not None) is is_released
    assert match.decided_by_id is None


def test_a_proposal_is_about_the_newest_publication(session: Session, now: datetime) -> None:
    tender = make_tender(session)
    correction = make_notice(session, tender, is_correction=True)

    _record(session, tender.lots[0], make_member(session), 0.5, now)

    assert _only(session).notice_version_id == correction.versions[0].id


def test_a_match_that_waits_moves_on_to_a_correction(session: Session, now: datetime) -> None:
    tender, member = make_tender(session), make_member(session)
    _record(session, tender.lots[0], member, 0.5, now)
    correction = make_notice(session, tender, is_correction=True)

    _record(session, tender.lots[0], member, 0.5, now)

    assert _only(session).notice_version_id == correction.versions[0].id


def test_an_older_publication_that_arrives_late_is_not_the_newest(session: Session) -> None:
    tender = make_tender(session)
    make_notice(
        session,
        tender,
        notice_type=NoticeType.ADVANCE_NOTICE,
        published_on=tender.published_on - timedelta(days=30),
        number=f"{tender.number}-00",
    )

    newest = session.get_one(NoticeVersion, matches.newest_version_id(session, tender.id))

    assert newest.notice.number == f"{tender.number}-01"


def test_staff_let_a_match_go_to_its_member(session: Session, now: datetime) -> None:
    match, staff = make_match(session), _staff(session)

    matches.keep(session, match=match, person=staff, now=now)

    assert (match.state, match.released_at, match.decided_by) == (MatchState.RELEASED, now, staff)
    assert _acts(session) == ["match.keep"]


def test_the_same_decision_twice_is_the_same(session: Session, now: datetime) -> None:
    match, staff = make_match(session), _staff(session)
    matches.keep(session, match=match, person=staff, now=now)

    matches.keep(session, match=match, person=_staff(session), now=now + timedelta(hours=1))

    assert (match.released_at, match.decided_by) == (now, staff)
    assert _acts(session) == ["match.keep"]


def test_staff_drop_a_match_and_say_why(session: Session, now: datetime) -> None:
    match, staff = make_match(session), _staff(session)

    matches.drop(session, match=match, person=staff, reason=DropReason.TOO_FAR, now=now)
    matches.drop(session, match=match, person=staff, reason=DropReason.OTHER, now=now + timedelta(hours=1))

    assert (match.state, match.dropped_at, match.drop_reason) == (
        MatchState.DROPPED,
        now,
        DropReason.TOO_FAR,
    )
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.act, entry.subject, entry.facts) == (
        "match.drop",
        f"match:{match.id}",
        {"reason": "too_far"},
    )
    assert (entry.person_id, entry.chamber_id, entry.at) == (staff.id, staff.chamber_id, now)


def test_what_one_dropped_another_does_not_keep(session: Session, now: datetime) -> None:
    match = make_match(session)
    first = _staff(session, name="Solène Vuagnat")
    matches.drop(session, match=match, person=first, reason=DropReason.TOO_BIG, now=now)

    with pytest.raises(RuleBroken) as caught:
        matches.keep(session, match=match, person=_staff(session), now=now)

    assert (caught.value.rule, caught.value.facts) == (Rule.ALREADY_DECIDED, {"who": "Solène Vuagnat"})
    assert match.state is MatchState.DROPPED


def test_what_one_kept_another_does_not_drop(session: Session, now: datetime) -> None:
    match = make_match(session)
    matches.keep(session, match=match, person=_staff(session, name="Solène Vuagnat"), now=now)

    with pytest.raises(RuleBroken) as caught:
        matches.drop(session, match=match, person=_staff(session), reason=DropReason.TOO_BIG, now=now)

    assert caught.value.facts == {"who": "Solène Vuagnat"}
    assert match.state is MatchState.RELEASED


def test_what_left_without_waiting_cannot_be_dropped(session: Session, now: datetime) -> None:
    match = make_match(session, released_at=now)

    with pytest.raises(RuleBroken) as caught:
        matches.drop(session, match=match, person=_staff(session), reason=DropReason.TOO_BIG, now=now)

    assert caught.value.facts == {"who": "aimp"}


@pytest.mark.parametrize("decide", ["keep", "drop"])
def test_a_decision_can_be_taken_back_before_the_member_is_told(
    session: Session, now: datetime, decide: str
) -> None:
    match, staff = make_match(session), _staff(session)
    if decide == "keep":
        matches.keep(session, match=match, person=staff, now=now)
    else:
        matches.drop(session, match=match, person=staff, reason=DropReason.TOO_BIG, now=now)

    matches.undo(session, match=match, person=staff, now=now)

    assert match.state is MatchState.PROPOSED
    assert (match.decided_by, match.drop_reason) == (None, None)
    assert _acts(session) == [f"match.{decide}", "match.undo"]


def test_a_decision_cannot_be_taken_back_once_the_member_is_told(session: Session, now: datetime) -> None:
    match = make_match(session, released_at=now, alerted_at=now)

    with pytest.raises(RuleBroken) as caught:
        matches.undo(session, match=match, person=_staff(session), now=now)

    assert caught.value.rule is Rule.ALREADY_DECIDED
    assert match.released_at == now


def _keep(session: Session, match: Match, person: Person, now: datetime) -> None:
    matches.keep(session, match=match, person=person, now=now)


def _drop(session: Session, match: Match, person: Person, now: datetime) -> None:
    matches.drop(session, match=match, person=person, reason=DropReason.OTHER, now=now)


def _undo(session: Session, match: Match, person: Person, now: datetime) -> None:
    matches.undo(session, match=match, person=person, now=now)


Verb = Callable[[Session, Match, Person, datetime], None]
every_verb = pytest.mark.parametrize("verb", [_keep, _drop, _undo])


@every_verb
def test_a_member_decides_on_no_match(session: Session, now: datetime, verb: Verb) -> None:
    match = make_match(session)
    person = make_person(session, member=match.member)

    with pytest.raises(NotAllowed):
        verb(session, match, person, now)

    assert match.state is MatchState.PROPOSED
    assert _acts(session) == []


@every_verb
def test_staff_of_another_chamber_decide_on_no_match(session: Session, now: datetime, verb: Verb) -> None:
    match = make_match(session)
    stranger = _staff(session, chamber=make_chamber(session, key="autre"))

    with pytest.raises(NotAllowed):
        verb(session, match, stranger, now)

    assert match.state is MatchState.PROPOSED


def test_of_two_staff_who_decide_at_once_one_wins(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        match_ids = [make_match(session).id for _ in range(8)]
        staff_id = _staff(session).id

    for match_id in match_ids:

        def decide(verb: Verb, match_id: int = match_id) -> str:
            try:
                with transaction(engine) as session:
                    verb(session, session.get_one(Match, match_id), session.get_one(Person, staff_id), now)
            except RuleBroken:
                return "refused"
            return "done"

        found = together([lambda: decide(_keep), lambda: decide(_drop)])

        assert sorted(found) == ["done", "refused"]
    with transaction(engine, read_only=True) as session:
        decided = session.scalars(select(Match)).all()
        assert all((match.released_at is None) != (match.dropped_at is None) for match in decided)


def test_what_waits_stands_by_deadline_then_by_score(session: Session, now: datetime) -> None:
    chamber = make_chamber(session)
    soon, late = (make_tender(session, submission_deadline=now + timedelta(days=days)) for days in (3, 30))
    unknown = make_tender(session, submission_deadline=None)
    expected = [
        make_match(session, tender=soon, score=0.9),
        make_match(session, tender=soon, score=0.5),
        make_match(session, tender=late, score=0.95),
        make_match(session, tender=unknown, score=1.0),
    ]
    session.expunge_all()

    queue = matches.waiting(session, chamber_id=chamber.id, now=now)

    assert [match.id for match in queue] == [match.id for match in expected]


def test_only_open_and_undecided_matches_of_the_chamber_wait(session: Session, now: datetime) -> None:
    chamber = make_chamber(session)
    wanted = make_match(session)
    make_match(session, released_at=now)
    make_match(session, dropped_at=now)
    make_match(session, tender=make_tender(session, submission_deadline=now))
    make_match(session, tender=make_tender(session, state=TenderState.CANCELLED))
    make_match(session, member=make_member(session, chamber=make_chamber(session, key="autre")))

    queue = matches.waiting(session, chamber_id=chamber.id, now=now)

    assert [match.id for match in queue] == [wanted.id]


def test_the_last_decisions_are_shown_newest_first(session: Session, now: datetime) -> None:
    staff = _staff(session)
    old, new, newest = (make_match(session) for _ in range(3))
    make_match(session, released_at=now)
    matches.keep(session, match=old, person=staff, now=now)
    matches.drop(session, match=new, person=staff, reason=DropReason.TOO_BIG, now=now + timedelta(minutes=1))
    matches.keep(session, match=newest, person=staff, now=now + timedelta(minutes=2))
    session.flush()

    shown = matches.decided(session, chamber_id=staff.chamber_id, limit=2)

    assert [match.id for match in shown] == [newest.id, new.id]


def test_a_member_sees_what_was_released_to_it_the_nearest_deadline_first(
    session: Session, now: datetime
) -> None:
    member = make_member(session)
    far, near, unknown = (
        make_tender(session, submission_deadline=deadline)
        for deadline in (now + timedelta(days=20), now + timedelta(days=2), None)
    )
    for tender in (far, near, unknown):
        make_match(session, member=member, tender=tender, released_at=now)
    make_match(session, member=member)
    make_match(session, released_at=now)

    seen = matches.tenders_of(session, member=member, now=now)

    assert [found.tender.id for found in seen] == [near.id, far.id, unknown.id]


def test_a_tender_is_shown_once_by_its_best_lot(session: Session, now: datetime) -> None:
    member, tender = make_member(session), make_tender(session)
    second = make_lot(tender)
    make_match(session, member=member, lot=tender.lots[0], released_at=now, score=0.5)
    best = make_match(session, member=member, lot=second, released_at=now, score=0.9)

    seen = matches.tenders_of(session, member=member, now=now)

    assert len(seen) == 1
    assert seen[0].best.id == best.id
    assert len(seen[0].matches) == 2


def test_closed_tenders_are_shown_last_and_only_when_asked_for(session: Session, now: datetime) -> None:
    member = make_member(session)
    over = make_tender(session, submission_deadline=now - timedelta(days=1))
    still = make_tender(session, submission_deadline=now + timedelta(days=1))
    for tender in (over, still):
        make_match(session, member=member, tender=tender, released_at=now)

    by_default = matches.tenders_of(session, member=member, now=now)
    asked_for = matches.tenders_of(session, member=member, now=now, include_closed=True)

    assert [found.tender.id for found in by_default] == [still.id]
    assert [found.tender.id for found in asked_for] == [still.id, over.id]


def test_a_tender_released_to_nobody_of_the_member_is_none_of_its_own(
    session: Session, now: datetime
) -> None:
    member, tender = make_member(session), make_tender(session)
    make_match(session, member=member, tender=tender)
    make_match(session, tender=tender, released_at=now)

    assert matches.matched_tender(session, member=member, tender=tender) is None


def test_the_first_look_at_a_tender_is_noted(session: Session, now: datetime) -> None:
    match = make_match(session, released_at=now)
    matched = matches.matched_tender(session, member=match.member, tender=match.lot.tender)
    assert matched is not None

    matches.mark_opened(session, matched=matched, now=now)
    matches.mark_opened(session, matched=matched, now=now + timedelta(days=1))

    assert match.opened_at == now


@pytest.mark.parametrize(
    ("facts", "is_open"),
    [
        ({"submission_deadline": None}, True),
        ({"submission_deadline_in": timedelta(seconds=1)}, True),
        ({"submission_deadline_in": timedelta(0)}, False),
        ({"submission_deadline_in": timedelta(seconds=-1)}, False),
        ({"state": TenderState.ANNOUNCED}, False),
        ({"state": TenderState.AWARDED}, False),
        ({"state": TenderState.CANCELLED}, False),
    ],
)
def test_the_database_and_the_object_agree_on_what_is_open(
    session: Session, now: datetime, facts: dict[str, Any], is_open: bool
) -> None:
    if "submission_deadline_in" in facts:
        facts = {"submission_deadline": now + facts["submission_deadline_in"]}
    match = make_match(session, tender=make_tender(session, **facts))

    queue = matches.waiting(session, chamber_id=match.chamber_id, now=now)

    assert match.lot.tender.is_open(now) is is_open
    assert bool(queue) is is_open


def test_matches_are_counted_by_state(session: Session, now: datetime) -> None:
    make_match(session)
    make_match(session)
    make_match(session, released_at=now)
    make_match(session, dropped_at=now)

    assert matches.counts(session) == {"proposed": 2, "released": 1, "dropped": 1}


def test_a_new_chamber_holds_everything_for_its_staff() -> None:
    columns = Chamber.__table__.columns

    assert columns["sends_strong"].default is not None
    assert columns["sends_strong"].default.arg is False
