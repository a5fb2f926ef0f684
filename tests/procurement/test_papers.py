"""The papers of a consortium: whole in both languages under both laws, never a price."""

import re
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import product

import pytest
from docx import Document
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from config.papers import papers as texts
from procurement import admissions, consortiums, papers, requirements
from procurement.errors import NotAllowed
from procurement.models import AuditEntry, Buyer, Consortium, Person, RoomTask
from procurement.teaming import Admission, Coverage, GroupForm, SeatRole, SeatState
from procurement.vocabulary import Role, Stated
from tests.factories import NOW, make_lot, make_member, make_person, make_room, make_seat, make_tender

KEYS = [paper.key for paper in texts().paper]
LAWS = ("ch", "fr")
# Sums of money, in any way that people write them; never to be found in a paper.
_MONEY = re.compile(r"\b(?:CHF|EUR|Fr\.|francs?|Franken|euros?)\b|€|\d['’]\d{3}|\d\.[–-]", re.IGNORECASE)
_FRENCH = re.compile(r"\b(?:les|une|est|pour|dans|avec|sont|qui|chaque|cette)\b", re.IGNORECASE)
_GERMAN = re.compile(r"\b(?:die|der|das|und|ist|nicht|für|wird|sind|eine|durch|jede)\b", re.IGNORECASE)
# French that a German paper quotes on purpose: words and titles of French law, and pages it was seen on.
_TERMS = re.compile(
    r"groupement momentané d’entreprises|Code de (?:commerce|procédure civile|la propriété intellectuelle)|"
    r"Code des assurances|assurance décennale|\((?:[\w-]+\.)+\w+\)|RS/SR 220, \S+"
)


@dataclass
class Team:
    """A room with a lead, a partner and a subcontractor, on a tender of two lots in both languages."""

    room: Consortium
    lead: Person
    partner: Person
    subcontractor: Person


def _team(session: Session, law: str = "ch") -> Team:
    lead, partner, subcontractor = (
        make_person(session, password=None, member=make_member(session, name=name))
        for name in ("Coopérative Belvédère", "Association Escalade", "Atelier Grottes")
    )
    buyer = Buyer(
        source="boamp" if law == "fr" else "simap",
        source_key=f"acheteur-{law}",
        name={"fr": "Commune des Lilas", "de": "Gemeinde Flieder"},
        country=law.upper(),
    )
    tender = make_tender(
        session,
        buyer=buyer,
        title={"fr": "Nettoyage écologique", "de": "Ökologische Reinigung"},
        value_amount=1_234_567,
        value_currency="CHF",
        lots=[],
    )
    for number in (1, 2):
        words = {"fr": f"Bâtiments {number}", "de": f"Gebäude {number}"}
        make_lot(tender, source_key=f"lot-{number}", number=number, title=words, criteria=[])
    session.flush()
    room = make_room(session, lead=lead, tender=tender, places=5)
    for person, role in ((partner, SeatRole.PARTNER), (subcontractor, SeatRole.SUBCONTRACTOR)):
        make_seat(session, room, person, SeatState.CONFIRMED, role=role, message="")
    return Team(room, lead, partner, subcontractor)


def _share_out(session: Session, team: Team, *shares: int) -> None:
    seats = consortiums.inside(team.room)
    consortiums.share_out(
        session,
        consortium=team.room,
        shares={seat.id: share for seat, share in zip(seats, shares, strict=True)},
        person=team.lead,
        now=NOW,
    )


def _complete(session: Session, team: Team) -> None:
    _share_out(session, team, 55, 33, 12)
    why = "Aucune ne nettoie seule douze bâtiments."
    consortiums.complete(session, consortium=team.room, why=why, person=team.lead, now=NOW)


def _write(
    session: Session,
    team: Team,
    key: str,
    language: str = "fr",
    *,
    form: GroupForm | None = None,
    person: Person | None = None,
) -> str:
    """The text of a paper, its tables, and the foot of its pages."""
    paper = texts().by_key()[key]
    if form is None and papers.form_options(team.room, paper):
        form = GroupForm.JOINT
    content = papers.write(
        session,
        consortium=team.room,
        paper=paper,
        language=language,
        form=form,
        person=person or team.partner,
        now=NOW,
    )
    document = Document(BytesIO(content))
    lines = [each.text for each in document.element.body.iter() if each.tag.endswith("}t") and each.text]
    foot = [each.text for each in document.sections[0].footer.paragraphs]
    return "\n".join([*lines, *foot]).replace("\u00a0", " ")


each_paper = pytest.mark.parametrize(("key", "law", "language"), list(product(KEYS, LAWS, ("fr", "de"))))


