"""Requirement rows: drawn from the notice, edited by the lead, covered by who is inside."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from procurement import consortiums, findings, requirements
from procurement.errors import NotAllowed, RuleBroken
from procurement.findings import FoundRecord
from procurement.lens import FindingKind, Polarity
from procurement.models import Consortium, Cpv, Member, Person, Requirement, Seat
from procurement.rules import Rule
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
    requirements.remove(
        session, consortium=consortium, requirement=consortium.requirements[0], person=lead, now=NOW
    )
    before = [row.id for row in consortium.requirements]

    requirements.draw(session, consortium=consortium, language="fr")

    assert [row.id for row in consortium.requirements] == before


def test_a_row_is_open_then_partly_then_wholly_covered(session: Session) -> None:
    consortium, lead, partner, seat = _room(session)
    row = requirements.add(session, consortium=consortium, text="Nacelle", person=lead, now=NOW)
    states = [requirements.covered(row)]

    for coverage in (Coverage.PARTLY, Coverage.WHOLLY, None):
        requirements.cover(
            session, seat=seat, requirement=row, coverage=coverage, evidence="Deux nacelles", person=partner
        )
        states.append(requirements.covered(row))

    assert states == [None, Coverage.PARTLY, Coverage.WHOLLY, None]


def test_who_left_covers_nothing_any_more(session: Session) -> None:
    consortium, lead, partner, seat = _room(session)
    row = requirements.add(session, consortium=consortium, text="Nacelle", person=lead, now=NOW)
    requirements.cover(
        session, seat=seat, requirement=row, coverage=Coverage.WHOLLY, evidence="", person=partner
    )

    consortiums.leave(session, seat=seat, person=partner, now=NOW)

    assert requirements.still_open(consortium) == [row]


def test_only_the_lead_edits_rows_and_only_who_is_inside_covers_them(session: Session) -> None:
    consortium, lead, partner, seat = _room(session)
    row = requirements.add(session, consortium=consortium, text="Nacelle", person=lead, now=NOW)
    stranger = make_person(session, password=None)

    with pytest.raises(NotAllowed):
        requirements.add(session, consortium=consortium, text="Grue", person=partner, now=NOW)
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


def _drawn(session: Session) -> tuple[Consortium, Person, Person]:
    """A room whose notice also demands something in its text."""
    consortium, lead, partner, _ = _room(session)
    consortium.tender.description = {
        "fr": "Douze écoles. Le soumissionnaire doit disposer d’un véhicule électrique."
    }
    requirements.draw(session, consortium=consortium, language="fr")
    return consortium, lead, partner


def _texts(consortium: Consortium) -> list[str]:
    return [row.text for row in consortium.requirements]


def _change(session: Session, consortium: Consortium, row: Requirement, person: Person, **facts: Any) -> None:
    requirements.change(
        session,
        consortium=consortium,
        requirement=row,
        person=person,
        now=NOW,
        **{"text": row.text, "weight": row.weight, "cpv_codes": row.cpv_codes, "words": row.text, **facts},
    )


def test_a_sentence_that_demands_something_is_a_row_of_the_notices_text(session: Session) -> None:
    consortium, *_ = _drawn(session)

    row = consortium.requirements[-1]
    assert (row.origin, row.text) == (
        RequirementOrigin.TEXT,
        "Le soumissionnaire doit disposer d’un véhicule électrique.",
    )


def test_the_lead_changes_words_weight_and_codes_and_new_words_are_its_own(session: Session) -> None:
    consortium, lead, partner = _drawn(session)
    code, reference = consortium.requirements[:2]

    _change(session, consortium, reference, lead, weight=3, cpv_codes=["90911300"])
    assert (reference.origin, reference.weight) == (RequirementOrigin.SELECTION, 3)
    _change(session, consortium, code, lead, text="Vitres des douze écoles", cpv_codes=[])

    assert (code.origin, code.cpv_codes) == (RequirementOrigin.OWN, [])
    assert requirements.words_of(session, [code], "de") == {code.id: "Vitres des douze écoles"}
    with pytest.raises(NotAllowed):
        _change(session, consortium, code, partner, text="Autre chose")
    with pytest.raises(RuleBroken):
        _change(session, consortium, code, lead, text=" ")


def test_a_row_that_somebody_was_asked_for_never_names_the_lead(session: Session) -> None:
    consortium, lead, _ = _drawn(session)
    row = consortium.requirements[1]
    asked = make_person(session, password=None)
    consortiums.ask(
        session,
        consortium=consortium,
        member=_member(asked),
        role=SeatRole.PARTNER,
        message="",
        rows=[row],
        person=lead,
        now=NOW,
    )

    with pytest.raises(RuleBroken) as problem:
        _change(session, consortium, row, lead, text=f"Avec {lead.name}")

    assert problem.value.rule is Rule.NAMES_ITS_AUTHOR


def test_rows_move_by_one_place_and_stop_at_the_ends(session: Session) -> None:
    consortium, lead, partner = _drawn(session)
    first, second, third = _texts(consortium)
    row = consortium.requirements[2]

    requirements.move(session, consortium=consortium, requirement=row, up=True, person=lead, now=NOW)
    assert _texts(consortium) == [first, third, second]
    for _ in range(2):
        requirements.move(session, consortium=consortium, requirement=row, up=True, person=lead, now=NOW)
    assert _texts(consortium) == [third, first, second]
    with pytest.raises(NotAllowed):
        requirements.move(session, consortium=consortium, requirement=row, up=False, person=partner, now=NOW)


def test_what_was_taken_away_is_offered_again_and_taken_in_once(session: Session) -> None:
    consortium, lead, partner = _drawn(session)
    assert requirements.left_out(session, consortium=consortium, language="fr") == []
    row = consortium.requirements[1]
    requirements.remove(session, consortium=consortium, requirement=row, person=lead, now=NOW)

    [(key, offered)] = requirements.left_out(session, consortium=consortium, language="fr")
    assert offered.text == "Trois références"
    with pytest.raises(NotAllowed):
        requirements.take_in(session, consortium=consortium, key=key, language="fr", person=partner, now=NOW)
    requirements.take_in(session, consortium=consortium, key=key, language="fr", person=lead, now=NOW)

    assert _texts(consortium)[-1] == "Trois références"
    with pytest.raises(LookupError):
        requirements.take_in(session, consortium=consortium, key=key, language="fr", person=lead, now=NOW)
