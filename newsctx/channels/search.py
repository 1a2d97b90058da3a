"""Runs every channel over the archive and keeps each one's ranking: a new weight or pin searches nothing again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from newsctx.archive.opened import OpenArchive
from newsctx.cache import StageCache, code_digest, digest
from newsctx.channels import copy, coverage, image_text, visual, words_bm25, words_dense
from newsctx.channels.query import words_query
from newsctx.models import Models
from newsctx.records import ChannelResult, Match, Photo, Record
from newsctx.settings import Settings


class ChannelOutcome(Record):
    """Rankings by channel, in the order of the weights, and the geometric matches behind `copy`."""

    results: tuple[ChannelResult, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True)
class Query:
    """What the channels are asked with. The pixels and the vector are made only when a channel is not in the cache."""

    photo: Photo
    note: str
    pixels: Callable[[], np.ndarray]  # (H, W, 3) uint8 RGB
    image_vector: Callable[[], np.ndarray | None]  # (D,) float32, L2-normalised
    excluded: tuple[str, ...] = ()  # articles that the analyst took out: they start no search


@dataclass(frozen=True)
class Searcher:
    """All channels of one archive."""

    archive: OpenArchive
    models: Models
    settings: Settings
    cache: StageCache

    def run(self, query: Query) -> ChannelOutcome:
        """Search every channel that is switched on; those that cannot run say why in their result."""
        found = self._cached(
            "copy", (query.photo.sha256, self.settings.copy_detection, self.settings.verify), lambda: self._copy(query)
        )
        results = {"copy": found.results[0]}
        matches = found.matches
        anchors = tuple(m for m in matches if m.article_id not in query.excluded)  # a match taken out has no story
        text = words_query(query.photo, query.note)
        index, k = self.archive.index, self.settings.retrieve
        runs: dict[str, tuple[object, Callable[[], ChannelResult]]] = {
            "image_text": (query.photo.sha256, lambda: image_text.search(query.image_vector(), index, k)),
            "visual": (query.photo.sha256, lambda: visual.search(query.image_vector(), index, k)),
            "words_bm25": (text, lambda: words_bm25.search(text, index, k)),
            "words_dense": (text, lambda: words_dense.search(text, index, self.models.sentence, k)),
            "coverage": (anchors, lambda: coverage.search(anchors, index, k)),
        }
        for name, (asked, search) in runs.items():
            results[name] = self._one(name, asked, search)
        order = self.settings.retrieve.weights
        return ChannelOutcome(results=tuple(results[n] for n in order if n in results), matches=matches)

    def _off(self, name: str) -> ChannelResult | None:
        if self.settings.retrieve.weights.get(name, 0) > 0:
            return None
        return ChannelResult(name=name, state="off", reason="switched off: its weight is 0")

    def _one(self, name: str, asked: object, search: Callable[[], ChannelResult]) -> ChannelResult:
        off = self._off(name)
        if off:
            return off
        return self._cached(name, (asked,), lambda: ChannelOutcome(results=(search(),))).results[0]

    def _copy(self, query: Query) -> ChannelOutcome:
        result, matches = copy.search(
            query.pixels(), self.archive.index.copy, self.settings.copy_detection, self.settings.retrieve.k,
            self.settings.seed, self.archive.store.articles_of_image, self.settings.verify,
            self.archive.logos,
        )  # fmt: skip
        return ChannelOutcome(results=(result,), matches=matches)

    def _cached(self, name: str, asked: tuple[object, ...], search: Callable[[], ChannelOutcome]) -> ChannelOutcome:
        off = self._off(name)
        if off:
            return ChannelOutcome(results=(off,))
        plain = self.settings.retrieve.model_copy(update={"weights": {}})  # weights change the fusion, not a channel
        key = digest(name, code_digest(), self.archive.digest, self.models.digest, self.settings.seed, plain, *asked)
        kept = self.cache.get(f"channel-{name}", key, ChannelOutcome)
        if kept:
            return kept[0]
        start = time.perf_counter()
        found = search()
        seconds = time.perf_counter() - start
        timed = found.model_copy(update={"results": (found.results[0].model_copy(update={"seconds": seconds}),)})
        self.cache.put(f"channel-{name}", key, timed, seconds)
        return timed
