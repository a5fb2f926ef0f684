"""How right predicted divisions are: weighted F1, accuracy, and accuracy where they are most certain."""

import math
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score


def weighted_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """The F1 of each division, weighted by how often it is the truth, in [0, 1]."""
    return float(f1_score(list(truth), list(predicted), average="weighted", zero_division=0.0))


def accuracy_at(is_right: Sequence[bool], confidence: Sequence[float], *, coverage: float) -> float:
    """The share of right ones among the most certain, `coverage` of them all; in [0, 1]."""
    kept = max(1, math.floor(len(is_right) * coverage))
    order = np.argsort(-np.asarray(confidence, dtype=np.float64), kind="stable")[:kept]
    return float(np.asarray(is_right, dtype=np.float64)[order].mean())


def coverage_at(is_right: Sequence[bool], confidence: Sequence[float], *, accuracy: float) -> float:
    """The largest share, most certain first, of which at least `accuracy` are right; 0.0 for none."""
    order = np.argsort(-np.asarray(confidence, dtype=np.float64), kind="stable")
    running = np.cumsum(np.asarray(is_right, dtype=np.float64)[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= accuracy)
    return float((reached[-1] + 1) / len(order)) if reached.size else 0.0


def calibration_error(is_right: Sequence[bool], confidence: Sequence[float], *, bins: int = 10) -> float:
    """The mean distance between confidence and share right, over bins of equal width weighted by size."""
    right, sure = np.asarray(is_right, dtype=np.float64), np.asarray(confidence, dtype=np.float64)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        np.sum(place == each) * abs(right[place == each].mean() - sure[place == each].mean())
        for each in np.unique(place)
    ]
    return float(sum(gaps) / len(right))


def paired_gain(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """The mean difference of two methods notice by notice, and its standard error."""
    gaps = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    spread = float(gaps.std(ddof=1)) if len(gaps) > 1 else 0.0
    return float(gaps.mean()), spread / math.sqrt(len(gaps))
