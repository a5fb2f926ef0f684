"""Speed of matching: every lot scored for every member, those kept explained, beside a bare sparse product.

    python -m benchmarks.match_speed [--notices 30000] [--members 500] [--out FILE]

Notices and members are invented: of a hundred notices twenty lie in the branches of members, and words are
as rare as in texts. So three or four pairs of a thousand are kept and explained, as where a member hears of
two notices a week. The bare product is that of two TF-IDF matrices of the same texts by their words: what it
would take to multiply and nothing else. On a machine that others use too, read the seconds of CPU; what two
workers gain shows only where two cores are free. Prints a table, writes a JSON.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from config.tables import sectors
from matcher.batch import context_of
from matcher.classifier import RuleOfThumb
from matcher.features import Weights, learn_words, lot_text, word_grams
from matcher.lead import LotFacts, MemberFacts
from matcher.many import judge_many
from matcher.past import Act, Past, Win, circles_of
from matcher.words import telling_words

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
_LEAST = 0.25
_REMEMBERED = 2_000

# Branches of which no member has any: works, machines, vehicles, medical and laboratory supplies.
_OTHER = ("45", "42", "34", "33", "38", "31", "44")

# So many of a hundred notices lie in a branch of a member; the rest is works, supplies, machines.
_IN_OUR_BRANCHES = 20
_LANGUAGES = ("fr",) * 6 + ("de",) * 3 + ("it",)
_CANTONS = ("GE", "VD", "VS", "FR", "NE", "BE", "ZH", "TI")
_SYLLABLES = [
    first + vowel for first in ("b", "d", "fr", "g", "l", "m", "pl", "r", "str", "t") for vowel in "aeiou"
]


class Invented:
    """Notices and members by chance: words of the sectors among many others, each as rare as in texts."""

    def __init__(self, *, seed: int = 7) -> None:
        self._chance = random.Random(seed)  # noqa: S311  no secret depends on it
        self._sectors = [sector for sector in sectors().values() if sector.core]
        self._words = [
            "".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 5))) for _ in range(40_000)
        ]
        # Zipf: a word is used the less, the later it stands in the list.
        self._usual = list(accumulate(1 / (rank + 10) for rank in range(len(self._words))))

    def _text(self, own: Sequence[str], share: float, count: int) -> str:
        other = self._chance.choices(self._words, cum_weights=self._usual, k=count)
        return " ".join(self._chance.choice(own) if self._chance.random() < share else word for word in other)

    def lot(self, number: int) -> LotFacts:
        """A lot; most are in none of the members' branches."""
        chance, sector = self._chance, self._chance.choice(self._sectors)
        is_ours, language = chance.randrange(100) < _IN_OUR_BRANCHES, chance.choice(_LANGUAGES)
        own = sector.keywords[language]
        return LotFacts(
            id=number,
            tender_id=number,
            language=language,
            title={language: self._text(own, 0.4 if is_ours else 0, 6)},
            description={language: self._text(own, 0.1 if is_ours else 0, 120)},
            own_cpv_codes=(
                chance.choice(sector.core).code
                if is_ours
                else f"{chance.choice(_OTHER)}{chance.randrange(10**6):06}",
            ),
            place_canton=chance.choice(_CANTONS),
            submission_deadline=NOW + timedelta(days=chance.randint(1, 50)),
            buyer_names=(f"office {chance.randrange(200)}",),
            published_on=NOW.date() - timedelta(days=chance.randint(0, 30)),
        )

    def past(self, members: Sequence[MemberFacts]) -> Past:
        """For each member twenty lots of the last year that were kept or dropped, and two contracts won."""
        chance = self._chance
        long_ago = NOW.date() - timedelta(days=400)
        lots = {number: replace(self.lot(number), published_on=long_ago) for number in range(-_REMEMBERED, 0)}
        acts = [
            Act(
                member.id,
                circles_of(member),
                chance.choice(tuple(lots)),
                is_good=chance.random() < 0.6,
                said_on=NOW.date() - timedelta(days=chance.randint(1, 365)),
            )
            for member in members
            for _ in range(20)
        ]
        wins = [
            Win(
                member.id,
                (f"office {chance.randrange(200)}",),
                self._text((), 0, 8),
                NOW.date() - timedelta(days=90),
            )
            for member in members
            for _ in range(2)
        ]
        return Past(tuple(acts), lots, tuple(wins))

    def member(self, number: int) -> MemberFacts:
        """A member of one sector, in two cantons."""
        chance, sector = self._chance, self._chance.choice(self._sectors)
        own = sector.keywords["fr"]
        return MemberFacts(
            id=number,
            chamber_id=1,
            statement=self._text(own, 0.3, 60),
            references=(self._text(own, 0.4, 8), self._text(own, 0.4, 8)),
            sectors=(sector.key,),
            cpv_codes=tuple(sorted({chance.choice(sector.core).code for _ in range(4)})),
            cantons=tuple(chance.sample(_CANTONS, 2)),
            offer_languages=("fr",),
        )


