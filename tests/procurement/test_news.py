"""What is told of tenders one knows: reminders, changes, questions, awards; short calls, days and hours."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from procurement import alerts, consents, consortiums, matches
from procurement.consent_words import ConsentKind
from procurement.i18n import ZURICH
from procurement.mail.hours import first_moment
from procurement.models import (
    Award,
    AwardSupplier,
    CrawlRun,
    Message,
    Notice,
    Person,
    Tender,
    TenderChange,
)
from procurement.teaming import SeatState
from procurement.vocabulary import (
    AnswerChoice,
    Frequency,
    NoticeType,
    TenderField,
    TenderState,
    Verdict,
)
from tests.factories import make_match, make_notice, make_person, make_room, make_seat, make_tender
from tests.procurement.mails import LINKS

DAY = timedelta(days=1)


def _at(day: int, hour: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZURICH)


def _post(session: Session, person: Person, now: datetime) -> Message | None:
    session.flush()
    message = alerts.post_alerts(session, person_id=person.id, links=LINKS, now=now)
    session.flush()
    return message


def _days(session: Session, person: Person, start: datetime, days: int, words: str) -> list[int]:
    """On which days from a moment on an e-mail says something."""
    found = {count: _post(session, person, start + count * DAY) for count in range(days)}
    return [count for count, message in found.items() if message and words in message.body_text]


def _answer(session: Session, person: Person, tender: Tender, now: datetime, choice: str) -> None:
    assert person.member is not None
    said = AnswerChoice.of(choice)
    assert said is not None
    matches.answer(
        session,
        tender=tender,
        member=person.member,
        person=person,
        choice=said,
        reason="too_far" if choice == "not_for_us" else "",
        now=now,
    )
    session.flush()


def _followed(session: Session, person: Person, now: datetime, **facts: Any) -> Tender:
    """A tender that the person's member follows since a moment."""
    tender = make_tender(
        session, **{"submission_deadline": now + 14 * DAY, "enquiry_deadline": None, **facts}
    )
    _answer(session, person, tender, now, "interested")
    return tender


@pytest.mark.parametrize("choice", ["interested", "seeking_partners", "not_for_us"])
def test_reminders_come_ten_five_two_and_one_day_before_to_who_follows(session: Session, choice: str) -> None:
    start = _at(16, 9)
    person = make_person(session)
    tender = make_tender(session, submission_deadline=_at(27, 12), enquiry_deadline=None)
    _answer(session, person, tender, start, choice)

    found = _days(session, person, start, 20, "Délai de remise des offres")

    # Friday the 27th: the 17th, the 22nd is a Sunday and made up for on Monday, the 25th and the 26th.
    assert found == ([] if choice == "not_for_us" else [1, 7, 9, 10])


def test_the_date_of_questions_has_reminders_too_and_none_after_it(session: Session) -> None:
    person = make_person(session)
    _followed(
        session, person, _at(9, 9), submission_deadline=_at(20, 12, 12), enquiry_deadline=date(2026, 11, 20)
    )

    found = _days(session, person, _at(9, 9), 16, "Délai pour les questions")

    assert found == [1, 7, 9, 10]


def test_a_deadline_that_moved_away_is_not_recalled_before_its_new_steps(session: Session) -> None:
    person = make_person(session)
    tender = _followed(session, person, _at(16, 9), submission_deadline=_at(27, 12))
    first = _days(session, person, _at(16, 9), 3, "Rappels".upper())
    tender.submission_deadline = _at(11, 12, 12)

    found = _days(session, person, _at(19, 9), 22, "RAPPELS")

    assert first == [1]
    assert [(_at(19, 9) + each * DAY).day for each in found] == [1, 7, 9, 10]


def test_a_step_that_had_passed_before_the_answer_is_no_reminder(session: Session) -> None:
    person = make_person(session)
    _followed(session, person, _at(23, 9), submission_deadline=_at(27, 12))

    assert _days(session, person, _at(23, 10), 6, "RAPPELS") == [2, 3]


def test_reminders_of_one_day_come_in_one_email_and_once(session: Session, now: datetime) -> None:
    person = make_person(session)
    for _ in range(3):
        _followed(session, person, now - 3 * DAY, submission_deadline=now + 5 * DAY)
    make_match(session, member=person.member, released_at=now)

    message = _post(session, person, now)

    assert message is not None
    assert message.subject.startswith("1 nouveau marché")
    assert "3 rappels" in message.subject
    assert message.body_text.count("Délai de remise des offres") == 3
    assert _post(session, person, now + timedelta(hours=3)) is None
    assert _post(session, person, now + DAY) is None


