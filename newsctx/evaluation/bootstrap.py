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
    sample = np.asarray(values, np.float64)
    if sample.ndim != 1 or not len(sample) or not np.isfinite(sample).all():
        raise ValueError(f"bootstrap: expected at least one finite value per query, got {len(values)} values")
    if not 0 < level < 1 or resamples < 1:
        raise ValueError(f"bootstrap: level {level} of {resamples} resamples: expected 0..1 and at least 1")
    draw = np.random.default_rng(seed)
    rows = max(1, _CHUNK // len(sample))
    means = [
        sample[draw.integers(0, len(sample), (min(rows, resamples - start), len(sample)))].mean(axis=1)
        for start in range(0, resamples, rows)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(sample.mean()), float(low), float(high))


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
