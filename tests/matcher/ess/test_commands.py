"""The verbs of the lens: reading, before matching too, the export, the labelled set."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from aimp import main
from config import settings as of_config
from config.criteria import ess_criteria, ess_criteria_file
from procurement.db import connect, transaction
from procurement.migrations import upgrade
from procurement.models import Finding
from tests.factories import make_tender


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The database of an installation in a folder of its own, as the commands find it."""
    monkeypatch.setenv("AIMP_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("AIMP_DATABASE_URL", raising=False)
    of_config.settings.cache_clear()
    engine = connect(of_config.settings().database_address)
    upgrade(engine)
    yield engine
    engine.dispose()
    of_config.settings.cache_clear()


def _aimp(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def _store(engine: Engine) -> None:
    with transaction(engine) as session:
        make_tender(session, description={"fr": "Le titulaire réserve 100 heures à l’insertion."})


@pytest.mark.parametrize("verb", ["read", "match"])
def test_what_is_new_is_read_also_before_it_is_matched(installation: Engine, verb: str) -> None:
    _store(installation)

    result = _aimp(verb)

    assert result.exit_code == 0, result.output
    assert "ReadReport(lots=1" in result.output
    with transaction(installation, read_only=True) as session:
        found = session.scalars(select(Finding).where(Finding.counts)).all()
    assert "insertion_socioprofessionnelle" in {each.family for each in found}
    assert all(each.opinion is not None for each in found)


def test_opinions_are_renewed_once_there_is_more_to_learn(installation: Engine, tmp_path: Path) -> None:
    _store(installation)
    _aimp("read")
    first = (tmp_path / "ess" / "opinion").read_text(encoding="utf-8")

    assert "lots=0" in _aimp("read").output
    assert (tmp_path / "ess" / "opinion").read_text(encoding="utf-8") == first

    labelled = tmp_path / "set.jsonl"
    row = {"text": "Clause d’insertion. Paiement à trente jours.", "ess": True}
    row["labels"] = [{"family": "insertion_socioprofessionnelle", "kind": "award", "evidence": "insertion"}]
    labelled.write_text(json.dumps(row), encoding="utf-8")
    assert "2 sentences, 1 of them count" in _aimp("ess", "teach", str(labelled)).output
    _aimp("read")
    assert (tmp_path / "ess" / "opinion").read_text(encoding="utf-8") != first


def test_the_criteria_are_exported_with_version_and_licence() -> None:
    toml, rows = _aimp("ess", "export"), json.loads(_aimp("ess", "export", "--format", "json").output)
    table = _aimp("ess", "export", "--format", "csv").output.splitlines()

    assert toml.output == ess_criteria_file()
    assert (rows["version"], rows["licence"]) == (ess_criteria().version, "EUPL-1.2")
    assert table[0] == f"# ESS criteria {ess_criteria().version}, licence EUPL-1.2"
    assert len(table) == 2 + len(ess_criteria().criteria)
