"""On published notices, in order of time: more than the commonest division, and sober about it."""

import json
import lzma
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from matcher.cpv.examples import Example, usable
from matcher.cpv.predictor import CpvPredictor
from matcher.cpv.training import measure
from procurement.labelled import LANGUAGES

_RECORDED = Path(__file__).parents[3] / ".." / "shared" / "data" / "bench" / "cpv" / "train.jsonl.xz"


def _recorded() -> list[Example]:
    rows = [json.loads(line) for line in lzma.decompress(_RECORDED.read_bytes()).decode().split("\n") if line]
    notices = [
        Example(row["text"], row["cpv"], row["lang"], date.fromisoformat(row["date"]), row["id"])
        for row in rows
        if row["lang"] in LANGUAGES
    ]
    return usable(notices, {})


@pytest.mark.slow
@pytest.mark.skipif(not _RECORDED.exists(), reason="the recordings are not here")
def test_later_notices_are_told_better_than_by_the_commonest_division() -> None:
    notices = [each for each in _recorded() if each.published_on >= date(2017, 1, 1)]
    earlier = [each for each in notices if each.published_on < date(2020, 1, 1)]
    later = [each for each in notices if each.published_on >= date(2020, 1, 1)]
    commonest, _ = Counter(each.code[:2] for each in earlier).most_common(1)[0]

    measured = measure(CpvPredictor.fit(earlier, {}), later)

    baseline = sum(each.code.startswith(commonest) for each in later) / len(later)
    assert measured["accuracy"] > baseline + 0.15
    assert measured["accuracy_at_half"] > measured["accuracy"] + 0.1
    assert measured["calibration_error"] < 0.2
