"""Letters to buyers: what they quote, what they propose with which marks, and that they open again."""

import re
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.clauses import clauses as proposed
from procurement import clauses, entered, letters
from procurement.clauses import Law
from procurement.entered import Entry
from procurement.errors import NotAllowed
from procurement.findings import FoundRecord, judge, record_findings
from procurement.lens import FindingKind, Polarity
from procurement.letters import Letter
from procurement.models import AuditEntry, Buyer, Person, Tender
from procurement.vocabulary import CriteriaSource, EnteredKind, Role
from tests.factories import NOW, make_contact, make_lot, make_person, make_tender
from tests.procurement.catalogues import french_in


def _found(**overrides: Any) -> FoundRecord:
    facts: dict[str, Any] = {
        "family": "apprentissage_formation",
        "kind": FindingKind.AWARD,
        "polarity": Polarity.PRESENT,
        "counts": True,
        "field": "criteria.2.title",
        "start": 0,
        "evidence": "Formation d’apprentis",
        "sentence": "Formation d’apprentis : 5 % de la note.",
        "rule": "fr:apprentis",
        "language": "fr",
        "weight": 5.0,
    }
    return FoundRecord(**{**facts, **overrides})


def _text(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


def _write(session: Session, tender: Tender, staff: Person, **facts: Any) -> str:
    keys = facts.pop("keys", ())
    language = facts.setdefault("language", "fr")
    found = clauses.wordings(session, chamber_id=staff.chamber_id)
    facts.setdefault("quotes", letters.quoted(tender))
    letter = Letter(wordings=[found[key, language] for key in keys], **facts)
    return _text(letters.write(session, tender=tender, letter=letter, person=staff, now=NOW))


@pytest.fixture
def staff(session: Session) -> Person:
    """Somebody of the staff of a chamber with an address."""
    person = make_person(session, role=Role.STAFF)
    person.chamber.name = "Chambre de l’ESS"
    person.chamber.postal_address = "Rue des Savoises 15, 1205 Genève"
    return person


def test_a_letter_names_both_sides_the_day_and_the_publication(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    contact = make_contact(session, buyer=tender.buyer)

    text = _write(session, tender, staff, contact=contact, remark="Merci pour l’entretien de lundi.")

    lines = text.split("\n")
    assert lines[:3] == ["Chambre de l’ESS", "Rue des Savoises 15", "1205 Genève"]
    assert lines[3:7] == [
        "Aloïs Treyvaud",
        "Responsable des achats",
        "Ville de Genève – Service des écoles",
        "1205 Genève",
    ]
    assert lines[7] == "24 novembre 2026"
    assert "« Nettoyage écologique des écoles »" in lines[8].replace("\u00a0", " ")
    assert f"n° {tender.number}, publiée le 20 novembre 2026" in text.replace("\u00a0", " ")
    assert tender.url in lines
    assert "Merci pour l’entretien de lundi." in lines
    assert lines[-3:] == ["Solène Vuagnat", "Chambre de l’ESS", "solene.vuagnat@example.ch"]


def test_what_is_asked_already_is_quoted_to_the_letter_with_thanks(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    first, second = tender.lots[0], make_lot(tender)
    again = _found(
        family="mobilite_douce",
        kind=FindingKind.EXECUTION_CONDITION,
        sentence="Les livraisons se font à vélo.",
        weight=None,
    )
    refused = _found(sentence="Un apprenti écoute.")
    idle = _found(kind=FindingKind.BOILERPLATE, sentence="Clause de style.")
    shut = _found(kind=FindingKind.ACCESS, polarity=Polarity.EXCLUDED, sentence="Pas de communauté.")
    record_findings(session, lot=first, found=[again, _found(), refused], version="1", now=NOW)
    also = _found(family="egalite_salariale")
    record_findings(session, lot=second, found=[_found(), also, idle, shut], version="1", now=NOW)
    judge(session, finding=first.findings[2], person=staff, is_right=False, now=NOW)

    text = _write(session, tender, staff).replace("\u00a0", " ")

    assert "merci :" in text
    quoted = [line for line in text.split("\n") if line.startswith("« ")]
    assert quoted == [
        "« Formation d’apprentis : 5 % de la note. » (Apprentissage et formation professionnelle, "
        "Égalité salariale et égalité femmes-hommes, critère d’adjudication, 5 %)",
        "« Les livraisons se font à vélo. » (Mobilité douce et logistique durable, condition d’exécution)",
    ]
    assert "pas trouvé" not in text


def test_what_was_found_wrongly_can_be_left_out(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    wrong = _found(family="proximite_circuit_court", sentence="Locaux accessibles.")
    record_findings(session, lot=tender.lots[0], found=[_found(), wrong], version="1", now=NOW)

    kept = _write(session, tender, staff, quotes=letters.quoted(tender)[:1])
    none = _write(session, tender, staff, quotes=[])

    assert "Locaux" not in kept
    assert "merci" not in none
    assert "pas trouvé" not in none


def test_criteria_in_documents_are_said_not_to_have_been_read(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    tender.lots[0].award_criteria_source = CriteriaSource.IN_DOCUMENTS
    tender.lots[0].read_at = NOW

    text = _write(session, tender, staff)

    assert "que nous n’avons pas lu" in text
    assert "pas trouvé" not in text


def test_none_is_said_only_where_everything_was_read(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    assert "pas trouvé" not in _write(session, tender, staff)

    tender.lots[0].read_at = NOW

    assert "Nous n’y avons pas trouvé de critère social" in _write(session, tender, staff)


def test_clauses_bear_their_marks_and_what_is_from_memory_says_so(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    clause = clauses.clause_by_key("conditions_travail_cct")
    assert clause is not None
    clauses.reword(session, clause=clause, language="fr", text="Notre propre clause.", person=staff, now=NOW)

    text = _write(session, tender, staff, keys=["conditions_travail_cct"]).replace("\u00a0", " ")

    assert "Conditions de travail, CCT et salaires décents (proposition, à vérifier)" in text
    assert "Notre propre clause." in text
    assert "Poids : Sans pondération." in text
    assert "LTN art. 13 (liste des employeurs exclus des marchés) : vu le 22.11.2026 (RS/SR 822.41)" in text
    assert "GE : salaire minimum cantonal (LIRT) : de mémoire, à vérifier" in text
    assert "elles ne sont pas un conseil juridique" in text


def test_nothing_recalled_is_ever_said_without_its_mark(session: Session, staff: Person) -> None:
    """Every clause of the file, in both languages: what is from memory stands on one line with its mark."""
    tender = make_tender(session)
    marks = {"fr": "de mémoire, à vérifier", "de": "aus dem Gedächtnis, zu prüfen"}

    for language, mark in marks.items():
        keys = [clause.key for clause in proposed().clause if language in clause.text]
        lines = _write(session, tender, staff, keys=keys, language=language).split("\n")
        recalled = [each.ref[language] for each in proposed().basis if each.mark == "recalled"]
        recalled += [each.text[language] for each in proposed().caution if each.mark == "recalled"]
        named = [line for line in lines if any(line.startswith(text) for text in recalled)]

        assert named
        assert all(mark.casefold() in line.casefold() for line in named), named
        headings = [
            line for line in lines if line.endswith(("(proposition, à vérifier)", "(Vorschlag, zu prüfen)"))
        ]
        assert len(headings) == len(keys)


def test_what_holds_for_every_clause_is_said_once(session: Session, staff: Person) -> None:
    tender = make_tender(session)
    keys = ["mobilite_douce", "energie_climat"]

    lines = _write(session, tender, staff, keys=keys).split("\n")

    shared = lines[lines.index("Pour toutes ces clauses") + 1 :]
    assert any(line.startswith("À Genève") for line in shared)
    assert sum(line.startswith("À Genève") for line in lines) == 1
    assert sum(line.startswith("Aucune préférence locale") for line in lines) == 1
    assert not any(line.startswith("Aucune préférence locale") for line in shared)


def test_under_the_treaty_a_letter_says_what_holds_only_elsewhere(session: Session, staff: Person) -> None:
    treaty, other = make_tender(session, is_under_treaty=True), make_tender(session)

    assert "ne vaut que pour un autre" in _write(session, treaty, staff, keys=["travailleurs_ages"])
    assert "ne vaut que pour un autre" not in _write(session, treaty, staff, keys=["biodiversite"])
    assert "ne vaut que pour un autre" not in _write(session, other, staff, keys=["travailleurs_ages"])


def test_a_german_letter_holds_no_french_of_ours(session: Session, staff: Person) -> None:
    staff.chamber.name = "Kammer der Solidarwirtschaft"
    tender = make_tender(session, title={"de": "Reinigung der Schulen"}, language="de")
    record_findings(
        session, lot=tender.lots[0], found=[_found(sentence="Lernende: 5 %")], version="1", now=NOW
    )
    tender.lots[0].award_criteria_source = CriteriaSource.IN_DOCUMENTS
    keys = [clause.key for clause in proposed().clause if clause.law == "ch"]

    text = _write(session, tender, staff, keys=keys, language="de")

    assert "24. November 2026" in text
    assert "«Reinigung der Schulen»" in text
    # A German « Note » is a mark; the label « 1+ pour tous » has no other name, its page no other address.
    assert set(french_in(re.sub(r"1\+ pour tous|ge\.ch/dossier\S*", "", text), "de")) <= {"Note"}


def test_dirt_in_a_notice_does_not_break_the_letter(session: Session, staff: Person) -> None:
    tender = make_tender(
        session, title={"fr": "Net\x0btoyage \x00<b>&\ud83e"}, url="https://example.ch/\x01a"
    )
    tender.lots[0].read_at = NOW
    make_contact(session, buyer=tender.buyer)

    text = _write(session, tender, staff, remark="Un\x1bmot")

    assert "Net toyage <b>&" in text
    assert "https://example.ch/a" in text


def test_an_opportunity_entered_by_hand_is_not_said_to_be_published(session: Session, staff: Person) -> None:
    entry = Entry(kind=EnteredKind.EXEMPT, title="Conciergerie", buyer="Commune de Jussy")
    tender = entered.enter(session, entry=entry, person=staff, now=NOW)

    text = _write(session, tender, staff)

    assert "Nous avons appris que vous préparez" in text
    assert tender.number not in text
    assert "Commune de Jussy" in text


def test_that_a_letter_was_written_is_kept_without_its_words(session: Session, staff: Person) -> None:
    tender = make_tender(session)

    _write(session, tender, staff, keys=["biodiversite"], remark="Entre nous.")

    (entry,) = session.scalars(select(AuditEntry)).all()
    assert (entry.act, entry.subject) == ("letter.write", f"tender:{tender.id}")
    assert entry.facts == {"clauses": ["biodiversite"], "language": "fr", "buyer": tender.buyer_id}


def test_members_write_no_letters(session: Session) -> None:
    with pytest.raises(NotAllowed):
        letters.write(
            session,
            tender=make_tender(session),
            letter=Letter(language="fr"),
            person=make_person(session),
            now=NOW,
        )


@pytest.mark.parametrize(("country", "law"), [("FR", Law.FRENCH), ("CH", Law.SWISS), (None, Law.SWISS)])
def test_a_french_buyer_is_offered_clauses_of_french_law(country: str | None, law: Law) -> None:
    assert letters.law_of(Buyer(country=country)) is law


def test_clauses_alone_make_a_sheet(session: Session, staff: Person) -> None:
    found = clauses.wordings(session, chamber_id=staff.chamber_id)
    chosen = [found["biodiversite", "de"], found["mobilite_douce", "de"]]

    text = _text(letters.sheet_of_clauses(chosen, author="Kammer", language="de", now=NOW))

    assert text.startswith("Musterklauseln\nKammer, 24. November 2026.")
    assert text.count("(Vorschlag, zu prüfen)") == 2
    assert "naturnah" in text
