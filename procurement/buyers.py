"""What staff know of a buyer: the same buyer at several sources, its contacts, its tenders, its leads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from procurement import entered, matches
from procurement.accounts import write_audit
from procurement.cleaning import clean_text, one_line
from procurement.errors import NotAllowed
from procurement.likeness import name_marks, text_of
from procurement.models import AuditEntry, Award, Buyer, BuyerContact, Notice, Person, Tender, Translations
from procurement.vocabulary import TenderState

# The act under which the audit trail keeps a letter.
LETTER_WRITTEN = "letter.write"
# A contact that nobody has changed for so long may be out of date, and out of place.
STALE_AFTER = timedelta(days=2 * 365)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Professional data of somebody at a buyer, and a note; nothing private belongs here."""

    name: str
    function: str = ""
    email: str = ""
    telephone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """That a letter was written to a buyer about a tender, when and by whom, as the audit trail has it."""

    at: datetime
    tender: Tender
    person: Person | None


@dataclass(frozen=True, slots=True)
class BuyerView:
    """A buyer as staff see it: its tenders that stand for themselves, the newest first."""

    buyers: Sequence[Buyer]
    contacts: Sequence[BuyerContact]
    still_open: Sequence[Tender]
    awarded: Sequence[Tender]
    leads: Sequence[Tender]
    letters: Sequence[Written]
    published: int


def kin(session: Session, buyer: Buyer) -> list[Buyer]:
    """The buyer and those of the same name at other sources, in a country and a canton that do not differ."""
    own = _names(buyer.name)
    others = select(Buyer.id, Buyer.name).where(Buyer.id != buyer.id)
    if buyer.country is not None:
        others = others.where(or_(Buyer.country.is_(None), Buyer.country == buyer.country))
    if buyer.canton is not None:
        others = others.where(or_(Buyer.canton.is_(None), Buyer.canton == buyer.canton))
    same = [key for key, name in session.execute(others) if own & _names(name)] if own else []
    return [buyer, *session.scalars(select(Buyer).where(Buyer.id.in_(same)).order_by(Buyer.id))]


def _names(name: Translations) -> set[frozenset[str]]:
    return {marks for text in name.values() if (marks := name_marks(text))}


def view(session: Session, *, buyer: Buyer, chamber_id: int, now: datetime, most: int = 20) -> BuyerView:
    """All that staff of a chamber know of a buyer."""
    buyers = kin(session, buyer)
    ids = [each.id for each in buyers]
    tenders = (
        select(Tender)
        .where(Tender.buyer_id.in_(ids), Tender.merged_into_id.is_(None))
        .order_by(Tender.published_on.desc(), Tender.id.desc())
    )
    published = tenders.where(Tender.source != entered.SOURCE)
    awarded = published.where(Tender.state == TenderState.AWARDED).options(
        selectinload(Tender.notices).selectinload(Notice.awards).selectinload(Award.suppliers)
    )
    return BuyerView(
        buyers=buyers,
        contacts=contacts(session, buyer_ids=ids, chamber_id=chamber_id),
        still_open=session.scalars(published.where(matches.is_open_clause(now)).limit(most)).all(),
        awarded=session.scalars(awarded.limit(most)).all(),
        leads=session.scalars(tenders.where(Tender.source == entered.SOURCE).limit(most)).all(),
        letters=_letters(session, ids, chamber_id, most),
        published=session.scalar(select(func.count()).select_from(published.subquery())) or 0,
    )


def _letters(session: Session, buyer_ids: Collection[int], chamber_id: int, most: int) -> list[Written]:
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.act == LETTER_WRITTEN,
            AuditEntry.chamber_id == chamber_id,
            AuditEntry.facts["buyer"].as_integer().in_(buyer_ids),
        )
        .order_by(AuditEntry.id.desc())
        .limit(most)
    ).all()
    about = {entry.id: int(entry.subject.removeprefix("tender:")) for entry in entries}
    tenders = {each.id: each for each in session.scalars(select(Tender).where(Tender.id.in_(about.values())))}
    writers = {entry.person_id for entry in entries if entry.person_id is not None}
    people = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_(writers)))}
    return [
        Written(entry.at, tenders[about[entry.id]], people.get(entry.person_id or 0))
        for entry in entries
        if about[entry.id] in tenders
    ]


