"""What a page asks of the matcher: rows of work, claimed, answered once, set aside after three failures."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from config.settings import settings
from matcher import questions
from matcher.cpv.suggesting import suggester_in_use
from matcher.partners import partners
from matcher.registry import classifier_in_use
from matcher.run import match_member
from procurement.db import transaction
from procurement.work import claim, finish, give_up

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0

Answerer = Callable[[Engine, Mapping[str, Any], datetime], dict[str, Any]]


def _match_member(engine: Engine, facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    data_dir = settings().data_dir
    report = match_member(
        engine,
        member_id=int(facts["member_id"]),
        now=now,
        classifier=classifier_in_use(data_dir),
        suggest=suggester_in_use(engine, data_dir),
    )
    return {"proposed": report.proposed}


KINDS: dict[str, Answerer] = {
    "match_member": _match_member,
    "why_not": questions.why_not,
    "near_misses": questions.near_misses,
    "profile_preview": questions.profile_preview,
    "partners": partners,
}


def answer_work(engine: Engine, *, now: datetime) -> bool:
    """Answer one row of work; False when none waits. A failure puts the row back, never stops the worker."""
    with transaction(engine) as session:
        row = claim(session, now=now)
    if row is None:
        return False
    try:
        answerer = KINDS.get(row.kind)
        if answerer is None:
            raise LookupError(f"no answer is known for work of kind {row.kind!r}")
        answer = answerer(engine, row.facts, now)
    except Exception as problem:
        logger.exception("work could not be done", extra={"work": row.id, "kind": row.kind})
        with transaction(engine) as session:
            give_up(session, work_id=row.id, error=f"{type(problem).__name__}: {problem}", now=now)
        return True
    with transaction(engine) as session:
        finish(session, work_id=row.id, answer=answer, now=now)
    return True


def work_forever(
    engine: Engine,
    *,
    clock: Callable[[], datetime],
    stop: threading.Event,
    beside: Callable[[], object] = lambda: None,
) -> None:
    """Answer rows of work until told to stop, looking for new ones each second, and do `beside` each time."""
    while not stop.is_set():
        try:
            has_worked = answer_work(engine, now=clock())
            beside()
        except OperationalError:
            logger.warning("the database does not answer; trying again", exc_info=True)
            has_worked = False
        if not has_worked:
            stop.wait(_PAUSE_SECONDS)
