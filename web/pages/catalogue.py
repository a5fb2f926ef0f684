"""The public catalogue of members for buyers, and who stands in it: by the word of a member's own people."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.tables import sectors
from procurement import catalogue
from procurement.cantons import CANTONS
from procurement.catalogue import Listed, Search
from procurement.models import Chamber, Member
from procurement.reserved import Status
from web.access import Audience, audience
from web.correspondence import ConsentForm, RecordedConsentForm
from web.files import csv_of
from web.i18n import gettext
from web.pages.members import member_or_404

bp = Blueprint("catalogue", __name__)

PER_PAGE = 40
_UNINDEXED = {"X-Robots-Tag": "noindex"}


@bp.get("/catalogue")
@audience(Audience.PUBLIC)
def everybody() -> ResponseReturnValue:
    """The members that a buyer may find, or those that a search leaves; search engines get the whole."""
    chamber, search = _chamber_or_404(), _search()
    entries = catalogue.listed(g.session, chamber=chamber, language=g.language, now=g.now)
    found = catalogue.find(entries, search)
    page = max(1, request.args.get("page", 1, type=int))
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    content = render_template(
        "catalogue/everybody.html",
        chamber=chamber,
        search=search,
        found=found,
        shown=shown,
        page=page,
        has_more=len(found) > page * PER_PAGE,
        asked=_asked(search),
        sectors=_choices(entries),
        cantons=sorted({code for each in entries for code in each.member.cantons if code in CANTONS}),
        statuses=Status,
    )
    return content, 200, _UNINDEXED if request.args else {}


@bp.get("/catalogue.csv")
@audience(Audience.PUBLIC)
def table() -> ResponseReturnValue:
    """The same as a table for spreadsheets."""
    entries = catalogue.listed(g.session, chamber=_chamber_or_404(), language=g.language, now=g.now)
    found = catalogue.table(catalogue.find(entries, _search()), language=g.language)
    answer = csv_of(found, "catalogue.csv")
    answer.headers.update(_UNINDEXED)
    return answer


@bp.get("/catalogue/<key>")
@audience(Audience.PUBLIC)
def show(key: str) -> ResponseReturnValue:
    """One member."""
    chamber = _chamber_or_404()
    entries = catalogue.listed(g.session, chamber=chamber, language=g.language, now=g.now)
    entry = next((each for each in entries if each.member.key == key), None) or abort(404)
    return render_template("catalogue/show.html", chamber=chamber, entry=entry)


@bp.get("/profil/catalogue")
@audience(Audience.MEMBER)
def own() -> ResponseReturnValue:
    """What would be read of the reader's own organisation, and whether it is."""
    return _consent_page(g.member, ConsentForm.read(email=g.member.catalogue_contact))


@bp.post("/profil/catalogue")
@audience(Audience.MEMBER)
def join_own() -> ResponseReturnValue:
    """Agree to stand in the catalogue."""
    form = ConsentForm.read()
    if not form.validate():
        return _consent_page(g.member, form), 422
    _join(g.member, form.email.data or "")
    flash(gettext("C’est noté, avec la date : votre organisation figure au catalogue."), "success")
    return redirect(url_for("catalogue.own"), 303)


@bp.post("/profil/catalogue/retrait")
@audience(Audience.MEMBER)
def leave_own() -> ResponseReturnValue:
    """Leave the catalogue."""
    return _leave(g.member, url_for("catalogue.own"))


@bp.get("/equipe/membres/<int:member_id>/catalogue")
@audience(Audience.STAFF)
def of_member(member_id: int) -> ResponseReturnValue:
    """Whether a member stands in the catalogue; staff may take it out, or note its consent."""
    member = member_or_404(member_id)
    return _consent_page(member, RecordedConsentForm.read(email=member.catalogue_contact))


@bp.post("/equipe/membres/<int:member_id>/catalogue")
@audience(Audience.STAFF)
def join(member_id: int) -> ResponseReturnValue:
    """Let a member stand in the catalogue, with a note on its consent."""
    member, form = member_or_404(member_id), RecordedConsentForm.read()
    if not member.is_active:
        abort(404)
    if not form.validate():
        return _consent_page(member, form), 422
    _join(member, form.email.data or "", form.note.data or "")
    flash(gettext("L’accord est noté : le membre figure au catalogue."), "success")
    return redirect(url_for("catalogue.of_member", member_id=member.id), 303)


@bp.post("/equipe/membres/<int:member_id>/catalogue/retrait")
@audience(Audience.STAFF)
def leave(member_id: int) -> ResponseReturnValue:
    """Take a member out of the catalogue."""
    return _leave(member_or_404(member_id), url_for("catalogue.of_member", member_id=member_id))


@bp.post("/equipe/catalogue")
@audience(Audience.STAFF)
def switch() -> ResponseReturnValue:
    """Show the chamber's catalogue to anybody, or to nobody."""
    is_on = request.form.get("on") == "1"
    catalogue.switch(g.session, chamber=g.person.chamber, person=g.person, is_on=is_on, now=g.now)
    flash(
        gettext("Le catalogue est public.") if is_on else gettext("Le catalogue n’est plus lu par personne."),
        "success",
    )
    return redirect(url_for("members.everyone"), 303)


def _chamber_or_404() -> Chamber:
    return catalogue.chamber_shown(g.session) or abort(404)


def _search() -> Search:
    def asked(name: str) -> str:
        return request.args.get(name, "")[:100]

    return Search(sector=asked("domaine"), canton=asked("lieu"), status=asked("statut"), words=asked("q"))


def _asked(search: Search) -> dict[str, str]:
    """The search as an address names it."""
    named = {
        "domaine": search.sector,
        "lieu": search.canton,
        "statut": search.status,
        "q": search.words,
    }
    return {name: value for name, value in named.items() if value}


def _choices(entries: list[Listed]) -> list[tuple[str, str]]:
    """The sectors that somebody in the catalogue works in, with their words."""
    there = {key for each in entries for key in each.member.sectors}
    words = [(key, form.labels.get(g.language) or form.labels["fr"]) for key, form in sectors().items()]
    return sorted(((key, text) for key, text in words if key in there), key=lambda each: each[1].casefold())


def _join(member: Member, contact: str, note: str = "") -> None:
    catalogue.join(
        g.session,
        member=member,
        contact=contact,
        person=g.person,
        language=g.language,
        now=g.now,
        consent_note=note,
    )


def _leave(member: Member, back: str) -> ResponseReturnValue:
    if catalogue.leave(g.session, member=member, person=g.person, now=g.now):
        flash(gettext("Retiré du catalogue, à l’instant."), "success")
    return redirect(back, 303)


def _consent_page(member: Member, form: ConsentForm | RecordedConsentForm) -> str:
    chamber = member.chamber
    entry = catalogue.show(member, contact=chamber.adviser_email, language=g.language, now=g.now)
    return render_template(
        "catalogue/consent.html",
        member=member,
        chamber=chamber,
        entry=entry,
        form=form,
        consent=gettext(catalogue.CONSENT),
    )