@each_paper
def test_every_paper_names_its_tender_and_its_parties_and_is_marked_as_a_model(
    session: Session, key: str, law: str, language: str
) -> None:
    team = _team(session, law)
    _complete(session, team)

    text = _write(session, team, key, language)

    mark = {"fr": "Modèle à faire relire par un·e juriste", "de": "Muster, juristisch zu prüfen"}[language]
    assert text.count(mark) == 2
    assert text.startswith(mark)
    assert {"fr": "24 novembre 2026", "de": "24. November 2026"}[language] in text
    assert f"version {texts().version}" in text.lower()
    assert "…………" in text
    wanted = {
        "fr": ["Commune des Lilas", "Nettoyage écologique", "Lot 1 : Bâtiments 1", "Lot 2 : Bâtiments 2"],
        "de": ["Gemeinde Flieder", "Ökologische Reinigung", "Los 1: Gebäude 1", "Los 2: Gebäude 2"],
    }[language]
    for part in (*wanted, team.room.tender.number, "Coopérative Belvédère", "14"):
        assert part in text
    if key != "tasks":
        assert "Association Escalade" in text
    if key in ("intent", "agreement"):
        for part in ("55 %", "33 %", "12 %", "Atelier Grottes", "Aucune ne nettoie seule douze bâtiments."):
            assert part in text


@each_paper
def test_no_paper_holds_a_sum_of_money(session: Session, key: str, law: str, language: str) -> None:
    team = _team(session, law)
    for form in papers.form_options(team.room, texts().by_key()[key]) or (None,):
        text = _write(session, team, key, language, form=form)

        assert _MONEY.findall(text) == []
        assert "1234567" not in re.sub(r"\D", "", text)


@each_paper
def test_a_paper_is_in_one_language_throughout(session: Session, key: str, law: str, language: str) -> None:
    team = _team(session, law)
    names = re.compile("|".join(map(re.escape, ("Coopérative Belvédère", "Association Escalade", "Grottes"))))
    foreign = _FRENCH if language == "de" else _GERMAN
    for form in papers.form_options(team.room, texts().by_key()[key]) or (None,):
        lines = _write(session, team, key, language, form=form).splitlines()

        assert [line for line in lines if foreign.search(_TERMS.sub("", names.sub("", line)))] == []


@each_paper
def test_every_section_names_an_article_and_what_is_from_memory_says_so(
    session: Session, key: str, law: str, language: str
) -> None:
    text = _write(session, _team(session, law), key, language)

    starts = {"fr": "Repose sur : ", "de": "Grundlage: "}[language]
    named = [line for line in text.splitlines() if line.startswith(starts)]
    assert len(named) == sum(each.is_for(law, "joint") for each in texts().by_key()[key].section)
    for basis in texts().basis:
        ref = basis.ref[language].replace("\u00a0", " ")
        if basis.law != law:
            assert ref not in text
        elif basis.mark == "recalled" and ref in text:
            assert f"{ref}, {'à vérifier' if language == 'fr' else 'zu prüfen'}" in text


def test_the_law_is_that_of_the_buyers_country(session: Session) -> None:
    swiss, french = _team(session, "ch"), _team(session, "fr")

    assert "société simple" in _write(session, swiss, "agreement")
    text = _write(session, french, "agreement", form=GroupForm.SOLIDARY)
    assert "groupement momentané d’entreprises" in text
    assert "R2142-26" in text
    assert "CO art." not in text


def test_in_france_whoever_makes_it_chooses_the_form_of_the_group(session: Session) -> None:
    team = _team(session, "fr")
    paper = texts().by_key()["agreement"]

    joint = _write(session, team, "agreement", form=GroupForm.JOINT)
    solidary = _write(session, team, "agreement", form=GroupForm.SOLIDARY)

    assert "Le groupement est conjoint" in joint
    assert "Le groupement est solidaire" not in joint
    assert "Le groupement est solidaire" in solidary
    assert papers.form_options(_team(session, "ch").room, paper) == ()
    with pytest.raises(LookupError):
        papers.write(
            session, consortium=team.room, paper=paper, language="fr", form=None, person=team.lead, now=NOW
        )


def test_what_is_open_is_said_and_not_guessed(session: Session) -> None:
    lead = make_person(session, password=None)
    team = Team(make_room(session, lead=lead), lead, lead, lead)

    text = _write(session, team, "agreement")

    assert "L’équipe n’est pas encore au complet" in text
    assert "non encore répartie" in text
    assert "Parts non encore réparties : elles ne font pas 100 % à ce jour." in text
    assert "Aucune autre partie n’est entrée à ce jour" in text
    assert "………… (à définir)" in text
    assert "………… (à dire par les parties" in text
    assert "Aucun sous-traitant à ce jour." in text
    assert "marché entier, sans lots" in text


def test_shares_that_are_not_whole_are_said_to_be_open(session: Session) -> None:
    team = _team(session)
    _share_out(session, team, 50, 30, 10)

    assert "Parts non encore réparties" in _write(session, team, "agreement")


