"""The classifier: signals become a score in [0, 1] and the additive terms that explain it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

BASE = "base"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score in [0, 1] and what each signal adds to its logit; `base` is what stands without any."""

    score: float
    terms: Mapping[str, float]

    @property
    def logit(self) -> float:
        """The sum of the terms: the score on the scale where they add up."""
        return math.fsum(self.terms.values())


class Classifier(Protocol):
    """What judges a lead by its signals: the rule of thumb at first, a trained model later."""

    @property
    def version(self) -> str:
        """The name under which its judgements are stored."""

    @property
    def base(self) -> float:
        """The logit of a lead without any signal."""

    @property
    def weights(self) -> Mapping[str, float]:
        """What a signal of 1 adds to the logit, by its key."""

    def judge(self, values: Mapping[str, float]) -> Judgement:
        """Score a lead by the value of each signal; the terms sum to the logit of the score."""


def logistic(logit: float) -> float:
    """The number in [0, 1] that a logit stands for."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1.0 + grown)


@dataclass(frozen=True)
class Linear:
    """A weight for each signal: what was learnt and what is written down by hand explain themselves alike."""

    version: str
    base: float
    weights: Mapping[str, float]

    def judge(self, values: Mapping[str, float]) -> Judgement:
        """Score a lead by the value of each signal; a signal without a weight adds nothing."""
        terms = {BASE: self.base}
        terms |= {key: weight * values.get(key, 0.0) for key, weight in self.weights.items()}
        return Judgement(logistic(math.fsum(terms.values())), terms)


class RuleOfThumb(Linear):
    """Weights written down by hand: what serves until decisions teach a model, and the bar it must pass.

    The circumstances (place, language, time, size, buyer, criteria) add 2.4 at the most to a base of -4.5,
    and a past that says nothing 0.5: alone they stay below the waiting band. A score from 0.35 on needs 2.0
    of subject in usual circumstances: one strong sign with a second, or several weaker ones. No sign of the
    subject reaches the strong band by itself.
    """

    version = "rules-3"
    base = -4.5
    weights: Mapping[str, float] = {
        "cpv_branch": 2.0,  # The buyer's own classification; yet codes are often coarse, or wrong.
        "cpv_suggested": 2.0,  # As the buyer's own, times how sure the model is of it.
        "text_likeness": 1.5,  # The richest sign, and the only one for profiles without codes.
        "reference_likeness": 0.5,  # Work done before is the best proof; its words are in the text already.
        "sector_branch": 1.1,  # The chamber's view of branches: wide, so worth half a member's own code.
        "sector_words": 1.1,  # A sector's own word in a title seldom errs; in a description it may.
        "bm25_likeness": 0.3,  # Rare words that both use; the likeness of the texts says nearly all of it.
        "meaning": 0.5,  # Where languages differ only: it gains there, and in one language nothing.
        "within_reach": 0.8,  # Gates stop what is out of reach: what is left to say is "here" or "perhaps".
        "days_left": 0.4,  # Late is a nuisance, not a mismatch.
        "language_fits": 0.2,  # The gate does the rest.
        "buyer_known": 0.4,  # Who has worked for a buyer knows it; most bid for others too.
        "size_fits": 0.2,  # Seldom known; the gates stop what is out of size.
        "ess_answerable": 0.4,  # What sets a member apart among those of its trade, not what the trade is.
        "feedback_likeness": 1.0,  # Half of it is nothing known; what was dropped before takes away.
    }

    def __init__(self) -> None:
        """Nothing to choose: the weights stand above."""
