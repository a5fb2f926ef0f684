"""Files of a room: within bounds, once, taken out by whoever may."""

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from procurement import consortiums, room_files
from procurement.errors import NotAllowed, RuleBroken
from procurement.file_kinds import CSV, JPEG, PDF, TEXT, FileKind
from procurement.models import AuditEntry, Consortium, Person, RoomFile, RoomTask
from procurement.rules import Rule
from procurement.teaming import ConsortiumState, SeatState
from tests.factories import NOW, make_file, make_person, make_room, make_seat


@pytest.fixture
def room(session: Session) -> Consortium:
    """A room with a lead and two partners."""
    found = make_room(session, places=5)
    for _ in range(2):
        make_seat(session, found, make_person(session, password=None), SeatState.JOINED)
    return found


def _people(room: Consortium) -> list[Person]:
    return [seat.member.people[0] for seat in room.seats]


def _task(session: Session, room: Consortium) -> RoomTask:
    task = RoomTask(consortium_id=room.id, text="Relire le mémoire", due_on=NOW.date())
    session.add(task)
    session.flush()
    return task


def test_a_file_is_kept_whole_and_listed_without_its_content(session: Session, room: Consortium) -> None:
    make_file(
        session, room, _people(room)[1], name="notes.txt", content=b"Bonjour", task=_task(session, room)
    )
    session.expunge_all()

    [file] = room_files.files_of(session, consortium=room)

    assert "content" in inspect(file).unloaded
    assert (file.name, file.media_type, file.size, file.content) == ("notes.txt", "text/plain", 7, b"Bonjour")
    assert file.task is not None


def _refused(session: Session, room: Consortium, person: Person, **facts: object) -> Rule:
    with pytest.raises(RuleBroken) as refused:
        make_file(session, room, person, **facts)
    assert "{" not in refused.value.rule.label("fr").format(**refused.value.facts)
    return refused.value.rule


def test_ten_megabytes_are_taken_and_a_byte_more_is_not(session: Session, room: Consortium) -> None:
    lead = _people(room)[0]

    assert make_file(session, room, lead, content=b"x" * room_files.MOST_BYTES).size == 10 * 2**20
    assert _refused(session, room, lead, content=b"y" * (room_files.MOST_BYTES + 1)) is Rule.FILE_TOO_LARGE


def test_the_same_content_is_not_kept_twice_in_a_room(session: Session, room: Consortium) -> None:
    lead, partner, _ = _people(room)
    make_file(session, room, lead)

    assert _refused(session, room, partner, name="autre.txt") is Rule.FILE_IS_THERE
    other = make_room(session)
    assert make_file(session, other, _people(other)[0]).id


def test_a_room_has_bounds_in_number_and_in_bytes(
    session: Session, room: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = _people(room)[0]
    make_file(session, room, lead, content=b"12345")

    monkeypatch.setattr(room_files, "MOST_BYTES_OF_A_ROOM", 8)
    assert _refused(session, room, lead, content=b"1234") is Rule.ROOM_FULL
    assert make_file(session, room, lead, content=b"123").size == 3
    monkeypatch.setattr(room_files, "MOST_FILES", 2)
    monkeypatch.setattr(room_files, "MOST_BYTES_OF_A_ROOM", 80)
    assert _refused(session, room, lead, content=b"1") is Rule.ROOM_FULL


def test_who_put_a_file_there_or_the_lead_takes_it_out(session: Session, room: Consortium) -> None:
    lead, partner, other = _people(room)
    for person in (partner, lead):
        file = make_file(session, room, partner)
        with pytest.raises(RuleBroken) as refused:
            room_files.remove(session, consortium=room, file=file, person=other, now=NOW)
        assert refused.value.rule is Rule.NOT_ITS_OWNER
        room_files.remove(session, consortium=room, file=file, person=person, now=NOW)

    assert session.scalars(select(RoomFile)).all() == []
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("room.file")))
    assert sorted(acts) == ["room.file", "room.file", "room.file_removed", "room.file_removed"]


def test_outsiders_and_a_room_that_is_over_take_nothing(session: Session, room: Consortium) -> None:
    lead, other = _people(room)[0], make_room(session)
    file = make_file(session, room, lead)
    with pytest.raises(NotAllowed):
        make_file(session, room, _people(other)[0], content=b"a")
    with pytest.raises(NotAllowed):
        make_file(session, other, _people(other)[0], content=b"a", task=_task(session, room))
    with pytest.raises(NotAllowed):
        room_files.remove(session, consortium=other, file=file, person=_people(other)[0], now=NOW)
    consortiums.end(session, consortium=room, state=ConsortiumState.NO_BID, note="", person=lead, now=NOW)

    assert _refused(session, room, lead, content=b"a") is Rule.ROOM_OVER


def test_a_task_that_is_done_is_not_offered(session: Session, room: Consortium) -> None:
    open_task, done = _task(session, room), _task(session, room)
    done.done_at = NOW

    assert list(room_files.open_tasks(session, consortium=room)) == [open_task]


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("Plan.pdf", PDF, "Plan.pdf"),
        ("photo.JPEG", JPEG, "photo.jpeg"),
        ("C:\\Users\\x\\offre.exe", TEXT, "offre.exe.txt"),
        ("../../etc/passwd", CSV, "passwd.csv"),
        ("a\r\nX-Evil: 1\u202e.pdf", PDF, "a X-Evil 1.pdf"),
        ("", PDF, "fichier.pdf"),
        ("...pdf", PDF, "fichier.pdf"),
        ("é" * 300 + ".pdf", PDF, "é" * 120 + ".pdf"),
    ],
)
def test_a_name_can_be_saved_anywhere_and_ends_as_its_content(name: str, kind: FileKind, kept: str) -> None:
    assert room_files.file_name(name, kind) == kept