def contacts(session: Session, *, buyer_ids: Collection[int], chamber_id: int) -> Sequence[BuyerContact]:
    """The contacts that a chamber has at these buyers, by name."""
    return session.scalars(
        select(BuyerContact)
        .where(BuyerContact.buyer_id.in_(buyer_ids), BuyerContact.chamber_id == chamber_id)
        .order_by(BuyerContact.name, BuyerContact.id)
    ).all()


def known(session: Session, *, chamber_id: int) -> list[tuple[Buyer, int]]:
    """The buyers where a chamber has contacts, each with how many."""
    found: dict[int, tuple[Buyer, int]] = {}
    for contact in session.scalars(
        select(BuyerContact)
        .where(BuyerContact.chamber_id == chamber_id)
        .options(joinedload(BuyerContact.buyer))
        .order_by(BuyerContact.buyer_id)
    ):
        _, count = found.get(contact.buyer_id, (contact.buyer, 0))
        found[contact.buyer_id] = (contact.buyer, count + 1)
    return sorted(found.values(), key=lambda each: sorted(each[0].name.values()))


def find(session: Session, *, words: str, most: int) -> list[Buyer]:
    """The buyers whose name or town has every word, each name once, by name."""
    wanted = text_of(words).plain.split()
    if not wanted:
        return []
    found: dict[str, int] = {}
    for key, name, city in session.execute(select(Buyer.id, Buyer.name, Buyer.city).order_by(Buyer.id)):
        plain = text_of(" ".join([*name.values(), city])).plain
        if all(word in plain for word in wanted):
            found.setdefault(plain, key)
    first = [found[plain] for plain in sorted(found)][:most]
    by_id = {buyer.id: buyer for buyer in session.scalars(select(Buyer).where(Buyer.id.in_(first)))}
    return [by_id[key] for key in first]


def add_contact(
    session: Session, *, buyer: Buyer, facts: ContactFacts, person: Person, now: datetime
) -> BuyerContact:
    """Note somebody at a buyer, for the staff of one's chamber alone."""
    if not person.is_staff:
        raise NotAllowed
    contact = BuyerContact(chamber_id=person.chamber_id, buyer_id=buyer.id)
    session.add(contact)
    _fill(contact, facts, person, now)
    session.flush()
    _audit(session, "contact.add", contact, person, now)
    return contact


def change_contact(
    session: Session, *, contact: BuyerContact, facts: ContactFacts, person: Person, now: datetime
) -> None:
    """Bring a contact up to date; the day of it counts anew even when nothing else changed."""
    _check(contact, person)
    _fill(contact, facts, person, now)
    _audit(session, "contact.change", contact, person, now)


def remove_contact(session: Session, *, contact: BuyerContact, person: Person, now: datetime) -> None:
    """Forget a contact; the audit trail says that it was removed, not who it was."""
    _check(contact, person)
    _audit(session, "contact.remove", contact, person, now)
    session.delete(contact)


def is_stale(contact: BuyerContact, now: datetime) -> bool:
    """Whether a contact should be looked at again, or removed."""
    return now - contact.changed_at > STALE_AFTER


def _check(contact: BuyerContact, person: Person) -> None:
    if not person.is_staff or contact.chamber_id != person.chamber_id:
        raise NotAllowed


def _fill(contact: BuyerContact, facts: ContactFacts, person: Person, now: datetime) -> None:
    contact.name, contact.function = one_line(facts.name, longest=200), one_line(facts.function, longest=200)
    contact.email = one_line(facts.email, longest=254)
    contact.telephone = one_line(facts.telephone, longest=40)
    contact.note = clean_text(facts.note, longest=5_000)
    contact.changed_at, contact.changed_by_id = now, person.id


def _audit(session: Session, act: str, contact: BuyerContact, person: Person, now: datetime) -> None:
    # No name and no address: what is removed must be gone.
    write_audit(
        session,
        person=person,
        act=act,
        subject=f"contact:{contact.id}",
        facts={"buyer": contact.buyer_id},
        now=now,
    )
