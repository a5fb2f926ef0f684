"""A predictor learnt anew from what is stored, and promoted only if it is better on later notices."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from matcher.cpv.examples import DIVISION_DIGITS, Example, stored_examples, stored_labels, usable
from matcher.cpv.measures import accuracy_at, calibration_error, coverage_at, paired_gain, weighted_f1
from matcher.cpv.predictor import SEED, CpvPredictor
from matcher.cpv.saved import FORMAT, load_in_use, save
from procurement.db import transaction
from procurement.errors import ModelMismatch, NothingToLearn
from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.served import Card, promote, served

logger = logging.getLogger(__name__)

# The latest share of the notices judges; fewer than these judge nothing.
_JUDGING_SHARE = 0.2
FEWEST_JUDGING = 50
# No language with enough notices may lose more weighted F1 than this.
_MOST_LOST = 0.03
_FEWEST_OF_LANGUAGE = 30


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training came to: how many notices judged, both figures, and whether the new one serves now."""

    version: str
    examples: int
    judging: int
    f1: float | None
    f1_in_use: float | None
    is_promoted: bool
    why: str

    def __str__(self) -> str:
        figures = "".join(
            f", weighted F1 {name} {value:.3f}"
            for name, value in (("new", self.f1), ("in use", self.f1_in_use))
            if value is not None
        )
        verdict = "promoted" if self.is_promoted else "not promoted"
        return (
            f"{self.version}: {self.examples} examples, {self.judging} later ones judging{figures}; "
            f"{verdict}: {self.why}"
        )


def predictor_in_use(engine: Engine, *, models: Path) -> CpvPredictor | None:
    """The predictor to ask: the promoted one, else one of the official words alone, made once; None without.

    None means that nothing is known of codes yet: `aimp codes` brings their words; or that somebody went back
    behind the first one. ModelMismatch when the promoted one cannot serve: `aimp train cpv` makes another.
    """
    in_use = load_in_use(models)
    if in_use is not None:
        return in_use[0]
    if served(models).held_since is not None:
        return None
    with transaction(engine, read_only=True) as session:
        labels = stored_labels(session)
    try:
        predictor = CpvPredictor.fit([], labels)
    except NothingToLearn:
        return None
    version = version_of([], labels)
    save(predictor, models, version, facts=_facts([], labels, trained_until=None, metrics={}))
    promote(models, version)
    return predictor


def train(engine: Engine, *, models: Path, now: datetime) -> TrainingReport:
    """Learn from every stored notice with a code; promote what is better on notices that neither has seen.

    The notices that judge are the latest, and later than any that the one in use was learnt from. What is
    promoted is then learnt from all. NothingToLearn without official words and without notices.
    """
    with transaction(engine, read_only=True) as session:
        labels = stored_labels(session)
        examples = usable(stored_examples(session), labels)
    in_use, seen_until = _in_use(models)
    version = version_of(examples, labels)
    since = _judging_since(examples, seen_until)
    judging = [] if since is None else [each for each in examples if each.published_on >= since]
    if in_use is not None and len(judging) < FEWEST_JUDGING:
        why = f"fewer than {FEWEST_JUDGING} notices are later than what the one in use has seen"
        return TrainingReport(version, len(examples), len(judging), None, None, False, why)
    metrics: dict[str, float] = {}
    f1 = f1_in_use = None
    if len(judging) >= FEWEST_JUDGING:
        trial = CpvPredictor.fit(examples[: -len(judging)], labels)
        metrics = measure(trial, judging)
        f1 = metrics["weighted_f1"]
        if in_use is not None:
            theirs = measure(in_use, judging)
            f1_in_use = theirs["weighted_f1"]
            why = _worse(metrics, theirs)
            if why:
                return TrainingReport(version, len(examples), len(judging), f1, f1_in_use, False, why)
    if served(models).held_since is not None:
        why = "promotion is held since somebody went back; let it promote again with: aimp train cpv --resume"
        return TrainingReport(version, len(examples), len(judging), f1, f1_in_use, False, why)
    predictor = CpvPredictor.fit(examples, labels)
    until = examples[-1].published_on if examples else None
    facts = _facts(examples, labels, trained_until=until, metrics=metrics)
    save(predictor, models, version, facts={**facts, "trained_at": now.isoformat()})
    promote(models, version)
    why = "better on later notices" if in_use is not None else "none was in use"
    return TrainingReport(version, len(examples), len(judging), f1, f1_in_use, True, why)


