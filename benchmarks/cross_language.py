"""How well a French profile finds notices in French, German, Italian and English by their texts alone.

    python -m benchmarks.cross_language [--data DIR] [--learn] [--out FILE]

A query is a profile in French: the label of a CPV class and those of up to eight codes below it. Relevant are
the notices of a language whose main code lies in the class; their codes are hidden. Candidates are the later
half of the set. With --learn a model of codes that knows the earlier half suggests codes, as in the product.
Gains over the search by letters are per query, in pairs, with their standard error.

Tried and not kept: likeness cut off below 0.05 and above 0.30, and counting the words of a title (rules-2:
0.322 fr, 0.310 de, 0.347 it, 0.377 en); the nearest of the labels by vectors, or vectors alone (0.257, 0.303,
0.416, 0.253).
"""

import argparse
import json
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks.cpv_texts import bench_examples, read_labels, read_rows
from benchmarks.matching import measure, order_of_chance
from config.tables import sectors
from matcher.batch import context_of
from matcher.classifier import Linear, RuleOfThumb
from matcher.cpv.examples import usable
from matcher.cpv.predictor import CpvPredictor
from matcher.features import Weights, learn_words
from matcher.judge import logits_of
from matcher.kinship import significant
from matcher.lead import LotFacts, MemberFacts
from matcher.signals import measure_all
from procurement.labelled import LANGUAGES
from procurement.models import Translations

DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_CLASS_DIGITS = 4
_MOST_BELOW = 8
_SURE, _MOST_CODES = 0.1, 3

