"""Codes for lots whose notice has no telling one: read from its text, and never shown as the notice's own."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine

from matcher.kinship import significant
from matcher.lead import LotFacts
from procurement.errors import ModelMismatch
from procurement.models import Translations
from procurement.served import Kind, Served, models_folder, served

logger = logging.getLogger(__name__)

# A suggestion less sure than this says nothing.
_LEAST_SURE = 0.1
_MOST_CODES = 3

Suggest = Callable[[Mapping[str, str]], Sequence[tuple[str, float]]]


def is_telling(code: str) -> bool:
    """Whether a CPV code says more than its division: `45000000` is all of building."""
    return len(significant(code)) > 2


def no_suggestion(texts: Mapping[str, str]) -> Sequence[tuple[str, float]]:
    """What suggests nothing."""
    return ()


def with_suggestions(
    lots: Mapping[int, LotFacts],
    suggest: Suggest,
    *,
    words_of: Callable[[set[str]], Mapping[str, Translations]],
) -> dict[int, LotFacts]:
    """The lots, those without a telling code with the codes that their texts suggest, and their words."""
    found = {
        key: tuple(suggest(_texts(lot)))
        for key, lot in lots.items()
        if lot.languages and not any(map(is_telling, lot.cpv_codes))
    }
    words = words_of({code for codes in found.values() for code, _ in codes})
    return {
        key: replace(lot, suggested_cpv=found[key], cpv_words={**words, **lot.cpv_words})
        if found.get(key)
        else lot
        for key, lot in lots.items()
    }


def _texts(lot: LotFacts) -> dict[str, str]:
    parts = (lot.title, lot.lot_title, lot.description)
    return {
        language: "\n".join(filter(None, (part.get(language) for part in parts)))
        for language in lot.languages
    }


def suggester_in_use(engine: Engine, data_dir: Path) -> "Suggester":
    """What suggests codes now, loaded once in a process until another model serves."""
    models = models_folder(data_dir, Kind.CPV)
    try:
        serving = served(models)
    except ModelMismatch:
        # It cannot be read what serves: the suggester says so when it is asked.
        serving = None
    return _suggester(engine, models, serving)


@lru_cache(maxsize=1)
def _suggester(engine: Engine, models: Path, serving: Served | None) -> "Suggester":
    return Suggester(engine, models)


class Suggester:
    """The predictor in use, loaded when first asked; without one, or with one that cannot serve, silent."""

    def __init__(self, engine: Engine, models: Path) -> None:
        """Take the predictor from a folder of models."""
        self._engine, self._models = engine, models
        self._suggest: Suggest | None = None

    def __call__(self, texts: Mapping[str, str]) -> Sequence[tuple[str, float]]:
        """The codes that texts in some languages point to, the surest first, each with how sure it is."""
        if self._suggest is None:
            self._suggest = self._load()
        return self._suggest(texts)

    def _load(self) -> Suggest:
        # Importing scikit-learn takes two seconds: only once there is a text to read.
        from matcher.cpv.training import predictor_in_use

        try:
            predictor = predictor_in_use(self._engine, models=self._models)
        except ModelMismatch:
            logger.exception("no CPV codes are suggested: the model cannot serve")
            predictor = None
        if predictor is None:
            return no_suggestion
        return lambda texts: [
            (found.code, found.confidence)
            for found in predictor.predict_cpv(texts)[:_MOST_CODES]
            if found.confidence >= _LEAST_SURE
        ]