def matched(
    lots: Sequence[LotFacts],
    members: Sequence[MemberFacts],
    weights: Weights,
    past: Past,
    *,
    workers: int = 1,
) -> dict[str, Any]:
    """Score all with all and explain what is kept: seconds, how many were kept, and a sum to compare."""
    started, began = time.perf_counter(), time.process_time()
    context = context_of(members, weights, now=NOW, past=past)
    placed = time.process_time() - began
    least = np.full(len(members), _LEAST)
    kept, total = 0, 0.0
    for outcome in judge_many(lots, context, RuleOfThumb(), least=least, workers=workers):
        kept += len(outcome or ())
        total += sum(judged.score for _, judged in outcome or ())
    seconds, busy = time.perf_counter() - started, time.process_time() - began
    return {
        "notices": len(lots),
        "members": len(members),
        "seconds": seconds,
        "CPU": busy,
        "of it, to place the members": placed,
        "pairs per CPU second": len(lots) * len(members) / busy,
        "kept": kept,
        "kept of a thousand": 1_000 * kept / (len(lots) * len(members)),
        "sum": round(total, 6),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def bare_product(lots: Sequence[LotFacts], members: Sequence[MemberFacts]) -> tuple[float, float]:
    """The seconds to read the texts of lots by their words, and those of a sparse product with members."""
    vectoriser = TfidfVectorizer(analyzer=lambda text: word_grams(telling_words(text)), sublinear_tf=True)
    theirs = vectoriser.fit_transform([member.statement for member in members]).T.tocsr()
    reading = seconds = 0.0
    for start in range(0, len(lots), 512):
        began = time.process_time()
        mine = vectoriser.transform(lot_text(lot, lot.language) for lot in lots[start : start + 512])
        read = time.process_time()
        (mine @ theirs).toarray()
        reading, seconds = reading + read - began, seconds + time.process_time() - read
    return reading, seconds


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--notices", type=int, default=30_000)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    chance = Invented()
    members = [chance.member(number) for number in range(asked.members)]
    lots = [chance.lot(number) for number in range(asked.notices)]
    past = chance.past(members)
    began = time.process_time()
    weights = learn_words(lots, members, sectors=sectors())
    learned = time.process_time() - began
    changed = replace(members[0], statement=members[1].statement)
    runs = {
        "one new notice, all members": (lots[:1], members),
        "one changed member, all notices": (lots, [changed]),
        "notices x1": (lots[: asked.notices // 16], members),
        "notices x4, members x16": (lots[: asked.notices // 4], members),
        "notices x16": (lots, members),
        "members x1": (lots[: asked.notices // 4], members[: asked.members // 16]),
        "members x4": (lots[: asked.notices // 4], members[: asked.members // 4]),
    }
    report: dict[str, dict[str, Any]] = {}
    heads = ("notices", "members", "seconds", "CPU", "pairs/CPU", "kept", "of 1000", "peak MB")
    print(f"{'':32}" + "".join(f"{head:>10}" for head in heads))
    for name, (some, few) in runs.items():
        report[name] = _printed(name, matched(some, few, weights, past))
    name = "the same by two workers"
    report[name] = _printed(name, matched(lots[: asked.notices // 4], members, weights, past, workers=2))
    one, two, whole = (report[key] for key in ("notices x4, members x16", name, "notices x16"))
    reading, bare = bare_product(lots, members)
    report["beside"] = {
        "seconds to learn what words weigh": learned,
        "seconds to read the notices by their words": reading,
        "seconds of the bare sparse product": bare,
        "times the bare product": whole["CPU"] / bare,
        "two workers give the same numbers": (two["kept"], two["sum"]) == (one["kept"], one["sum"]),
        "two workers, times faster": one["seconds"] / two["seconds"],
    }
    for key, value in report["beside"].items():
        print(f"{key}: {value if isinstance(value, bool) else round(value, 2)}")
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _printed(name: str, run: dict[str, Any]) -> dict[str, Any]:
    told = (
        "notices",
        "members",
        "seconds",
        "CPU",
        "pairs per CPU second",
        "kept",
        "kept of a thousand",
        "peak MB",
    )
    print(f"{name:32}" + "".join(f"{run[key]:10,.{2 * (run[key] < 100)}f}" for key in told), flush=True)
    return run


if __name__ == "__main__":
    main()
