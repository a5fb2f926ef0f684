"""Reminders of a room: one e-mail a person and day, to who wants it, when it may, and never twice."""

from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from procurement import commands, consortiums, preparation, reminders
from procurement.db import transaction
from procurement.i18n import ZURICH
from procurement.models import Consortium, Message, Person, RoomTask
from procurement.teaming import ConsortiumState, SeatState
from procurement.vocabulary import Frequency, Role
from tests.factories import NOW, make_attestation, make_person, make_room, make_seat, make_task
from tests.procurement.mails import LINKS

# A Thursday in nine days; its reminders fall on a Thursday, a Tuesday and the day itself.
DUE = date(2026, 12, 3)


def at(day: date, hour: int = 9) -> datetime:
    """An hour of a day in Geneva."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZURICH)


def _remind(session: Session, now: datetime) -> list[Message]:
    written = (
        reminders.post_reminder(session, person_id=person_id, links=LINKS, now=now)
        for person_id in reminders.people_to_remind(session, now=now)
    )
    return [message for message in written if message is not None]


def _team(session: Session) -> tuple[Consortium, Person, Person]:
    """A room without a plan, its lead, and a partner inside."""
    lead, partner = make_person(session, password=None), make_person(session, password=None)
    room = make_room(session, lead=lead)
    make_seat(session, room, partner, SeatState.JOINED)
    return room, lead, partner


def _told(messages: list[Message]) -> set[int | None]:
    return {message.person_id for message in messages}


def test_a_task_is_told_a_week_and_two_days_before_and_on_its_day(session: Session) -> None:
    room, _, _ = _team(session)
    make_task(session, room, due_on=DUE)

    days = [
        day for day in (NOW.date() + timedelta(days=each) for each in range(20)) if _remind(session, at(day))
    ]

    assert days == [DUE - timedelta(days=7), DUE - timedelta(days=2), DUE]


def test_what_falls_on_a_week_end_is_told_on_the_friday_before(session: Session) -> None:
    room, _, _ = _team(session)
    make_task(session, room, due_on=date(2026, 12, 6))

    days = [
        day for day in (NOW.date() + timedelta(days=each) for each in range(20)) if _remind(session, at(day))
    ]

    assert days == [date(2026, 11, 27), date(2026, 12, 4)]


def test_a_task_of_a_seat_is_told_to_its_people_and_one_of_nobody_to_all(session: Session) -> None:
    room, lead, partner = _team(session)
    task = make_task(session, room, due_on=DUE, seat_id=room.seats[1].id)

    assert _told(_remind(session, at(DUE))) == {partner.id}
    task.seat_id, task.due_on = None, DUE + timedelta(days=7)
    assert _told(_remind(session, at(DUE + timedelta(days=7)))) == {lead.id, partner.id}


def test_one_mail_a_day_gathers_the_tasks_of_every_room(session: Session) -> None:
    room, lead, _ = _team(session)
    other = make_room(session, lead=lead)
    for each, text in (
        (room, "Appeler le service"),
        (room, "Relire le cahier"),
        (other, "Visiter la crèche"),
    ):
        make_task(session, each, text=text, due_on=DUE, seat_id=each.seats[0].id)

    first, again = _remind(session, at(DUE)), _remind(session, at(DUE, hour=16))

    [mail] = first
    assert again == []
    for text in ("Appeler le service", "Relire le cahier", "Visiter la crèche"):
        assert text in mail.body_text
        assert text in mail.body_html
    assert LINKS.rooms() in mail.body_text
    assert mail.unsubscribe_url == LINKS.unsubscribe(lead)


@pytest.mark.parametrize(
    "why",
    [
        {"frequency": Frequency.OFF},
        {"unsubscribed_at": NOW - timedelta(days=1)},
        {"is_active": False},
        {"paused_until": DUE + timedelta(days=1)},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_who_wants_no_mail_or_pauses_gets_none(session: Session, why: dict[str, object]) -> None:
    room, lead, partner = _team(session)
    make_task(session, room, due_on=DUE)
    for name, value in why.items():
        setattr(partner, name, value)

    assert _told(_remind(session, at(DUE))) == {lead.id}


@pytest.mark.parametrize("moment", [at(DUE, 6), at(DUE, 19), at(date(2026, 12, 5))])
def test_nothing_is_written_at_night_or_at_a_week_end(session: Session, moment: datetime) -> None:
    room, _, _ = _team(session)
    for due_on in (DUE, date(2026, 12, 5)):
        make_task(session, room, due_on=due_on)

    assert _remind(session, moment) == []


def test_what_is_done_is_not_told(session: Session) -> None:
    room, lead, _ = _team(session)
    task = make_task(session, room, due_on=DUE)
    preparation.tick(session, task=task, is_done=True, person=lead, now=NOW)

    assert _remind(session, at(DUE)) == []


def test_nothing_is_told_after_the_deadline_or_when_the_room_is_over(session: Session) -> None:
    room, lead, _ = _team(session)
    make_task(session, room, due_on=DUE)
    room.tender.submission_deadline = at(DUE, 8)

    assert _remind(session, at(DUE, 9)) == []
    room.tender.submission_deadline = at(DUE, 12)
    consortiums.end(session, consortium=room, state=ConsortiumState.NO_BID, note="", person=lead, now=NOW)
    assert _remind(session, at(DUE, 9)) == []


def test_who_was_asked_said_no_or_left_and_the_adviser_hear_nothing(session: Session) -> None:
    lead, adviser = make_person(session, password=None), make_person(session, role=Role.STAFF, password=None)
    room = make_room(session, lead=lead, adviser=adviser, places=6)
    for state in (SeatState.ASKED, SeatState.DECLINED, SeatState.LEFT):
        make_seat(session, room, make_person(session, password=None), state)
    make_task(session, room, due_on=DUE)
    adviser.frequency = Frequency.DAILY

    assert _told(_remind(session, at(DUE))) == {lead.id}


def test_a_paper_too_old_at_the_deadline_is_told_to_its_member_alone(session: Session) -> None:
    room, lead, partner = _team(session)
    assert partner.member is not None
    make_attestation(session, partner.member, issued_on=date(2026, 6, 1))
    deadline = room.tender.submission_deadline
    assert deadline is not None
    week_before = deadline.astimezone(ZURICH).date() - timedelta(days=7)

    [mail] = _remind(session, at(week_before))

    assert mail.person_id == partner.id
    assert "AVS" in mail.body_text
    assert "2026" not in mail.subject
    next_day = week_before + timedelta(days=1)
    make_task(session, room, due_on=next_day, seat_id=room.seats[0].id)
    [other] = _remind(session, at(next_day))
    assert other.person_id == lead.id
    assert "AVS" not in other.body_text


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_a_reminder_is_in_the_readers_language(session: Session, language: str) -> None:
    lead = make_person(session, password=None, language=language)
    room = make_room(session, lead=lead)
    preparation.plan(session, consortium=room, language="fr", person=lead, now=NOW)
    deadline = room.tender.submission_deadline
    assert deadline is not None

    [mail] = _remind(session, at(deadline.astimezone(ZURICH).date()))

    words = {
        "fr": "Remettre l’offre",
        "de": "Das Angebot",
        "it": "Presentare l’offerta",
        "en": "Hand in the bid",
    }
    assert words[language] in mail.body_text


def test_the_command_moves_tasks_with_their_deadline_and_writes_what_is_due(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(DUE)
    monkeypatch.setattr(commands, "ready_engine", lambda: engine)
    monkeypatch.setattr(commands, "clock", lambda: now)
    with transaction(engine) as session:
        room, lead, _ = _team(session)
        preparation.plan(session, consortium=room, language="fr", person=lead, now=NOW)
        room.tender.submission_deadline = now + timedelta(days=2)

    first = CliRunner().invoke(commands.remind)
    second = CliRunner().invoke(commands.remind)

    assert first.exit_code == second.exit_code == 0, first.output
    assert first.output == "11 tasks moved, 1 reminders written\n"
    assert second.output == "0 tasks moved, 0 reminders written\n"
    with transaction(engine) as session:
        delivery = session.scalars(select(RoomTask).where(RoomTask.key == "delivery")).one()
        assert delivery.due_on == DUE + timedelta(days=2)
