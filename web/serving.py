"""Which model of a kind serves, as pages show it: its card in figures, what it weighs, what came before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app, g

from procurement import served, succession
from procurement.errors import ModelMismatch
from procurement.served import Card, Kind, Served
from procurement.succession import Turn
from procurement.weights import Weights, weights_of


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model is worth on later decisions, by the name it has on the card."""

    name: str
    labels: int
    log_loss: float
    calibration_error: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves, its card when it has one, and the changes before; `problem`: what cannot be read."""

    kind: Kind
    found: Served
    card: Card | None
    weights: Weights | None
    turns: Sequence[Turn]
    problem: str = ""

    @property
    def version(self) -> str | None:
        """The model in use; None when none is, so that the rules of thumb serve, or nothing does."""
        return self.found.version

    @property
    def previous(self) -> str | None:
        """What one would go back to; None: to the rules, or to no suggestions."""
        return self.found.versions[-2] if len(self.found.versions) > 1 else None

    @property
    def turn(self) -> Turn | None:
        """Since when it serves and by whom; None when nobody wrote that down."""
        newest = next(iter(self.turns), None)
        named = self.version or self.found.rules or ""
        return newest if newest is not None and newest.model == named else None

    @property
    def held_since(self) -> datetime | None:
        """Since when nothing is promoted because somebody went back."""
        return datetime.fromisoformat(self.found.held_since) if self.found.held_since else None

    @property
    def figures(self) -> list[Figures]:
        """The figures on the card of a model of matching: its own, and those of what it was held against."""
        metrics = _of(self.card, "metrics")
        return [
            Figures(
                name,
                found["labels"],
                found["log_loss"],
                found["calibration_error"],
                found["average_precision"],
            )
            for name in ("candidate", "in_use_before", self.found.rules or "", "always_the_same")
            if (found := _of(metrics, name)) and found.keys() >= set(Figures.__slots__) - {"name"}
        ]

    @property
    def groups(self) -> Sequence[Mapping[str, Any]]:
        """How the model did in each language and sector, as its card says."""
        return list(_of(self.card, "metrics").get("groups", ()))

    @property
    def weighed(self) -> list[tuple[str, float]]:
        """What each signal weighs, the heaviest first; those of no weight are left out."""
        weights = self.weights.weights if self.weights else {}
        return sorted(((key, weight) for key, weight in weights.items() if weight), key=lambda each: -each[1])


def models_of(kind: Kind) -> Path:
    """The folder of the models of a kind."""
    return served.models_folder(current_app.extensions["aimp"]["data_dir"], kind)


def serving(kind: Kind) -> Serving:
    """What serves now; a file that cannot be read is a problem that is shown, not an error."""
    models, turns = models_of(kind), succession.turns(g.session, kind=kind)
    found, card, weights, problem = Served(), None, None, ""
    try:
        found = served.served(models)
        card = served.card_of(models, found.version) if found.version else None
        weights = weights_of(models, found) if kind is Kind.MATCH else None
    except ModelMismatch as mismatch:
        problem = str(mismatch)
    return Serving(kind, found, card, weights, turns, problem)


def _of(facts: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    found = (facts or {}).get(name)
    return found if isinstance(found, dict) else {}
