"""How well CPV divisions are told from the text of later notices, beside simpler methods on the same ones."""

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.naive_bayes import ComplementNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from benchmarks.cpv_texts import bench_examples, day_of, other_examples, read_labels, read_rows, text_of
from matcher.cpv.examples import DIVISION_DIGITS, Example, usable
from matcher.cpv.measures import accuracy_at, calibration_error, coverage_at, paired_gain, weighted_f1
from matcher.cpv.predictor import SEED, CpvPredictor, Predicted
from procurement.labelled import LANGUAGES
from procurement.models import Translations

DATA = Path("../shared/data")
OURS = "CpvPredictor"
Both = tuple[Sequence[Predicted], Sequence[Predicted]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a method says of each notice: a division, and how sure it is on a scale of its own."""

    divisions: Sequence[str]
    confidence: Sequence[float]


def majority(examples: Sequence[Example], texts: Sequence[str]) -> Told:
    """The commonest division of the notices learnt from, for every notice."""
    commonest = Counter(example.code[:DIVISION_DIGITS] for example in examples).most_common(1)[0][0]
    return Told([commonest] * len(texts), [0.0] * len(texts))


def _official(labels: Mapping[str, Translations]) -> tuple[list[str], list[str]]:
    """The words of each code in four languages as one text, and its division."""
    texts = [" ".join(words.values()) for words in labels.values()]
    return texts, [code[:DIVISION_DIGITS] for code in labels]


def _nearest(scores: csr_matrix, divisions: Sequence[str]) -> Told:
    best = np.asarray(scores.argmax(axis=1)).ravel()
    return Told([divisions[row] for row in best], scores.max(axis=1).toarray().ravel().tolist())


def label_bm25(labels: Mapping[str, Translations], texts: Sequence[str]) -> Told:
    """The division of the code whose official words a notice names most, by BM25 (k1 1.2, b 0.75)."""
    official, divisions = _official(labels)
    counter = CountVectorizer(strip_accents="unicode")
    counts = csr_matrix(counter.fit_transform(official), dtype=np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (counts.shape[0] - held + 0.5) / (held + 0.5))
    damped = np.repeat(1.2 * (0.25 + 0.75 * lengths / lengths.mean()), np.diff(counts.indptr))
    counts.data = rarity[counts.indices] * counts.data * 2.2 / (counts.data + damped)
    return _nearest(csr_matrix(counter.transform(texts) @ counts.T), divisions)


def label_tfidf(labels: Mapping[str, Translations], texts: Sequence[str]) -> Told:
    """The division of the code whose official words are nearest, by TF-IDF and cosine."""
    official, divisions = _official(labels)
    vectoriser = TfidfVectorizer(strip_accents="unicode", sublinear_tf=True)
    rows = csr_matrix(vectoriser.fit_transform(official))
    return _nearest(csr_matrix(vectoriser.transform(texts) @ rows.T), divisions)


def _learnt(model: Any, examples: Sequence[Example], texts: Sequence[str]) -> Told:
    model.fit(
        [example.text for example in examples], [example.code[:DIVISION_DIGITS] for example in examples]
    )
    ask = model.decision_function if hasattr(model, "decision_function") else model.predict_proba
    scores = np.asarray(ask(texts))
    first, second = np.sort(scores, axis=1)[:, :-3:-1].T
    return Told([str(each) for each in model.classes_[scores.argmax(axis=1)]], (first - second).tolist())


def _weighted_words() -> TfidfVectorizer:
    return TfidfVectorizer(strip_accents="unicode", sublinear_tf=True, min_df=2)


def _as_examples(labels: Mapping[str, Translations]) -> list[Example]:
    return [
        Example(text, code, language, date.min, code)
        for code, words in labels.items()
        for language, text in words.items()
    ]


def baselines(
    examples: Sequence[Example],
    labels: Mapping[str, Translations],
    texts: Sequence[str],
    *,
    everything: Sequence[Example],
) -> dict[str, Told]:
    """Each simpler method by name; all but the last learn from the notices of the training file only.

    The last learns from everything that ours learns from, official words among it.
    """
    return {
        "majority": majority(examples, texts),
        "label BM25": label_bm25(labels, texts),
        "label TF-IDF": label_tfidf(labels, texts),
        "10 nearest notices": _learnt(
            make_pipeline(_weighted_words(), KNeighborsClassifier(10, metric="cosine", weights="distance")),
            examples,
            texts,
        ),
        "ComplementNB": _learnt(make_pipeline(_weighted_words(), ComplementNB(alpha=0.3)), examples, texts),
        "LinearSVC": _learnt(
            make_pipeline(_weighted_words(), LinearSVC(C=0.3, random_state=SEED)), examples, texts
        ),
        "the same, all texts": _learnt(
            make_pipeline(_weighted_words(), LinearSVC(C=0.3, random_state=SEED)),
            [*everything, *_as_examples(labels)],
            texts,
        ),
    }


def f1_gain(truth: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> tuple[float, float]:
    """How much higher our weighted F1 is, and its standard error over 500 draws of the same notices."""
    chance = np.random.default_rng(SEED)
    answers = np.array([truth, ours, theirs])
    drawn = []
    for _ in range(500):
        right, mine, other = answers[:, chance.integers(0, len(truth), len(truth))]
        drawn.append(weighted_f1(right, mine) - weighted_f1(right, other))
    return weighted_f1(truth, ours) - weighted_f1(truth, theirs), float(np.std(drawn, ddof=1))


def show(rows: Sequence[Mapping[str, Any]], methods: Mapping[str, Told]) -> dict[str, Any]:
    """Print the table of every method by language, with what ours gains and where it loses."""
    truth = [str(row["cpv"])[:DIVISION_DIGITS] for row in rows]
    table: dict[str, Any] = {}
    groups = {name: [i for i, row in enumerate(rows) if row["lang"] == name] for name in LANGUAGES}
    groups = {name: found for name, found in groups.items() if found}
    groups["all four"] = sorted(i for found in groups.values() for i in found)
    ours = methods[OURS]
    for group, of_group in groups.items():
        right = [truth[i] for i in of_group]
        print(f"\n{group}, {len(of_group)} notices")
        print(f"{'':20}  wF1  accuracy  surest half  at >= 90 %   gain wF1 (se)   gain acc. (se)")
        mine = [ours.divisions[i] for i in of_group]
        my_hits = [a == b for a, b in zip(mine, right, strict=True)]
        for name, told in methods.items():
            said = [told.divisions[i] for i in of_group]
            hits = [a == b for a, b in zip(said, right, strict=True)]
            sure = [told.confidence[i] for i in of_group]
            measured: dict[str, Any] = {
                "weighted_f1": weighted_f1(right, said),
                "accuracy": sum(hits) / len(hits),
                "accuracy_at_half": accuracy_at(hits, sure, coverage=0.5),
                "coverage_at_90": coverage_at(hits, sure, accuracy=0.9),
            }
            line = (
                f"{name:20}{measured['weighted_f1']:6.3f}{measured['accuracy']:9.3f}"
                f"{measured['accuracy_at_half']:12.3f}{measured['coverage_at_90']:12.3f}"
            )
            if name != OURS:
                by_f1, by_accuracy = f1_gain(right, mine, said), paired_gain(my_hits, hits)
                measured |= {"f1_gain": by_f1, "accuracy_gain": by_accuracy}
                worse = "  WORSE" if min(by_f1[0], by_accuracy[0]) < 0 else ""
                gains = "".join(f"    {mean:+.3f} ({error:.3f})" for mean, error in (by_f1, by_accuracy))
                line += gains + worse
            print(line)
            table.setdefault(group, {})[name] = measured
        sure = [ours.confidence[i] for i in of_group]
        print(f"{OURS}: confidence off by {calibration_error(my_hits, sure):.3f} on average (ECE, 10 bins)")
    return table


def show_depths(rows: Sequence[Mapping[str, Any]], found: Sequence[Both]) -> None:
    """Print how often the first prediction, and one of the five, is right to so many digits."""
    ours = [(row, two) for row, two in zip(rows, found, strict=True) if row["lang"] in LANGUAGES]
    print()
    for digits in (2, 3, 4, 8):
        pairs = [
            ([each.code[:digits] for each in two[digits > DIVISION_DIGITS]], row["cpv"][:digits])
            for row, two in ours
        ]
        first = sum(codes[:1] == [code] for codes, code in pairs) / len(pairs)
        five = sum(code in codes for codes, code in pairs) / len(pairs)
        print(f"{digits} digits: first {first:.3f}, among five {five:.3f}")


def written(row: Mapping[str, Any], found: Both) -> dict[str, Any]:
    """The line of a notice in the file of predictions."""
    divisions, codes = found
    return {
        "id": row["id"],
        "divisions": [each.code for each in divisions],
        "cpv": [each.code for each in codes],
        "confidence": divisions[0].confidence if divisions else 0.0,
    }


def predict(asked: argparse.Namespace) -> None:
    """Learn, predict, write the predictions, and print the table where the codes are known."""
    rows = read_rows(asked.train)
    later = read_rows(asked.test) if asked.test else [row for row in rows if row["date"] >= asked.since]
    before = min(day_of(row["date"]) for row in later if row.get("date"))
    later_ids = {row["id"] for row in later}
    earlier = [row for row in rows if day_of(row["date"]) < before and row["id"] not in later_ids]
    labels = read_labels(asked.data)
    notices = usable(bench_examples(earlier), labels)
    others = {} if asked.alone else other_examples(asked.data, before=before, known=notices)
    print(f"learnt from {len(notices)} notices of {asked.train.name} before {before}, {len(labels)} labels")
    for name, added in others.items():
        print(f"  and {len(added)} of: {name}")
    examples = usable([*notices, *(each for added in others.values() for each in added)], labels)
    started = time.process_time()
    predictor = CpvPredictor.fit(examples, labels)
    took = time.process_time() - started
    started = time.process_time()
    found = predictor.predict([{row.get("lang", ""): text_of(row)} for row in later])
    each_took = (time.process_time() - started) / len(later)
    print(f"fit {took:.0f} s of one core, {1000 * each_took:.1f} ms a notice")
    if asked.out:
        lines = [written(row, two) for row, two in zip(later, found, strict=True)]
        asked.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    if all(row.get("cpv") and row.get("lang") for row in later):
        ours = Told(
            [two[0][0].code if two[0] else "" for two in found],
            [two[0][0].confidence if two[0] else 0.0 for two in found],
        )
        texts = [text_of(row) for row in later]
        methods = {OURS: ours, **baselines(notices, labels, texts, everything=examples)}
        table = show(later, methods)
        show_depths(later, found)
        if asked.table:
            asked.table.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    print(f"not learnt from: anything of {before} or later")


def main() -> None:
    """Read what is asked on the command line, and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("predict", help=predict.__doc__)
    verb.add_argument("--train", type=Path, default=DATA / "bench/cpv/train.jsonl.xz")
    verb.add_argument("--test", type=Path, help="default: the notices of the training file from --since on")
    verb.add_argument("--since", default="20200101", help="first day that is predicted, without --test")
    verb.add_argument("--out", type=Path, help="file of JSON lines for the predictions")
    verb.add_argument("--table", type=Path, help="file of JSON for the table")
    verb.add_argument("--data", type=Path, default=DATA, help="folder of the recordings")
    verb.add_argument("--alone", action="store_true", help="learn from the training file and labels only")
    verb.set_defaults(run=predict)
    asked = parser.parse_args()
    asked.run(asked)


if __name__ == "__main__":
    main()
