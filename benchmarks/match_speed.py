"""Speed of matching: every lot scored for every member, those kept explained, beside a bare sparse product.

    python -m benchmarks.match_speed [--notices 30000] [--members 500] [--out FILE]

The invented notices and members of the sample are varied by words drawn by chance. The bare product is that
of two TF-IDF matrices of the same texts: what it would take to multiply and nothing else. Prints tables,
writes a JSON.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from config.tables import sectors
from matcher.batch import context_of
from matcher.classifier import RuleOfThumb
from matcher.features import Weights, lot_text, word_grams
from matcher.lead import LotFacts, MemberFacts
from matcher.many import judge_many

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
_LEAST = 0.25


def invented(notices: int, members: int, *, seed: int = 7) -> tuple[list[LotFacts], list[MemberFacts]]:
    """So many lots and members, in the words of the sectors and their codes."""
    chance = random.Random(seed)  # noqa: S311  no secret depends on it
    known = [sector for sector in sectors().values() if sector.core]
    words = sorted({word for sector in known for word in sector.keywords["fr"]})
    cantons = ("GE", "VD", "VS", "FR", "NE", "BE", "ZH")

    def some(own: Sequence[str], count: int) -> str:
        return " ".join(
            chance.choice(own) if chance.random() < 0.5 else chance.choice(words) for _ in range(count)
        )

    lots = []
    for number in range(notices):
        sector = chance.choice(known)
        own = sector.keywords["fr"]
        lots.append(
            LotFacts(
                id=number,
                tender_id=number,
                language="fr",
                title={"fr": some(own, 6)},
                description={"fr": some(own, 120)},
                own_cpv_codes=(chance.choice(sector.core).code,),
                place_canton=chance.choice(cantons),
                submission_deadline=NOW + timedelta(days=chance.randint(1, 50)),
            )
        )
    offering = []
    for number in range(members):
        sector = chance.choice(known)
        own = sector.keywords["fr"]
        offering.append(
            MemberFacts(
                id=number,
                chamber_id=1,
                statement=some(own, 60),
                references=(some(own, 8), some(own, 8)),
                sectors=(sector.key,),
                cpv_codes=tuple({chance.choice(sector.core).code for _ in range(4)}),
                cantons=tuple(chance.sample(cantons, 2)),
                offer_languages=("fr",),
            )
        )
    return lots, offering


def matched(
    lots: Sequence[LotFacts], members: Sequence[MemberFacts], weights: Weights, *, workers: int = 1
) -> dict[str, Any]:
    """Score all with all and explain what is kept: seconds, how many were kept, and a sum to compare."""
    started = time.perf_counter()
    context = context_of(members, weights, now=NOW)
    least = np.full(len(members), _LEAST)
    kept, total = 0, 0.0
    for outcome in judge_many(lots, context, RuleOfThumb(), least=least, workers=workers):
        kept += len(outcome or ())
        total += sum(judged.score for _, judged in outcome or ())
    return {"seconds": time.perf_counter() - started, "kept": kept, "sum": round(total, 6)}


def bare_product(lots: Sequence[LotFacts], members: Sequence[MemberFacts]) -> float:
    """The seconds of one sparse product of the same texts by words, in chunks, made dense."""
    vectoriser = TfidfVectorizer(analyzer=word_grams, sublinear_tf=True)
    mine = vectoriser.fit_transform([lot_text(lot, "fr") for lot in lots])
    theirs = vectoriser.transform([member.statement for member in members]).T.tocsr()
    started = time.perf_counter()
    for start in range(0, mine.shape[0], 512):
        (mine[start : start + 512] @ theirs).toarray()
    return time.perf_counter() - started


def peak_mb() -> float:
    """The largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--notices", type=int, default=30_000)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lots, members = invented(asked.notices, asked.members)
    started = time.perf_counter()
    weights = Weights(lots, members, sectors=sectors())
    report: dict[str, Any] = {"learning the weights of words, seconds": time.perf_counter() - started}
    for name, some, few in (
        ("1/16 of the notices", len(lots) // 16, len(members)),
        ("1/4 of the notices", len(lots) // 4, len(members)),
        ("all notices", len(lots), len(members)),
        ("1/16 of the members", len(lots) // 4, len(members) // 16),
        ("1/4 of the members", len(lots) // 4, len(members) // 4),
    ):
        report[name] = matched(lots[:some], members[:few], weights) | {"peak_mb": peak_mb()}
    whole = report["all notices"]
    report["bare sparse product, seconds"] = bare_product(lots, members)
    report["times the bare product"] = whole["seconds"] / report["bare sparse product, seconds"]
    report["pairs per second"] = len(lots) * len(members) / whole["seconds"]
    two = matched(lots[: len(lots) // 4], members, weights, workers=2)
    one = report["1/4 of the notices"]
    report["two workers"] = two | {
        "same numbers": (two["kept"], two["sum"]) == (one["kept"], one["sum"]),
        "times faster": one["seconds"] / two["seconds"],
    }
    changed = [replace(members[0], statement=members[1].statement)]
    report["one new notice, all members"] = matched(lots[:1], members, weights)
    report["one changed member, all notices"] = matched(lots, changed, weights)
    print(json.dumps(report, indent=2))
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
