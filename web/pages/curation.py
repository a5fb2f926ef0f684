"""The staff's queue: proposed matches to keep or to drop, and the last decisions to take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from procurement import findings, matches, merging
from procurement.badges import badges_on
from procurement.i18n import days_until
from procurement.models import Match, Tender
from procurement.vocabulary import DropReason
from web.access import Audience, audience
from web.ess_filter import EssFilter
from web.forms import DropForm
from web.i18n import gettext
from web.pages import MenuEntry

bp = Blueprint("curation", __name__)

MENU = MenuEntry("File d’attente", "curation.queue", Audience.STAFF, 20)

URGENT_DAYS = 5
TENDERS_PER_PAGE = 20
# The score at which keeping is as likely as dropping.
NO_IDEA = 0.5


class Order(StrEnum):
    """What comes first; the address says which."""

    DEADLINE = "delai"
    DOUBT = "doute"


@dataclass(frozen=True, slots=True)
class TenderInQueue:
    """A tender with the members proposed for it, the best score first."""

    tender: Tender
    matches: Sequence[Match]


@bp.get("/equipe/file")
@audience(Audience.STAFF)
def queue() -> ResponseReturnValue:
    """What waits, the nearest deadline or the greatest doubt first, and what was decided last."""
    order = _order()
    waiting = matches.waiting(g.session, chamber_id=g.person.chamber_id, now=g.now)
    tenders = by_tender(sorted(waiting, key=doubt) if order is Order.DOUBT else waiting)
    badges = badges_on(g.session, {item.tender.id: [match.lot for match in item.matches] for item in tenders})
    wanted = EssFilter.of(badges.values())
    tenders = [item for item in tenders if wanted.lets_through(badges[item.tender.id])]
    return render_template(
        "curation/queue.html",
        waiting=len(waiting),
        order=order,
        orders=Order,
        has_samples=any(match.is_sample for match in waiting),
        kept=_kept(),
        badges=badges,
        filter=wanted,
        urgent=sum(1 for match in waiting if _is_urgent(match)),
        urgent_days=URGENT_DAYS,
        tenders=tenders[:TENDERS_PER_PAGE],
        left_out=max(0, len(tenders) - TENDERS_PER_PAGE),
        decided=matches.decided(g.session, chamber_id=g.person.chamber_id, limit=12),
        drop_reasons=DropReason,
        pairs=merging.count_doubtful(g.session),
        contested=findings.count_contested(g.session),
    )


@bp.post("/equipe/matches/<int:match_id>/garder")
@audience(Audience.STAFF)
def keep(match_id: int) -> ResponseReturnValue:
    """Let a match go to its member."""
    match = match_or_404(match_id)
    matches.keep(g.session, match=match, person=g.person, now=g.now)
    return _back(match, "Gardé : {member} l’apprendra par son prochain message.")


@bp.post("/equipe/matches/<int:match_id>/ecarter")
@audience(Audience.STAFF)
def drop(match_id: int) -> ResponseReturnValue:
    """Keep a match from its member, with a reason."""
    match, form = match_or_404(match_id), DropForm.read()
    if not form.validate():
        abort(400)
    matches.drop(g.session, match=match, person=g.person, reason=form.why, now=g.now)
    return _back(match, "Écarté pour {member}.")


@bp.post("/equipe/matches/<int:match_id>/defaire")
@audience(Audience.STAFF)
def undo(match_id: int) -> ResponseReturnValue:
    """Take a decision back, as long as the member was not told."""
    match = match_or_404(match_id)
    matches.undo(g.session, match=match, person=g.person, now=g.now)
    return _back(match, "Décision défaite : {member} est de nouveau en attente.")


def match_or_404(match_id: int) -> Match:
    """A match of the reader's own chamber, locked: two who decide at once do so one after the other."""
    match: Match | None = g.session.scalar(
        select(Match)
        .where(Match.id == match_id, Match.chamber_id == g.person.chamber_id)
        .with_for_update(of=Match)
    )
    return match or abort(404)


def by_tender(waiting: Sequence[Match]) -> list[TenderInQueue]:
    """The matches of each tender together, in the order the tenders first appear."""
    grouped: dict[int, list[Match]] = {}
    for match in waiting:
        grouped.setdefault(match.lot.tender_id, []).append(match)
    return [
        TenderInQueue(found[0].lot.tender, sorted(found, key=lambda match: -match.score))
        for found in grouped.values()
    ]


def doubt(match: Match) -> float:
    """How far a score is from where the model knows nothing: the nearer, the more a decision teaches."""
    return abs(match.score - NO_IDEA)


def _order() -> Order:
    """The order that the address asks for; what is no order is the one by deadline."""
    return Order.DOUBT if request.args.get("ordre") == Order.DOUBT.value else Order.DEADLINE


def _kept() -> dict[str, Any]:
    """What an address carries so that order and filter are kept: nothing for the usual ones."""
    return {
        "ordre": Order.DOUBT.value if _order() is Order.DOUBT else None,
        "ess": request.args.get("ess", "")[:60] or None,
    }


def _is_urgent(match: Match) -> bool:
    deadline = match.lot.tender.submission_deadline
    return deadline is not None and days_until(deadline, g.now) < URGENT_DAYS


def _back(match: Match, words: str) -> ResponseReturnValue:
    flash(gettext(words).format(member=match.member.name), "success")
    return redirect(url_for("curation.queue", **_kept(), _anchor=f"marche-{match.lot.tender_id}"), 303)
