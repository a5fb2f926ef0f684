"""Tasks of a room: planned backwards, in proportion to the time that is left, moved with the deadline."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from procurement import consortiums, preparation
from procurement.errors import NotAllowed, RuleBroken
from procurement.i18n import ZURICH
from procurement.models import Buyer, Consortium, Person, RoomTask
from procurement.preparation import owner, tasks_of
from procurement.rules import Rule
from procurement.teaming import ConsortiumState, SeatState
from tests.factories import NOW, make_person, make_room, make_seat, make_task, make_tender

TODAY = NOW.date()


def _planned(session: Session, **facts: object) -> tuple[Consortium, Person]:
    """A room with its plan, on a tender published today, and somebody of its lead."""
    lead = make_person(session, password=None)
    tender = make_tender(session, published_on=TODAY, **facts)
    room = make_room(session, lead=lead, tender=tender)
    preparation.plan(session, consortium=room, language="fr", person=lead, now=NOW)
    return room, lead


def _days(session: Session, room: Consortium) -> dict[str, date]:
    return {task.key: task.due_on for task in tasks_of(session, room)}


def test_a_call_of_forty_days_is_planned_backwards_from_its_deadline(session: Session) -> None:
    deadline = NOW + timedelta(days=40)

    room, _ = _planned(session, submission_deadline=deadline, enquiry_deadline=None)

    days = _days(session, room)
    assert days["documents"] == TODAY + timedelta(days=2)
    assert days["attestations"] == deadline.date() - timedelta(days=18)
    assert days["delivery"] == deadline.date()
    assert "documents_fr" not in days


def test_in_half_the_time_everything_takes_half_but_the_last_day_before(session: Session) -> None:
    deadline = NOW + timedelta(days=20)

    room, _ = _planned(session, submission_deadline=deadline, enquiry_deadline=None)

    days = _days(session, room)
    assert days["documents"] == TODAY + timedelta(days=1)
    assert days["attestations"] == deadline.date() - timedelta(days=9)
    assert days["signatures"] == deadline.date() - timedelta(days=2)
    assert days["final_check"] == deadline.date() - timedelta(days=1)


@pytest.mark.parametrize("left", [1, 2, 5, 100])
def test_nothing_planned_lies_before_the_room_or_after_the_deadline(session: Session, left: int) -> None:
    deadline = NOW + timedelta(days=left)

    room, _ = _planned(session, submission_deadline=deadline, enquiry_deadline=TODAY)

    days = _days(session, room)
    assert all(TODAY <= day <= deadline.date() for day in days.values())
    assert days["signatures"] <= deadline.date() - timedelta(days=1)


def test_questions_are_counted_back_from_their_own_date(session: Session) -> None:
    room, _ = _planned(
        session, submission_deadline=NOW + timedelta(days=40), enquiry_deadline=date(2026, 12, 10)
    )

    assert _days(session, room)["questions"] == date(2026, 12, 8)


def test_questions_that_are_over_are_not_planned(session: Session) -> None:
    room, _ = _planned(session, enquiry_deadline=TODAY - timedelta(days=1))

    assert "questions" not in _days(session, room)


def test_a_day_is_a_day_in_zurich(session: Session) -> None:
    # Half past midnight in Zurich is still the day before in UTC.
    deadline = datetime(2026, 12, 15, 0, 30, tzinfo=ZURICH)

    room, _ = _planned(session, submission_deadline=deadline)

    assert _days(session, room)["delivery"] == date(2026, 12, 15)


def test_a_french_buyer_has_its_own_tasks(session: Session) -> None:
    buyer = Buyer(source="boamp", source_key="b", name={"fr": "Ville d’Annemasse"}, country="FR")

    room, _ = _planned(session, buyer=buyer)

    days = _days(session, room)
    assert {"documents_fr", "group_form_fr", "composition_fr", "application_fr"} <= set(days)
    assert "declaration" not in days


def test_without_a_deadline_nothing_is_planned(session: Session) -> None:
    room, _ = _planned(session, submission_deadline=None)

    assert tasks_of(session, room) == []


def test_a_room_is_planned_once(session: Session) -> None:
    room, lead = _planned(session)
    before = len(tasks_of(session, room))

    assert preparation.plan(session, consortium=room, language="de", person=lead, now=NOW) == 0
    assert len(tasks_of(session, room)) == before


def test_who_joins_gets_the_tasks_of_each_member_once_and_takes_them_along(session: Session) -> None:
    room, lead = _planned(session)
    partner = make_person(session, password=None)
    seat = make_seat(session, room, partner, SeatState.JOINED)

    preparation.plan_for(session, seat=seat, language="fr", person=partner, now=NOW)
    preparation.plan_for(session, seat=seat, language="fr", person=partner, now=NOW)

    theirs = [task.key for task in tasks_of(session, room) if owner(task) is seat]
    assert theirs == ["attestations", "declaration"]
    consortiums.leave(session, seat=seat, person=lead, now=NOW)
    assert not [task for task in tasks_of(session, room) if task.seat_id == seat.id]


def test_what_was_given_to_a_member_that_left_is_of_everybody(session: Session) -> None:
    room, lead = _planned(session)
    seat = make_seat(session, room, make_person(session, password=None), SeatState.JOINED)
    task = make_task(session, room, seat_id=seat.id)

    consortiums.leave(session, seat=seat, person=lead, now=NOW)

    assert owner(task) is None
    assert task in tasks_of(session, room)


def test_tasks_follow_a_deadline_but_those_done_and_those_with_a_day_of_the_room(session: Session) -> None:
    room, lead = _planned(session)
    tasks = {task.key: task for task in tasks_of(session, room)}
    preparation.tick(session, task=tasks["documents"], is_done=True, person=lead, now=NOW)
    own_day = TODAY + timedelta(days=4)
    preparation.change(
        session,
        task=tasks["signatures"],
        due_on=own_day,
        seat=owner(tasks["signatures"]),
        person=lead,
        now=NOW,
    )
    done_on = tasks["documents"].due_on
    room.tender.submission_deadline = NOW + timedelta(days=34)

    moved = preparation.follow_deadline(session, consortium=room, now=NOW)

    assert moved > 5
    assert tasks["delivery"].due_on == TODAY + timedelta(days=34)
    assert (tasks["documents"].due_on, tasks["signatures"].due_on) == (done_on, own_day)
    assert preparation.follow_deadline(session, consortium=room, now=NOW) == 0


def test_an_emptied_day_follows_the_plan_again(session: Session) -> None:
    room, lead = _planned(session)
    task = tasks_of(session, room)[0]
    planned = task.due_on
    for day in (TODAY + timedelta(days=9), None):
        preparation.change(session, task=task, due_on=day, seat=owner(task), person=lead, now=NOW)

    assert (task.due_on, task.is_day_set) == (planned, False)


def test_a_task_of_the_room_itself_needs_a_day(session: Session) -> None:
    room, lead = _planned(session)
    task = make_task(session, room)

    with pytest.raises(RuleBroken) as broken:
        preparation.change(session, task=task, due_on=None, seat=None, person=lead, now=NOW)

    assert broken.value.rule is Rule.DAY_NEEDED


def test_a_member_adds_and_changes_its_own_tasks_alone(session: Session) -> None:
    room, _ = _planned(session)
    partner = make_person(session, password=None)
    seat = make_seat(session, room, partner, SeatState.JOINED)
    lead_seat = room.seats[0]

    mine = preparation.add(
        session, consortium=room, text="Nos références", due_on=TODAY, seat=seat, person=partner, now=NOW
    )
    preparation.tick(session, task=mine, is_done=True, person=partner, now=NOW)
    theirs = next(task for task in tasks_of(session, room) if task.key == "documents")
    common = next(task for task in tasks_of(session, room) if task.key == "letter_of_intent")
    preparation.tick(session, task=common, is_done=True, person=partner, now=NOW)

    assert mine.done_by_id == common.done_by_id == partner.id
    for seat_wanted in (lead_seat, None):
        with pytest.raises(NotAllowed):
            preparation.change(session, task=mine, due_on=TODAY, seat=seat_wanted, person=partner, now=NOW)
    for act in (_tick, preparation.remove):
        with pytest.raises(NotAllowed):
            act(session, task=theirs, person=partner, now=NOW)
    with pytest.raises(NotAllowed):
        preparation.remove(session, task=common, person=partner, now=NOW)


def _tick(session: Session, *, task: RoomTask, person: Person, now: datetime) -> None:
    preparation.tick(session, task=task, is_done=True, person=person, now=now)


def test_somebody_outside_changes_nothing(session: Session) -> None:
    room, _ = _planned(session)
    stranger = make_person(session, password=None)
    common = next(task for task in tasks_of(session, room) if owner(task) is None)

    with pytest.raises(NotAllowed):
        _tick(session, task=common, person=stranger, now=NOW)
    with pytest.raises(NotAllowed):
        preparation.add(session, consortium=room, text="x", due_on=TODAY, seat=None, person=stranger, now=NOW)


def test_when_the_room_is_over_nothing_changes_any_more(session: Session) -> None:
    room, lead = _planned(session)
    task = tasks_of(session, room)[0]
    consortiums.end(session, consortium=room, state=ConsortiumState.WITHDRAWN, note="", person=lead, now=NOW)

    for act in (_tick, preparation.remove):
        with pytest.raises(RuleBroken):
            act(session, task=task, person=lead, now=NOW)
    with pytest.raises(RuleBroken):
        preparation.add(session, consortium=room, text="x", due_on=TODAY, seat=None, person=lead, now=NOW)


@pytest.mark.parametrize(("text", "rule"), [("  ", Rule.WORDS_NEEDED), ("x", Rule.TOO_MANY_TASKS)])
def test_a_task_has_words_and_there_are_not_endlessly_many(
    session: Session, monkeypatch: pytest.MonkeyPatch, text: str, rule: Rule
) -> None:
    room, lead = _planned(session)
    monkeypatch.setattr(preparation, "MOST_TASKS", 3)

    with pytest.raises(RuleBroken) as broken:
        preparation.add(session, consortium=room, text=text, due_on=TODAY, seat=None, person=lead, now=NOW)

    assert broken.value.rule is rule


def test_a_planned_task_speaks_the_readers_language(session: Session) -> None:
    room, _ = _planned(session)
    planned = next(task for task in tasks_of(session, room) if task.key == "delivery")

    assert preparation.words_of(planned, "de").startswith("Das Angebot")
    assert preparation.words_of(make_task(session, room), "de") == "Appeler le service des écoles"
