"""The profile workshop: text, codes, cantons and excluded words, tried on thirty days, then saved."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from procurement import entered, profiles
from procurement.cantons import CANTONS
from procurement.models import Member, Tender
from procurement.profiles import Draft
from web.access import Audience, audience
from web.forms import ProfileForm
from web.i18n import cpv_words, gettext
from web.pages import MenuEntry
from web.pages.members import member_or_404
from web.questions import Question, question

bp = Blueprint("profile", __name__)

MENU = MenuEntry("Profil", "profile.own", Audience.MEMBER, 15)

# More in a week than anybody reads.
TOO_BROAD = 20


@bp.get("/profil")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """The profile of the reader's own organisation, or a draft of it with what it would bring."""
    return _page(g.member, _asked_draft(g.member))


@bp.post("/profil/essai")
@audience(Audience.MEMBER)
def try_own() -> ResponseReturnValue:
    """Try a draft of one's own profile; nothing is saved."""
    return _try(g.member)


@bp.post("/profil")
@audience(Audience.MEMBER)
def save_own() -> ResponseReturnValue:
    """Save the draft of one's own profile that was tried."""
    return _save(g.member)


@bp.post("/profil/propositions")
@audience(Audience.MEMBER)
def accept_proposals() -> ResponseReturnValue:
    """Let one's organisation be suggested to others as a partner, or not."""
    accepts = request.form.get("accepts") is not None
    profiles.accept_proposals(g.session, member=g.member, person=g.person, accepts=accepts, now=g.now)
    flash(
        gettext("Vous pouvez être proposés comme partenaires.")
        if accepts
        else gettext("Vous n’êtes plus proposés comme partenaires."),
        "success",
    )
    return redirect(url_for("profile.own"), 303)


@bp.get("/equipe/membres/<int:member_id>/profil")
@audience(Audience.STAFF)
def show(member_id: int) -> ResponseReturnValue:
    """The profile of a member of the chamber, or a draft of it with what it would bring."""
    member = member_or_404(member_id)
    return _page(member, _asked_draft(member))


@bp.post("/equipe/membres/<int:member_id>/profil/essai")
@audience(Audience.STAFF)
def try_out(member_id: int) -> ResponseReturnValue:
    """Try a draft of a member's profile; nothing is saved."""
    return _try(member_or_404(member_id))


@bp.post("/equipe/membres/<int:member_id>/profil")
@audience(Audience.STAFF)
def save(member_id: int) -> ResponseReturnValue:
    """Save the draft of a member's profile that was tried."""
    return _save(member_or_404(member_id))


def _asked_draft(member: Member) -> Draft | None:
    """The member's draft that the address names."""
    return profiles.tried_draft(g.session, member=member, digest=request.args.get("essai", "")[:16])


def _try(member: Member) -> ResponseReturnValue:
    form = ProfileForm.read()
    if not form.validate():
        return _page(member, None, form), 422
    profiles.try_draft(g.session, member=member, person=g.person, draft=form.draft, now=g.now)
    return redirect(_address(member, essai=form.draft.digest), 303)


def _save(member: Member) -> ResponseReturnValue:
    digest = request.form.get("essai", "")[:16]
    draft = profiles.tried_draft(g.session, member=member, digest=digest)
    if draft is None:
        flash(gettext("Rien n’est enregistré : essayez d’abord le profil."), "warning")
        return redirect(_address(member), 303)
    has_changed = profiles.save(g.session, member=member, person=g.person, draft=draft, now=g.now)
    flash(
        gettext("Le profil est enregistré ; ses marchés sont cherchés à nouveau.")
        if has_changed
        else gettext("Rien n’a changé : le profil est déjà ainsi."),
        "success",
    )
    return redirect(_address(member), 303)


def _address(member: Member, *, essai: str | None = None) -> str:
    if g.person.is_staff:
        return url_for("profile.show", member_id=member.id, essai=essai)
    return url_for("profile.own", essai=essai)


def _page(member: Member, draft: Draft | None, form: ProfileForm | None = None) -> str:
    asked = question(profiles.preview_key(member, draft.digest)) if draft else Question(None, g.now)
    form = form or ProfileForm.of(draft or Draft.of(member))
    said = asked.answer or {}
    proposed = [each for each in said.get("codes", ()) if each["code"] not in form.codes]
    return render_template(
        "profile/show.html",
        member=member,
        form=form,
        draft=draft,
        is_saved=draft == Draft.of(member),
        asked=asked,
        refresh_after=asked.refresh_after,
        brought=_brought(said.get("tenders", ())),
        proposed=proposed,
        words=dict(cpv_words([*form.codes, *(each["code"] for each in proposed)])),
        cantons=sorted(CANTONS),
        too_broad=TOO_BROAD,
    )


def _brought(said: list[dict[str, float]]) -> list[tuple[Tender, float]]:
    """The tenders that a draft would have brought, but what was entered by hand, the best first."""
    scores = {int(each["tender_id"]): each["score"] for each in said}
    tenders = g.session.scalars(
        select(Tender)
        .where(Tender.id.in_(scores), Tender.source != entered.SOURCE)
        .options(joinedload(Tender.buyer))
    )
    known = {tender.id: tender for tender in tenders}
    return [(known[key], score) for key, score in scores.items() if key in known]
