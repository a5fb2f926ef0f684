"""What a model of matching weighs, read from its folder: enough to score the signals that a match keeps."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from procurement.errors import ModelMismatch
from procurement.served import Served, checked, mending

# Raised with whatever changes how weights become a score.
FORMAT = "linear-1"
FILE = "weights.json"

Score = Callable[[Mapping[str, float]], float]


@dataclass(frozen=True, slots=True)
class Weights:
    """A base and a weight for each signal; `names` are the signals as `key@version`, in the same order."""

    version: str
    base: float
    weights: Mapping[str, float]
    names: tuple[str, ...]

    def score(self, stored: Mapping[str, float]) -> float:
        """The score in [0, 1] of the signals that a match has kept; one measured otherwise counts as none."""
        pairs = zip(self.names, self.weights.values(), strict=True)
        logit = math.fsum((self.base, *(weight * stored.get(kept_as(name), 0.0) for name, weight in pairs)))
        return 1.0 / (1.0 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1.0 + math.exp(logit))


def kept_as(name: str) -> str:
    """The name under which a match keeps the value of a signal `key@version`: the first goes without."""
    key, _, version = name.partition("@")
    return key if version == "1" else name


def written(base: float, weights: Mapping[str, float]) -> bytes:
    """Weights as they stand in their file."""
    return (json.dumps({"base": base, "weights": dict(weights)}, indent=2) + "\n").encode()


def read_weights(models: Path, version: str) -> Weights:
    """The weights of a model; ModelMismatch says what differs from its card, and what to do."""
    folder, card = checked(models, version, made_as=FORMAT)
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        base = float(found["base"])
        weights = {str(key): float(weight) for key, weight in found["weights"].items()}
        names = tuple(map(str, card["signals"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelMismatch(
            f"{version}: {FILE} holds no weights ({problem!r}). {mending(models)}"
        ) from problem
    if [name.partition("@")[0] for name in names] != list(weights):
        raise ModelMismatch(f"{version}: its weights are not those of its card. {mending(models)}")
    if not all(map(math.isfinite, (base, *weights.values()))):
        raise ModelMismatch(f"{version}: a weight is no number. {mending(models)}")
    return Weights(version, base, weights, names)


def weights_of(models: Path, found: Served) -> Weights | None:
    """The weights of what serves, be it the rules of thumb; None when nobody has written those down yet."""
    version = found.version or found.rules
    return read_weights(models, version) if version else None
