"""The ESS box of a tender, its badges in lists, and the filter: what is unread is never called none."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from procurement.lens import FindingKind, Polarity
from procurement.models import Consideration, Lot, Person, Tender
from procurement.vocabulary import CriteriaSource, Role, Stated
from tests.factories import (
    NOW,
    make_credential,
    make_finding,
    make_lot,
    make_match,
    make_person,
    make_tender,
)
from tests.web.conftest import Page, Writing
from web.ess_box import marked

SENTENCE = "Le soumissionnaire offre des places à des personnes en insertion professionnelle."


@pytest.fixture
def person(page: Page, writing: Writing) -> Person:
    """Somebody of a member, signed in."""
    with writing() as session:
        found = make_person(session)
    page.sign_in(found)
    return found


def box(soup: BeautifulSoup) -> Any:
    """The box of ESS criteria."""
    (found,) = soup.select("#criteres-ess")
    return found


def texts(soup: Any, selector: str) -> list[str]:
    """What the elements say, on one line each."""
    return [" ".join(each.get_text(" ").split()) for each in soup.select(selector)]


def test_a_criterion_is_shown_with_weight_sentence_and_the_words_that_prove_it(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_finding(session, tender.lots[0])

    soup = box(page.get(f"/marches/{tender.id}"))

    assert texts(soup, ".found-name") == ["Insertion socioprofessionnelle 10 %"]
    assert texts(soup, "mark") == ["insertion professionnelle"]
    (quote,) = soup.select("blockquote")
    assert (quote["lang"], quote.get_text()) == ("fr", SENTENCE)
    assert texts(soup, ".found-what") == ["Critère d’adjudication 2 · 10 %"]
    assert soup.select(".found-guide a")[0]["href"] == "/criteres/insertion_socioprofessionnelle"


def test_what_a_source_published_is_never_markup(page: Page, person: Person, writing: Writing) -> None:
    sentence = "Offre <b>insertion</b> & <script>alert(1)</script>"
    with writing() as session:
        tender = make_tender(session)
        make_finding(session, tender.lots[0], sentence=sentence, evidence="<b>insertion</b>")

    soup = box(page.get(f"/marches/{tender.id}"))

    assert soup.select("blockquote")[0].get_text() == sentence
    assert texts(soup, "mark") == ["<b>insertion</b>"]
    assert not soup.select("b, script")


@pytest.mark.parametrize(
    ("facts", "read", "words"),
    [
        ({}, True, "Aucun critère relevé dans l’avis"),
        ({}, False, "Pas encore lu"),
        ({"award_criteria_source": CriteriaSource.IN_DOCUMENTS}, True, "Critères dans le dossier, non lus"),
        ({"award_criteria_source": CriteriaSource.IN_DOCUMENTS}, False, "Critères dans le dossier, non lus"),
        ({"selection_criteria_in_documents": Stated.YES}, True, "Critères dans le dossier, non lus"),
    ],
)
def test_none_is_said_only_of_what_was_read(
    page: Page, person: Person, writing: Writing, facts: dict[str, Any], read: bool, words: str
) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        make_lot(tender, source_key="", read_at=NOW if read else None, **facts)

    said = box(page.get(f"/marches/{tender.id}")).get_text()

    assert words in said
    assert ("Aucun critère" in said) is (words == "Aucun critère relevé dans l’avis")


def test_each_lot_has_its_own_answer_where_lots_differ(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session, lots=[])
        one, two, three = (make_lot(tender) for _ in range(3))
        make_lot(tender, award_criteria_source=CriteriaSource.IN_DOCUMENTS)
        session.flush()
        for lot in (one, two):
            make_finding(session, lot)
        three.read_at = NOW

    soup = box(page.get(f"/marches/{tender.id}"))

    assert len(soup.select("blockquote")) == 1
    assert texts(soup, ".found-what")[0].endswith("· lots 1, 2")
    said = " ".join(soup.get_text(" ").split())
    assert "D’autres critères sont dans le dossier, non lus. · lot 4" in said
    assert "peut en contenir. · lot 3" in said
    assert "Pas encore lu. · lot 4" in said


def test_what_every_bidder_signs_is_folded_away_and_what_may_bar_is_not(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        lot = tender.lots[0]
        make_finding(
            session, lot, family="egalite_salariale", kind=FindingKind.PARTICIPATION_CONDITION, counts=False
        )
        make_finding(
            session,
            lot,
            family="variantes_admises",
            kind=FindingKind.ACCESS,
            polarity=Polarity.EXCLUDED,
            counts=False,
        )
        make_finding(
            session, lot, family="ecolabels_management", kind=FindingKind.QUALIFICATION, counts=False
        )

    soup = page.get(f"/marches/{tender.id}")

    folded = soup.select("#criteres-ess details")[0]
    assert texts(folded, ".found-name") == ["Égalité salariale et égalité femmes-hommes", "Variantes admises"]
    shown = soup.select("#criteres-ess > .found-list")[0]
    assert texts(shown, ".found-name") == ["Écolabels et management environnemental 10 %"]
    assert not soup.select(".ess-badge")


def test_what_staff_refused_counts_for_nothing(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_finding(session, tender.lots[0], is_right=False)
        make_finding(session, tender.lots[0], kind=FindingKind.RESERVED, is_right=False)

    soup = page.get(f"/marches/{tender.id}")

    assert not soup.select("#criteres-ess > .found-list")
    assert not soup.select(".ess-badge")


def test_a_member_reads_which_side_a_criterion_is_on(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        member = session.merge(person).member
        assert member is not None
        make_credential(session, member, name="Apprenties", figure=3)
        make_credential(
            session,
            member,
            family="ecolabels_management",
            name="ISO 14001",
            figure=None,
            valid_until=NOW.date() + timedelta(days=10),
        )
        tender = make_tender(session)
        lot = tender.lots[0]
        make_finding(session, lot, family="apprentissage_formation")
        make_finding(
            session, lot, family="ecolabels_management", kind=FindingKind.QUALIFICATION, counts=False
        )
        make_finding(session, lot, family="biodiversite", weight=5)

    said = texts(box(page.get(f"/marches/{tender.id}")), ".stance")

    assert said == [
        "✓ Pour vous : atout Vous pouvez le montrer : Apprenties (3).",
        "⚠ Pour vous : obstacle Échoit le ven. 4 déc. 2026, avant le délai : ISO 14001.",
        "○ Pour vous : à préciser Rien n’est indiqué dans vos preuves.",
    ]


def test_title_and_text_of_one_criterion_stand_together_with_one_side(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        lot = tender.lots[0]
        make_finding(session, lot, sentence="Insertion professionnelle", evidence="Insertion professionnelle")
        make_finding(session, lot, field="award.1.description")
        make_finding(session, lot, field="tender.description", kind=FindingKind.SUBJECT, weight=None)

    soup = box(page.get(f"/marches/{tender.id}"))

    assert texts(soup, ".found-what") == [
        "Critère d’adjudication 2 · 10 %",
        "Objet du marché, dans la description",
    ]
    assert len(soup.select(".found-places > li")[0].select("blockquote")) == 2
    assert texts(soup, ".stance") == ["○ Pour vous : à préciser Rien n’est indiqué dans vos preuves."]
    assert texts(soup, ".found-guide a")[1].startswith("Indiquer une preuve")


def test_four_criteria_are_shown_and_the_others_folded(page: Page, person: Person, writing: Writing) -> None:
    families = (
        "biodiversite",
        "energie_climat",
        "mobilite_douce",
        "alimentation_durable",
        "travailleurs_ages",
    )
    with writing() as session:
        tender = make_tender(session)
        for weight, family in enumerate(families):
            make_finding(session, tender.lots[0], family=family, weight=10 - weight)

    soup = box(page.get(f"/marches/{tender.id}"))

    assert len(soup.select(":scope > .found-list > .found")) == 4
    assert texts(soup, "details summary") == ["Un autre critère Emploi de travailleuses et travailleurs âgés"]


def test_staff_read_the_criteria_without_a_side(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        tender = make_tender(session)
        make_finding(session, tender.lots[0])

    soup = box(page.sign_in(staff).get(f"/marches/{tender.id}"))

    assert soup.select(".found")
    assert not soup.select(".stance")


def test_a_field_that_became_a_criterion_is_told_once(page: Page, person: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        lot = tender.lots[0]
        lot.considerations = [
            Consideration(business_term="BT-775", code="opp", text={}),
            Consideration(business_term="BT-776", code="rd-act", text={}),
        ]
        make_finding(
            session,
            lot,
            field="consideration.0",
            rule="BT-775 opp",
            evidence="opp",
            sentence="opp",
            weight=None,
            kind=FindingKind.EXECUTION_CONDITION,
        )

    soup = box(page.get(f"/marches/{tender.id}"))

    assert soup.get_text().count("Emploi de personnes défavorisées, insertion, handicap") == 1
    assert texts(soup, ".statements > li") == ["Recherche et développement champ BT-776 de l’avis"]
    assert not soup.select("blockquote")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("award.1.title", "Critère d’adjudication 2"),
        ("selection.2.description", "Critère d’adjudication (Critère d’aptitude 1)"),
        ("award.9.title", "Critère d’adjudication, dans l’avis"),
        ("conditions.performance", "Critère d’adjudication, sous «\u00a0Conditions d’exécution\u00a0»"),
        ("conditions.unknown", "Critère d’adjudication, sous «\u00a0Autres conditions\u00a0»"),
        ("tender.description", "Critère d’adjudication, dans la description"),
        ("consideration.7", "Critère d’adjudication, dans un champ de l’avis"),
        ("of_a_later_reader", "Critère d’adjudication, dans l’avis"),
    ],
)
def test_the_field_of_a_criterion_is_said_in_words(
    page: Page, person: Person, writing: Writing, field: str, words: str
) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_finding(session, tender.lots[0], field=field)

    (said,) = box(page.get(f"/marches/{tender.id}")).select(".found-what")

    assert said.get_text() == f"{words} · 10\u00a0%"


def test_rules_that_stand_elsewhere_on_the_page_are_not_said_again(
    page: Page, person: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_finding(
            session,
            tender.lots[0],
            family="variantes_admises",
            kind=FindingKind.ACCESS,
            field="variants",
            evidence="no",
            sentence="no",
            counts=False,
        )

    soup = box(page.get(f"/marches/{tender.id}"))

    assert not soup.select(".found")
    assert "Aucun critère relevé dans l’avis" in soup.get_text()


def released(writing: Writing, person: Person, now: datetime, title: str, **facts: Any) -> Lot:
    """The lot of a tender that was released to the person's member."""
    with writing() as session:
        tender = make_tender(session, title={"fr": title}, lots=[])
        lot = make_lot(tender, source_key="", **facts)
        session.flush()
        member = session.merge(person).member
        make_match(session, member=member, lot=lot, released_at=now)
        return lot


