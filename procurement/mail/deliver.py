"""Delivery: claim a message, hand it over with no transaction open, mark it; at least once, never lost."""

import hashlib
import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import Session, joinedload

from config.settings import LOOPBACK_HOSTS
from procurement.cleaning import one_line
from procurement.consent_words import ConsentKind
from procurement.consents import agrees
from procurement.db import transaction
from procurement.mail.hours import wants_mail
from procurement.models import Message, Person, Told
from procurement.vocabulary import MessageState

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 300
_HEADER_SIGNS = re.compile(r'[<>@,:;"\\()\[\]]|=\?|\?=')
_RETRY_MINUTES = (0.5, 1, 2, 5, 10, 30, 60)
_GIVE_UP_AFTER = timedelta(hours=24)
# So many messages in a row that its server put off for a day each, and an address is given up.
_MOST_FAILURES = 3
# An enhanced status (RFC 3463) at the beginning of an answer, with its second figure.
_STATUS = re.compile(r"\s*5\.(\d{1,3})\.\d{1,3}\b")
_ABOUT_ADDRESS = (550, 551, 552, 553)
# What somebody must agree to for an e-mail of this kind; of the others they hear as long as they want mail.
_CONSENTS = {
    "digest": ConsentKind.ALERTS,
    "instant": ConsentKind.ALERTS,
    "reminder": ConsentKind.REMINDERS,
    "room_question": ConsentKind.PARTNERS,
}


class TryLater(Exception):
    """The relay cannot take the message now: it stays in the outbox."""


class RelayDown(TryLater):
    """The relay takes nothing at all now: the round ends, and every message stays in the outbox."""


class Refused(Exception):
    """The relay will never take this message: it is marked as failed."""


class NoSuchAddress(Refused):
    """The relay says that this address takes no mail, now or ever: nothing more is sent there."""


class Carrier(Protocol):
    """Takes a message off our hands, or raises TryLater or Refused."""

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Hand over one message for one recipient."""


class FolderCarrier:
    """Writes each message as a file; the same message again replaces its own file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Write the message whole or not at all."""
        name = str(message["Message-ID"]).strip("<>").split("@")[0]
        part = self._folder / f".{name}.part"
        part.write_bytes(message.as_bytes())
        part.replace(self._folder / f"{name}.eml")


class SmtpCarrier:
    """Speaks SMTP with one relay: smtp://[user:password@]host[:port] (STARTTLS when offered) or smtps://."""

    def __init__(self, address: str, *, timeout: float = 30) -> None:
        self._address = urlsplit(address)
        self._timeout = timeout

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Hand over one message in a conversation of its own.

        A refusal of this recipient or this message is final when it is 5xx; any other trouble, a wrong
        password included, is the relay's or ours, and every message waits.
        """
        try:
            with self._open() as relay:
                relay.send_message(message, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as problem:
            code, text = problem.recipients.get(recipient, (550, b""))
            raise self._answer(code, text, is_about_recipient=True) from problem
        except smtplib.SMTPDataError as problem:
            raise self._answer(problem.smtp_code, problem.smtp_error) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise RelayDown(f"{type(problem).__name__}: {problem}") from problem

    def _open(self) -> smtplib.SMTP:
        host, tls = self._address.hostname or "localhost", ssl.create_default_context()
        if self._address.scheme == "smtps":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._address.port or 465, timeout=self._timeout, context=tls
            )
        else:
            relay = smtplib.SMTP(host, self._address.port or 25, timeout=self._timeout)
        try:
            relay.ehlo_or_helo_if_needed()
            if self._address.scheme != "smtps" and relay.has_extn("starttls"):
                relay.starttls(context=tls)
            if self._address.username:
                if not isinstance(relay.sock, ssl.SSLSocket) and host not in LOOPBACK_HOSTS:
                    raise smtplib.SMTPException("no TLS offered: the password is not sent in clear")
                relay.login(unquote(self._address.username), unquote(self._address.password or ""))
        except BaseException:
            relay.close()
            raise
        return relay

    @staticmethod
    def _answer(code: int, text: bytes | str, *, is_about_recipient: bool = False) -> Exception:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        said = f"{code} {words}"
        if not 500 <= code < 600:
            return TryLater(said)
        status = _STATUS.match(words)
        # 5.1 and 5.2 speak of an address or its mailbox wherever they are said; the others, and a relay that
        # does not relay for us, speak of the sender, the message or the relay: no fault of the address.
        if status:
            return (NoSuchAddress if status[1] in ("1", "2") else Refused)(said)
        is_address = is_about_recipient and code in _ABOUT_ADDRESS and "relay" not in words.lower()
        return (NoSuchAddress if is_address else Refused)(said)


@dataclass(slots=True)
class DeliveryReport:
    """What one round of delivery did."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    suppressed: int = 0
    subjects: list[str] = field(default_factory=list)


