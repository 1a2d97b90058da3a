"""Platt scaling of channels."""

from __future__ import annotations

import numpy as np
import pytest

from newsctx.fusion import platt
from newsctx.records import ChannelResult
from newsctx.tuning.calibrate import fit


def channel(name: str, scores: dict[str, float]) -> ChannelResult:
    hits = sorted(scores.items(), key=lambda h: -h[1])
    return ChannelResult(name=name, state="ran", hits=tuple(hits))


def world(name: str, slope: float, intercept: float, queries: int = 400):
    """Queries whose articles are relevant with the probability that a known curve gives their score."""
    rng = np.random.default_rng(0)
    for _ in range(queries):
        scores = {f"a{i}": float(s) for i, s in enumerate(rng.uniform(0, 1, 30))}
        chance = {a: 1 / (1 + np.exp(-(slope * s + intercept))) for a, s in scores.items()}
        yield [channel(name, scores)], {a for a, p in chance.items() if rng.random() < p}, ()


def test_the_curve_that_made_the_data_is_found_again() -> None:
    found = fit(world("visual", 6.0, -5.0))["visual"]
    assert found.slope == pytest.approx(6.0, rel=0.1) and found.intercept == pytest.approx(-5.0, rel=0.1)
    assert platt(0.9, found) == pytest.approx(1 / (1 + np.exp(-(6 * 0.9 - 5))), abs=0.03)


def test_the_scale_of_the_scores_does_not_matter() -> None:
    plain = fit(world("visual", 6.0, -5.0))["visual"]
    large = fit(
        ([channel("visual", {a: 1000 * s + 5000 for a, s in c.hits})], relevant, ())
        for (c,), relevant, _ in world("visual", 6.0, -5.0)
    )["visual"]
    for score in (0.1, 0.5, 0.95):
        assert platt(1000 * score + 5000, large) == pytest.approx(platt(score, plain), abs=1e-3)


def test_a_channel_that_is_wrong_or_too_small_or_flat_gets_none() -> None:
    assert fit(world("visual", -6.0, 1.0)) == {}, "better scores, less often right: noise"
    assert fit(world("visual", 6.0, -5.0, queries=1)) == {}
    assert fit([([channel("visual", {f"a{i}": 0.5 for i in range(100)})], {f"a{i}" for i in range(50)}, ())]) == {}
