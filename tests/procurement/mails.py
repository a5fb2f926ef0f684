"""E-mails for tests, and what takes them off our hands."""

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from procurement.links import Links
from procurement.mail import outbox
from procurement.mail.blocks import Email, Paragraph
from procurement.models import Message, Person
from tests.factories import NOW, make_person

KEY = "k" * 48
LINKS = Links("https://veille.example.ch", KEY)


def a_mail(**overrides: Any) -> Email:
    """A short e-mail in French."""
    facts: dict[str, Any] = {
        "language": "fr",
        "subject": "Un essai",
        "preheader": "Court.",
        "greeting": "Bonjour,",
        "blocks": (Paragraph("Voici un essai."),),
    }
    return Email(**{**facts, **overrides})


def queue_mail(
    session: Session, key: str = "digest:1:2026-11-24", *, now: datetime = NOW, **overrides: Any
) -> Message:
    """An e-mail in the outbox, to somebody of a member when no person is given."""
    person: Person = overrides.pop("person", None) or make_person(session)
    message = outbox.queue(
        session,
        person=person,
        kind=overrides.pop("kind", "digest"),
        key=key,
        email=a_mail(**overrides),
        now=now,
        unsubscribe_url=LINKS.unsubscribe(person),
    )
    assert message is not None
    return message


@dataclass
class Letterbox:
    """Takes every message, or fails as it is told, before or after it took one."""

    fails: BaseException | None = None
    takes_first: bool = False
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Take one message."""
        if self.fails is None or self.takes_first:
            self.taken.append((recipient, message))
        if self.fails is not None:
            raise self.fails

    @property
    def message_ids(self) -> list[str]:
        """The Message-ID of each message taken, in order."""
        return [str(message["Message-ID"]) for _, message in self.taken]
