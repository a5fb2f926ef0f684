"""Delivery: at least once under one Message-ID, later when the relay says so, never against one's will."""

import email
import socket
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy import Engine, select

from procurement import consents
from procurement.accounts import unsubscribe
from procurement.consent_words import ConsentKind
from procurement.db import transaction
from procurement.mail.deliver import (
    CLAIM_SECONDS,
    Carrier,
    DeliveryReport,
    FolderCarrier,
    Refused,
    RelayDown,
    SmtpCarrier,
    TryLater,
    build,
    deliver,
)
from procurement.models import Message, Person
from procurement.vocabulary import Frequency, MessageState
from tests.factories import make_chamber, make_person
from tests.procurement.conftest import Relay
from tests.procurement.mails import Letterbox, queue_mail
from tests.procurement.together import together

_SENDER = "veille@example.ch"


def _queue(engine: Engine, count: int = 1, *, kind: str = "digest") -> list[Message]:
    with transaction(engine) as session:
        return [queue_mail(session, f"{kind}:{number}", kind=kind) for number in range(count)]


def _deliver(engine: Engine, carrier: Carrier, at: datetime, **facts: tuple[str, ...]) -> DeliveryReport:
    return deliver(engine, carrier=carrier, sender=_SENDER, clock=lambda: at, **facts)  # type: ignore[arg-type]


def _messages(engine: Engine) -> list[Message]:
    with transaction(engine, read_only=True) as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def _only(engine: Engine) -> Message:
    (message,) = _messages(engine)
    return message


def test_what_waits_is_sent_once_in_its_order(engine: Engine, now: datetime) -> None:
    queued = _queue(engine, 3)
    letterbox = Letterbox()

    first = _deliver(engine, letterbox, now)
    second = _deliver(engine, letterbox, now)

    assert (first.sent, second.sent) == (3, 0)
    assert first.subjects == ["Un essai"] * 3
    assert [recipient for recipient, _ in letterbox.taken] == [message.recipient for message in queued]
    assert {(message.state, message.sent_at) for message in _messages(engine)} == {(MessageState.SENT, now)}


def test_nothing_is_sent_before_its_time(engine: Engine, now: datetime) -> None:
    _queue(engine)

    report = _deliver(engine, Letterbox(), now - timedelta(seconds=1))

    assert report.sent == 0


def test_only_the_kinds_asked_for_are_sent(engine: Engine, now: datetime) -> None:
    _queue(engine)
    _queue(engine, kind="sign_in_code")

    report = _deliver(engine, Letterbox(), now, kinds=("sign_in_code",))

    assert report.sent == 1
    assert {message.kind: message.state for message in _messages(engine)} == {
        "digest": MessageState.QUEUED,
        "sign_in_code": MessageState.SENT,
    }


def test_a_round_ends_after_as_many_as_it_may_send(engine: Engine, now: datetime) -> None:
    _queue(engine, 3)

    report = deliver(engine, carrier=Letterbox(), sender=_SENDER, clock=lambda: now, most=2)

    assert report.sent == 2


def test_a_relay_that_cannot_now_is_asked_again_later_each_time(engine: Engine, now: datetime) -> None:
    _queue(engine)
    at, waited = now, []
    for _ in range(8):
        report = _deliver(engine, Letterbox(fails=TryLater("451 busy")), at)
        message = _only(engine)
        waited.append((message.not_before - at) / timedelta(minutes=1))
        nothing = _deliver(engine, Letterbox(), message.not_before - timedelta(seconds=1))
        at = message.not_before

        assert (report.put_off, nothing.sent) == (1, 0)

    assert waited == [0.5, 1, 2, 5, 10, 30, 60, 60]
    assert (message.state, message.last_error) == (MessageState.QUEUED, "451 busy")


def test_a_relay_that_is_back_gets_what_waited_once(engine: Engine, now: datetime) -> None:
    _queue(engine, 2)
    _deliver(engine, Letterbox(fails=TryLater("451 busy")), now)
    letterbox = Letterbox()

    report = _deliver(engine, letterbox, now + timedelta(hours=6))

    assert report.sent == 2
    assert len(set(letterbox.message_ids)) == 2
    assert {message.last_error for message in _messages(engine)} == {""}