def measure(predictor: CpvPredictor, examples: Sequence[Example]) -> dict[str, float]:
    """How right the divisions predicted for these are, each figure in [0, 1] under its name.

    Weighted F1 also by language, where there are enough notices, as `weighted_f1_fr`.
    """
    told = predictor.divisions_of([{example.language: example.text} for example in examples], most=1)
    guesses = [divisions[0] for divisions in told]
    truth = [example.code[:DIVISION_DIGITS] for example in examples]
    is_right = [guess.code == code for guess, code in zip(guesses, truth, strict=True)]
    confidence = [guess.confidence for guess in guesses]
    measures = {
        "weighted_f1": weighted_f1(truth, [guess.code for guess in guesses]),
        "accuracy": sum(is_right) / len(is_right),
        "accuracy_se": paired_gain(is_right, [0.0] * len(is_right))[1],
        "accuracy_at_half": accuracy_at(is_right, confidence, coverage=0.5),
        "coverage_at_90": coverage_at(is_right, confidence, accuracy=0.9),
        "calibration_error": calibration_error(is_right, confidence),
    }
    for language in LANGUAGES:
        rows = [row for row, example in enumerate(examples) if example.language == language]
        if len(rows) >= _FEWEST_OF_LANGUAGE:
            of_language = [guesses[row].code for row in rows]
            measures[f"weighted_f1_{language}"] = weighted_f1([truth[row] for row in rows], of_language)
    return {name: round(value, 4) for name, value in measures.items()}


def version_of(examples: Sequence[Example], labels: Mapping[str, Translations]) -> str:
    """The name of what is learnt from this: the code's format, then a digest of all examples and labels."""
    return f"{FORMAT}-{_digest(examples, labels)[:12]}"


def _digest(examples: Sequence[Example], labels: Mapping[str, Translations]) -> str:
    digest = hashlib.sha256()
    for code, words in sorted(labels.items()):
        digest.update(f"{code}\0{sorted(words.items())}\n".encode())
    for example in examples:
        digest.update(f"{asdict(example)}\n".encode())
    return digest.hexdigest()


def _in_use(models: Path) -> tuple[CpvPredictor | None, date | None]:
    """The predictor to beat, and the day of the last notice it has seen; one that cannot be loaded is not."""
    try:
        found = load_in_use(models)
    except ModelMismatch as problem:
        logger.warning(
            "the model in use cannot be loaded; a new one replaces it", extra={"why": str(problem)}
        )
        return None, None
    if found is None:
        return None, None
    predictor, card = found
    until = card.get("trained_until")
    return predictor, date.fromisoformat(until) if until else None


def _judging_since(examples: Sequence[Example], seen_until: date | None) -> date | None:
    """The first day of the notices that judge; None when there are none."""
    if not examples:
        return None
    start = examples[int(len(examples) * (1 - _JUDGING_SHARE))].published_on
    return start if seen_until is None else max(start, date.fromordinal(seen_until.toordinal() + 1))


def _worse(ours: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """Why a predictor is not to be promoted over another; empty when it is better."""
    if ours["weighted_f1"] <= theirs["weighted_f1"]:
        return "not better on later notices"
    for language in LANGUAGES:
        name = f"weighted_f1_{language}"
        if ours.get(name, 1.0) < theirs.get(name, 0.0) - _MOST_LOST:
            return f"worse in {language} by more than {_MOST_LOST}"
    return ""


def _facts(
    examples: Sequence[Example],
    labels: Mapping[str, Translations],
    *,
    trained_until: date | None,
    metrics: Mapping[str, float],
) -> Card:
    counts = {language: sum(example.language == language for example in examples) for language in LANGUAGES}
    return {
        "purpose": "suggests CPV codes for notices without one; a suggestion is never the notice's own code",
        "trained_until": trained_until.isoformat() if trained_until else None,
        "data": {"examples": counts, "labels": len(labels), "digest": _digest(examples, labels)},
        "metrics": dict(metrics),
        "seed": SEED,
    }
