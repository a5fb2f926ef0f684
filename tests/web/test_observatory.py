"""The observatory: what staff read of who asks for ESS criteria, and what a chamber shows to anybody."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from procurement.models import AuditEntry, Chamber, Person
from procurement.vocabulary import Role
from tests.factories import make_person
from tests.procurement.observed import World, a_world, asking, in_documents, silent
from tests.web.conftest import Page, Writing


@pytest.fixture
def world(writing: Writing) -> World:
    """The small world of the observatory."""
    with writing() as session:
        return a_world(session)


@pytest.fixture
def staff(writing: Writing, world: World, page: Page) -> Person:
    """Somebody of the staff, signed in."""
    with writing() as session:
        person = make_person(session, role=Role.STAFF)
    page.sign_in(person)
    return person


def said(soup: object) -> str:
    """The text of a page with plain spaces."""
    return " ".join(soup.get_text(" ").replace("\u00a0", " ").split())  # type: ignore[attr-defined]


def test_staff_read_shares_of_what_was_read_and_what_is_in_documents_apart(page: Page, staff: Person) -> None:
    soup = page.get("/observatoire")

    text = said(soup)
    assert "50 % des appels lus demandent un critère ESS : 5 sur 10." in text
    assert "Un appel renvoie au dossier : il ne compte ni pour ni contre." in text
    legend = [item.get_text(" ", strip=True) for item in soup.select(".legend-counted li")]
    assert legend == [
        "Critère ESS trouvé 5",
        "Lu, sans critère ESS 5",
        "Critères dans le dossier, non lus 1",
        "Avis pas encore lu 1",
    ]
    assert soup.select(".figures dd")[2].get_text() == "4"
    assert "Le plus demandé : Insertion socioprofessionnelle, dans 3 appels." in text
    assert "Un marché gagné par un membre. Somme des prix publiés (1 sur 1) : CHF 90 000." in text
    assert len(soup.select("svg.stack rect")) > 4
    for chart in soup.select("figure.chart svg[role=img]"):
        assert chart.find("title"), chart


def test_every_chart_has_its_table(page: Page, staff: Person) -> None:
    soup = page.get("/observatoire?par=canton")

    tables = {table.caption.get_text(strip=True): table for table in soup.find_all("table") if table.caption}
    cantons = tables["Appels selon\u00a0: canton"]
    rows = [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in cantons("tr")]
    assert rows[1] == ["Genève", "8", "4", "2", "1", "1", "67\u00a0%", "30 – 90\u00a0%", "50\u00a0%"]
    assert rows[2] == ["Vaud", "4", "1", "3", "0", "0", "trop peu d’appels lus", "–", "25\u00a0%"]
    families = next(table for words, table in tables.items() if words.startswith("Familles"))
    assert [cell.get_text(strip=True) for cell in families("tr")[1](["th", "td"])][1:] == [
        "3",
        "3",
        "2",
        "15\u00a0%",
        "10\u00a0% – 20\u00a0%",
    ]


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("annee=2025", "1"),
        ("annee=2026&trimestre=2", "4"),
        ("niveau=commune", "6"),
        ("canton=VD", "4"),
        ("accords=oui", "2"),
        ("accords=non", "7"),
        ("procedure=selective", "3"),
        ("secteur=nettoyage_conciergerie_blanchisserie", "11"),
        # What the address asks that there is not, it does not ask.
        ("annee=vingt&trimestre=9&niveau=x&canton=XX&secteur=x&procedure=x&accords=x&par=x", "12"),
        ("trimestre=2", "12"),
    ],
)
def test_the_choice_stands_in_the_address(page: Page, staff: Person, query: str, calls: str) -> None:
    soup = page.get(f"/observatoire?{query}")

    assert soup.select(".figures dd")[0].get_text() == calls


def test_a_choice_without_calls_says_so(page: Page, staff: Person) -> None:
    text = said(page.get("/observatoire?annee=2024"))

    assert "Aucun appel d’offres lu ne correspond à ce choix." in text


def test_nothing_is_known_before_anything_was_read(page: Page, writing: Writing) -> None:
    with writing() as session:
        person = make_person(session, role=Role.STAFF)

    text = said(page.sign_in(person).get("/observatoire"))

    assert "Aucun appel d’offres dans ce choix." in text


@pytest.mark.parametrize("par", ["level", "canton", "sector", "year", "treaty", "method", "division"])
def test_calls_are_compared_by_each_dimension(page: Page, staff: Person, par: str) -> None:
    soup = page.get(f"/observatoire?par={par}")

    [chosen] = soup.select(".tabs a[aria-current]")
    assert f"par={par}" in str(chosen["href"])
    assert soup.select("#par .bars li")


def test_the_league_ranks_who_was_read_often_enough_and_quotes(
    page: Page, staff: Person, world: World
) -> None:
    soup = page.get("/observatoire/adjudicateurs")

    [first] = soup.select(".league li")
    assert "Ville de Valmont" in first.get_text()
    assert "Insertion : 20 %" in first.select("blockquote")[0].get_text()
    assert "5 appels lus sur 6 · entre 23 % et 88 %, à 95 %" in said(first)
    few = [row.th.get_text(strip=True) for row in soup.select("table tbody tr") if row.th]
    assert few == ["Canton de Valmont", "Office fédéral des essais"]


def test_a_buyer_has_a_page_with_every_sentence(page: Page, staff: Person, world: World) -> None:
    soup = page.get(f"/observatoire/adjudicateurs/{world.city.id}")

    assert "60 % des appels lus demandent un critère ESS : 3 sur 5." in said(soup)
    assert "Commune · Genève" in said(soup)
    assert len(soup.select("blockquote")) == 4
    assert soup.select("figcaption a[href^='/marches/']")
    assert soup.select(f"a[href='/adjudicateurs/{world.city.id}']")
    assert page.get(f"/adjudicateurs/{world.city.id}").select(
        f"a[href='/observatoire/adjudicateurs/{world.city.id}']"
    )
    page.get("/observatoire/adjudicateurs/999999", status=404)


def test_a_buyer_that_refers_to_documents_is_not_said_to_ask_for_nothing(
    page: Page, staff: Person, writing: Writing
) -> None:
    with writing() as session:
        buyer = in_documents(session).buyer
        assert buyer is not None

    text = said(page.get(f"/observatoire/adjudicateurs/{buyer.id}"))

    assert "Ceux qui renvoient au dossier peuvent en contenir." in text
    assert "dont aucun n’a encore pu être lu" in text


def test_the_trend_is_drawn_once_two_quarters_can_be_compared(
    page: Page, staff: Person, writing: Writing
) -> None:
    assert page.get("/observatoire").select(".plot") == []
    with writing() as session:
        for month, asks in ((1, 4), (9, 2)):
            for number in range(5):
                make = asking if number < asks else silent
                make(session, published_on=date(2024, month, 10))

    soup = page.get("/observatoire")

    [plot] = soup.select("svg.plot")
    assert "T1 2024" in said(plot.desc)
    # The quarter between has too few calls: the line has a gap there.
    assert plot.select(".trend") == []
    assert "De 80 % (T1 2024) à 40 % (T3 2024) des appels lus." in said(soup)


def test_the_figures_leave_as_files_of_the_same_choice(page: Page, staff: Person) -> None:
    table = page.client.get("/observatoire/chiffres.csv?canton=VD")
    quotes = page.client.get("/observatoire/citations.csv?annee=2025")
    book = page.client.get("/observatoire/observatoire.xlsx")
    package = page.client.get("/observatoire/ocds.json?annee=2025")

    rows = list(csv.reader(io.StringIO(table.get_data(as_text=True).removeprefix("\ufeff"), newline="")))
    assert rows[1][:7] == ["ensemble", "", "4", "1", "3", "0", "0"]
    assert quotes.get_data(as_text=True).count("\r\n") == 2
    assert openpyxl.load_workbook(io.BytesIO(book.data))["Chiffres"]["C2"].value == 12
    releases = json.loads(package.data)["releases"]
    assert [release["tag"] for release in releases] == [["tender"], ["award"]]
    for answer in (table, quotes, book, package):
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_choice_in_which_nobody_asks_is_an_empty_package(page: Page, staff: Person) -> None:
    assert json.loads(page.client.get("/observatoire/ocds.json?annee=2024").data) == {}


def test_the_report_of_a_year_is_a_pdf(page: Page, staff: Person) -> None:
    answer = page.client.get("/observatoire/rapport-2026.pdf")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert "rapport-2026.pdf" in answer.headers["Content-Disposition"]
    assert page.client.get("/observatoire/rapport-1.pdf").status_code == 404


def test_the_public_page_is_there_once_staff_show_it(
    page: Page, staff: Person, writing: Writing, world: World
) -> None:
    visitor = page.other()
    visitor.get("/chiffres", status=404)
    assert not visitor.get("/").select("a[href='/chiffres']")

    answer = page.send("/observatoire", "/observatoire/publication")
    soup = visitor.get("/chiffres")
    assert visitor.get("/").select("a[href='/chiffres']")

    assert answer.status_code == 303
    text = said(soup)
    assert "50 % des appels lus demandent un critère ESS : 5 sur 10." in text
    assert "APRÈS-GE" in text
    assert world.member.name not in text
    assert "Ville de Valmont" not in text
    assert "Commune" in text
    with writing() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "figures.show")).one()
        assert entry.person_id == staff.id

    page.send("/observatoire", "/observatoire/publication")

    visitor.get("/chiffres", status=404)
    with writing() as session:
        assert session.scalars(select(Chamber)).one().shows_figures is False


def test_without_a_chamber_there_is_no_public_page(page: Page) -> None:
    page.get("/chiffres", status=404)
