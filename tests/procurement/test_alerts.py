"""Who is told what today: one e-mail per person, nothing twice, nothing expired, nothing at night."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from procurement import accounts, alerts, matches
from procurement.db import transaction
from procurement.i18n import ZURICH
from procurement.mail.messages import local_date
from procurement.models import CrawlRun, Match, Message, Person, Told
from procurement.vocabulary import AnswerChoice, Frequency, Role, TenderState, Verdict
from tests.factories import make_lot, make_match, make_member, make_person, make_tender
from tests.procurement.mails import LINKS
from tests.procurement.together import together

DAY = timedelta(days=1)
INSTANT = [Frequency.INSTANT, Frequency.INSTANT_ANY_HOUR]


def _release(session: Session, person: Person, now: datetime, count: int = 1, **tender: Any) -> list[Match]:
    """Matches released to a person's member, each on a tender of its own, due in twenty days by default."""
    facts = {"submission_deadline": now + 20 * DAY, **tender}
    return [
        make_match(
            session,
            member=person.member,
            tender=make_tender(session, **facts),
            released_at=now,
            alerted_at=None,
        )
        for _ in range(count)
    ]


def _post(session: Session, person: Person, now: datetime) -> Message | None:
    session.flush()
    message = alerts.post_alerts(session, person_id=person.id, links=LINKS, now=now)
    session.flush()
    return message


def _told(session: Session, person: Person) -> Counter[str]:
    return Counter(session.scalars(select(Told.kind).where(Told.person_id == person.id)))


def _sections(message: Message) -> list[str]:
    """The titles of an e-mail's lists, in order."""
    return re.findall(r"<h2[^>]*>([^<]+)</h2>", message.body_html)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZURICH)


def test_what_is_new_is_told_in_one_email(session: Session, now: datetime) -> None:
    person = make_person(session)
    released = _release(session, person, now, 3)

    message = _post(session, person, now)

    assert message is not None
    assert (message.key, message.kind) == (f"digest:{person.id}:2026-11-24", "digest")
    assert message.recipient == person.email
    assert message.unsubscribe_url == LINKS.unsubscribe(person)
    assert all(LINKS.tender(match.lot.tender_id) in message.body_text for match in released)
    assert _told(session, person) == {"new": 3}
    assert all(match.alerted_at == now for match in released)


def test_nobody_is_written_to_without_anything_to_say(session: Session, now: datetime) -> None:
    assert _post(session, make_person(session), now) is None


@pytest.mark.parametrize("state", ["proposed", "dropped"])
def test_what_staff_did_not_let_go_is_not_told(session: Session, now: datetime, state: str) -> None:
    person = make_person(session)
    make_match(session, member=person.member, dropped_at=now if state == "dropped" else None)

    assert _post(session, person, now) is None


def test_running_twice_writes_nothing_twice(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now)
    _post(session, person, now)

    again = [_post(session, person, now + timedelta(minutes=minutes)) for minutes in (0, 1, 300)]

    assert again == [None, None, None]
    assert len(session.scalars(select(Message)).all()) == 1


def test_what_comes_after_the_digest_of_the_day_is_told_the_next_day(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now)
    _post(session, person, now)
    late = _release(session, person, now + timedelta(hours=1))

    same_day = _post(session, person, now + timedelta(hours=2))
    next_day = _post(session, person, now + DAY)

    assert same_day is None
    assert next_day is not None
    assert next_day.key == f"digest:{person.id}:2026-11-25"
    assert LINKS.tender(late[0].lot.tender_id) in next_day.body_text
    assert _told(session, person) == {"new": 2}


def test_the_eleventh_is_not_marked_as_told_and_comes_with_the_next(session: Session, now: datetime) -> None:
    person = make_person(session)
    released = _release(session, person, now, 12)

    first = _post(session, person, now)
    told_first = _told(session, person)
    second = _post(session, person, now + DAY)

    assert first is not None
    assert second is not None
    shown = [LINKS.tender(match.lot.tender_id) + "\n" for match in released]
    assert sum(address in first.body_text for address in shown) == 10
    assert "2 autres marchés" in first.body_text
    assert told_first == {"new": 10}
    assert sum(address in second.body_text for address in shown) == 2
    assert _told(session, person) == {"new": 12}
    assert _post(session, person, now + 2 * DAY) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"submission_deadline": _at(24, 9)},
        {"submission_deadline": _at(23, 12)},
        {"state": TenderState.CANCELLED},
        {"state": TenderState.AWARDED},
    ],
)
def test_nothing_that_is_over_is_told(session: Session, now: datetime, facts: dict[str, Any]) -> None:
    person = make_person(session)
    _release(session, person, now, **facts)

    assert _post(session, person, now) is None


