"""For staff: a letter to the buyer of a tender, quoting it, with the clauses that are ticked."""

import re

from flask import Blueprint, abort, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from config.clauses import LANGUAGES
from procurement import buyers, letters
from procurement import clauses as worded
from procurement.clauses import Law
from procurement.documents import MIME_TYPE
from procurement.findings import are_unread
from procurement.letters import Letter
from procurement.models import BuyerContact, Lot, Tender
from web.access import Audience, audience
from web.correspondence import LetterForm
from web.files import file_of
from web.pages.clauses import chosen_wordings, clause_language, clauses_of, kinds
from web.pages.tenders import tender_or_404

bp = Blueprint("letters", __name__)


@bp.get("/equipe/marches/<int:tender_id>/lettre")
@audience(Audience.STAFF)
def form(tender_id: int) -> ResponseReturnValue:
    """What the letter is to hold."""
    tender = _tender_or_404(tender_id)
    language = "de" if tender.language == "de" else "fr"
    quotes = [quote.key for quote in letters.quoted(tender)]
    return _page(tender, LetterForm.read(language=language, quote=quotes))


@bp.post("/equipe/marches/<int:tender_id>/lettre")
@audience(Audience.STAFF)
def write(tender_id: int) -> ResponseReturnValue:
    """The letter as a document; that it was written is noted, so it is no address to be opened again."""
    tender, form = _tender_or_404(tender_id), LetterForm.read()
    if not form.validate():
        return _page(tender, form), 422
    language = form.language.data or "fr"
    content = letters.write(
        g.session,
        tender=tender,
        letter=Letter(
            language=language,
            quotes=[each for each in letters.quoted(tender) if each.key in (form.quote.data or ())],
            wordings=chosen_wordings(form.clause.data or [], language),
            remark=form.remark.data or "",
            contact=next((each for each in _contacts(tender) if str(each.id) == form.contact.data), None),
        ),
        person=g.person,
        now=g.now,
    )
    return file_of(content, f"lettre-{re.sub('[^0-9A-Za-z-]', '', tender.number)}.docx", MIME_TYPE)


def _tender_or_404(tender_id: int) -> Tender:
    lots = selectinload(Tender.lots).selectinload(Lot.findings)
    tender = tender_or_404(tender_id, lots).standing
    return tender if tender.buyer is not None else abort(404)


def _contacts(tender: Tender) -> list[BuyerContact]:
    ids = [each.id for each in buyers.kin(g.session, tender.buyer)] if tender.buyer else []
    return list(buyers.contacts(g.session, buyer_ids=ids, chamber_id=g.person.chamber_id))


def _page(tender: Tender, form: LetterForm) -> str:
    law = letters.law_of(tender.buyer)
    groups = []
    for group, families in worded.families():
        offered = [each for family in families for each in clauses_of(family) if each.law == law.value]
        if offered:
            groups.append((group, offered))
    return render_template(
        "letters/form.html",
        tender=tender,
        form=form,
        groups=groups,
        law=law,
        languages=LANGUAGES if law is Law.SWISS else ("fr",),
        contacts=_contacts(tender),
        quoted=letters.quoted(tender),
        is_unread=any(are_unread(lot) for lot in tender.lots if not lot.is_withdrawn),
        kinds=kinds,
        advice_in=clause_language(),
    )
