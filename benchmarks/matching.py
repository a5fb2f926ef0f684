"""How well matching ranks later tenders for a firm known by the titles and codes of its earlier ones."""

import argparse
import json
import math
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from config.tables import sectors
from matcher.classifier import RuleOfThumb
from matcher.features import TextSpace
from matcher.lead import Lead, LotFacts, MemberFacts
from matcher.signals import Context, measure_all, shared_depth
from matcher.words import stem, telling_words

NOW = datetime(2018, 1, 1, tzinfo=UTC)
MEASURES = ("nDCG@10", "recall@5", "recall@10", "recall@20", "MRR")


@dataclass(frozen=True, slots=True)
class Tender:
    """A tender of the bench set; its winners are not read."""

    id: str
    date: str
    title: str
    cpv: str
    place: str


@dataclass(frozen=True, slots=True)
class Query:
    """A firm at an instant: what it won before, what may be ranked, and what it won later."""

    member: str
    profile: tuple[str, ...]
    published_after: str
    exclude: frozenset[str]
    relevant: frozenset[str]


Score = Callable[[Query, Sequence[int]], Sequence[float]]


def read(folder: Path) -> tuple[list[Tender], list[Query]]:
    """The tenders and queries of a bench folder."""
    tenders = [
        Tender(row["id"], row["date"], row["title"], row["cpv"] or "", row["place"] or "")
        for row in map(json.loads, (folder / "tenders.jsonl").read_text("utf-8").splitlines())
    ]
    queries = [
        Query(
            row["member"],
            tuple(row["profile"]),
            row["published_after"],
            frozenset(row["exclude"]),
            frozenset(row["relevant"]),
        )
        for row in map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
    ]
    return tenders, queries


def by_prefix(tenders: Sequence[Tender]) -> Score:
    """Rank by the longest CPV prefix shared with an earlier tender."""
    codes = {tender.id: tender.cpv for tender in tenders}

    def score(query: Query, candidates: Sequence[int]) -> list[float]:
        own = {codes[tender] for tender in query.profile}
        return [max(shared_depth(code, tenders[row].cpv) for code in own) for row in candidates]

    return score


def by_bm25(tenders: Sequence[Tender], *, k1: float = 1.2, b: float = 0.75) -> Score:
    """Rank by BM25 between a title and all earlier titles."""
    counts = [Counter(map(stem, telling_words(tender.title))) for tender in tenders]
    place = {word: column for column, word in enumerate(sorted(set().union(*counts)))}
    found = Counter(word for count in counts for word in count)
    usual = statistics.fmean(sum(count.values()) for count in counts)
    rows, columns, weights = [], [], []
    for row, count in enumerate(counts):
        norm = k1 * (1 - b + b * sum(count.values()) / usual)
        for word, times in count.items():
            idf = math.log(1 + (len(counts) - found[word] + 0.5) / (found[word] + 0.5))
            rows.append(row)
            columns.append(place[word])
            weights.append(idf * times * (k1 + 1) / (times + norm))
    matrix = csr_matrix((weights, (rows, columns)), shape=(len(counts), len(place)))
    row_of = {tender.id: row for row, tender in enumerate(tenders)}

    def score(query: Query, candidates: Sequence[int]) -> list[float]:
        asked = np.zeros(len(place))
        for tender in query.profile:
            for word, times in counts[row_of[tender]].items():
                asked[place[word]] += times
        return list((matrix @ asked)[list(candidates)])

    return score


def by_rules(tenders: Sequence[Tender], queries: Sequence[Query]) -> Score:
    """Rank by RuleOfThumb over the real signals; earlier titles are the statement, earlier places the reach.

    The weights of words are learned from the titles of all tenders: no winner is used, but later titles are.
    """
    by_id = {tender.id: tender for tender in tenders}
    lots = [
        LotFacts(
            id=row,
            tender_id=row,
            language="fr",
            title={"fr": tender.title},
            own_cpv_codes=(tender.cpv,) if tender.cpv else (),
            place_canton=tender.place or None,
        )
        for row, tender in enumerate(tenders)
    ]
    members = {
        query: MemberFacts(
            id=number,
            chamber_id=1,
            statement="\n".join(by_id[tender].title for tender in query.profile),
            cpv_codes=tuple(dict.fromkeys(by_id[tender].cpv for tender in query.profile)),
            cantons=tuple(dict.fromkeys(by_id[tender].place for tender in query.profile)),
        )
        for number, query in enumerate(queries)
    }
    space = TextSpace(lots, list(members.values()), sectors=sectors())
    context = Context(NOW, space, sectors())
    rules = RuleOfThumb()

    def score(query: Query, candidates: Sequence[int]) -> list[float]:
        member = members[query]
        judged = []
        for row in candidates:
            signals = measure_all(Lead(lots[row], member), context)
            judged.append(rules.judge({key: found.value for key, found in signals.items()}).logit)
        return judged

    return score


