"""Files of a room: of kinds that are told by their content, within bounds, for those inside it alone."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from procurement.accounts import write_audit
from procurement.cleaning import one_line
from procurement.consortiums import lead_of
from procurement.errors import NotAllowed, RuleBroken
from procurement.file_kinds import FileKind, kind_of
from procurement.models import Consortium, Person, RoomFile, RoomTask
from procurement.rules import Rule
from procurement.talk import must_write

MOST_BYTES = 10 * 2**20
MOST_FILES = 60
MOST_BYTES_OF_A_ROOM = 100 * 2**20
_LONGEST_NAME = 120
_NO_NAME = re.compile(r'[<>:"|?*/\\]+')


def add(
    session: Session,
    *,
    consortium: Consortium,
    name: str,
    content: bytes,
    task: RoomTask | None = None,
    person: Person,
    now: datetime,
) -> RoomFile:
    """Put a file into a room, for a task of it or for none; RuleBroken says what stands against it."""
    must_write(consortium, person)
    if len(content) > MOST_BYTES:
        raise RuleBroken(Rule.FILE_TOO_LARGE, most=MOST_BYTES >> 20)
    kind = kind_of(content, name)
    if task is not None and task.consortium_id != consortium.id:
        raise NotAllowed
    # Two who add at once would each find room for one more.
    session.execute(select(Consortium.id).where(Consortium.id == consortium.id).with_for_update())
    digest = hashlib.sha256(content).hexdigest()
    for other in files_of(session, consortium=consortium):
        if other.digest == digest:
            raise RuleBroken(Rule.FILE_IS_THERE, name=other.name)
    number, size = session.execute(
        select(func.count(), func.coalesce(func.sum(RoomFile.size), 0)).where(
            RoomFile.consortium_id == consortium.id
        )
    ).one()
    if number >= MOST_FILES or size + len(content) > MOST_BYTES_OF_A_ROOM:
        raise RuleBroken(Rule.ROOM_FULL, files=MOST_FILES, most=MOST_BYTES_OF_A_ROOM >> 20)
    file = RoomFile(
        consortium_id=consortium.id,
        person=person,
        task=task,
        name=file_name(name, kind),
        media_type=kind.media_type,
        size=len(content),
        digest=digest,
        content=content,
        at=now,
    )
    session.add(file)
    session.flush()
    _note(session, "room.file", file, person, now)
    return file


def remove(
    session: Session, *, consortium: Consortium, file: RoomFile, person: Person, now: datetime
) -> None:
    """Take a file out of a room, for good: by whoever put it there, or by the lead."""
    must_write(consortium, person)
    if file.consortium_id != consortium.id:
        raise NotAllowed
    if file.person_id != person.id and not person.may_answer_for(lead_of(consortium)):
        raise RuleBroken(Rule.NOT_ITS_OWNER)
    _note(session, "room.file_removed", file, person, now)
    session.delete(file)
    session.flush()


def files_of(session: Session, *, consortium: Consortium) -> Sequence[RoomFile]:
    """The files of a room, the newest first, without their content."""
    return session.scalars(
        select(RoomFile)
        .where(RoomFile.consortium_id == consortium.id)
        .options(joinedload(RoomFile.person), joinedload(RoomFile.task))
        .order_by(RoomFile.id.desc())
    ).all()


def open_tasks(session: Session, *, consortium: Consortium) -> Sequence[RoomTask]:
    """The tasks of a room that are not done, which a file can answer, the next due first."""
    return session.scalars(
        select(RoomTask)
        .where(RoomTask.consortium_id == consortium.id, RoomTask.done_at.is_(None))
        .order_by(RoomTask.due_on, RoomTask.id)
    ).all()


def file_name(name: str, kind: FileKind) -> str:
    """A name that every system can save, without a folder, with an ending that its content has."""
    last = re.split(r"[/\\]", one_line(name))[-1]
    stem = _NO_NAME.sub(" ", last)
    for ending in kind.endings:
        if stem.lower().endswith(ending):
            stem, kept = stem[: -len(ending)], ending
            break
    else:
        kept = kind.endings[0]
    stem = one_line(stem, longest=_LONGEST_NAME).strip(" .")
    return (stem or "fichier") + kept


def _note(session: Session, act: str, file: RoomFile, person: Person, now: datetime) -> None:
    subject = f"consortium:{file.consortium_id}"
    facts = {"file": file.id, "digest": file.digest}
    write_audit(session, person=person, act=act, subject=subject, facts=facts, now=now)
