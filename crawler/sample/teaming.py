"""What the invented chamber does together: a room that forms, a question under way, and one received."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import attestations, consortiums, preparation, requirements, room_files, talk
from procurement.attestations import Dates
from procurement.documents import Sheet
from procurement.i18n import ZURICH
from procurement.models import Consortium, Lot, Match, Member, Person, Seat, Tender
from procurement.teaming import Coverage, PostKind, SeatRole
from procurement.vocabulary import Stated


def team_up(session: Session, *, shown: Member, now: datetime) -> None:
    """Let the member that is shown lead a room with a partner inside and one asked, and be asked by another.

    Some of what the bid has to bring is covered, some in part, the rest is open.
    """
    others = session.scalars(
        select(Member)
        .where(Member.chamber_id == shown.chamber_id, Member.id != shown.id, Member.people.any())
        .order_by(Member.id)
    ).all()
    if len(others) < 3:
        return
    partner, asked, other = others[:3]
    own, elsewhere = _tenders_of(session, shown, now), _tenders_of(session, other, now)
    if own:
        room = _opened(session, own[0], shown, now)
        _lead(session, room, partner, asked, now)
        _prepare(session, room, shown, partner, now)
    theirs = [tender for tender in elsewhere if tender not in own[:1]]
    if theirs:
        _ask(
            session,
            _opened(session, theirs[0], other, now),
            shown,
            "Il nous manque une équipe sur place, dès le mois de mars.",
            now,
        )


def _lead(session: Session, room: Consortium, partner: Member, asked: Member, now: datetime) -> None:
    seat = _ask(
        session, room, partner, "Une partie du travail, en équipe mixte ; quatre jours par mois.", now
    )
    consortiums.answer(session, seat=seat, accepts=True, person=_somebody(partner), now=now)
    _ask(session, room, asked, "Un renfort pour les pointes ; nous formons sur place.", now)
    said = zip(room.requirements, (Coverage.WHOLLY, Coverage.PARTLY), (room.seats[0], seat), strict=False)
    for row, coverage, by in list(said)[: len(room.requirements) - 1]:
        requirements.cover(
            session,
            seat=by,
            requirement=row,
            coverage=coverage,
            evidence="Deux références de même taille",
            person=_somebody(by.member),
        )
    _talk(session, room, partner, now)


def _talk(session: Session, room: Consortium, partner: Member, now: datetime) -> None:
    """Some words, a decision and the file that it speaks of."""
    lead, other = _somebody(consortiums.lead_of(room)), _somebody(partner)
    said = (
        (
            lead,
            PostKind.MESSAGE,
            "Bienvenue. J’ai relu l’avis : la question sur les accès doit partir avant vendredi.",
        ),
        (
            other,
            PostKind.MESSAGE,
            "Merci. Nous pouvons prendre les visites, et deux personnes dès le mois de mars.",
        ),
        (
            lead,
            PostKind.DECISION,
            "Une séance chaque mardi à 9 h, et chacun relit sa part du mémoire pour la suivante.",
        ),
    )
    for number, (person, kind, text) in enumerate(said):
        at = now - timedelta(hours=len(said) - number)
        talk.post(session, consortium=room, kind=kind, text=text, is_no_price=False, person=person, now=at)
    sheet = Sheet(title="Plan du mémoire", author=lead.name, language="fr", now=now)
    sheet.heading("Plan du mémoire technique")
    sheet.points(
        ("Compréhension du mandat", "Organisation de l’équipe", "Insertion et formation", "Références")
    )
    room_files.add(
        session,
        consortium=room,
        name="Plan du mémoire.docx",
        content=sheet.content(),
        person=lead,
        now=now - timedelta(minutes=30),
    )


def _prepare(session: Session, room: Consortium, shown: Member, partner: Member, now: datetime) -> None:
    """The plan of the room, its first task done, and the dates of some papers: good, too old, ending soon."""
    person, today = _somebody(shown), now.astimezone(ZURICH).date()
    preparation.plan(session, consortium=room, language="fr", person=person, now=now)
    for task in preparation.tasks_of(session, room)[:1]:
        preparation.tick(session, task=task, is_done=True, person=person, now=now)
    fresh, old = Dates(today - timedelta(days=20)), Dates(today - timedelta(days=200))
    soon = Dates(today - timedelta(days=300), today + timedelta(days=3))
    for member, stated in (
        (shown, {"avs": fresh, "laa": old, "lpp": fresh, "source_tax": fresh, "liability": soon}),
        (partner, {"avs": old, "laa": fresh, "equality": fresh}),
    ):
        attestations.state(session, member=member, stated=stated, person=_somebody(member), now=now)


def _tenders_of(session: Session, member: Member, now: datetime) -> list[Tender]:
    """The open tenders that a member was told of and that admit consortia, those with the most lots first."""
    told = select(Lot.tender_id).join(Match, Match.lot_id == Lot.id)
    told = told.where(Match.member_id == member.id, Match.released_at.is_not(None))
    wanted = select(Tender).where(Tender.id.in_(told), Tender.consortium_allowed != Stated.NO)
    found = [tender for tender in session.scalars(wanted.order_by(Tender.id)) if tender.is_open(now)]
    return sorted(found, key=lambda tender: -len(tender.lots))


def _opened(session: Session, tender: Tender, lead: Member, now: datetime) -> Consortium:
    room = consortiums.open_consortium(
        session,
        tender=tender,
        lots=[lot for lot in tender.lots if not lot.is_withdrawn],
        lead=lead,
        places=4,
        has_read=True,
        person=_somebody(lead),
        now=now,
    )
    requirements.draw(session, consortium=room, language="fr")
    return room


def _ask(session: Session, room: Consortium, member: Member, message: str, now: datetime) -> Seat:
    return consortiums.ask(
        session,
        consortium=room,
        member=member,
        role=SeatRole.PARTNER,
        message=message,
        person=_somebody(consortiums.lead_of(room)),
        now=now,
        rows=[row for row in room.requirements if row.weight > 1][-1:],
    )


def _somebody(member: Member) -> Person:
    return member.people[0]
