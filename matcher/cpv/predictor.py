"""From a text in any of four languages to CPV divisions and codes, each with a calibrated confidence.

Words and parts of words, weighted by rarity, go to one linear classifier of divisions for all languages.
The official words of every code are rows to learn from as well, so that a division or language without
notices is known from the start. Within a division, codes are ranked by likeness to their official words and
to the notices that carried them. How sure both are is fitted on the latest notices, with a trial that has not
seen them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, logsumexp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from matcher.cpv.examples import DIVISION_DIGITS, Example
from matcher.words import normalise
from procurement.errors import NothingToLearn
from procurement.labelled import LANGUAGES
from procurement.models import Translations

SEED = 7
# The subject stands at the start: it counts twice by words, and by letters alone and with what follows.
_SUBJECT_CHARACTERS = 160
_START_CHARACTERS = 500
_READ_CHARACTERS = 1_500
_WORD = r"\b[a-z][a-z]+\b"
# An official label is worth less than a notice: it is short, and there are four for each code.
_LABEL_WEIGHT = 0.2
_MARGIN_COST = 0.3
# The latest notices, of which confidence is learnt; with fewer than these it is the one of the labels alone.
_LATEST_SHARE = 0.2
_FEWEST_LATEST, _MOST_LATEST = 30, 2_000
_UNFITTED = (2.0, 8.0)
_SHARPNESS = (0.1, 100.0)

_TOO_LITTLE = "a CPV predictor needs the official words of the codes (aimp codes) or notices with codes"

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Predicted:
    """A CPV division (two digits) or code (eight) that a text points to: never a code the notice states.

    `confidence`, in [0, 1], is how often such a prediction is right.
    """

    code: str
    confidence: float


def readable(text: str) -> str:
    """What of a text is read by words: its subject twice, then the rest of its start."""
    start = normalise(text[:_READ_CHARACTERS])
    return f"{normalise(text[:_SUBJECT_CHARACTERS])} {start}"


def subject(text: str) -> str:
    """The subject of a text, as it is read letter by letter."""
    return normalise(text[:_SUBJECT_CHARACTERS])


def beginning(text: str) -> str:
    """The subject of a text and what follows it, as they are read letter by letter."""
    return normalise(text[:_START_CHARACTERS])


def vectorisers() -> tuple[TfidfVectorizer, ...]:
    """The views of a text: words with their neighbours, parts of words of its subject and its start."""
    words = TfidfVectorizer(
        preprocessor=readable,
        token_pattern=_WORD,
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=True,
        dtype=np.float32,
    )
    letters = (
        TfidfVectorizer(
            preprocessor=read,
            analyzer="char_wb",
            ngram_range=(3, 5),
            min_df=3,
            sublinear_tf=True,
            dtype=np.float32,
        )
        for read in (subject, beginning)
    )
    return words, *letters


class CpvPredictor:
    """Predicts CPV divisions and codes from text; the same examples and labels give the same predictions."""

    def __init__(
        self,
        *,
        views: Sequence[TfidfVectorizer],
        divisions: Sequence[str],
        weights: np.ndarray[Any, np.dtype[np.float32]],
        offsets: np.ndarray[Any, np.dtype[np.float32]],
        codes: Sequence[str],
        prototypes: csr_matrix,
        sharpness: tuple[float, float],
    ) -> None:
        """Take what was learnt; `fit` or `matcher.cpv.saved.load` make one.

        `weights` is features × divisions, `offsets` one per division, `prototypes` codes × features with rows
        of length one; `sharpness` multiplies the margins of divisions and the cosines of codes.
        """
        self.views, self.divisions, self.codes = views, tuple(divisions), tuple(codes)
        self.weights, self.offsets, self.prototypes, self.sharpness = weights, offsets, prototypes, sharpness
        place = {division: row for row, division in enumerate(self.divisions)}
        self._division_of = np.array([place[code[:DIVISION_DIGITS]] for code in self.codes])
        self._transposed = prototypes.T.tocsr()

    @classmethod
    def fit(cls, examples: Sequence[Example], labels: Mapping[str, Translations]) -> "CpvPredictor":
        """Learn from notices (oldest first) and from official words by code; either alone will do.

        NothingToLearn when both together know fewer than two divisions.
        """
        latest = min(int(len(examples) * _LATEST_SHARE), _MOST_LATEST)
        since = examples[-latest].published_on if latest >= _FEWEST_LATEST else date.max
        earlier = [example for example in examples if example.published_on < since]
        known = {code[:DIVISION_DIGITS] for code in (*(each.code for each in earlier), *labels)}
        # One text of each notice: the many lots of a few would speak for all.
        each_once = {(each.group, each.language): each for each in reversed(examples[len(earlier) :])}
        later = [each for each in each_once.values() if each.code[:DIVISION_DIGITS] in known]
        if len(known) < 2 or len(later) < _FEWEST_LATEST:
            return cls._fit(examples, labels, _UNFITTED)
        trial = cls._fit(earlier, labels, _UNFITTED)
        return cls._fit(examples, labels, trial._sharpness_on(later))

    @classmethod
    def _fit(
        cls,
        examples: Sequence[Example],
        labels: Mapping[str, Translations],
        sharpness: tuple[float, float],
    ) -> "CpvPredictor":
        official = [
            (words[language], code)
            for language in LANGUAGES
            for code, words in sorted(labels.items())
            if words.get(language)
        ]
        texts = [example.text for example in examples] + [text for text, _ in official]
        of_rows = [example.code for example in examples] + [code for _, code in official]
        divisions = [code[:DIVISION_DIGITS] for code in of_rows]
        if len(set(divisions)) < 2:
            raise NothingToLearn(_TOO_LITTLE)
        views = vectorisers()
        try:
            rows = csr_matrix(hstack([view.fit_transform(texts) for view in views]))
        except ValueError as problem:
            # So few texts that no word stands in two of them.
            raise NothingToLearn(_TOO_LITTLE) from problem
        learnt = LinearSVC(C=_MARGIN_COST, tol=1e-2, random_state=SEED)
        importance = np.r_[np.ones(len(examples)), np.full(len(official), _LABEL_WEIGHT)]
        learnt.fit(rows, divisions, sample_weight=importance)
        weights, offsets = learnt.coef_.T, learnt.intercept_
        if len(learnt.classes_) == 2:
            # One line tells two divisions apart; everywhere else there is one for each.
            weights, offsets = np.hstack([-weights, weights]), np.r_[-offsets, offsets]
        codes, place = np.unique(of_rows, return_inverse=True)
        member = csr_matrix((np.ones(len(place), np.float32), (place, np.arange(len(place)))))
        return cls(
            views=views,
            divisions=[str(each) for each in learnt.classes_],
            weights=np.ascontiguousarray(weights, dtype=np.float32),
            offsets=offsets.astype(np.float32),
            codes=[str(each) for each in codes],
            prototypes=csr_matrix(normalize(member @ rows)),
            sharpness=sharpness,
        )

    def predict_cpv(self, texts: Mapping[str, str], *, most: int = 5) -> list[Predicted]:
        """The likeliest codes of eight digits of a notice, the surest first; empty when it has no text.

        `texts` holds what the notice says (subject first) by language; its languages are weighed together.
        """
        return self.predict([texts], most=most)[0][1]

    def predict_divisions(self, texts: Mapping[str, str], *, most: int = 5) -> list[Predicted]:
        """The likeliest divisions of two digits of a notice, the surest first; empty when it has no text."""
        return self.divisions_of([texts], most=most)[0]

    def divisions_of(self, notices: Sequence[Mapping[str, str]], *, most: int = 5) -> list[list[Predicted]]:
        """The divisions of each notice, the surest first; none for one without text."""
        return [
            _ranked(self.divisions, chances, most) if rows.shape[0] else []
            for rows, chances in self._read(notices)
        ]

    def predict(
        self, notices: Sequence[Mapping[str, str]], *, most: int = 5
    ) -> list[tuple[list[Predicted], list[Predicted]]]:
        """The divisions and the codes of each notice, the surest first; both empty for one without text."""
        found: list[tuple[list[Predicted], list[Predicted]]] = []
        for rows, divisions in self._read(notices):
            if not rows.shape[0]:
                found.append(([], []))
                continue
            within = self._within(self.sharpness[1] * self._likeness(rows))
            codes = _together(divisions[self._division_of] + within)
            found.append((_ranked(self.divisions, divisions, most), _ranked(self.codes, codes, most)))
        return found

    def _read(self, notices: Sequence[Mapping[str, str]]) -> Iterator[tuple[csr_matrix, Floats]]:
        """Each notice as one row per language that has a text, and the log-chances of its divisions."""
        spoken = [[text for text in texts.values() if text.strip()] for texts in notices]
        placed = self._placed([text for texts in spoken for text in texts] or [""])
        chances = log_softmax(self.sharpness[0] * self._margins(placed), axis=1)
        end = 0
        for texts in spoken:
            start, end = end, end + len(texts)
            yield placed[start:end], _together(chances[start:end]) if texts else np.empty(0)

    def _placed(self, texts: Sequence[str]) -> csr_matrix:
        return csr_matrix(hstack([view.transform(texts) for view in self.views]))

    def _margins(self, rows: csr_matrix) -> Floats:
        margins: Floats = np.asarray(rows @ self.weights + self.offsets, dtype=np.float64)
        return margins

    def _likeness(self, rows: csr_matrix) -> Floats:
        """The cosine of each row to each code."""
        return np.asarray((normalize(rows) @ self._transposed).toarray(), dtype=np.float64)

    def _within(self, scores: Floats) -> Floats:
        """Scores of codes as logarithms of chances that sum to one in each division."""
        chances = np.empty_like(scores)
        for row in range(len(self.divisions)):
            columns = self._division_of == row
            part = scores[:, columns]
            chances[:, columns] = part - logsumexp(part, axis=1, keepdims=True)
        return chances

    def _sharpness_on(self, later: Sequence[Example]) -> tuple[float, float]:
        """What makes the chances of divisions, and of codes within the right one, fit later notices best."""
        rows = self._placed([example.text for example in later])
        of_division = {division: row for row, division in enumerate(self.divisions)}
        of_code = {code: row for row, code in enumerate(self.codes)}
        truth = np.array([of_division[example.code[:DIVISION_DIGITS]] for example in later])
        margins = self._margins(rows)
        first = _sharpest(lambda by: log_softmax(by * margins, axis=1)[np.arange(len(truth)), truth])
        is_known = [example.code in of_code for example in later]
        if not any(is_known):
            return first, _UNFITTED[1]
        right = np.array([of_code[example.code] for example in compress(later, is_known)])
        likeness = self._likeness(rows[np.flatnonzero(is_known)])
        second = _sharpest(lambda by: self._within(by * likeness)[np.arange(len(right)), right])
        return first, second


def _sharpest(log_chances: Any) -> float:
    """The factor under which what came true was likeliest."""
    low, high = np.log(_SHARPNESS)
    best = minimize_scalar(
        lambda power: -float(log_chances(float(np.exp(power))).mean()),
        bounds=(low, high),
        method="bounded",
        options={"maxiter": 25},
    )
    return float(np.exp(best.x))


def _together(log_chances: Floats) -> Floats:
    """What the languages of a notice say together: the mean of their logarithms, as chances again."""
    return np.asarray(log_softmax(log_chances.mean(axis=0)), dtype=np.float64)


def _ranked(names: Sequence[str], log_chances: Floats, most: int) -> list[Predicted]:
    order = np.argsort(-log_chances, kind="stable")[:most]
    return [Predicted(names[row], round(float(np.exp(log_chances[row])), 4)) for row in order]
