"""Requirement rows: drawn from the notice, edited by the lead, covered by who is inside."""

import pytest
from sqlalchemy.orm import Session

from procurement import consortiums, findings, requirements
from procurement.errors import NotAllowed
from procurement.findings import FoundRecord
from procurement.lens import FindingKind, Polarity
from procurement.models import Consortium, Cpv, Member, Person, Requirement, Seat
from procurement.teaming import Coverage, RequirementOrigin, SeatRole
from tests.factories import NOW, make_lot, make_person, make_tender


def _member(person: Person) -> Member:
    assert person.member is not None
    return person.member


def _room(session: Session, *, lots: int = 1) -> tuple[Consortium, Person, Person, Seat]:
    """A consortium with a partner inside: the lead's person, the partner's, and the partner's seat."""
    lead, partner = make_person(session, password=None), make_person(session, password=None)
    tender = make_tender(session, lots=[], cpv_codes=["90911000"])
    for _ in range(lots):
        make_lot(tender, cpv_codes=["90911000", "90911300"])
    session.flush()
    consortium = consortiums.open_consortium(
        session,
        tender=tender,
        lots=tender.lots,
        lead=_member(lead),
        places=3,
        has_read=True,
        person=lead,
        now=NOW,
    )
    seat = consortiums.ask(
        session,
        consortium=consortium,
        member=_member(partner),
        role=SeatRole.PARTNER,
        message="",
        person=lead,
        now=NOW,
    )
    consortiums.answer(session, seat=seat, accepts=True, person=partner, now=NOW)
    return consortium, lead, partner, seat


def test_one_lot_gives_a_row_for_each_code_and_each_criterion_of_selection(session: Session) -> None:
    consortium, *_ = _room(session)

    requirements.draw(session, consortium=consortium, language="fr")

    # 90911000 stands above 90911300: who covers the narrow one covers both.
    assert [(row.origin, row.cpv_codes, row.text) for row in consortium.requirements[1:]] == [
        (RequirementOrigin.SELECTION, [], "Trois références")
    ]
    assert consortium.requirements[0].cpv_codes == ["90911300"]


def test_several_lots_are_a_row_each(session: Session) -> None:
    consortium, *_ = _room(session, lots=2)

    requirements.draw(session, consortium=consortium, language="fr")

    rows = [row.text for row in consortium.requirements if row.origin is RequirementOrigin.LOT]
    assert rows == ["1. Secteur 1", "2. Secteur 2"]


def test_an_ess_criterion_is_a_row_by_its_family(session: Session) -> None:
    consortium, *_ = _room(session)
    found = FoundRecord(
        family="apprentissage_formation",
        kind=FindingKind.AWARD,
        polarity=Polarity.PRESENT,
        counts=True,
        field="criteria.0.title",
        start=0,
        evidence="apprentis",
        sentence="Formation d’apprentis",
        rule="fr",
    )
    findings.record_findings(session, lot=consortium.lots[0].lot, found=[found], version="1", now=NOW)
    session.flush()

    requirements.draw(session, consortium=consortium, language="fr")

    assert consortium.requirements[-1].family == "apprentissage_formation"


def test_drawing_again_changes_nothing(session: Session) -> None:
    consortium, lead, *_ = _room(session)
    requirements.draw(session, consortium=consortium, language="fr")
    requirements.remove(session, consortium=consortium, requirement=consortium.requirements[0], person=lead)
    before = [row.id for row in consortium.requirements]

    requirements.draw(session, consortium=consortium, language="fr")

    assert [row.id for row in consortium.requirements] == before


def test_a_row_is_open_then_partly_then_wholly_covered(session: Session) -> None:
    consortium, lead, partner, seat = _room(session)
    row = requirements.add(session, consortium=consortium, text="Nacelle", person=lead)
    states = [requirements.covered(row)]

    for coverage in (Coverage.PARTLY, Coverage.WHOLLY, None):
        requirements.cover(
            session, seat=seat, requirement=row, coverage=coverage, evidence="Deux nacelles", person=partner
        )
        states.append(requirements.covered(row))

    assert states == [None, Coverage.PARTLY, Coverage.WHOLLY, None]


def test_who_left_covers_nothing_any_more(session: Session) -> None:
    consortium, lead, partner, seat = _room(session)
    row = requirements.add(session, consortium=consortium, text="Nacelle", person=lead)
    requirements.cover(
        session, seat=seat, requirement=row, coverage=Coverage.WHOLLY, evidence="", person=partner
    )

    consortiums.leave(session, seat=seat, person=partner, now=NOW)

    assert requirements.still_open(consortium) == [row]


def test_only_the_lead_edits_rows_and_only_who_is_inside_covers_them(session: Session) -> None:
    consortium, lead, partner, seat = _room(session)
    row = requirements.add(session, consortium=consortium, text="Nacelle", person=lead)
    stranger = make_person(session, password=None)

    with pytest.raises(NotAllowed):
        requirements.add(session, consortium=consortium, text="Grue", person=partner)
    with pytest.raises(NotAllowed):
        requirements.cover(
            session, seat=seat, requirement=row, coverage=Coverage.PARTLY, evidence="", person=stranger
        )


def test_each_reader_has_the_words_of_a_row_in_their_language(session: Session) -> None:
    consortium, *_ = _room(session)
    requirements.draw(session, consortium=consortium, language="fr")
    session.add(Cpv(code="90911300", labels={"fr": "Lavage de vitres", "de": "Fensterreinigung"}))
    consortium.requirements.append(
        Requirement(position=9, origin=RequirementOrigin.ESS, text="", family="apprentissage_formation")
    )
    session.flush()

    words = [requirements.words_of(session, consortium.requirements, language) for language in ("fr", "de")]

    first, own = consortium.requirements[0].id, consortium.requirements[-1].id
    assert [each[first] for each in words] == ["Lavage de vitres", "Fensterreinigung"]
    assert "pprenti" in words[0][own]
    assert words[0][own] != words[1][own] != ""
    assert words[0][consortium.requirements[1].id] == "Trois références"


def test_a_lot_whose_title_says_its_number_says_it_once(session: Session) -> None:
    consortium, *_ = _room(session, lots=2)
    consortium.lots[0].lot.title = {"fr": "Lot 1 : rive gauche"}

    requirements.draw(session, consortium=consortium, language="fr")

    assert [row.text for row in consortium.requirements[:2]] == ["Lot 1 : rive gauche", "2. Secteur 2"]
