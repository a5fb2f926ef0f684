"""The verbs of the observatory: files of its figures, and the report of a year."""

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from aimp import main
from config import settings as of_config
from procurement.accounts import only_chamber
from procurement.db import connect, transaction
from procurement.migrations import upgrade
from tests.procurement.observed import a_world


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An installation with the small world of the observatory, as the commands find it."""
    monkeypatch.setenv("AIMP_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("AIMP_DATABASE_URL", raising=False)
    of_config.settings.cache_clear()
    engine = connect(of_config.settings().database_address)
    upgrade(engine)
    with transaction(engine) as session:
        a_world(session)
    yield engine
    engine.dispose()
    of_config.settings.cache_clear()


def _aimp(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_the_figures_leave_as_files(installation: Engine, tmp_path: Path) -> None:
    table, said, book, folder = (tmp_path / name for name in ("f.csv", "q.csv", "o.xlsx", "ocds"))

    result = _aimp(
        "observatory", "export", "--csv", table, "--quotes", said, "--xlsx", book, "--ocds", folder
    )

    assert result.exit_code == 0, result.output
    assert "ensemble,,12,5,5,1,1" in table.read_text(encoding="utf-8")
    assert f"6 rows in {said}" in result.output
    assert openpyxl.load_workbook(book)["Chiffres"]["C2"].value == 12
    [package] = [json.loads(path.read_text(encoding="utf-8")) for path in folder.rglob("*.json")]
    assert len(package["releases"]) == 6


def test_a_year_alone_can_be_exported(installation: Engine, tmp_path: Path) -> None:
    result = _aimp("observatory", "export", "--csv", tmp_path / "f.csv", "--year", "2025", "--language", "de")

    assert result.exit_code == 0, result.output
    assert ",,1,1,0,0,0" in (tmp_path / "f.csv").read_text(encoding="utf-8")


def test_an_export_says_where_to(installation: Engine) -> None:
    result = _aimp("observatory", "export")

    assert (result.exit_code, "say where to" in result.output) == (2, True)


def test_the_report_of_a_year_is_written(installation: Engine, tmp_path: Path) -> None:
    result = _aimp("observatory", "report", tmp_path / "r.pdf", "--year", "2026")

    assert result.exit_code == 0, result.output
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


def test_the_chamber_shows_its_figures_when_told_to(installation: Engine) -> None:
    result = _aimp("chamber", "--show-figures")

    assert "shows figures    True" in result.output
    with transaction(installation) as session:
        assert only_chamber(session).shows_figures
