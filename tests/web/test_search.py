"""The page that searches all tenders: facets, pages, what is kept under a name, tables to save."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select

from procurement import entered
from procurement.entered import Entry
from procurement.models import AuditEntry, Person, SavedSearch
from procurement.search.indexing import index_tenders, tenders_to_index
from procurement.search.saved import MOST_SAVED
from procurement.vocabulary import EnteredKind, Role
from tests.factories import NOW, finding, make_person, make_tender
from tests.web.conftest import Clock, Page, Writing


@pytest.fixture
def member(writing: Writing) -> Person:
    """Somebody of a member."""
    with writing() as session:
        return make_person(session)


@pytest.fixture
def staff(writing: Writing) -> Person:
    """Somebody of the staff."""
    with writing() as session:
        return make_person(session, role=Role.STAFF)


@pytest.fixture
def index(writing: Writing, clock: Clock) -> Callable[[], None]:
    """Brings the index up to date."""

    def index() -> None:
        with writing() as session:
            index_tenders(session, tenders_to_index(session, now=clock()), now=clock())

    return index


def _titles(soup: BeautifulSoup) -> list[str]:
    return [each.get_text(strip=True) for each in soup.select("article .line-title")]


def _values(soup: BeautifulSoup, facet: str) -> dict[str, str]:
    """The values that one can choose of a facet, each with its words and count."""
    found = {}
    for box in soup.select(f"input[type=checkbox][name={facet}]"):
        row = box.find_parent("div")
        assert row is not None
        found[str(box["value"])] = row.get_text(" ", strip=True).replace("\u00a0", " ")
    return found


def test_a_member_finds_an_open_tender_with_its_badges_and_narrows_it_down(
    page: Page, member: Person, writing: Writing, index: Callable[[], None]
) -> None:
    with writing() as session:
        school = make_tender(session, title={"fr": "Jardinage des écoles"})
        school.lots[0].findings, school.lots[0].read_at = [finding()], NOW
        make_tender(session, title={"fr": "Maçonnerie"}, language="de", cpv_codes=["45000000"])
        make_tender(session, title={"fr": "Jardinage passé"}, submission_deadline=NOW - timedelta(days=1))
    index()
    page.sign_in(member)

    soup = page.get("/recherche?q=jardinage")

    assert _titles(soup) == ["Jardinage des écoles"]
    assert "5 %" in soup.select("article .ess-badges")[0].get_text().replace("\u00a0", " ")
    assert _values(soup, "statut") == {
        "ouvert": "ouvert 1",
        "clos": "clos, pas encore adjugé 1",
        "tous": "tous 2",
    }
    assert _values(soup, "lieu") == {"GE": "Genève 1"}
    assert _values(soup, "valeur") == {"non-indique": "non indiqué 1"}
    assert list(_values(soup, "cpv")) == ["90"]
    assert list(_values(page.get("/recherche?cpv=90"), "cpv")) == ["45", "90", "909"]
    assert len(_titles(page.get("/recherche?statut=tous"))) == 3


def test_what_is_asked_stays_in_the_form_and_in_the_address_of_the_next_page(
    page: Page, member: Person, writing: Writing, index: Callable[[], None]
) -> None:
    with writing() as session:
        for number in range(23):
            make_tender(session, submission_deadline=NOW + timedelta(days=number + 1))
    index()
    page.sign_in(member)

    first = page.get("/recherche?q=écologique&lieu=GE&tri=pertinence")
    following = first.select_one("nav.pager a[rel=next]")
    assert following is not None
    second = page.get(str(following["href"]))

    assert len(_titles(first)) == 20
    assert len(_titles(second)) == 3
    assert second.select_one("#lieu-GE[checked]") is not None
    assert second.select_one("#q[value=écologique]") is not None
    assert second.select_one("#tri option[value=pertinence][selected]") is not None
    assert len(_titles(page.get("/recherche?page=99"))) == 3
    assert len(_titles(page.get("/recherche?page=-1"))) == 20


def test_where_nothing_is_found_a_link_leaves_out_what_excludes_the_most(
    page: Page, member: Person, writing: Writing, index: Callable[[], None]
) -> None:
    with writing() as session:
        make_tender(session)
    index()
    page.sign_in(member)

    soup = page.get("/recherche?q=écoles&lieu=VD")
    link = soup.select_one(".empty a")

    assert link is not None
    assert "Lieu d’exécution" in link.get_text()
    assert "Vaud" in link.get_text()
    assert len(_titles(page.get(str(link["href"])))) == 1
    assert "0" in _values(soup, "lieu")["VD"]
    assert "moins de mots" in page.get("/recherche?q=xylophone&lieu=VD").get_text()


def test_a_member_never_meets_what_staff_entered_and_did_not_send_it(
    page: Page, member: Person, staff: Person, writing: Writing, index: Callable[[], None]
) -> None:
    with writing() as session:
        entry = Entry(kind=EnteredKind.PRIVATE, title="Verger secret", buyer="Régie Invérardi")
        entered.enter(session, entry=entry, person=session.get_one(Person, staff.id), now=NOW)
        make_tender(session)
    index()

    page.sign_in(member)
    soup = page.get("/recherche?q=verger&statut=tous")
    for path in ("/recherche", "/recherche?source=staff", "/recherche.csv", "/recherche?statut=tous"):
        assert "Verger" not in page.client.get(path).get_data(as_text=True)
    assert _titles(soup) == []
    assert list(_values(page.get("/recherche"), "source")) == ["simap"]

    page.sign_in(staff)
    assert _titles(page.get("/recherche?q=verger")) == ["Verger secret"]
    assert "Saisi par l’équipe" in page.get("/recherche").get_text()


def test_a_search_is_kept_and_says_what_is_new(
    page: Page, member: Person, writing: Writing, index: Callable[[], None], clock: Clock
) -> None:
    with writing() as session:
        make_tender(session)
    index()
    page.sign_in(member)

    response = page.send("/recherche?q=écoles&lieu=GE", "/recherche/enregistrees", name="Mes écoles")
    assert response.status_code == 303
    clock.move(hours=1)
    with writing() as session:
        make_tender(session)
    index()
    clock.move(hours=1)

    start = page.get("/recherche")
    assert "Mes écoles" in start.get_text()
    assert "2 marchés · un nouveau" in " ".join(start.get_text().replace("\u00a0", " ").split())
    row = start.select_one("#enregistrees form")
    assert row is not None
    seen = page.send("/recherche", str(row["action"]))
    assert seen.location == "/recherche?q=%C3%A9coles&lieu=GE"
    assert "un nouveau" not in page.get("/recherche").get_text()


def test_a_kept_search_has_a_name_and_goes_when_its_person_wants(
    page: Page, member: Person, writing: Writing
) -> None:
    page.sign_in(member)

    unnamed = page.post("/recherche/enregistrees", name=" ", recherche="q=%C3%A9cole")
    assert unnamed.status_code == 422
    soup = BeautifulSoup(unnamed.data, "lxml")
    assert soup.select_one("#name-error") is not None
    assert soup.select_one("#q[value=école]") is not None

    page.post("/recherche/enregistrees", name="Une", recherche="q=a")
    page.post("/recherche/enregistrees", name="Une", recherche="q=b")
    with writing() as session:
        row = session.scalars(select(SavedSearch)).one()
        assert row.address == "q=b"
    page.post(f"/recherche/enregistrees/{row.id}/supprimer")
    with writing() as session:
        assert session.scalars(select(SavedSearch)).all() == []
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert list(acts)[-3:] == ["search.save", "search.save", "search.remove"]


def test_nobody_opens_or_removes_the_search_of_another(page: Page, member: Person, writing: Writing) -> None:
    with writing() as session:
        other = make_person(session)
    page.other().sign_in(other).post("/recherche/enregistrees", name="La mienne", recherche="q=a")
    with writing() as session:
        row = session.scalars(select(SavedSearch)).one()

    page.sign_in(member)

    assert "La mienne" not in page.get("/recherche").get_text()
    for act in ("voir", "supprimer"):
        assert page.post(f"/recherche/enregistrees/{row.id}/{act}").status_code == 404


def test_only_so_many_searches_are_kept(page: Page, member: Person, writing: Writing) -> None:
    page.sign_in(member)

    for number in range(MOST_SAVED + 1):
        page.post("/recherche/enregistrees", name=f"n° {number}", recherche="")

    assert f"Vous gardez déjà {MOST_SAVED} recherches" in page.get("/recherche").get_text()
    with writing() as session:
        assert len(session.scalars(select(SavedSearch)).all()) == MOST_SAVED


def test_the_hits_are_saved_as_csv_and_xlsx_in_their_order(
    page: Page, member: Person, writing: Writing, index: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing() as session:
        make_tender(session, title={"fr": "Second"}, submission_deadline=NOW + timedelta(days=9))
        make_tender(session, title={"fr": "Premier"}, submission_deadline=NOW + timedelta(days=8))
        make_tender(session, title={"fr": "Autre"}, language="de")
    index()
    page.sign_in(member)

    text = page.client.get("/recherche.csv?langue=fr").get_data(as_text=True)
    book = load_workbook(io.BytesIO(page.client.get("/recherche.xlsx?langue=fr").data))

    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["Premier", "Second"]
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["Premier", "Second"]
    monkeypatch.setattr("web.pages.search.MOST_SAVED_ROWS", 1)
    assert len(page.client.get("/recherche.csv").get_data(as_text=True).strip().splitlines()) == 2
    assert "Les 1 premiers" in page.get("/recherche").get_text().replace("\u00a0", " ")


def test_a_hostile_address_is_a_page(
    page: Page, member: Person, writing: Writing, index: Callable[[], None]
) -> None:
    with writing() as session:
        make_tender(session)
    index()
    page.sign_in(member)

    for address in (
        "q=%00%22%27*&page=x",
        "q=" + "%22" * 300,
        "lieu=" + "x" * 5_000,
        "cpv=%00&ess=%27&statut=rien",
        "&".join(f"lieu={number}" for number in range(200)),
        "q=a%20OR%20b%20NEAR(&tri=rien&page=99999999999",
    ):
        page.get(f"/recherche?{address}")