@pytest.fixture
def shelf(person: Person, writing: Writing, now: datetime) -> None:
    """Tenders of the person's member: two with criteria, one unread, one without."""
    one = released(writing, person, now, "Insertion")
    two = released(writing, person, now, "Apprentis")
    released(writing, person, now, "Au dossier", award_criteria_source=CriteriaSource.IN_DOCUMENTS)
    released(writing, person, now, "Rien")
    with writing() as session:
        make_finding(session, session.get_one(Lot, one.id))
        make_finding(session, session.get_one(Lot, two.id), family="apprentissage_formation", weight=5)


def titles(soup: BeautifulSoup) -> set[str]:
    """The tenders in a list."""
    return set(texts(soup, ".line-title"))


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Insertion", "Apprentis", "Au dossier", "Rien"}),
        ("tous", {"Insertion", "Apprentis"}),
        ("apprentissage_formation", {"Apprentis"}),
        ("non-lus", {"Au dossier"}),
        ("inconnu", {"Insertion", "Apprentis", "Au dossier", "Rien"}),
    ],
)
def test_my_tenders_are_filtered_by_criterion(page: Page, asked: str, found: set[str]) -> None:
    soup = page.get(f"/marches?ess={asked}")

    assert titles(soup) == found


@pytest.mark.usefixtures("shelf")
def test_badges_stand_beside_each_tender_with_words_for_those_who_hear_them(page: Page) -> None:
    soup = page.get("/marches")

    badges = {
        texts(line, ".line-title")[0]: [each.get_text("|", strip=True) for each in line.select(".ess-badge")]
        for line in soup.select(".line")
    }
    assert badges == {
        "Insertion": [
            "Insertion\u00a010\u00a0%|Insertion socioprofessionnelle, critère d’adjudication, 10\u00a0%"
        ],
        "Apprentis": [
            "Apprentissage\u00a05\u00a0%"
            "|Apprentissage et formation professionnelle, critère d’adjudication, 5\u00a0%"
        ],
        "Au dossier": ["critères dans le dossier, non lus"],
        "Rien": [],
    }


