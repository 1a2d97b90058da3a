"""The pipeline: photo -> retrieve -> verify -> locate -> events -> relevance -> chunks -> context -> caption.

This file alone knows the order. It fetches what a stage needs, hands it over, keeps the result under a key of
everything that the result depends on, and yields the document after each stage.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np

from newsctx import __version__, imaging, override_checks
from newsctx.archive import index_texts
from newsctx.archive.opened import OpenArchive
from newsctx.archive.pictures import archived_pixels
from newsctx.article_signals import Rankings
from newsctx.cache import StageCache, code_digest, digest
from newsctx.case_articles import CaseArticles, resolved
from newsctx.channels import composite, content
from newsctx.channels.search import ChannelOutcome, Query, Searcher
from newsctx.document import ArticleCard, ChunkSelection, Document, Stages, card
from newsctx.encoders import ImageEncoder, ImageTextEncoder
from newsctx.errors import NewsctxError, OverrideError
from newsctx.heads import CrossEncoderHead, cluster_mismatch
from newsctx.models import Models
from newsctx.overrides import Edits, Override, replay
from newsctx.places import Places
from newsctx.records import (
    GO,
    STAGES,
    Article,
    Caption,
    ChannelResult,
    Chunk,
    ChunksResult,
    Claim,
    Context,
    EventsResult,
    Hit,
    Inputs,
    LocateResult,
    Match,
    ModelInfo,
    Photo,
    Record,
    RelevanceResult,
    RetrieveResult,
    StageName,
    StageStatus,
    VerifyResult,
)
from newsctx.remembered import Remembered
from newsctx.settings import FusionSettings, Settings
from newsctx.stages import caption, chunks, context, events, locate, photo, relevance, retrieve, verify
from newsctx.thresholds import with_thresholds
from newsctx.unicodetext import beginning
from newsctx.verification.cache import FeatureCache
from newsctx.verification.candidates import Compared, Comparing, photographs
from newsctx.wordquery import parse
from newsctx.writers.base import CaptionEvidence, CaptionWriter
from newsctx.writers.choices import Writers
from newsctx.writers.shown import PromptShown, shown

log = logging.getLogger(__name__)
NO_EDITS = Edits()
_GROUP = 4  # texts that are encoded at once
_QUERIES = 32  # photographs under check whose features are kept: as many cases are worked in at once, 1 MB each
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Request:
    """One photograph and what the analyst says of it."""

    data: bytes
    filename: str
    inputs: Inputs = Inputs()
    overrides: tuple[Override, ...] = ()

    @cached_property
    def edits(self) -> Edits:
        return replay(self.overrides)

    @cached_property
    def sha256(self) -> str:
        return imaging.sha256(self.data)


@dataclass(frozen=True)
class Pipeline:
    """Everything that one archive and one set of models need to analyse photographs; shared by all cases."""

    archive: OpenArchive
    models: Models
    settings: Settings
    cache: StageCache
    writer: CaptionWriter
    writers: Writers | None = None  # what else an analyst can choose
    ask_first: bool = False  # a language model is asked when the analyst says so, having seen the prompts

    @property
    def fusion(self) -> FusionSettings:
        """The settings of fusion, with the profile's calibrations of the channels that they do not calibrate."""
        own = self.settings.fusion
        known = self.models.calibrations
        return own.model_copy(update={"calibration": known.channels | own.calibration}) if known else own

    def writer_for(self, edits: Edits) -> CaptionWriter:
        """Who writes the caption. Raises OverrideError for a writer that cannot be chosen here."""
        if edits.writer is None:
            return self.writer
        if self.writers is None:
            raise OverrideError(f"The caption writer {edits.writer[:80]!r} cannot be chosen here.")
        return self.writers.get(edits.writer)

    def case_articles(self, edits: Edits) -> CaseArticles:
        """The archive's articles with what a case corrected and added."""
        return CaseArticles(self.archive.store.articles, edits, lambda text: gazetteer().resolve(text))

    def of_case(self, edits: Edits) -> Pipeline:
        """The same with the thresholds that the analyst changed for a case."""
        if not edits.thresholds:
            return self
        return replace(self, settings=with_thresholds(self.settings, edits.thresholds)[0])

    def keys(self, request: Request) -> dict[StageName, str]:
        """The cache key of each stage: chained, so that a change makes its own stage and all later ones stale.

        Decisions count in their order: what was kept by hand stands in the order in which it was kept.
        """
        s, e = self.of_case(request.edits).settings, request.edits
        own: dict[StageName, tuple[Any, ...]] = {
            "photo": (code_digest(), request.sha256, request.filename, s.photo, self.models.ocr_digest),
            "retrieve": (self.archive.digest, self.models.digest, s.seed, s.retrieve, s.copy_detection)
            + (s.verify.model_copy(update={"enabled": True}),)  # without the stage the copy channel finds the same
            + (s.fusion, s.refine, e.fusion, s.structure)
            + (request.inputs.note, e.pinned, e.excluded, e.weights, e.rank_edits("retrieve"), s.words, e.added),
            "verify": (s.verify.enabled, e.rank_edits("verify")),
            "locate": (s.locate, e.rank_edits("locate"), [(a, c.places, c.published) for a, c in e.corrected.items()]),
            "events": (s.events, e.rank_edits("events"), [*e.clusters.items()], [_plain(r) for r in e.regrouped]),
            "relevance": (s.relevance,),
            "chunks": (s.chunks, [*e.chunks.items()], request.inputs.claim.text, [*e.passages.items()], e.own_passages),
            "context": (s.context, request.inputs.claim, e.place, e.date),
            "caption": (*self._written(e), e.accepted, e.caption, self.ask_first),
        }
        keys: dict[StageName, str] = {}
        before = ""
        for name in STAGES:
            keys[name] = before = digest(name, before, *own[name])
        return keys

    def _written(self, edits: Edits) -> tuple[Any, ...]:
        """What a writer's caption depends on, beside the stages before."""
        s = self.settings.caption.model_dump(exclude={"writer"})
        try:
            info: Any = self.writer_for(edits).info
        except NewsctxError as error:  # a stored case may name a writer of other settings: the stage says it
            info = str(error)
        return s, info, edits.run, sorted(edits.prompts.items()), edits.allowed

    def written_key(self, request: Request, before: str) -> str:
        """The cache key of a writer's caption; `before`: that of the stage before."""
        return digest("written", before, *self._written(request.edits))

    def analyse(self, request: Request, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Document]:
        """Run every stage that is not in the cache; yields the document as each stage starts and ends.

        A stage that fails is marked with its message and those after it stay pending; nothing raises but programming
        errors of the caller. `cancelled` is asked between stages.
        """
        work = self._work(request)
        for name in STAGES:
            if cancelled():
                return
            work.mark(name, state="running")
            yield work.document()
            if name == "caption":
                for draft in work.drafts():
                    if cancelled():
                        return
                    work.results[name] = draft.model_copy(update={"draft": not draft.awaiting})
                    yield work.document()
                work.results.pop(name, None)  # a draft is no result: the stage gives it, or says what went wrong
            if not work.step(name):
                yield work.document()
                return
        yield work.document()

    def _work(self, request: Request) -> _Work:
        return _Work(self.of_case(request.edits), request, self.keys(request))

    def search(self, request: Request) -> ChannelOutcome:
        """What every channel finds of a photograph, before fusion: what weights are learned and measured from.

        Raises PhotoRefused and whatever else a stage refuses.
        """
        work = self._work(request)
        work._result("photo")
        return work._search()

    def photo_vector(self, request: Request) -> np.ndarray | None:
        """(D,) float32, L2-normalised, or None without an image-text encoder."""
        return _Work(self, request, {}).image_vector

    def structural(self, vector: np.ndarray | None) -> tuple[ChannelResult, ChannelResult]:
        """The channels that `settings.structure` changes, content and composite, for a photograph's vector."""
        s, index = self.settings, self.archive.index
        found = content.search(vector, index, s.retrieve, s.structure)
        return found, composite.search(vector, index, s.retrieve, s.structure, (found,))

    def fused(self, request: Request) -> RetrieveResult:
        """The fused ranking of `search`, refined, with the analyst's edits: the retrieve stage alone."""
        work = self._work(request)
        work._result("photo")
        work._result("retrieve")
        return work.results["retrieve"]

    def rankings(self, request: Request) -> Rankings:
        """The stages up to the events: what relevance is read from and fitted on.

        Raises whatever a stage refuses.
        """
        work = self._work(request)
        for name in STAGES[: STAGES.index("relevance")]:
            work._result(name)
        return work.rankings

    def results(self, request: Request) -> Iterator[tuple[StageName, Record]]:
        """Each stage's result up to the context, as it comes. Raises whatever a stage refuses."""
        work = self._work(request)
        for name in STAGES[:-1]:
            work._result(name)
            yield name, work.results[name]

    def evidence(self, request: Request) -> CaptionEvidence:
        """What a caption's writer is given: every stage before the caption is run.

        Raises whatever a stage refuses.
        """
        work = self._work(request)
        for name in STAGES[:-1]:
            work._result(name)
        return work.evidence()

    def prompts(self, request: Request) -> tuple[PromptShown, ...]:
        """What the chosen writer would be sent, for a look before; nothing where it is no language model, or where a
        stage before the caption has yet to run.
        """
        writer = self.writer_for(request.edits)
        work = self._work(request)
        if writer.kind != "generated" or not all(work.recall(name) for name in STAGES[:-1]):
            return ()
        chosen = request.edits.writer or self.settings.caption.writer
        return shown(work.evidence(), self.settings.caption.model_copy(update={"writer": chosen}))

    def check(self, override: Override, edits: Edits = NO_EDITS) -> None:
        """Raise OverrideError or SettingsError where the override cannot be made; `edits`: what the case has so far."""
        override_checks.check(
            override, edits, self.archive, self.settings, lambda text: gazetteer().resolve(text), self.writer_for
        )


