"""For staff: the chamber's members, what each offers, and what it was sent."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from config.tables import sectors
from procurement import accounts, matches, ties
from procurement.badges import badges_of_tenders
from procurement.models import Answer, Lot, Match, Member, Tender
from procurement.reserved import Status
from web.access import Audience, audience
from web.i18n import cpv_words, gettext
from web.misses import ask_misses, misses_of
from web.pages import MEMBERS, MenuEntry
from web.pages.matches import sort_matches

bp = Blueprint("members", __name__)

MENU = MenuEntry("Membres", "members.everyone", Audience.STAFF, 40, group=MEMBERS)

# Tenders suggested by number; any other number can be typed.
MOST_OPEN = 100


@bp.get("/equipe/membres")
@audience(Audience.STAFF)
def everyone() -> ResponseReturnValue:
    """Every member of the chamber with its figures."""
    found = g.session.scalars(
        select(Member)
        .where(Member.chamber_id == g.person.chamber_id)
        .options(selectinload(Member.people))
        .order_by(Member.is_active.desc(), Member.name)
    ).all()
    released = select(Match.member_id, func.count(Match.id.distinct())).where(
        Match.chamber_id == g.person.chamber_id, Match.released_at.is_not(None)
    )
    still_open = released.join(Match.lot).join(Lot.tender).where(matches.is_open_clause(g.now))
    answered = select(Answer.member_id, func.count(Answer.id)).join(Answer.member)
    answered = answered.where(Member.chamber_id == g.person.chamber_id)
    return render_template(
        "members/everyone.html",
        members=found,
        released=dict(g.session.execute(released.group_by(Match.member_id)).all()),
        still_open=dict(g.session.execute(still_open.group_by(Match.member_id)).all()),
        answered=dict(g.session.execute(answered.group_by(Answer.member_id)).all()),
        sector_words=sector_words,
    )


@bp.get("/equipe/membres/<int:member_id>")
@audience(Audience.STAFF)
def show(member_id: int) -> ResponseReturnValue:
    """A member's profile with the tenders it was sent."""
    member = member_or_404(member_id)
    found = matches.tenders_of(g.session, member=member, now=g.now, include_closed=True)
    shelves = sort_matches(found, g.now)
    misses = None if shelves.open_count else misses_of(member)
    return render_template(
        "members/show.html",
        member=member,
        found=shelves,
        badges=badges_of_tenders(g.session, shelves.everything),
        misses=misses,
        refresh_after=misses.asked.refresh_after if misses else None,
        waiting=_waiting(member),
        words=cpv_words(member.cpv_codes),
        sector_words=sector_words,
        statuses=status_words(member),
        open_tenders=open_tenders(),
        ties=ties.ties_of(g.session, member=member),
        tie_candidates=ties.candidates(g.session, member=member),
        others=[each for each in members_of_chamber() if each.id != member.id],
    )


def status_words(member: Member) -> list[str] | None:
    """What a member is where contracts are reserved, in words; None when nobody has said."""
    if member.statuses is None:
        return None
    return [status.label(g.language) for each in member.statuses if (status := Status.of(each)) is not None]


@bp.post("/equipe/membres/<int:member_id>/proches")
@audience(Audience.STAFF)
def ask_near(member_id: int) -> ResponseReturnValue:
    """Ask which tenders came near a member."""
    member = member_or_404(member_id)
    ask_misses(member)
    return redirect(url_for("members.show", member_id=member.id), 303)


@bp.post("/equipe/membres/<int:member_id>/personnes/<int:person_id>/adresse")
@audience(Audience.STAFF)
def reach_again(member_id: int, person_id: int) -> ResponseReturnValue:
    """Let e-mails go again to an address that was given up."""
    member = member_or_404(member_id)
    person = next((each for each in member.people if each.id == person_id), None) or abort(404)
    accounts.reach_again(g.session, person=person, by=g.person, now=g.now)
    flash(gettext("Les messages partent de nouveau vers cette adresse."), "success")
    return redirect(url_for("members.show", member_id=member.id) + "#personnes", 303)


def member_or_404(member_id: int) -> Member:
    """A member of the reader's own chamber with its people."""
    member: Member | None = g.session.scalar(
        select(Member)
        .where(Member.id == member_id, Member.chamber_id == g.person.chamber_id)
        .options(selectinload(Member.people))
    )
    return member or abort(404)


def members_of_chamber() -> list[Member]:
    """The active members of the reader's chamber, by name: what staff choose among."""
    found = select(Member).where(Member.chamber_id == g.person.chamber_id, Member.is_active)
    return list(g.session.scalars(found.order_by(Member.name)))


def open_tenders() -> list[Tender]:
    """The newest tenders that one may still bid for: what staff choose among."""
    found = select(Tender).where(matches.is_open_clause(g.now)).order_by(Tender.published_on.desc())
    return list(g.session.scalars(found.limit(MOST_OPEN)))


def sector_words(keys: list[str]) -> list[str]:
    """The words of sectors for this reader; a key that the file no longer knows is left out."""
    known = sectors()
    return [known[key].labels.get(g.language) or known[key].labels["fr"] for key in keys if key in known]


def _waiting(member: Member) -> int:
    return (
        g.session.scalar(
            select(func.count(Match.id))
            .join(Match.lot)
            .join(Lot.tender)
            .where(
                Match.member_id == member.id,
                Match.released_at.is_(None),
                Match.dropped_at.is_(None),
                matches.is_open_clause(g.now),
            )
        )
        or 0
    )