@pytest.mark.parametrize(
    ("age", "attempts", "state"),
    [
        (timedelta(hours=24), 9, MessageState.QUEUED),
        (timedelta(hours=24, seconds=1), 9, MessageState.FAILED),
        (timedelta(hours=60), 1, MessageState.QUEUED),
    ],
)
def test_a_message_often_tried_is_given_up_after_a_day(
    engine: Engine, now: datetime, age: timedelta, attempts: int, state: MessageState
) -> None:
    (message,) = _queue(engine)
    with transaction(engine) as session:
        session.get_one(Message, message.id).attempts = attempts

    report = _deliver(engine, Letterbox(fails=TryLater("451 busy")), now + age)

    assert _only(engine).state is state
    assert report.failed == (state is MessageState.FAILED)


def test_a_relay_that_is_down_is_asked_once_a_round(engine: Engine, now: datetime) -> None:
    _queue(engine, 3)

    report = _deliver(engine, Letterbox(fails=RelayDown("535 wrong password")), now)

    assert (report.put_off, report.failed) == (1, 0)
    assert {message.state for message in _messages(engine)} == {MessageState.QUEUED}


def test_a_refused_message_is_never_tried_again(engine: Engine, now: datetime) -> None:
    _queue(engine)

    report = _deliver(engine, Letterbox(fails=Refused("550 no such user")), now)
    later = _deliver(engine, Letterbox(), now + timedelta(days=3))

    assert (report.failed, later.sent) == (1, 0)
    assert (_only(engine).state, _only(engine).last_error) == (MessageState.FAILED, "550 no such user")


def test_a_lost_message_is_logged_without_its_address(
    engine: Engine, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    (message,) = _queue(engine)

    _deliver(engine, Letterbox(fails=Refused("550 no such user")), now)

    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "message not delivered")
    assert message.recipient not in str(vars(record))


@pytest.mark.parametrize("crash", [KeyboardInterrupt(), SystemExit(137)], ids=repr)
def test_a_crash_after_sending_repeats_that_one_under_the_same_message_id(
    engine: Engine, now: datetime, crash: BaseException
) -> None:
    _queue(engine, 3)
    crashing, letterbox = Letterbox(fails=crash, takes_first=True), Letterbox()
    with pytest.raises(type(crash)):
        _deliver(engine, crashing, now)

    others = _deliver(engine, letterbox, now + timedelta(seconds=CLAIM_SECONDS))
    again = _deliver(engine, letterbox, now + timedelta(seconds=CLAIM_SECONDS + 1))

    assert (others.sent, again.sent) == (2, 1)
    sent = Counter(crashing.message_ids + letterbox.message_ids)
    assert sorted(sent.values()) == [1, 1, 2]
    assert {message.state for message in _messages(engine)} == {MessageState.SENT}


def test_a_crash_before_sending_loses_nothing(engine: Engine, now: datetime) -> None:
    _queue(engine)
    with pytest.raises(SystemExit):
        _deliver(engine, Letterbox(fails=SystemExit()), now)
    letterbox = Letterbox()

    _deliver(engine, letterbox, now + timedelta(seconds=CLAIM_SECONDS + 1))

    assert len(letterbox.taken) == 1
    assert _only(engine).attempts == 2


def test_no_transaction_is_open_while_a_message_is_handed_over(engine: Engine, now: datetime) -> None:
    _queue(engine)

    class Writing(Letterbox):
        def send(self, message: object, *, recipient: str) -> None:
            with transaction(engine) as session:
                make_person(session)

    report = _deliver(engine, Writing(), now)

    assert report.sent == 1


def test_many_who_deliver_at_once_send_each_message_once(engine: Engine, now: datetime) -> None:
    queued = _queue(engine, 20)
    lock, letterbox = Lock(), Letterbox()

    class Shared:
        def send(self, message: object, *, recipient: str) -> None:
            with lock:
                letterbox.taken.append((recipient, message))  # type: ignore[arg-type]

    reports = together([partial(_deliver, engine, Shared(), now)] * 4)

    assert sum(report.sent for report in reports) == 20
    assert Counter(recipient for recipient, _ in letterbox.taken) == Counter(
        message.recipient for message in queued
    )


