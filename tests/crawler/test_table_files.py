"""Tables of tenders in CSV: another chamber's export is read back, and a wrong row is named by its place."""

import lzma
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from config.settings import Settings
from config.tables import sources
from crawler.commands import crawl
from crawler.generic.table import COLUMNS, read_row
from crawler.generic.table_files import read_file
from crawler.importing import import_files
from crawler.run import CrawlReport
from procurement.db import transaction
from procurement.errors import UnreadableFile
from procurement.exports.tables import TenderRow, tender_rows, write_csv
from procurement.models import Notice, Quarantine, Tender
from procurement.records import CallRecord, NoticeRecord
from procurement.vocabulary import NoticeType, ProcurementMethod, TenderState, Verdict
from tests.factories import make_lot, make_tender

HEADER = "title;buyer;seat;place;cpv;procedure;deadline;state;value;currency;link;source;number;published"
CSV = sources()["csv"].csv
Import = Callable[[Path], CrawlReport]


@pytest.fixture
def bring(engine: Engine, now: datetime, tmp_path: Path) -> Import:
    """Imports tables into the database of the test."""

    def run(path: Path) -> CrawlReport:
        return import_files(
            engine,
            settings=Settings(data_dir=tmp_path),
            form=sources()["csv"],
            path=path,
            clock=lambda: now,
            progress=lambda *_: None,
        )

    return run


def table(folder: Path, *lines: str, header: str = HEADER) -> Path:
    """A table with these rows."""
    path = folder / "marches.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> NoticeRecord:
    """The record of the first row of a table."""
    assert CSV is not None
    payload = next(read_file(path)).payload
    return read_row(
        payload,
        CSV,
        source="csv",
        homepage="",
        fetched_from="file:x",
        today=datetime(2026, 11, 24, tzinfo=UTC).date(),
    )


def call_of(record: NoticeRecord) -> CallRecord:
    """The call that a record must have."""
    assert record.call is not None
    return record.call


def rows_of(engine: Engine, source: str, now: datetime, language: str = "fr") -> list[TenderRow]:
    """What is exported of the tenders of a source, without its name and in the order of their numbers."""
    with transaction(engine, read_only=True) as session:
        rows = tender_rows(session, now=now, language=language)
        title = sources()[source].title
        found = [replace(row, source="") for row in rows if row.source == title]
    return sorted(found, key=lambda row: row.number)


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_an_export_is_read_back_as_it_was(
    engine: Engine, bring: Import, now: datetime, tmp_path: Path, language: str
) -> None:
    with transaction(engine) as session:
        make_tender(session, value_amount=450_000, value_currency="CHF")
        make_tender(session, value_amount=1, value_currency="GBP")
        make_tender(session, title={"fr": '=2+3; «Lot», "un"\nsuite'}, url="https://www.simap.ch/x?a=1;-b")
        make_tender(session, state=TenderState.ANNOUNCED, procurement_method=ProcurementMethod.SELECTIVE)
        make_tender(session, submission_deadline=None, cpv_codes=[])
        make_tender(session, published_on=date(2026, 1, 5), submission_deadline=now.replace(month=2))
        two = make_tender(session)
        make_lot(two, place_city={"fr": "Lausanne"}, place_canton="VD", place_postal_code="1003")
    path = tmp_path / "marches.csv"
    with transaction(engine, read_only=True) as session, path.open("w", encoding="utf-8", newline="") as file:
        write_csv(tender_rows(session, now=now, language=language), file, language=language)
    exported = rows_of(engine, "simap", now, language)

    reports = [bring(path) for _ in range(2)]

    assert [(report.verdict, report.tally.stored) for report in reports] == [
        (Verdict.OK, 7),
        (Verdict.OK, 0),
    ]
    assert [replace(row, title=" ".join(row.title.split())) for row in exported] == rows_of(
        engine, "csv", now, language
    )


@pytest.mark.parametrize(
    ("state", "kind"),
    [("adjugé", NoticeType.AWARD), ("abgebrochen", NoticeType.ABANDONMENT), ("clos", NoticeType.TENDER)],
)
def test_a_state_says_what_the_notice_is(tmp_path: Path, state: str, kind: NoticeType) -> None:
    record = read(table(tmp_path, f"Ménage;2026-11-02;{state}", header="title;published;state"))

    assert record.notice_type is kind


