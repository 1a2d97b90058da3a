"""Recall, average precision and the bootstrap: by hand and against slow second formulations."""

from __future__ import annotations

import random
import statistics

import pytest

from newsctx.evaluation.metrics import (
    average_precision,
    bootstrap_interval,
    mean_average_precision,
    paired_bootstrap,
    recall_at_k,
)


def test_recall_asks_for_one_relevant_article() -> None:
    ranking = ["a", "b", "c"]
    assert [recall_at_k(ranking, {"b", "c"}, k) for k in (1, 2, 3, 100)] == [0, 1, 1, 1]
    assert recall_at_k(ranking, {"x"}, 100) == recall_at_k([], {"x"}, 1) == 0


def test_average_precision_by_hand() -> None:
    """Relevant at ranks 1 and 3 of three relevant ones, the third not ranked: (1/1 + 2/3 + 0) / 3."""
    assert average_precision(["a", "x", "b"], {"a", "b", "c"}) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision(["x", "a"], ["a"]) == 0.5
    assert average_precision(["a"], ["a", "a"]) == 1.0  # a relevant list that repeats itself is a set
    assert mean_average_precision([["x", "a"], ["a"]], [["a"], ["a"]]) == 0.75


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no relevant"):
        recall_at_k(["a"], set(), 1)
    with pytest.raises(ValueError, match="'a' is ranked twice"):
        average_precision(["a", "b", "a"], {"b"})
    with pytest.raises(ValueError, match="at least 1"):
        recall_at_k(["a"], {"a"}, 0)
    with pytest.raises(ValueError, match="no queries"):
        mean_average_precision([], [])


def test_average_precision_is_that_of_a_slow_oracle() -> None:
    draw = random.Random(5)
    for _ in range(300):
        ranking = draw.sample("abcdefghij", draw.randint(0, 10))
        relevant = set(draw.sample("abcdefghijk", draw.randint(1, 5)))
        precisions = [
            len(relevant & set(ranking[: ranking.index(a) + 1])) / (ranking.index(a) + 1) if a in ranking else 0.0
            for a in sorted(relevant)
        ]
        assert average_precision(ranking, relevant) == pytest.approx(statistics.fmean(precisions))


def test_the_interval_is_seeded_and_holds_the_mean() -> None:
    draw = random.Random(6)
    values = [float(draw.random() < 0.4) for _ in range(200)]
    found = bootstrap_interval(values)
    assert found == bootstrap_interval(values)
    assert found != bootstrap_interval(values, seed=1)
    assert found.mean == pytest.approx(statistics.fmean(values))
    # the textbook interval of a proportion, to within the error of 2,000 resamples
    half = 1.96 * (found.mean * (1 - found.mean) / 200) ** 0.5
    assert found.low == pytest.approx(found.mean - half, abs=0.01)
    assert found.high == pytest.approx(found.mean + half, abs=0.01)


def test_the_difference_is_paired() -> None:
    """Every query gains exactly 0.1: the paired interval is a point, however much the queries differ."""
    before = [i / 100 for i in range(80)]
    found = paired_bootstrap(before, [b + 0.1 for b in before])
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert found.excludes_zero
    assert not paired_bootstrap([0.0, 1.0] * 20, [1.0, 0.0] * 20).excludes_zero


@pytest.mark.parametrize("values", [[], [float("nan")]])
def test_no_values_are_refused(values) -> None:
    with pytest.raises(ValueError, match="at least one finite"):
        bootstrap_interval(values)
    with pytest.raises(ValueError, match="the same queries"):
        paired_bootstrap([1.0], [])
