"""Collection that is killed at any moment loses nothing and doubles nothing."""

import pytest

from benchmarks.kills import measure


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_kills_lose_and_double_nothing() -> None:
    result = measure(kills=20, seed=20261124)

    assert (result.kills, result.lost, result.doubled, result.damaged) == (20, 0, 0, 0)
    assert result.without_verdict > 0, "no kill hit a run"
