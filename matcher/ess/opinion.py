"""A second, learned opinion on what counts: it sees a sentence and its part of the notice, not the rules.

It is learnt anew by each run that needs it, in a second or two: nothing is kept that could go stale.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from matcher.ess.lessons import Lesson
from matcher.ess.plain import plain
from matcher.ess.rules import section_of_field
from procurement.errors import NothingToLearn

# Fewer sentences of either kind teach nothing.
_FEWEST = 10
# Strength of regularisation: chosen by cross-validation on labelled passages.
_C = 10.0
_WORD = r"\b[a-z][a-z]+\b"
_PARTS = {
    "award": "zzaward",
    "execution": "zzexecution",
    "qualification": "zzqualification",
    "participation": "zzparticipation",
    "subject": "zzsubject",
    "procedure": "zzprocedure",
    "money": "zzmoney",
}


class Opinion:
    """How sure it is that sentences count; the same lessons give the same opinion."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        """Learn; NothingToLearn when too few sentences count, or do not."""
        counting = sum(lesson.counts for lesson in lessons)
        if min(counting, len(lessons) - counting) < _FEWEST:
            raise NothingToLearn("an opinion needs sentences that count and sentences that do not")
        self._views = _views()
        texts = [_readable(lesson.sentence, lesson.field) for lesson in lessons]
        rows = csr_matrix(hstack([view.fit_transform(texts) for view in self._views]))
        self._model = LogisticRegression(C=_C, class_weight="balanced", max_iter=2_000)
        self._model.fit(
            rows,
            [lesson.counts for lesson in lessons],
            sample_weight=[lesson.importance for lesson in lessons],
        )

    def __call__(self, asked: Iterable[tuple[str, str]]) -> list[float]:
        """For each sentence, with the field that it stands in, how sure it is in [0, 1] that it counts."""
        texts = [_readable(sentence, field) for sentence, field in asked]
        if not texts:
            return []
        rows = csr_matrix(hstack([view.transform(texts) for view in self._views]))
        chances: Any = self._model.predict_proba(rows)
        return [round(float(each), 3) for each in np.asarray(chances)[:, 1]]


def _views() -> tuple[TfidfVectorizer, TfidfVectorizer]:
    words = TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True)
    return words, letters


def _readable(sentence: str, field: str) -> str:
    return f"{plain(sentence).letters} {_PARTS.get(section_of_field(field), '')}"