def test_a_row_names_where_it_comes_from_by_its_number_there(tmp_path: Path) -> None:
    title = sources()["boamp"].title

    record = read(
        table(tmp_path, f"Ménage;2026-11-02;{title};26-90001", header="title;published;source;number")
    )

    assert record.references == (("boamp", "26-90001"),)
    assert (record.source_key, record.number) == ("boamp/26-90001", "26-90001")


def test_a_table_written_by_hand_is_read_in_peoples_words(tmp_path: Path) -> None:
    record = read(
        table(
            tmp_path,
            "Ménage des crèches;Commune d’Onlieu;GE;Onlieu;90911200-8 / 55523100;"
            "3 décembre 2026 à 12h00;02.11.2026;250'000.–;CHF;"
            "Trois crèches.;https://onlieu.example/d.pdf;à voir",
            header="Objet ;ADJUDICATEUR;Siège;Lieu d’exécution;CPV;Délai;Publié le;Valeur;Monnaie;"
            "Description;Documents;Remarques",
        )
    )

    call = call_of(record)
    assert record.cpv_codes == ("55523100", "90911200")
    assert record.published_on == date(2026, 11, 2)
    assert call.submission_deadline == datetime(2026, 12, 3, 11, tzinfo=UTC)
    assert (call.value_amount, call.value_currency) == (250_000, "CHF")
    assert (call.description, call.documents_url) == (
        {"fr": "Trois crèches."},
        "https://onlieu.example/d.pdf",
    )
    assert record.buyer is not None
    assert (record.buyer.canton, record.buyer.country) == ("GE", "CH")
    assert "à voir" in record.payload.decode()


@pytest.mark.parametrize(
    ("place", "canton", "town"),
    [
        ("1205 Genève (GE)", "GE", "Genève"),
        ("Genève", None, "Genève"),
        ("1205 Genève (GE) / 1212 Lancy (GE)", "GE", "Genève / Lancy"),
        ("1205 Genève (GE) / 1003 Lausanne (VD)", None, "1205 Genève (GE) / 1003 Lausanne (VD)"),
        ("VD", "VD", ""),
    ],
)
def test_a_place_is_that_of_the_one_lot(tmp_path: Path, place: str, canton: str | None, town: str) -> None:
    record = read(table(tmp_path, f"Ménage;2026-11-02;{place}", header="title;published;place"))

    [lot] = call_of(record).lots
    assert (lot.place_canton, lot.place_city.get("fr", "")) == (canton, town)


@pytest.mark.parametrize(
    ("row", "line", "column"),
    [
        (";Ville;;;;;;;;;;;;2026-11-02", 2, "title"),
        ("Ménage;Ville;;;;;;;;;;;;", 2, "published"),
        ("Ménage;Ville;;;;;;;;;;;;bientôt", 2, "published"),
        ("Ménage;Ville;;;;;demain;;;;;;;2026-11-02", 2, "deadline"),
        ("Ménage;Ville;;;;;2026-10-01;;;;;;;2026-11-02", 2, "deadline"),
        ("Ménage;Ville;;;nettoyage;;;;;;;;;2026-11-02", 2, "cpv"),
        ("Ménage;Ville;;;;loterie;;;;;;;;2026-11-02", 2, "procedure"),
        ("Ménage;Ville;;;;;;perdu;;;;;;2026-11-02", 2, "state"),
        ("Ménage;Ville;;;;;;;beaucoup;CHF;;;;2026-11-02", 2, "value"),
        ("Ménage;Ville;;;;;;;450000;;;;;2026-11-02", 2, "value"),
        ("Ménage;Ville;;;;;;;450000;francs;;;;2026-11-02", 2, "currency"),
        ("Ménage;Ville;;;;;;;;;;;;2026-11-02;de trop", 2, "beyond the last column"),
        ('"un\ndeux";Ville;;;;;;;;;;;;2026-11-02\n;;;;;;;;;;;;;\n;Ville;;;;;;;;;;;;2026-11-02', 5, "title"),
    ],
)
def test_a_wrong_row_waits_in_quarantine_under_its_line_and_column(
    engine: Engine, bring: Import, tmp_path: Path, row: str, line: int, column: str
) -> None:
    report = bring(table(tmp_path, row, "Jardin;Ville;;;;;;;;;;;;2026-11-02"))

    assert (report.verdict, report.tally.quarantined) == (Verdict.PARTIAL, 1)
    with transaction(engine, read_only=True) as session:
        kept = session.scalars(select(Quarantine)).one()
        assert (kept.fetched_from, kept.path) == (f"file:marches.csv, line {line}", column)
        assert session.scalar(select(func.count(Notice.id))) == report.tally.stored >= 1
    assert f"(marches.csv, line {line}) quarantined: {column}: " in report.tally.reasons[0]


