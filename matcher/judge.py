"""One lead judged: gates first, then signals, score, reasons and risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matcher.classifier import Classifier
from matcher.explain import reasons_of, risk_of
from matcher.gates import GateAnswer, first_failed
from matcher.lead import Lead
from matcher.signals import Context, measure_all
from procurement.matches import Proposal


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a lead: the gate that stopped it, if any, and what its signals say all the same."""

    stopped_by: GateAnswer | None
    score: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, float] = field(default_factory=dict)
    reasons: Sequence[Mapping[str, Any]] = ()
    risk: Mapping[str, Any] | None = None

    def proposal(self, member_id: int, model: str) -> Proposal | None:
        """What to record of it; None when a gate stopped it."""
        if self.stopped_by is not None:
            return None
        return Proposal(member_id, self.score, self.reasons, self.risk, model, self.signals)


def judge_lead(lead: Lead, context: Context, classifier: Classifier, *, explain_from: float = 0.0) -> Judged:
    """Judge a lead; one that a gate stops is not scored, and a score below `explain_from` not explained."""
    stopped = first_failed(lead, context.now)
    if stopped is not None:
        return Judged(stopped)
    return score_lead(lead, context, classifier, explain_from=explain_from)


def score_lead(lead: Lead, context: Context, classifier: Classifier, *, explain_from: float = 0.0) -> Judged:
    """Score a lead without asking the gates."""
    signals = measure_all(lead, context)
    values = {key: found.value for key, found in signals.items()}
    judgement = classifier.judge(values)
    if judgement.score < explain_from:
        return Judged(None, judgement.score, values, judgement.terms)
    told = {key: found.told() for key, found in signals.items()}
    return Judged(
        None,
        judgement.score,
        values,
        judgement.terms,
        reasons_of(told, judgement),
        risk_of(lead, told, judgement, now=context.now),
    )
