"""What to ask a buyer after its decision: in four languages, each question once, never a price."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import debriefing as module
from config import tables
from config.debriefing import debriefing
from config.settings import BadConfiguration
from procurement.labelled import LANGUAGES

_OURS = Path(tables.__file__).parent / "debriefing.toml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of our own in the place of config/."""
    monkeypatch.setattr(tables, "_FOLDER", tmp_path)
    module.debriefing.cache_clear()
    yield tmp_path
    module.debriefing.cache_clear()


def test_each_question_is_asked_in_the_language_of_its_reader() -> None:
    for question in debriefing().question:
        assert len({question.text(language) for language in LANGUAGES}) == len(LANGUAGES)
        assert question.text("rm") == question.fr


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('key = "points"', 'key = "decisive"', "a question stands twice"),
        ('mark = "recalled"', 'mark = "known"', "basis.1.mark"),
        ("de = ", "dd = ", "basis.0.de"),
    ],
)
def test_a_bad_file_names_what_is_wrong(folder: Path, old: str, new: str, problem: str) -> None:
    text = _OURS.read_text(encoding="utf-8").replace(old, new, 1)
    (folder / "debriefing.toml").write_text(text, encoding="utf-8")

    with pytest.raises(BadConfiguration, match=f"config/debriefing.toml.*{problem}"):
        debriefing()
