"""What decisions teach: staff are simulated who keep what a firm later won, and drop the rest.

A firm is known by the titles, codes and places of what it won before a tender was published. What the rule
of thumb would have proposed, and a few pairs drawn below, are the decisions: those on earlier tenders are
learned from, those on later ones measured. A firm that did not win may have been glad to hear of the tender
all the same, so that « drop » is said too often: read the figures as differences between methods, not as what
staff do. The weights of words come from the titles of all tenders, later ones too, for every method alike.
"""

import argparse
import json
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.matching import NOW, Query, Tender, lots_of, measure, read
from config.tables import sectors
from matcher.batch import context_of
from matcher.classifier import Classifier, Linear, RuleOfThumb
from matcher.evaluation import figures, gain, log_losses
from matcher.features import learn_words
from matcher.labels import Label, Teacher
from matcher.lead import MemberFacts
from matcher.sampling import FAR, NEAR
from matcher.signals import SIGNALS, measure_all
from matcher.training import Split, calibrate, fit, split_by_day

# The threshold that a chamber begins with.
_HOLD_FROM = 0.25
_LEARNED = "of all"
# How many of the earlier decisions are learned from, the newest ones; None: all.
_SIZES = (500, 1_000, 2_000, None)


@dataclass(frozen=True, slots=True)
class Pair:
    """A firm and a tender published after what is known of it: the signals, and whether it won."""

    member: int
    tender: int
    published: date
    values: Mapping[str, float]
    is_won: bool


def pairs_of(tenders: Sequence[Tender], queries: Sequence[Query]) -> list[Pair]:
    """Every firm with every tender that appeared once something was known of it, by what was known last."""
    rows = {tender.id: row for row, tender in enumerate(tenders)}
    lots = lots_of(tenders)
    members = [_facts(number, query, tenders, rows) for number, query in enumerate(queries)]
    context = context_of(members, learn_words(lots, members, sectors=sectors()), now=NOW)
    measured = [measure_all(lot, context) for lot in lots]
    firms: dict[str, list[int]] = defaultdict(list)
    for number, query in enumerate(queries):
        firms[query.member].append(number)
    found = []
    for firm, numbers in enumerate(firms.values()):
        numbers.sort(key=lambda number: queries[number].published_after)
        for row, tender in enumerate(tenders):
            known = [number for number in numbers if queries[number].published_after < tender.date]
            if not known or tender.id in queries[known[-1]].exclude:
                continue
            values = {key: float(each[known[-1]]) for key, each in measured[row].items()}
            won = tender.id in queries[known[-1]].relevant
            found.append(Pair(firm, row, date.fromisoformat(tender.date), values, won))
    return found


def _facts(number: int, query: Query, tenders: Sequence[Tender], rows: Mapping[str, int]) -> MemberFacts:
    won = [tenders[rows[tender]] for tender in query.profile]
    return MemberFacts(
        id=number,
        chamber_id=1,
        statement="\n".join(tender.title for tender in won),
        cpv_codes=tuple(dict.fromkeys(tender.cpv for tender in won)),
        cantons=tuple(dict.fromkeys(tender.place for tender in won)),
    )


def decided(pairs: Iterable[Pair]) -> list[Label]:
    """What staff would have seen: what the rule of thumb proposes, and each week's sample of the rest."""
    rules, chance = RuleOfThumb(), Random(7)  # noqa: S311 (no secret depends on it)
    layers: dict[tuple[int, int, bool], list[Pair]] = defaultdict(list)
    labels = []
    for pair in pairs:
        score = rules.judge(pair.values).score
        if score >= _HOLD_FROM:
            labels.append(_label(pair, is_sample=False))
        else:
            year, week, _ = pair.published.isocalendar()
            layers[year, week, score >= _HOLD_FROM / 2].append(pair)
    for (_, _, is_near), layer in layers.items():
        drawn = chance.sample(layer, min(NEAR if is_near else FAR, len(layer)))
        labels += [_label(pair, is_sample=True) for pair in drawn]
    return sorted(labels, key=lambda label: (label.published_on, label.tender_id, label.member_id))


def _label(pair: Pair, *, is_sample: bool) -> Label:
    said = datetime(pair.published.year, pair.published.month, pair.published.day, tzinfo=UTC)
    return Label(
        match_id=pair.tender * 10_000 + pair.member,
        tender_id=pair.tender,
        member_id=pair.member,
        values=pair.values,
        is_good=pair.is_won,
        teacher=Teacher.STAFF,
        published_on=pair.published,
        said_at=said,
        is_sample=is_sample,
    )


