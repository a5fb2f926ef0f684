"""The observatory as tables and as OCDS: the same figures as on its page, and no cell that can act."""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest
from sqlalchemy.orm import Session

from procurement.exports.observed import figures_sheet, quotes_sheet, sheets
from procurement.exports.ocds import ocds_packages
from procurement.exports.sheets import write_book, write_csv_sheet
from procurement.lens import FindingKind
from procurement.models import Consideration
from procurement.observatory.calls import Choice
from procurement.observatory.survey import survey
from tests.factories import make_finding
from tests.procurement.exported import PUBLISHER
from tests.procurement.observed import APPRENTICES, INSERTION, a_world, asking, silent
from tests.procurement.ocds_schema import is_here, problems_of


def test_the_tables_hold_the_figures_of_the_page(session: Session) -> None:
    world = a_world(session)
    found = survey(session, chamber_id=world.member.chamber_id)

    rows = {(row[0], row[1]): list(row[2:]) for row in figures_sheet(session, found, "fr").rows}

    assert rows["ensemble", ""][:5] == [12, 5, 5, 1, 1]
    assert rows["ensemble", ""][5:] == pytest.approx([0.5, 0.2366, 0.7634, 5 / 12], abs=0.0001)
    assert rows["niveau de l’adjudicateur", "Confédération"] == [2, 1, 0, 0, 1, None, None, None, 0.5]
    assert rows["canton", "Vaud"][:5] == [4, 1, 3, 0, 0]
    assert rows["adjudicateur", "Ville de Valmont"][:5] == [6, 3, 2, 1, 0]


def test_a_book_has_a_sheet_for_each_table(session: Session) -> None:
    world = a_world(session)
    found = survey(session, chamber_id=world.member.chamber_id, choice=Choice(year=2026))
    out = io.BytesIO()

    write_book(sheets(session, found, "fr"), out)

    book = openpyxl.load_workbook(out)
    tables = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
    assert list(tables) == ["Chiffres", "Familles", "Évolution", "Citations", "Gagnés", "Méthode"]
    assert tables["Chiffres"][1][2] == 11
    assert tables["Familles"][1][1:] == [3, 1, 1, 5, 5, 5]
    assert tables["Évolution"][1][:4] == [2025, 1, 1, 1]
    assert len(tables["Citations"]) == 6
    assert tables["Gagnés"][1] == [
        "Coopérative Éclat",
        "Nettoyage écologique des écoles",
        "2026-03-01",
        90_000,
        "CHF",
        tables["Gagnés"][1][5],
    ]
    assert "Wilson" in str(tables["Méthode"])
    assert "simap.ch" in str(tables["Méthode"])


def test_a_sentence_cannot_act_in_a_spreadsheet(session: Session) -> None:
    chamber = a_world(session).member.chamber_id
    evil = '=HYPERLINK("https://evil.example","Avis")'
    make_finding(session, asking(session, published_on=date(2026, 11, 20)).lots[0], sentence=evil)
    found = survey(session, chamber_id=chamber)
    out, table = io.BytesIO(), io.StringIO(newline="")

    write_csv_sheet(quotes_sheet(session, found, "fr"), table)
    write_book([quotes_sheet(session, found, "fr")], out)

    cells = [row[6] for row in csv.reader(io.StringIO(table.getvalue().removeprefix("\ufeff"), newline=""))]
    assert "'" + evil in cells
    assert not [cell for cell in cells if cell.startswith("=")]
    assert {cell.data_type for row in openpyxl.load_workbook(out)["Citations"] for cell in row} <= {"s", "n"}


@pytest.mark.parametrize(
    ("kind", "strategies"),
    [
        (FindingKind.AWARD, ["awardCriteria"]),
        (FindingKind.EXECUTION_CONDITION, ["contractPerformanceConditions"]),
        (FindingKind.QUALIFICATION, ["selectionCriteria"]),
        (FindingKind.TECHNICAL_SPEC, ["technicalSpecifications"]),
        (FindingKind.RESERVED, ["reservedParticipation"]),
        (FindingKind.SUBJECT, None),
    ],
)
def test_what_was_found_is_a_goal_of_sustainability(
    session: Session, now: datetime, kind: FindingKind, strategies: list[str] | None
) -> None:
    tender = asking(session, families={INSERTION: {"kind": kind, "sentence": "Insertion demandée."}})

    [package] = ocds_packages(session, publisher=PUBLISHER, now=now, asking={tender.id})

    [goal] = package["releases"][0]["tender"]["lots"][0]["sustainability"]
    assert goal.pop("strategies", None) == strategies
    assert goal == {
        "goal": "social.disadvantagedEmploymentOpportunities",
        "description": "Insertion demandée.",
    }
    assert [each.split("/")[-3] for each in package["extensions"]].count("ocds_sustainability_extension") == 1
    if is_here:
        assert problems_of(package) == []


def test_what_is_declared_and_what_was_found_are_one_goal(session: Session, now: datetime) -> None:
    tender = asking(session, families={INSERTION: {}, "plus_connue": {"sentence": "Autre chose."}})
    make_finding(session, tender.lots[0], kind=FindingKind.ACCESS, sentence="Communautés admises.")
    make_finding(session, tender.lots[0], counts=False, sentence="Attestation d’égalité.")
    tender.lots[0].considerations = [
        Consideration(business_term="BT-775", code="opp", text={"fr": "Huit places."})
    ]
    session.flush()

    [package] = ocds_packages(session, publisher=PUBLISHER, now=now, asking={tender.id})

    joined, other = package["releases"][0]["tender"]["lots"][0]["sustainability"]
    assert joined["description"].startswith("Huit places.\n\n")
    assert "awardCriteria" in joined["strategies"]
    assert len(joined["strategies"]) == len(set(joined["strategies"])) == 4
    assert other == {"description": "Autre chose.", "strategies": ["awardCriteria"]}


def test_only_the_tenders_that_ask_are_given_and_elsewhere_findings_stay_out(
    session: Session, now: datetime
) -> None:
    tenders = [asking(session, families={APPRENTICES: {}}) for _ in range(3)]
    silent(session)
    wanted = {tenders[0].id, tenders[2].id}

    asked = list(ocds_packages(session, publisher=PUBLISHER, now=now, asking=wanted))
    everything = list(ocds_packages(session, publisher=PUBLISHER, now=now))

    assert len(asked[0]["releases"]) == 2
    assert len(everything[0]["releases"]) == 4
    assert "sustainability" not in str(everything[0]["releases"])
    assert list(ocds_packages(session, publisher=PUBLISHER, now=now, asking=set())) == []
