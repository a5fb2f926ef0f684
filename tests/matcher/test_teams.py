"""Whole teams: as good as trying them all, within every rule."""

from itertools import combinations

import numpy as np
import pytest

from matcher.teams import Room, best_teams, greedy_team, optimal_team, team_of


def _room(seed: int, *, fixed: tuple[int, ...] = (), most: int = 3) -> Room:
    chance = np.random.default_rng(seed)
    levels = chance.choice([0.0, 0.5, 1.0], size=(9, 7), p=[0.6, 0.25, 0.15])
    apart = frozenset({(0, 1), (2, 5)})
    carries = chance.integers(1, 5, size=9)
    return Room(levels, chance.choice([1.0, 2.0], size=7), carries, most, fixed, apart)


def _is_allowed(room: Room, members: tuple[int, ...]) -> bool:
    return set(room.fixed) <= set(members) and not any(
        pair in room.apart for pair in combinations(members, 2)
    )


@pytest.mark.parametrize("fixed", [(), (3,), (3, 6)])
@pytest.mark.parametrize("seed", range(12))
def test_no_other_team_covers_more(seed: int, fixed: tuple[int, ...]) -> None:
    room = _room(seed, fixed=fixed)
    every = [
        members
        for size in range(1, room.most + 1)
        for members in combinations(range(9), size)
        if _is_allowed(room, members)
    ]
    most = max(team_of(room, members).worth for members in every)

    optimum, bound = optimal_team(room)

    assert optimum is not None
    assert optimum.worth == pytest.approx(most)
    assert bound == pytest.approx(most, abs=1e-4)
    assert best_teams(room)[0].worth == pytest.approx(most)


@pytest.mark.parametrize("seed", range(12))
def test_every_team_keeps_the_rules(seed: int) -> None:
    room = _room(seed, fixed=(4,))

    for team in best_teams(room, count=5):
        assert _is_allowed(room, team.members)
        assert len(team.members) <= room.most
        for member in team.members:
            assert team.carried_by.count(member) <= room.carries[member]
        for row, who in enumerate(team.carried_by):
            assert who is None or room.levels[who, row] > 0


def test_the_smaller_of_two_teams_that_cover_as_much_comes_first() -> None:
    room = Room(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.ones(2), np.array([2, 2, 2]), most=3)

    teams = best_teams(room)

    assert teams[0].members == (2,)


def test_who_can_carry_only_one_row_leaves_the_other_to_a_partner() -> None:
    room = Room(np.array([[1.0, 1.0], [0.0, 0.5]]), np.ones(2), np.array([1, 1]), most=2)

    [team, *_] = best_teams(room)

    assert team.members == (0, 1)
    assert team.carried_by == (0, 1)
    assert team.covered == pytest.approx(1.5)


def test_two_specialists_are_found_where_greed_begins_with_the_generalist() -> None:
    levels = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [0.8, 0.8, 0.8, 0.0]])
    room = Room(levels, np.ones(4), np.full(3, 4), most=2)

    greedy = greedy_team(room)

    assert greedy is not None
    assert greedy.covered == pytest.approx(3.6)
    assert best_teams(room)[0].members == (0, 1)


def test_a_requirement_that_nobody_covers_stays_open() -> None:
    room = Room(np.array([[1.0, 0.0]]), np.ones(2), np.array([2]), most=3)

    [team] = best_teams(room)

    assert team.carried_by == (0, None)


def test_there_is_no_team_where_nobody_covers_anything() -> None:
    assert best_teams(Room(np.zeros((3, 2)), np.ones(2), np.full(3, 2), most=2)) == []
