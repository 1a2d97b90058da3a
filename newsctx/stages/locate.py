"""Locate: re-order the hits by how well their places fit the photograph (location cross-encoder)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from newsctx.event_clusters import check_probabilities
from newsctx.heads import Scorer
from newsctx.ranking import NO_EDITS, RankEdits, arrange, ranks
from newsctx.records import Hit, LocateResult
from newsctx.settings import LocateSettings


class PoolItem(Protocol):
    """What the rule reads of an article of the pool."""

    @property
    def article_id(self) -> str: ...
    @property
    def score(self) -> float: ...


class _Scored(NamedTuple):
    article_id: str
    score: float


def rerank_by_location(pool: Sequence[PoolItem], probabilities: Sequence[float]) -> list[str]:
    """The article ids by descending `p_loc * s_bi`, a stable sort: ties keep bi-encoder order (NewsRECON sec. 2).

    Args:
        pool: in bi-encoder order, with `score` = s_bi.
        probabilities: p_loc, one per article of the pool.

    Raises:
        ValueError: not one probability per article, or one that is no number.
    """
    check_probabilities(probabilities, len(pool), "articles")
    order = sorted(range(len(pool)), key=lambda i: -(probabilities[i] * pool[i].score))
    return [pool[i].article_id for i in order]


def run(
    hits: Sequence[Hit],
    image_vector: np.ndarray | None,
    text_vectors: Mapping[str, np.ndarray],
    scorer: Scorer | None,
    bi_scores: Mapping[str, float],
    settings: LocateSettings,
    edits: RankEdits = NO_EDITS,
    unavailable: str = "",
) -> LocateResult:
    """Order by `p_loc * s_bi`, a stable sort: ties keep the order they came in (NewsRECON sec. 2).

    Args:
        hits: the stage before, best first.
        image_vector: (D,) float32, L2-normalised; None without an image-text encoder.
        text_vectors: article id -> (D,) vector of its location text; articles without places are not in it. Those
            have no probability and are weighed with `settings.no_place`.
        bi_scores: article id -> s_bi, a cosine; negative and missing ones count as 0.
        unavailable: why there is no encoder.

    Returns:
        Hits with `probability`, `score` = the product and `rank_before`; tiers stay above each other. Where nothing can
        be scored the order is kept and `unavailable` says why.
    """
    before = ranks(hits)
    if not settings.enabled:
        reason = "switched off in the settings"
    elif image_vector is None or scorer is None:
        reason = unavailable or "no image-text encoder or scorer is loaded"
    elif hits and not any(h.article_id in text_vectors for h in hits):
        reason = "none of the hits has a place"
    else:
        reason = ""
    if reason or image_vector is None or scorer is None:
        kept = [h.model_copy(update={"probability": None}) for h in hits]
        return LocateResult(hits=arrange(kept, edits, before), unavailable=reason)
    placed = [h.article_id for h in hits if h.article_id in text_vectors]
    found = scorer.probabilities(image_vector, np.stack([text_vectors[a] for a in placed])) if placed else []
    p_loc = {a: float(p) for a, p in zip(placed, found, strict=True)}
    weights = [p_loc.get(h.article_id, settings.no_place) for h in hits]
    pool = [_Scored(h.article_id, _base(h, bi_scores, settings)) for h in hits]
    products = {item.article_id: w * item.score for item, w in zip(pool, weights, strict=True)}
    by_id = {h.article_id: h for h in hits}
    order = [
        by_id[a].model_copy(update={"score": products[a], "probability": p_loc.get(a)})
        for a in rerank_by_location(pool, weights)
    ]
    return LocateResult(hits=arrange(order, edits, before), scorer=_name(scorer))


def _base(hit: Hit, bi_scores: Mapping[str, float], settings: LocateSettings) -> float:
    return max(hit.score if settings.base == "fused" else bi_scores.get(hit.article_id, 0.0), 0.0)


def _name(scorer: Scorer) -> str:
    return "zero-shot" if scorer.info.name == "zero-shot" else f"location head {scorer.info.name}"
