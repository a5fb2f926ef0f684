"""A tender: what was published, why it fits the reader's organisation, and what that organisation answers."""

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from procurement import consortiums, entered, matches
from procurement.matches import MatchedTender
from procurement.models import Answer, Award, Lot, Match, Member, Notice, Tender
from procurement.vocabulary import AnswerChoice, RefusalReason, TenderField
from web.access import Audience, audience
from web.addresses import web_host
from web.changes import Change, Said, changes_of
from web.conditions import conditions_of
from web.considerations import RESERVED, statements_of
from web.ess_box import ess_box
from web.forms import AnswerForm
from web.i18n import cpv_words, gettext, today
from web.legality import panel_of
from web.marking import Marker
from web.pages.duplicates import source_title
from web.pages.members import members_of_chamber
from web.results import results_of
from web.teaming import teaming_of
from web.transactions import note

bp = Blueprint("tenders", __name__)


@bp.get("/marches/<int:tender_id>")
@audience(Audience.SIGNED_IN)
def show(tender_id: int) -> ResponseReturnValue:
    """The tender's page; the first look of a member at its own tender is noted.

    A tender that another one stands for has no page of its own any more.
    """
    tender = tender_or_404(tender_id, *_WHOLE)
    standing = tender.standing
    if standing is not tender:
        return redirect(url_for("tenders.show", tender_id=standing.id), 303)
    matched = _matched(tender)
    if matched is not None and any(match.opened_at is None for match in matched.matches):
        note(partial(_mark_opened, member_id=g.member.id, tender_id=matched.tender.id))
    lots = [lot for lot in tender.lots if not lot.is_withdrawn]
    oldest_first = sorted(tender.notices, key=lambda notice: (notice.published_on, notice.number))
    changes = changes_of(tender, oldest_first)
    codes = sorted({code for lot in tender.lots for code in lot.cpv_codes} | set(tender.cpv_codes))
    return render_template(
        "tenders/show.html",
        tender=tender,
        lots=lots,
        withdrawn=[lot for lot in tender.lots if lot.is_withdrawn],
        has_lots=any(lot.source_key for lot in tender.lots),
        matched=matched,
        matched_lots={match.lot_id for match in matched.matches} if matched else set(),
        marker=Marker.of(each for match in (matched.matches if matched else ()) for each in match.reasons),
        answer=_answer(tender) if g.member else None,
        words=dict(cpv_words(codes)),
        notices=oldest_first[::-1],
        changes=changes,
        moved_by=_moved_by(oldest_first, changes),
        corrected_by=next((notice for notice in oldest_first[::-1] if notice.is_correction), None),
        conditions=conditions_of(tender),
        ess=ess_box(tender, lots, member=g.member, language=g.language, today=today()),
        reserved=[each for each in statements_of(lots, tender.language) if each.term == RESERVED],
        results=results_of(tender),
        is_by_hand=tender.source == entered.SOURCE,
        waits_for_matching=tender.is_open(g.now) and any(lot.matched_at is None for lot in lots),
        elsewhere=[(other, source_title(other.source), web_host(other.url)) for other in tender.merged],
        documents_host=web_host(tender.documents_url),
        official_host=web_host(tender.url),
        teaming=teaming_of(tender),
        choices=AnswerChoice,
        refusals=RefusalReason,
        concerned=_concerned(tender) if g.person.is_staff else (),
        members=members_of_chamber() if g.person.is_staff else (),
        legal=panel_of(tender) if g.person.is_staff else None,
    )


@bp.get("/marches/<int:tender_id>/reponse")
@audience(Audience.MEMBER)
def ask(tender_id: int) -> ResponseReturnValue:
    """The page that asks for the click on an answer: e-mails lead here, and opening it changes nothing."""
    tender, chosen = tender_or_404(tender_id), AnswerChoice.of(request.args.get("choix", ""))
    standing = tender.standing
    if standing is not tender:
        choice = chosen.value if chosen else None
        return redirect(url_for("tenders.ask", tender_id=standing.id, choix=choice), 303)
    return _ask_page(tender, AnswerForm.read(choice=chosen.value if chosen else None))


@bp.post("/marches/<int:tender_id>/reponse")
@audience(Audience.MEMBER)
def answer(tender_id: int) -> ResponseReturnValue:
    """Record what the member says of the tender, or of the one that stands for it by now."""
    tender, form = tender_or_404(tender_id).standing, AnswerForm.read()
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


_WHOLE = (
    selectinload(Tender.notices).selectinload(Notice.awards).selectinload(Award.suppliers),
    selectinload(Tender.lots).options(
        selectinload(Lot.criteria), selectinload(Lot.considerations), selectinload(Lot.findings)
    ),
    selectinload(Tender.changes),
    selectinload(Tender.merged),
)


def tender_or_404(tender_id: int, *options: ExecutableOption) -> Tender:
    """The tender with its buyer, and with what is asked for."""
    wanted = select(Tender).where(Tender.id == tender_id).options(joinedload(Tender.buyer), *options)
    tender: Tender | None = g.session.scalar(wanted)
    if tender is None or _is_kept_from_reader(tender):
        abort(404)
    return tender


def _is_kept_from_reader(tender: Tender) -> bool:
    """What staff entered by hand was published nowhere: a member sees it when it was sent to it, or asked."""
    if tender.source != entered.SOURCE or g.person.is_staff or _matched(tender) is not None:
        return False
    return g.member is None or not consortiums.has_been_told(g.session, tender=tender, member=g.member)


def _moved_by(oldest_first: Sequence[Notice], changes: dict[int, list[Change]]) -> tuple[Notice, Said] | None:
    """The publication that last changed the deadline, with what it was before."""
    for notice in reversed(oldest_first):
        for change in changes.get(notice.id, ()):
            if change.field is TenderField.SUBMISSION_DEADLINE and change.lines[0].old is not None:
                return notice, change.lines[0].old
    return None


def _matched(tender: Tender) -> MatchedTender | None:
    """The member's matches in the tender, else in one that it stands for."""
    if g.member is None:
        return None
    found = (
        matches.matched_tender(g.session, member=g.member, tender=each) for each in (tender, *tender.merged)
    )
    return next((each for each in found if each is not None), None)


def _answer(tender: Tender) -> Answer | None:
    """What the member said of the tender, else of one that it stands for."""
    found = (matches.answer_of(g.session, member=g.member, tender=each) for each in (tender, *tender.merged))
    return next((each for each in found if each is not None), None)


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
        given=_answer(tender),
        choices=AnswerChoice,
        refusals=RefusalReason,
    )


def _concerned(tender: Tender) -> Sequence[tuple[Match, Answer | None]]:
    """For staff: the chamber's members matched with this tender, and what each answered."""
    ids = [tender.id, *(other.id for other in tender.merged)]
    found = g.session.scalars(
        select(Match)
        .join(Match.lot)
        .where(Lot.tender_id.in_(ids), Match.chamber_id == g.person.chamber_id)
        .options(joinedload(Match.member), joinedload(Match.lot))
        .order_by(Match.score.desc())
    ).all()
    answers = {
        answer.member_id: answer
        for answer in g.session.scalars(
            select(Answer)
            .where(Answer.tender_id.in_(ids), Answer.member_id.in_({match.member_id for match in found}))
            .order_by(Answer.answered_at)
        )
    }
    return [(match, answers.get(match.member_id)) for match in found]
