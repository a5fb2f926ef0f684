"""The outbox: an e-mail is written once per key in the transaction that gives it its reason."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from procurement.mail.blocks import Email
from procurement.mail.rendering import render
from procurement.models import Message, Person
from procurement.vocabulary import MessageState


def queue(
    session: Session,
    *,
    person: Person,
    kind: str,
    key: str,
    email: Email,
    now: datetime,
    unsubscribe_url: str | None = None,
) -> Message | None:
    """Put an e-mail into the outbox; None when one with this key is there already."""
    if session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return None
    rendered = render(email)
    message = Message(
        key=key,
        kind=kind,
        person=person,
        recipient=person.email,
        subject=rendered.subject,
        body_text=rendered.text,
        body_html=rendered.html,
        unsubscribe_url=unsubscribe_url,
        created_at=now,
        not_before=now,
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        # Another process wrote it in the same moment.
        return None
    return message


def counts(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    found = dict.fromkeys((state.value for state in MessageState), 0)
    for state, number in session.execute(select(Message.state, func.count()).group_by(Message.state)):
        found[state.value] = number
    return found
