"""Which model serves: folders of models with their cards, one kind beside another, and the way back."""

import hashlib
import json
import logging
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from procurement.errors import ModelMismatch

logger = logging.getLogger(__name__)

# How many served models are kept, with the one in use.
KEPT = 5
_POINTER, _CARD = "current", "card.json"

Card = dict[str, Any]


class Kind(StrEnum):
    """What a model is for: how well a lot fits a member, or the codes of a notice that has none."""

    MATCH = "match"
    CPV = "cpv"


@dataclass(frozen=True, slots=True)
class Served:
    """What is in use: versions in the order of their promotion, the last one serves; none: the rules."""

    versions: tuple[str, ...] = ()
    # Since when nothing is promoted any more because somebody went back; None when training may promote.
    held_since: str | None = None
    # The rules of thumb as a folder beside the others: who goes back to them must know what they weigh.
    rules: str | None = None

    @property
    def version(self) -> str | None:
        """The version that serves; None when no model was promoted, or all were taken back."""
        return self.versions[-1] if self.versions else None


def models_folder(data_dir: Path, kind: Kind = Kind.MATCH) -> Path:
    """Where the models of a kind are kept, below the data folder of the installation."""
    return data_dir / "models" / kind.value


def mending(models: Path) -> str:
    """What to do when a model of this folder cannot serve."""
    verb = f"aimp train {models.name}"
    return f"Go back with: {verb} --roll-back; or learn anew with: {verb}"


def served(models: Path) -> Served:
    """What is in use; ModelMismatch when the pointer is there and cannot be read."""
    try:
        found = json.loads((models / _POINTER).read_text(encoding="utf-8"))
        return Served(tuple(map(str, found["versions"])), found["held_since"], found.get("rules"))
    except FileNotFoundError:
        return Served()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelMismatch(
            f"{models / _POINTER}: it cannot be read which model is in use ({problem!r}). "
            "Restore the file, or remove it to begin without a model"
        ) from problem


def card_of(models: Path, version: str) -> Card:
    """The card of a model that is kept; ModelMismatch when there is none that can be read."""
    try:
        card = json.loads((_folder(models, version) / _CARD).read_text(encoding="utf-8"))
        if not isinstance(card, dict):
            raise ValueError("not a card")
    except (OSError, ValueError) as problem:
        raise ModelMismatch(f"{version}: its card cannot be read ({problem}). {mending(models)}") from problem
    return card


def checked(models: Path, version: str, *, made_as: str) -> tuple[Path, Card]:
    """The folder of a model and its card, when every file is the one that the card describes."""
    folder, card = _folder(models, version), card_of(models, version)
    try:
        if card["format"] != made_as:
            raise ModelMismatch(
                f"{version}: made as {card['format']}, this code reads {made_as}. {mending(models)}"
            )
        changed = [
            name
            for name, digest in card["digests"].items()
            if _digest((folder / Path(name).name).read_bytes()) != digest
        ]
        if card["version"] != version:
            changed.append(_CARD)
    except (OSError, KeyError, TypeError, AttributeError) as problem:
        raise ModelMismatch(f"{version}: it cannot be read ({problem!r}). {mending(models)}") from problem
    if changed:
        raise ModelMismatch(
            f"{version}: {changed[0]} is not the file that its card describes. {mending(models)}"
        )
    return folder, card


def write_model(models: Path, card: Mapping[str, Any], *, files: Mapping[str, bytes]) -> Card:
    """Write a model's folder, all of it or nothing, with a digest of each file on its card.

    The same version written twice is the same: the first stands.
    """
    version = str(card["version"])
    folder = _folder(models, version)
    if (folder / _CARD).exists():
        return card_of(models, version)
    part = models / f".{folder.name}.{secrets.token_hex(8)}"
    part.mkdir(parents=True)
    for name, content in files.items():
        (part / name).write_bytes(content)
    whole = {**card, "digests": {name: _digest(content) for name, content in files.items()}}
    (part / _CARD).write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    try:
        part.rename(folder)
    except OSError:
        # Another process has written the same version: what it wrote stands.
        shutil.rmtree(part)
        return card_of(models, version)
    return whole


def promote(models: Path, version: str) -> None:
    """Let a model serve from now on; of those that served before, the last four are kept."""
    now = served(models)
    versions = (*(each for each in now.versions if each != version), version)[-KEPT:]
    _point(models, replace(now, versions=versions))
    for card in models.glob(f"*/{_CARD}"):
        if card.parent.name not in (*versions, now.rules):
            with suppress(OSError):
                shutil.rmtree(card.parent)
                logger.info("an older model was removed", extra={"model": card.parent.name})


def roll_back(models: Path, *, now: datetime) -> Served:
    """Go back to the model before, or from the first one to none; nothing is promoted until resumed.

    Without the pause the next training would learn the same again.
    """
    found = served(models)
    back = replace(found, versions=found.versions[:-1], held_since=now.isoformat())
    _point(models, back)
    return back


def resume(models: Path) -> Served:
    """Let training promote again after somebody went back."""
    found = replace(served(models), held_since=None)
    _point(models, found)
    return found


def note_rules(models: Path, version: str) -> None:
    """Say which of the folders holds the rules of thumb of this code: it is kept whatever is promoted."""
    found = served(models)
    if found.rules != version:
        _point(models, replace(found, rules=version))


def _folder(models: Path, version: str) -> Path:
    return models / Path(version).name


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _point(models: Path, to: Served) -> None:
    models.mkdir(parents=True, exist_ok=True)
    part = models / f".{_POINTER}.{secrets.token_hex(8)}"
    part.write_text(json.dumps(asdict(to)) + "\n", encoding="utf-8")
    part.replace(models / _POINTER)
