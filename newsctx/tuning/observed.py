"""What the channels found for each query, kept in memory: fusing it again under other weights searches nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from newsctx.cache import digest
from newsctx.errors import EvaluationError
from newsctx.evaluation.ranking_metrics import average_precision, recall_at_k
from newsctx.evaluation.runner import request_of
from newsctx.evaluation.truth import Query
from newsctx.fusion import fuse
from newsctx.pipeline import Pipeline
from newsctx.records import ChannelResult, PartialDate
from newsctx.refine import Surroundings, refine
from newsctx.settings import Settings


@dataclass
class Observed:
    """Queries and their channels' rankings.

    The channels run with weight 1 each, so that one which is off by default can be found useful.
    """

    queries: Sequence[Query]
    pipeline: Callable[[Settings], Pipeline]
    settings: Settings
    progress: Callable[[int], None] = lambda done: None
    _known: set[str] = field(default_factory=set)  # articles whose surroundings were asked
    _dates: dict[str, PartialDate | None] = field(default_factory=dict)
    _links: dict[str, Sequence[str]] = field(default_factory=dict)
    _found: list[tuple[ChannelResult, ...]] = field(default_factory=list)
    _structural: dict[str, list[dict[str, ChannelResult]]] = field(default_factory=dict)  # by structure settings
    _vectors: list[np.ndarray | None] = field(default_factory=list)

    def results(self, settings: Settings) -> list[tuple[ChannelResult, ...]]:
        """Every channel's ranking of each query under these `structure` settings."""
        if not self._found:
            self._found = [self._search(q) for q in self.queries]
        if settings.structure == self.settings.structure:
            return self._found
        key = digest(settings.structure)
        if key not in self._structural:
            self._structural[key] = self._searched_again(settings)
        pairs = zip(self._found, self._structural[key], strict=True)
        return [tuple(new.get(r.name, r) for r in found) for found, new in pairs]

    def rankings(self, settings: Settings) -> list[list[str]]:
        """The fused and refined ranking of each query, as the retrieve stage makes it."""
        found = []
        retrieve, fusion = settings.retrieve, self.pipeline(settings).fusion
        for query, results in zip(self.queries, self.results(settings), strict=True):
            fused = fuse(results, retrieve.weights, retrieve.k, retrieve.rrf_k, fusion, query.exclude)
            scores = {f.article_id: f.score for f in fused}
            lifts = refine(scores, self._surroundings(list(scores)), settings.refine)
            total = {a: s + sum(x.added for x in lifts.get(a, ())) for a, s in scores.items()}
            found.append(sorted(total, key=lambda a: (-total[a], a)))
        return found

    def channel(self, name: str, settings: Settings) -> list[list[str]]:
        """One channel's own ranking of each query; empty where it found nothing."""
        pairs = zip(self.queries, self.results(settings), strict=True)
        return [[a for r in rs if r.name == name for a, _ in r.hits if a not in q.exclude] for q, rs in pairs]

    def ran(self) -> tuple[str, ...]:
        """The channels that ran for at least one query, in the order of the weights."""
        found = {r.name for results in self.results(self.settings) for r in results if r.state == "ran"}
        return tuple(n for n in self.settings.retrieve.weights if n in found)

    def _search(self, query: Query) -> tuple[ChannelResult, ...]:
        retrieve = self.settings.retrieve
        every = retrieve.model_copy(update={"weights": dict.fromkeys(retrieve.weights, 1.0)})
        pipeline = self.pipeline(self.settings.model_copy(update={"retrieve": every}))
        outcome = pipeline.search(request_of(query))
        self.progress(1)
        return outcome.results

    def _searched_again(self, settings: Settings) -> list[dict[str, ChannelResult]]:
        """The channels that these structure settings change, by name; the other ones stay as they were."""
        pipeline = self.pipeline(settings)
        if not self._vectors:
            self._vectors = [pipeline.photo_vector(request_of(q)) for q in self.queries]
        return [{r.name: r for r in pipeline.structural(v)} for v in self._vectors]

    def _surroundings(self, ids: Sequence[str]) -> Surroundings:
        """Of these articles; what was asked before is remembered."""
        new = [a for a in ids if a not in self._known]
        if new:
            found = self.pipeline(self.settings).archive.neighbourhood.around(new)
            self._dates |= found.dates
            self._links |= found.links
            self._known |= set(new)
        return Surroundings(dates=self._dates, links=self._links)


def precision(rankings: Sequence[Sequence[str]], queries: Sequence[Query]) -> list[float]:
    """Average precision of each query; 0 where nothing was found."""
    return [average_precision(r, _relevant(q)) for r, q in zip(rankings, queries, strict=True)]


def recall(rankings: Sequence[Sequence[str]], queries: Sequence[Query], k: int) -> list[float]:
    """R@k of each query."""
    return [recall_at_k(r, _relevant(q), k) for r, q in zip(rankings, queries, strict=True)]


def _relevant(query: Query) -> tuple[str, ...]:
    if not query.relevant:
        raise EvaluationError(f"query {query.id} has no relevant article: it cannot be tuned on")
    return query.relevant
