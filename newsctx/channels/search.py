"""Runs every channel over the archive and keeps each one's ranking: a new weight or pin searches nothing again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from newsctx.archive.opened import OpenArchive
from newsctx.archive.pictures import archived_pixels
from newsctx.cache import StageCache, code_digest, digest
from newsctx.channels import (
    composite,
    content,
    copy,
    coverage,
    filters,
    image_text,
    visual,
    visual_second,
    words_note,
    words_ocr,
)
from newsctx.models import Models
from newsctx.records import ChannelResult, Match, Photo, Place, Record
from newsctx.settings import Settings
from newsctx.verification.confirm import Confirmation


class ChannelOutcome(Record):
    """Rankings by channel, in the order of the weights, and the geometric matches behind `copy`."""

    results: tuple[ChannelResult, ...] = ()
    matches: tuple[Match, ...] = ()
    notices: tuple[str, ...] = ()  # what the note's filters left out, and values of it that could not be used
    absent: tuple[str, ...] = ()  # photographs that should have been looked at and could not be read: image ids


@dataclass(frozen=True)
class Query:
    """What the channels are asked with. The pixels and the vector are made only when a channel is not in the cache."""

    photo: Photo
    note: str
    pixels: Callable[[], np.ndarray]  # (H, W, 3) uint8 RGB
    image_vector: Callable[[], np.ndarray | None]  # (D,) float32, L2-normalised
    excluded: tuple[str, ...] = ()  # articles that the analyst took out: they start no search
    pinned: tuple[str, ...] = ()  # articles that no filter leaves out
    find_place: Callable[[str], Place | None] = lambda text: None  # the gazetteer, for `place:` in the note
    second_vector: Callable[[], np.ndarray | None] = lambda: None  # as image_vector, of the second image encoder


@dataclass(frozen=True)
class Searcher:
    """All channels of one archive."""

    archive: OpenArchive
    models: Models
    settings: Settings
    cache: StageCache
    of: str = ""  # SHA-256 of the photograph, under which the cache keeps what was found

    def run(self, query: Query) -> ChannelOutcome:
        """Search every channel that is switched on; those that cannot run say why in their result.

        The filters of the note hold for every channel (`words.filter_all`) or for the note's own; while they hold, more
        candidates are looked through, so that those which are left out make room for others.
        """
        s = self.settings.words
        asked = filters.read(query.note, query.find_place, s.place_km, s.typed_chars)
        wide = self._deeper() if asked.filters else self
        asked_copy = (query.photo, self.settings.copy_detection, self.settings.verify)
        # the copy channel takes as long as all the others, which need nothing of it but `coverage`
        with ThreadPoolExecutor(1, "copy") as pool:
            copying = pool.submit(self._cached, "copy", asked_copy, lambda: self._copy(query))
            alone = wide._independent(query, asked)
            found = copying.result()
        sieve = filters.Sieve(asked, self.archive.store.facts if asked.filters.places else self._dates, query.pinned)
        everywhere = s.filter_all
        told = [m.article_id for m in found.matches if m.article_id not in query.excluded]
        lost = sieve.why_not(told) if everywhere else {}
        matches = tuple(m for m in found.matches if m.article_id not in lost)
        results = {"copy": found.results[0], **alone, **wide._following(query, matches, alone)}
        order = self.settings.retrieve.weights
        ordered = [results[n] for n in order if n in results]
        if not asked.filters:
            return ChannelOutcome(results=tuple(ordered), matches=matches, notices=asked.notices, absent=found.absent)
        kept, notices = self._sifted(ordered, sieve, everywhere)
        headline = {a: i.headline for a, i in self.archive.store.articles(lost).items()}
        named = filters.lost_matches(found.matches, lost, lambda a: headline.get(a, ""), self.archive.store.facts(lost))
        return ChannelOutcome(
            results=kept, matches=matches, notices=asked.notices + notices + named, absent=found.absent
        )

    def _independent(self, query: Query, asked: filters.Asked) -> dict[str, ChannelResult]:
        """The channels that need no other one's result, by name."""
        legible = query.photo.ocr_text
        index, k, words, sentence = (
            self.archive.index,
            self.settings.retrieve,
            self.settings.words,
            self.models.sentence,
        )
        note, read, structure = asked.query, self.archive.store.articles, self.settings.structure
        runs: dict[str, tuple[object, Callable[[], ChannelResult]]] = {
            "image_text": (query.photo.sha256, lambda: image_text.search(query.image_vector(), index, k)),
            "content": (
                (query.photo.sha256, structure),
                lambda: content.search(query.image_vector(), index, k, structure),
            ),
            "visual": (query.photo.sha256, lambda: visual.search(query.image_vector(), index, k)),
            "visual_second": (query.photo.sha256, lambda: visual_second.search(query.second_vector(), index, k)),
            "words_note": ((note, words), lambda: words_note.search(note, index, sentence, self.settings, read)),
            "words_ocr": ((legible, words), lambda: words_ocr.search(legible, index, sentence, self.settings)),
        }
        return {name: self._one(name, asked_with, search) for name, (asked_with, search) in runs.items()}

    def _following(
        self, query: Query, matches: tuple[Match, ...], alone: Mapping[str, ChannelResult]
    ) -> dict[str, ChannelResult]:
        """The channels that start from what others found, by name."""
        anchors = tuple(m for m in matches if m.article_id not in query.excluded)  # a match taken out has no story
        index, k, structure = self.archive.index, self.settings.retrieve, self.settings.structure
        story = self._one("coverage", anchors, lambda: coverage.search(anchors, index, k))
        united = (*alone.values(), story)
        whole = self._one(
            "composite",
            (query.photo.sha256, structure),
            lambda: composite.search(query.image_vector(), index, k, structure, united),
        )
        return {"coverage": story, "composite": whole}

    def _dates(self, ids: Iterable[str]) -> dict[str, filters.Facts]:
        """What a filter by date needs to know, from the index in memory."""
        return {a: (self.archive.index.published(a), ()) for a in ids}

    def _deeper(self) -> Searcher:
        """The same, looking through more candidates per channel."""
        retrieve = self.settings.retrieve
        more = retrieve.model_copy(update={"k": max(retrieve.k, self.settings.words.depth)})
        return replace(self, settings=self.settings.model_copy(update={"retrieve": more}))

    def _sifted(
        self, results: list[ChannelResult], sieve: filters.Sieve, everywhere: bool
    ) -> tuple[tuple[ChannelResult, ...], tuple[str, ...]]:
        """The rankings without what the filters leave out; counted is what would have been found without them."""
        k = self.settings.retrieve.k
        judged = [r for r in results if everywhere or r.name == words_note.NAME]
        out = sieve.why_not(a for r in judged for a, _ in r.hits)
        found = {a for r in judged for a, _ in r.hits[:k]}
        told = sieve.notices({a: why for a, why in out.items() if a in found}, len(found))
        kept = {r.name: r for r in filters.apply(judged, out, k)}
        return tuple(kept.get(r.name) or filters.apply([r], (), k)[0] for r in results), told

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
        s = self.settings
        absent: list[str] = []

        def load(image_id: str) -> np.ndarray | None:
            pixels = archived_pixels(self.archive.store, image_id, s.photo)
            if pixels is None:
                absent.append(image_id)
            return pixels

        confirm = Confirmation(
            query.pixels(),
            load,
            s.verify,
            s.copy_detection,
            s.seed,
            tuple(line.box for line in query.photo.ocr),
        )
        result, matches = copy.search(
            query.pixels(), self.archive.index.copy, self.settings.copy_detection, self.settings.retrieve.k,
            self.settings.seed, self.archive.store.articles_of_image, self.settings.verify,
            self.archive.logos, confirm,
        )  # fmt: skip
        return ChannelOutcome(results=(result,), matches=matches, absent=tuple(dict.fromkeys(absent)))

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
        if not timed.absent:  # with the file back the answer is another one
            self.cache.put(f"channel-{name}", key, timed, seconds, self.of)
        return timed
