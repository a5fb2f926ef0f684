"""Files of notices: folders, archives and dumps are read whole, and what is no notice in them is said."""

import gzip
import json
import lzma
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config.settings import Settings
from config.tables import SourceForm, sources
from crawler.importing import READERS, import_files
from crawler.run import CrawlReport
from procurement import notices
from procurement.db import transaction
from procurement.models import CrawlRun, Notice, NoticeVersion, Quarantine
from procurement.vocabulary import Verdict
from tests.crawler.boamp_records import RECORDINGS, every_recording, recording
from tests.crawler.conftest import Installation
from tests.crawler.releases import a_release
from tests.crawler.ted_notices import NOTICES
from tests.crawler.ted_notices import recording as ted_recording

# A source of the installation's own, whose packages come in files.
OWN = {
    "ocds": SourceForm.model_validate(
        {
            "key": "valdor",
            "title": "Plateforme du Val d’Or",
            "reader": "ocds",
            "ocds": {"language": "fr"},
            "hosts": [],
            "licence": "CC BY 4.0",
            "licence_checked": "2026-11-22",
            "expected_per_run": (0, 100),
        }
    )
}
FORMS = Path(__file__).parents[1] / "recordings" / "archive"
REAL = Path(__file__).parents[2] / ".." / "shared" / "data"
Import = Callable[..., CrawlReport]


@pytest.fixture
def bring(engine: Engine, now: datetime, tmp_path: Path) -> Import:
    """Imports files of a source into the database of the test."""

    def run(source: str, path: Path, told: list[tuple[int, int]] | None = None) -> CrawlReport:
        return import_files(
            engine,
            settings=Settings(data_dir=tmp_path),
            form=form_of(source),
            path=path,
            clock=lambda: now,
            progress=lambda done, total: (told if told is not None else []).append((done, total)),
        )

    return run


def form_of(source: str) -> SourceForm:
    """The form of a source, by what reads it."""
    return OWN.get(source) or sources()[source]


def ted_folder(folder: Path) -> Path:
    """A folder as somebody keeps one: loose notices, an archive, tables and papers."""
    (folder / "papers").mkdir(parents=True)
    half = len(NOTICES) // 2
    for path in NOTICES[:half]:
        (folder / path.name).write_bytes(path.read_bytes())
    with tarfile.open(folder / "more.tar.xz", "w:xz") as archive:
        for path in NOTICES[half:]:
            archive.add(path, arcname=f"2026/{path.name}")
    (folder / "awards.csv").write_text("id;value\n")
    (folder / "papers" / "README.md").write_text("read me")
    (folder / "papers" / "labels.xml").write_text("<properties><entry>x</entry></properties>")
    with tarfile.open(folder / "papers" / "codes.tar.xz", "w:xz") as archive:
        archive.add(folder / "awards.csv", arcname="codes.gc")
    return folder


def boamp_folder(folder: Path) -> Path:
    """An answer, a dump of lines, and JSON that is something else."""
    folder.mkdir()
    rows = every_recording("broken", "unknown_root")
    (folder / "answer.json").write_text(json.dumps({"total_count": 2, "results": rows[:2]}))
    (folder / "list.json.xz").write_bytes(lzma.compress(json.dumps(rows[2:4]).encode()))
    (folder / "lines.jsonl").write_text("\n".join(json.dumps(row) for row in rows[4:]))
    (folder / "archive_award.xml").write_bytes((RECORDINGS / "archive_award.xml").read_bytes())
    (folder / "notice.xml").write_bytes(NOTICES[0].read_bytes())
    (folder / "openapi.json").write_text('{"openapi": "3.0.0", "paths": {}}')
    (folder / "rows.json").write_text('[{"id": "1", "title": "Nettoyage"}]')
    return folder


def archive_folder(folder: Path) -> Path:
    """A dump of forms, one form by itself, and a table without any."""
    folder.mkdir()
    paths = sorted(FORMS.glob("*.xml"))
    (folder / "dump.csv.xz").write_bytes(lzma.compress(b"\n;".join(path.read_bytes() for path in paths[1:])))
    (folder / paths[0].name).write_bytes(paths[0].read_bytes())
    (folder / "cantons.csv").write_text("GE;VD\n")
    (folder / "page.xml").write_text("<html><FORM><INPUT/></FORM></html>")
    return folder


