"""One lead judged: gates first, then signals, score, reasons and risk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import expit

from matcher.classifier import Classifier
from matcher.context import Context
from matcher.explain import reasons_of, risk_of
from matcher.gates import GateAnswer, first_failed
from matcher.kinship import Row
from matcher.labels import stored_values
from matcher.lead import Lead, LotFacts, MemberFacts
from matcher.signals import measure_all, told
from procurement.matches import Proposal

# Sums in another order differ in the last digits: what is that near a threshold is judged exactly.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a lead: the gate that stopped it, if any, and what its signals say all the same."""

    stopped_by: GateAnswer | None
    score: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, float] = field(default_factory=dict)
    reasons: Sequence[Mapping[str, Any]] = ()
    risk: Mapping[str, Any] | None = None

    def proposal(self, member_id: int, model: str) -> Proposal:
        """What to record of it."""
        return Proposal(member_id, self.score, self.reasons, self.risk, model, stored_values(self.signals))


def judge_lot(
    lot: LotFacts, context: Context, classifier: Classifier, *, least: Row
) -> Iterator[tuple[MemberFacts, Judged]]:
    """The members of the context whose score reaches theirs of `least` and whom no gate stops, each judged.

    Scores are worked out for all members at once; only what they leave meets the gates and is explained.
    """
    rows = measure_all(lot, context)
    reached = np.flatnonzero(logits_of(rows, classifier) >= _logit(least) - _ROUNDING)
    for column in reached.tolist():
        lead, values = Lead(lot, context.members[column]), _values(rows, column)
        is_near_enough = classifier.judge(values).score >= least[column]
        if is_near_enough and first_failed(lead, context.now) is None:
            yield lead.member, _judged(lead, context, classifier, values)


def score_lead(lead: Lead, context: Context, classifier: Classifier, *, is_explained: bool = True) -> Judged:
    """Judge one lead without asking the gates; without reasons and risk where nobody will read them."""
    values = _values(measure_all(lead.lot, context), context.column[lead.member.id])
    if is_explained:
        return _judged(lead, context, classifier, values)
    judgement = classifier.judge(values)
    return Judged(None, judgement.score, values, judgement.terms)


def _judged(lead: Lead, context: Context, classifier: Classifier, values: Mapping[str, float]) -> Judged:
    judgement = classifier.judge(values)
    signals = told(lead, context, values)
    return Judged(
        None,
        judgement.score,
        values,
        judgement.terms,
        reasons_of(signals, judgement),
        risk_of(lead, signals, judgement, now=context.now),
    )


def _values(rows: Mapping[str, Row], column: int) -> dict[str, float]:
    return {key: float(row[column]) for key, row in rows.items()}


def logits_of(rows: Mapping[str, Row], classifier: Classifier) -> Row:
    """The logit of a lot for each member; a signal without a weight adds nothing."""
    logits: Row = np.full_like(next(iter(rows.values())), classifier.base)
    for key, weight in classifier.weights.items():
        if key in rows:
            logits += weight * rows[key]
    return logits


def scores_of(rows: Mapping[str, Row], classifier: Classifier) -> Row:
    """The score in [0, 1] of a lot for each member."""
    scores: Row = expit(logits_of(rows, classifier))
    return scores


def _logit(score: Row) -> Row:
    with np.errstate(divide="ignore"):
        return np.log(score) - np.log1p(-score)
