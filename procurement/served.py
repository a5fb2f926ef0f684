"""Which model serves: the folders of models with their cards, the one in use, and the way back in one act."""

import json
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from procurement.errors import ModelMismatch

# How many served models are kept, with the one in use.
KEPT = 5
_POINTER, _CARD = "current", "card.json"

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Served:
    """What is in use: versions in the order of their promotion, the last one serves; none: the rules."""

    versions: tuple[str, ...] = ()
    # Since when nothing is promoted any more because somebody went back; None when training may promote.
    held_since: str | None = None

    @property
    def version(self) -> str | None:
        """The version that serves; None when no model was promoted, or all were taken back."""
        return self.versions[-1] if self.versions else None


def models_folder(data_dir: Path) -> Path:
    """Where the models that match are kept, below the data folder of the installation."""
    return data_dir / "models" / "match"


def served(models: Path) -> Served:
    """What is in use; ModelMismatch when the pointer is there and cannot be read."""
    try:
        found = json.loads((models / _POINTER).read_text(encoding="utf-8"))
        return Served(tuple(map(str, found["versions"])), found["held_since"])
    except FileNotFoundError:
        return Served()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelMismatch(
            f"{models / _POINTER}: it cannot be read which model is in use ({problem!r}). "
            "Restore the file, or remove it to match by the rules of thumb"
        ) from problem


def card_of(models: Path, version: str) -> Card:
    """The card of a model that is kept; ModelMismatch when there is none that can be read."""
    path = models / Path(version).name / _CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(card, dict):
            raise ValueError("not a card")
    except (OSError, ValueError) as problem:
        raise ModelMismatch(f"{version}: its card cannot be read ({problem}). {MENDING}") from problem
    return card


MENDING = "Go back with: aimp train --roll-back; or learn anew with: aimp train"


def write_model(models: Path, card: Mapping[str, Any], *, files: Mapping[str, str]) -> None:
    """Write a model's folder, all of it or nothing; the same version written twice is the same."""
    folder = models / str(card["version"])
    if (folder / _CARD).exists():
        return
    part = models / f".{folder.name}.{secrets.token_hex(8)}"
    part.mkdir(parents=True)
    for name, text in {**files, _CARD: json.dumps(card, ensure_ascii=False, indent=2) + "\n"}.items():
        (part / name).write_text(text, encoding="utf-8")
    part.rename(folder)


def promote(models: Path, version: str) -> None:
    """Let a model serve from now on; of those that served before, the last four are kept."""
    now = served(models)
    versions = (*(each for each in now.versions if each != version), version)[-KEPT:]
    _point(models, Served(versions, now.held_since))
    for folder in models.glob(f"*/{_CARD}"):
        if folder.parent.name not in versions:
            with suppress(OSError):
                shutil.rmtree(folder.parent)


def roll_back(models: Path, *, now: datetime) -> Served:
    """Go back to the model before, or from the first one to the rules; nothing is promoted until resumed.

    Without the pause the next training would learn the same again.
    """
    found = served(models)
    back = Served(found.versions[:-1], now.isoformat())
    _point(models, back)
    return back


def resume(models: Path) -> Served:
    """Let training promote again after somebody went back."""
    found = Served(served(models).versions)
    _point(models, found)
    return found


def _point(models: Path, to: Served) -> None:
    models.mkdir(parents=True, exist_ok=True)
    part = models / f".{_POINTER}.{secrets.token_hex(8)}"
    part.write_text(json.dumps(asdict(to)) + "\n", encoding="utf-8")
    part.replace(models / _POINTER)
