"""Points of law for staff: on a tender's page, on their own page, as a table; and the tables of law."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event

from procurement.models import Buyer, Criterion, Person, Tender
from procurement.vocabulary import CriterionKind, NoticeType, Role, Stated
from tests.factories import finding, make_member, make_notice, make_person, make_tender
from tests.web.conftest import Page, Writing

_POINTS = "/equipe/points-juridiques"
_EARLIER = "Trois références de marchés publics comparables."


@pytest.fixture
def staff(page: Page, writing: Writing) -> Person:
    """Somebody of the staff, signed in."""
    with writing() as session:
        person = make_person(session, role=Role.STAFF)
    page.sign_in(person)
    return person


@pytest.fixture
def touched(writing: Writing) -> Tender:
    """A treaty call in Geneva that weighs apprentices and demands earlier public contracts."""
    with writing() as session:
        tender = make_tender(session, is_under_treaty=True, consortium_allowed=Stated.NO)
        tender.lots[0].findings = [finding()]
        tender.lots[0].criteria.append(
            Criterion(kind=CriterionKind.SELECTION, position=3, title={"fr": _EARLIER})
        )
        return tender


def law_of(soup: BeautifulSoup) -> str:
    """The words of the panel of law."""
    (panel,) = soup.select(".law")
    return panel.get_text(" ", strip=True)


def test_the_panel_shows_each_point_with_its_words_article_source_date_and_mark(
    page: Page, staff: Person, touched: Tender
) -> None:
    said = law_of(page.get(f"/marches/{touched.id}"))

    for words in (
        "Critère complémentaire sous traité",
        "Part des apprenties et apprentis dans l’effectif.",
        "(5\u00a0%)",
        "AIMP 2019 art. 29 al. 2 de mémoire, à vérifier",
        "LMP art. 29 al. 2 lu dans la source",
        "noté le mar. 24 nov. 2026",
        "vérifié le mar. 24 nov. 2026",
        "RS 172.056.1",
        "Marchés publics antérieurs exigés",
        _EARLIER,
        "Critère d’aptitude",
        "à examiner",
        "Non précisé, donc non vérifié",
        "souvent la valeur par défaut",
    ):
        assert words in said


def test_the_federal_law_comes_first_for_a_federal_buyer(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        buyer = Buyer(
            source="simap", source_key="b", name={"fr": "Office"}, country="CH", level="confederation"
        )
        tender = make_tender(session, buyer=buyer, is_under_treaty=True)
        tender.lots[0].findings = [finding()]

    said = law_of(page.get(f"/marches/{tender.id}"))

    assert said.index("LMP art. 29 al. 2") < said.index("AIMP 2019 art. 29 al. 2")
    assert "20 jours, LMP" in said


def test_in_geneva_the_shorter_delay_stands_first_and_nobody_has_confirmed_the_other(
    page: Page, staff: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session, published_on=date(2026, 11, 20))

    soup = page.get(f"/marches/{tender.id}")

    days = [each.get_text(" ", strip=True) for each in soup.select(".appeal li")]
    assert days[0].startswith("encore 6 jours · lun. 30 nov. 2026 10 jours, AIMP 1994/2001")
    assert days[1].startswith("encore 16 jours · jeu. 10 déc. 2026 20 jours, AIMP 2019")
    assert "Genève\u00a0: la loi qui s’applique n’est confirmée par personne." in law_of(soup)
    assert "indicatif" in law_of(soup)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (9, "encore un jour"),
        (10, "dernier jour aujourd’hui"),
        (11, "échu depuis un jour"),
        (13, "échu depuis 3 jours"),
    ],
)
def test_the_timer_says_how_long_is_left(
    page: Page, staff: Person, writing: Writing, now: datetime, days: int, words: str
) -> None:
    with writing() as session:
        tender = make_tender(session, published_on=now.date() - timedelta(days=days))

    assert words in page.get(f"/marches/{tender.id}").select(".appeal li")[0].get_text(" ", strip=True)


def test_an_award_and_a_correction_have_their_own_delay(page: Page, staff: Person, writing: Writing) -> None:
    with writing() as session:
        tender = make_tender(session)
        make_notice(session, tender, is_correction=True)
        make_notice(session, tender, notice_type=NoticeType.AWARD, published_on=date(2026, 11, 23))

    heads = [each.get_text() for each in page.get(f"/marches/{tender.id}").select(".appeal > p")]

    assert [head.partition(",")[0] for head in heads] == [
        "Adjudication",
        "Appel d’offres (rectification)",
        "Appel d’offres",
    ]


def test_a_notice_without_points_says_so_and_a_foreign_one_has_no_panel(
    page: Page, staff: Person, writing: Writing
) -> None:
    with writing() as session:
        tender = make_tender(session, submission_deadline=None, consortium_allowed=Stated.YES, lots=[])
        abroad = make_tender(
            session, buyer=Buyer(source="boamp", source_key="b", name={"fr": "Annecy"}, country="FR")
        )

    assert "Rien n’a été relevé" in law_of(page.get(f"/marches/{tender.id}"))
    assert page.get(f"/marches/{abroad.id}").select(".law") == []


def test_members_see_none_of_it(page: Page, touched: Tender, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session, member=make_member(session))
    page.sign_in(person)

    assert page.get(f"/marches/{touched.id}").select(".law") == []
    for path in (_POINTS, f"{_POINTS}.csv", "/equipe/tables-du-droit", "/equipe/criteres-a-confirmer"):
        assert page.client.get(path).status_code == 404


def test_the_page_lists_open_tenders_with_points_and_counts_them(
    page: Page, staff: Person, touched: Tender, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        make_tender(session, title={"fr": "Sans point"}, submission_deadline=now + timedelta(days=40))
        closed = make_tender(session, title={"fr": "Clos"}, submission_deadline=now - timedelta(days=1))
        closed.is_under_treaty = True
        closed.lots[0].findings = [finding()]

    soup = page.get(_POINTS)

    assert [link.get_text() for link in soup.select(".law .line-title a")] == [touched.title["fr"]]
    counts = {link.get_text(" ", strip=True) for link in soup.select(".orders a")}
    assert counts == {
        "À examiner 1",
        "Aussi à noter 1",
        "Critère complémentaire sous traité 1",
        "Marchés publics antérieurs exigés 1",
        "Délai court 1",
    }
    lead = soup.select_one(".lead")
    assert lead is not None
    assert lead.get_text() == "un marché ouvert, un appel encore attaquable"


def test_the_page_is_filtered_by_point_and_canton(
    page: Page, staff: Person, touched: Tender, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        buyer = Buyer(source="simap", source_key="vd", name={"fr": "Nyon"}, canton="VD", country="CH")
        make_tender(
            session, title={"fr": "À Nyon"}, buyer=buyer, submission_deadline=now + timedelta(days=10)
        )

    def titles(query: str) -> list[str]:
        return [link.get_text() for link in page.get(_POINTS + query).select(".law .line-title a")]

    assert len(titles("")) == 2
    assert titles("?canton=VD") == ["À Nyon"]
    assert titles("?point=complementary") == [touched.title["fr"]]
    assert titles("?point=complementary&canton=VD") == []
    assert len(titles("?point=nonsense")) == 2
    soup = page.get(_POINTS + "?point=complementary")
    assert len(soup.select(".point")) == 1
    assert "Rien à examiner" in page.get(_POINTS + "?canton=ZH").get_text()


def test_what_is_only_to_be_noted_is_shown_when_asked_for(
    page: Page, staff: Person, writing: Writing
) -> None:
    with writing() as session:
        make_tender(session, consortium_note={"fr": "Admises, quatre membres au plus."})

    assert "Rien à examiner" in page.get(_POINTS).get_text()
    for query in ("?point=tout", "?point=consortia"):
        assert "quatre membres au plus" in page.get(_POINTS + query).select(".point")[0].get_text()


def test_a_call_that_can_still_be_contested_comes_before_one_that_cannot(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        for title, published, days in (
            ("Passé", now.date() - timedelta(days=30), 2),
            ("Bientôt", now.date() - timedelta(days=8), 4),
            ("Plus tard", now.date() - timedelta(days=1), 3),
        ):
            make_tender(
                session,
                title={"fr": title},
                published_on=published,
                submission_deadline=now + timedelta(days=days),
                is_under_treaty=True,
            )

    links = page.get(_POINTS + "?point=tout").select(".law .line-title a")

    assert [link.get_text() for link in links] == ["Bientôt", "Plus tard", "Passé"]


def test_a_long_list_says_how_much_follows(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        for _ in range(52):
            make_tender(session, submission_deadline=now + timedelta(days=3))

    soup = page.get(_POINTS)

    assert len(soup.select("article.law")) == 50
    assert "2 autres marchés suivent" in soup.get_text()


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """The questions put to the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_many_tenders_ask_the_database_no_more_than_one(
    page: Page, staff: Person, writing: Writing, now: datetime, asked: list[str]
) -> None:
    def questions() -> int:
        asked.clear()
        page.get(_POINTS)
        return len(asked)

    with writing() as session:
        make_tender(session, submission_deadline=now + timedelta(days=3))
    one = questions()
    with writing() as session:
        for _ in range(12):
            make_tender(session, submission_deadline=now + timedelta(days=3))

    assert questions() == one


