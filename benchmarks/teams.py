"""Whole teams: how near the fast search comes to the optimum, and how long it takes.

    python -m benchmarks.teams [--members 500 5000] [--rows 5 10 20 40 60] [--rooms 5] [--out FILE]

Invented rooms: requirements of a trade each, members of one to three trades who cover a requirement of theirs
wholly or partly, some who carry few rows, pairs that may not meet, a lead drawn by chance. The optimum is
HiGHS's through `scipy.optimize.milp`; where its time is up, the gap is to its bound, so an upper one. A
scoring pass is one invented lot scored for as many members by the matcher. Prints a table, writes a JSON.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.match_speed import NOW, Invented
from config.tables import sectors
from matcher.batch import context_of
from matcher.classifier import RuleOfThumb
from matcher.features import learn_words
from matcher.judge import scores_of
from matcher.signals import measure_all
from matcher.teams import Room, Team, best_teams, greedy_team, optimal_team, team_of

_TRADES = 25
_MOST = 6
_RANDOM_TEAMS = 200
T = TypeVar("T")


def invented_room(members: int, rows: int, *, seed: int) -> Room:
    """A room of so many members and requirements."""
    chance = np.random.default_rng(seed)
    trades = min(_TRADES, max(3, rows // 2))
    asked = chance.integers(trades, size=rows)
    levels = np.zeros((members, rows))
    for member in range(members):
        own = chance.choice(_TRADES, size=chance.integers(1, 4), replace=False)
        known = np.isin(asked, own) & (chance.random(rows) < 0.6)
        levels[member, known] = chance.choice([0.5, 1.0], size=int(known.sum()), p=[0.6, 0.4])
    lead = int(np.argmax(levels.any(axis=1) & (chance.random(members) < 0.2)))
    pairs = np.sort(chance.integers(members, size=(members // 5, 2)), axis=1)
    apart = frozenset((int(a), int(b)) for a, b in pairs if a != b and lead not in (a, b))
    carries = np.where(chance.random(members) < 0.3, chance.integers(1, 6, size=members), rows)
    weights = chance.choice([1.0, 2.0, 4.0], size=rows)
    return Room(levels, weights, carries.astype(np.int64), _MOST, (lead,), apart)


def random_team(room: Room, *, seed: int) -> Team:
    """The best of many teams drawn by chance among those who cover anything."""
    chance = np.random.default_rng(seed)
    able = np.flatnonzero(room.levels.any(axis=1))
    drawn = []
    for _ in range(_RANDOM_TEAMS):
        others = chance.choice(able, size=min(room.most, len(able)), replace=False)
        members = tuple(sorted({*room.fixed, *(int(each) for each in others[: room.most - 1])}))
        if not any(pair in room.apart for pair in _pairs(members)):
            drawn.append(team_of(room, members))
    return max(drawn, key=lambda team: team.worth)


def _pairs(members: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(a, b) for a in members for b in members if a < b]


def timed(what: Callable[[], T]) -> tuple[T, float]:
    """What comes of a call, and its seconds."""
    started = time.perf_counter()
    return what(), time.perf_counter() - started


def scoring_pass(members: int) -> float:
    """The seconds of scoring one lot for so many members: the median of several."""
    invented = Invented()
    lots = [invented.lot(number) for number in range(20)]
    offering = [invented.member(number) for number in range(members)]
    context = context_of(offering, learn_words(lots, offering, sectors=sectors()), now=NOW)
    rules = RuleOfThumb()
    scores_of(measure_all(lots[0], context), rules)
    return statistics.median(
        timed(lambda lot=lot: scores_of(measure_all(lot, context), rules))[1]  # type: ignore[misc]
        for lot in lots[1:]
    )


def measured(members: int, rows: int, *, rooms: int, seconds: float) -> dict[str, Any]:
    """Gaps to the optimum in percent of it, and seconds, over several rooms of one size."""
    gaps: dict[str, list[float]] = {"search": [], "greedy": [], "random": []}
    times: dict[str, list[float]] = {"search": [], "greedy": [], "optimum": []}
    proved = 0
    for seed in range(rooms):
        room = invented_room(members, rows, seed=1000 * rows + seed)
        (best, bound), took = timed(lambda room=room: optimal_team(room, seconds=seconds))  # type: ignore[misc]
        times["optimum"].append(took)
        found, took = timed(lambda room=room: best_teams(room)[0])  # type: ignore[misc]
        times["search"].append(took)
        greedy, took = timed(lambda room=room: greedy_team(room))  # type: ignore[misc]
        times["greedy"].append(took)
        top = bound
        if best is not None and bound - best.worth <= 1e-6 * room.whole + 1e-9:
            top, proved = best.worth, proved + 1
        for name, team in (("search", found), ("greedy", greedy), ("random", random_team(room, seed=seed))):
            gaps[name].append(100 * (top - (team.worth if team else 0.0)) / top)
    return {
        "members": members,
        "rows": rows,
        "proved": f"{proved}/{rooms}",
        **{f"{name}: mean gap %": round(statistics.mean(each), 3) for name, each in gaps.items()},
        "search: worst gap %": round(max(gaps["search"]), 3),
        **{f"{name}: median ms": round(1000 * statistics.median(each), 1) for name, each in times.items()},
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--rows", type=int, nargs="+", default=[5, 10, 20, 40, 60])
    parser.add_argument("--rooms", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="the optimum's time for one room")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    report = []
    for members in asked.members:
        one_pass = scoring_pass(members)
        for rows in asked.rows:
            row = measured(members, rows, rooms=asked.rooms, seconds=asked.seconds)
            row["search: times a scoring pass"] = round(row["search: median ms"] / 1000 / one_pass, 1)
            print(json.dumps(row), flush=True)
            report.append(row)
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
