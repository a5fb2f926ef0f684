"""Trained models as folders: written whole, and loaded only when they are what their card says."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matcher.classifier import Linear, RuleOfThumb
from matcher.signals import SIGNALS
from procurement.errors import ModelMismatch
from procurement.served import Card, mending, models_folder, note_rules, served, write_model
from procurement.weights import FILE, FORMAT, read_weights, written


def classifier_in_use(data_dir: Path) -> Linear:
    """What judges in this installation: the model in use, or the rule of thumb while there is none.

    ModelMismatch when there is one that cannot serve: the rules would judge by another measure, and nobody
    would know.
    """
    models = models_folder(data_dir)
    version = served(models).version
    return RuleOfThumb() if version is None else load(models, version)


def save(models: Path, model: Linear, *, facts: Mapping[str, Any]) -> Card:
    """Write a trained model into its folder; `facts` (what it learned from, its figures) go on its card."""
    card: Card = {
        "format": FORMAT,
        "version": model.version,
        "signals": [SIGNALS[key].name for key in model.weights],
        **facts,
    }
    return write_model(models, card, files={FILE: written(model.base, model.weights)})


def save_rules(models: Path) -> None:
    """Write down what the rules of thumb of this code weigh, for whoever goes back to them without it."""
    rules = RuleOfThumb()
    save(models, rules, facts={"purpose": "The rules of thumb, which serve while no model does."})
    note_rules(models, rules.version)


def load(models: Path, version: str) -> Linear:
    """A trained model; ModelMismatch says what differs from its card or from this code, and what to do."""
    found = read_weights(models, version)
    here = {signal.name for signal in SIGNALS.values()}
    if gone := [name for name in found.names if name not in here]:
        raise ModelMismatch(
            f"{version}: it weighs {', '.join(gone)}, which this code lacks. {mending(models)}"
        )
    return Linear(version, found.base, found.weights)


def digest_of(model: Linear) -> str:
    """The SHA-256 of a model's weights as they are written."""
    return hashlib.sha256(written(model.base, model.weights)).hexdigest()
