"""A tender: what was published, why it fits the reader's organisation, and what that organisation answers."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from procurement import matches
from procurement.matches import MatchedTender
from procurement.models import Answer, Lot, Match, Member, Tender
from procurement.vocabulary import AnswerChoice, RefusalReason
from web.access import Audience, audience
from web.forms import AnswerForm
from web.i18n import cpv_words, gettext
from web.transactions import note

bp = Blueprint("tenders", __name__)


@bp.get("/marches/<int:tender_id>")
@audience(Audience.SIGNED_IN)
def show(tender_id: int) -> ResponseReturnValue:
    """The tender's page; the first look of a member at its own tender is noted."""
    tender = tender_or_404(tender_id)
    matched = _matched(tender)
    if matched is not None and any(match.opened_at is None for match in matched.matches):
        note(partial(_mark_opened, member_id=g.member.id, tender_id=tender.id))
    lots = [lot for lot in tender.lots if not lot.is_withdrawn]
    codes = sorted({code for lot in tender.lots for code in lot.cpv_codes} | set(tender.cpv_codes))
    return render_template(
        "tenders/show.html",
        tender=tender,
        lots=lots,
        withdrawn=[lot for lot in tender.lots if lot.is_withdrawn],
        has_lots=any(lot.source_key for lot in tender.lots),
        matched=matched,
        matched_lots={match.lot_id for match in matched.matches} if matched else set(),
        answer=matches.answer_of(g.session, member=g.member, tender=tender) if g.member else None,
        words=dict(cpv_words(codes)),
        notices=sorted(tender.notices, key=lambda notice: (notice.published_on, notice.number), reverse=True),
        documents_host=web_host(tender.documents_url),
        official_host=web_host(tender.url),
        choices=AnswerChoice,
        refusals=RefusalReason,
        concerned=_concerned(tender) if g.person.is_staff else (),
    )


@bp.get("/marches/<int:tender_id>/reponse")
@audience(Audience.MEMBER)
def ask(tender_id: int) -> ResponseReturnValue:
    """The page that asks for the click on an answer: e-mails lead here, and opening it changes nothing."""
    chosen = AnswerChoice.of(request.args.get("choix", ""))
    return _ask_page(tender_or_404(tender_id), AnswerForm.read(choice=chosen.value if chosen else None))


@bp.post("/marches/<int:tender_id>/reponse")
@audience(Audience.MEMBER)
def answer(tender_id: int) -> ResponseReturnValue:
    """Record what the member says of the tender."""
    tender, form = tender_or_404(tender_id), AnswerForm.read()
    if not form.validate():
        return _ask_page(tender, form), 422
    matches.answer(
        g.session,
        tender=tender,
        member=g.member,
        person=g.person,
        choice=form.answer,
        reason=form.reason,
        now=g.now,
    )
    flash(
        gettext("Votre réponse est notée : {choice}.").format(choice=form.answer.label(g.language)), "success"
    )
    return redirect(url_for("tenders.show", tender_id=tender.id), 303)


def tender_or_404(tender_id: int) -> Tender:
    """The tender with everything its page shows."""
    tender: Tender | None = g.session.scalar(
        select(Tender)
        .where(Tender.id == tender_id)
        .options(
            joinedload(Tender.buyer),
            selectinload(Tender.notices),
            selectinload(Tender.lots).selectinload(Lot.criteria),
        )
    )
    return tender or abort(404)


def web_host(url: str | None) -> str:
    """The host of a web address, shown beside the link; nothing when it is no web address."""
    parts = urlsplit(url or "")
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _matched(tender: Tender) -> MatchedTender | None:
    if g.member is None:
        return None
    return matches.matched_tender(g.session, member=g.member, tender=tender)


def _mark_opened(session: Session, *, member_id: int, tender_id: int) -> None:
    matched = matches.matched_tender(
        session, member=session.get_one(Member, member_id), tender=session.get_one(Tender, tender_id)
    )
    if matched is not None:
        matches.mark_opened(session, matched=matched, now=g.now)


def _ask_page(tender: Tender, form: AnswerForm) -> str:
    return render_template(
        "tenders/answer.html",
        tender=tender,
        form=form,
        chosen=AnswerChoice.of(form.choice.data or ""),
        given=matches.answer_of(g.session, member=g.member, tender=tender),
        choices=AnswerChoice,
        refusals=RefusalReason,
    )


def _concerned(tender: Tender) -> Sequence[tuple[Match, Answer | None]]:
    """For staff: the chamber's members matched with this tender, and what each answered."""
    found = g.session.scalars(
        select(Match)
        .join(Match.lot)
        .where(Lot.tender_id == tender.id, Match.chamber_id == g.person.chamber_id)
        .options(joinedload(Match.member), joinedload(Match.lot))
        .order_by(Match.score.desc())
    ).all()
    answers = {
        answer.member_id: answer
        for answer in g.session.scalars(
            select(Answer).where(
                Answer.tender_id == tender.id, Answer.member_id.in_({match.member_id for match in found})
            )
        )
    }
    return [(match, answers.get(match.member_id)) for match in found]
