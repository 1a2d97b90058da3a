"""Percentile bootstrap over queries (Efron 1979): how far a mean or a difference could be chance of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES, SEED, LEVEL = 2000, 0, 0.95
_CHUNK = 4_000_000  # drawn indices at once: bounds memory


class Interval(NamedTuple):
    """A mean and its interval."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def bootstrap_interval(
    values: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> Interval:
    """The mean of one value per query and its percentile interval; the same input gives the same output.

    Raises:
        ValueError: no values, a value that is not finite, or a level outside 0..1.
    """
    return bootstrap_intervals(np.asarray(values, np.float64).reshape(-1, 1), resamples, seed, level)[0]


def bootstrap_intervals(
    values: np.ndarray, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> list[Interval]:
    """As `bootstrap_interval` for (queries, metrics) at once: every metric sees the same draws."""
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(f"bootstrap: expected at least one finite value per query, got {len(values)} values")
    if not 0 < level < 1 or resamples < 1:
        raise ValueError(f"bootstrap: level {level} of {resamples} resamples: expected 0..1 and at least 1")
    draw, count = np.random.default_rng(seed), len(values)
    rows = max(1, _CHUNK // count)
    means = []
    for start in range(0, resamples, rows):
        part = min(rows, resamples - start)
        drawn = draw.integers(0, count, (part, count)) + np.arange(part)[:, None] * count
        weights = np.bincount(drawn.ravel(), minlength=part * count).reshape(part, count)
        means.append(weights @ values / count)
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2], axis=0)
    triples = zip(values.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return [Interval(*t) for t in triples]


def paired_bootstrap(
    before: Sequence[float], after: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> Interval:
    """The mean of `after - before`, query by query, and its interval: queries are drawn, each with both its values.

    Raises:
        ValueError: lists of different length, or as `bootstrap_interval`.
    """
    if len(before) != len(after):
        raise ValueError(
            f"paired bootstrap: {len(before)} values before, {len(after)} after: expected the same queries"
        )
    return bootstrap_interval([b - a for a, b in zip(before, after, strict=True)], resamples, seed, level)
