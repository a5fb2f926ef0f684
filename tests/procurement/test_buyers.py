"""Buyers as staff know them: one name at several sources, contacts that can be forgotten, leads."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from procurement import buyers, entered
from procurement.buyers import STALE_AFTER, ContactFacts
from procurement.entered import Entry
from procurement.errors import NotAllowed
from procurement.models import AuditEntry, Buyer, BuyerContact, Person
from procurement.vocabulary import EnteredKind, Role, TenderState
from tests.factories import NOW, make_chamber, make_contact, make_person, make_tender


def _buyer(session: Session, name: str, **facts: str | None) -> Buyer:
    number = session.scalar(select(func.count(Buyer.id))) or 0
    given = {"source": "simap", "canton": "GE", "country": "CH", "city": "Jussy", **facts}
    buyer = Buyer(source_key=f"b{number}", name={"fr": name}, **given)
    session.add(buyer)
    session.flush()
    return buyer


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the staff."""
    return make_person(session, role=Role.STAFF)


def test_one_buyer_is_known_at_every_source_by_its_name(session: Session) -> None:
    jussy = _buyer(session, "Commune de Jussy")
    same = [
        _buyer(session, "MAIRIE DE JUSSY", source="ted"),
        _buyer(session, "Jussy", source="hand", canton=None),
    ]
    _buyer(session, "Commune de Jussy – Service des écoles", source="ted")
    _buyer(session, "Commune de Jussy 2", source="ted")
    _buyer(session, "Commune de Jussy", source="boamp", canton=None, country="FR")
    _buyer(session, "Commune de Jussy", source="ted", canton="VD")

    assert buyers.kin(session, jussy) == [jussy, *same]


def test_a_name_that_is_only_a_form_is_like_no_other(session: Session) -> None:
    one, _ = _buyer(session, "Commune"), _buyer(session, "Mairie")

    assert buyers.kin(session, one) == [one]


def test_a_buyer_is_seen_with_its_tenders_and_the_leads_entered_for_it(
    session: Session, staff: Person
) -> None:
    jussy, at_ted = _buyer(session, "Commune de Jussy"), _buyer(session, "Commune de Jussy", source="ted")
    still_open = make_tender(session, buyer=jussy)
    merged = make_tender(session, buyer=at_ted, source="ted", merged_into_id=still_open.id)
    awarded = make_tender(session, buyer=at_ted, source="ted", state=TenderState.AWARDED)
    make_tender(session)
    entry = Entry(kind=EnteredKind.EXEMPT, title="Conciergerie", buyer="Commune de Jussy", buyer_canton="GE")
    lead = entered.enter(session, entry=entry, person=staff, now=NOW)
    contact = make_contact(session, buyer=at_ted)

    seen = buyers.view(session, buyer=jussy, chamber_id=staff.chamber_id, now=NOW)

    assert [tender.id for tender in seen.still_open] == [still_open.id]
    assert merged not in (*seen.still_open, *seen.awarded)
    assert list(seen.awarded) == [awarded]
    assert list(seen.leads) == [lead]
    assert list(seen.contacts) == [contact]
    assert seen.published == 2


def test_a_contact_is_noted_changed_and_forgotten_and_the_trail_names_nobody(
    session: Session, staff: Person
) -> None:
    jussy = _buyer(session, "Commune de Jussy")
    facts = ContactFacts(name="Nora\nPittet", email="nora@example.ch", note="Aime\x00 le réemploi.")

    contact = buyers.add_contact(session, buyer=jussy, facts=facts, person=staff, now=NOW)
    later = NOW + timedelta(days=9)
    newer = ContactFacts(name="Nora Pittet", telephone="022 555 00 00")
    assert (contact.name, contact.note, contact.changed_by_id) == (
        "Nora Pittet",
        "Aime le réemploi.",
        staff.id,
    )
    buyers.change_contact(session, contact=contact, facts=newer, person=staff, now=later)
    assert (contact.email, contact.telephone, contact.changed_at) == ("", "022 555 00 00", later)
    buyers.remove_contact(session, contact=contact, person=staff, now=later)
    session.flush()

    assert session.scalars(select(BuyerContact)).all() == []
    trail = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.act for entry in trail] == ["contact.add", "contact.change", "contact.remove"]
    assert [entry.facts for entry in trail] == [{"buyer": jussy.id}] * 3


def test_a_contact_belongs_to_the_staff_of_one_chamber(session: Session, staff: Person) -> None:
    contact = make_contact(session, buyer=_buyer(session, "Commune de Jussy"))
    stranger = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))
    facts = ContactFacts(name="Nora")

    for person in (stranger, make_person(session)):
        with pytest.raises(NotAllowed):
            buyers.change_contact(session, contact=contact, facts=facts, person=person, now=NOW)
        with pytest.raises(NotAllowed):
            buyers.remove_contact(session, contact=contact, person=person, now=NOW)
    with pytest.raises(NotAllowed):
        buyers.add_contact(session, buyer=contact.buyer, facts=facts, person=make_person(session), now=NOW)
    assert buyers.known(session, chamber_id=stranger.chamber_id) == []
    assert buyers.known(session, chamber_id=staff.chamber_id) == [(contact.buyer, 1)]


def test_a_contact_that_nobody_looked_at_for_two_years_is_stale(session: Session) -> None:
    contact = make_contact(session, buyer=_buyer(session, "Commune de Jussy"))

    assert not buyers.is_stale(contact, contact.changed_at + STALE_AFTER)
    assert buyers.is_stale(contact, contact.changed_at + STALE_AFTER + timedelta(days=1))


def test_buyers_are_found_by_any_words_of_name_and_town_each_once(session: Session) -> None:
    ecoles = _buyer(session, "Ville de Genève – Service des écoles", city="Genève")
    _buyer(session, "Ville de Genève – Service des écoles", city="Genève", source="ted")
    jussy = _buyer(session, "Commune de Jussy")

    assert buyers.find(session, words="ecoles GENEVE", most=5) == [ecoles]
    assert buyers.find(session, words="jussy", most=5) == [jussy]
    assert buyers.find(session, words="e", most=1) == [jussy]
    assert buyers.find(session, words=" ", most=5) == []
