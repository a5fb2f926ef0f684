"""A predictor as a folder: arrays without pickle, words as JSON, and a card that says what it is.

Arrays are in NumPy's own format and words in JSON, so that a file that was meddled with can be wrong but
never run code; a predictor is a few arrays and vocabularies, which need no serialiser of whole objects.
"""

import hashlib
import json
import logging
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from scipy.sparse import csr_matrix

from matcher.cpv.predictor import CpvPredictor, vectorisers
from procurement.errors import ModelMismatch

logger = logging.getLogger(__name__)

# Raised with whatever changes how a text is read or a prediction made.
FORMAT = "cpv-1"
_ARRAYS, _WORDS, _CARD, _IN_USE = "arrays.npz", "words.json", "card.json", "in_use"
_PROBES = (
    "Nettoyage de bureaux et entretien des espaces verts",
    "Bauarbeiten und Lieferung von Schulmöbeln",
    "Servizi informatici e trasporto di persone",
    "Insurance services and catering for schools",
)
_PROBE_TOLERANCE = 0.002
_KEPT = 5

Card = dict[str, Any]


def save(predictor: CpvPredictor, folder: Path, *, facts: Mapping[str, Any]) -> Card:
    """Write a predictor into a new folder, all of it or nothing; `facts` (metrics, data) go on its card."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.parent / f".{folder.name}.{secrets.token_hex(8)}"
    part.mkdir()
    prototypes = predictor.prototypes
    np.savez_compressed(
        part / _ARRAYS,
        weights=predictor.weights,
        offsets=predictor.offsets,
        sharpness=np.array(predictor.sharpness, dtype=np.float64),
        **{f"rarity_{row}": view.idf_ for row, view in enumerate(predictor.views)},
        prototypes_data=prototypes.data,
        prototypes_indices=prototypes.indices,
        prototypes_indptr=prototypes.indptr,
        prototypes_shape=np.array(prototypes.shape),
    )
    words = {
        "divisions": predictor.divisions,
        "codes": predictor.codes,
        "vocabularies": [[str(word) for word in view.get_feature_names_out()] for view in predictor.views],
    }
    (part / _WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    card: Card = {
        "format": FORMAT,
        "version": folder.name,
        "libraries": _libraries(),
        "digests": {name: _digest(part / name) for name in (_ARRAYS, _WORDS)},
        "probes": _probed(predictor),
        **facts,
    }
    (part / _CARD).write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    try:
        part.rename(folder)
    except OSError:
        # Another process has written the same version: what it wrote stands.
        shutil.rmtree(part)
        if not (folder / _CARD).exists():
            raise
    return card


def load(folder: Path) -> tuple[CpvPredictor, Card]:
    """The predictor of a folder and its card; ModelMismatch when a file or an answer is not the card’s."""
    try:
        card: Card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
        _check(card, folder)
        words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            predictor = _built(words, dict(arrays))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelMismatch(f"{folder.name}: not a model that can be read ({problem})") from problem
    found = _probed(predictor)
    for text, (division, confidence) in card["probes"].items():
        now = found.get(text, ("", 0.0))
        if now[0] != division or abs(now[1] - confidence) > _PROBE_TOLERANCE:
            raise ModelMismatch(f"{folder.name}: predicts {now} for {text!r}, its card says {division}")
    return predictor, card


def promote(models: Path, version: str) -> None:
    """Let a version in the folder of models be the one in use, at once; of the others four are kept."""
    part = models / f".{_IN_USE}.{secrets.token_hex(8)}"
    part.write_text(version + "\n", encoding="utf-8")
    part.replace(models / _IN_USE)
    others = sorted(
        (card.parent for card in models.glob(f"*/{_CARD}") if card.parent.name != version),
        key=lambda folder: folder.stat().st_mtime,
        reverse=True,
    )
    for folder in others[_KEPT - 1 :]:
        with suppress(OSError):
            shutil.rmtree(folder)
            logger.info("an older model was removed", extra={"model": folder.name})


def version_in_use(models: Path) -> str | None:
    """The version that was promoted last; None when there is none."""
    try:
        return (models / _IN_USE).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def load_in_use(models: Path) -> tuple[CpvPredictor, Card] | None:
    """The predictor in use and its card; None when none was promoted, ModelMismatch when it cannot serve."""
    version = version_in_use(models)
    return None if version is None else load(models / Path(version).name)


def _libraries() -> dict[str, str]:
    return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}


def _check(card: Mapping[str, Any], folder: Path) -> None:
    if card["format"] != FORMAT:
        raise ModelMismatch(f"{folder.name}: made as {card['format']}, this code reads {FORMAT}")
    # A patch of scikit-learn keeps what it computes; the probes tell if it did not.
    made, here = card["libraries"]["scikit-learn"], sklearn.__version__
    if made.split(".")[:2] != here.split(".")[:2]:
        raise ModelMismatch(f"{folder.name}: made with scikit-learn {made}, this is {here}")
    for name, digest in card["digests"].items():
        if _digest(folder / name) != digest:
            raise ModelMismatch(f"{folder.name}: {name} is not the file that its card describes")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _probed(predictor: CpvPredictor) -> dict[str, tuple[str, float]]:
    """The division and confidence of a few fixed texts: they differ when texts are read otherwise."""
    firsts = [predictor.predict_divisions({"": text}, most=1)[0] for text in _PROBES]
    return {text: (first.code, first.confidence) for text, first in zip(_PROBES, firsts, strict=True)}


def _built(words: Mapping[str, Any], arrays: Mapping[str, Any]) -> CpvPredictor:
    views = vectorisers()
    for row, (view, vocabulary) in enumerate(zip(views, words["vocabularies"], strict=True)):
        view.vocabulary = {word: column for column, word in enumerate(vocabulary)}
        view.idf_ = arrays[f"rarity_{row}"]
    prototypes = csr_matrix(
        (arrays["prototypes_data"], arrays["prototypes_indices"], arrays["prototypes_indptr"]),
        shape=tuple(arrays["prototypes_shape"]),
    )
    return CpvPredictor(
        views=views,
        divisions=words["divisions"],
        weights=arrays["weights"],
        offsets=arrays["offsets"],
        codes=words["codes"],
        prototypes=prototypes,
        sharpness=(float(arrays["sharpness"][0]), float(arrays["sharpness"][1])),
    )
