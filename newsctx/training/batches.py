"""Batches: query photographs with one positive each, filled up with random corpus pairs (NewsRECON sec. 1).

A batch never contains another positive of a chosen query. Everything is a function of the seed, the epoch and the
number of the batch, so that a resumed run draws what the unbroken one would have drawn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Batch:
    """Row i of images belongs to row i of texts."""

    queries: tuple[int, ...]  # query numbers
    positives: tuple[int, ...]  # the article of each query
    pairs: tuple[int, ...]  # articles that bring their own image

    def __len__(self) -> int:
        return len(self.queries) + len(self.pairs)


def plan_epoch(
    positives: Sequence[Sequence[int]], corpus: Sequence[int], size: int, queries: int, seed: int, epoch: int
) -> list[Batch]:
    """The batches of an epoch: every query with a positive once.

    Args:
        positives: of each query, article numbers; a query without any is left out.
        corpus: articles that may stand as pairs of their own image and text.
        size: pairs per batch; smaller only where the corpus has no more articles that fit.
        queries: queries per batch at most; smaller where the others would bring another positive of a chosen one.
    """
    rng = np.random.default_rng([seed, 2, epoch])
    sets = [frozenset(p) for p in positives]
    waiting = deque(int(i) for i in rng.permutation(len(positives)) if sets[i])
    found = []
    while waiting:
        chosen = _choose(waiting, positives, sets, min(queries, size), rng)
        banned = frozenset().union(*(sets[q] for q, _ in chosen))
        pairs = _fill(corpus, banned, size - len(chosen), rng)
        found.append(Batch(tuple(q for q, _ in chosen), tuple(a for _, a in chosen), pairs))
    return found


def _choose(
    waiting: deque[int],
    positives: Sequence[Sequence[int]],
    sets: Sequence[frozenset[int]],
    most: int,
    rng: np.random.Generator,
) -> list[tuple[int, int]]:
    """(query, article) in waiting order; queries that do not fit wait, in their order, for the next batch."""
    chosen: list[tuple[int, int]] = []
    banned: set[int] = set()  # positives of the chosen queries
    articles: set[int] = set()
    later: list[int] = []
    while waiting and len(chosen) < most:
        query = waiting.popleft()
        options = [a for a in positives[query] if a not in banned]
        article = options[int(rng.integers(len(options)))] if options else -1
        if article < 0 or not articles.isdisjoint(sets[query]):
            later.append(query)
            continue
        chosen.append((query, article))
        articles.add(article)
        banned |= sets[query]
    waiting.extendleft(reversed(later))
    return chosen


def _fill(corpus: Sequence[int], banned: frozenset[int], count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """`count` different articles of the corpus that are no positive of a chosen query, or as many as there are."""
    if count <= 0:
        return ()
    found: list[int] = []
    for i in rng.permutation(len(corpus)):
        if corpus[i] not in banned:
            found.append(int(corpus[i]))
            if len(found) == count:
                break
    return tuple(found)
