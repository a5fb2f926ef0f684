"""When somebody may be written to: in office hours unless asked otherwise, never during a pause."""

from datetime import datetime, time, timedelta

from procurement.i18n import ZURICH
from procurement.models import Person
from procurement.vocabulary import Frequency

_OFFICE_HOURS = range(7, 19)


def wants_mail(person: Person) -> bool:
    """Whether somebody wants to hear from us at all, now or later."""
    return person.may_sign_in and person.frequency is not Frequency.OFF and person.unsubscribed_at is None


def may_hear_now(person: Person, now: datetime) -> bool:
    """Never at night or at week-ends unless asked, never during a pause."""
    local = now.astimezone(ZURICH)
    if person.frequency is Frequency.OFF or person.unsubscribed_at is not None:
        return False
    if person.paused_until is not None and local.date() < person.paused_until:
        return False
    if person.frequency is Frequency.INSTANT_ANY_HOUR:
        return True
    return local.weekday() < 5 and local.hour in _OFFICE_HOURS


def first_moment(person: Person, now: datetime) -> datetime:
    """The first moment from now on at which somebody who wants mail may hear from us."""
    moment = now
    if person.paused_until is not None:
        moment = max(moment, datetime.combine(person.paused_until, time(), tzinfo=ZURICH))
    while not may_hear_now(person, moment):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment
