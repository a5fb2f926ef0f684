"""Criteria found in labelled passages: what the rules and the learned opinion find, beside bare patterns.

    python -m benchmarks.ess find --in FILE --out FILE
    python -m benchmarks.ess score --in FILE

A file holds one passage a line: `text`, `lang`, the name of its `field` where it is known, and to be scored
its `labels` and whether `ess` is true of it.
"""

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from config.criteria import ess_criteria
from matcher.ess.found import Found
from matcher.ess.lexicon import compiled_pattern
from matcher.ess.plain import plain
from matcher.ess.rules import ACCESS, find

Row = Mapping[str, Any]
SEED, DRAWS = 7, 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method says of a passage: whether it counts, and slices of it as evidence by family."""

    ess: bool
    families: Mapping[str, Sequence[str]]


def read(path: Path) -> list[Row]:
    """The passages of a file, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def findings(row: Row) -> list[Found]:
    """What is found in a passage."""
    return find(row["text"], language=row.get("lang"), section=row.get("field") or "")


def by_rules(row: Row) -> Answer:
    """What the rules say."""
    found = findings(row)
    families: dict[str, list[str]] = {}
    for each in found:
        families.setdefault(each.family, []).append(each.quote)
    return Answer(any(each.counts for each in found), families)


def by_bare_patterns(row: Row) -> Answer:
    """What the patterns alone say, in all languages, without sections: any family but access counts."""
    letters = plain(row["text"]).letters
    families: dict[str, list[str]] = {}
    everywhere = [each for patterns in ess_criteria().ignore.values() for each in patterns]
    for criterion in ess_criteria().criteria:
        ignored = [each for patterns in criterion.ignore.values() for each in patterns] + everywhere
        spans = [m.span() for each in ignored for m in compiled_pattern(each).finditer(letters)]
        for patterns in (*criterion.patterns.values(), *criterion.qualifying.values()):
            for each in patterns:
                for match in compiled_pattern(each).finditer(letters):
                    if not any(a < match.end() and match.start() < b for a, b in spans):
                        families.setdefault(criterion.key, []).append(match.group())
    return Answer(bool(families.keys() - ACCESS), families)


def measures(rows: Sequence[Row], answers: Sequence[Answer]) -> dict[str, float]:
    """Precision, recall and F1 of `ess`; micro and macro F1 of families; how often evidence overlaps."""
    truth = np.array([bool(row["ess"]) for row in rows])
    said = np.array([answer.ess for answer in answers])
    counts: dict[str, list[int]] = {}
    overlaps = []
    for row, answer in zip(rows, answers, strict=True):
        labelled: dict[str, list[str]] = {}
        for label in row["labels"]:
            labelled.setdefault(label["family"], []).append(label["evidence"])
        for family in labelled.keys() | answer.families.keys():
            column = 0 if family in labelled and family in answer.families else 1 if family in labelled else 2
            counts.setdefault(family, [0, 0, 0])[column] += 1
            if column == 0:
                overlaps.append(_overlaps(row["text"], labelled[family], answer.families[family]))
    return {
        **_prf("ess", int((truth & said).sum()), int((truth & ~said).sum()), int((~truth & said).sum())),
        **_prf("families", *(sum(each[column] for each in counts.values()) for column in range(3))),
        "macro F1": float(np.mean([_prf("", *each)[" F1"] for each in counts.values()] or [0.0])),
        "evidence": float(np.mean(overlaps or [0.0])),
    }


def _prf(name: str, right: int, missed: int, wrong: int) -> dict[str, float]:
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    both = precision + recall
    return {
        f"{name} precision": precision,
        f"{name} recall": recall,
        f"{name} F1": 2 * precision * recall / both if both else 0.0,
    }


def _overlaps(text: str, labelled: Sequence[str], found: Sequence[str]) -> bool:
    def spans(quotes: Sequence[str]) -> list[tuple[int, int]]:
        return [
            (at.start(), at.start() + len(quote))
            for quote in quotes
            if quote
            for at in re.finditer(re.escape(quote), text, re.IGNORECASE)
        ]

    return any(a < d and c < b for a, b in spans(labelled) for c, d in spans(found))


def intervals(
    rows: Sequence[Row], answers: Sequence[Answer], keys: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Where each measure lies in 95 of 100 draws of passages with replacement."""
    draw = np.random.default_rng(SEED)
    values: dict[str, list[float]] = {key: [] for key in keys}
    for _ in range(DRAWS):
        chosen = draw.integers(0, len(rows), len(rows))
        drawn = measures([rows[i] for i in chosen], [answers[i] for i in chosen])
        for key in keys:
            values[key].append(drawn[key])
    return {key: (float(np.quantile(v, 0.025)), float(np.quantile(v, 0.975))) for key, v in values.items()}


METHODS: dict[str, Callable[[Row], Answer]] = {"bare patterns": by_bare_patterns, "rules": by_rules}


def score(path: Path) -> None:
    """Print the measures of every method, with intervals, and those of the rules by language."""
    rows = read(path)
    print(f"{len(rows)} passages, {sum(bool(row['ess']) for row in rows)} with ess")
    for name, method in METHODS.items():
        answers = [method(row) for row in rows]
        found = measures(rows, answers)
        spread = intervals(rows, answers, ("ess F1", "families F1"))
        print(f"\n{name}")
        for key, value in found.items():
            print(
                f"  {key:20} {value:.3f}"
                + (f"  [{spread[key][0]:.2f}, {spread[key][1]:.2f}]" if key in spread else "")
            )
    for language in sorted({row["lang"] for row in rows}):
        part = [row for row in rows if row["lang"] == language]
        found = measures(part, [by_rules(row) for row in part])
        print(f"\nrules, {language} ({len(part)}): " + ", ".join(f"{key} {found[key]:.2f}" for key in found))


def write(source: Path, target: Path) -> None:
    """Write what is found in each passage, one line each."""
    with target.open("w", encoding="utf-8") as out:
        for row in read(source):
            found = findings(row)
            line = {
                "id": row["id"],
                "ess": any(each.counts for each in found),
                "findings": [
                    {
                        "family": each.family,
                        "kind": each.kind.value,
                        "polarity": each.polarity.value,
                        "weight": each.weight,
                        "evidence": each.quote,
                    }
                    for each in found
                ],
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    finding, scoring = verbs.add_parser("find"), verbs.add_parser("score")
    for verb in (finding, scoring):
        verb.add_argument("--in", dest="source", type=Path, required=True)
    finding.add_argument("--out", dest="target", type=Path, required=True)
    given = parser.parse_args()
    if given.verb == "find":
        write(given.source, given.target)
    else:
        score(given.source)


if __name__ == "__main__":
    main()
