"""What is to be done before a joint bid is handed in: tasks planned backwards, given, ticked off, moved."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from config.preparation import WHOLE_CALL_DAYS, TaskTemplate, preparation
from procurement.accounts import write_audit
from procurement.attestations import where_of
from procurement.consortiums import inside, lead_of
from procurement.errors import NotAllowed, RuleBroken
from procurement.i18n import ZURICH
from procurement.models import Consortium, Person, RoomTask, Seat, Tender
from procurement.rules import Rule
from procurement.teaming import SeatRole

MOST_TASKS = 120


def plan(session: Session, *, consortium: Consortium, language: str, person: Person, now: datetime) -> int:
    """Draw the tasks of a room that has none of them yet; returns how many, none without a deadline."""
    if not consortium.state.is_building or any(task.key for task in tasks_of(session, consortium)):
        return 0
    seats = inside(consortium)
    drawn = [
        task
        for template in _templates(consortium.tender.standing)
        for task in _drawn(consortium, template, seats, language)
    ]
    session.add_all(drawn)
    session.flush()
    if drawn:
        _note(session, "tasks.plan", f"consortium:{consortium.id}", person, now)
    return len(drawn)


def plan_for(session: Session, *, seat: Seat, language: str, person: Person, now: datetime) -> int:
    """Draw the tasks that each member has for one that joins a room with a plan, once; returns how many."""
    tasks = tasks_of(session, seat.consortium)
    if not any(task.key for task in tasks) or any(task.key and task.seat_id == seat.id for task in tasks):
        return 0
    drawn = [
        task
        for template in _templates(seat.consortium.tender.standing)
        if template.whose == "each"
        for task in _drawn(seat.consortium, template, [seat], language)
    ]
    session.add_all(drawn)
    session.flush()
    _note(session, "tasks.plan", f"seat:{seat.id}", person, now)
    return len(drawn)


def follow_deadline(session: Session, *, consortium: Consortium, now: datetime) -> int:
    """Move what is not done with the deadline, but where the room set the day; returns how many moved."""
    moved = 0
    for task in tasks_of(session, consortium):
        planned = planned_day(task)
        if planned is None or task.is_day_set or task.done_at is not None or planned == task.due_on:
            continue
        task.due_on = planned
        moved += 1
    if moved:
        _note(session, "tasks.move", f"consortium:{consortium.id}", None, now)
    return moved


def planned_day(task: RoomTask) -> date | None:
    """The day that the plan gives a task today; None for the room's own, and where no deadline is known."""
    template = preparation().tasks().get(task.key)
    return None if template is None else _day(task.consortium, template)


def tasks_of(session: Session, consortium: Consortium) -> Sequence[RoomTask]:
    """The tasks of a room by day; those of a member that left, which each member has, are left out."""
    session.flush()
    found = session.scalars(
        select(RoomTask)
        .where(RoomTask.consortium_id == consortium.id)
        .options(joinedload(RoomTask.done_by))
        .order_by(RoomTask.due_on, RoomTask.id)
    )
    staying = {seat.id for seat in inside(consortium)}
    of_each = {task.key for task in preparation().task if task.whose == "each"}
    return [task for task in found if task.seat_id in staying or task.key not in of_each]


def next_of(session: Session, *, rooms: Sequence[Consortium], person: Person) -> dict[int, RoomTask]:
    """What somebody has to do next in each of some rooms, by the room's id."""
    waiting = ((room.id, task) for room in rooms for task in tasks_of(session, room) if task.done_at is None)
    found: dict[int, RoomTask] = {}
    for room_id, task in waiting:
        if room_id not in found and is_of(task, person):
            found[room_id] = task
    return found


def owner(task: RoomTask) -> Seat | None:
    """Whose a task is; None: of everybody inside, as is what a member left behind."""
    return next((seat for seat in inside(task.consortium) if seat.id == task.seat_id), None)


def is_of(task: RoomTask, person: Person) -> bool:
    """Whether a task is somebody's to do: of their seat, or of everybody."""
    seat = owner(task)
    return seat is None or person.may_answer_for(seat.member)


def words_of(task: RoomTask, language: str) -> str:
    """What is to be done: a planned task in the reader's language, the room's own as it was written."""
    template = preparation().tasks().get(task.key)
    return task.text if template is None else template.text.get(language, template.text["fr"])


def may_edit(task: RoomTask, person: Person) -> bool:
    """Whether somebody may change a task: the lead any, a member its own."""
    if task.consortium.state.is_over:
        return False
    seat = owner(task)
    leads = person.may_answer_for(lead_of(task.consortium))
    return leads or (seat is not None and person.may_answer_for(seat.member))


def may_tick(task: RoomTask, person: Person) -> bool:
    """Whether somebody may say that a task is done: whoever may change it, everybody what is of everybody."""
    if task.consortium.state.is_over:
        return False
    is_inside = any(person.may_answer_for(seat.member) for seat in inside(task.consortium))
    return may_edit(task, person) or (is_inside and owner(task) is None)


