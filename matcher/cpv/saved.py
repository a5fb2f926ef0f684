"""A predictor as a folder: arrays without pickle, words as JSON, and a card that says what it is.

Arrays are in NumPy's own format and words in JSON, so that a file that was meddled with can be wrong but
never run code; a predictor is a few arrays and vocabularies, which need no serialiser of whole objects.
"""

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from scipy.sparse import csr_matrix

from matcher.cpv.predictor import CpvPredictor, vectorisers
from procurement.errors import ModelMismatch
from procurement.served import Card, checked, mending, served, write_model

# Raised with whatever changes how a text is read or a prediction made.
FORMAT = "cpv-1"
_ARRAYS, _WORDS = "arrays.npz", "words.json"
_PROBES = (
    "Nettoyage de bureaux et entretien des espaces verts",
    "Bauarbeiten und Lieferung von Schulmöbeln",
    "Servizi informatici e trasporto di persone",
    "Insurance services and catering for schools",
)
_PROBE_TOLERANCE = 0.002


def save(predictor: CpvPredictor, models: Path, version: str, *, facts: Mapping[str, Any]) -> Card:
    """Write a predictor into a folder of its own; `facts` (metrics, data) go on its card."""
    prototypes = predictor.prototypes
    arrays = BytesIO()
    np.savez_compressed(
        arrays,
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
    card: Card = {
        "format": FORMAT,
        "version": version,
        "libraries": _libraries(),
        "probes": _probed(predictor),
        **facts,
    }
    files = {_ARRAYS: arrays.getvalue(), _WORDS: json.dumps(words, ensure_ascii=False).encode()}
    return write_model(models, card, files=files)


def load(models: Path, version: str) -> tuple[CpvPredictor, Card]:
    """The predictor of a version and its card; ModelMismatch when a file or an answer is not the card’s."""
    folder, card = checked(models, version, made_as=FORMAT)
    try:
        # A patch of scikit-learn keeps what it computes; the probes tell if it did not.
        made, here = card["libraries"]["scikit-learn"], sklearn.__version__
        if made.split(".")[:2] != here.split(".")[:2]:
            raise ModelMismatch(
                f"{version}: made with scikit-learn {made}, this is {here}. {mending(models)}"
            )
        words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            predictor = _built(words, dict(arrays))
        probes = {text: (str(division), float(sure)) for text, (division, sure) in card["probes"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelMismatch(f"{version}: it cannot be read ({problem!r}). {mending(models)}") from problem
    found = _probed(predictor)
    for text, (division, confidence) in probes.items():
        now = found.get(text, ("", 0.0))
        if now[0] != division or abs(now[1] - confidence) > _PROBE_TOLERANCE:
            raise ModelMismatch(
                f"{version}: predicts {now} for {text!r}, its card says {division}. {mending(models)}"
            )
    return predictor, card


def load_in_use(models: Path) -> tuple[CpvPredictor, Card] | None:
    """The predictor in use and its card; None when none was promoted, ModelMismatch when it cannot serve."""
    version = served(models).version
    return None if version is None else load(models, version)


def _libraries() -> dict[str, str]:
    return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}


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
