"""Files of notices: folders, archives and dumps are read whole, and what is no notice in them is said."""

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
from config.tables import sources
from crawler.importing import READERS, import_files
from crawler.run import CrawlReport
from procurement import notices
from procurement.db import transaction
from procurement.models import CrawlRun, Notice, NoticeVersion, Quarantine
from procurement.vocabulary import Verdict
from tests.crawler.boamp_records import every_recording, recording
from tests.crawler.conftest import Installation
from tests.crawler.ted_notices import NOTICES
from tests.crawler.ted_notices import recording as ted_recording

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
            form=sources()[source],
            path=path,
            clock=lambda: now,
            progress=lambda done, total: (told if told is not None else []).append((done, total)),
        )

    return run


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


FOLDERS = {
    "ted": (ted_folder, len(NOTICES), "awards.csv, papers/README.md, papers/codes.tar.xz, papers/labels.xml"),
    "boamp": (boamp_folder, len(every_recording("broken", "unknown_root")), "openapi.json, rows.json"),
    "simap_archive": (archive_folder, len(list(FORMS.glob("*.xml"))), "cantons.csv, page.xml"),
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
        assert (run.source, run.verdict, run.stored) == (f"{source}:files", Verdict.OK, count)
        assert run.reasons == [f"passed over, not of this source: {others}"]
    assert report.tally.listed == report.tally.stored == count
    assert stored(engine) == (count, count)


@every_source
def test_a_second_import_stores_nothing_new(
    engine: Engine, bring: Import, tmp_path: Path, source: str
) -> None:
    make, count, _ = FOLDERS[source]
    folder = make(tmp_path / "files")
    bring(source, folder)

    report = bring(source, folder)

    assert (report.verdict, report.tally.unchanged, report.tally.stored) == (Verdict.OK, count, 0)
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
    whole = next(path.read_bytes() for path in folder.iterdir() if path.suffix == ".xz")
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
        assert kept.fetched_from == f"file:{name}"
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
    assert (boamp.verdict, boamp.tally.stored, boamp.tally.quarantined) == (Verdict.PARTIAL, 2, 10_000)
    assert sum("openapi.json" in reason for reason in boamp.tally.reasons) == 1
