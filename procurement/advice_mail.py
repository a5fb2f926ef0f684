"""E-mails that follow an act at the advice desk: to whom, at most once, and never about one's own act."""

from datetime import datetime

from sqlalchemy.orm import Session

from procurement.advising import advisers
from procurement.links import Links
from procurement.mail import advice_messages, outbox
from procurement.mail.blocks import Email
from procurement.mail.hours import first_moment, wants_mail
from procurement.models import AdviceRequest, Person


def tell_asked(session: Session, *, request: AdviceRequest, links: Links, now: datetime) -> None:
    """Write once to everybody of the chamber's staff that a member asks for help."""
    for person in advisers(session, chamber_id=request.chamber_id):
        email = advice_messages.asked(person=person, request=request, links=links)
        _queue_staff(session, person, f"advice_asked:{request.id}:{person.id}", email, now)


def tell_handed_over(
    session: Session, *, request: AdviceRequest, by: Person, links: Links, now: datetime
) -> None:
    """Write to the colleague who has a request from now on."""
    owner = request.owner
    if owner is not None and owner.id != by.id:
        email = advice_messages.handed_over(person=owner, request=request, by=by, links=links)
        key = f"advice_handed:{request.id}:{owner.id}:{now:%Y%m%d%H%M%S}"
        _queue_staff(session, owner, key, email, now)


def tell_taken(session: Session, *, request: AdviceRequest, by: Person, links: Links, now: datetime) -> None:
    """Write to who asked, the first time that somebody takes it up."""
    for person in _askers(request):
        email = advice_messages.taken(person=person, request=request, by=by, links=links)
        _queue_member(session, person, f"advice_taken:{request.id}:{person.id}", email, links, now)


def tell_closed(session: Session, *, request: AdviceRequest, links: Links, now: datetime) -> None:
    """Write to who asked what came of it."""
    for person in _askers(request):
        email = advice_messages.closed(person=person, request=request, links=links)
        _queue_member(session, person, f"advice_closed:{request.id}:{person.id}", email, links, now)


def _askers(request: AdviceRequest) -> list[Person]:
    """Who asked; where they are of the member no more, everybody of it."""
    asker = request.person
    if asker is not None and asker.is_active and asker.member_id == request.member_id:
        return [asker] if wants_mail(asker) else []
    return [person for person in request.member.people if wants_mail(person)]


def _queue_staff(session: Session, person: Person, key: str, email: Email, now: datetime) -> None:
    # Staff hear of their work whatever alerts they want.
    outbox.queue(session, person=person, kind="advice", key=key, email=email, now=now)


def _queue_member(
    session: Session, person: Person, key: str, email: Email, links: Links, now: datetime
) -> None:
    unsubscribe_url = links.unsubscribe(person)
    message = outbox.queue(
        session, person=person, kind="advice", key=key, email=email, now=now, unsubscribe_url=unsubscribe_url
    )
    if message is not None:
        message.not_before = first_moment(person, now)
