"""Learn from labels: weights fitted on earlier notices, calibrated on newer ones, measured on the newest."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from matcher.classifier import Linear, RuleOfThumb
from matcher.evaluation import Figures, Floats, Gain, figures, gain, log_losses
from matcher.groups import Group, Sectors, groups_of
from matcher.labels import Label, Labels
from matcher.registry import classifier_in_use, digest_of, save
from procurement.errors import ModelMismatch
from procurement.served import card_of, models_folder, promote, served

logger = logging.getLogger(__name__)

# Fewer decisions teach a dozen weights mostly chance: below, the rule of thumb ranks as well.
LEAST_LABELS = 200
LEAST_OF_EACH = 40
# The part of the newest labels that a candidate is measured on, and what is too little to measure by.
_LATER_SHARE = 0.25
_LEAST_LATER = 40
_LEAST_LATER_OF_EACH = 8
# The newest part of the earlier labels sets the height of the probabilities, the rest the weights.
_CALIBRATION_SHARE = 0.2
# How strongly weights are drawn towards the rule's. Simulated on published awards: with a tenth of it, 100
# decisions cost 0.03 of nDCG@10 among all tenders; with thrice as much, 200 teach little.
_TOWARDS_THE_RULE = 30.0
_FREE = 10.0
# As many decisions as the rule's own word counts for.
_SAID_BY_THE_RULE = 20.0
# How far calibration and order may fall where the log-loss gains: on few labels, as far as chance moves them.
_CALIBRATION_MARGIN = 0.02
_ORDER_MARGIN = 0.01


class Outcome(StrEnum):
    """What came of a training."""

    PROMOTED = "promoted"
    NOT_BETTER = "not better than the model in use"
    TOO_FEW = "too few decisions"
    TOO_FEW_LATER = "too few decisions on later notices that neither model has seen"
    HELD = "better, but promotion is held since somebody went back to an older model"


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was learned from, how candidate and model in use did on the later part, and what came of it."""

    outcome: Outcome
    labels: int
    good: int
    left_out: Mapping[str, int]
    champion: str
    candidate: str | None = None
    earlier_until: date | None = None
    candidate_figures: Figures | None = None
    champion_figures: Figures | None = None
    gain: Gain | None = None
    groups: Sequence[Group] = ()
    reasons: Sequence[str] = ()

    def __str__(self) -> str:
        """A few lines for the person who runs it."""
        left_out = ", ".join(f"{count} {why}" for why, count in sorted(self.left_out.items())) or "none"
        lines = [f"{self.labels} decisions, {self.good} good ({left_out} left out)"]
        named = ((self.candidate, self.candidate_figures), (self.champion, self.champion_figures))
        for name, found in named:
            if found is not None:
                lines.append(
                    f"{name}: log-loss {found.log_loss:.3f}, "
                    f"calibration error {found.calibration_error:.3f}, "
                    f"average precision {found.average_precision:.3f}, "
                    f"on {found.labels} decisions about notices after {self.earlier_until}"
                )
        lines.append("; ".join((self.outcome.value, *self.reasons)))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Split:
    """Labels in three parts by the day of publication; a tender is in one of them only."""

    fitting: Sequence[Label]
    calibrating: Sequence[Label]
    later: Sequence[Label]
    earlier_until: date


def split_by_day(labels: Sequence[Label], *, later_than: date | None = None) -> Split:
    """The newest quarter to measure on, and of the rest the newest fifth to calibrate on.

    Days are not cut; a tender stands where it was published first. `later_than` moves the measuring part on,
    past what a model in use has seen.
    """
    first: dict[int, date] = {}
    for label in labels:
        first[label.tender_id] = min(label.published_on, first.get(label.tender_id, label.published_on))
    ordered = sorted(labels, key=lambda label: (first[label.tender_id], label.tender_id, label.match_id))
    days = [first[label.tender_id] for label in ordered]
    until = _day_at(days, 1.0 - _LATER_SHARE)
    earlier = [label for label, day in zip(ordered, days, strict=True) if day <= until]
    since = max(until, later_than or until)
    later = [label for label, day in zip(ordered, days, strict=True) if day > since]
    fit_until = _day_at(days[: len(earlier)], 1.0 - _CALIBRATION_SHARE)
    fitting = [label for label in earlier if first[label.tender_id] <= fit_until]
    return Split(fitting, earlier[len(fitting) :], later, until)


def _day_at(days: Sequence[date], share: float) -> date:
    """The last day of the first part: the day before the one that the cut falls into."""
    cut = days[min(int(share * len(days)), len(days) - 1)]
    before = [day for day in days if day < cut]
    return before[-1] if before else cut