def test_who_hears_weekly_gets_reminders_on_their_day_alone(session: Session) -> None:
    person = make_person(session, frequency=Frequency.WEEKLY)
    _followed(session, person, _at(23, 8), submission_deadline=_at(7, 12, 12))
    make_match(session, member=person.member, released_at=_at(23, 8))
    _post(session, person, _at(23, 9))

    messages = [_post(session, person, _at(23, 9) + count * DAY) for count in range(1, 6)]

    told = [message for message in messages if message is not None]
    assert [(message.kind, message.created_at.astimezone(ZURICH).day) for message in told] == [
        ("reminder", 27)
    ]
    assert _post(session, person, _at(27, 11)) is None


@pytest.mark.parametrize("kind", list(ConsentKind))
def test_nothing_is_told_without_its_consent(session: Session, now: datetime, kind: ConsentKind) -> None:
    person = make_person(session)
    _followed(session, person, now - 3 * DAY, submission_deadline=now + 5 * DAY)
    make_match(session, member=person.member, released_at=now)
    room = make_room(session)
    seat = make_seat(session, room, person, SeatState.ASKED)
    seat.asked_at = now - 2 * DAY
    consents.choose(session, person=person, kinds=[kind], now=now)

    message = _post(session, person, now)

    sections = {"NOUVEAU POUR VOUS": "alerts", "RAPPELS": "reminders", "PARTENAIRES": "partners"}
    said = message.body_text if message is not None else ""
    assert [of for title, of in sections.items() if title in said] == (
        [kind.value] if kind is not ConsentKind.NEWS else []
    )


def _change(session: Session, tender: Tender, now: datetime, field: str, old: Any, new: Any) -> Notice:
    """A correction that changed a field."""
    notice = make_notice(session, tender, is_correction=True, published_on=now.date())
    name = TenderField.of(field)
    assert name is not None
    session.add(TenderChange(tender=tender, notice_id=notice.id, field=name, old=old, new=new, at=now))
    session.flush()
    return notice


def _told_of(session: Session, person: Person, now: datetime, **facts: Any) -> Tender:
    """A tender that was told to a person as new."""
    tender = make_tender(session, **{"submission_deadline": now + 30 * DAY, **facts})
    make_match(session, member=person.member, tender=tender, released_at=now)
    assert _post(session, person, now) is not None
    return tender


def test_a_change_is_told_once_with_old_and_new_to_who_knows_the_tender(
    session: Session, now: datetime
) -> None:
    person, colleague = make_person(session), make_person(session)
    tender = _told_of(session, person, now)
    later = now + timedelta(hours=4)
    _change(session, tender, later, "submission_deadline", "2026-12-01T11:00:00Z", "2026-12-24T11:00:00Z")
    _change(session, tender, later, "documents", "https://a.example.ch", "https://b.example.ch")

    message = _post(session, person, now + DAY)

    assert message is not None
    assert message.subject.startswith("1 marché modifié")
    text = message.body_text.replace("\u00a0", " ")
    assert "mar. 1 déc. 2026, 12 h → jeu. 24 déc. 2026, 12 h" in text
    assert "documents : modifié, à lire sur la page du marché" in text
    assert _post(session, person, now + 2 * DAY) is None
    assert _post(session, colleague, now + DAY) is None


def test_what_changed_before_it_was_told_or_to_and_fro_or_after_a_refusal_is_no_news(
    session: Session, now: datetime
) -> None:
    person = make_person(session)
    before = make_tender(session, submission_deadline=now + 30 * DAY)
    _change(session, before, now - DAY, "documents", "https://a.example.ch", "https://b.example.ch")
    make_match(session, member=person.member, tender=before, released_at=now)
    fro, refused = _told_of(session, person, now), make_tender(session, submission_deadline=now + 30 * DAY)
    _change(session, fro, now + DAY / 4, "documents", "https://a.example.ch", "https://b.example.ch")
    _change(session, fro, now + DAY / 3, "documents", "https://b.example.ch", "https://a.example.ch")
    make_match(session, member=person.member, tender=refused, released_at=now)
    _answer(session, person, refused, now, "not_for_us")
    _change(session, refused, now + DAY / 3, "documents", "https://a.example.ch", "https://b.example.ch")

    assert _post(session, person, now + DAY) is None