@dataclass
class _Work:
    """The results of one analysis as they come in."""

    pipeline: Pipeline
    request: Request
    keys: dict[StageName, str]
    results: dict[str, Any] = field(default_factory=dict)
    outcome: ChannelOutcome | None = None
    cards: dict[str, ArticleCard] = field(default_factory=dict)
    status: dict[str, StageStatus] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)  # photographs that could not be read: image ids
    decoded: np.ndarray | None = None
    decoding: threading.Lock = field(default_factory=threading.Lock)
    draft: Caption | None = None  # the latest of the caption's writer
    failure: Exception | None = None  # of the caption's writer, until its stage is run
    spent: float = 0.0  # seconds that it wrote before its stage is run

    # --- running ----------------------------------------------------------------------------------------------

    def step(self, name: StageName) -> bool:
        """Run one stage or read it from the cache; False when it failed."""
        try:
            seconds, cached = self._result(name)
        except NewsctxError as error:
            self.mark(name, state="failed", note=str(error))
            return False
        except Exception as error:  # a defect of ours: the analyst sees which stage, the log has the rest
            log.exception("stage %s failed", name)
            self.mark(
                name, state="failed", note=f"Internal error in {name}: {type(error).__name__}. The log has details."
            )
            return False
        self.mark(name, state="fresh", seconds=seconds, cached=cached, note=self._note(name))
        return True

    def _result(self, name: StageName) -> tuple[float, bool]:
        record, compute = self._stages[name]
        # what follows from a comparison without its file is kept apart: the keys know of no files
        key = digest(self.keys[name], sorted(self.absent)) if self.absent else self.keys[name]
        lacking = len(self.absent)
        found = self.pipeline.cache.get(name, key, record)
        if found:
            self.results[name], seconds = found
            return seconds, True
        start = time.perf_counter()
        self.results[name] = compute()
        seconds = time.perf_counter() - start + self.spent
        if len(self.absent) == lacking:  # else the result holds only until the file is back
            self.pipeline.cache.put(name, key, self.results[name], seconds, self.request.sha256)
        return seconds, False

    def recall(self, name: StageName) -> bool:
        """Read a stage's result from the cache; False where it has yet to run."""
        found = self.pipeline.cache.get(name, self.keys[name], self._stages[name][0])
        if found:
            self.results[name] = found[0]
        return found is not None

    def mark(self, name: StageName, **changes: Any) -> None:
        self.status[name] = StageStatus(name=name, **changes)

    def _note(self, name: StageName) -> str:
        line, edits = self.pipeline, self.request.edits
        refused = with_thresholds(line.settings, edits.thresholds)[1] if edits.thresholds else {}
        own = (why for threshold, why in refused.items() if threshold.startswith(f"{name}."))
        return " ".join(n for n in (self._result_note(name), *own) if n)

    def _result_note(self, name: StageName) -> str:
        result = self.results[name]
        match result:
            case Photo():
                return result.ocr_unavailable
            case RetrieveResult():
                missing = (c for c in result.channels if c.state == "unavailable" or (c.state == "ran" and c.reason))
                return "; ".join((*result.notices, *(f"{c.name}: {c.reason}" for c in missing)))
            case EventsResult():
                return " ".join(n for n in (result.unavailable or self._other_clusters(), result.note) if n)
            case VerifyResult() | LocateResult() | RelevanceResult():
                return result.unavailable
            case ChunksResult() | Caption():
                return result.note
            case Context():
                return " ".join(self._claim[1])
        return ""

    def _other_clusters(self) -> str:
        head = self.pipeline.models.event_scorer
        return cluster_mismatch(head.meta, self.pipeline.settings.events) if isinstance(head, CrossEncoderHead) else ""

    # --- the stages, in order ---------------------------------------------------------------------------------

    @property
    def _stages(self) -> dict[StageName, tuple[type[Record], Callable[[], Record]]]:
        return {
            "photo": (Photo, self._photo),
            "retrieve": (RetrieveResult, self._retrieve),
            "verify": (VerifyResult, self._verify),
            "locate": (LocateResult, self._locate),
            "events": (EventsResult, self._events),
            "relevance": (RelevanceResult, self._relevance),
            "chunks": (ChunksResult, self._chunks),
            "context": (Context, self._context),
            "caption": (Caption, self._caption),
        }

    @property
    def pixels(self) -> np.ndarray:
        """The oriented photograph, (H, W, 3) uint8 RGB; decoded only when a stage really computes, and once where two
        channels want it at the same time.
        """
        with self.decoding:
            if self.decoded is None:
                self.decoded = imaging.decode(self.request.data, self.pipeline.settings.photo).pixels
            return self.decoded

    @cached_property
    def image_vector(self) -> np.ndarray | None:
        """(D,) float32, L2-normalised, or None without an image-text encoder."""
        return self._vector(self.pipeline.models.image_text)

    @cached_property
    def second_vector(self) -> np.ndarray | None:
        """(D,) float32, L2-normalised, or None without a second image encoder."""
        return self._vector(self.pipeline.models.second_image)

    def _vector(self, encoder: ImageEncoder | ImageTextEncoder | None) -> np.ndarray | None:
        """The photograph's vector, encoded once for all analyses of it."""
        if encoder is None:
            return None
        line = self.pipeline
        key = (encoder.info.digest, self.request.sha256, digest(code_digest(), line.settings.photo))
        return line.cache.memory.once("image vectors", key, lambda: encoder.encode_images([self.pixels])[0])

    @property
    def encode_texts(self) -> Callable[[Sequence[str]], np.ndarray] | None:
        """Texts -> (N, D) in the photograph's space, each text encoded once for all analyses; None without an encoder.

        In groups of one size: a row differs in its last bits with the size of its batch, and must not hang on what was
        encoded before.
        """
        encoder = self.pipeline.models.image_text
        if encoder is None:
            return None
        make = lambda: Remembered(encoder.encode_texts, group=_GROUP)  # noqa: E731
        return self.pipeline.cache.memory.once("text encoders", encoder.info.digest, make, 2)

    def _photo(self) -> Photo:
        models = self.pipeline.models
        found, decoded = photo.run(
            self.request.data, self.request.filename, self.pipeline.settings.photo, models.ocr, models.ocr_unavailable
        )
        self.decoded = decoded.pixels
        return found

    def _search(self) -> ChannelOutcome:
        if self.outcome is None:
            line = self.pipeline
            query = Query(
                self.results["photo"],
                self.request.inputs.note,
                lambda: self.pixels,
                lambda: self.image_vector,
                self.request.edits.excluded,
                self.request.edits.pinned,
                lambda text: gazetteer().resolve(text),
                lambda: self.second_vector,
            )
            searcher = Searcher(line.archive, line.models, self._weighted, line.cache, self.request.sha256)
            self.outcome = searcher.run(query)
            self.absent.update(self.outcome.absent)
        return self.outcome

    @property
    def _weighted(self) -> Settings:
        """The settings with the analyst's channel weights and fusion method."""
        s, edits = self.pipeline.settings, self.request.edits
        weights = {name: edits.weights.get(name, weight) for name, weight in s.retrieve.weights.items()}
        method = edits.fusion or s.fusion.method
        groups = {
            "retrieve": s.retrieve.model_copy(update={"weights": weights}),
            "fusion": self.pipeline.fusion.model_copy(update={"method": method}),
        }
        return s.model_copy(update=groups)

    def _retrieve(self) -> RetrieveResult:
        edits = self.request.edits.rank_edits("retrieve")
        found = self._search()
        s, around = self._weighted, self.pipeline.archive.neighbourhood.around
        added = tuple(a.article_id for a in self.request.edits.added)
        return retrieve.run(found.results, s.retrieve, edits, s.fusion, s.refine, around, found.notices, added)

    def _verify(self) -> VerifyResult:
        hits, found = self.results["retrieve"].hits, self._search().matches
        edits, settings = self.request.edits.rank_edits("verify"), self.pipeline.settings.verify
        compared = self._compared(hits, found) if settings.enabled else ()
        return verify.run(hits, (*found, *compared), settings, edits)

    def _compared(self, hits: tuple[Hit, ...], found: tuple[Match, ...]) -> tuple[Match, ...]:
        """The best hits' photographs, but those that the copy channel found, against the query."""
        line, seen = self.pipeline, self.results["photo"]
        s, store = line.settings, line.archive.store
        ids = [h.article_id for h in hits[: s.verify.candidates]]
        known = {m.image_id for m in found} | set(line.archive.logos)
        candidates = photographs(ids, store.photographs(ids), s.verify, known)
        shape = digest(code_digest(), seen.sha256, s.photo, s.verify, s.copy_detection)
        kept = FeatureCache(line.cache.folder / "photographs", s.verify, s.copy_detection)

        def remember(image_id: str, compute: Callable[[], Compared]) -> Compared:
            key = digest(code_digest(), seen, image_id, s.verify, s.copy_detection, s.seed)
            if stored := line.cache.get("compared", key, Compared):
                return stored[0]
            start = time.perf_counter()
            result = compute()
            if result.matches:
                line.cache.put("compared", key, result, time.perf_counter() - start, self.request.sha256)
            else:  # the file could not be read: no result that holds when it is back
                self.absent.add(image_id)
            return result

        return Comparing(
            pixels=lambda: self.pixels,
            features=lambda image_id: kept.get(image_id, lambda: archived_pixels(store, image_id, s.photo)),
            settings=s.verify,
            extraction=s.copy_detection,
            seed=s.seed,
            text=tuple(line.box for line in seen.ocr),
            remember=remember,
            keep=lambda make: line.cache.memory.once("query features", shape, make, _QUERIES),
        ).run(candidates)

    def _locate(self) -> LocateResult:
        hits, models, index = self.results["verify"].hits, self.pipeline.models, self.pipeline.archive.index
        ids = [h.article_id for h in hits]
        vector = self.image_vector
        return locate.run(
            hits,
            vector,
            self._location_vectors(ids) if vector is not None else {},
            models.location_scorer,
            index.bi_scores(vector, ids) if vector is not None else {},
            self.pipeline.settings.locate,
            self.request.edits.rank_edits("locate"),
            models.image_text_unavailable,
        )

    def _location_vectors(self, ids: list[str]) -> dict[str, np.ndarray]:
        """Of the archive's articles from its index; of others, and of those that the analyst placed, made here."""
        line, anew = self.pipeline, self.articles.placed_anew(ids)
        found = line.archive.index.location_vectors(a for a in ids if a not in anew)
        texts = {a: t for a, one in anew.items() if (t := index_texts.location(one, line.settings.index))}
        encode, s = self.encode_texts, line.settings.locate
        if not texts or not encode or not line.models.location_scorer or not s.enabled:
            return found
        return found | dict(zip(texts, encode(list(texts.values())), strict=True))

    def _events(self) -> EventsResult:
        hits, models, edits = self.results["locate"].hits, self.pipeline.models, self.request.edits
        return events.run(
            hits,
            self._articles(h.article_id for h in hits),
            self.image_vector,
            self.encode_texts,
            models.event_scorer,
            self.pipeline.settings.events,
            edits.rank_edits("events"),
            edits.clusters_with("kept"),
            edits.clusters_with("dropped"),
            edits.regrouped,
        )

    def _relevance(self) -> RelevanceResult:
        models, settings = self.pipeline.models, self.pipeline.settings.relevance
        said, read = self.note, self.results["photo"].ocr_text
        return relevance.run(self.rankings, models.relevance, models.relevance_unavailable, settings, said, read)

    @property
    def rankings(self) -> Rankings:
        """What relevance is read from."""
        return Rankings(
            retrieved=self.results["retrieve"].hits,
            located=self.results["locate"].hits,
            clusters=self.results["events"].clusters,
            final=self.hits,
            articles=self._articles(h.article_id for h in self.hits),
            unsearched=frozenset(a.article_id for a in self.request.edits.added),
        )

    def _chunks(self) -> ChunksResult:
        hits, edits = self.hits, self.request.edits
        found, settings = self._articles(h.article_id for h in hits), self.pipeline.settings
        query = chunks.query_text(self.results["photo"], self.note, self.claim, hits, found, settings.chunks)
        return chunks.run(
            hits,
            found,
            query,
            self.pipeline.models.embed,
            settings.chunks,
            edits.chunks_with("kept"),
            edits.chunks_with("dropped"),
            rated=self.results["relevance"],
            levels=settings.relevance,
            gazetteer=gazetteer().gazetteer,
            passages=edits.passages,
            own=edits.own_passages,
        )

    def _context(self) -> Context:
        edits = self.request.edits
        place = resolved(edits.place, gazetteer().resolve) if isinstance(edits.place, str) else edits.place
        return context.run(
            self.hits,
            self._articles(h.article_id for h in self.hits),
            self.results["photo"],
            self.claim,
            gazetteer().resolve,
            self.pipeline.settings.context,
            place,
            edits.date,
            self.results["relevance"],
            self.results["retrieve"].hits,
            self.note,
        )

    def drafts(self) -> Iterator[Caption]:
        """The caption as it grows, where it has to be written; what goes wrong is raised by the stage."""
        key = self.pipeline.written_key(self.request, self.keys["context"])
        if self.pipeline.cache.get("written", key, Caption):
            return
        if self.held_back:
            self.draft = Caption(
                writer=self.pipeline.writer_for(self.request.edits).info.name, kind="generated",
                awaiting=GO, note=caption.HELD,
            )  # fmt: skip
            return
        start = time.perf_counter()
        try:
            writer, evidence = self.pipeline.writer_for(self.request.edits), self.evidence()
            # closed at once where the analyst cancels: the model or the connection behind it stops
            with closing(caption.drafts(evidence, writer, self.pipeline.settings.caption)) as growing:
                for self.draft in growing:
                    yield self.draft
            done = caption.finished(self.draft, evidence, writer)
            self.spent = time.perf_counter() - start
        except Exception as error:  # `_caption` raises it, inside the stage
            self.failure = error
            return
        self.pipeline.cache.put("written", key, done, self.spent, self.request.sha256)

    @property
    def held_back(self) -> bool:
        """Whether a language model waits until the analyst has seen the prompts; choosing to write, or allowing the
        server, is saying go. Without evidence nothing is asked anyway.
        """
        line, edits = self.pipeline, self.request.edits
        if not line.ask_first or edits.run or line.settings.caption.base_url in edits.allowed:
            return False
        writer = line.writer_for(edits)
        if writer.kind != "generated" or not self.results["chunks"].chunks:
            return False
        asks = getattr(writer, "held_back", None)  # a server elsewhere: its writer asks for leave itself
        return not (asks and asks(self.evidence()))

    def _caption(self) -> Caption:
        edits = self.request.edits
        if self.failure is None:
            before = self.spent  # writing in here is timed with the stage
            for _ in self.drafts():  # none where they have been drawn
                pass
            self.spent = before
        if self.failure:
            raise self.failure
        key = self.pipeline.written_key(self.request, self.keys["context"])
        found = self.pipeline.cache.get("written", key, Caption)
        written = found[0] if found else self.draft
        result = caption.edited(edits.caption, written, self.evidence()) if edits.caption else written
        return caption.approved(result, edits.accepted)

    def evidence(self) -> CaptionEvidence:
        """What the caption's writer is given."""
        line = self.pipeline
        looks = line.writer_for(self.request.edits).kind == "generated"
        side = line.settings.caption.image_side
        return CaptionEvidence(
            photo=self.results["photo"],
            hits=self.hits,
            articles=self._articles(h.article_id for h in self.hits),
            chunks=tuple(c for c in self.results["chunks"].chunks if c.decision != "dropped" and _passes(c)),
            context=self.results["context"],
            claim=self.claim,
            note=self.note,
            preview=imaging.encode_jpeg(imaging.working_copy(self.pixels, side)) if looks else None,
            relevance=self.results.get("relevance"),
            prompts=dict(self.request.edits.prompts),
            allowed=frozenset(self.request.edits.allowed),
        )

    # --- what the stages share --------------------------------------------------------------------------------

    @property
    def note(self) -> str:
        """The words of the note, without its operators."""
        return parse(self.request.inputs.note, self.pipeline.settings.words.typed_chars).text

    @property
    def claim(self) -> Claim:
        """The claim as far as it is used."""
        return self._claim[0]

    @cached_property
    def _claim(self) -> tuple[Claim, tuple[str, ...]]:
        """And what the analyst should know of it."""
        given, most = self.request.inputs.claim, self.pipeline.settings.words.typed_chars
        text, cut = beginning(given.text, "claim", most)
        place, cut_place = beginning(given.place, "claim's place", most)
        claim = given.model_copy(update={"text": text, "place": place})
        return claim, tuple(notice for notice in (cut, cut_place) if notice)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The final order: what the evidence is taken from."""
        return self.results["events"].hits

    @cached_property
    def articles(self) -> CaseArticles:
        """The archive's, with what the analyst corrected and added."""
        return self.pipeline.case_articles(self.request.edits)

    def _articles(self, ids: Iterable[str]) -> dict[str, Article]:
        return self.articles.get(ids)

    # --- the document -----------------------------------------------------------------------------------------

    def document(self) -> Document:
        get = self.results.get
        found = get("chunks")
        selection = ChunkSelection(method=found.method, query=found.query, note=found.note) if found else None
        return Document(
            version=__version__,
            photo=get("photo"),
            inputs=self.request.inputs,
            archive=self.pipeline.archive.info,
            stages=Stages(
                retrieve=get("retrieve"), verify=get("verify"), locate=get("locate"), events=get("events"),
                relevance=get("relevance"),
                chunks=found.chunks if found else (), chunk_selection=selection,
            ),
            context=get("context"),
            caption=get("caption"),
            articles=self._cards(),
            overrides=self.request.overrides,
            settings=self.pipeline.settings.model_dump(mode="json"),
            models=(*self.pipeline.models.infos, self._writer_info),
            seconds={n: s.seconds for n, s in self.status.items() if s.seconds is not None},
            status=tuple(self.status.get(n) or StageStatus(name=n) for n in STAGES),
        )  # fmt: skip

    @property
    def _writer_info(self) -> ModelInfo:
        try:
            return self.pipeline.writer_for(self.request.edits).info
        except OverrideError as error:
            return ModelInfo(slot="caption_writer", name=self.request.edits.writer or "", unavailable=str(error))

    def _cards(self) -> dict[str, ArticleCard]:
        lists = [self.results[n].hits for n in ("retrieve", "verify", "locate", "events") if n in self.results]
        ids = dict.fromkeys(h.article_id for hits in lists for h in hits)
        ids |= dict.fromkeys(self.request.edits.excluded)
        edits = self.request.edits
        added = {a.article_id for a in edits.added}
        missing = [a for a in ids if a not in self.cards]
        new = self._articles(missing).items() if missing else ()
        self.cards |= {a: card(one, a in added, a in edits.corrected) for a, one in new}
        return {a: self.cards[a] for a in ids if a in self.cards}


_LOADING = threading.Lock()


def _plain(grouping: Record) -> dict[str, Any]:
    """What it does, without why."""
    return grouping.model_dump(mode="json", exclude={"reason"})


def _passes(chunk: Chunk) -> bool:
    """Above the relevance gate, or not rated."""
    return chunk.relevance is None or chunk.relevance.passes


def gazetteer() -> Places:
    """The one gazetteer of the process; loading it takes seconds."""
    with _LOADING:  # two cases at once must not load it twice
        return _places()


@cache
def _places() -> Places:
    found = Places()
    found.resolve("Paris (France)")  # builds the alternate names too
    return found