def fit(labels: Sequence[Label], signals: Sequence[str], *, now: datetime, version: str = "") -> Linear:
    """A logistic regression that begins from the rule of thumb, as weights on the signals alone.

    What was proposed was proposed for some reason, and nobody has judged the rest: among the decided ones one
    good sign makes another look worthless. So weights are drawn towards the rule's, and a signal that would
    speak against what it stands for is left out.
    """
    rules = RuleOfThumb()
    values = _matrix(labels, signals)
    is_good = _outcomes(labels)
    weights = np.array([label.weight(now) for label in labels])
    hand = np.array([rules.weights.get(key, 0.0) for key in signals])
    # What the rule itself would say of the same matches, as if it had decided a few of them.
    says = _probabilities(rules, labels)
    share = _SAID_BY_THE_RULE / len(labels)
    values = np.concatenate((values, values, values))
    is_good = np.concatenate((is_good, np.ones(len(labels)), np.zeros(len(labels))))
    weights = np.concatenate((weights, share * says, share * (1.0 - says)))
    kept = np.ones(len(signals), dtype=bool)
    while True:
        base, learned = _regression(values, hand, kept, is_good, weights)
        against = (learned < 0) & kept
        if not against.any():
            break
        kept &= ~against
    return Linear(version, base, dict(zip(signals, map(float, np.maximum(learned, 0.0)), strict=True)))


def _regression(
    values: Floats, hand: Floats, kept: NDArray[np.bool_], is_good: Floats, weights: Floats
) -> tuple[float, Floats]:
    """Base and weights on the scale of the values: those of the rule, times one factor, and what differs.

    What differs is held to zero by standardised columns; the factor costs nothing, its column being large.
    """
    hand = np.where(kept, hand, 0.0)
    rule = values @ hand
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0.0] = 1.0
    columns = np.column_stack((((values - mean) / spread)[:, kept], _FREE * (rule - rule.mean())))
    model = LogisticRegression(C=1.0 / (2.0 * _TOWARDS_THE_RULE), max_iter=1_000)
    found = model.fit(columns, is_good, sample_weight=weights).coef_[0]
    learned = _FREE * found[-1] * hand
    learned[kept] += found[:-1] / spread[kept]
    base = float(model.intercept_[0]) - float(found[:-1] @ (mean / spread)[kept])
    return base - _FREE * float(found[-1] * rule.mean()), learned


def calibrate(model: Linear, labels: Sequence[Label], *, now: datetime) -> Linear:
    """The same order at the right height: one factor and one offset on the logit, folded into the weights."""
    logits = _logits(model, labels)
    is_good = _outcomes(labels)
    weights = np.array([label.weight(now) for label in labels])

    def loss(at: Floats) -> float:
        scores = np.exp(at[0]) * logits + at[1]
        surprise = np.logaddexp(0.0, np.where(is_good > 0, -scores, scores))
        # Few labels must not move it far: as much is set against it as two labels weigh.
        return float((weights * surprise).sum() + at[0] ** 2 + at[1] ** 2)

    found = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=((-2.0, 2.0), (-6.0, 6.0)))
    factor, offset = float(np.exp(found.x[0])), float(found.x[1])
    return Linear(
        model.version,
        factor * model.base + offset,
        {key: factor * weight for key, weight in model.weights.items()},
    )


def learn(labels: Labels, *, now: datetime, later_than: date | None = None) -> tuple[Linear, Split]:
    """A candidate from the earlier labels, and the later ones that it has not seen."""
    split = split_by_day(labels.labels, later_than=later_than)
    fitted = fit(split.fitting, labels.signals, now=now)
    calibrated = calibrate(fitted, split.calibrating, now=now)
    named = f"match-{now:%Y-%m-%d}-{digest_of(calibrated)[:8]}"
    return Linear(named, calibrated.base, calibrated.weights), split


def train(
    labels: Labels, *, data_dir: Path, now: datetime, by: str, sectors: Sectors | None = None
) -> TrainingReport:
    """Learn, measure against the model in use on later notices, and let the better one serve.

    `sectors` of each member by its id: none of them, and no language, may lose what the others gain.

    What serves is what was measured: nothing is fitted again on the later part, so that the next candidate
    can be held against it on notices that neither has seen.
    """
    models = models_folder(data_dir)
    champion, seen = _champion(data_dir)
    about: dict[str, Any] = {
        "labels": len(labels.labels),
        "good": labels.good,
        "left_out": labels.left_out,
        "champion": champion.version,
    }
    if len(labels.labels) < LEAST_LABELS or min(labels.good, labels.bad) < LEAST_OF_EACH:
        return TrainingReport(
            Outcome.TOO_FEW,
            **about,
            reasons=(f"{LEAST_LABELS} with {LEAST_OF_EACH} of each kind are needed",),
        )
    candidate, split = learn(labels, now=now, later_than=seen)
    about |= {"candidate": candidate.version, "earlier_until": max(split.earlier_until, seen or date.min)}
    if not _is_enough(split):
        return TrainingReport(Outcome.TOO_FEW_LATER, **about)
    ours, theirs = (measured(model, split.later) for model in (candidate, champion))
    said, said_before = (_probabilities(model, split.later) for model in (candidate, champion))
    difference = gain(
        log_losses(said, _outcomes(split.later)),
        log_losses(said_before, _outcomes(split.later)),
        [label.tender_id for label in split.later],
    )
    groups = groups_of(split.later, ours=said, theirs=said_before, sectors=sectors or {})
    about |= {"candidate_figures": ours, "champion_figures": theirs, "gain": difference, "groups": groups}
    worse = (f"puts the good ones lower in {group.of} {group.key}" for group in groups if group.is_worse)
    against = (*_against(ours, theirs, difference), *worse)
    if against:
        return TrainingReport(Outcome.NOT_BETTER, **about, reasons=against)
    if served(models).held_since is not None:
        return TrainingReport(
            Outcome.HELD, **about, reasons=("let it promote again with: aimp train match --resume",)
        )
    report = TrainingReport(Outcome.PROMOTED, **about)
    save(models, candidate, facts=_card_facts(labels, split, report, now=now, by=by))
    promote(models, candidate.version)
    logger.info("a model was promoted", extra={"model": candidate.version, "before": champion.version})
    return report


