"""« Renouvellements »: for members what may concern them, for staff everything and a file."""

import csv
import io
from datetime import date

import pytest

from procurement.models import Person
from procurement.vocabulary import Role, Stated
from tests.factories import make_lot, make_person, make_tender
from tests.procurement.bids import award
from tests.web.conftest import Page, Writing


@pytest.fixture
def people(writing: Writing) -> tuple[Person, Person]:
    """Somebody of a member and of the staff; a contract of its trade, one of another with an unsafe title."""
    with writing() as session:
        member, staff = make_person(session), make_person(session, role=Role.STAFF)
        for title, code, winner in (
            ("Nettoyage des crèches", "90911200", "Menuiserie Talon SA"),
            ("=1+1", "50000000", "Association Escalade"),
        ):
            tender = make_tender(session, lots=[], title={"fr": title})
            make_lot(
                tender,
                source_key="",
                cpv_codes=[code],
                ends_on=date(2028, 1, 31),
                can_be_extended=Stated.YES,
            )
            session.flush()
            award(session, tender, winner, published_on=date(2026, 1, 11))
        return member, staff


def test_a_member_reads_when_a_contract_of_its_trade_may_be_called_for_anew(
    page: Page, people: tuple[Person, Person]
) -> None:
    shown = page.sign_in(people[0]).get("/renouvellements").get_text(" ", strip=True)

    for said in ("vers juillet 2027", "Nettoyage des crèches", "d’après la fin publiée", "plus tard"):
        assert said in shown
    assert "=1+1" not in shown
    assert "Rien en vue" in page.get("/renouvellements?horizon=6").get_text()
    assert "vers juillet 2027" in page.get("/renouvellements?horizon=lune").get_text()


def test_staff_read_everything_and_take_a_file_along(page: Page, people: tuple[Person, Person]) -> None:
    page.sign_in(people[1])

    shown = page.get("/equipe/renouvellements")
    assert len(shown.select("tbody tr")) == 2
    link = shown.select_one("a[href*='renouvellements.csv']")
    assert link is not None
    text = page.client.get(str(link["href"])).get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    assert {row["Marché"] for row in rows} == {"Nettoyage des crèches", "'=1+1"}
    assert {row["Appel probable vers"] for row in rows} == {"2027-07"}
    for path in ("/observatoire", "/adjudicateurs"):
        assert page.get(path).select_one("a[href='/equipe/renouvellements']")
