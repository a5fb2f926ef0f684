"""« Pourquoi pas ? »: why a tender did not reach a member, asked by that member for itself or by staff."""

from datetime import datetime

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from procurement import matches, work
from procurement.models import Lot, Match, Member, Tender
from web.access import Audience, audience
from web.i18n import gettext
from web.pages.members import member_or_404
from web.pages.tenders import tender_or_404
from web.questions import question

bp = Blueprint("why", __name__)


@bp.get("/marches/<int:tender_id>/pourquoi")
@audience(Audience.MEMBER)
def own(tender_id: int) -> ResponseReturnValue:
    """Why the tender was not proposed to the reader's own organisation."""
    tender = tender_or_404(tender_id).standing
    if _is_proposed(tender):
        return redirect(url_for("tenders.show", tender_id=tender.id), 303)
    return _page(tender, g.member)


@bp.post("/marches/<int:tender_id>/pourquoi")
@audience(Audience.MEMBER)
def ask_own(tender_id: int) -> ResponseReturnValue:
    """Ask it for the reader's own organisation, and for no other."""
    tender = tender_or_404(tender_id).standing
    if _is_proposed(tender):
        return redirect(url_for("tenders.show", tender_id=tender.id), 303)
    _ask(tender, g.member)
    return redirect(url_for("why.own", tender_id=tender.id), 303)


@bp.get("/equipe/membres/<int:member_id>/marches/<int:tender_id>/pourquoi")
@audience(Audience.STAFF)
def show(member_id: int, tender_id: int) -> ResponseReturnValue:
    """Why the tender did not reach a member of the chamber, with what staff decided."""
    return _page(tender_or_404(tender_id).standing, member_or_404(member_id))


@bp.post("/equipe/membres/<int:member_id>/marches/<int:tender_id>/pourquoi")
@audience(Audience.STAFF)
def ask(member_id: int, tender_id: int) -> ResponseReturnValue:
    """Ask it of a member and a tender."""
    return _asked(tender_or_404(tender_id).standing, member_or_404(member_id))


@bp.post("/equipe/marches/<int:tender_id>/pourquoi")
@audience(Audience.STAFF)
def ask_of_member(tender_id: int) -> ResponseReturnValue:
    """Ask it of the member that was chosen on the tender's page."""
    tender = tender_or_404(tender_id).standing
    member_id = request.form.get("member", type=int)
    if member_id is None:
        flash(gettext("Choisissez un membre."), "warning")
        return redirect(url_for("tenders.show", tender_id=tender.id), 303)
    return _asked(tender, member_or_404(member_id))


@bp.post("/equipe/membres/<int:member_id>/pourquoi")
@audience(Audience.STAFF)
def ask_of_tender(member_id: int) -> ResponseReturnValue:
    """Ask it of the tender whose number was typed on the member's page."""
    member, number = member_or_404(member_id), request.form.get("number", "").strip()
    tender = g.session.scalars(
        select(Tender)
        .where(Tender.number == number)
        .order_by(Tender.merged_into_id.is_not(None), Tender.published_on.desc())
    ).first()
    if tender is None:
        flash(gettext("Aucun marché ne porte le numéro « {number} ».").format(number=number[:40]), "warning")
        return redirect(url_for("members.show", member_id=member.id), 303)
    return _asked(tender.standing, member)


def _asked(tender: Tender, member: Member) -> ResponseReturnValue:
    _ask(tender, member)
    return redirect(url_for("why.show", member_id=member.id, tender_id=tender.id), 303)


def _key(tender: Tender, member: Member) -> str:
    return f"why_not:{member.id}:{tender.id}"


def _ask(tender: Tender, member: Member) -> None:
    key = _key(tender, member)
    work.ask(g.session, key=key, kind="why_not", now=g.now, member_id=member.id, tender_id=tender.id)


def _is_proposed(tender: Tender) -> bool:
    """Whether the tender, or one that it stands for, was released to the reader's organisation."""
    found = (tender, *tender.merged)
    return any(matches.matched_tender(g.session, member=g.member, tender=each) for each in found)


def _page(tender: Tender, member: Member) -> str:
    asked = question(_key(tender, member), not_before=_changed_at(tender, member))
    lots = {lot.id: lot for lot in tender.lots}
    found = [each for each in (asked.answer or {}).get("lots", ()) if each["lot_id"] in lots]
    return render_template(
        "why/show.html",
        tender=tender,
        member=member,
        asked=asked,
        refresh_after=asked.refresh_after,
        lots=lots,
        found=found,
        decided=_decided(tender, member) if g.person.is_staff else (),
    )


def _changed_at(tender: Tender, member: Member) -> datetime:
    return max(tender.changed_at, member.profile_changed_at)


def _decided(tender: Tender, member: Member) -> list[Match]:
    """What was found and decided for this member, the best lot first: for staff, never for a member."""
    ids = [tender.id, *(other.id for other in tender.merged)]
    return list(
        g.session.scalars(
            select(Match)
            .join(Match.lot)
            .where(Lot.tender_id.in_(ids), Match.member_id == member.id)
            .options(joinedload(Match.lot), joinedload(Match.decided_by))
            .order_by(Match.score.desc())
        )
    )
