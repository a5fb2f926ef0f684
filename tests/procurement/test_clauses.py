"""Clauses as a chamber words them: the proposal, an own text, the way back, and what changed meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import clauses as proposed
from config.clauses import Clause, Clauses
from config.criteria import family_label
from procurement import clauses
from procurement.clauses import Wording, clause_by_key
from procurement.errors import NotAllowed
from procurement.models import AuditEntry, ClauseText, Person
from procurement.vocabulary import Role
from tests.factories import NOW, make_chamber, make_person

KEY = "apprentissage_formation"


def _clause() -> Clause:
    clause = clause_by_key(KEY)
    assert clause is not None
    return clause


def _wording(session: Session, person: Person, language: str = "fr") -> Wording:
    return clauses.wordings(session, chamber_id=person.chamber_id)[KEY, language]


def _reword(session: Session, person: Person, text: str, *, days: int = 0) -> bool:
    now = NOW + timedelta(days=days)
    return clauses.reword(session, clause=_clause(), language="fr", text=text, person=person, now=now)


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the staff."""
    return make_person(session, role=Role.STAFF)


def test_a_chamber_begins_with_every_proposal(session: Session, staff: Person) -> None:
    found = clauses.wordings(session, chamber_id=staff.chamber_id)

    assert len(found) == sum(len(clause.text) for clause in proposed.clauses().clause)
    assert all(each.own is None and each.text == each.clause.text[each.language] for each in found.values())  # type: ignore[index]


def test_an_own_text_stands_in_one_language_of_one_chamber(session: Session, staff: Person) -> None:
    other = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))

    assert _reword(session, staff, "Notre texte\x00.")

    own = _wording(session, staff)
    assert (own.text, own.changed_by, own.is_older) == ("Notre texte.", staff, False)
    assert own.own is not None
    assert own.own.changed_at == NOW
    assert _wording(session, staff, "de").own is None
    assert _wording(session, other).own is None


def test_a_text_is_worded_again_in_its_place(session: Session, staff: Person) -> None:
    _reword(session, staff, "Un.")
    colleague = make_person(session, role=Role.STAFF)

    assert _reword(session, colleague, "Deux.", days=3)
    assert not _reword(session, colleague, "Deux.", days=4)

    (row,) = session.scalars(select(ClauseText)).all()
    assert (row.text, row.changed_by_id, row.changed_at) == ("Deux.", colleague.id, NOW + timedelta(days=3))


@pytest.mark.parametrize("text", ["", "  \n", "proposal"])
def test_nothing_or_the_proposal_itself_is_the_way_back(session: Session, staff: Person, text: str) -> None:
    _reword(session, staff, "Un.")

    assert _reword(session, staff, _clause().text["fr"].replace("\n", "\r\n") if text == "proposal" else text)

    assert _wording(session, staff).own is None
    assert not clauses.restore(session, clause=_clause(), language="fr", person=staff, now=NOW)


def test_the_audit_trail_keeps_what_was_there_before(session: Session, staff: Person) -> None:
    _reword(session, staff, "Un.")
    _reword(session, staff, "Deux.")
    clauses.restore(session, clause=_clause(), language="fr", person=staff, now=NOW)

    trail = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.act for entry in trail] == ["clause.reword", "clause.reword", "clause.restore"]
    assert [entry.facts["before"] for entry in trail] == [_clause().text["fr"], "Un.", "Deux."]
    assert {entry.subject for entry in trail} == {f"clause:{KEY}:fr"}


def test_staff_are_told_when_the_proposal_changed_after_their_own_wording(
    session: Session, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _reword(session, staff, "Un.")
    file = proposed.clauses()
    newer = _clause().model_copy(update={"text": {**_clause().text, "fr": "Proposition nouvelle."}})
    kept = tuple(newer if clause.key == KEY else clause for clause in file.clause)
    changed: Clauses = file.model_copy(update={"clause": kept})

    monkeypatch.setattr(clauses, "clauses", lambda: changed)

    assert _wording(session, staff).is_older
    assert _wording(session, staff).text == "Un."
    clauses.reword(session, clause=newer, language="fr", text="Un, relu.", person=staff, now=NOW)
    assert not _wording(session, staff).is_older


def test_only_staff_word_clauses_and_only_in_languages_they_have(session: Session, staff: Person) -> None:
    member = make_person(session)
    french = clause_by_key("marche_reserve")
    assert french is not None

    with pytest.raises(NotAllowed):
        _reword(session, member, "Le mien.")
    with pytest.raises(NotAllowed):
        clauses.restore(session, clause=_clause(), language="fr", person=member, now=NOW)
    with pytest.raises(NotAllowed):
        clauses.reword(session, clause=french, language="de", text="Nein.", person=staff, now=NOW)


def test_criteria_are_found_by_name_in_any_language_and_by_the_words_of_their_clauses() -> None:
    def found(words: str) -> list[str]:
        return [family for _, families in clauses.families(words) for family in families]

    assert len(found("")) == 23
    assert found("Lernende Berufsbildung") == [KEY]
    assert found("vélo-cargo") == ["mobilite_douce"]
    assert found("REEMPLOI reparabilite") == ["economie_circulaire_reemploi"]
    assert found("amiante") == []


def test_a_criterion_that_is_not_known_keeps_its_key() -> None:
    assert family_label("biodiversite", "de").startswith("Biodiv")
    assert family_label("inconnu", "fr") == "inconnu"
    assert clause_by_key("inconnu") is None
