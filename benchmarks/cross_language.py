"""How well a French profile finds notices in French, German, Italian and English by their texts alone.

    python -m benchmarks.cross_language [--data DIR] [--learn] [--out FILE]

A query is a profile in French: the label of a CPV class and those of up to eight codes below it. Relevant are
the notices of a language whose main code lies in the class; their codes are hidden. Candidates are the later
half of the set. With --learn a model of codes learned from the earlier half suggests codes, as in the product.
"""

import argparse
import json
import math
import statistics
from collections import Counter
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
from matcher.classifier import RuleOfThumb
from matcher.cpv.examples import usable
from matcher.cpv.predictor import CpvPredictor
from matcher.features import Weights
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
                id=number, tender_id=number, language=language, title={language: title},
                description={language: text},
            )
            found.append(Hidden(lot, row["cpv"]))
    return found


def profiles(labels: dict[str, Translations], classes: Iterable[str]) -> list[MemberFacts]:
    """For each class of codes a member that offers it, in the French words of the class and the codes below."""
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


def by_rules(weights: Weights) -> Method:
    """The signals of the product, weighed by the rule of thumb."""

    def score(members: Sequence[MemberFacts], lots: Sequence[LotFacts]) -> Floats:
        context, rules = context_of(members, weights, now=NOW), RuleOfThumb()
        context.space.meet(lots)
        return np.stack([logits_of(measure_all(lot, context), rules) for lot in lots]).T

    return score


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
    report: dict[str, Any] = {}
    print(f"{'French to':30}" + "".join(f"{name:>18}" for name in LANGUAGES))
    table: dict[str, list[str]] = {}
    for language in LANGUAGES:
        some = [each for each in notices if each.lot.language == language]
        known = {significant(code)[:_CLASS_DIGITS] for code in labels}
        held = Counter(each.code[:_CLASS_DIGITS] for each in some)
        members = profiles(labels, sorted(root for root in held if root in known and len(root) == _CLASS_DIGITS))
        weights = Weights([each.lot for each in everything], members, sectors=sectors())
        lots = [each.lot for each in some]
        ours = f"{RuleOfThumb.version}, by text"
        results = {
            "letters": measured(members, some, by_letters(members, lots)),
            "BM25": measured(members, some, by_bm25(members, lots)),
            ours: measured(members, some, by_rules(weights)(members, lots)),
        }
        if asked.learn:
            results[f"{RuleOfThumb.version}, codes suggested"] = measured(
                members, some, by_rules(weights)(members, [suggested[lot.id] for lot in lots])
            )
        table.setdefault("queries", []).append(str(len(members)))
        table.setdefault("notices", []).append(str(len(some)))
        for name, found in results.items():
            table.setdefault(name, []).append(
                f"{_mean(found, 'nDCG@10'):.3f} / {_mean(found, 'recall@20'):.3f}"
            )
            gains = [mine["nDCG@10"] - theirs["nDCG@10"] for mine, theirs in zip(found, results["letters"], strict=True)]
            error = statistics.stdev(gains) / math.sqrt(len(gains))
            table.setdefault(f"  over letters", []) if False else None
            report.setdefault(language, {})[name] = {
                "nDCG@10": _mean(found, "nDCG@10"),
                "recall@20": _mean(found, "recall@20"),
                "gain over letters": statistics.fmean(gains),
                "its standard error": error,
            }
    for name, cells in table.items():
        print(f"{name:30}" + "".join(f"{cell:>18}" for cell in cells))
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def with_codes(notices, earlier, labels):
    predictor = CpvPredictor.fit(usable(bench_examples(earlier), labels), labels)
    found = {}
    for each in notices:
        lot = each.lot
        text = {lot.language: _text(lot)}
        codes = tuple((p.code, p.confidence) for p in predictor.predict_cpv(text)[:_MOST_CODES] if p.confidence >= _SURE)
        found[lot.id] = replace(lot, suggested_cpv=codes)
    return found


def _mean(found: Sequence[dict[str, float]], name: str) -> float:
    return statistics.fmean(each[name] for each in found)


if __name__ == "__main__":
    main()
