"""The front page: what this is, what it holds today, and each reader's next step."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, current_app, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from procurement import accounts, catalogue, entered, matches
from procurement.badges import badges_of_tenders
from procurement.models import Notice, Person, Tender
from procurement.vocabulary import Role
from web.access import Audience, audience
from web.i18n import today
from web.lights import watched
from web.pages.matches import Sorted, sort_matches

bp = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class SamplePeople:
    """Two invented people whom a visitor of the demonstration can sign in as."""

    member: Person | None
    staff: Person | None
    password: str


@bp.get("/")
@audience(Audience.PUBLIC)
def front() -> ResponseReturnValue:
    """The front page."""
    mine = _mine()
    return render_template(
        "home/front.html",
        # Without a deadline nobody can promise that a tender is open still, so it does not count here.
        open_tenders=g.session.scalar(
            select(func.count(Tender.id)).where(
                matches.is_open_clause(g.now), Tender.submission_deadline.is_not(None)
            )
        ),
        published_lately=g.session.scalar(
            select(func.count(Notice.id)).where(
                Notice.published_on > today() - timedelta(days=7),
                Notice.published_on <= today(),
                Notice.source != entered.SOURCE,
            )
        ),
        lights=watched(g.session, planned=current_app.extensions["aimp"]["reads"], now=g.now),
        has_catalogue=catalogue.chamber_shown(g.session) is not None,
        sample=_sample_people(),
        mine=mine,
        badges=badges_of_tenders(g.session, mine.unanswered[:1] if mine else ()),
        has_figures=accounts.chamber_with_figures(g.session) is not None,
        waiting=len(matches.waiting(g.session, chamber_id=g.person.chamber_id, now=g.now))
        if g.person and g.person.is_staff
        else 0,
    )


def _mine() -> Sorted | None:
    if g.member is None:
        return None
    found = matches.tenders_of(g.session, member=g.member, now=g.now, include_closed=True)
    return sort_matches(found, g.now)


def _sample_people() -> SamplePeople | None:
    password: str = current_app.extensions["aimp"]["sample_password"]
    if not password:
        return None
    first = select(Person).where(Person.is_active, Person.password_hash.is_not(None)).order_by(Person.id)
    return SamplePeople(
        member=g.session.scalars(first.where(Person.role == Role.MEMBER).limit(1)).first(),
        staff=g.session.scalars(first.where(Person.role == Role.STAFF).limit(1)).first(),
        password=password,
    )
