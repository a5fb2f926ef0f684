"""When somebody may be written to: by day unless asked otherwise, never during a pause."""

from datetime import datetime, time, timedelta

from procurement.i18n import ZURICH
from procurement.models import WORKING_DAYS, Person
from procurement.vocabulary import Frequency

_OFFICE_HOURS = range(7, 19)
# From which hours on a digest can be asked for; one that was missed is made up for two hours later, at most.
HOURS = range(5, 22)
_LATEST = 2


def wants_mail(person: Person) -> bool:
    """Whether somebody wants to hear from us at all, now or later, and can be reached."""
    return person.may_sign_in and not has_stopped(person)


def has_stopped(person: Person) -> bool:
    """Whether nothing is to be sent: off, stopped by the link, or an address that takes no mail."""
    return (
        person.frequency is Frequency.OFF
        or person.unsubscribed_at is not None
        or person.undeliverable_since is not None
    )


def may_hear_now(person: Person, now: datetime) -> bool:
    """Whether something urgent may go: in office hours of a working day or a chosen one, not in a pause."""
    local = now.astimezone(ZURICH)
    if _is_silent(person, now):
        return False
    if person.frequency is Frequency.INSTANT_ANY_HOUR:
        return True
    return (local.weekday() in WORKING_DAYS or local.weekday() in person.weekdays) and (
        local.hour in _OFFICE_HOURS
    )


def may_have_digest(person: Person, now: datetime) -> bool:
    """Whether the digest of today may go: on a chosen day, from the chosen hour on, not late at night."""
    local = now.astimezone(ZURICH)
    latest = max(_OFFICE_HOURS.stop, person.hour + _LATEST)
    return (
        not _is_silent(person, now)
        and local.weekday() in person.weekdays
        and person.hour <= local.hour < latest
    )


def first_moment(person: Person, now: datetime) -> datetime:
    """The first moment from now on at which somebody who wants mail may hear from us."""
    moment = now
    if person.paused_until is not None:
        moment = max(moment, datetime.combine(person.paused_until, time(), tzinfo=ZURICH))
    while not may_hear_now(person, moment):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def _is_silent(person: Person, now: datetime) -> bool:
    is_paused = person.paused_until is not None and now.astimezone(ZURICH).date() < person.paused_until
    return is_paused or has_stopped(person)