def test_what_expires_before_its_turn_is_never_told(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now, submission_deadline=now + timedelta(hours=30))
    _release(session, person, now, 10, submission_deadline=now + timedelta(hours=20))
    _post(session, person, now)

    assert _post(session, person, now + 2 * DAY) is None


def test_a_refused_tender_is_not_told_again(session: Session, now: datetime) -> None:
    person = make_person(session)
    refused, other = _release(session, person, now, 2, submission_deadline=now + 3 * DAY)
    assert person.member is not None
    matches.answer(
        session,
        tender=refused.lot.tender,
        member=person.member,
        person=person,
        choice=AnswerChoice.NOT_FOR_US,
        reason="too_far",
        now=now,
    )

    message = _post(session, person, now)

    assert message is not None
    assert LINKS.tender(other.lot.tender_id) in message.body_text
    assert LINKS.tender(refused.lot.tender_id) + "\n" not in message.body_text


def test_who_answered_already_is_not_told_but_a_colleague_is(session: Session, now: datetime) -> None:
    member = make_member(session)
    person, colleague = make_person(session, member=member), make_person(session, member=member)
    [match] = _release(session, person, now)
    matches.answer(
        session,
        tender=match.lot.tender,
        member=member,
        person=person,
        choice=AnswerChoice.INTERESTED,
        now=now,
    )

    assert _post(session, person, now) is None
    assert _post(session, colleague, now) is not None


def test_a_tender_is_told_as_a_whole(session: Session, now: datetime) -> None:
    person, tender = make_person(session), make_tender(session)
    second = make_lot(tender)
    make_match(session, member=person.member, lot=tender.lots[0], released_at=now)
    _post(session, person, now)
    make_match(session, member=person.member, lot=second, released_at=now + timedelta(hours=1))

    assert _post(session, person, now + DAY) is None


def test_two_people_of_one_member_each_get_theirs(session: Session, now: datetime) -> None:
    first = make_person(session)
    second = make_person(session, member=first.member)
    _release(session, first, now)

    messages = [_post(session, person, now) for person in (first, second)]

    assert [message.recipient for message in messages if message] == [first.email, second.email]
    assert _told(session, first) == _told(session, second) == {"new": 1}


def test_nobody_hears_of_what_was_released_to_another_member(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, make_person(session), now)

    assert _post(session, person, now) is None


@pytest.mark.parametrize(
    "moment",
    [_at(24, 6, 59), _at(24, 19), _at(24, 23, 59), _at(25, 0), _at(28, 10), _at(29, 10)],
    ids=["before 7", "at 19", "before midnight", "midnight", "saturday", "sunday"],
)
@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.WEEKLY, Frequency.INSTANT])
def test_nobody_is_written_to_at_night_or_at_weekends(
    session: Session, moment: datetime, frequency: Frequency
) -> None:
    person = make_person(session, frequency=frequency)
    _release(session, person, moment)

    assert _post(session, person, moment) is None


@pytest.mark.parametrize("moment", [_at(24, 3), _at(28, 10), _at(29, 23, 59)])
def test_who_asked_for_any_hour_is_told_at_any_hour(session: Session, moment: datetime) -> None:
    person = make_person(session, frequency=Frequency.INSTANT_ANY_HOUR)
    _release(session, person, moment)

    assert _post(session, person, moment) is not None


@pytest.mark.parametrize("moment", [_at(24, 7), _at(24, 18, 59)])
def test_office_hours_are_those_of_zurich(session: Session, moment: datetime) -> None:
    person = make_person(session)
    _release(session, person, moment)

    assert _post(session, person, moment.astimezone(UTC)) is not None


def test_a_pause_ends_on_its_day(session: Session, now: datetime) -> None:
    person = make_person(session, paused_until=date(2026, 11, 26))
    _release(session, person, now)

    found = [_post(session, person, now + days * DAY) is not None for days in (0, 1, 2)]

    assert found == [False, False, True]


def test_a_pause_holds_for_who_hears_at_any_hour_too(session: Session, now: datetime) -> None:
    person = make_person(session, frequency=Frequency.INSTANT_ANY_HOUR, paused_until=date(2026, 11, 25))
    _release(session, person, now)

    assert _post(session, person, now) is None


def test_who_stopped_hears_nothing_until_choosing_again(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now)
    accounts.unsubscribe(session, person=person, now=now)

    stopped = _post(session, person, now)
    accounts.change_preferences(
        session, person=person, frequency=Frequency.DAILY, language="fr", paused_until=None, now=now
    )

    assert stopped is None
    assert _post(session, person, now) is not None


@pytest.mark.parametrize("frequency", [Frequency.OFF, Frequency.DAILY])
def test_who_stopped_by_the_link_hears_nothing_whatever_the_frequency(
    session: Session, now: datetime, frequency: Frequency
) -> None:
    person = make_person(session, frequency=frequency, unsubscribed_at=now)
    _release(session, person, now)

    assert _post(session, person, now) is None


