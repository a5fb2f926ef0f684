"""The weekly sample: below the threshold, once a week, the same every time, and never sent by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from matcher.classifier import Judgement, Linear, RuleOfThumb
from matcher.run import match_pending
from matcher.sampling import FAR, NEAR, draw_samples
from procurement.alerts import post_alerts
from procurement.db import transaction
from procurement.links import Links
from procurement.matches import drop, keep, waiting
from procurement.models import Chamber, Lot, Match, Member, Person
from procurement.vocabulary import DropReason, Frequency, MatchState, Role
from tests.factories import make_chamber, make_match, make_member, make_person, make_tender

_RULES = RuleOfThumb()
_WEEK = timedelta(days=7)


def _store(engine: Engine, now: datetime, *, members: int = 3, lots: int = 4) -> None:
    """Translators, and works of last week that are nothing for them."""
    text = {"fr": "Remplacement de collecteurs d’eaux usées"}
    with transaction(engine) as session:
        for _ in range(members):
            make_member(session, statement="Traduction", sectors=[], cpv_codes=["79530000"])
        for _ in range(lots):
            tender = make_tender(
                session,
                title=text,
                description=text,
                cpv_codes=["45232400"],
                published_on=(now - _WEEK).date(),
                submission_deadline=now + timedelta(days=30),
            )
            tender.lots[0].cpv_codes = ["45232400"]


def _draw(engine: Engine, now: datetime) -> int:
    return draw_samples(engine, now=now, classifier=_RULES)


def _matches(engine: Engine) -> list[Match]:
    with transaction(engine, read_only=True) as session:
        return list(session.scalars(select(Match).order_by(Match.id)))


def test_a_few_pairs_of_last_week_wait_for_staff_with_what_they_stand_for(
    engine: Engine, now: datetime
) -> None:
    _store(engine, now)

    assert _draw(engine, now) == FAR

    found = _matches(engine)
    assert [match.sample_of for match in found] == [3] * FAR
    assert {match.state for match in found} == {MatchState.PROPOSED}
    assert all(match.is_sample and match.signals and match.score < 0.25 for match in found)
    with transaction(engine, read_only=True) as session:
        (chamber,) = session.scalars(select(Chamber))
        assert len(waiting(session, chamber_id=chamber.id, now=now)) == FAR


def test_a_week_is_drawn_once(engine: Engine, now: datetime) -> None:
    _store(engine, now)
    _draw(engine, now)

    assert _draw(engine, now + timedelta(days=5)) == 0
    assert len(_matches(engine)) == FAR


class _Overtaken:
    """Judges as the rule of thumb, while another run does the week by a model that leaves nothing below."""

    version = _RULES.version
    base = _RULES.base

    def __init__(self, engine: Engine, now: datetime) -> None:
        """The first judgement lets the other run go ahead."""
        self._engine, self._now, self._waits = engine, now, True

    @property
    def weights(self) -> Mapping[str, float]:
        """Those of the rule of thumb."""
        if self._waits:
            self._waits = False
            draw_samples(self._engine, now=self._now, classifier=Linear("generous", 5.0, {}))
        return _RULES.weights

    def judge(self, values: Mapping[str, float]) -> Judgement:
        """What the rule of thumb says."""
        return _RULES.judge(values)


def test_of_two_runs_at_once_the_first_draws(engine: Engine, now: datetime) -> None:
    _store(engine, now)

    assert draw_samples(engine, now=now, classifier=_Overtaken(engine, now)) == 0
    assert _matches(engine) == []


def test_the_next_week_is_drawn_again(engine: Engine, now: datetime) -> None:
    _store(engine, now)
    _draw(engine, now)
    _store(engine, now + _WEEK)

    assert _draw(engine, now + _WEEK) == FAR
    assert len(_matches(engine)) == 2 * FAR


def test_only_what_was_published_last_week_is_drawn_from(engine: Engine, now: datetime) -> None:
    _store(engine, now + _WEEK)
    _store(engine, now - _WEEK)

    assert _draw(engine, now) == 0


def test_the_same_week_drawn_twice_gives_the_same_pairs(engine: Engine, now: datetime) -> None:
    _store(engine, now)
    _draw(engine, now)
    first = {(match.lot_id, match.member_id) for match in _matches(engine)}
    with transaction(engine) as session:
        for match in session.scalars(select(Match)):
            session.delete(match)
        session.execute(select(Chamber)).scalar_one().sampled_at = None

    _draw(engine, now + timedelta(days=2))

    assert {(match.lot_id, match.member_id) for match in _matches(engine)} == first


def test_what_lies_just_below_the_threshold_is_drawn_apart_from_the_rest(
    engine: Engine, now: datetime
) -> None:
    _store(engine, now, members=9, lots=4)
    with transaction(engine) as session:
        session.execute(select(Chamber)).scalar_one().hold_from = 0.12
        for member in session.scalars(select(Member).order_by(Member.id)).all()[:3]:
            # Nobody knows where they work: a little less speaks for each lot.
            member.cantons = []

    _draw(engine, now)

    found = sorted((match.score >= 0.06, match.sample_of) for match in _matches(engine))
    assert found == [(False, 3)] * FAR + [(True, 6)] * NEAR


def test_what_is_matched_already_is_not_drawn(engine: Engine, now: datetime) -> None:
    _store(engine, now, members=1, lots=2)
    with transaction(engine) as session:
        first, second = session.scalars(select(Lot).order_by(Lot.id)).all()
        member = session.scalars(select(Member)).one()
        make_match(session, member=member, lot=first, dropped_at=now)
        second_id = second.id

    assert _draw(engine, now) == 1

    assert [match.lot_id for match in _matches(engine) if match.is_sample] == [second_id]


def test_what_a_gate_stops_is_not_drawn(engine: Engine, now: datetime) -> None:
    _store(engine, now)
    with transaction(engine) as session:
        for member in session.scalars(select(Member)):
            member.excluded_words = ["collecteurs"]

    assert _draw(engine, now) == 0


def test_each_chamber_has_its_own_draw(engine: Engine, now: datetime) -> None:
    _store(engine, now)
    with transaction(engine) as session:
        other = make_chamber(session, key="autre")
        make_member(session, chamber=other, statement="Traduction", sectors=[], cpv_codes=[])

    assert _draw(engine, now) == 2 * FAR


def test_without_anything_published_the_week_is_done(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        make_chamber(session)

    assert _draw(engine, now) == 0
    with transaction(engine, read_only=True) as session:
        assert session.execute(select(Chamber)).scalar_one().sampled_at == now


def test_a_sample_is_still_there_after_the_next_run(engine: Engine, now: datetime) -> None:
    _store(engine, now)
    match_pending(engine, now=now)
    _draw(engine, now)
    with transaction(engine) as session:
        for member in session.scalars(select(Member)):
            member.profile_changed_at = now + timedelta(minutes=1)

    match_pending(engine, now=now + timedelta(hours=1))

    assert len(_matches(engine)) == FAR


def test_a_sample_that_reaches_the_threshold_by_itself_is_one_no_more(engine: Engine, now: datetime) -> None:
    _store(engine, now, members=1, lots=1)
    match_pending(engine, now=now)
    _draw(engine, now)
    with transaction(engine) as session:
        member = session.scalars(select(Member)).one()
        member.statement, member.cpv_codes = "Remplacement de collecteurs d’eaux usées", ["45232400"]
        member.profile_changed_at = now + timedelta(minutes=1)

    match_pending(engine, now=now + timedelta(hours=1))

    (match,) = _matches(engine)
    assert (match.is_sample, match.state) == (False, MatchState.PROPOSED)
    assert match.score > 0.25


@pytest.mark.parametrize("decision", ["none", "drop", "keep"])
def test_a_sample_reaches_the_member_only_when_staff_keep_it(
    decision: str, engine: Engine, now: datetime
) -> None:
    _store(engine, now, members=1, lots=1)
    with transaction(engine) as session:
        chamber = session.execute(select(Chamber)).scalar_one()
        # As generous as a chamber can be: strong matches go out without waiting.
        chamber.sends_strong, chamber.strong_from, chamber.hold_from = True, 0.0, 0.2
        member = session.scalars(select(Member)).one()
        reader = make_person(session, member=member, frequency=Frequency.INSTANT_ANY_HOUR).id
        staff = make_person(session, role=Role.STAFF, chamber=chamber).id
    _draw(engine, now)
    match_pending(engine, now=now + timedelta(minutes=5))

    with transaction(engine) as session:
        (match,) = session.scalars(select(Match))
        person = session.get_one(Person, staff)
        if decision == "keep":
            keep(session, match=match, person=person, now=now)
        if decision == "drop":
            drop(session, match=match, person=person, reason=DropReason.NOT_THEIR_TRADE, now=now)
    with transaction(engine) as session:
        links = Links("http://127.0.0.1:8000", "x" * 32)
        message = post_alerts(session, person_id=reader, links=links, now=now + timedelta(hours=1))

    assert (message is not None) is (decision == "keep")
