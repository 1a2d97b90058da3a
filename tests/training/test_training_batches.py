"""The batch rule against a brute-force reading of it."""

from __future__ import annotations

import numpy as np
import pytest

from newsctx.training.batches import Batch, plan_epoch


def _random_world(seed: int) -> tuple[list[list[int]], list[int]]:
    rng = np.random.default_rng(seed)
    positives = [sorted(set(rng.integers(0, 40, rng.integers(0, 5)).tolist())) for _ in range(50)]
    return positives, list(range(5, 60))


def _breaches(batch: Batch, positives: list[list[int]]) -> list[str]:
    """Every pair of a query and an article of the batch that is not its own but one of its positives."""
    articles = [*batch.positives, *batch.pairs]
    found = [] if len(set(articles)) == len(articles) else ["an article stands twice"]
    for row, query in enumerate(batch.queries):
        for column, article in enumerate(articles):
            if column == row and article not in positives[query]:
                found.append(f"{article} is no positive of {query}")
            if column != row and article in positives[query]:
                found.append(f"{article} is another positive of {query}")
    return found


@pytest.mark.parametrize("seed", range(20))
def test_no_batch_has_another_positive_of_a_chosen_query(seed: int) -> None:
    positives, corpus = _random_world(seed)
    plan = plan_epoch(positives, corpus, size=16, queries=8, seed=seed, epoch=seed)
    assert [b for batch in plan for b in _breaches(batch, positives)] == []
    assert sorted(q for b in plan for q in b.queries) == [i for i, p in enumerate(positives) if p]
    assert all(1 <= len(b.queries) <= 8 for b in plan)
    for b in plan:  # as full as the corpus allows
        allowed = set(corpus) - {a for q in b.queries for a in positives[q]}
        assert len(b.pairs) == min(16 - len(b.queries), len(allowed))
        assert set(b.pairs) <= allowed


def test_a_batch_takes_every_waiting_query_that_fits() -> None:
    # queries 0 and 1 share article 7, query 2 stands alone: two batches, one of them with query 2
    plan = plan_epoch([[7], [7], [3]], [], size=8, queries=8, seed=0, epoch=0)
    assert sorted(len(b.queries) for b in plan) == [1, 2]


def test_epochs_differ_and_repeat_with_the_seed() -> None:
    positives, corpus = _random_world(1)

    def plan(seed: int, epoch: int) -> list[Batch]:
        return plan_epoch(positives, corpus, 16, 8, seed, epoch)

    assert plan(3, 0) == plan(3, 0)
    assert plan(3, 0) != plan(3, 1)
    assert plan(3, 0) != plan(4, 0)
