"""The outbox: written once per key, and the message as it goes over the wire."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from procurement.db import transaction
from procurement.links import Links
from procurement.mail import outbox
from procurement.mail.blocks import Paragraph
from procurement.mail.deliver import build
from procurement.models import Message
from procurement.vocabulary import MessageState
from tests.factories import NOW, make_chamber, make_person
from tests.procurement.mails import a_mail, queue_mail

_HOSTILE = [
    "x\r\nBcc: victime@example.ch",
    "x\nBcc: victime@example.ch\n\n<script>",
    "x\u2028Bcc: victime@example.ch",
    "x\x0bBcc: victime@example.ch\x85y",
    "\u202egnp.exe\u2066",
    "=?utf-8?q?Bcc=3A_victime=40example=2Ech?=",
    "\x1b[31mrouge\x07",
    '"; Bcc: victime@example.ch, <victime@example.ch>',
    "é" * 200,
    "x" * 200,
]
_HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
}


def _over_the_wire(message: Message, sender: str = "veille@example.ch") -> EmailMessage:
    """The message as its reader's program parses it."""
    read = email.message_from_bytes(build(message, sender=sender).as_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_an_email_waits_in_the_outbox_from_the_moment_it_is_written(session: Session) -> None:
    message = queue_mail(session)

    assert (message.state, message.created_at, message.not_before) == (MessageState.QUEUED, NOW, NOW)
    assert message.attempts == 0
    assert "Voici un essai." in message.body_text
    assert "Voici un essai." in message.body_html


def test_a_key_is_written_once(session: Session) -> None:
    person = make_person(session)
    queue_mail(session, "digest:7:2026-11-24", person=person)

    again = outbox.queue(
        session, person=person, kind="digest", key="digest:7:2026-11-24", email=a_mail(), now=NOW
    )

    assert again is None
    assert len(session.scalars(select(Message)).all()) == 1


def test_the_database_itself_refuses_a_key_twice(engine: Engine) -> None:
    with transaction(engine) as session:
        first = queue_mail(session)
        facts = {name: getattr(first, name) for name in ("key", "kind", "recipient", "subject", "body_text")}

    def write_again() -> None:
        with transaction(engine) as session:
            session.add(Message(**facts, body_html="x", created_at=NOW, not_before=NOW))

    with pytest.raises(IntegrityError):
        write_again()


def test_messages_are_counted_by_state(session: Session) -> None:
    queue_mail(session, "1")
    queue_mail(session, "2").state = MessageState.FAILED
    session.flush()

    assert outbox.counts(session) == {"queued": 1, "sending": 0, "sent": 0, "failed": 1, "suppressed": 0}


def test_a_message_carries_all_that_its_reader_needs(session: Session) -> None:
    make_chamber(session, name="APRÈS-GE")
    message = queue_mail(session, subject="3 nouveaux marchés : Genève")

    mail = _over_the_wire(message)

    assert set(mail.keys()) == _HEADERS
    assert mail["From"] == "APRÈS-GE <veille@example.ch>"
    assert mail["To"] == message.recipient
    assert mail["Subject"] == "3 nouveaux marchés : Genève"
    assert mail["Reply-To"] == "Solène Vuagnat <solene.vuagnat@example.ch>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert _part(mail, "plain").splitlines()[0] == "Bonjour,"
    assert _part(mail, "html").startswith("<!doctype html>")


def test_alerts_are_stopped_in_one_click_by_any_mail_program(session: Session) -> None:
    message = queue_mail(session)

    mail = _over_the_wire(message)

    assert mail["List-Unsubscribe"] == f"<{message.unsubscribe_url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_address_that_stops_alerts_is_never_folded_or_encoded(session: Session) -> None:
    person = make_person(session)
    links = Links("https://veille-des-marches-publics.chambre-de-l-economie-sociale.example.ch", "k" * 40)
    message = queue_mail(session, person=person)
    message.unsubscribe_url = links.unsubscribe(person)

    wire = build(message, sender="veille@example.ch").as_bytes()

    assert f"List-Unsubscribe: <{links.unsubscribe(person)}>\r\n".encode() in wire


def test_a_message_without_alerts_offers_no_stop(session: Session) -> None:
    message = queue_mail(session)
    message.unsubscribe_url = None

    mail = _over_the_wire(message)

    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


def test_a_chamber_without_an_adviser_has_no_reply_address(session: Session) -> None:
    message = queue_mail(session)
    make_chamber(session, adviser_email="")

    assert _over_the_wire(message)["Reply-To"] is None


def test_a_message_to_nobody_known_is_from_the_service(session: Session) -> None:
    message = queue_mail(session)
    message.person = None

    assert _over_the_wire(message)["From"] == "aimp <veille@example.ch>"


@pytest.mark.parametrize("sender", ["veille@example.ch", "x@" + "long-" * 12 + "name.example.ch", "nobody"])
def test_the_message_id_follows_from_the_key_alone(session: Session, sender: str) -> None:
    first, other = queue_mail(session, "digest:1:2026-11-24"), queue_mail(session, "digest:1:2026-11-25")
    before = build(first, sender=sender)["Message-ID"]
    first.subject, first.attempts, first.created_at = "autre", 5, NOW + timedelta(days=1)

    again = build(first, sender=sender)

    assert again["Message-ID"] == before != build(other, sender=sender)["Message-ID"]
    assert f"\r\nMessage-ID: {before}\r\n".encode() in again.as_bytes()


@pytest.mark.parametrize("hostile", _HOSTILE, ids=lambda text: ascii(text)[:30])
@pytest.mark.parametrize("place", ["subject", "chamber", "adviser", "person"])
def test_no_text_adds_a_header_or_a_recipient(session: Session, place: str, hostile: str) -> None:
    facts: dict[str, Any] = {"subject": hostile} if place == "subject" else {}
    make_chamber(session)
    person = make_person(session)
    if place == "person":
        person.name = hostile
    message = queue_mail(session, person=person, **facts)
    if place in ("chamber", "adviser"):
        setattr(person.chamber, {"chamber": "name", "adviser": "adviser_name"}[place], hostile)

    mail = _over_the_wire(message)
    session.expire_all()

    assert set(mail.keys()) <= _HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == [message.recipient]
    assert [address.addr_spec for address in mail["From"].addresses] == ["veille@example.ch"]
    assert mail["Bcc"] is None


@pytest.mark.parametrize("hostile", [_HOSTILE[0], _HOSTILE[5], _HOSTILE[8], _HOSTILE[9]], ids=ascii)
def test_no_line_is_longer_than_mail_allows(session: Session, hostile: str) -> None:
    make_chamber(session, name="Chambre de l’économie sociale et solidaire de Genève et environs")
    message = queue_mail(session, subject=hostile, blocks=(Paragraph(hostile * 20),))

    wire = build(message, sender="veille@example.ch").as_bytes()

    lines = wire.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 78 for line in lines if not line.startswith(b"List-Unsubscribe:"))
    assert wire.isascii()


def test_the_text_comes_over_the_wire_as_it_was_written(session: Session) -> None:
    words = "Été à Genève : « prix » — 5 €, ligne d’un point :\n.\nFrom ici, " + "long " * 300
    message = queue_mail(session, blocks=(Paragraph(words),))

    mail = _over_the_wire(message)

    assert words in _part(mail, "plain").replace("\r\n", "\n")