def ocds_folder(folder: Path) -> Path:
    """Packages of releases and of records, lists, lines, an archive; what is no OCDS, or is only linked."""
    folder.mkdir()
    one, two, three, four, five, six = (
        a_release(ocid=f"ocds-abc123-{number}", id=str(number)) for number in range(6)
    )
    contract = a_release(ocid="ocds-abc123-9", id="9", tag=["contract"])
    package = {"uri": "x", "version": "1.1", "releases": [one, contract], "links": {"next": "y"}}
    record = {"ocid": two["ocid"], "releases": [two], "compiledRelease": {**two, "tag": ["compiled"]}}
    (folder / "package.json").write_text(json.dumps(package))
    with lzma.open(folder / "records.json.xz", "wt") as file:
        file.write(json.dumps({"version": "1.1", "records": [record]}))
    (folder / "lines.jsonl.gz").write_bytes(
        gzip.compress(f"{json.dumps({'releases': [three]})}\n\n{json.dumps(four)}\n".encode())
    )
    (folder / "list.json").write_text(f"{json.dumps([five])}\n")
    (folder / "loose.json").write_text(json.dumps(six))
    with tarfile.open(folder / "again.tar.gz", "w:gz") as archive:
        archive.add(folder / "package.json", arcname="2026/package.json")
    (folder / "openapi.json").write_text('{"openapi": "3.0.0", "paths": {"a": [1, "x", null]}}')
    (folder / "linked.json").write_text('{"records": [{"ocid": "a", "releases": [{"url": "u"}]}]}')
    return folder


def csv_folder(folder: Path) -> Path:
    """A table as we write it, one with semicolons in Latin-1, one packed; and a table of something else."""
    folder.mkdir()
    header = "Objet,Adjudicateur,Publié le,Numéro,Source"
    (folder / "a.csv").write_text(f"\ufeff{header}\r\nMénage,Ville,2026-11-02,7,simap.ch\r\n", "utf-8")
    table = "Gegenstand;Publiziert am;Frist\nRäumung;2026-11-03;2026-12-01T12:00\n\n;;\n"
    (folder / "b.csv").write_bytes(table.encode("latin-1"))
    (folder / "c.csv.gz").write_bytes(gzip.compress(b'title\tpublished\n"two\nlines"\t2026-11-04\n'))
    (folder / "cantons.csv").write_text("canton;title\nGE;Genève\n")
    return folder


FOLDERS = {
    "ted": (ted_folder, len(NOTICES), "awards.csv, papers/README.md, papers/codes.tar.xz, papers/labels.xml"),
    "boamp": (
        boamp_folder,
        len(every_recording("broken", "unknown_root")) + 1,
        "notice.xml, openapi.json, rows.json",
    ),
    "simap_archive": (archive_folder, len(list(FORMS.glob("*.xml"))), "cantons.csv, page.xml"),
    "ocds": (ocds_folder, 6, "linked.json, openapi.json"),
    "csv": (csv_folder, 3, "cantons.csv"),
}
every_source = pytest.mark.parametrize("source", READERS)


def stored(engine: Engine) -> tuple[int, int]:
    """How many notices and versions of notices there are."""
    with transaction(engine, read_only=True) as session:
        return (
            session.scalar(select(func.count(Notice.id))) or 0,
            session.scalar(select(func.count(NoticeVersion.id))) or 0,
        )


def last_run(session: Session) -> CrawlRun:
    return session.scalars(select(CrawlRun).order_by(CrawlRun.id.desc())).first() or CrawlRun()


@every_source
def test_a_folder_is_read_whole_and_what_is_no_notice_is_named_once(
    engine: Engine, bring: Import, tmp_path: Path, source: str
) -> None:
    make, count, others = FOLDERS[source]

    report = bring(source, make(tmp_path / "files"))

    with transaction(engine, read_only=True) as session:
        run = last_run(session)
        assert (run.verdict, run.reasons) == (
            Verdict.OK,
            [f"passed over, not of this source: {others}"],
        )
        assert (run.source, run.stored) == (f"{form_of(source).key}:files", count)
    assert report.tally.stored == report.tally.listed - report.tally.unchanged == count
    assert stored(engine) == (count, count)


@every_source
def test_a_second_import_stores_nothing_new(
    engine: Engine, bring: Import, tmp_path: Path, source: str
) -> None:
    make, count, _ = FOLDERS[source]
    folder = make(tmp_path / "files")
    bring(source, folder)

    report = bring(source, folder)

    assert (report.verdict, report.tally.stored) == (Verdict.OK, 0)
    assert report.tally.unchanged == report.tally.listed >= count
    assert stored(engine) == (count, count)


