"""The photographs of articles with their places: what the placement modulation is trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newsctx import modulation as placing
from newsctx.training.corpus import Entry
from newsctx.training.pools import FrozenVectors


@dataclass(frozen=True)
class Pictures:
    """The photographs of all articles, article by article."""

    vectors: np.ndarray  # (N, D) float32, L2-normalised
    positions: np.ndarray  # (N,) 0..1
    texts: np.ndarray  # (N, D) float32, L2-normalised: around each
    first: np.ndarray  # (articles + 1,): the photographs of article a are first[a]:first[a + 1]

    def rows(self, articles: np.ndarray) -> np.ndarray:
        """(articles, most) row numbers, -1 where an article has fewer photographs."""
        counts = self.first[articles + 1] - self.first[articles]
        steps = np.arange(int(counts.max(initial=0)))
        return np.where(steps < counts[:, None], self.first[articles][:, None] + steps, -1)


def pictures_of(entries: Sequence[Entry], vectors: FrozenVectors) -> Pictures:
    """Vectors, positions and surrounding texts of the articles' photographs."""
    found: list[tuple[placing.Placed, Path]] = []
    for entry in entries:
        places = placing.places(entry.article)
        found += [(places[image_id], file) for image_id, file in entry.images]
    first = np.cumsum([0, *(len(e.images) for e in entries)])
    return Pictures(
        vectors.pictures([file for _, file in found]),
        np.array([p.position for p, _ in found], np.float32),
        vectors.texts([p.text for p, _ in found]),
        first,
    )


def first_relevant_rank(scores: np.ndarray, positives: np.ndarray, left_out: np.ndarray) -> int:
    """Rank (from 1) of the best positive among (articles,) scores; ties keep archive order."""
    found = scores.copy()
    found[left_out] = -np.inf
    order = np.argsort(-found, kind="stable")
    return int(np.flatnonzero(np.isin(order, positives))[0]) + 1
