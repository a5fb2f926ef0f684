"""The invented chamber: its catalogue is public, and who stands in it said so."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.sample.chamber import fill
from procurement import catalogue
from procurement.models import AuditEntry
from tests.factories import NOW


def test_some_of_the_invented_members_stand_in_a_public_catalogue_by_their_own_word(session: Session) -> None:
    fill(session, now=NOW)
    session.flush()

    chamber = catalogue.chamber_shown(session)
    assert chamber is not None
    shown = catalogue.listed(session, chamber=chamber, language="fr", now=NOW)
    assert len(shown) == 5
    assert len(chamber.members) == 9
    people = {person.id: person.member_id for member in chamber.members for person in member.people}
    joined = session.scalars(select(AuditEntry).where(AuditEntry.act == "catalogue.join")).all()
    assert {people[entry.person_id] for entry in joined if entry.person_id is not None} == {
        entry.member.id for entry in shown
    }