@every_source
def test_progress_is_told_in_bytes_up_to_all_of_them(bring: Import, tmp_path: Path, source: str) -> None:
    folder = FOLDERS[source][0](tmp_path / "files")
    suffixes = tuple(import_module(READERS[source][0]).SUFFIXES)
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.name.endswith(suffixes))
    told: list[tuple[int, int]] = []

    bring(source, folder, told)

    assert told == sorted(told)
    assert {whole for _, whole in told} == {total}
    assert told[-1] == (total, total)


@pytest.mark.parametrize(
    ("source", "name", "content"),
    [
        ("ted", "cut.tar.xz", lambda whole: whole[:-200]),
        ("ted", "papers/none.zip", lambda whole: b"no archive"),
        ("boamp", "cut.json.xz", lambda whole: whole[:-20]),
        ("boamp", "cut.json", lambda whole: b'[{"idweb": "25-39999"'),
        ("simap_archive", "cut.csv.xz", lambda whole: whole[:-20]),
        ("ocds", "cut.json.xz", lambda whole: whole[:-20]),
        ("ocds", "cut.json", lambda whole: b'{"releases": [{"ocid": "ocds-abc123-0", "id": "0"'),
        ("ocds", "a.json", lambda whole: b'{"releases": [{"ocid" "x"}]}'),
        ("ocds", "page.json", lambda whole: b"<html>"),
        ("ocds", "deep.json", lambda whole: b"[" * 100_000),
        ("csv", "utf16.csv", lambda whole: "title;published\n".encode("utf-16")),
        ("csv", "bytes.csv", lambda whole: b"title;published\n\x8d;2026-11-02\n"),
        ("csv", "quotes.csv", lambda whole: b'title;published\n"open;2026-11-02\n'),
        ("csv", "lacks.csv", lambda whole: b"title;buyer\nx;y\n"),
        ("csv", "twice.csv", lambda whole: b"title;published;Objet\nx;2026-11-02;y\n"),
    ],
)
def test_a_damaged_file_fails_the_run_by_its_name_and_the_rest_is_read(
    engine: Engine,
    bring: Import,
    tmp_path: Path,
    source: str,
    name: str,
    content: Callable[[bytes], bytes],
) -> None:
    make, count, _ = FOLDERS[source]
    folder = make(tmp_path / "files")
    whole = next((path.read_bytes() for path in folder.iterdir() if path.suffix == ".xz"), b"")
    (folder / name).write_bytes(content(whole))

    report = bring(source, folder)

    assert report.verdict is Verdict.FAILED
    assert report.tally.reasons[0].startswith(f"{name}: ")
    assert sum(name in reason for reason in report.tally.reasons) == 1
    assert stored(engine)[0] == count


@pytest.mark.parametrize("name", ["awards.csv", "papers", "papers/labels.xml"])
def test_where_no_notice_is_found_the_run_fails(bring: Import, tmp_path: Path, name: str) -> None:
    report = bring("ted", ted_folder(tmp_path / "files") / name)

    assert (report.verdict, report.tally.listed) == (Verdict.FAILED, 0)
    assert report.tally.reasons[0] == f"no notice of ted was found in {Path(name).name}"


