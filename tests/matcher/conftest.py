"""What every test of the matcher stands on: an own data folder, without any model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import settings


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder that the settings name."""
    folder = tmp_path / "data"
    monkeypatch.setenv("AIMP_DATA_DIR", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()