def test_a_tender_that_was_broken_off_is_told_and_one_that_is_over_is_not(
    session: Session, now: datetime
) -> None:
    person = make_person(session)
    tender = _told_of(session, person, now)
    tender.state, tender.changed_at = TenderState.CANCELLED, now + DAY / 2
    _change(session, tender, now + DAY / 2, "state", "called", "cancelled")
    _change(session, tender, now + DAY / 2, "documents", "https://a.example.ch", "https://b.example.ch")

    message = _post(session, person, now + DAY)

    assert message is not None
    assert "publié → interrompu" in message.body_text
    assert "documents" not in message.body_text


def _award(session: Session, tender: Tender, now: datetime, *names: str) -> Notice:
    notice = make_notice(
        session, tender, notice_type=NoticeType.AWARD, published_on=now.date(), first_seen_at=now
    )
    notice.awards = [
        Award(suppliers=[AwardSupplier(position=at, name=name) for at, name in enumerate(names)])
    ]
    tender.state, tender.changed_at = TenderState.AWARDED, now
    session.flush()
    return notice


@pytest.mark.parametrize("is_followed", [False, True])
def test_a_published_award_is_told_once_with_its_winner_and_nobody_else(
    session: Session, now: datetime, is_followed: bool
) -> None:
    person = make_person(session)
    rival = make_person(session)
    tender = _told_of(session, person, now)
    if is_followed:
        _answer(session, person, tender, now, "seeking_partners")
    _answer(session, rival, tender, now, "interested")
    _award(session, tender, now + DAY / 2, "Nettoyage Vif SA")

    message = _post(session, person, now + DAY)

    assert message is not None
    assert "1 adjudication" in message.subject
    assert "RÉSULTATS" in message.body_text
    assert "Adjugé à Nettoyage Vif SA" in message.body_text
    assert rival.member is not None
    assert rival.member.name not in message.body_text + message.body_html
    assert _post(session, person, now + 2 * DAY) is None


def test_an_award_of_a_refused_or_unknown_tender_or_an_old_one_is_no_news(
    session: Session, now: datetime
) -> None:
    person = make_person(session)
    refused, unknown = _told_of(session, person, now), make_tender(session)
    _answer(session, person, refused, now, "not_for_us")
    for tender in (refused, unknown):
        _award(session, tender, now + DAY / 2, "Nettoyage Vif SA")

    assert _post(session, person, now + DAY) is None


def test_a_nameless_question_is_recalled_once_after_two_days(session: Session, now: datetime) -> None:
    lead = make_person(session, name="Zélie Morand", password=None)
    assert lead.member is not None
    lead.member.name = "Coopérative Belvédère"
    person = make_person(session)
    make_seat(session, make_room(session, lead=lead), person, SeatState.ASKED)

    messages = [_post(session, person, now + count * DAY) for count in range(4)]

    assert [message is not None for message in messages] == [False, False, True, False]
    recalled = messages[2]
    assert recalled is not None
    assert "1 demande de partenaire" in recalled.subject
    for trace in ("Belvédère", "Morand", lead.email):
        assert trace not in recalled.subject + recalled.body_text + recalled.body_html


def test_an_answered_question_is_not_recalled(session: Session, now: datetime) -> None:
    person = make_person(session)
    seat = make_seat(session, make_room(session), person, SeatState.ASKED)
    consortiums.answer(session, seat=seat, accepts=False, person=person, now=now)

    assert [_post(session, person, now + count * DAY) for count in range(4)] == [None] * 4


def test_news_beyond_ten_wait_untold(session: Session, now: datetime) -> None:
    person = make_person(session)
    for _ in range(12):
        _followed(session, person, now - 3 * DAY, submission_deadline=now + 5 * DAY)

    first, second = _post(session, person, now), _post(session, person, now + DAY)

    assert first is not None
    assert second is not None
    assert first.body_text.count("Délai de remise des offres") == 10
    assert "2 autres marchés" in first.body_text
    assert second.body_text.count("Délai de remise des offres") == 2


def _short_call(session: Session, person: Person, now: datetime, days: int = 20) -> None:
    tender = make_tender(
        session, published_on=now.date(), submission_deadline=now.replace(hour=12) + days * DAY
    )
    make_match(session, member=person.member, tender=tender, released_at=now)


