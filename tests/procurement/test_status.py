"""The status: what is stored, what waits, how the last runs ended."""

import json
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from procurement import notices
from procurement.models import CrawlRun, JobRun
from procurement.status import status_of
from procurement.vocabulary import MessageState, TenderState, Verdict
from tests.factories import make_match, make_member, make_tender
from tests.procurement.mails import queue_mail


def test_an_empty_installation_counts_nothing(session: Session, now: datetime) -> None:
    assert status_of(session, now=now) == {
        "sources": 0,
        "notices": 0,
        "quarantined": 0,
        "missing": 0,
        "tenders": 0,
        "lots": 0,
        "open_tenders": 0,
        "ess_findings": 0,
        "consortia": 0,
        "members": 0,
        "matches": {"proposed": 0, "released": 0, "dropped": 0},
        "messages": {"queued": 0, "sending": 0, "sent": 0, "failed": 0, "suppressed": 0},
        "runs": [],
        "jobs": [],
        "model": None,
    }


def test_everything_stored_is_counted(session: Session, now: datetime) -> None:
    make_tender(session, submission_deadline=now - timedelta(days=1))
    make_tender(session, state=TenderState.AWARDED)
    match = make_match(session, released_at=now, model="m7")
    make_member(session, is_active=False)
    message = queue_mail(session)
    message.state = MessageState.SENT
    notices.note_missing(
        session, source="simap", source_key="x", number="1", reason="404", fetched_from="http://x", now=now
    )
    session.flush()

    found = status_of(session, now=now)

    assert (found["tenders"], found["open_tenders"], found["notices"], found["missing"]) == (3, 1, 3, 1)
    assert found["members"] == 2
    assert found["matches"] == {"proposed": 0, "released": 1, "dropped": 0}
    assert found["messages"]["sent"] == 1
    assert found["model"] == match.model == "m7"


def test_the_last_run_of_each_source_is_told_with_its_figures(session: Session, now: datetime) -> None:
    for hours, verdict in ((2, Verdict.OK), (1, Verdict.PARTIAL)):
        session.add(
            CrawlRun(
                source="simap",
                since=date(2026, 11, 20),
                started_at=now - timedelta(hours=hours),
                ended_at=now,
                verdict=verdict,
                stored=4,
                missing=1,
            )
        )
    session.add(CrawlRun(source="ted", since=date(2026, 11, 20), started_at=now))
    session.flush()

    found = status_of(session, now=now)

    assert found["sources"] == 2
    simap, ted = found["runs"]
    assert (simap["verdict"], simap["stored"], simap["missing"]) == ("partial", 4, 1)
    assert (ted["verdict"], ted["ended"]) == (None, None)
    assert json.loads(json.dumps(found)) == found


def test_a_step_of_the_schedule_that_failed_is_named(session: Session, now: datetime) -> None:
    steps = [{"step": "crawl simap", "code": 0}, {"step": "match", "code": 1}]
    for hours, found in ((2, []), (1, steps)):
        at = now - timedelta(hours=hours)
        session.add(JobRun(job="watch", due_at=at, started_at=at, ended_at=at, steps=found))
    session.add(JobRun(job="watch", due_at=now, started_at=now, steps=[]))
    session.add(JobRun(job="learn", due_at=now, started_at=now, ended_at=now, steps=steps[:1]))
    session.flush()

    learn, watch = status_of(session, now=now)["jobs"]

    assert (learn["job"], learn["failed"]) == ("learn", None)
    assert (watch["job"], watch["failed"]) == ("watch", "match")
