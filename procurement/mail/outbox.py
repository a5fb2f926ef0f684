"""The outbox: an e-mail is written once per key in the transaction that gives it its reason."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from procurement.cleaning import one_line
from procurement.mail.blocks import Email
from procurement.models import Message, Person
from procurement.vocabulary import MessageState

_LAYOUTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "layouts"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """An e-mail as it will be sent."""

    subject: str
    text: str
    html: str


def render(email: Email) -> Rendered:
    """Render an e-mail to text and HTML; everything from outside is escaped in HTML."""
    text = _LAYOUTS.get_template("mail.txt").render(email=email)
    html = _LAYOUTS.get_template("mail.html").render(email=email)
    return Rendered(one_line(email.subject, longest=180), text.strip() + "\n", html)


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
    session.add(message)
    session.flush()
    return message


def counts(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    found = dict.fromkeys((state.value for state in MessageState), 0)
    for state, number in session.execute(select(Message.state, func.count()).group_by(Message.state)):
        found[state.value] = number
    return found
