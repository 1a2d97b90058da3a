"""What an override would change, found out without storing anything.

The stages up to the context are run twice, as the case is and with the override on top; whatever the override does not
touch comes from the stage cache. No caption is written and no service is asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from newsctx.errors import NewsctxError
from newsctx.overrides import Override, first_stage
from newsctx.pipeline import Pipeline, Request
from newsctx.records import (
    STAGES,
    Chunk,
    ChunksResult,
    Cluster,
    Context,
    EventsResult,
    Rank,
    Record,
    RelevanceResult,
    StageName,
)

log = logging.getLogger(__name__)
FIRST = 20  # ranks that an analyst looks at: entering and leaving them is told


class RankChange(Record):
    """An article whose rank in the final order would be another one."""

    article_id: str
    before: Rank | None = None  # None: it is not in the order
    after: Rank | None = None


class ClusterChange(Record):
    """An event candidate that would come, go, or stand elsewhere among those that are shown."""

    cluster_id: str
    place: str
    first: str  # ISO dates
    last: str
    articles: int
    before: Rank | None = None  # among the candidates that are shown; None: it is not there
    after: Rank | None = None


class ChunkChange(Record):
    """A passage that would come, go, or be sent to the writer where it was not, or the other way round."""

    chunk_id: str
    article_id: str
    text: str
    before: bool = False  # whether it is evidence: chosen, not dropped, above the gate
    after: bool = False


class AnswerChange(Record):
    """The answer to where or when, in words; equal where nothing would change."""

    before: str = ""  # empty: not established
    after: str = ""
    confidence_before: str = ""
    confidence_after: str = ""

    @property
    def changed(self) -> bool:
        return (self.before, self.confidence_before) != (self.after, self.confidence_after)


class Preview(Record):
    """What would change. Ranks are those of the final order, from 1."""

    first_stage: StageName | None = None  # that the override touches; None: it changes no result
    ranks: tuple[RankChange, ...] = ()  # of articles among the first `FIRST` before or after; by rank after
    entered: tuple[str, ...] = ()  # article ids that would come among the first `FIRST`
    left: tuple[str, ...] = ()  # and those that would leave them
    clusters: tuple[ClusterChange, ...] = ()
    clusters_before: int = 0  # event candidates that are shown
    clusters_after: int = 0
    passes: tuple[str, ...] = ()  # article ids that would pass the relevance gate and do not now
    held_back: tuple[str, ...] = ()  # and those that would no longer pass
    chunks: tuple[ChunkChange, ...] = ()
    place: AnswerChange = AnswerChange()
    date: AnswerChange = AnswerChange()
    incomplete: str = ""  # why not all of it could be found out; empty where it was
    seconds: float = 0.0

    @property
    def nothing(self) -> bool:
        """Whether all would stay as it is, up to the context."""
        lists = (self.ranks, self.entered, self.left, self.clusters, self.passes, self.held_back, self.chunks)
        return not (any(lists) or self.place.changed or self.date.changed or self.incomplete)


def preview_of(
    pipeline: Pipeline, request: Request, override: Override, cancelled: Callable[[], bool] = lambda: False
) -> Preview:
    """What the override would change in a case.

    Args:
        request: the case as it is.
        override: one that `Pipeline.check` accepts.
        cancelled: asked between stages.
    """
    start = time.perf_counter()
    stage = first_stage(override)
    if stage is None or stage == "caption":  # nothing up to the context
        return Preview(first_stage=stage)
    after = Request(request.data, request.filename, request.inputs, (*request.overrides, override))
    incomplete = ""
    found: list[dict[StageName, Any]] = []
    for asked, which in ((request, "now"), (after, "with the change")):
        results, why = _results(pipeline, asked, cancelled)
        found.append(results)
        incomplete = incomplete or (f"{which}: {why}" if why else "")
    changes = _changes(found[0], found[1])
    return Preview(
        first_stage=stage, incomplete=incomplete, seconds=round(time.perf_counter() - start, 4), **changes
    )  # fmt: skip


def _results(pipeline: Pipeline, request: Request, cancelled: Callable[[], bool]) -> tuple[dict[StageName, Any], str]:
    """The stages up to the context as far as they go, and why they end before."""
    results: dict[StageName, Any] = {}
    try:
        for name, record in pipeline.results(request):
            results[name] = record
            if cancelled():
                return results, "cancelled, because another change is looked at"
    except NewsctxError as error:
        return results, str(error)
    except Exception as error:  # a defect of ours: a preview must not take the page down
        log.exception("a preview failed")
        return results, f"Internal error: {type(error).__name__}. The log has details."
    return results, ""


def _changes(before: Mapping[StageName, Any], after: Mapping[StageName, Any]) -> dict[str, Any]:
    """Of the stages that both have."""
    both = {n: (before[n], after[n]) for n in STAGES if n in before and n in after}
    changes: dict[str, Any] = {}
    if "events" in both:
        changes |= _ranks(*both["events"]) | _clusters(*both["events"])
    if "relevance" in both:
        changes |= _gate(*both["relevance"])
    if "chunks" in both:
        changes["chunks"] = _chunks(*both["chunks"])
    if "context" in both:
        changes |= _answers(*both["context"])
    return changes


def _ranks(before: EventsResult, after: EventsResult) -> dict[str, Any]:
    old, new = ({h.article_id: h.rank for h in r.hits} for r in (before, after))
    seen = [a for a in {**new, **old} if min(old.get(a, FIRST + 1), new.get(a, FIRST + 1)) <= FIRST]
    moved = [RankChange(article_id=a, before=old.get(a), after=new.get(a)) for a in seen if old.get(a) != new.get(a)]
    moved.sort(key=lambda c: (c.after or FIRST * 1000, c.before or 0))
    top = [[h.article_id for h in r.hits[:FIRST]] for r in (before, after)]
    return {
        "ranks": tuple(moved),
        "entered": tuple(a for a in top[1] if a not in top[0]),
        "left": tuple(a for a in top[0] if a not in top[1]),
    }


def _clusters(before: EventsResult, after: EventsResult) -> dict[str, Any]:
    old, new = (_shown(r) for r in (before, after))
    changed = []
    for key in {**new, **old}:
        was, now = old.get(key), new.get(key)
        if was is None or now is None or was[0] != now[0]:
            one = (now or was)[1]  # type: ignore[index]
            changed.append(
                ClusterChange(
                    cluster_id=key, place=one.place, first=one.first.isoformat(), last=one.last.isoformat(),
                    articles=len(one.article_ids), before=was[0] if was else None, after=now[0] if now else None,
                )
            )  # fmt: skip
    return {"clusters": tuple(changed), "clusters_before": len(old), "clusters_after": len(new)}


def _shown(result: EventsResult) -> dict[str, tuple[int, Cluster]]:
    """Cluster id -> its rank among those that an analyst is shown, and itself."""
    shown = [c for c in result.clusters if c.maximal or c.decision]
    return {c.id: (rank, c) for rank, c in enumerate(shown, 1)}


def _gate(before: RelevanceResult, after: RelevanceResult) -> dict[str, Any]:
    """Only articles that both have: the others enter or leave the ranks that are rated, which `ranks` tells."""
    both = [a for a in after.articles if a in before.articles]
    return {
        "passes": tuple(a for a in both if after.articles[a].passes and not before.articles[a].passes),
        "held_back": tuple(a for a in both if before.articles[a].passes and not after.articles[a].passes),
    }


def _chunks(before: ChunksResult, after: ChunksResult) -> tuple[ChunkChange, ...]:
    old, new = ({c.chunk_id: c for c in r.chunks} for r in (before, after))
    changed = []
    for key in {**new, **old}:
        was, now = key in old and _counts(old[key]), key in new and _counts(new[key])
        if was != now:
            one = new.get(key) or old[key]
            changed.append(
                ChunkChange(chunk_id=key, article_id=one.article_id, text=one.text, before=was, after=now)
            )  # fmt: skip
    return tuple(changed)


def _counts(chunk: Chunk) -> bool:
    """Whether a writer is given it."""
    return chunk.decision != "dropped" and (chunk.relevance is None or chunk.relevance.passes)


def _answers(before: Context, after: Context) -> dict[str, Any]:
    return {
        "place": AnswerChange(
            before=before.place.label, after=after.place.label,
            confidence_before=before.place.confidence, confidence_after=after.place.confidence,
        ),
        "date": AnswerChange(
            before=_iso(before), after=_iso(after),
            confidence_before=before.date.confidence, confidence_after=after.date.confidence,
        ),
    }  # fmt: skip


def _iso(context: Context) -> str:
    return context.date.date.iso if context.date.date else ""
