"""For staff: a buyer with its tenders, its contacts and its leads; no member ever sees these pages."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from procurement import buyers
from procurement.models import Buyer, BuyerContact, Tender
from procurement.vocabulary import EnteredKind
from web.access import Audience, audience
from web.correspondence import ContactForm
from web.i18n import gettext
from web.pages import CHAMBER, MenuEntry
from web.pages.duplicates import source_title

bp = Blueprint("buyers", __name__)

MENU = MenuEntry("Adjudicateurs", "buyers.everybody", Audience.STAFF, 42, group=CHAMBER)

MOST_FOUND = 50
# The kinds of leads that no source publishes (art. 10, 20 and 21).
LEADS = (EnteredKind.EXEMPT, EnteredKind.INVITATION, EnteredKind.BELOW_THRESHOLD)


@bp.get("/adjudicateurs")
@audience(Audience.STAFF)
def everybody() -> ResponseReturnValue:
    """The buyers where the chamber knows somebody, or those whose name was searched for."""
    words = request.args.get("q", "")[:100]
    return render_template(
        "buyers/everybody.html",
        words=words,
        found=buyers.find(g.session, words=words, most=MOST_FOUND),
        most=MOST_FOUND,
        known=buyers.known(g.session, chamber_id=g.person.chamber_id),
        source_title=source_title,
    )


@bp.get("/adjudicateurs/<int:buyer_id>")
@audience(Audience.STAFF)
def show(buyer_id: int) -> ResponseReturnValue:
    """A buyer."""
    return _page(_buyer_or_404(buyer_id))


@bp.post("/adjudicateurs/<int:buyer_id>/contacts")
@audience(Audience.STAFF)
def add_contact(buyer_id: int) -> ResponseReturnValue:
    """Note somebody at the buyer."""
    buyer, form = _buyer_or_404(buyer_id), ContactForm.read()
    if not form.validate():
        return _page(buyer, new=form), 422
    buyers.add_contact(g.session, buyer=buyer, facts=form.facts, person=g.person, now=g.now)
    flash(gettext("Le contact est noté."), "success")
    return redirect(url_for("buyers.show", buyer_id=buyer.id, _anchor="contacts"), 303)


@bp.post("/adjudicateurs/<int:buyer_id>/contacts/<int:contact_id>")
@audience(Audience.STAFF)
def change_contact(buyer_id: int, contact_id: int) -> ResponseReturnValue:
    """Bring a contact up to date."""
    buyer, contact = _buyer_or_404(buyer_id), _contact_or_404(contact_id)
    form = ContactForm.read(prefix=f"c{contact.id}-")
    if not form.validate():
        return _page(buyer, changed=(contact.id, form)), 422
    buyers.change_contact(g.session, contact=contact, facts=form.facts, person=g.person, now=g.now)
    flash(gettext("Le contact est à jour."), "success")
    return redirect(url_for("buyers.show", buyer_id=buyer.id, _anchor="contacts"), 303)


@bp.post("/adjudicateurs/<int:buyer_id>/contacts/<int:contact_id>/oter")
@audience(Audience.STAFF)
def remove_contact(buyer_id: int, contact_id: int) -> ResponseReturnValue:
    """Forget a contact."""
    buyer = _buyer_or_404(buyer_id)
    buyers.remove_contact(g.session, contact=_contact_or_404(contact_id), person=g.person, now=g.now)
    flash(gettext("Le contact est effacé."), "success")
    return redirect(url_for("buyers.show", buyer_id=buyer.id, _anchor="contacts"), 303)


def winners_of(tender: Tender) -> list[str]:
    """Who won, each name once, at most three."""
    suppliers = (each for notice in tender.notices for award in notice.awards for each in award.suppliers)
    return list(dict.fromkeys(supplier.name for supplier in suppliers))[:3]


def _buyer_or_404(buyer_id: int) -> Buyer:
    buyer: Buyer | None = g.session.get(Buyer, buyer_id)
    return buyer or abort(404)


def _contact_or_404(contact_id: int) -> BuyerContact:
    found = select(BuyerContact).where(
        BuyerContact.id == contact_id, BuyerContact.chamber_id == g.person.chamber_id
    )
    contact: BuyerContact | None = g.session.scalar(found)
    return contact or abort(404)


def _page(
    buyer: Buyer, *, new: ContactForm | None = None, changed: tuple[int, ContactForm] | None = None
) -> str:
    view = buyers.view(g.session, buyer=buyer, chamber_id=g.person.chamber_id, now=g.now)
    forms = {contact.id: ContactForm.of(contact) for contact in view.contacts}
    if changed is not None:
        forms[changed[0]] = changed[1]
    return render_template(
        "buyers/show.html",
        buyer=buyer,
        view=view,
        new=new or ContactForm(),
        forms=forms,
        changed=changed[0] if changed else None,
        is_stale=lambda contact: buyers.is_stale(contact, g.now),
        leads=LEADS,
        winners_of=winners_of,
        source_title=source_title,
    )