def test_who_covers_what_is_in_the_paper(session: Session) -> None:
    team = _team(session)
    row, seat = team.room.requirements[0], consortiums.inside(team.room)[1]
    requirements.cover(
        session, seat=seat, requirement=row, coverage=Coverage.WHOLLY, evidence="", person=team.partner
    )

    assert "Association Escalade (entièrement)" in _write(session, team, "agreement")
    assert "Association Escalade (ganz)" in _write(session, team, "agreement", "de")


@pytest.mark.parametrize("key", ["agreement", "power"])
def test_a_subcontractor_is_no_partner_and_signs_neither_agreement_nor_power(
    session: Session, key: str
) -> None:
    team = _team(session)

    signed = _write(session, team, key).partition("\nSignatures\n")[2].partition("\nAnnexe A")[0]

    assert "Association Escalade" in signed
    assert "Grottes" not in signed


def test_a_subcontractor_signs_the_letter_of_intent_with_its_own_sentence(session: Session) -> None:
    text = _write(session, _team(session), "intent")

    assert "Elles ne sont ni associées ni membres du groupement" in text
    signed = text.partition("\nSignatures\n")[2].partition("\nAnnexe A")[0]
    assert "Atelier Grottes\nSous-traitance : signe pour la confidentialité" in signed


def test_the_power_leaves_changes_to_all(session: Session) -> None:
    text = _write(session, _team(session), "power")

    assert "Sans l’accord écrit de toutes les parties, Coopérative Belvédère ne peut pas : modifier" in text
    assert "révoquer en tout temps" in text


def test_what_notice_and_documents_say_is_in_an_annex(session: Session) -> None:
    team = _team(session)
    team.room.tender.consortium_allowed = Stated.NO
    admissions.record_admission(
        session,
        tender=team.room.tender,
        admission=Admission.CONSORTIUM,
        quotation="Les associations de bureaux sont admises.",
        page="7",
        person=make_person(session, role=Role.STAFF, password=None),
        now=NOW,
    )

    text = _write(session, team, "agreement")

    assert "non admis selon l’avis (selon l’avis, à vérifier dans le dossier)" in text
    assert "non précisé (selon l’avis, à vérifier dans le dossier)" in text
    assert "« Les associations de bureaux sont admises. »" in text
    assert "(page 7)" in text


def test_the_tasks_are_those_of_the_room_or_there_are_none_yet(session: Session) -> None:
    team = _team(session)
    assert "Aucune tâche n’est encore inscrite" in _write(session, team, "tasks")
    seat = consortiums.inside(team.room)[1]
    gone = make_person(session, password=None, member=make_member(session, name="Société Partie"))
    left = make_seat(session, team.room, gone, SeatState.LEFT)
    for text, owner in (("Réunir les attestations", seat), ("Poser les questions", None), ("Visiter", left)):
        task = RoomTask(consortium=team.room, text=text, due_on=date(2026, 12, 3), seat=owner)
        session.add(task)
    session.flush()

    text = _write(session, team, "tasks")

    assert "Réunir les attestations\nAssociation Escalade" in text
    assert "Poser les questions\ntoutes les parties" in text
    assert "Société Partie" not in text


def test_who_was_only_asked_stands_in_no_paper(session: Session) -> None:
    team = _team(session)
    asked = make_person(session, password=None, member=make_member(session, name="Fondation Discrète"))
    make_seat(session, team.room, asked, SeatState.ASKED)

    for key in KEYS:
        assert "Discrète" not in _write(session, team, key)


@pytest.mark.parametrize("language", ["fr", "de"])
@pytest.mark.parametrize("key", KEYS)
def test_hostile_names_are_text_and_the_file_opens(session: Session, key: str, language: str) -> None:
    names = ("Sàrl \x00\x0b{lead}\u202e <w:p/> & {0}", "Long " * 80, "Fleurs 🌻👩‍🌾 {} %s")
    team = _team(session)
    # As no database would keep them: what is written has to bear what an import once let through.
    for person, name in zip((team.lead, team.partner, team.subcontractor), names, strict=True):
        set_committed_value(person.member, "name", name)
    set_committed_value(team.room, "why_together", "Parce que {why}\x07 <b>\ud800")

    text = _write(session, team, key, language)

    assert "{lead}" in text
    assert "\x00" not in text
    if key != "tasks":
        assert "Long Long" in text


def test_only_who_is_inside_has_a_paper_made_and_it_is_kept_who_did(session: Session) -> None:
    team = _team(session)
    for outsider in (make_person(session), make_person(session, role=Role.STAFF)):
        with pytest.raises(NotAllowed):
            _write(session, team, "intent", person=outsider)

    _write(session, team, "intent", "de", person=team.subcontractor)

    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == papers.PAPER_WRITTEN))
    assert entry.person_id == team.subcontractor.id
    assert entry.facts == {"paper": "intent", "language": "de", "version": texts().version}