def deliver(
    engine: Engine,
    *,
    carrier: Carrier,
    sender: str,
    clock: Callable[[], datetime],
    most: int = 10_000,
    kinds: tuple[str, ...] = (),
) -> DeliveryReport:
    """Send what is due, one message at a time; a crash repeats at most the one under way, same Message-ID."""
    report = DeliveryReport()
    for _ in range(most):
        with transaction(engine) as session:
            claimed = _claim(session, now=clock(), kinds=kinds, report=report)
            if claimed is None:
                break
        try:
            carrier.send(build(claimed, sender=sender), recipient=claimed.recipient)
        except (TryLater, Refused, OSError, ValueError) as problem:
            # ValueError: a name or address that no header can hold; it must not stop the messages behind it.
            with transaction(engine) as session:
                _put_off(session, claimed, problem, now=clock(), report=report)
            if isinstance(problem, RelayDown | OSError):
                break
            continue
        with transaction(engine) as session:
            row = session.get_one(Message, claimed.id)
            row.state, row.sent_at, row.claimed_until, row.last_error = MessageState.SENT, clock(), None, ""
            if row.person is not None:
                row.person.failures = 0
        report.sent += 1
        report.subjects.append(claimed.subject)
    return report


def _claim(
    session: Session, *, now: datetime, kinds: tuple[str, ...], report: DeliveryReport
) -> Message | None:
    while True:
        due = select(Message).where(
            or_(
                (Message.state == MessageState.QUEUED) & (Message.not_before <= now),
                (Message.state == MessageState.SENDING) & (Message.claimed_until < now),
            )
        )
        if kinds:
            due = due.where(Message.kind.in_(kinds))
        row = session.scalar(
            due.options(joinedload(Message.person).joinedload(Person.chamber))
            .order_by(Message.kind != "sign_in_code", Message.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Message)
        )
        if row is None:
            return None
        if _wants_no_alert(row):
            person = row.person
            is_lost = person is not None and person.undeliverable_since is not None
            row.state = MessageState.SUPPRESSED
            row.last_error = "the address takes no mail" if is_lost else "stopped by the person"
            _take_back_told(session, row)
            report.suppressed += 1
            session.flush()
            continue
        row.state = MessageState.SENDING
        row.attempts += 1
        row.claimed_until = now + timedelta(seconds=CLAIM_SECONDS)
        return row


def _wants_no_alert(message: Message) -> bool:
    """Nobody is mailed against their will: an alert stopped after it was written does not leave."""
    person = message.person
    if message.unsubscribe_url is None or person is None:
        return False
    kind = _CONSENTS.get(message.kind)
    return not wants_mail(person) or (kind is not None and not agrees(person, kind))


def _put_off(
    session: Session, claimed: Message, problem: Exception, *, now: datetime, report: DeliveryReport
) -> None:
    row = session.get_one(Message, claimed.id, with_for_update=True)
    if row.state is not MessageState.SENDING or row.attempts != claimed.attempts:
        return  # Our claim ran out, and another worker has it by now.
    row.last_error, row.claimed_until = one_line(str(problem), longest=300), None
    is_over = now - row.created_at > _GIVE_UP_AFTER and row.attempts >= len(_RETRY_MINUTES)
    if isinstance(problem, Refused) or is_over:
        row.state = MessageState.FAILED
        if isinstance(problem, NoSuchAddress) or not isinstance(problem, Refused):
            _take_back_told(session, row)
        _note_failure(row, problem, now)
        report.failed += 1
        logger.error("message not delivered", extra={"message_id": row.id, "kind": row.kind})
        return
    minutes = _RETRY_MINUTES[min(row.attempts, len(_RETRY_MINUTES)) - 1]
    row.state, row.not_before = MessageState.QUEUED, now + timedelta(minutes=minutes)
    report.put_off += 1


def _take_back_told(session: Session, row: Message) -> None:
    """What never left was never told: the next e-mail says it, if there is one."""
    session.execute(delete(Told).where(Told.message_id == row.id))


def _note_failure(row: Message, problem: Exception, now: datetime) -> None:
    """Give an address up: at once when there is none, after three days of messages that its server put off.

    A relay that is down, or that refuses a message for what it says, is no fault of the address.
    """
    person = row.person
    if person is None or person.email != row.recipient:
        return
    if isinstance(problem, TryLater) and not isinstance(problem, RelayDown):
        person.failures += 1
    if isinstance(problem, NoSuchAddress) or person.failures >= _MOST_FAILURES:
        person.undeliverable_since = person.undeliverable_since or now
        person.undeliverable_words = row.last_error


class _WholeAddresses(EmailPolicy):
    """Keeps the address that stops alerts in one piece: folded as text, no mail program could follow it."""

    def fold(self, name: str, value: str) -> str:
        """The header with its line ends."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header with its line ends, as it goes over the wire."""
        return self.fold(name, value).encode("ascii")


_POLICY = _WholeAddresses(linesep="\r\n")


def _mailbox(name: str, address: str) -> str:
    """A name with its address; signs that mean something in a header are left out: folding unquotes them."""
    return formataddr((" ".join(_HEADER_SIGNS.sub(" ", one_line(name)).split()), address))


def build(message: Message, *, sender: str) -> EmailMessage:
    """The message as it goes over the wire; its Message-ID follows from its key alone."""
    chamber = message.person.chamber if message.person else None
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _mailbox(chamber.name if chamber else "aimp", sender)
    mail["To"] = message.recipient
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(message.created_at)
    host = sender.rpartition("@")[2] or "localhost"
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    if chamber is not None and chamber.adviser_email:
        mail["Reply-To"] = _mailbox(chamber.adviser_name, chamber.adviser_email)
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.body_text, cte="quoted-printable")
    mail.add_alternative(message.body_html, subtype="html", cte="quoted-printable")
    return mail
