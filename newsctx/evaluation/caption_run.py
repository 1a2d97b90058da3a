"""Captions of all queries: by the writer, by baselines, and without evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from newsctx.cache import StageCache, code_digest, digest
from newsctx.errors import EvaluationError, NewsctxError
from newsctx.evaluation.runner import request_of
from newsctx.evaluation.truth import Query
from newsctx.grounding import check
from newsctx.passages import plain
from newsctx.pipeline import Pipeline
from newsctx.records import Caption, Context, Record, Sentence
from newsctx.stages import caption as stage
from newsctx.writers.base import CaptionEvidence

HEADLINE = "headline of the first article"
WITHOUT = "without evidence"
Progress = Callable[[int], None]


class Written(Record):
    """The captions of one query, by what wrote them, and the final ranking."""

    id: str
    captions: dict[str, Caption]
    ranking: tuple[str, ...] = ()


def run_captions(
    pipeline: Pipeline,
    queries: Sequence[Query],
    kept: StageCache,
    ablations: bool = False,
    allowed: frozenset[str] = frozenset(),
    progress: Progress = lambda done: None,
) -> dict[str, Written]:
    """Query id -> its captions: of the pipeline's writer, the headline of the first article, and (`ablations`) of the
    writer without any evidence. They are kept by what they depend on.

    Args:
        allowed: base URLs of services that may receive the photographs.

    Raises:
        EvaluationError: a photograph cannot be read, a stage or the writer failed, or the writer waits for leave to
            send the photograph; names the query.
    """
    found: dict[str, Written] = {}
    for done, query in enumerate(queries, 1):
        key = digest("captions", code_digest(), pipeline.keys(request_of(query))["caption"], ablations, sorted(allowed))
        stored = kept.get("captions", key, Written)
        if stored:
            written = stored[0]
        else:
            written = _write(pipeline, query, ablations, allowed)
            kept.put("captions", key, written, 0.0)
        found[query.id] = written.model_copy(update={"id": query.id})
        progress(done)
    return found


def _write(pipeline: Pipeline, query: Query, ablations: bool, allowed: frozenset[str]) -> Written:
    try:
        evidence = replace(pipeline.evidence(request_of(query)), allowed=allowed)
        captions = {pipeline.writer.info.name: _caption(pipeline, evidence), HEADLINE: headline_caption(evidence)}
        if ablations:
            captions[WITHOUT] = _caption(pipeline, without_evidence(evidence))
    except NewsctxError as error:
        raise EvaluationError(f"query {query.id}: no caption: {error}") from error
    return Written(id=query.id, captions=captions, ranking=tuple(h.article_id for h in evidence.hits))


def _caption(pipeline: Pipeline, evidence: CaptionEvidence) -> Caption:
    written = stage.run(evidence, pipeline.writer, pipeline.settings.caption)
    if written.awaiting:
        raise EvaluationError(
            f"the writer waits for leave to send the photograph to {written.awaiting}; give --allow-remote "
            f"{written.awaiting}"
        )
    return written


def headline_caption(evidence: CaptionEvidence) -> Caption:
    """The baseline: the headline of the best-ranked article, word for word; empty where there is none."""
    first = next((h.article_id for h in evidence.hits if h.article_id in evidence.articles), "")
    text = plain(evidence.articles[first].headline) if first else ""
    if not text:
        return Caption(writer=HEADLINE, note="no article, or one without a headline")
    sentences = check([Sentence(text=text, metadata_ids=(f"{first}#headline",))], evidence)
    return Caption(text=text, sentences=sentences, writer=HEADLINE)


def without_evidence(evidence: CaptionEvidence) -> CaptionEvidence:
    """The photograph alone: no articles, no passages, no answers. A language model is asked all the same."""
    bare = {"hits": (), "articles": {}, "chunks": (), "context": Context(), "relevance": None}
    return replace(evidence, **bare, photograph_alone=True)


def vectors(
    pipeline: Pipeline, queries: Sequence[Query], written: Mapping[str, Written]
) -> tuple[str, dict[tuple[str, str], float]]:
    """The name of the image-text encoder, and (query id, row) -> cosine of photograph and caption.

    Empty captions have none. The name says why where there is no encoder.
    """
    encoder = pipeline.models.image_text
    if encoder is None:
        return f"not measured: {pipeline.models.image_text_unavailable}", {}
    said = [(q.id, row, c.text) for q in queries for row, c in written[q.id].captions.items() if c.text]
    if not said:
        return encoder.info.name, {}
    texts = encoder.encode_texts([text for *_, text in said])
    photos: dict[str, np.ndarray] = {}
    for query in queries:
        vector = pipeline.photo_vector(request_of(query))
        if vector is None:
            raise EvaluationError(f"query {query.id}: the photograph has no vector; its CLIPScore cannot be measured")
        photos[query.id] = vector
    return encoder.info.name, {
        (query, row): float(np.dot(photos[query], vector)) for (query, row, _), vector in zip(said, texts, strict=True)
    }