def _champion(data_dir: Path) -> tuple[Linear, date | None]:
    """What a candidate must beat, and the last day that it has learned from.

    A model in use that cannot serve is no bar: learning anew is one of the two ways out.
    """
    try:
        champion = classifier_in_use(data_dir)
    except ModelMismatch as problem:
        logger.warning("the model in use cannot serve", extra={"problem": str(problem)})
        return RuleOfThumb(), None
    models = models_folder(data_dir)
    version = served(models).version
    return champion, date.fromisoformat(card_of(models, version)["earlier_until"]) if version else None


def _is_enough(split: Split) -> bool:
    later = _outcomes(split.later)
    return bool(
        len(later) >= _LEAST_LATER
        and min(later.sum(), len(later) - later.sum()) >= _LEAST_LATER_OF_EACH
        and all(0 < _outcomes(part).sum() < len(part) for part in (split.fitting, split.calibrating))
    )


def _against(ours: Figures, theirs: Figures, difference: Gain) -> tuple[str, ...]:
    """What speaks against promoting; nothing when it is better, beyond chance, and at nobody's cost."""
    found = []
    if difference.low <= 0.0:
        found.append(f"log-loss {difference.mean:+.3f} better, at worst {difference.low:+.3f}")
    chance = ours.labels**-0.5
    if ours.calibration_error > theirs.calibration_error + max(_CALIBRATION_MARGIN, chance):
        found.append("worse calibrated")
    if ours.average_precision < theirs.average_precision - max(_ORDER_MARGIN, chance / 2):
        found.append("puts the good ones lower")
    return tuple(found)


def measured(model: Linear, labels: Sequence[Label]) -> Figures:
    """The figures of a model on labels."""
    return figures(_probabilities(model, labels), _outcomes(labels))


def _card_facts(
    labels: Labels, split: Split, report: TrainingReport, *, now: datetime, by: str
) -> dict[str, Any]:
    later = split.later
    return {
        "purpose": "The probability that staff keep a lot for a member, from the signals on this card.",
        "made_at": now.isoformat(),
        "promoted_by": by,
        "before": report.champion,
        "scikit_learn": sklearn.__version__,
        "labels": {
            "all": report.labels,
            "good": report.good,
            "samples": sum(label.is_sample for label in labels.labels),
            "members": len({label.member_id for label in labels.labels}),
            "said_by": {
                who: sum(label.teacher == who for label in labels.labels)
                for who in sorted({label.teacher for label in labels.labels})
            },
            "left_out": dict(report.left_out),
        },
        "first_published": labels.labels[0].published_on.isoformat(),
        "last_published": max(label.published_on for label in labels.labels).isoformat(),
        "earlier_until": split.earlier_until.isoformat(),
        "split": {
            "fitting": len(split.fitting),
            "calibrating": len(split.calibrating),
            "later": len(later),
        },
        "metrics": {
            "candidate": asdict(report.candidate_figures) if report.candidate_figures else {},
            "in_use_before": asdict(report.champion_figures) if report.champion_figures else {},
            RuleOfThumb.version: asdict(measured(RuleOfThumb(), later)),
            "always_the_same": asdict(_constant(split)),
            "log_loss_gain": asdict(report.gain) if report.gain else {},
            "groups": [group.as_facts() for group in report.groups],
        },
    }


def _constant(split: Split) -> Figures:
    """What saying the earlier share of good ones of everything would be worth."""
    share = float(_outcomes(split.fitting).mean())
    return figures(np.full(len(split.later), share), _outcomes(split.later))


def _matrix(labels: Sequence[Label], signals: Sequence[str]) -> Floats:
    return np.array([[label.values[key] for key in signals] for label in labels], dtype=float)


def _outcomes(labels: Sequence[Label]) -> Floats:
    return np.array([label.is_good for label in labels], dtype=float)


def _logits(model: Linear, labels: Sequence[Label]) -> Floats:
    return np.array([model.judge(label.values).logit for label in labels])


def _probabilities(model: Linear, labels: Sequence[Label]) -> Floats:
    return np.array([model.judge(label.values).score for label in labels])
