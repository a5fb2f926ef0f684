"""What came of a bid: suggested by an award notice, said by the lead, and what the members take from it.

Only those who bid are asked, and only the lead says. A name that is not the very same tells nothing: whether
a bid was lost is suggested only where no winner's name is like that of anybody inside. No price is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import consortiums, profiles
from procurement.accounts import write_audit
from procurement.consortiums import inside
from procurement.course import outcomes_of
from procurement.errors import NotAllowed, RuleBroken
from procurement.i18n import ZURICH, translator
from procurement.models import (
    BidResult,
    Consortium,
    ConsortiumStep,
    Lot,
    Notice,
    Person,
    Seat,
    Tender,
    in_language,
)
from procurement.rules import Rule
from procurement.spelling import normalise
from procurement.teaming import ConsortiumState, LossReason
from procurement.vocabulary import NoticeType

# The publications that end a procedure, or take its end back.
ENDINGS = (NoticeType.AWARD, NoticeType.DIRECT_AWARD, NoticeType.ABANDONMENT, NoticeType.REVOCATION)
# States in which a result was said.
SAID = (ConsortiumState.WON, ConsortiumState.LOST)
# Words that many names have in common: two firms that share no other word are two.
_COMMON_WORDS = frozenset(
    {
        *("association", "cooperative", "fondation", "societe", "entreprise", "atelier", "ateliers"),
        *("verein", "genossenschaft", "stiftung", "gesellschaft", "associazione", "cooperativa"),
        *("fondazione", "societa", "sarl", "gmbh", "sagl", "scoop", "suisse", "schweiz"),
    }
)
_LEAST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Details:
    """What the lead knows of a result beside the result itself; everything may be unknown."""

    notified_on: date | None = None
    rank: int | None = None
    offers: int | None = None
    reasons: tuple[LossReason, ...] = ()
    debriefing: Mapping[str, str] | None = None
    lesson: str = ""


def result_of(session: Session, *, consortium: Consortium) -> BidResult | None:
    """What is known of the outcome of a bid so far."""
    return session.scalar(select(BidResult).where(BidResult.consortium_id == consortium.id))


def waiting(session: Session) -> Sequence[int]:
    """The bids that were handed in and of which no result was said, by id."""
    wanted = select(Consortium.id).where(Consortium.state == ConsortiumState.SUBMITTED)
    return session.scalars(wanted.order_by(Consortium.id)).all()


def find(session: Session, *, consortium: Consortium, now: datetime) -> BidResult | None:
    """Note what the newest ending of its tender says of a submitted bid; None when it is nothing new."""
    if consortium.state is not ConsortiumState.SUBMITTED:
        return None
    told = _told(consortium)
    if told is None:
        return None
    notice, suggested = told
    result = result_of(session, consortium=consortium)
    if result is None:
        result = BidResult(consortium=consortium)
        session.add(result)
    elif (result.notice_id, result.suggested) == (notice.id, suggested):
        return None
    result.notice, result.suggested, result.found_at = notice, suggested, now
    session.flush()
    return result


def say(
    session: Session,
    *,
    consortium: Consortium,
    state: ConsortiumState | None,
    details: Details,
    person: Person,
    now: datetime,
) -> BidResult:
    """Let the lead say what came of the bid; with `state` None, complete what was said before."""
    consortiums.must_lead(consortium, person)
    if state is not None:
        consortiums.end(session, consortium=consortium, state=state, note="", person=person, now=now)
    elif consortium.state not in SAID:
        raise RuleBroken(Rule.WRONG_MOMENT)
    result = result_of(session, consortium=consortium)
    if result is None:
        result = BidResult(consortium=consortium)
        session.add(result)
    result.notified_on, result.rank, result.offers = details.notified_on, details.rank, details.offers
    is_lost = consortium.state is ConsortiumState.LOST
    result.reasons = [reason.value for reason in details.reasons] if is_lost else []
    result.debriefing = {key: text for key, text in (details.debriefing or {}).items() if text}
    result.lesson = details.lesson
    result.said_at, result.said_by = now, person
    session.flush()
    write_audit(session, person=person, act="result.say", subject=f"consortium:{consortium.id}", now=now)
    return result


def answer_reference(session: Session, *, seat: Seat, wants: bool, person: Person, now: datetime) -> None:
    """Let a member inside say whether what was won joins its references; a yes holds, and adds it once."""
    if not person.may_answer_for(seat.member) or not seat.state.is_inside:
        raise NotAllowed
    if seat.consortium.state is not ConsortiumState.WON:
        raise RuleBroken(Rule.WRONG_MOMENT)
    if seat.wants_reference:
        return
    seat.wants_reference = wants
    write_audit(
        session,
        person=person,
        act="seat.reference",
        subject=f"seat:{seat.id}",
        facts={"wants": wants},
        now=now,
    )
    if wants:
        reference = reference_for(session, consortium=seat.consortium)
        profiles.add_reference(session, member=seat.member, reference=reference, person=person, now=now)


def reference_for(session: Session, *, consortium: Consortium) -> str:
    """The contract as a reference of those who won it together: title, buyer, year, and that it was joint."""
    tender = consortium.tender.standing
    titles = [tender.original_title]
    if len(consortium.lots) == 1:
        # As an award names it, so that the matcher does not read the same win twice.
        titles.append(in_language(consortium.lots[0].lot.title, tender.language))
    buyer = in_language(tender.buyer.name, tender.language) if tender.buyer else ""
    facts = ", ".join(dict.fromkeys(filter(None, [*titles, buyer])))
    year = won_on(session, consortium=consortium).year
    together = translator(inside(consortium)[0].member.chamber.language).gettext("en communauté")
    return f"{facts} ({year}), {together}"


def won_on(session: Session, *, consortium: Consortium) -> date:
    """The day on which the lead was told, else the day on which it said so."""
    result = result_of(session, consortium=consortium)
    if result is not None and result.notified_on is not None:
        return result.notified_on
    said = select(ConsortiumStep.at).where(
        ConsortiumStep.consortium_id == consortium.id, ConsortiumStep.state == ConsortiumState.WON
    )
    at: datetime = session.scalars(said).one()
    return at.astimezone(ZURICH).date()


def winners_named(notice: Notice) -> list[str]:
    """The winners that a publication names, each once."""
    return list(dict.fromkeys(each.name for award in notice.awards for each in award.suppliers))


def _told(consortium: Consortium) -> tuple[Notice, ConsortiumState | None] | None:
    """The newest publication that ends what a bid is about, and what follows for the bid if that is sure."""
    since = consortium.opened_at.astimezone(ZURICH).date()
    standing = consortium.tender.standing
    found = [
        (notice, tender)
        for tender in (standing, *standing.merged)
        for notice in tender.notices
        if notice.notice_type in ENDINGS
        and notice.published_on >= since
        and _concerns(notice, consortium, tender)
    ]
    if not found:
        return None
    # Published at several sources on one day, the tender's own tells most: its lots are known by their keys.
    notice, tender = max(
        found, key=lambda each: (each[0].published_on, each[1].id == consortium.tender_id, each[0].number)
    )
    is_all_over = notice.notice_type is NoticeType.ABANDONMENT and notice.lot_key is None
    return notice, None if is_all_over else _suggested(consortium, tender)


def _concerns(notice: Notice, consortium: Consortium, tender: Tender) -> bool:
    keys = {notice.lot_key, *(award.lot_key for award in notice.awards)} - {None}
    if not keys:
        return True
    wanted = _keys_in(consortium, tender)
    return bool(keys & wanted) if wanted is not None else len(consortium.lots) == len(consortium.tender.lots)


def _suggested(consortium: Consortium, tender: Tender) -> ConsortiumState | None:
    wanted = _keys_in(consortium, tender)
    if wanted is None:
        return None
    is_single = len(_standing_lots(tender)) == 1
    winners: dict[str, set[str]] = {}
    for outcome in outcomes_of(tender):
        named = outcome.award.lot_key if outcome.award.lot_key is not None else outcome.notice.lot_key
        about = [named] if named is not None else list(wanted) if is_single else []
        if not outcome.is_revoked:
            for key in wanted.intersection(about):
                winners.setdefault(key, set()).update(
                    normalise(each.name) for each in outcome.award.suppliers
                )
    seats = inside(consortium)
    bidders = {normalise(seat.member.name) for seat in seats if seat.role.is_solidary}
    named_winners = set().union(*winners.values()) if winners else set()
    if bidders & named_winners:
        return ConsortiumState.WON
    ours = _telling_words(normalise(seat.member.name) for seat in seats)
    is_whole = all(winners.get(key) for key in wanted)
    return ConsortiumState.LOST if is_whole and not ours & _telling_words(named_winners) else None


def _keys_in(consortium: Consortium, tender: Tender) -> set[str] | None:
    """The lots of a bid by their keys in a tender; None: at another source, which is which is not known."""
    if tender.id == consortium.tender_id:
        return {each.lot.source_key for each in consortium.lots}
    lots = _standing_lots(tender)
    is_same = len(lots) == 1 and len(_standing_lots(consortium.tender)) == 1
    return {lots[0].source_key} if is_same else None


def _standing_lots(tender: Tender) -> list[Lot]:
    return [lot for lot in tender.lots if not lot.is_withdrawn]


def _telling_words(names: Iterable[str]) -> set[str]:
    words = {word for name in names for word in name.split() if len(word) >= _LEAST_LETTERS}
    return words - _COMMON_WORDS
