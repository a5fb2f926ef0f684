"""Parts of words: texts as vectors of the letters that their words are made of, three to five in a row."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

_SHORTEST, _LONGEST = 3, 5
# So many words are kept with their parts: texts use the same ones again and again.
_MOST_WORDS = 100_000

_Columns = np.ndarray[Any, np.dtype[np.int32]]


class Letters:
    """What parts of words weigh, the rarer the more: TF-IDF of parts, each word taken apart only once."""

    def __init__(self, corpus: Iterable[Sequence[str]]) -> None:
        """Learn from texts, each as its words."""
        self._columns: dict[str, int] = {}
        self._parts: dict[str, _Columns] = {}
        for words in (corpus := list(corpus)):
            for word in words:
                if word not in self._parts:
                    parts = [self._columns.setdefault(part, len(self._columns)) for part in parts_of(word)]
                    self._parts[word] = np.array(parts, dtype=np.int32)
        counts = self._count(corpus)
        held = np.bincount(counts.indices, minlength=self.size)
        self._rarity = np.log((1 + len(corpus)) / (1 + held)) + 1

    @property
    def size(self) -> int:
        """How many parts are known."""
        return len(self._columns)

    def place(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """Texts as vectors of length one, each given as its words."""
        counts = self._count(texts)
        counts.data = (1 + np.log(counts.data)) * self._rarity[counts.indices]
        return csr_matrix(normalize(counts, copy=False))

    def _count(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        parts = [[self._parts_of(word) for word in words] for words in texts]
        sizes = [sum(map(len, each)) for each in parts]
        found = np.concatenate([np.empty(0, dtype=np.int32), *chain.from_iterable(parts)])
        starts = np.cumsum([0, *sizes])
        counts = csr_matrix((np.ones(len(found)), found, starts), shape=(len(texts), self.size))
        counts.sum_duplicates()
        return counts

    def _parts_of(self, word: str) -> _Columns:
        if word not in self._parts:
            if len(self._parts) >= _MOST_WORDS:
                self._parts.clear()
            known = [column for part in parts_of(word) if (column := self._columns.get(part)) is not None]
            self._parts[word] = np.array(known, dtype=np.int32)
        return self._parts[word]


def parts_of(word: str) -> Iterator[str]:
    """Three, four and five letters in a row, the word's edges being letters too."""
    edged = f" {word} "
    for length in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(edged) - length + 1):
            yield edged[start : start + length]