def test_staff_get_no_alert(session: Session, now: datetime) -> None:
    assert _post(session, make_person(session, role=Role.STAFF, frequency=Frequency.DAILY), now) is None


def test_those_who_may_be_written_to(session: Session, now: datetime) -> None:
    wanted = [make_person(session), make_person(session, frequency=Frequency.WEEKLY)]
    make_person(session, frequency=Frequency.OFF)
    make_person(session, unsubscribed_at=now)
    make_person(session, is_active=False)
    make_person(session, member=make_member(session, is_active=False))
    make_person(session, role=Role.STAFF, frequency=Frequency.DAILY)

    assert alerts.people_to_tell(session) == [person.id for person in wanted]


@pytest.mark.parametrize("frequency", INSTANT)
def test_all_that_is_new_at_once_comes_in_one_email_and_then_silence(
    session: Session, now: datetime, frequency: Frequency
) -> None:
    person = make_person(session, frequency=frequency)
    released = _release(session, person, now, 3)

    first = _post(session, person, now)
    silence = [_post(session, person, now + timedelta(minutes=minutes)) for minutes in (5, 60, 24 * 60)]
    _release(session, person, now + DAY)
    second = _post(session, person, now + DAY + timedelta(minutes=5))

    assert first is not None
    assert first.key == f"instant:{person.id}:2026-11-24:{min(match.id for match in released)}"
    assert silence == [None, None, None]
    assert second is not None
    assert second.kind == "instant"
    assert _told(session, person) == {"new": 4}


def test_what_did_not_fit_at_once_comes_with_what_is_released_next(session: Session, now: datetime) -> None:
    person = make_person(session, frequency=Frequency.INSTANT)
    _release(session, person, now, 11)
    _post(session, person, now)

    silence = _post(session, person, now + timedelta(minutes=5))
    _release(session, person, now + timedelta(minutes=10))
    second = _post(session, person, now + timedelta(minutes=15))

    assert silence is None
    assert second is not None
    assert _told(session, person) == {"new": 12}


def test_what_was_proposed_earlier_and_kept_later_is_told_at_once_too(
    session: Session, now: datetime
) -> None:
    person = make_person(session, frequency=Frequency.INSTANT)
    waiting = make_match(session, member=person.member)
    _release(session, person, now)
    _post(session, person, now)

    matches.keep(
        session, match=waiting, person=make_person(session, role=Role.STAFF), now=now + timedelta(hours=1)
    )

    assert _post(session, person, now + timedelta(hours=2)) is not None


def test_a_weekly_digest_comes_once_a_week(session: Session) -> None:
    monday = _at(23, 8)
    person = make_person(session, frequency=Frequency.WEEKLY)
    found = []
    for days in range(15):
        _release(session, person, monday + days * DAY)
        if _post(session, person, monday + days * DAY) is not None:
            found.append(days)

    assert found == [0, 7, 14]


def test_a_last_chance_is_told_once_seven_days_before(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now, submission_deadline=now + 10 * DAY)

    found = [_post(session, person, now + days * DAY) for days in range(10)]

    told = {days: message for days, message in enumerate(found) if message is not None}
    assert list(told) == [0, 3]
    assert [_sections(told[0]), _sections(told[3])] == [["Nouveau pour vous"], ["Dernière chance"]]
    assert _told(session, person) == {"new": 1, "last_chance": 1}


def test_what_is_new_and_near_stands_under_last_chance_only(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now, submission_deadline=now + 3 * DAY)

    message = _post(session, person, now)

    assert message is not None
    assert _sections(message) == ["Dernière chance"]
    assert _told(session, person) == {"new": 1, "last_chance": 1}
    assert _post(session, person, now + DAY) is None


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (AnswerChoice.INTERESTED, ""),
        (AnswerChoice.SEEKING_PARTNERS, ""),
        (AnswerChoice.NOT_FOR_US, "too_big"),
    ],
)
def test_there_is_no_last_chance_for_what_was_answered(
    session: Session, now: datetime, choice: AnswerChoice, reason: str
) -> None:
    person = make_person(session)
    (match,) = _release(session, person, now, submission_deadline=now + 10 * DAY)
    _post(session, person, now)
    assert person.member is not None
    matches.answer(
        session,
        tender=match.lot.tender,
        member=person.member,
        person=person,
        choice=choice,
        reason=reason,
        now=now,
    )

    written = [_post(session, person, now + days * DAY) for days in range(1, 10)]

    assert not any("Dernière chance" in _sections(message) for message in written if message)