def test_two_rows_of_one_table_for_the_same_notice_are_a_mistake(bring: Import, tmp_path: Path) -> None:
    rows = [f"{title};Ville;;;;;;;;;;;7;2026-11-02" for title in ("Ménage", "Jardin")]

    report = bring(table(tmp_path, *rows))

    assert (report.tally.stored, report.tally.quarantined) == (1, 1)
    assert "line 3) quarantined: number: an earlier row" in report.tally.reasons[0]


def test_a_later_table_changes_what_it_says_of_a_tender(
    engine: Engine, bring: Import, tmp_path: Path
) -> None:
    first, second = (f"Ménage;Ville;;;;;2026-12-{day}T12:00;;;;;;7;2026-11-02" for day in ("01", "15"))
    bring(table(tmp_path, first))

    report = bring(table(tmp_path, second))

    assert (report.verdict, report.tally.stored) == (Verdict.OK, 1)
    with transaction(engine, read_only=True) as session:
        tender = session.scalars(select(Tender)).one()
        assert tender.submission_deadline == datetime(2026, 12, 15, 11, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_separators_and_encodings_of_spreadsheets_are_known(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(separator.join(("Objet", "Publié le")).encode(encoding) + b"\r\n")
    with path.open("ab") as file:
        file.write(separator.join(("Œuvres d’été", "2026-11-02")).encode(encoding.removesuffix("-sig")))

    assert read(path).title == {"fr": "Œuvres d’été"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("title;published\nx;2026-11-02\n".encode("utf-16"), "the encoding is UTF-16"),
        ("title;published\nx;2026-11-02\n".encode("utf-16-le"), "a table has no zero bytes: is it UTF-16"),
        (
            b"title;published\n\x81\xe9;2026-11-02\n",
            r"the encoding is neither UTF-8 \(byte 16\) nor Latin-1 \(byte 16\)",
        ),
        (b'title;published\nx;2026-11-02\n"y;2026-11-02\n', "line 3: unexpected end of data"),
        (b"title;buyer\nx;y\n", "line 1: no column 'published'; known: title, "),
        (b"title;published;Objet\nx;2026-11-02;y\n", "line 1: the column 'title' stands twice"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    with pytest.raises(UnreadableFile, match=f"^a.csv: {words}"):
        list(read_file(tmp_path / "a.csv"))


def test_packed_tables_are_read_as_they_are(tmp_path: Path) -> None:
    content = table(tmp_path, "Ménage;;;;;;;;;;;;;2026-11-02").read_bytes()
    (tmp_path / "a.csv.xz").write_bytes(lzma.compress(content))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("2026/marches.csv", content)

    found = {path.name: next(read_file(path)) for path in tmp_path.iterdir()}

    assert len({each.payload for each in found.values()}) == 1
    assert {name: each.place for name, each in found.items()} == {
        "marches.csv": "line 2",
        "a.csv.xz": "line 2",
        "a.zip": "2026/marches.csv, line 2",
    }


def test_every_column_is_described() -> None:
    page = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")

    assert all(f"| `{column}` |" in page for column in COLUMNS)


def test_a_source_without_an_address_is_not_crawled() -> None:
    refused = CliRunner().invoke(crawl, ["csv"])

    assert refused.exit_code == 2
    assert "'csv' comes in files: aimp import csv PATH" in refused.output
