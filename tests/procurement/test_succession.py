"""Which model follows which: a promotion noted, the way back in one act, the bands carried along."""

import math
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import succession
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import AuditEntry, Chamber
from procurement.rules import Rule
from procurement.served import Kind, models_folder, note_rules, promote, served, write_model
from procurement.succession import Turn
from procurement.vocabulary import Role
from procurement.weights import FILE, FORMAT, written
from tests.factories import make_chamber, make_lot, make_match, make_member, make_person, make_tender


def _write(models: Path, version: str, weight: float) -> None:
    card = {"format": FORMAT, "version": version, "signals": ["text@1"]}
    write_model(models, card, files={FILE: written(0.0, {"text": weight})})


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Two models served one after the other, the second with scores much higher; the rules beside them."""
    found = models_folder(tmp_path)
    _write(found, "rules-x", 1.0)
    note_rules(found, "rules-x")
    for version, weight in (("first", 2.0), ("second", 9.0)):
        _write(found, version, weight)
        promote(found, version)
    return found


def _chamber_with_matches(session: Session) -> Chamber:
    member, tender = make_member(session), make_tender(session)
    for number in range(60):
        lot = make_lot(tender, criteria=[])
        session.flush()
        make_match(session, member=member, lot=lot, signals={"text": number / 60}, score=0.5)
    member.chamber.hold_from, member.chamber.strong_from = 0.4, 0.905
    return member.chamber


def _bands(chamber: Chamber, *, weight: float) -> tuple[int, int]:
    """How many of the sixty stand above each threshold, when a model of this weight judges them."""
    scores = [1 / (1 + math.exp(-weight * number / 60)) for number in range(60)]
    held, strong = chamber.hold_from, chamber.strong_from
    return sum(score >= held for score in scores), sum(score >= strong for score in scores)


def test_going_back_serves_the_model_before_and_is_written_down_with_who_did_it(
    session: Session, models: Path, now: datetime
) -> None:
    chamber, staff = _chamber_with_matches(session), make_person(session, role=Role.STAFF)

    back = succession.roll_back(session, models, leaving="second", person=staff, now=now)

    assert back.version == served(models).version == "first"
    assert served(models).held_since == now.isoformat()
    [turn] = succession.turns(session, kind=Kind.MATCH)
    assert turn == Turn("first", now, True, staff.name)
    assert _bands(chamber, weight=2.0) == (60, 44)


def test_from_the_first_model_one_goes_back_to_the_rules_and_no_further(
    session: Session, models: Path, now: datetime
) -> None:
    chamber = _chamber_with_matches(session)

    for leaving in ("second", "first", None):
        succession.roll_back(session, models, leaving=leaving, person=None, now=now)

    assert served(models).version is None
    assert [turn.model for turn in succession.turns(session, kind=Kind.MATCH)] == [
        "rules-x",
        "rules-x",
        "first",
    ]
    assert _bands(chamber, weight=1.0) == (60, 44)


def test_one_act_asked_for_twice_is_done_once(session: Session, models: Path, now: datetime) -> None:
    succession.roll_back(session, models, leaving="second", person=None, now=now)

    with pytest.raises(RuleBroken) as problem:
        succession.roll_back(session, models, leaving="second", person=None, now=now)

    assert problem.value.rule is Rule.OTHER_MODEL
    assert served(models).version == "first"


def test_a_member_changes_no_model(session: Session, models: Path, now: datetime) -> None:
    person = make_person(session)

    with pytest.raises(NotAllowed):
        succession.roll_back(session, models, leaving="second", person=person, now=now)
    with pytest.raises(NotAllowed):
        succession.resume(session, models, person=person, now=now)

    assert served(models).version == "second"


def test_promotions_of_each_kind_are_told_the_newest_first(
    session: Session, models: Path, tmp_path: Path, now: datetime
) -> None:
    codes = models_folder(tmp_path, Kind.CPV)
    promote(codes, "cpv-1")
    later = now + timedelta(days=1)

    succession.promoted(session, models, now=now)
    succession.promoted(session, codes, now=now)
    succession.roll_back(session, models, leaving="second", person=None, now=later)
    succession.roll_back(session, codes, leaving="cpv-1", person=None, now=later)
    succession.resume(session, codes, person=None, now=later)

    assert succession.turns(session, kind=Kind.MATCH) == [
        Turn("first", later, True),
        Turn("second", now, False),
    ]
    assert succession.turns(session, kind=Kind.CPV) == [Turn("", later, True), Turn("cpv-1", now, False)]
    assert served(codes).held_since is None
    assert session.scalars(select(AuditEntry.act).order_by(AuditEntry.id.desc())).first() == "model.resume"


def test_where_nobody_wrote_the_rules_down_the_bands_stay(
    session: Session, tmp_path: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    chamber, models = make_chamber(session), models_folder(tmp_path)
    _write(models, "first", 2.0)
    promote(models, "first")

    succession.roll_back(session, models, leaving="first", person=None, now=now)

    assert (chamber.hold_from, chamber.strong_from) == (0.25, 0.60)
    assert "no threshold was carried over" in caplog.text


def test_a_model_that_cannot_be_read_can_be_left(
    session: Session, models: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    chamber = _chamber_with_matches(session)
    (models / "second" / FILE).write_text("{}")

    succession.roll_back(session, models, leaving="second", person=None, now=now)

    assert served(models).version == "first"
    assert (chamber.hold_from, chamber.strong_from) == (0.4, 0.905)
    assert "no threshold was carried over" in caplog.text