@pytest.mark.parametrize("stop", ["unsubscribed", "off", "inactive"])
def test_an_alert_stopped_after_it_was_written_does_not_leave(
    engine: Engine, now: datetime, stop: str
) -> None:
    (message,) = _queue(engine)
    with transaction(engine) as session:
        person = session.get_one(Person, message.person_id)
        if stop == "unsubscribed":
            unsubscribe(session, person=person, now=now)
        elif stop == "off":
            person.frequency = Frequency.OFF
        else:
            person.is_active = False
    letterbox = Letterbox()

    report = _deliver(engine, letterbox, now)

    assert (report.suppressed, report.sent, letterbox.taken) == (1, 0, [])
    assert (_only(engine).state, _only(engine).last_error) == (
        MessageState.SUPPRESSED,
        "stopped by the person",
    )


def test_a_stopped_alert_holds_nothing_back_behind_it(engine: Engine, now: datetime) -> None:
    first, _ = _queue(engine, 2)
    with transaction(engine) as session:
        unsubscribe(session, person=session.get_one(Person, first.person_id), now=now)

    report = _deliver(engine, Letterbox(), now)

    assert (report.suppressed, report.sent) == (1, 1)


def test_a_code_is_sent_to_who_wants_no_alerts(engine: Engine, now: datetime) -> None:
    (message,) = _queue(engine, kind="sign_in_code")
    with transaction(engine) as session:
        row = session.get_one(Message, message.id)
        row.unsubscribe_url = None
        assert row.person is not None
        unsubscribe(session, person=row.person, now=now)

    assert _deliver(engine, Letterbox(), now).sent == 1


@pytest.mark.parametrize("address", ["solène@example.ch", "a\nb@example.ch"])
def test_a_message_that_no_header_can_hold_stops_nothing_behind_it(
    engine: Engine, now: datetime, address: str
) -> None:
    _queue(engine)
    with transaction(engine) as session:
        other = make_chamber(session, key="autre", adviser_email=address)
        queue_mail(session, "broken", person=make_person(session, chamber=other))
        broken = session.scalars(select(Message).where(Message.key == "broken")).one()
        assert broken.person is not None
        broken.person.chamber = other
    _queue(engine, kind="behind")

    report = _deliver(engine, Letterbox(), now)

    assert (report.sent, report.put_off) == (2, 1)


def test_a_hostile_answer_of_a_relay_can_be_stored(engine: Engine, now: datetime) -> None:
    _queue(engine)

    _deliver(engine, Letterbox(fails=TryLater("451 \x00\x1b[31m\ud800\r\nno" + "x" * 1000)), now)

    assert _only(engine).last_error.startswith("451 no")
    assert len(_only(engine).last_error) <= 300


def test_a_relay_takes_a_message_for_its_one_recipient(relay: Relay, engine: Engine, now: datetime) -> None:
    (message,) = _queue(engine)

    report = _deliver(engine, SmtpCarrier(relay.url), now)

    assert report.sent == 1
    ((sender, recipients, content),) = relay.taken
    assert (sender, recipients) == (_SENDER, [message.recipient])
    assert email.message_from_bytes(content)["Message-ID"] == build(message, sender=_SENDER)["Message-ID"]


@pytest.mark.parametrize("place", ["rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("451 try again", MessageState.QUEUED),
        ("421 closing", MessageState.QUEUED),
        ("452 mailbox full", MessageState.QUEUED),
        ("550 no such user", MessageState.FAILED),
        ("554 spam", MessageState.FAILED),
    ],
)
def test_four_hundreds_mean_later_and_five_hundreds_never(
    relay: Relay, engine: Engine, now: datetime, place: str, answer: str, state: MessageState
) -> None:
    _queue(engine)
    setattr(relay, place, answer)

    _deliver(engine, SmtpCarrier(relay.url), now)

    message = _only(engine)
    assert (message.state, message.last_error) == (state, answer)
    assert relay.taken == []


