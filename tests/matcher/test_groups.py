"""No language and no sector pays for what the others gain, where there are enough decisions to tell."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.groups import LEAST, LEAST_OF_EACH, Group, groups_of
from tests.matcher.decisions import make_label


def _group(labels: int, good: int, candidate: float, before: float) -> Group:
    return Group("language", "de", labels, good, candidate, before)


@pytest.mark.parametrize(
    ("group", "is_worse"),
    [
        (_group(LEAST, 50, 0.60, 0.64), True),
        (_group(LEAST, 50, 0.62, 0.64), False),
        (_group(LEAST, 50, 0.70, 0.64), False),
        (_group(LEAST - 1, 50, 0.10, 0.90), False),
        (_group(LEAST, LEAST_OF_EACH - 1, 0.10, 0.90), False),
        (_group(LEAST, LEAST - LEAST_OF_EACH + 1, 0.10, 0.90), False),
    ],
)
def test_a_loss_counts_from_three_hundredths_on_and_where_there_are_enough_decisions(
    group: Group, is_worse: bool
) -> None:
    assert group.is_worse is is_worse


def test_decisions_are_grouped_by_language_and_by_each_sector_of_the_member() -> None:
    labels = [
        replace(make_label(number, {}), member_id=member, language=language, is_good=is_good)
        for number, (member, language, is_good) in enumerate(
            [(1, "fr", True), (1, "fr", False), (2, "de", True), (3, "it", False)]
        )
    ]
    ours, theirs = np.array([0.9, 0.1, 0.5, 0.5]), np.array([0.1, 0.9, 0.5, 0.5])

    found = groups_of(labels, ours=ours, theirs=theirs, sectors={1: ["green", "food"], 2: ["food"]})

    # Of the Italian ones none is good: there is no order to lose.
    assert [(each.of, each.key, each.labels, each.good) for each in found] == [
        ("language", "de", 1, 1),
        ("language", "fr", 2, 1),
        ("sector", "food", 3, 2),
        ("sector", "green", 2, 1),
    ]
    assert (found[1].candidate, found[1].in_use_before) == (1.0, 0.5)
    assert found[1].as_facts()["is_judged"] is False
