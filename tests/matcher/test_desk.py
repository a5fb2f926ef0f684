"""What a worker keeps between questions: facts, placed texts, what words weigh, only while it holds."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.tables import sectors
from matcher import batch, features
from matcher.batch import Desk
from matcher.features import TextSpace, learn_words
from matcher.lead import LotFacts, lot_facts
from procurement.findings import judge
from procurement.lens import FindingKind
from procurement.matches import keep
from procurement.models import Finding, Lot
from procurement.vocabulary import Role
from tests.factories import make_match, make_member, make_person, make_tender
from tests.matcher.facts import a_lot, a_member

Read = list[int]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The lots whose facts were read from the database, each time that they were."""
    found: Read = []

    def noted(session: Session, lot: Lot, **given: Any) -> LotFacts:
        found.append(lot.id)
        return lot_facts(session, lot, **given)

    monkeypatch.setattr(batch, "lot_facts", noted)
    return found


def test_what_has_not_changed_is_read_once(session: Session, now: datetime, read: Read) -> None:
    first = make_tender(session).lots[0]
    desk = Desk()
    desk.load(session, now=now)
    second = make_tender(session).lots[0]

    loaded = desk.load(session, now=now)

    assert read == [first.id, second.id]
    assert set(loaded.lots) == loaded.open_lots == {first.id, second.id}


def test_a_lot_published_anew_is_read_again(session: Session, now: datetime, read: Read) -> None:
    lot = make_tender(session).lots[0]
    desk = Desk()
    desk.load(session, now=now)
    lot.tender.title, lot.tender.changed_at = {"fr": "Vitres"}, now
    session.flush()

    loaded = desk.load(session, now=now)

    assert read == [lot.id, lot.id]
    assert loaded.lots[lot.id].title == {"fr": "Vitres"}


def test_what_staff_say_of_a_finding_is_known_to_the_next_question(session: Session, now: datetime) -> None:
    lot = make_tender(session).lots[0]
    finding = Finding(
        family="mobilite_douce",
        kind=FindingKind.AWARD,
        counts=True,
        field="x",
        start=0,
        evidence="vélo",
        sentence="vélo",
        rule="x",
        found_with="1",
        found_at=now,
    )
    lot.findings.append(finding)
    session.flush()
    desk = Desk()
    before = desk.load(session, now=now).lots[lot.id].ess_families
    judge(session, finding=finding, person=make_person(session, role=Role.STAFF), is_right=False, now=now)
    session.flush()

    after = desk.load(session, now=now).lots[lot.id].ess_families

    assert (set(before), set(after)) == ({"mobilite_douce"}, set())


def test_a_closed_lot_is_in_the_batch_only_where_it_is_asked_for(session: Session, now: datetime) -> None:
    closed = make_tender(session, submission_deadline=now - timedelta(days=1)).lots[0]
    desk = Desk()

    asked = desk.load(session, now=now, lot_ids=[closed.id])
    unasked = desk.load(session, now=now)

    assert (set(asked.lots), asked.open_lots) == ({closed.id}, frozenset())
    assert unasked.lots == {}


def test_a_member_saved_and_a_decision_taken_are_known_to_the_next_question(
    session: Session, now: datetime
) -> None:
    match = make_match(session)
    desk = Desk()
    before = desk.load(session, now=now)
    match.member.statement, match.member.profile_changed_at = "Vitres", now
    keep(session, match=match, person=make_person(session, role=Role.STAFF), now=now)
    session.flush()

    after = desk.load(session, now=now)

    assert before.past.acts == ()
    assert [act.lot_id for act in after.past.acts] == [match.lot_id]
    assert after.members[match.member_id].statement == "Vitres"


def test_facts_of_too_many_lots_are_forgotten(
    session: Session, now: datetime, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_MOST_LOTS", 0)
    closed = make_tender(session, submission_deadline=now - timedelta(days=1)).lots[0]
    desk = Desk()
    for asked in ([closed.id], [], [closed.id]):
        desk.load(session, now=now, lot_ids=asked)

    assert read == [closed.id, closed.id]


def test_members_of_a_batch_are_the_active_ones(session: Session, now: datetime) -> None:
    active, _ = make_member(session), make_member(session, is_active=False)

    assert set(Desk().load(session, now=now).members) == {active.id}


@pytest.mark.parametrize("most", [6_000, 0])
def test_texts_that_are_kept_give_the_same_numbers(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "_MOST_KEPT", most)
    lots = [a_lot(id=number, title={"fr": f"Nettoyage {number} écoles"}) for number in range(4)]
    members = [a_member(), a_member(id=2, statement="Traiteur")]

    def rows() -> list[list[float]]:
        space = TextSpace(weights, members, sectors=sectors())
        space.meet(lots)
        return [[*space.row(lot), *space.told_row(lot), *space.reference_row(lot)] for lot in lots]

    weights = learn_words(lots, members, sectors=sectors())
    before = rows()
    for some in (lots[:2], lots[1:], lots):
        weights.keep(some)

    assert rows() == before


def test_what_words_weigh_is_learned_once_from_the_same_texts() -> None:
    learned = [learn_words([a_lot(id=number)], [a_member()], sectors=sectors()) for number in (1, 2)]
    other = learn_words([a_lot(title={"fr": "Vitres"})], [a_member()], sectors=sectors())

    assert learned[0] is learned[1]
    assert learned[0] is not other