def test_three_badges_are_shown_and_the_others_counted(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    lot = released(writing, person, now, "Beaucoup")
    with writing() as session:
        for weight, family in enumerate(
            ("biodiversite", "energie_climat", "mobilite_douce", "alimentation_durable", "travailleurs_ages")
        ):
            make_finding(session, session.get_one(Lot, lot.id), family=family, weight=weight)

    soup = page.get("/marches")

    assert texts(soup, ".ess-badge > [aria-hidden]") == [
        "Travailleurs âgés 4 %",
        "Alimentation durable 3 %",
        "Mobilité douce 2 %",
        "+2",
    ]


def test_the_queue_is_filtered_and_stays_so_after_a_decision(page: Page, writing: Writing) -> None:
    with writing() as session:
        staff = make_person(session, role=Role.STAFF)
        tenders = [make_tender(session, title={"fr": title}) for title in ("Avec", "Sans")]
        kept, _ = (make_match(session, tender=tender) for tender in tenders)
        make_finding(session, tenders[0].lots[0])
    page.sign_in(staff)
    here = "/equipe/file?ess=insertion_socioprofessionnelle"

    soup = page.get(here)
    response = page.send(here, f"/equipe/matches/{kept.id}/garder?ess=insertion_socioprofessionnelle")

    assert titles(soup) == {"Avec"}
    assert "ess=insertion_socioprofessionnelle" in response.location
    assert "Rien n’attend avec ce critère" not in page.get(response.location).get_text()


def test_a_long_sentence_is_cut_around_its_words() -> None:
    sentence = "avant " * 100 + "insertion" + " après" * 100

    said = marked(sentence, "insertion").striptags()

    assert "insertion" in said
    assert len(said) < 600
    assert said.startswith("…")
    assert said.endswith("…")


def test_a_whole_sentence_is_not_marked_as_a_whole() -> None:
    assert "<mark>" not in marked("Insertion.", "Insertion.")
    assert "<mark>" not in marked("Insertion.", "absent")


def test_a_tender_of_another_source_has_its_badges_too(
    page: Page, person: Person, writing: Writing, now: datetime
) -> None:
    lot = released(writing, person, now, "Fondu")
    with writing() as session:
        make_finding(session, session.get_one(Lot, lot.id))
        standing = make_tender(session, title={"fr": "Debout"})
        session.get_one(Tender, lot.tender_id).merged_into = standing

    soup = page.get("/marches")

    assert texts(soup, ".line-title") == ["Debout"]
    assert texts(soup, ".ess-badge > [aria-hidden]") == ["Insertion 10 %"]