def ranked(pairs: Sequence[Pair], since: date, model: Classifier) -> dict[int, dict[str, float]]:
    """How each firm finds what it won among all tenders after a day."""
    of_firm: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.published > since:
            of_firm[pair.member].append(pair)
    found = {}
    for firm, own in of_firm.items():
        relevant = frozenset(str(pair.tender) for pair in own if pair.is_won)
        if relevant:
            Random(7).shuffle(own)  # noqa: S311 (ties fall by chance, the same for every method)
            own.sort(key=lambda pair: -model.judge(pair.values).score)
            found[firm] = measure([str(pair.tender) for pair in own], relevant)
    return found


def paired(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """The mean difference and its standard error, pair by pair."""
    gains = [mine - other for mine, other in zip(ours, theirs, strict=True)]
    return statistics.fmean(gains), statistics.stdev(gains) / math.sqrt(len(gains))


def main() -> None:
    """Print the tables, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder with tenders.jsonl, queries.jsonl")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tenders, queries = read(asked.data)
    pairs = pairs_of(tenders, queries)
    labels = decided(pairs)
    split = split_by_day(labels)
    now = datetime(2019, 3, 1, tzinfo=UTC)
    rules: Linear = RuleOfThumb()
    share = statistics.fmean(label.is_good for label in split.fitting)
    constant = Linear("constant", math.log(share / (1 - share)), {})
    models = {"constant": constant, rules.version: rules}
    for size in _SIZES:
        models[f"of {size}" if size else _LEARNED] = _learned(split, size, now=now)
    print(
        f"{len(tenders)} tenders, {len({pair.member for pair in pairs})} firms, {len(pairs)} pairs; "
        f"{len(labels)} decisions, {sum(label.is_good for label in labels)} keep; "
        f"{len(split.later)} on tenders after {split.earlier_until}"
    )
    report = _decisions(models, split.later) | _rankings(models, pairs, split.earlier_until)
    weights = {"base": models[_LEARNED].base, **models[_LEARNED].weights}
    report["weights"] = weights
    print("weights learned: " + ", ".join(f"{key} {value:+.2f}" for key, value in weights.items()))
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _learned(split: Split, size: int | None, *, now: datetime) -> Linear:
    """What training makes of the newest of the earlier decisions: all of them, or so many."""
    earlier = [*split.fitting, *split.calibrating][-size if size else 0 :]
    cut = len(earlier) * 4 // 5
    return calibrate(fit(earlier[:cut], tuple(SIGNALS), now=now), earlier[cut:], now=now)


def _decisions(models: Mapping[str, Classifier], later: Sequence[Label]) -> dict[str, Any]:
    is_good = np.array([label.is_good for label in later], dtype=float)
    said = {
        name: np.array([model.judge(label.values).score for label in later]) for name, model in models.items()
    }
    table = {name: asdict(figures(scores, is_good)) for name, scores in said.items()}
    print(f"\n{'decisions':12}{'log-loss':>10}{'ECE':>8}{'AP':>8}   the tenth it is surest of: said, came")
    for name, row in table.items():
        surest = np.argsort(-said[name], kind="stable")[: len(later) // 10]
        row |= {"surest_said": float(said[name][surest].mean()), "surest_came": float(is_good[surest].mean())}
        print(
            f"{name:12}{row['log_loss']:10.3f}{row['calibration_error']:8.3f}{row['average_precision']:8.3f}"
            f"{row['surest_said']:12.2f}{row['surest_came']:8.2f}"
        )
    gains = {}
    for name in models:
        if name != _LEARNED:
            losses = log_losses(said[_LEARNED], is_good), log_losses(said[name], is_good)
            found = gain(*losses, [label.member_id for label in later])
            gains[name] = asdict(found)
            print(
                f"log-loss {_LEARNED} below {name}: {found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}] "
                "(90 %, firms redrawn)"
            )
    return {"decisions": table, "log_loss_gains": gains}


def _rankings(models: Mapping[str, Classifier], pairs: Sequence[Pair], since: date) -> dict[str, Any]:
    results = {name: ranked(pairs, since, model) for name, model in models.items() if name != "constant"}
    names = ("nDCG@10", "recall@20", "MRR")
    table = {
        name: {key: statistics.fmean(row[key] for row in found.values()) for key in names}
        for name, found in results.items()
    }
    print(
        f"\n{'ranking':12}" + "".join(f"{key:>11}" for key in names) + f"   ({len(results[_LEARNED])} firms)"
    )
    for name, row in table.items():
        print(f"{name:12}" + "".join(f"{row[key]:11.3f}" for key in names))
    rules = results[RuleOfThumb.version]
    differences: dict[str, dict[str, tuple[float, float]]] = {}
    for name, found in results.items():
        if name != RuleOfThumb.version:
            differences[name] = {
                key: paired([row[key] for row in found.values()], [rules[firm][key] for firm in found])
                for key in names
            }
            mean, error = differences[name]["nDCG@10"]
            print(f"nDCG@10 {name} over {RuleOfThumb.version}: {mean:+.3f} (standard error {error:.3f})")
    return {"rankings": table, "ranking_gains": differences}


if __name__ == "__main__":
    main()
