"""Staff hear of a source that is broken, once a day or once a week, and not of one that stumbles."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from procurement.alarms import post_alarms
from procurement.links import Links
from procurement.models import CrawlRun
from procurement.vocabulary import Role, Verdict
from tests.factories import make_chamber, make_person

LINKS = Links("https://aimp.example.ch", "k" * 40)


def runs(session: Session, now: datetime, *verdicts: Verdict | None, source: str = "simap") -> None:
    """Runs over a source, the oldest first; None crashed."""
    for hours, verdict in enumerate(reversed(verdicts)):
        started = now - timedelta(hours=hours + 1)
        session.add(
            CrawlRun(
                source=source,
                since=now.date(),
                started_at=started,
                ended_at=None if verdict is None else started + timedelta(minutes=5),
                verdict=verdict,
                reasons=["the list of publications could not be read to its end"] if verdict else [],
            )
        )
        session.flush()
    rows = session.query(CrawlRun).order_by(CrawlRun.started_at).all()
    for row_id, row in enumerate(rows, 1000):
        row.id = row_id
    session.flush()


FAILED, OK, PARTIAL = Verdict.FAILED, Verdict.OK, Verdict.PARTIAL


def test_three_failures_in_a_row_are_told_to_each_of_the_staff(session: Session, now: datetime) -> None:
    for name in ("a@example.ch", "b@example.ch"):
        make_person(session, role=Role.STAFF, member=None, email=name)
    make_person(session)
    runs(session, now, OK, FAILED, FAILED, FAILED)

    written = post_alarms(session, links=LINKS, now=now)

    assert sorted(message.recipient for message in written) == ["a@example.ch", "b@example.ch"]
    assert "simap" in written[0].subject
    assert "/sources" in written[0].body_text


@pytest.mark.parametrize(
    "verdicts",
    [
        (FAILED, FAILED),
        (FAILED, FAILED, OK),
        (FAILED, OK, FAILED, FAILED),
        (PARTIAL, OK, PARTIAL, PARTIAL),
        (OK,),
    ],
)
def test_a_source_that_stumbles_is_no_alarm(
    session: Session, now: datetime, verdicts: tuple[Verdict, ...]
) -> None:
    make_person(session, role=Role.STAFF, member=None)
    runs(session, now, *verdicts)

    assert post_alarms(session, links=LINKS, now=now) == []


def test_an_alarm_comes_once_a_day(session: Session, now: datetime) -> None:
    make_person(session, role=Role.STAFF, member=None)
    runs(session, now, FAILED, FAILED, FAILED)

    counts = [
        len(post_alarms(session, links=LINKS, now=at))
        for at in (now, now + timedelta(hours=1), now + timedelta(days=1))
    ]

    assert counts == [1, 0, 1]


@pytest.mark.parametrize("verdicts", [(PARTIAL, PARTIAL, PARTIAL), (FAILED, PARTIAL, None, FAILED)])
def test_what_is_never_read_wholly_is_told_once_a_week(
    session: Session, now: datetime, verdicts: tuple[Verdict | None, ...]
) -> None:
    make_person(session, role=Role.STAFF, member=None)
    runs(session, now, *verdicts)

    found = [post_alarms(session, links=LINKS, now=now + timedelta(days=days)) for days in (0, 1, 5, 6)]

    # The first is a Tuesday.
    assert [len(each) for each in found] == [1, 0, 0, 1]
    assert "pas lue en entier" in found[0][0].subject


def test_a_run_under_way_says_nothing_and_a_crashed_one_counts(session: Session, now: datetime) -> None:
    make_person(session, role=Role.STAFF, member=None)
    runs(session, now, FAILED, None, FAILED, None)

    assert len(post_alarms(session, links=LINKS, now=now)) == 1


def test_a_source_that_is_whole_again_is_told_once_to_who_read_the_alarm(
    session: Session, now: datetime
) -> None:
    make_person(session, role=Role.STAFF, member=None)
    runs(session, now, FAILED, FAILED, FAILED)
    post_alarms(session, links=LINKS, now=now)
    make_person(session, role=Role.STAFF, member=None)
    later = now + timedelta(hours=2)
    runs(session, later, OK)

    written = [post_alarms(session, links=LINKS, now=later + timedelta(minutes=step)) for step in (0, 5)]

    assert [[message.subject for message in each] for each in written] == [
        ["La source simap est de nouveau lue en entier"],
        [],
    ]


def test_a_source_that_was_never_in_alarm_is_not_told_as_whole(session: Session, now: datetime) -> None:
    make_person(session, role=Role.STAFF, member=None)
    runs(session, now, FAILED, OK)

    assert post_alarms(session, links=LINKS, now=now) == []


def test_a_lost_address_is_told_once_to_the_staff_of_its_chamber(session: Session, now: datetime) -> None:
    staff = make_person(session, role=Role.STAFF, member=None)
    make_person(session, role=Role.STAFF, member=None, chamber=make_chamber(session, key="autre"))
    lost = make_person(session, undeliverable_since=now, undeliverable_words="550 5.1.1 no such user")

    first, second = (post_alarms(session, links=LINKS, now=now) for _ in range(2))
    lost.undeliverable_since = now + timedelta(days=9)
    anew = post_alarms(session, links=LINKS, now=now + timedelta(days=9))

    assert [message.recipient for message in first] == [staff.email]
    assert lost.email in first[0].body_text
    assert "550 5.1.1 no such user" in first[0].body_text
    assert f"/equipe/membres/{lost.member_id}" in first[0].body_text
    assert second == []
    assert len(anew) == 1