def test_one_archive_is_read_by_itself(bring: Import, tmp_path: Path) -> None:
    report = bring("ted", ted_folder(tmp_path / "files") / "more.tar.xz")

    assert (report.verdict, report.tally.stored) == (Verdict.OK, len(NOTICES) - len(NOTICES) // 2)


@pytest.mark.parametrize(
    ("source", "name", "payload", "path"),
    [
        ("ted", "90-2026.xml", ted_recording("eforms_geneva_call")[:900], "answer"),
        # Its name says that it is a notice, whatever came in its place.
        ("ted", "91-2026.xml", b"<html><body>cookies</body></html>", "answer"),
        ("boamp", "a.json", json.dumps([recording("broken")]).encode(), None),
        ("boamp", "a.jsonl", b'{"idweb": "25-39998", \n', "answer"),
        ("simap_archive", "a.csv", (FORMS / "call_fr.xml").read_bytes()[:800], "answer"),
        ("boamp", "a.xml", (RECORDINGS / "archive_award.xml").read_bytes()[:900], "answer"),
        ("ocds", "a.json", json.dumps(a_release(tender={"id": "1"})).encode(), "tender.title"),
        ("ocds", "a.json", b'[{"ocid": "ocds-abc123-1"}]', "id"),
        ("ocds", "a.json", b'{"records": [{"compiledRelease": {"ocid": "a", "tag": ["compiled"]}}]}', None),
        ("csv", "a.csv", b"title;published\n;2026-11-02\n", "title"),
    ],
)
def test_a_notice_that_cannot_be_read_is_kept_with_its_file(
    engine: Engine, bring: Import, tmp_path: Path, source: str, name: str, payload: bytes, path: str | None
) -> None:
    (tmp_path / name).write_bytes(payload)

    reports = [bring(source, tmp_path / name) for _ in range(2)]

    assert [(report.verdict, report.tally.quarantined) for report in reports] == [(Verdict.PARTIAL, 1)] * 2
    with transaction(engine, read_only=True) as session:
        kept = session.scalars(select(Quarantine)).one()
        assert kept.fetched_from.partition(", ")[0] == f"file:{name}"
        assert path is None or kept.path == path


def test_what_came_in_a_file_is_not_asked_of_the_source(
    engine: Engine, bring: Import, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "90-2026.xml").write_bytes(ted_recording("eforms_geneva_call")[:900])

    bring("ted", tmp_path / "90-2026.xml")

    with transaction(engine, read_only=True) as session:
        assert notices.open_cases(session, source="ted", since=datetime.min.replace(tzinfo=UTC)) == {}


def test_what_the_source_itself_gave_stays_owed_whoever_brings_it_again(
    engine: Engine, bring: Import, tmp_path: Path, now: datetime
) -> None:
    payload = ted_recording("eforms_geneva_call")[:900]
    (tmp_path / "90-2026.xml").write_bytes(payload)
    with transaction(engine) as session:
        notices.quarantine(
            session,
            source="ted",
            source_key="90-2026",
            path="answer",
            problem="cut",
            payload=payload,
            fetched_from="https://ted.europa.eu/en/notice/90-2026/xml",
            now=now,
        )

    bring("ted", tmp_path / "90-2026.xml")

    with transaction(engine, read_only=True) as session:
        owed = notices.open_cases(session, source="ted", since=datetime.min.replace(tzinfo=UTC))
    assert owed == {"90-2026": "https://ted.europa.eu/en/notice/90-2026/xml"}


def test_many_other_files_are_named_in_few_lines(bring: Import, tmp_path: Path) -> None:
    (tmp_path / NOTICES[0].name).write_bytes(NOTICES[0].read_bytes())
    for number in range(300):
        (tmp_path / f"a-table-with-a-long-name-{number:03}.csv").write_text("x")

    report = bring("ted", tmp_path)

    assert report.verdict is Verdict.OK
    assert len(report.tally.reasons) == 11
    assert max(map(len, report.tally.reasons)) <= 300
    assert report.tally.reasons[-1].endswith("more files")


@pytest.mark.slow
def test_the_command_says_what_it_passed_over_and_how_it_ended(
    install: Callable[[str], Installation], tmp_path: Path
) -> None:
    installation = install("http://127.0.0.1:1")
    folder = ted_folder(tmp_path / "files")

    good, said = installation.run("import", "ted", str(folder))
    bad, refused = installation.run("import", "ted", str(folder / "awards.csv"))

    assert (good, bad) == (0, 1)
    assert "passed over, not of this source: awards.csv" in said
    assert "ted: ok" in said
    assert "no notice of ted was found in awards.csv" in refused


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not on this machine")
def test_the_real_files_are_imported_with_a_verdict(engine: Engine, bring: Import) -> None:
    ted = bring("ted", REAL / "ted" / "eforms_real_notices.tar.xz")
    boamp = bring("boamp", REAL / "boamp")

    assert (ted.verdict, ted.tally.listed) == (Verdict.PARTIAL, 272)
    assert ted.tally.stored >= 260
    # Ten thousand of them hold six fields of a record: too few to be read.
    assert (boamp.verdict, boamp.tally.stored, boamp.tally.quarantined) == (Verdict.PARTIAL, 21, 10_000)
    assert boamp.tally.reasons[0].startswith("10000 in quarantine for the same reason: record: an extract")
    assert sum("openapi.json" in reason for reason in boamp.tally.reasons) == 1


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not on this machine")
def test_examples_of_the_eforms_sdk_are_no_tenders(engine: Engine, bring: Import) -> None:
    report = bring("ted", next((REAL / "ted").glob("OFFICIAL*")))

    assert (report.verdict, report.tally.listed, report.tally.stored) == (Verdict.PARTIAL, 92, 0)
    assert stored(engine) == (0, 0)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not on this machine")
def test_real_packages_are_imported_with_a_verdict(bring: Import) -> None:
    report = bring("ocds", REAL / "ted" / "ocds_samples")

    assert (report.verdict, report.tally.listed, report.tally.stored) == (Verdict.PARTIAL, 24, 21)
