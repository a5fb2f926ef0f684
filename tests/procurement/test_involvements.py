"""Who prepared a tender: recorded in the documents' words, and named by the notice only by the very name."""

import pytest
from sqlalchemy.orm import Session

from procurement import involvements
from procurement.errors import NotAllowed, RuleBroken
from procurement.models import Involvement, Member, Person, Tender
from procurement.vocabulary import Role
from tests.factories import NOW, make_member, make_person, make_tender


def _record(
    session: Session,
    person: Person,
    member: Member,
    tender: Tender,
    *,
    quotation: str = "A rédigé l’étude.",
    page: str = "p. 3",
) -> Involvement:
    return involvements.record_involvement(
        session, tender=tender, member=member, quotation=quotation, page=page, person=person, now=NOW
    )


def test_staff_record_it_once_and_take_it_back(session: Session) -> None:
    staff, member, tender = make_person(session, role=Role.STAFF), make_member(session), make_tender(session)

    _record(session, staff, member, tender)
    row = _record(session, staff, member, tender, page="p. 4")

    assert [each.page for each in involvements.involvements_of(session, tender=tender)] == ["p. 4"]
    assert involvements.involvements_of(session, tender=tender, member_ids=[]) == []
    involvements.remove_involvement(session, involvement=row, person=staff, now=NOW)
    session.flush()
    assert involvements.involvements_of(session, tender=tender, chamber_id=member.chamber_id) == []


def test_it_needs_staff_the_words_and_the_page(session: Session) -> None:
    staff, member, tender = make_person(session, role=Role.STAFF), make_member(session), make_tender(session)

    with pytest.raises(NotAllowed):
        _record(session, make_person(session, member=member), member, tender)
    for facts in ({"quotation": " "}, {"page": ""}):
        with pytest.raises(RuleBroken):
            _record(session, staff, member, tender, **facts)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("L’étude a été confiée à Atelier  Belvédère, Genève.", True),
        ("ATELIER BELVÉDÈRE a préparé le cahier des charges.", True),
        ("Atelier Belvédères SA a préparé le cahier des charges.", False),
        ("Aucune entreprise n’a été impliquée.", False),
    ],
)
def test_a_member_is_named_by_its_very_name_alone(session: Session, text: str, is_named: bool) -> None:
    member = make_member(session, name="Atelier Belvédère")

    assert (involvements.named_in([text], [member]) == [member]) is is_named
