"""Coordinate ascent over a grid: one setting at a time takes its best value (Metzler and Croft 2007).

Rank metrics are step functions of the weights, so there is no gradient to follow; a grid and a fixed order of settings
make the result the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Point = Mapping[str, Any]


class Axis(NamedTuple):
    """A setting by dotted path and the values that it may take."""

    path: str
    values: tuple[Any, ...]


class Ascent(NamedTuple):
    """Where the search ended."""

    point: dict[str, Any]
    score: float
    rounds: int
    tried: int  # different points that were scored


def ascend(
    score: Callable[[Point], float],
    start: Point,
    axes: Sequence[Axis],
    rounds: int = 5,
    least: float = 1e-4,
    progress: Callable[[int], None] = lambda tried: None,
) -> Ascent:
    """The best point found.

    Args:
        score: higher is better; called once per point.
        start: a value for every axis; it is kept wherever nothing is better.
        axes: in the order in which they are tried.
        rounds: most passes over all axes.
        least: what another value has to gain to be taken: a smaller gain is chance.

    Raises:
        ValueError: an axis without values or without a start.
    """
    lost = [a.path for a in axes if not a.values or a.path not in start]
    if lost:
        raise ValueError(f"{lost[0]}: expected at least one value, and a start")
    seen: dict[tuple[str, ...], float] = {}

    def scored(point: Point) -> float:
        key = tuple(repr(point[a.path]) for a in axes)
        if key not in seen:
            seen[key] = score(point)
            progress(len(seen))
        return seen[key]

    point, best, done = dict(start), scored(start), 0
    improved = True
    while improved and done < rounds:
        before, done = best, done + 1
        for axis in axes:
            for value in axis.values:
                other = point | {axis.path: value}
                if (found := scored(other)) > best + least:
                    point, best = other, found
        improved = best > before
    return Ascent(point, best, done, len(seen))