def test_a_relay_that_hangs_up_is_asked_again(relay: Relay, engine: Engine, now: datetime) -> None:
    _queue(engine)
    relay.data = "hang up"
    first = _deliver(engine, SmtpCarrier(relay.url), now)
    relay.data = "250 OK"

    second = _deliver(engine, SmtpCarrier(relay.url), now + timedelta(minutes=1))

    assert (first.put_off, second.sent) == (1, 1)
    assert len(relay.taken) == 1


def test_a_relay_that_is_not_there_is_asked_again(engine: Engine, now: datetime) -> None:
    _queue(engine)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    report = _deliver(engine, SmtpCarrier(f"smtp://127.0.0.1:{port}"), now)

    assert report.put_off == 1
    assert _only(engine).last_error.startswith("ConnectionRefusedError")


def test_a_relay_that_stays_silent_is_left_in_time(engine: Engine, now: datetime) -> None:
    _queue(engine)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        report = _deliver(engine, SmtpCarrier(address, timeout=0.2), now)

    assert report.put_off == 1
    assert "timed out" in _only(engine).last_error


def test_a_relay_that_is_none_is_asked_again(engine: Engine, now: datetime, relay: Relay) -> None:
    _queue(engine)

    report = _deliver(engine, SmtpCarrier(relay.url.replace("smtp:", "smtps:"), timeout=2), now)

    assert report.put_off == 1
    assert "SSL" in _only(engine).last_error


def test_a_relay_may_want_a_name_and_a_password(relay: Relay, engine: Engine, now: datetime) -> None:
    _queue(engine)
    address = relay.url.replace("//", "//veille%40example.ch:p%40ss%2Fword%3A@")

    report = _deliver(engine, SmtpCarrier(address), now)

    assert report.sent == 1
    assert relay.logins == [(b"veille@example.ch", b"p@ss/word:")]


def test_a_wrong_password_is_told_and_shown_to_nobody(relay: Relay, engine: Engine, now: datetime) -> None:
    _queue(engine)

    report = _deliver(engine, SmtpCarrier(relay.url.replace("//", "//veille:wrong@")), now)

    assert report.sent == 0
    assert "wrong" not in _only(engine).last_error


