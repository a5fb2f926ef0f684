"""Trained models as folders: written whole, and loaded only when they are what their card says."""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matcher.classifier import Linear, RuleOfThumb
from matcher.signals import SIGNALS
from procurement.errors import ModelMismatch
from procurement.served import MENDING, Card, card_of, models_folder, served, write_model

# Raised with whatever changes how weights become a score.
FORMAT = "linear-1"
_WEIGHTS = "weights.json"


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
    text = _written(model)
    card: Card = {
        "format": FORMAT,
        "version": model.version,
        "signals": [SIGNALS[key].name for key in model.weights],
        "digest": digest_of(model),
        **facts,
    }
    write_model(models, card, files={_WEIGHTS: text})
    return card


def load(models: Path, version: str) -> Linear:
    """A trained model; ModelMismatch says what differs from its card or from this code, and what to do."""
    card = card_of(models, version)
    try:
        text = (models / Path(version).name / _WEIGHTS).read_text(encoding="utf-8")
        written, names, stated = card["format"], list(card["signals"]), card["digest"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelMismatch(f"{version}: it cannot be read ({problem!r}). {MENDING}") from problem
    if written != FORMAT:
        raise ModelMismatch(f"{version}: made as {written}, this code reads {FORMAT}. {MENDING}")
    if _digest(text) != stated or card["version"] != version:
        raise ModelMismatch(f"{version}: {_WEIGHTS} is not the file that its card describes. {MENDING}")
    here = {signal.name for signal in SIGNALS.values()}
    if gone := [name for name in names if name not in here]:
        raise ModelMismatch(f"{version}: it weighs {', '.join(gone)}, which this code lacks. {MENDING}")
    return _read(text, version=version, names=names)


def digest_of(model: Linear) -> str:
    """The SHA-256 of a model's weights as they are written."""
    return _digest(_written(model))


def _written(model: Linear) -> str:
    return json.dumps({"base": model.base, "weights": dict(model.weights)}, indent=2) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(text: str, *, version: str, names: list[str]) -> Linear:
    try:
        found = json.loads(text)
        model = Linear(version, float(found["base"]), {k: float(v) for k, v in found["weights"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelMismatch(f"{version}: {_WEIGHTS} holds no weights ({problem!r}). {MENDING}") from problem
    if [SIGNALS[key].name for key in model.weights if key in SIGNALS] != names:
        raise ModelMismatch(f"{version}: its weights are not those of its card. {MENDING}")
    if not all(map(math.isfinite, (model.base, *model.weights.values()))):
        raise ModelMismatch(f"{version}: a weight is no number. {MENDING}")
    return model
