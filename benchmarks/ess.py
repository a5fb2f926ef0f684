"""Criteria found in labelled passages: what the rules and the learned opinion find, beside bare patterns.

    python -m benchmarks.ess find --in FILE --out FILE
    python -m benchmarks.ess score --in FILE [--learn FILE]
    python -m benchmarks.ess passages --part learn --out FILE

A file holds one passage a line: `text`, `lang`, the name of its `field` where it is known, and to be scored
its `labels` and whether `ess` is true of it. The opinion learns from the passages of --learn; without them
from the other passages of the same file, in eight parts. `passages` writes our own in this form.
"""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ess_passages import APART, LEARN, Label, passages
from config.criteria import ess_criteria
from matcher.ess.found import Found
from matcher.ess.lessons import Lesson, of_passage
from matcher.ess.lexicon import compiled_pattern
from matcher.ess.opinion import Opinion
from matcher.ess.plain import plain
from matcher.ess.rules import ACCESS, find

DATA = Path("../shared/data")
Row = Mapping[str, Any]
SEED, DRAWS, PARTS = 7, 2_000, 8
# From where on the opinion says yes; chosen on the passages to learn from.
THRESHOLD = 0.4


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
        spans = [m.span() for each in ignored for m in _compiled(each).finditer(letters)]
        for patterns in (*criterion.patterns.values(), *criterion.qualifying.values()):
            for each in patterns:
                for match in _compiled(each).finditer(letters):
                    if not any(a < match.end() and match.start() < b for a, b in spans):
                        families.setdefault(criterion.key, []).append(match.group())
    return Answer(bool(families.keys() - ACCESS), families)


@cache
def _compiled(written: str) -> re.Pattern[str]:
    return compiled_pattern(written)


def measures(rows: Sequence[Row], answers: Sequence[Answer]) -> dict[str, float]:
    """Precision, recall and F1 of `ess`; micro and macro F1 of families; how often evidence overlaps."""
    truth = np.array([bool(row["ess"]) for row in rows])
    said = np.array([answer.ess for answer in answers])
    counts: dict[str, list[int]] = {}
    overlaps: list[bool] = []
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
        "evidence": float(np.mean(overlaps or [False])),
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


def intervals(rows: Sequence[Row], answers: Sequence[Answer]) -> dict[str, tuple[float, float]]:
    """Where both F1 lie in 95 of 100 draws of passages with replacement."""
    counted = np.array([_counted(row, answer) for row, answer in zip(rows, answers, strict=True)])
    draw = np.random.default_rng(SEED)
    sums = np.array([counted[draw.integers(0, len(rows), len(rows))].sum(axis=0) for _ in range(DRAWS)])
    found = {}
    for name, first in (("ess F1", 0), ("families F1", 3)):
        right, missed, wrong = (sums[:, first + column] for column in range(3))
        both = np.maximum(2 * right + missed + wrong, 1)
        low, high = np.quantile(2 * right / both, [0.025, 0.975])
        found[name] = (float(low), float(high))
    return found


def _counted(row: Row, answer: Answer) -> tuple[int, ...]:
    """What is right, missed and wrong of a passage: of `ess`, then of families."""
    truth, said = bool(row["ess"]), answer.ess
    labelled, found = {label["family"] for label in row["labels"]}, set(answer.families)
    return (
        int(truth and said),
        int(truth and not said),
        int(said and not truth),
        len(labelled & found),
        len(labelled - found),
        len(found - labelled),
    )


def opinions(rows: Sequence[Row], learnt_from: Sequence[Row]) -> list[float]:
    """How sure the opinion is of the surest sentence of each passage, which it has not learnt from."""
    told = [list(of_passage(dict(row))) for row in rows]
    if learnt_from:
        learnt = Opinion([lesson for row in learnt_from for lesson in of_passage(dict(row))])
        return [_surest(learnt, each) for each in told]
    sure = [0.0] * len(rows)
    for part in range(PARTS):
        others = [lesson for number, each in enumerate(told) if number % PARTS != part for lesson in each]
        learnt = Opinion(others)
        for number in range(part, len(rows), PARTS):
            sure[number] = _surest(learnt, told[number])
    return sure


def _surest(learnt: Opinion, told: Sequence[Lesson]) -> float:
    return max(learnt((lesson.sentence, lesson.field) for lesson in told), default=0.0)


def score(path: Path, learn: Path | None) -> None:
    """Print the measures of every method, with intervals, and those of the rules by language."""
    rows = read(path)
    print(f"{len(rows)} passages, {sum(bool(row['ess']) for row in rows)} with ess")
    by = {"bare patterns": list(map(by_bare_patterns, rows)), "rules": list(map(by_rules, rows))}
    sure = opinions(rows, read(learn) if learn else ())
    says = [chance >= THRESHOLD for chance in sure]
    by["opinion"] = [Answer(said, {}) for said in says]
    for name, act in (("rules and opinion", bool.__and__), ("rules or opinion", bool.__or__)):
        both = zip(by["rules"], says, strict=True)
        by[name] = [Answer(act(answer.ess, said), answer.families) for answer, said in both]
    for name, answers in by.items():
        has_families = any(answer.families for answer in answers)
        found = measures(rows, answers)
        spread = intervals(rows, answers)
        print(f"\n{name}")
        for key, value in found.items():
            if key.startswith("ess") or has_families:
                low, high = spread.get(key, (value, value))
                print(f"  {key:20} {value:.3f}" + (f"  [{low:.2f}, {high:.2f}]" if key in spread else ""))
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


def write_own(part: str, target: Path) -> None:
    """Write our own labelled passages of a part; the field is named where the benchmark names it, too."""
    with target.open("w", encoding="utf-8") as out:
        for each in passages(DATA):
            if each.part == part:
                row: dict[str, Any] = {"id": each.id, "source": each.source, "lang": each.language}
                row |= {
                    "text": each.text,
                    "ess": each.ess,
                    "labels": [written(label) for label in each.labels],
                }
                if each.source == "simap-archive":
                    row["field"] = each.field.partition("/")[0]
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def written(label: Label) -> dict[str, Any]:
    """A label as the benchmark writes it."""
    names = ("family", "kind", "polarity", "evidence", "weight")
    return {name: getattr(label, name) for name in names}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    finding, scoring, own = (verbs.add_parser(name) for name in ("find", "score", "passages"))
    for verb in (finding, scoring):
        verb.add_argument("--in", dest="source", type=Path, required=True)
    for verb in (finding, own):
        verb.add_argument("--out", dest="target", type=Path, required=True)
    scoring.add_argument("--learn", type=Path)
    own.add_argument("--part", choices=[LEARN, APART], default=LEARN)
    given = parser.parse_args(arguments)
    if given.verb == "find":
        write(given.source, given.target)
    elif given.verb == "score":
        score(given.source, given.learn)
    else:
        write_own(given.part, given.target)


if __name__ == "__main__":
    main()