def test_a_relay_that_offers_tls_gets_messages_over_tls(
    tls_relay: Relay, certificate: Path, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _queue(engine)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    report = _deliver(engine, SmtpCarrier(tls_relay.url), now)

    assert report.sent == 1


def test_a_relay_whose_certificate_nobody_trusts_gets_nothing(
    tls_relay: Relay, engine: Engine, now: datetime
) -> None:
    _queue(engine)

    report = _deliver(engine, SmtpCarrier(tls_relay.url), now)

    assert (report.sent, report.put_off, tls_relay.taken) == (0, 1, [])
    assert "CERTIFICATE_VERIFY_FAILED" in _only(engine).last_error


def test_a_folder_gets_whole_files_and_one_per_message(engine: Engine, now: datetime, tmp_path: Path) -> None:
    queued = _queue(engine, 2)
    carrier = FolderCarrier(tmp_path / "new" / "mails")

    _deliver(engine, carrier, now)
    carrier.send(build(queued[0], sender=_SENDER), recipient="x@example.ch")

    files = sorted((tmp_path / "new" / "mails").iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    read = [email.message_from_bytes(path.read_bytes()) for path in files]
    assert {mail["To"] for mail in read} == {message.recipient for message in queued}
    assert all(mail["List-Unsubscribe"] for mail in read)


def _person(engine: Engine) -> Person:
    with transaction(engine, read_only=True) as session:
        return session.scalars(select(Person)).one()


def _more(engine: Engine, key: str, now: datetime) -> None:
    """One more e-mail to the only person there is."""
    with transaction(engine) as session:
        person = session.scalars(select(Person)).one()
        queue_mail(session, key, person=person, now=now)


@pytest.mark.parametrize(
    ("place", "answer", "is_lost"),
    [
        ("rcpt", "550 no such user", True),
        ("rcpt", "550 5.1.1 no such user", True),
        ("rcpt", "552 5.2.2 mailbox full", True),
        ("data", "550 5.1.1 no such user", True),
        ("rcpt", "554 5.7.1 relay access denied", False),
        ("rcpt", "550 relay not permitted", False),
        ("data", "554 5.7.1 spam", False),
        ("data", "550 spam", False),
        ("rcpt", "451 4.7.1 greylisted", False),
    ],
)
def test_an_address_that_does_not_exist_is_given_up_at_once_and_no_other(
    relay: Relay, engine: Engine, now: datetime, place: str, answer: str, is_lost: bool
) -> None:
    _queue(engine)
    setattr(relay, place, answer)

    _deliver(engine, SmtpCarrier(relay.url), now)

    person = _person(engine)
    assert (person.undeliverable_since == now) is is_lost
    assert person.undeliverable_words == (answer if is_lost else "")


def test_nothing_more_goes_to_an_address_that_was_given_up_but_codes_do(
    relay: Relay, engine: Engine, now: datetime
) -> None:
    _queue(engine)
    relay.rcpt = "550 5.1.1 no such user"
    _deliver(engine, SmtpCarrier(relay.url), now)
    relay.rcpt = "250 OK"
    _more(engine, "digest:later", now + timedelta(hours=1))
    with transaction(engine) as session:
        person = session.scalars(select(Person)).one()
        code = queue_mail(session, "code:1", person=person, kind="sign_in_code", now=now)
        code.unsubscribe_url = None

    report = _deliver(engine, SmtpCarrier(relay.url), now + timedelta(hours=1))

    assert (report.sent, report.suppressed) == (1, 1)
    assert _messages(engine)[1].last_error == "the address takes no mail"


def _give_up(engine: Engine, key: str, problem: TryLater, at: datetime) -> None:
    """A message that failed for a day, the last time with this problem."""
    with transaction(engine) as session:
        message = session.scalars(select(Message).where(Message.key == key)).one()
        message.attempts, message.not_before = 9, at
    _deliver(engine, Letterbox(fails=problem), at)


@pytest.mark.parametrize(
    ("problem", "is_lost"), [(TryLater("452 mailbox full"), True), (RelayDown("timed out"), False)]
)
def test_three_messages_put_off_for_a_day_give_an_address_up_and_a_relay_that_is_down_does_not(
    engine: Engine, now: datetime, problem: TryLater, is_lost: bool
) -> None:
    _queue(engine)
    found = []
    for count in range(3):
        at = now + timedelta(days=2 * count + 2)
        if count:
            _more(engine, f"digest:{count}", at - timedelta(days=2))
        _give_up(engine, f"digest:{count}", problem, at)
        found.append(_person(engine).undeliverable_since is not None)

    assert found == [False, False, is_lost]


def test_a_message_that_arrives_begins_the_count_anew(engine: Engine, now: datetime) -> None:
    _queue(engine)
    _give_up(engine, "digest:0", TryLater("452 mailbox full"), now + timedelta(days=2))
    assert _person(engine).failures == 1
    _more(engine, "digest:1", now)

    _deliver(engine, Letterbox(), now)

    assert _person(engine).failures == 0


@pytest.mark.parametrize(
    ("kind", "withdrawn", "leaves"),
    [
        ("digest", ConsentKind.ALERTS, False),
        ("instant", ConsentKind.ALERTS, False),
        ("reminder", ConsentKind.REMINDERS, False),
        ("room_question", ConsentKind.PARTNERS, False),
        ("room", ConsentKind.PARTNERS, True),
        ("digest", ConsentKind.PARTNERS, True),
    ],
)
def test_a_consent_withdrawn_after_an_email_was_written_holds_it_back(
    engine: Engine, now: datetime, kind: str, withdrawn: ConsentKind, leaves: bool
) -> None:
    _queue(engine, kind=kind)
    with transaction(engine) as session:
        person = session.scalars(select(Person)).one()
        kept = [each for each in ConsentKind if each not in (withdrawn, ConsentKind.NEWS)]
        consents.choose(session, person=person, kinds=kept, now=now)

    report = _deliver(engine, Letterbox(), now)

    assert (report.sent, report.suppressed) == ((1, 0) if leaves else (0, 1))