def add(
    session: Session,
    *,
    consortium: Consortium,
    text: str,
    due_on: date,
    seat: Seat | None,
    person: Person,
    now: datetime,
) -> RoomTask:
    """Add a task: the lead for anybody, a member for itself."""
    if consortium.state.is_over:
        raise RuleBroken(Rule.WRONG_MOMENT)
    task = RoomTask(consortium=consortium, text=text.strip(), due_on=due_on, is_day_set=True)
    _give(task, seat, person)
    if not task.text:
        raise RuleBroken(Rule.WORDS_NEEDED)
    if len(tasks_of(session, consortium)) >= MOST_TASKS:
        raise RuleBroken(Rule.TOO_MANY_TASKS, most=MOST_TASKS)
    session.add(task)
    session.flush()
    _note(session, "task.add", f"task:{task.id}", person, now)
    return task


def change(
    session: Session,
    *,
    task: RoomTask,
    due_on: date | None,
    seat: Seat | None,
    person: Person,
    now: datetime,
) -> None:
    """Set the day of a task and whose it is; without a day it follows the plan again, if it is of it."""
    _must(may_edit(task, person), task)
    if seat is not owner(task):
        _give(task, seat, person)
    planned = planned_day(task)
    if due_on is None and planned is None:
        raise RuleBroken(Rule.DAY_NEEDED)
    if due_on is None and planned is not None:
        task.due_on, task.is_day_set = planned, False
    elif due_on is not None and due_on != task.due_on:
        task.due_on, task.is_day_set = due_on, due_on != planned
    _note(session, "task.change", f"task:{task.id}", person, now)


def tick(session: Session, *, task: RoomTask, is_done: bool, person: Person, now: datetime) -> None:
    """Say that a task is done, or that it is not; saying it twice changes nothing."""
    _must(may_tick(task, person), task)
    if is_done is (task.done_at is not None):
        return
    task.done_at, task.done_by_id = (now, person.id) if is_done else (None, None)
    _note(session, "task.done" if is_done else "task.undone", f"task:{task.id}", person, now)


def remove(session: Session, *, task: RoomTask, person: Person, now: datetime) -> None:
    """Take a task away."""
    _must(may_edit(task, person), task)
    _note(session, "task.remove", f"task:{task.id}", person, now)
    session.delete(task)
    session.flush()


def _templates(tender: Tender) -> Iterable[TaskTemplate]:
    where = where_of(tender)
    return (template for template in preparation().task if where in template.of)


def _drawn(
    consortium: Consortium, template: TaskTemplate, seats: Sequence[Seat], language: str
) -> list[RoomTask]:
    """The rows of a template: one for each seat, or for the lead, or for all; none without a day."""
    day = _day(consortium, template)
    if day is None:
        return []
    lead = [seat for seat in seats if seat.role is SeatRole.LEAD]
    whose: Sequence[Seat | None] = {"each": seats, "lead": lead, "all": [None]}[template.whose]
    text = template.text.get(language, template.text["fr"])
    return [
        RoomTask(consortium=consortium, key=template.key, text=text, due_on=day, seat=seat) for seat in whose
    ]


def _day(consortium: Consortium, template: TaskTemplate) -> date | None:
    """The day of a task: what is left of the call when the room opens is divided as a whole call would be."""
    tender = consortium.tender.standing
    deadline = tender.deadline_day
    if deadline is None:
        return None
    start = max(tender.published_on, consortium.opened_at.astimezone(ZURICH).date())
    left = max(0, (deadline - start).days)
    scale = min(1.0, left / WHOLE_CALL_DAYS)
    questions = tender.enquiry_deadline
    if template.before_questions is not None and questions is not None:
        if questions < start:
            return None
        return max(start, questions - timedelta(days=round(template.before_questions * scale)))
    before = max(template.least, round(template.days * scale))
    return deadline - timedelta(days=min(before, left))


def _give(task: RoomTask, seat: Seat | None, person: Person) -> None:
    """Say whose a task is: a member gives to nobody but itself."""
    own = seat is not None and person.may_answer_for(seat.member)
    if not own and not person.may_answer_for(lead_of(task.consortium)):
        raise NotAllowed
    if seat is not None and seat not in inside(task.consortium):
        raise NotAllowed
    task.seat_id = seat.id if seat is not None else None


def _must(is_allowed: bool, task: RoomTask) -> None:
    if task.consortium.state.is_over:
        raise RuleBroken(Rule.WRONG_MOMENT)
    if not is_allowed:
        raise NotAllowed


def _note(session: Session, act: str, subject: str, person: Person | None, now: datetime) -> None:
    write_audit(session, person=person, act=act, subject=subject, now=now)
