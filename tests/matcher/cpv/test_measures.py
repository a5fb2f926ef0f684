"""The measures say what they claim, on cases small enough to reckon by hand."""

import pytest

from matcher.cpv.measures import accuracy_at, calibration_error, coverage_at, paired_gain, weighted_f1

_RIGHT = [True, True, False, True, False]
_SURE = [0.9, 0.8, 0.7, 0.6, 0.1]


def test_weighted_f1_weighs_divisions_by_their_number() -> None:
    # 45: precision 2/3, recall 2/2, F1 0.8, twice; 72: precision 1, recall 1/2, F1 2/3, twice.
    assert weighted_f1(["45", "45", "72", "72"], ["45", "45", "45", "72"]) == pytest.approx((0.8 + 2 / 3) / 2)


def test_the_surest_share_is_measured_by_itself() -> None:
    assert accuracy_at(_RIGHT, _SURE, coverage=0.4) == 1.0
    assert accuracy_at(_RIGHT, _SURE, coverage=0.6) == pytest.approx(2 / 3)


def test_coverage_is_the_largest_share_that_is_right_enough() -> None:
    assert coverage_at(_RIGHT, _SURE, accuracy=0.75) == pytest.approx(0.8)
    assert coverage_at([False, False], [0.9, 0.8], accuracy=0.5) == 0.0


def test_confidence_that_is_as_often_right_as_it_says_is_not_off() -> None:
    assert calibration_error([True, False], [0.5, 0.5]) == 0.0
    assert calibration_error([False, False], [1.0, 1.0]) == 1.0


def test_a_gain_is_measured_pair_by_pair() -> None:
    mean, error = paired_gain([1, 1, 0, 1], [0, 1, 0, 0])

    assert mean == 0.5
    assert error == pytest.approx((1 / 3) ** 0.5 / 2)
