"""How good probabilities of « keep » are: log-loss, calibration and order, and two models pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BINS = 10
_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model's probabilities are worth on labels that it has not seen."""

    labels: int
    good: int
    # The mean surprise in nats: the one figure that right order and right height both lower.
    log_loss: float
    # The mean distance between what was said and what came, over ten bins of equal size.
    calibration_error: float
    # The mean precision down to each good one, read from the best score on; `good / labels` by chance.
    average_precision: float


def figures(probabilities: Floats, is_good: Floats) -> Figures:
    """The figures of probabilities, given what came of each."""
    return Figures(
        labels=len(is_good),
        good=int(is_good.sum()),
        log_loss=float(log_losses(probabilities, is_good).mean()),
        calibration_error=calibration_error(probabilities, is_good),
        average_precision=average_precision(probabilities, is_good),
    )


def log_losses(probabilities: Floats, is_good: Floats) -> Floats:
    """The surprise of each label, in nats; bounded, for nobody is certain."""
    sure = np.clip(np.where(is_good > 0, probabilities, 1.0 - probabilities), 1e-6, 1.0)
    return np.asarray(-np.log(sure))


def calibration_error(probabilities: Floats, is_good: Floats) -> float:
    """The expected calibration error over ten bins of as many labels each."""
    order = np.argsort(probabilities, kind="stable")
    total = 0.0
    for rows in np.array_split(order, _BINS):
        if len(rows):
            total += len(rows) * abs(float(probabilities[rows].mean() - is_good[rows].mean()))
    return total / len(order)


def average_precision(probabilities: Floats, is_good: Floats) -> float:
    """The mean, over the good ones, of the precision where each stands; equal scores stand together."""
    order = np.argsort(-probabilities, kind="stable")
    hits, scores = is_good[order], probabilities[order]
    # Of equal scores only the last place counts: their order among themselves is chance.
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    found = np.cumsum(hits)[last]
    gained = np.diff(np.append(0.0, found))
    return float((gained * found / (last + 1)).sum() / max(found[-1], 1.0))


@dataclass(frozen=True, slots=True)
class Gain:
    """How much lower a model's log-loss is than another's: mean, and the bounds of 90 % of redraws."""

    mean: float
    low: float
    high: float


def gain(losses: Floats, than: Floats, groups: Sequence[int], *, draws: int = _DRAWS) -> Gain:
    """The mean gain per label, redrawing whole groups: labels of one tender are no independent witnesses."""
    _, places = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.bincount(places, weights=than - losses)
    counts = np.bincount(places).astype(float)
    chance = np.random.default_rng(4)
    drawn = [chance.integers(0, len(sums), len(sums)) for _ in range(draws)]
    low, high = np.percentile([sums[rows].sum() / counts[rows].sum() for rows in drawn], (5, 95))
    return Gain(float(sums.sum() / counts.sum()), float(low), float(high))
