"""How good a ranking is (NewsRECON and EVENTA: R@k and mAP)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np


def recall_at_k(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """R@k: 1 where at least one relevant article is among the first k, else 0.

    Raises:
        ValueError: nothing is relevant (such a query has no recall), k below 1, or an article ranked twice.
    """
    if k < 1:
        raise ValueError(f"k is {k}: expected at least 1")
    _check(ranking, relevant)
    return float(any(a in relevant for a in ranking[:k]))


def average_precision(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """AP: the mean over all relevant articles of the precision at their rank; one that is not ranked adds 0.

    Raises:
        ValueError: as `recall_at_k`.
    """
    _check(ranking, relevant)
    hits, total = 0, 0.0
    for rank, article in enumerate(ranking, 1):
        if article in relevant:
            hits += 1
            total += hits / rank
    return total / len(set(relevant))


def mean_average_precision(rankings: Sequence[Sequence[str]], relevant: Sequence[Collection[str]]) -> float:
    """mAP: the mean of `average_precision`.

    Raises:
        ValueError: no queries, lists of different length, or a query without relevant articles.
    """
    if not rankings:
        raise ValueError("no queries: expected at least one ranking")
    return float(np.mean([average_precision(r, t) for r, t in zip(rankings, relevant, strict=True)]))


def _check(ranking: Sequence[str], relevant: Collection[str]) -> None:
    if not relevant:
        raise ValueError("no relevant articles: recall and precision are not defined for such a query")
    if len(set(ranking)) != len(ranking):
        twice = next(a for i, a in enumerate(ranking) if a in ranking[:i])
        raise ValueError(f"article {twice!r} is ranked twice: expected each once")
