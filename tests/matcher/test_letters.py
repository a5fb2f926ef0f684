"""Parts of words: the same figures as the library's own, each word taken apart once."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher import letters
from matcher.letters import Letters, parts_of

_TEXTS = [["nettoyage", "ecoles"], ["nettoyer", "ecole", "ecole"], ["gebaudereinigung"], []]


def test_the_edges_of_a_word_are_letters_too() -> None:
    assert list(parts_of("eau")) == [" ea", "eau", "au ", " eau", "eau ", " eau "]


def test_texts_are_placed_as_the_library_would_place_them() -> None:
    library = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    known = library.fit_transform(" ".join(words) for words in _TEXTS)
    asked = [["nettoyages", "vitres"], ["ecole"]]

    ours = Letters(_TEXTS)

    placed, unseen = ours.place(_TEXTS), ours.place(asked)
    theirs = library.transform(" ".join(words) for words in asked)
    assert (placed @ placed.T).toarray() == pytest.approx((known @ known.T).toarray())
    assert (placed @ unseen.T).toarray() == pytest.approx((known @ theirs.T).toarray())


def test_words_are_forgotten_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_MOST_WORDS", 2)
    ours = Letters(_TEXTS)
    before = ours.place(_TEXTS).toarray()

    assert np.array_equal(ours.place([*_TEXTS, ["vitres"]]).toarray()[:-1], before)