def measure(ranked: Sequence[str], relevant: frozenset[str]) -> dict[str, float]:
    """The measures of one ranking."""
    hits = [tender in relevant for tender in ranked]
    gain = sum(hit / math.log2(rank + 2) for rank, hit in enumerate(hits[:10]))
    best = sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))
    first = next((rank for rank, hit in enumerate(hits) if hit), None)
    found = {f"recall@{k}": sum(hits[:k]) / min(k, len(relevant)) for k in (5, 10, 20)}
    return {"nDCG@10": gain / best, **found, "MRR": 0.0 if first is None else 1 / (first + 1)}


def evaluate(tenders: Sequence[Tender], queries: Iterable[Query], score: Score) -> list[dict[str, float]]:
    """The measures of each query; ties fall in an order of chance, the same for every method."""
    chance = list(range(len(tenders)))
    random.Random(7).shuffle(chance)  # noqa: S311 (no secret depends on it)
    measured = []
    for query in queries:
        candidates = [
            row
            for row, tender in enumerate(tenders)
            if tender.date > query.published_after and tender.id not in query.exclude
        ]
        scores = dict(zip(candidates, score(query, candidates), strict=True))
        ranked = sorted(candidates, key=lambda row: (-scores[row], chance[row]))
        measured.append(measure([tenders[row].id for row in ranked], query.relevant))
    return measured


def gain_over(
    queries: Sequence[Query],
    ours: Sequence[Mapping[str, float]],
    theirs: Sequence[Mapping[str, float]],
    *,
    name: str,
) -> tuple[float, float, float]:
    """The mean gain per query and its 95 % interval: pair by pair, drawing firms with all their queries."""
    of_firm: dict[str, list[float]] = defaultdict(list)
    for query, mine, other in zip(queries, ours, theirs, strict=True):
        of_firm[query.member].append(mine[name] - other[name])
    sums = np.array([sum(gains) for gains in of_firm.values()])
    counts = np.array([len(gains) for gains in of_firm.values()])
    chance = np.random.default_rng(7)
    drawn = [chance.integers(0, len(sums), len(sums)) for _ in range(2_000)]
    low, high = np.percentile([sums[rows].sum() / counts[rows].sum() for rows in drawn], (2.5, 97.5))
    return float(sums.sum() / counts.sum()), float(low), float(high)


def main() -> None:
    """Print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tenders, queries = read(asked.data)
    methods = {
        "CPV prefix": by_prefix(tenders),
        "BM25": by_bm25(tenders),
        RuleOfThumb.version: by_rules(tenders, queries),
    }
    results = {name: evaluate(tenders, queries, score) for name, score in methods.items()}
    table: dict[str, dict[str, float]] = defaultdict(dict)
    print(f"{len(tenders)} tenders, {len(queries)} queries")
    print(f"{'':12}" + "".join(f"{name:>11}" for name in MEASURES))
    for name, measured in results.items():
        table[name] = {key: statistics.fmean(row[key] for row in measured) for key in MEASURES}
        print(f"{name:12}" + "".join(f"{table[name][key]:11.3f}" for key in MEASURES))
    gains = {
        name: gain_over(queries, results[RuleOfThumb.version], measured, name="nDCG@10")
        for name, measured in results.items()
        if name != RuleOfThumb.version
    }
    for name, (mean, low, high) in gains.items():
        print(f"nDCG@10 of {RuleOfThumb.version} over {name}: {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    if asked.out is not None:
        report = {"tenders": len(tenders), "queries": len(queries), "methods": table, "gains": gains}
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
