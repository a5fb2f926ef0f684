"""« Échéances » of a room: what is to be done until when and by whom, the papers of each, the calendar."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.law import SourceOfLaw
from config.preparation import Checked, TaskTemplate, preparation
from procurement import attestations, calendars
from procurement import preparation as planning
from procurement.attestations import Holding, Paper
from procurement.consortiums import inside
from procurement.models import CalendarLink, Consortium, RoomTask, Seat
from procurement.teaming import SeatRole
from web.access import Audience, audience
from web.i18n import gettext, today
from web.pages import RoomPage
from web.pages.rooms import links
from web.room_access import look_into, own_seat, own_seat_or_404, room_or_404, seat_or_404
from web.task_forms import TaskForm, WhenForm

bp = Blueprint("room_tasks", __name__)

ROOM_PAGE = RoomPage("Échéances", "room_tasks.show", 20)


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task as a reader sees it, with what they may do to it."""

    task: RoomTask
    words: str
    seat: Seat | None
    template: TaskTemplate | None
    is_late: bool
    may_edit: bool
    may_tick: bool


@bp.get("/communautes/<int:consortium_id>/echeances")
@audience(Audience.SIGNED_IN)
def show(consortium_id: int) -> ResponseReturnValue:
    """The tasks by day, the papers of each seat, the reader's calendar."""
    return _page(look_into(consortium_id), TaskForm())


@bp.post("/communautes/<int:consortium_id>/echeances/plan")
@audience(Audience.MEMBER)
def plan(consortium_id: int) -> ResponseReturnValue:
    """Plan the tasks of a room that has no plan yet."""
    room = room_or_404(consortium_id)
    own_seat_or_404(room)
    drawn = planning.plan(g.session, consortium=room, language=g.language, person=g.person, now=g.now)
    flash(gettext("Les tâches sont planifiées.") if drawn else gettext("Rien n’est à planifier."), "success")
    return _to(room)


@bp.post("/communautes/<int:consortium_id>/echeances")
@audience(Audience.MEMBER)
def add(consortium_id: int) -> ResponseReturnValue:
    """Add a task."""
    room, form = room_or_404(consortium_id), TaskForm.read()
    seat = _chosen_seat(room, form.seat.data)
    if not form.validate() or form.due_on.data is None:
        return _page(room, form), 422
    planning.add(
        g.session,
        consortium=room,
        text=form.text.data or "",
        due_on=form.due_on.data,
        seat=seat,
        person=g.person,
        now=g.now,
    )
    return _to(room)


@bp.post("/communautes/<int:consortium_id>/echeances/<int:task_id>")
@audience(Audience.MEMBER)
def change(consortium_id: int, task_id: int) -> ResponseReturnValue:
    """Set the day of a task, and whose it is."""
    room = room_or_404(consortium_id)
    task, form = _task_or_404(room, task_id), WhenForm.read()
    seat = _chosen_seat(room, form.seat.data)
    if not form.validate():
        return _page(room, TaskForm(), wrong=(task.id, form)), 422
    day = form.due_on.data
    planning.change(g.session, task=task, due_on=day, seat=seat, person=g.person, now=g.now)
    return _to(room, f"tache-{task.id}")


@bp.post("/communautes/<int:consortium_id>/echeances/<int:task_id>/etat")
@audience(Audience.MEMBER)
def tick(consortium_id: int, task_id: int) -> ResponseReturnValue:
    """Say that a task is done, or that it is not."""
    room = room_or_404(consortium_id)
    task, said = _task_or_404(room, task_id), request.form.get("done")
    if said not in ("oui", "non"):
        flash(gettext("Choisissez l’une des réponses."), "warning")
    else:
        planning.tick(g.session, task=task, is_done=said == "oui", person=g.person, now=g.now)
    return _to(room, f"tache-{task.id}")


@bp.post("/communautes/<int:consortium_id>/echeances/<int:task_id>/retirer")
@audience(Audience.MEMBER)
def remove(consortium_id: int, task_id: int) -> ResponseReturnValue:
    """Take a task away."""
    room = room_or_404(consortium_id)
    planning.remove(g.session, task=_task_or_404(room, task_id), person=g.person, now=g.now)
    return _to(room)


@bp.post("/communautes/<int:consortium_id>/echeances/calendrier")
@audience(Audience.MEMBER)
def renew_calendar(consortium_id: int) -> ResponseReturnValue:
    """Give the reader a new address of the room's calendar; the one before ends."""
    room = room_or_404(consortium_id)
    own_seat_or_404(room)
    calendars.renew(g.session, person=g.person, consortium=room, now=g.now)
    flash(gettext("L’adresse est prête ; celle d’avant, s’il y en avait une, ne vaut plus."), "success")
    return _to(room, "calendrier")


def _page(room: Consortium, form: TaskForm, wrong: tuple[int, WhenForm] | None = None) -> str:
    seats, own = inside(room), own_seat(room)
    tasks = [_shown(task) for task in planning.tasks_of(g.session, room)]
    papers = attestations.papers_of(room.tender.standing)
    stated = attestations.stated_by(g.session, [seat.member_id for seat in seats])
    link = calendars.link_of(g.session, person=g.person, consortium=room) if own else None
    return render_template(
        "room_tasks/show.html",
        room=room,
        seats=seats,
        own=own,
        is_lead=own is not None and own.role is SeatRole.LEAD,
        tasks=tasks,
        is_planned=any(each.task.key for each in tasks),
        form=form,
        wrong=wrong,
        today=today(),
        papers=papers,
        matrix={
            (paper.kind, seat.id): paper.holding(stated.get((seat.member_id, paper.kind)))
            for paper in papers
            for seat in seats
        },
        holdings=Holding,
        sources=_sources(tasks, papers),
        calendar_address=_address(link),
    )


def _shown(task: RoomTask) -> ShownTask:
    return ShownTask(
        task=task,
        words=planning.words_of(task, g.language),
        seat=planning.owner(task),
        template=preparation().tasks().get(task.key),
        is_late=task.done_at is None and task.due_on < today(),
        may_edit=planning.may_edit(task, g.person),
        may_tick=planning.may_tick(task, g.person),
    )


def _sources(tasks: list[ShownTask], papers: list[Paper]) -> list[tuple[SourceOfLaw, Checked]]:
    """Where what this page says of rules was read, each source once; what was seen in none is marked so."""
    known = preparation().sources()
    laws: list[Checked] = [
        each.template.law for each in tasks if each.template is not None and each.template.law
    ]
    laws += [paper.rule for paper in papers]
    used = {law.source: law for law in laws if law.mark == "found"}
    return [(known[key], law) for key, law in used.items()]


def _address(link: CalendarLink | None) -> str:
    return links().calendar(link) if link is not None else ""


def _chosen_seat(room: Consortium, seat_id: int | None) -> Seat | None:
    return seat_or_404(room, seat_id) if seat_id else None


def _task_or_404(room: Consortium, task_id: int) -> RoomTask:
    found = planning.tasks_of(g.session, room)
    return next((task for task in found if task.id == task_id), None) or abort(404)


def _to(room: Consortium, place: str = "taches") -> ResponseReturnValue:
    return redirect(url_for("room_tasks.show", consortium_id=room.id, _anchor=place), 303)
