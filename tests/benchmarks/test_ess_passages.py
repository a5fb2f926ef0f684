"""The project's own labelled passages: each reference is read back to the text that its reader saw."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.ess_passages import APART, LEARN, REFERENCES, digest_of, passages
from procurement.errors import UnreadableFile

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
LINES = [json.loads(line) for line in REFERENCES.read_text(encoding="utf-8").splitlines()]
TEXT = "Le lot 2 est réservé aux entreprises adaptées."


def folder_with(folder: Path, text: str) -> Path:
    """A folder of data with one table, and references to the passage TEXT in it."""
    (folder / "rows.csv").write_text(f'idweb,description\n26-1,"Avant.  {text}"\n', encoding="utf-8")
    label = {"family": "marche_reserve", "kind": "reserved", "polarity": "present", "weight": None}
    line = {
        "id": "e001",
        "source": "boamp",
        "file": "rows.csv",
        "record": "26-1",
        "field": "description",
        "start": 7,
        "end": 7 + len(TEXT),
        "digest": digest_of(TEXT),
        "lang": "fr",
        "part": LEARN,
        "labels": [{**label, "start": 13, "end": 20}],
        "ess": True,
    }
    (folder / "ess.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return folder


def test_a_reference_is_read_back_to_its_passage_and_evidence(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT)

    [passage] = passages(folder, references=folder / "ess.jsonl")

    assert (passage.text, passage.labels[0].evidence, passage.ess) == (TEXT, "réservé", True)


def test_a_text_that_changed_is_refused_by_name(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT.replace("2", "3"))

    with pytest.raises(UnreadableFile, match=r"e001: rows\.csv / 26-1 / description has another text"):
        list(passages(folder, references=folder / "ess.jsonl"))


def test_a_file_that_is_absent_is_refused_by_name(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, TEXT)
    (folder / "rows.csv").unlink()

    with pytest.raises(UnreadableFile, match=r"e001: no rows\.csv / 26-1 / description"):
        list(passages(folder, references=folder / "ess.jsonl"))


def test_references_hold_no_text() -> None:
    names = {
        "id", "source", "file", "record", "field", "start", "end", "digest", "lang", "part", "labels", "ess"
    }  # fmt: skip

    assert all(set(line) == names for line in LINES)
    assert all(
        set(label) == {"family", "kind", "polarity", "start", "end", "weight"}
        for line in LINES
        for label in line["labels"]
    )


def test_a_third_is_apart_and_no_notice_is_in_both_parts() -> None:
    parts = defaultdict(set)
    for line in LINES:
        parts[line["record"]].add(line["part"])

    apart = sum(line["part"] == APART for line in LINES)

    assert len(LINES) >= 300
    assert abs(apart / len(LINES) - 1 / 3) < 0.02
    assert all(len(found) == 1 for found in parts.values())
    assert {line["part"] for line in LINES} == {LEARN, APART}


@pytest.mark.skipif(not DATA.is_dir(), reason="the recorded files are not beside the project")
def test_every_passage_is_read_back_with_its_evidence() -> None:
    found = list(passages(DATA))

    assert [passage.id for passage in found] == [line["id"] for line in LINES]
    for passage in found:
        assert passage.text == " ".join(passage.text.split())
        for label in passage.labels:
            assert label.evidence.strip() == label.evidence != "", passage.id
