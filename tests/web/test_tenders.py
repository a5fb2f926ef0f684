"""A tender's page, and what a member answers from it."""

from datetime import date, datetime, timedelta

import pytest

from procurement.models import Criterion, Person, Tender
from procurement.vocabulary import (
    CriteriaSource,
    CriterionKind,
    NoticeType,
    Role,
    Stated,
)
from tests.factories import make_lot, make_match, make_member, make_notice, make_person, make_tender
from tests.web.conftest import Page, Writing


@pytest.fixture
def person(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF)


def tender_of(writing: Writing, person: Person, now: datetime, **facts: object) -> Tender:
    """A tender released to the person's member."""
    with writing() as session:
        tender = make_tender(session, **facts)
        make_match(session, member=session.merge(person).member, tender=tender, released_at=now)
        return tender


def test_the_page_shows_the_facts_and_the_reasons(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    tender = tender_of(
        writing,
        person,
        now,
        consortium_allowed=Stated.YES,
        consortium_note={"fr": "Trois membres au plus."},
        subcontracting_allowed=Stated.NO,
        lots_per_tenderer=2,
        remedies={"fr": "Recours dans les dix jours."},
        offer_languages=["fr", "de"],
        documents_url="https://dossier.example.ch/1",
        conditions={"payment": {"fr": "À trente jours."}},
        enquiries=[{"date": "2026-12-04", "note": {"fr": "Par écrit."}}],
        opening=now + timedelta(days=21),
        value_amount=90_000,
    )

    soup = page.sign_in(person).get(f"/marches/{tender.id}")

    text = soup.get_text()
    for words in (
        "Nettoyage écologique des écoles",
        "questions jusqu’au ven. 4 déc. 2026",
        "hors traité international",
        "Services de nettoyage de bâtiments",
        "60\u00a0%",
        "Trois références",
        "français, allemand",
        "Trois membres au plus.",
        "2 lots au plus par soumissionnaire.",
        "À trente jours.",
        "Par écrit.",
        "Recours dans les dix jours.",
        "Seul l’avis officiel fait foi.",
        "Solène Vuagnat",
        "pas un conseil juridique",
        "Score 72 sur 100",
        "Le titre emploie vos mots",
        "CHF\u00a090\u202f000",
    ):
        assert words in text
    rules = {
        row.select("dt")[0].get_text(): row.select(".rule-word")[0].get_text(" ", strip=True)
        for row in soup.select(".rule")
    }
    assert rules["Communautés de soumissionnaires"] == "✓ admis selon l’avis"
    assert rules["Sous-traitance"] == "– non admis selon l’avis"
    assert rules["Être dans plusieurs communautés"] == "? non précisé"
    assert "interdit" not in text
    (documents,) = soup.select("a[href='https://dossier.example.ch/1']")
    assert documents.get_text() == "Documents sur dossier.example.ch"
    assert documents["rel"] == ["noopener", "noreferrer", "nofollow"]


def test_a_code_never_stands_without_words(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    tender = tender_of(writing, person, now, cpv_codes=["99999999"])
    with writing() as session:
        session.get_one(Tender, tender.id).lots[0].cpv_codes = ["99999998", "90911200"]

    codes = page.sign_in(person).get(f"/marches/{tender.id}").select(".codes li")

    assert [code.get_text(" ", strip=True) for code in codes] == [
        "libellé inconnu CPV 99999998",
        "Services de nettoyage de bâtiments CPV 90911200",
    ]


@pytest.mark.parametrize(
    ("source", "in_documents", "award", "selection"),
    [
        (
            CriteriaSource.IN_DOCUMENTS,
            Stated.YES,
            "Critères dans le dossier, non lus.",
            "Critères dans le dossier",
        ),
        (
            CriteriaSource.PRICE_ONLY,
            Stated.NO,
            "Le prix seul décide, selon l’avis.",
            "Non précisés dans l’avis",
        ),
        (
            CriteriaSource.NOT_SPECIFIED,
            Stated.NOT_SPECIFIED,
            "Non précisés dans l’avis",
            "Non précisés dans l’avis",
        ),
    ],
)
def test_criteria_that_were_not_read_are_never_said_to_be_none(
    page: Page,
    person: Person,
    writing: Writing,
    source: CriteriaSource,
    in_documents: Stated,
    award: str,
    selection: str,
) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        make_lot(
            tender,
            criteria=[],
            award_criteria_source=source,
            selection_criteria_in_documents=in_documents,
        )

    text = page.sign_in(person).get(f"/marches/{tender.id}").select_one("#lot-1").get_text()  # type: ignore[union-attr]

    assert award in text
    assert selection in text.partition("Critères d’aptitude")[2]
    assert "aucun" not in text.lower()


def test_criteria_are_shown_with_what_the_notice_says_of_them(
    page: Page, person: Person, writing: Writing
) -> None:
    said = {"fr": "Des détails."}
    with writing() as session:
        tender = make_tender(session, lots=[])
        make_lot(
            tender,
            selection_criteria_in_documents=Stated.YES,
            criteria_note={"fr": "Note sur les critères."},
            criteria=[
                Criterion(
                    kind=CriterionKind.AWARD,
                    position=0,
                    title={"fr": "Coûts"},
                    is_price=True,
                    description=said,
                ),
                Criterion(kind=CriterionKind.AWARD, position=1, title={"fr": "Qualité"}, weight=12.5),
                Criterion(
                    kind=CriterionKind.SELECTION,
                    position=2,
                    title={"fr": "Expérience"},
                    weight=50,
                    description=said,
                    verification={"fr": "Attestations"},
                ),
                Criterion(
                    kind=CriterionKind.PARTICIPATION,
                    position=3,
                    description={"fr": "Charges sociales payées"},
                    verification={"fr": "Extrait"},
                ),
            ],
        )

    soup = page.sign_in(person).get(f"/marches/{tender.id}")

    text = soup.get_text()
    for words in (
        "(prix)",
        "poids non précisé",
        "12,5\u00a0%",
        "Attestations",
        "D’autres critères sont dans le dossier, non lus.",
        "Charges sociales payées",
        "Note sur les critères.",
    ):
        assert words in text
    assert [bar["width"] for bar in soup.select(".bar-value")] == ["12.5%"]


def test_lots_stand_apart_and_those_for_the_member_are_open(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        lots = [make_lot(tender, title={"fr": name}) for name in ("Un", "Deux", "Trois")]
        lots.append(make_lot(tender, title={"fr": "Quatre"}, is_withdrawn=True))
        lots[0].starts_on = lots[0].ends_on = None
        lots[0].duration_days, lots[0].place_city, lots[0].place_canton = 90, {}, "VD"
        lots[1].ends_on, lots[1].can_be_extended = None, Stated.YES
        lots[2].starts_on = lots[2].ends_on = lots[2].place_canton = None
        lots[2].place_city, lots[2].place_note = {}, {"fr": "Sur trois sites"}
        session.flush()
        make_match(session, member=session.merge(person).member, lot=lots[1], released_at=now)

    soup = page.sign_in(person).get(f"/marches/{tender.id}")

    assert [lot.has_attr("open") for lot in soup.select("details.lot")] == [False, True, False]
    assert [badge.get_text() for badge in soup.select(".badge-own")] == ["pour vous"]
    text = soup.get_text()
    for words in (
        "3 lots",
        "90 jours",
        "Vaud",
        "dès le lun. 1 févr. 2027, prolongation possible",
        "Sur trois sites",
        "non précisée",
        "(retiré par une rectification)",
    ):
        assert words in text


def test_publications_are_a_time_line_newest_first(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_notice(session, tender, published_on=date(2026, 11, 23), is_correction=True)
        make_notice(session, tender, published_on=date(2026, 10, 1), notice_type=NoticeType.ADVANCE_NOTICE)

    lines = page.sign_in(person).get(f"/marches/{tender.id}").select(".timeline .timeline-what")

    assert [line.get_text().split(" ")[0] for line in lines] == ["Appel", "Appel", "Avis"]
    assert "rectification" in lines[0].get_text()


def test_a_long_text_is_folded(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, description={"fr": "\n\n".join(["Un paragraphe entier. " * 20] * 4)})

    folded = page.sign_in(person).get(f"/marches/{tender.id}").select(".tender-main details.fold summary")

    assert "Tout lire" in [summary.get_text() for summary in folded]


def test_a_selective_procedure_says_what_its_deadline_is_for(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(
            session,
            deadline_is_for_requests=True,
            is_under_treaty=None,
            buyer=None,
            has_documents=True,
            language="de",
        )

    text = page.sign_in(person).get(f"/marches/{tender.id}").get_text()

    assert "ce délai est celui des demandes de participation" in text
    assert "traité\u00a0: non précisé" in text
    assert "à demander sur la page de l’avis officiel" in text


def test_a_member_sees_a_tender_that_was_not_proposed_to_it(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session, has_documents=False)
        make_match(session, tender=tender, released_at=None)

    text = page.sign_in(person).get(f"/marches/{tender.id}").get_text()

    assert "Ce marché ne vous a pas été proposé" in text
    assert "pas de documents annoncés" in text
    assert "Score" not in text


def test_another_member_sees_neither_match_nor_answer(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    tender = tender_of(writing, person, now)
    page.sign_in(person)
    page.post(f"/marches/{tender.id}/reponse", choice="not_for_us", refusal="too_far", detail="secret")
    with writing() as session:
        rival = make_person(session, member=make_member(session))

    text = page.other().sign_in(rival).get(f"/marches/{tender.id}").get_text()

    assert person.member is not None
    for words in ("secret", person.member.name, "Le titre emploie vos mots", "Votre réponse\u00a0:"):
        assert words not in text


def test_staff_see_whom_a_tender_concerns_and_what_they_answered(
    page: Page, person: Person, staff: Person, writing: Writing, now: datetime
) -> None:
    tender = tender_of(writing, person, now)
    page.sign_in(person).post(f"/marches/{tender.id}/reponse", choice="not_for_us", refusal="too_far")
    with writing() as session:
        lot = make_lot(session.get_one(Tender, tender.id))
        session.flush()
        make_match(session, lot=lot)

    soup = page.other().sign_in(staff).get(f"/marches/{tender.id}")

    concerned = [" ".join(each.get_text().split()) for each in soup.select(".concerned li")]
    assert len(concerned) == 2
    assert any("Pas pour nous, trop loin" in each for each in concerned)
    assert soup.select("form[action$='/reponse']") == []


def test_staff_see_that_a_tender_concerns_nobody(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        tender.lots[0].matched_at = page.clock.now

    assert "Aucun membre n’a été rapproché" in page.sign_in(staff).get(f"/marches/{tender.id}").get_text()