Floats = np.ndarray[Any, np.dtype[np.float64]]
Method = Callable[[Sequence[MemberFacts], Sequence[LotFacts]], Floats]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A notice as a lot without a code, and the code that it has."""

    lot: LotFacts
    code: str


def lots_of(rows: Iterable[dict[str, Any]]) -> list[Hidden]:
    """The notices in a language of ours, each under its place in the set."""
    found = []
    for number, row in enumerate(rows):
        title, text = row["title"], row["text"].removeprefix(row["title"]).lstrip(". ")
        if row["lang"] in LANGUAGES:
            language = row["lang"]
            lot = LotFacts(
                id=number,
                tender_id=number,
                language=language,
                title={language: title},
                description={language: text},
            )
            found.append(Hidden(lot, row["cpv"]))
    return found


def profiles(labels: dict[str, Translations], classes: Iterable[str]) -> list[MemberFacts]:
    """For each class of codes a member that offers it, in the French words of the class and what is below."""
    members = []
    for number, root in enumerate(classes):
        codes = [code for code in sorted(labels) if code.startswith(root)][: _MOST_BELOW + 1]
        members.append(
            MemberFacts(
                id=number,
                chamber_id=1,
                name=root,
                statement="\n".join(labels[code]["fr"] for code in codes),
                cpv_codes=tuple(codes),
                cpv_words={code: labels[code] for code in codes},
            )
        )
    return members


def by_letters(members: Sequence[MemberFacts], lots: Sequence[LotFacts]) -> Floats:
    """TF-IDF by letters: what a search for the French words finds, whatever the language."""
    texts = [_text(lot) for lot in lots]
    vectoriser = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, strip_accents="unicode"
    ).fit(texts)
    asked = vectoriser.transform([member.statement for member in members])
    likeness: Floats = (asked @ vectoriser.transform(texts).T).toarray()
    return likeness


def by_bm25(members: Sequence[MemberFacts], lots: Sequence[LotFacts]) -> Floats:
    """BM25 by words (k1 1.2, b 0.75)."""
    counter = CountVectorizer(strip_accents="unicode")
    counts = counter.fit_transform([_text(lot) for lot in lots]).astype(np.float64).tocsr()
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (counts.shape[0] - held + 0.5) / (held + 0.5))
    damped = np.repeat(1.2 * (0.25 + 0.75 * lengths / lengths.mean()), np.diff(counts.indptr))
    counts.data = rarity[counts.indices] * counts.data * 2.2 / (counts.data + damped)
    asked = counter.transform([member.statement for member in members])
    scores: Floats = (asked @ counts.T).toarray()
    return scores


def by_rules(weights: Weights, *, without: str = "") -> Method:
    """The signals of the product, weighed by the rule of thumb."""
    rules = RuleOfThumb()
    weighed = {key: weight for key, weight in rules.weights.items() if key != without}

    def score(members: Sequence[MemberFacts], lots: Sequence[LotFacts]) -> Floats:
        context = context_of(members, weights, now=NOW)
        context.space.meet(lots)
        judge = Linear(rules.version, rules.base, weighed)
        return np.stack([logits_of(measure_all(lot, context), judge) for lot in lots]).T

    return score


def with_codes(
    notices: Iterable[Hidden], earlier: Sequence[dict[str, Any]], labels: dict[str, Translations]
) -> dict[int, LotFacts]:
    """The lots with the codes that a model of earlier notices reads from their texts."""
    predictor = CpvPredictor.fit(usable(bench_examples(earlier), labels), labels)
    found = {}
    for lot in (each.lot for each in notices):
        codes = predictor.predict_cpv({lot.language: _text(lot)})[:_MOST_CODES]
        suggested = tuple((each.code, each.confidence) for each in codes if each.confidence >= _SURE)
        found[lot.id] = replace(lot, suggested_cpv=suggested)
    return found


def _text(lot: LotFacts) -> str:
    return f"{lot.title[lot.language]}\n{lot.description[lot.language]}"


def measured(
    members: Sequence[MemberFacts], notices: Sequence[Hidden], scores: Floats
) -> list[dict[str, float]]:
    """The measures of each query."""
    chance = order_of_chance(len(notices))
    found = []
    for member, row in zip(members, scores, strict=True):
        relevant = frozenset(str(n) for n, each in enumerate(notices) if each.code.startswith(member.name))
        ranked = sorted(range(len(notices)), key=lambda n: (-row[n], chance[n]))
        found.append(measure([str(n) for n in ranked], relevant))
    return found


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--learn", action="store_true", help="also with codes that a model suggests")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    rows = sorted(read_rows(asked.data / "bench" / "cpv" / "train.jsonl.xz"), key=lambda row: row["date"])
    labels = read_labels(asked.data)
    earlier, later = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    everything, notices = lots_of(rows), lots_of(later)
    suggested = with_codes(notices, earlier, labels) if asked.learn else {}
    classes = {significant(code) for code in labels}
    report: dict[str, dict[str, dict[str, float]]] = {}
    print(f"{'French to':10}{'':36}{'nDCG@10':>9}{'recall@20':>11}{'gain':>9}{'± error':>9}")
    for language in LANGUAGES:
        some = [each for each in notices if each.lot.language == language]
        roots = {each.code[:_CLASS_DIGITS] for each in some} & classes
        members = profiles(labels, sorted(root for root in roots if len(root) == _CLASS_DIGITS))
        weights = learn_words([each.lot for each in everything], members, sectors=sectors())
        lots, ours = [each.lot for each in some], RuleOfThumb.version
        scores = {
            "letters": by_letters(members, lots),
            "BM25": by_bm25(members, lots),
            f"{ours} without vectors": by_rules(weights, without="meaning")(members, lots),
            ours: by_rules(weights)(members, lots),
        }
        if asked.learn:
            coded = [suggested[lot.id] for lot in lots]
            scores[f"{ours}, codes suggested"] = by_rules(weights)(members, coded)
        found = {name: measured(members, some, each) for name, each in scores.items()}
        report[language] = {name: figures(each, found["letters"]) for name, each in found.items()}
        print(f"{language:10}{len(members)} profiles, {len(some)} notices")
        for name, each in report[language].items():
            print(f"{'':10}{name:36}{each['nDCG@10']:9.3f}{each['recall@20']:11.3f}", end="")
            print(f"{each['gain']:+9.3f}{each['error']:9.3f}")
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def figures(found: Sequence[dict[str, float]], base: Sequence[dict[str, float]]) -> dict[str, float]:
    """The means of a method, and its gain of nDCG@10 over another by query, with its standard error."""
    gains = [mine["nDCG@10"] - theirs["nDCG@10"] for mine, theirs in zip(found, base, strict=True)]
    return {
        "nDCG@10": statistics.fmean(each["nDCG@10"] for each in found),
        "recall@20": statistics.fmean(each["recall@20"] for each in found),
        "gain": statistics.fmean(gains),
        "error": statistics.stdev(gains) / math.sqrt(len(gains)),
    }


if __name__ == "__main__":
    main()