def test_the_table_has_a_line_per_point_and_no_formula(
    page: Page, staff: Person, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        tender = make_tender(
            session,
            title={"fr": "=1+1"},
            submission_deadline=now + timedelta(days=40),
            is_under_treaty=True,
        )
        tender.lots[0].findings = [finding()]
        make_tender(session, submission_deadline=now + timedelta(days=3), is_under_treaty=True)

    def lines(query: str) -> list[list[str]]:
        response = page.client.get(f"{_POINTS}.csv{query}")
        assert response.mimetype == "text/csv"
        text = response.get_data(as_text=True).removeprefix("\ufeff")
        return list(csv.reader(io.StringIO(text, newline="")))[1:]

    (line,) = lines("?point=complementary")
    assert line[1] == "'=1+1"
    assert line[5:12] == [
        "critère complémentaire sous traité",
        "à examiner",
        line[7],
        "AIMP 2019 art. 29 al. 2",
        "de mémoire, à vérifier",
        "2026-11-24",
        "Part des apprenties et apprentis dans l’effectif.",
    ]
    assert line[13].endswith(f"/marches/{tender.id}")
    assert len(lines("")) == 2
    assert lines("?canton=VD") == []


def test_the_tables_show_every_row_with_its_source_and_mark(page: Page, staff: Person) -> None:
    soup = page.get("/equipe/tables-du-droit")

    rows = {row.th.get_text(): row.get_text(" ", strip=True) for row in soup.select("tbody tr") if row.th}
    assert "10 Chambre administrative" in " ".join(
        row.get_text(" ", strip=True) for row in soup.select("tbody tr")
    )
    assert "RS 172.056.1" in rows["Confédération"]
    assert "de mémoire, à vérifier" in rows["tout autre canton"]
    assert (
        "Apprentissage et formation professionnelle" in soup.select("#complementary_criteria")[0].get_text()
    )
    assert soup.select(".law-old") == []


def test_a_row_that_nobody_looked_at_for_a_year_is_flagged(page: Page, staff: Person) -> None:
    page.clock.move(days=400)
    page.sign_in(staff)

    soup = page.get("/equipe/tables-du-droit")

    assert len(soup.select(".law-old")) > 10
    assert "il y a plus d’un an" in soup.get_text()
