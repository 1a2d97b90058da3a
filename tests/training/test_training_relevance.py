"""Fitting relevance: the drawn archives keep and lose what they say, and the regression tells right from wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from newsctx.errors import TrainingError
from newsctx.evaluation.truth import Query
from newsctx.relevance import RelevanceInfo, RelevanceModel
from newsctx.training.options import RelevanceOptions
from newsctx.training.relevance_training import Example, _draw, fit, metrics


def queries(count: int) -> list[Query]:
    """Two photographs an event, two articles an event: e0a, e0b, e1a ..."""
    return [Query(id=f"p{i}", relevant=(f"e{i // 2}a", f"e{i // 2}b")) for i in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_a_drawn_archive_knows_half_of_the_photographs_and_lacks_all_of_the_other_half(seed):
    asked = queries(40)
    ids = [a for q in asked[::2] for a in q.relevant] + [f"other{i}" for i in range(60)]
    kept, known, unknown = _draw(asked, ids, 30, np.random.default_rng(seed))
    relevant = {q.id: set(q.relevant) for q in asked}
    assert len(kept) == 30 and kept <= set(ids)
    assert known and unknown and len(unknown) <= len(known)
    assert all(relevant[p] <= kept for p in known)
    assert not any(relevant[p] & kept for p in unknown)


def test_the_same_seed_draws_the_same_archive():
    asked, ids = queries(40), [a for q in queries(40)[::2] for a in q.relevant]
    first, again, other = (_draw(asked, ids, 20, np.random.default_rng(s)) for s in (1, 1, 2))
    assert first == again and first != other


def rows(count: int) -> list[Example]:
    """`best` is 0.7 where the first article is right and 0.3 where it is not, with some of each the other way."""
    found = []
    for i in range(count):
        right = i % 2 == 0
        odd = i % 10 == 0  # one in five right ones looks wrong
        found.append(Example(f"p{i}", {"best": 0.3 if odd or not right else 0.7, "agreement": 0.5}, right, right))
    return found


def test_the_regression_tells_right_from_wrong_and_is_calibrated():
    """Of 100: best 0.7 -> 40 right of 40; best 0.3 -> 10 right of 60. A weak ridge keeps near those shares."""
    found = fit(rows(100), RelevanceOptions(c=1e6))
    assert set(found.weights) == {"best"}, "a signal that never varies says nothing"
    assert found.mean["best"] == pytest.approx(0.46)
    info = RelevanceInfo(
        name="r", base_digest="", location_digest="", event_digest="", mean=found.mean, std=found.std,
        weights=found.weights, bias=found.bias,
    )  # fmt: skip
    model = RelevanceModel(info)
    assert model.probability({"best": 0.3}) == pytest.approx(10 / 60, abs=0.01)
    assert model.probability({"best": 0.7}) > 0.99
    measured = metrics(rows(100), model.probability)
    assert measured["right"] == 0.5 and measured["low_unknown"] == 1.0 and measured["low_known"] == pytest.approx(0.2)
    assert 0.85 < measured["auc"] < 1 and math.isfinite(measured["brier"])


def test_rankings_that_are_all_right_fit_nothing():
    with pytest.raises(TrainingError, match="always right in 3 rankings"):
        fit([e for e in rows(6) if e.right], RelevanceOptions())
