"""The two head tasks: which texts of a pool train, and how a trained head re-orders a pool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from newsctx.event_clusters import EventCluster, PoolArticle, build_clusters, pool_of, rerank_by_events
from newsctx.heads import Slot
from newsctx.records import Article
from newsctx.settings import EventSettings, IndexSettings, LocateSettings
from newsctx.stages.locate import rerank_by_location
from newsctx.training.labels import Label, event_day
from newsctx.training.options import HeadOptions
from newsctx.training.pairs import Pairs, event_pairs, location_pairs
from newsctx.training.photos import TrainingPhoto
from newsctx.training.pools import Pool

Probabilities = Callable[[Sequence[str]], np.ndarray]  # texts -> probabilities for one photograph


@dataclass(frozen=True)
class LocationTask:
    """`An image from {keywords}` for each article of the pool."""

    articles: Sequence[Article]
    options: HeadOptions
    slot: Slot = "location_head"
    template: str = IndexSettings().location_template

    def pairs(self, photo: TrainingPhoto, label: Label, pool: Pool) -> Pairs | None:
        """Texts to train with."""
        found = [self.articles[a] for a in pool.articles]
        places, ids = [a.location_text for a in found], [a.article_id for a in found]
        pairs = location_pairs(places, ids, set(label.location), self.options.negatives)
        if pairs is None:
            return None
        return Pairs(
            *(tuple(self.template.format(keywords=p) for p in part) for part in (pairs.positives, pairs.negatives))
        )

    def relevant(self, label: Label) -> tuple[str, ...]:
        return label.location

    def texts(self, pool: Pool) -> list[str]:
        """Every text that ranking the pool needs."""
        return [self._text(a) for a in pool.articles if self.articles[a].places]

    def rank(self, pool: Pool, probabilities: Probabilities) -> list[str]:
        """Article ids by `p_loc * s_bi`, as the locate stage does it."""
        placed = [a for a in pool.articles if self.articles[a].places]
        p = dict(zip(placed, probabilities([self._text(a) for a in placed]), strict=True))
        items = [PoolArticle(self.articles[a].article_id, None, "", max(s, 0.0)) for a, s in _items(pool)]
        return rerank_by_location(items, [float(p.get(a, LocateSettings().no_place)) for a in pool.articles])

    def _text(self, article: int) -> str:
        return self.template.format(keywords=self.articles[article].location_text)


@dataclass(frozen=True)
class EventTask:
    """`An image taken between {first} and {last} in {atom}` for each cluster of the pool."""

    articles: Sequence[Article]
    options: HeadOptions
    slot: Slot = "event_head"
    template: str = EventSettings().template

    def pairs(self, photo: TrainingPhoto, label: Label, pool: Pool) -> Pairs | None:
        """Texts to train with; None for a photograph without a day."""
        day = event_day(photo)
        if day is None:
            return None
        rank = {self.articles[a].article_id: n for n, a in enumerate(pool.articles)}
        o = self.options
        return event_pairs(self.clusters(pool), rank, photo.place, day, o.negatives, o.days)

    def relevant(self, label: Label) -> tuple[str, ...]:
        return label.event

    def texts(self, pool: Pool) -> list[str]:
        """Every text that ranking the pool needs."""
        return [c.text for c in self.clusters(pool)]

    def clusters(self, pool: Pool) -> list[EventCluster]:
        """As the events stage builds them."""
        o = self.options
        return build_clusters(self._pool(pool), o.min_articles, o.window_days, self.template)

    def rank(self, pool: Pool, probabilities: Probabilities) -> list[str]:
        """Article ids by the walk over clusters, as the events stage does it after the bi-encoder.

        With the order `product` a cluster's probability is multiplied by its best article's `s_bi`.
        """
        clusters = self.clusters(pool)
        found = [float(p) for p in probabilities([c.text for c in clusters])] if clusters else []
        if self.options.order == "product":
            score = {self.articles[a].article_id: max(s, 0.0) for a, s in _items(pool)}
            best = [max(score[a] for a in c.article_ids) for c in clusters]
            found = [p * s for p, s in zip(found, best, strict=True)]
        return rerank_by_events(self._pool(pool), clusters, found, EventSettings().min_clusters)

    def _pool(self, pool: Pool) -> list[PoolArticle]:
        return pool_of([self.articles[a] for a in pool.articles])


Task = LocationTask | EventTask


def _items(pool: Pool) -> list[tuple[int, float]]:
    return list(zip(pool.articles, pool.scores, strict=True))


def first_relevant_ranks(rankings: Sequence[Sequence[str]], relevant: Sequence[Sequence[str]]) -> list[int | None]:
    """Rank (from 1) of the first relevant article of each ranking; None where it has none."""
    found = []
    for ranking, wanted in zip(rankings, relevant, strict=True):
        known = set(wanted)
        found.append(next((n for n, a in enumerate(ranking, 1) if a in known), None))
    return found


def retrieval_of(ranks: Sequence[int | None]) -> Mapping[str, float]:
    """R@1, R@10 and MRR; a ranking without a relevant article counts as a miss."""
    count = len(ranks)
    return {
        "r1": sum(r == 1 for r in ranks) / count,
        "r10": sum(r is not None and r <= 10 for r in ranks) / count,
        "mrr": sum(1 / r for r in ranks if r) / count,
    }