@pytest.mark.parametrize(("days", "is_near"), [(7, True), (8, False)])
def test_a_last_chance_is_counted_in_days_of_the_calendar(
    session: Session, now: datetime, days: int, is_near: bool
) -> None:
    person = make_person(session)
    late_that_day = (now + days * DAY).replace(hour=23, minute=59)
    _release(session, person, now, submission_deadline=late_that_day)

    message = _post(session, person, now)

    assert message is not None
    assert _sections(message) == ["Dernière chance" if is_near else "Nouveau pour vous"]


def test_an_unknown_deadline_is_never_a_last_chance(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now, submission_deadline=None)

    message = _post(session, person, now)

    assert message is not None
    assert _sections(message) == ["Nouveau pour vous"]
    assert "délai non précisé" in message.body_text


def test_who_hears_at_once_gets_last_chances_once_a_day(session: Session, now: datetime) -> None:
    person = make_person(session, frequency=Frequency.INSTANT)
    _release(session, person, now, submission_deadline=now + 8 * DAY)
    _post(session, person, now)

    found = [_post(session, person, now + days * DAY) for days in (0, 1, 2, 3)]

    assert [message.kind if message else None for message in found] == [None, "digest", None, None]
    assert _told(session, person) == {"new": 1, "last_chance": 1}


def test_last_chances_come_before_what_is_new_when_there_is_room_for_ten(
    session: Session, now: datetime
) -> None:
    person = make_person(session)
    _release(session, person, now, 8, submission_deadline=now + 20 * DAY)
    _release(session, person, now, 4, submission_deadline=now + 2 * DAY)

    message = _post(session, person, now)

    assert message is not None
    assert _told(session, person) == {"new": 10, "last_chance": 4}
    assert _sections(message) == ["Dernière chance", "Nouveau pour vous"]
    assert "2 autres marchés" in message.body_text


def test_more_than_ten_last_chances_wait_for_the_next_day(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now, 12, submission_deadline=now + 4 * DAY)

    _post(session, person, now)
    first = _told(session, person)
    _post(session, person, now + DAY)

    assert first == {"new": 10, "last_chance": 10}
    assert _told(session, person) == {"new": 12, "last_chance": 12}


@pytest.mark.slow
@pytest.mark.parametrize(
    "start", [datetime(2026, 10, 22, 22, tzinfo=UTC), datetime(2027, 3, 25, 23, tzinfo=UTC)], ids=str
)
def test_each_working_day_has_one_digest_when_the_clocks_change(session: Session, start: datetime) -> None:
    person = make_person(session)
    _release(session, person, start, 80, submission_deadline=start + 60 * DAY)
    written = Counter(
        local_date(now)
        for now in (start + timedelta(minutes=30 * step) for step in range(2 * 24 * 6))
        if _post(session, person, now) is not None
    )

    assert len(written) == 4
    assert set(written.values()) == {1}
    assert all(day.weekday() < 5 for day in written)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),
    ],
)
def test_a_digest_belongs_to_the_date_in_zurich(instant: datetime, day: date) -> None:
    assert local_date(instant) == day


def _ran(session: Session, started_at: datetime, verdict: Verdict | None) -> None:
    session.add(
        CrawlRun(
            source="simap",
            since=date(2026, 11, 20),
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=2) if verdict else None,
            verdict=verdict,
        )
    )


def test_a_run_under_way_is_not_told_as_incomplete(session: Session, now: datetime) -> None:
    person = make_person(session)
    _release(session, person, now)
    _ran(session, now - timedelta(minutes=30), Verdict.OK)
    _ran(session, now, None)

    message = _post(session, person, now)

    assert message is not None
    assert "incomplète" not in message.body_text
    assert "simap, lu mar. 24 nov. 2026, 8\u00a0h\u00a032" in message.body_text


@pytest.mark.parametrize("verdict", [Verdict.PARTIAL, Verdict.FAILED, None])
def test_a_run_that_went_wrong_is_told(session: Session, now: datetime, verdict: Verdict | None) -> None:
    person = make_person(session)
    _release(session, person, now)
    _ran(session, now - timedelta(hours=7), Verdict.OK)
    _ran(session, now - timedelta(hours=6), verdict)

    message = _post(session, person, now)

    assert message is not None
    assert "La dernière lecture de simap est incomplète" in message.body_text


@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.INSTANT])
def test_of_many_who_write_to_one_person_at_once_one_does(
    engine: Engine, now: datetime, frequency: Frequency
) -> None:
    with transaction(engine) as session:
        person = make_person(session, frequency=frequency)
        _release(session, person, now, 12)

    def post() -> bool:
        with transaction(engine) as session:
            found = alerts.post_alerts(session, person_id=person.id, links=LINKS, now=now)
            return found is not None

    written = together([post] * 6)

    with transaction(engine, read_only=True) as session:
        assert written.count(True) == len(session.scalars(select(Message)).all()) == 1
        assert _told(session, person) == {"new": 10}