@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.WEEKLY])
@pytest.mark.parametrize(("days", "is_short"), [(5, True), (20, True), (21, False)])
def test_a_short_call_goes_at_once_whatever_the_frequency(
    session: Session, now: datetime, frequency: Frequency, days: int, is_short: bool
) -> None:
    person = make_person(session, frequency=frequency)
    make_match(session, member=person.member, released_at=now)
    _post(session, person, now)
    _short_call(session, person, now + timedelta(hours=1), days)

    message = _post(session, person, now + timedelta(hours=1, minutes=5))

    assert (message is not None) is is_short
    assert message is None or message.kind == "instant"
    assert _post(session, person, now + timedelta(hours=2)) is None


@pytest.mark.parametrize(
    ("at", "facts"),
    [
        (_at(24, 22), {}),
        (_at(28, 10), {}),
        (_at(24, 10), {"paused_until": date(2026, 11, 25)}),
        (_at(24, 10), {"frequency": Frequency.OFF}),
        (_at(24, 10), {"undeliverable_since": _at(23, 10)}),
    ],
    ids=["at night", "on a Saturday", "in a pause", "off", "lost address"],
)
def test_a_short_call_wakes_nobody(session: Session, at: datetime, facts: dict[str, Any]) -> None:
    person = make_person(session, **facts)
    _short_call(session, person, at)

    assert _post(session, person, at) is None


def _moments(session: Session, person: Person, start: datetime, count: int) -> Sequence[datetime]:
    """When digests are written, asked every half hour, in the time of Zurich."""
    found = []
    for step in range(count):
        at = start + timedelta(minutes=30 * step)
        if _post(session, person, at) is not None:
            found.append(at.astimezone(ZURICH))
    return found


@pytest.mark.parametrize(
    "start", [datetime(2026, 10, 23, 20, tzinfo=UTC), datetime(2027, 3, 26, 20, tzinfo=UTC)], ids=str
)
def test_a_digest_comes_at_the_chosen_hour_when_the_clocks_change(session: Session, start: datetime) -> None:
    person = make_person(session, weekdays=[5, 6, 0], hour=18)
    for _ in range(40):
        tender = make_tender(
            session, published_on=start.date() - 30 * DAY, submission_deadline=start + 60 * DAY
        )
        make_match(session, member=person.member, tender=tender, released_at=start)

    found = _moments(session, person, start, 2 * 24 * 4)

    assert [(at.weekday(), at.hour, at.minute) for at in found] == [(5, 18, 0), (6, 18, 0), (0, 18, 0)]


def test_an_evening_hour_is_kept_and_the_night_after_it_is_quiet(session: Session) -> None:
    person = make_person(session, hour=21)
    make_match(session, member=person.member, released_at=_at(24, 9))

    found = [_post(session, person, at) is not None for at in (_at(24, 20), _at(24, 23), _at(25, 21))]

    assert found == [False, False, True]


def test_what_a_room_needs_waits_for_the_day_and_not_for_the_digest(session: Session) -> None:
    person = make_person(session, weekdays=[0], hour=18)

    assert first_moment(person, _at(24, 22)) == _at(25, 7)


def _ran(session: Session, started_at: datetime, verdict: Verdict) -> None:
    session.add(
        CrawlRun(
            source="simap",
            since=date(2026, 11, 1),
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=2),
            verdict=verdict,
            listed=3,
            lost=0 if verdict is Verdict.OK else 1,
        )
    )
    session.flush()


def test_a_source_that_is_whole_again_is_told_once(session: Session, now: datetime) -> None:
    person = make_person(session)
    said = []
    for count, verdict in enumerate((Verdict.OK, Verdict.PARTIAL, Verdict.OK, Verdict.OK)):
        at = now + count * DAY
        _ran(session, at - timedelta(hours=1), verdict)
        make_match(session, member=person.member, released_at=at)
        message = _post(session, person, at)
        assert message is not None
        said.append(("est incomplète" in message.body_text, "de nouveau lue" in message.body_text))

    assert said == [(False, False), (True, False), (False, True), (False, False)]


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_news_are_told_in_the_language_of_the_reader(session: Session, now: datetime, language: str) -> None:
    person = make_person(session, language=language)
    _followed(session, person, now - 3 * DAY, submission_deadline=now + 5 * DAY)

    message = _post(session, person, now)

    titles = {"fr": "RAPPELS", "de": "ERINNERUNGEN", "it": "PROMEMORIA", "en": "REMINDERS"}
    assert message is not None
    assert titles[language] in message.body_text
