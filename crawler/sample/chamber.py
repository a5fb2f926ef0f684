"""The invented chamber: its members, one member of staff, the password they share, and a morning's work."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.sample.teaming import team_up
from procurement import accounts, catalogue, entered, matches, sign_in
from procurement.members_file import import_members, read_members
from procurement.models import Lot, Match, Person, Tender, in_language
from procurement.vocabulary import AnswerChoice, DropReason, EnteredKind, RefusalReason

PASSWORD = "demo-demo-demo"  # noqa: S105  it opens invented accounts only, and is shown on the front page
STAFF_EMAIL = "equipe@example.ch"
MEMBER_EMAIL = "lucile.marendaz@example.ch"
_SAID = (
    (AnswerChoice.INTERESTED, ""),
    (AnswerChoice.SEEKING_PARTNERS, ""),
    (AnswerChoice.NOT_FOR_US, RefusalReason.TOO_BIG.label("fr")),
    (AnswerChoice.INTERESTED, ""),
)
_DROPPED = (DropReason.TOO_FAR, *3 * (DropReason.NOT_THEIR_TRADE,))
# Those whose people have agreed to stand in the public catalogue, and where a buyer may write to them.
_IN_CATALOGUE = {
    "net-et-clair": "contact@net-et-clair.example.ch",
    "les-jardins-de-laubepine": "jardins@aubepine.example.ch",
    "la-marmite-commune": "",
    "octets-en-commun": "bonjour@octets-en-commun.example.ch",
    "ressourcerie-des-deux-rives": "",
}
MEMBERS_FILE = Path(__file__).parent / "members.csv"


def fill(session: Session, *, now: datetime) -> dict[str, str]:
    """Bring the invented chamber into a database; returns one address to sign in with for each role.

    Its strong matches are sent without waiting and its catalogue is public, so that all can be seen;
    a real chamber starts with everything held for its staff, and shows nothing.
    """
    chamber = accounts.only_chamber(session)
    chamber.name = "Chambre de l’ESS (exemple)"
    chamber.postal_address = "Rue de l’Exemple 1, 1200 Genève"
    chamber.adviser_name, chamber.adviser_email = "Camille Exemple", STAFF_EMAIL
    chamber.sends_strong = True
    staff = accounts.add_staff(session, chamber=chamber, name="Camille Exemple", email=STAFF_EMAIL, now=now)
    import_members(session, chamber=chamber, rows=read_members(MEMBERS_FILE), now=now)
    session.flush()
    for person in (staff, *(person for member in chamber.members for person in member.people)):
        sign_in.set_password(session, person=person, password=PASSWORD, now=now)
    _open_catalogue(session, staff, now)
    return {"member": MEMBER_EMAIL, "staff": STAFF_EMAIL}


def _open_catalogue(session: Session, staff: Person, now: datetime) -> None:
    """The catalogue is public, and some of the members stand in it by the word of their own people."""
    catalogue.switch(session, chamber=staff.chamber, person=staff, is_on=True, now=now)
    for member in staff.chamber.members:
        if member.key in _IN_CATALOGUE:
            catalogue.join(
                session,
                member=member,
                contact=_IN_CATALOGUE[member.key],
                person=member.people[0],
                language=member.people[0].language,
                now=now,
            )


def live(session: Session, *, now: datetime) -> None:
    """Let the chamber have had a morning: decisions, answers, an entry by hand, two rooms.

    The member whose sign-in is shown has not answered yet. What is entered by hand comes from a gazette and
    is much like a notice that nobody was proposed for.
    """
    staff = session.scalars(select(Person).where(Person.email == STAFF_EMAIL)).one()
    waiting = matches.waiting(session, chamber_id=staff.chamber_id, now=now)
    proposed = [match for match in waiting if not match.is_sample]
    for match in proposed[-3:]:
        matches.keep(session, match=match, person=staff, now=now)
    sampled = [match for match in waiting if match.is_sample]
    dropped = [*proposed[-5:-3], *sampled[-2:]]
    for match, reason in zip(dropped, _DROPPED, strict=False):
        matches.drop(session, match=match, person=staff, reason=reason, now=now)
    _answer(session, now)
    _enter(session, staff, now)
    shown = session.scalars(select(Person).where(Person.email == MEMBER_EMAIL)).one().member
    if shown is not None:
        team_up(session, shown=shown, now=now)


def _answer(session: Session, now: datetime) -> None:
    """Some members have answered, each on the first tender that it was told of."""
    told = session.scalars(select(Match).where(Match.released_at.is_not(None)).order_by(Match.id.desc()))
    first = {match.member_id: match for match in told}
    shown = session.scalars(select(Person.member_id).where(Person.email == MEMBER_EMAIL)).one()
    others = [match for member_id, match in sorted(first.items()) if member_id != shown]
    for match, (choice, reason) in zip(others, _SAID, strict=False):
        matches.answer(
            session,
            tender=match.lot.tender,
            member=match.member,
            person=match.member.people[0],
            choice=choice,
            reason=reason,
            now=now,
        )


def _enter(session: Session, staff: Person, now: datetime) -> None:
    alike = session.scalars(
        select(Tender)
        .where(
            Tender.submission_deadline > now,
            Tender.buyer_id.is_not(None),
            ~Tender.lots.any(Lot.id.in_(select(Match.lot_id))),
        )
        .order_by(Tender.submission_deadline.desc())
    ).first()
    if alike is None or alike.buyer is None or alike.submission_deadline is None:
        return
    entry = entered.Entry(
        kind=EnteredKind.GAZETTE,
        title=alike.title_in(alike.language),
        buyer=in_language(alike.buyer.name, alike.language),
        cpv_codes=tuple(alike.cpv_codes),
        # The gazette prints another hour of the same day.
        submission_deadline=alike.submission_deadline + timedelta(hours=4),
        language=alike.language,
    )
    entered.enter(session, entry=entry, person=staff, now=now)
