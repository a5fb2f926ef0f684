"""The benchmark of ESS criteria: answers in its form, figures by hand."""

import json
from pathlib import Path

import pytest

from benchmarks.ess import Answer, by_bare_patterns, intervals, main, measures, read

_ROWS = [
    {
        "id": "a",
        "lang": "fr",
        "text": "Prix 90 % ; développement durable 10 %",
        "labels": [{"family": "developpement_durable_rse", "evidence": "développement durable"}],
        "ess": True,
    },
    {"id": "b", "lang": "de", "text": "Die Rechnung wird bezahlt.", "labels": [], "ess": False},
    {
        "id": "c",
        "lang": "fr",
        "text": "Attestation d’égalité salariale",
        "labels": [{"family": "egalite_salariale", "evidence": "égalité salariale"}],
        "ess": False,
    },
]


def _written(folder: Path, rows: list[dict[str, object]]) -> Path:
    file = folder / "passages.jsonl"
    lines = (json.dumps({"labels": [], **row}, ensure_ascii=False) for row in rows)
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_findings_are_written_one_line_a_passage_with_slices_as_evidence(tmp_path: Path) -> None:
    source, target = _written(tmp_path, _ROWS), tmp_path / "found.jsonl"

    main(["find", "--in", str(source), "--out", str(target)])

    first, second, third = read(target)
    (found,) = first["findings"]
    assert first["ess"] is True
    assert found["evidence"] in _ROWS[0]["text"]  # type: ignore[operator]
    assert {**found, "evidence": ""} == {
        "family": "developpement_durable_rse",
        "kind": "award",
        "polarity": "present",
        "weight": 10.0,
        "evidence": "",
    }
    assert second == {"id": "b", "ess": False, "findings": []}
    assert (third["ess"], [each["kind"] for each in third["findings"]]) == (False, ["boilerplate"])


def test_measures_are_what_one_counts_by_hand() -> None:
    answers = [
        Answer(True, {"developpement_durable_rse": ["durable 10 %"], "biodiversite": ["Prix"]}),
        Answer(True, {}),
        Answer(False, {}),
    ]

    found = measures(_ROWS, answers)

    assert (found["ess precision"], found["ess recall"]) == (0.5, 1.0)
    assert found["families precision"] == found["families recall"] == 0.5
    assert found["macro F1"] == pytest.approx(1 / 3)
    assert found["evidence"] == 1.0


def test_an_interval_holds_what_was_measured() -> None:
    rows, answers = (
        _ROWS * 10,
        [Answer(True, {"developpement_durable_rse": []}), Answer(True, {}), Answer(False, {})] * 10,
    )

    low, high = intervals(rows, answers)["ess F1"]

    assert 0 < low < measures(rows, answers)["ess F1"] < high < 1


def test_bare_patterns_know_neither_sections_nor_conditions_for_all() -> None:
    assert by_bare_patterns(_ROWS[2]).ess


def test_every_method_is_scored_on_the_same_passages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ("Le titulaire réserve des heures à l’insertion.", "Le paiement a lieu à trente jours.")
    label = {
        "family": "insertion_socioprofessionnelle",
        "kind": "execution_condition",
        "evidence": "insertion",
    }
    rows: list[dict[str, object]] = [
        {"id": str(n), "lang": "fr", "text": said[n % 2], "ess": n % 2 == 0, "labels": [label][: 1 - n % 2]}
        for n in range(40)
    ]

    main(["score", "--in", str(_written(tmp_path, rows))])

    told = capsys.readouterr().out
    assert "40 passages, 20 with ess" in told
    for method in ("bare patterns", "rules", "opinion", "rules and opinion", "rules or opinion"):
        assert f"\n{method}\n" in told
    assert "rules, fr (40): ess precision 1.00, ess recall 1.00" in told
