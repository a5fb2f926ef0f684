"""Learning: from earlier notices, measured on later ones, in use only when it is better there."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from matcher.classifier import Linear, RuleOfThumb
from matcher.evaluation import average_precision, calibration_error, gain
from matcher.labels import HALF_LIFE, Label, Labels
from matcher.registry import classifier_in_use
from matcher.signals import SIGNALS
from matcher.training import (
    LEAST_LABELS,
    LEAST_OF_EACH,
    Outcome,
    TrainingReport,
    calibrate,
    fit,
    learn,
    measured,
    split_by_day,
    train,
)
from procurement.served import models_folder, resume, roll_back, served
from tests.matcher.decisions import FIRST_DAY, LEARNT_ON, make_label, make_labels


def _train(data_dir: Path, labels: Labels) -> TrainingReport:
    return train(labels, data_dir=data_dir, now=LEARNT_ON, by="a test")


def _with(labels: Labels, kept: Sequence[Label]) -> Labels:
    return replace(labels, labels=tuple(kept))


def test_later_notices_stand_on_one_side_and_earlier_ones_on_the_other() -> None:
    split = split_by_day(make_labels(400).labels)

    assert max(label.published_on for label in split.fitting) < min(
        label.published_on for label in split.calibrating
    )
    assert max(label.published_on for label in split.calibrating) == split.earlier_until
    assert split.earlier_until < min(label.published_on for label in split.later)
    assert len(split.fitting) + len(split.calibrating) + len(split.later) == 400
    assert 0.2 < len(split.later) / 400 < 0.3


def test_no_tender_is_on_both_sides() -> None:
    labels = [
        replace(label, tender_id=label.match_id % 40, match_id=number)
        for number, label in enumerate(make_labels(400).labels)
    ]

    split = split_by_day(labels)

    sides = [{label.tender_id for label in part} for part in (split.fitting, split.calibrating, split.later)]
    assert sum(map(len, sides)) == len(set.union(*sides))


def test_later_notices_begin_after_what_the_model_in_use_has_seen() -> None:
    labels = make_labels(400).labels

    split = split_by_day(labels, later_than=FIRST_DAY + timedelta(days=180))

    assert min(label.published_on for label in split.later) == FIRST_DAY + timedelta(days=181)


def test_what_came_later_teaches_nothing() -> None:
    labels = make_labels(400)
    candidate, split = learn(labels, now=LEARNT_ON)
    turned = {label.match_id for label in split.later}
    others = [
        replace(label, is_good=not label.is_good) if label.match_id in turned else label
        for label in labels.labels
    ]

    again, _ = learn(_with(labels, others), now=LEARNT_ON)

    assert again == candidate


def test_the_same_decisions_in_another_order_teach_the_same() -> None:
    labels = make_labels(400)

    one, _ = learn(labels, now=LEARNT_ON)
    other, _ = learn(_with(labels, labels.labels[::-1]), now=LEARNT_ON)

    assert one == other


def test_the_terms_of_a_trained_model_sum_to_its_logit() -> None:
    labels = make_labels(400)
    candidate, _ = learn(labels, now=LEARNT_ON)

    for label in labels.labels[:50]:
        judged = candidate.judge(label.values)
        assert math.fsum(judged.terms.values()) == pytest.approx(
            math.log(judged.score / (1 - judged.score)), abs=1e-9
        )


def test_staff_who_read_the_text_teach_that_the_text_counts() -> None:
    candidate, split = learn(make_labels(1600), now=LEARNT_ON)

    others = [weight for key, weight in candidate.weights.items() if key != "text_likeness"]
    assert candidate.weights["text_likeness"] > 2 * max(others)
    ours, theirs = measured(candidate, split.later), measured(RuleOfThumb(), split.later)
    assert ours.log_loss < theirs.log_loss
    assert ours.average_precision > theirs.average_precision
    assert ours.calibration_error < 0.1


def test_a_signal_never_speaks_against_what_it_stands_for() -> None:
    labels = make_labels(600, taste=lambda values: 4 * values["text_likeness"] - 4 * values["days_left"])

    fitted = fit(labels.labels, labels.signals, now=LEARNT_ON)

    assert fitted.weights["days_left"] == 0.0
    assert min(fitted.weights.values()) >= 0.0


def test_few_decisions_only_shade_the_rule_of_thumb() -> None:
    rules = RuleOfThumb()
    labels = make_labels(60, taste=lambda values: rules.judge(values).logit + 2.0)

    fitted = fit(labels.labels, labels.signals, now=LEARNT_ON)

    held_out = make_labels(300, seed=2).labels
    ours = np.array([fitted.judge(label.values).logit for label in held_out])
    theirs = np.array([rules.judge(label.values).logit for label in held_out])
    assert np.corrcoef(ours, theirs)[0, 1] > 0.7


def test_old_decisions_count_less() -> None:
    label = make_label(0, {})

    assert label.weight(label.said_at) == 1.0
    assert label.weight(label.said_at + HALF_LIFE) == pytest.approx(0.5)
    assert label.weight(label.said_at - timedelta(days=1)) == 1.0


def test_what_was_decided_lately_outweighs_what_was_decided_long_ago() -> None:
    old = make_labels(300, taste=lambda values: 6 * values["cpv_branch"] - 3)
    new = make_labels(300, taste=lambda values: 6 * values["text_likeness"] - 3, seed=2)
    long_ago = [replace(label, said_at=label.said_at - 6 * HALF_LIFE) for label in old.labels]

    fitted = fit([*long_ago, *new.labels], old.signals, now=LEARNT_ON)

    assert fitted.weights["text_likeness"] > 2 * fitted.weights["cpv_branch"]


def test_calibration_sets_the_height_and_keeps_the_order() -> None:
    labels = make_labels(600).labels
    loud = Linear("loud", -10.0, {"text_likeness": 26.0})

    quiet = calibrate(loud, labels, now=LEARNT_ON)

    assert measured(quiet, labels).calibration_error < 0.05 < measured(loud, labels).calibration_error
    assert measured(quiet, labels).average_precision == measured(loud, labels).average_precision


@pytest.mark.parametrize(("count", "good"), [(LEAST_LABELS - 1, 100), (300, LEAST_OF_EACH - 1), (300, 265)])
def test_with_few_decisions_the_rules_stay(tmp_path: Path, count: int, good: int) -> None:
    labels = make_labels(count)
    few = [replace(label, is_good=number < good) for number, label in enumerate(labels.labels)]

    report = _train(tmp_path, _with(labels, few))

    assert report.outcome is Outcome.TOO_FEW
    assert "200 with 40 of each kind are needed" in str(report)
    assert isinstance(classifier_in_use(tmp_path), RuleOfThumb)


def test_a_model_that_is_better_on_later_notices_serves(tmp_path: Path) -> None:
    report = _train(tmp_path, make_labels(600))

    assert report.outcome is Outcome.PROMOTED
    in_use = classifier_in_use(tmp_path)
    assert in_use.version == report.candidate
    card = json.loads((models_folder(tmp_path) / in_use.version / "card.json").read_text())
    assert sorted(card["signals"]) == sorted(signal.name for signal in SIGNALS.values())
    assert card["labels"]["all"] == 600
    assert card["split"]["later"] == card["metrics"]["candidate"]["labels"]
    assert card["metrics"]["candidate"]["log_loss"] < card["metrics"]["rules-3"]["log_loss"]
    assert card["metrics"]["candidate"]["log_loss"] < card["metrics"]["always_the_same"]["log_loss"]
    assert (card["promoted_by"], card["before"]) == ("a test", "rules-3")
    assert card["scikit_learn"]
    assert report.candidate in str(report)
    assert "rules-3: log-loss" in str(report)


def test_decisions_without_a_pattern_promote_nothing(tmp_path: Path) -> None:
    rules = RuleOfThumb()
    labels = make_labels(600, taste=lambda values: rules.judge(values).logit)

    report = _train(tmp_path, labels)

    assert report.outcome is Outcome.NOT_BETTER
    assert served(models_folder(tmp_path)).version is None


def test_what_is_better_at_the_cost_of_a_language_does_not_serve(tmp_path: Path) -> None:
    french = make_labels(2400, taste=lambda values: 16 * values["days_left"] - 8)
    rules = RuleOfThumb()
    german = make_labels(2400, taste=lambda values: 3 * (rules.judge(values).logit - 1), seed=5)
    labels = [
        replace(other, language="de") if number % 5 == 0 else one
        for number, (one, other) in enumerate(zip(french.labels, german.labels, strict=True))
    ]

    report = _train(tmp_path, _with(french, labels))

    assert report.outcome is Outcome.NOT_BETTER
    assert report.reasons == ("puts the good ones lower in language de",)
    assert served(models_folder(tmp_path)).version is None


def test_the_same_decisions_do_not_promote_twice(tmp_path: Path) -> None:
    first = _train(tmp_path, make_labels(600))

    second = _train(tmp_path, make_labels(600))

    assert second.outcome is Outcome.NOT_BETTER
    assert served(models_folder(tmp_path)).version == first.candidate


def test_staff_of_another_taste_teach_a_new_model(tmp_path: Path) -> None:
    first = _train(tmp_path, make_labels(600))
    other = make_labels(1200, taste=lambda values: 16 * values["cpv_branch"] - 8, seed=33)
    later = [
        replace(label, match_id=label.match_id + 2000, tender_id=label.tender_id + 2000,
                published_on=label.published_on + timedelta(days=301),
                said_at=label.said_at + timedelta(days=301))
        for label in other.labels
    ]  # fmt: skip

    second = _train(tmp_path, _with(other, [*make_labels(600).labels, *later]))

    assert second.outcome is Outcome.PROMOTED
    assert second.champion == first.candidate
    assert served(models_folder(tmp_path)).versions == (first.candidate, second.candidate)


def test_what_the_model_in_use_has_seen_is_no_measure(tmp_path: Path) -> None:
    labels = make_labels(600)
    _train(tmp_path, labels)
    known = split_by_day(labels.labels).earlier_until
    seen = [label for label in labels.labels if label.published_on <= known + timedelta(days=5)]

    assert _train(tmp_path, _with(labels, seen)).outcome is Outcome.TOO_FEW_LATER


def test_who_went_back_is_not_overruled_by_the_next_training(tmp_path: Path) -> None:
    models = models_folder(tmp_path)
    _train(tmp_path, make_labels(600))
    roll_back(models, now=LEARNT_ON)

    held = _train(tmp_path, make_labels(600))

    assert held.outcome is Outcome.HELD
    assert "aimp train match --resume" in str(held)
    assert isinstance(classifier_in_use(tmp_path), RuleOfThumb)
    resume(models)
    assert _train(tmp_path, make_labels(600)).outcome is Outcome.PROMOTED


def test_a_model_in_use_that_cannot_serve_is_replaced_by_learning_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = _train(tmp_path, make_labels(600))
    assert first.candidate is not None
    (models_folder(tmp_path) / first.candidate / "weights.json").write_text("{}")

    second = _train(tmp_path, make_labels(700))

    assert second.outcome is Outcome.PROMOTED
    assert second.champion == "rules-3"
    assert "cannot serve" in caplog.text
    assert classifier_in_use(tmp_path).version == second.candidate


def test_equal_scores_are_no_order() -> None:
    is_good = np.array([1.0, 0.0, 0.0, 1.0])

    assert average_precision(np.full(4, 0.5), is_good) == pytest.approx(0.5)
    assert average_precision(np.array([0.9, 0.1, 0.2, 0.8]), is_good) == 1.0
    assert average_precision(np.array([0.1, 0.9, 0.8, 0.2]), is_good) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_the_calibration_error_is_the_distance_from_what_came() -> None:
    is_good = np.array([1.0, 0.0] * 50)

    assert calibration_error(np.full(100, 0.5), is_good) == pytest.approx(0.0)
    assert calibration_error(np.full(100, 0.9), is_good) == pytest.approx(0.4)


def test_a_gain_on_one_tender_is_no_sure_gain() -> None:
    better_once = np.zeros(40)
    better_once[:20] = 1.0

    of_one = gain(np.zeros(40), better_once, [0] * 20 + list(range(1, 21)))
    of_many = gain(np.zeros(40), better_once, list(range(40)))

    assert of_one.mean == of_many.mean == 0.5
    assert of_one.low < 0.1 < of_many.low
