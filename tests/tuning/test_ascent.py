"""Coordinate ascent over a grid."""

from __future__ import annotations

import itertools

import pytest

from newsctx.tuning.ascent import Axis, ascend

GRID = (0.0, 0.25, 0.5, 1.0)


def test_a_separable_score_is_maximised_exactly() -> None:
    def score(p):
        return -((p["a"] - 0.5) ** 2) - (p["b"] - 1.0) ** 2

    found = ascend(score, {"a": 0.0, "b": 0.0}, [Axis("a", GRID), Axis("b", GRID)])
    assert found.point == {"a": 0.5, "b": 1.0} and found.score == 0
    best = max(score({"a": a, "b": b}) for a, b in itertools.product(GRID, GRID))  # every point of the grid
    assert found.score == best and found.tried < len(GRID) ** 2


def test_the_start_stays_where_nothing_gains_enough() -> None:
    gain = {0.0: 0.5, 0.25: 0.50005, 0.5: 0.4, 1.0: 0.1}  # a gain of 0.00005 is below `least`
    found = ascend(lambda p: gain[p["a"]], {"a": 0.0}, [Axis("a", GRID)])
    assert found.point == {"a": 0.0} and found.rounds == 1


def test_a_later_round_uses_what_an_earlier_one_found() -> None:
    """b only helps once a is 1, and b is tried before a: the second round has to take it."""
    found = ascend(
        lambda p: p["a"] + (2 * p["b"] if p["a"] == 1.0 else -p["b"]),
        {"a": 0.0, "b": 0.0},
        [Axis("b", GRID), Axis("a", GRID)],
    )
    assert found.point == {"a": 1.0, "b": 1.0} and found.rounds >= 2


def test_every_point_is_scored_once() -> None:
    asked: list[float] = []
    ascend(lambda p: asked.append(p["a"]) or 0.0, {"a": 0.0}, [Axis("a", GRID)], rounds=9)
    assert sorted(asked) == sorted(GRID)


def test_an_axis_without_a_start_is_named() -> None:
    with pytest.raises(ValueError, match="^b: expected"):
        ascend(lambda p: 0.0, {"a": 0.0}, [Axis("a", GRID), Axis("b", GRID)])
