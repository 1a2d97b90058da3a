"""Events: group the hits into event candidates and re-order by how well those fit the photograph (NewsRECON sec. 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from newsctx import event_clusters
from newsctx.cluster_edits import Grouping, regroup, unknown_decisions
from newsctx.event_clusters import build_clusters, rerank_by_events
from newsctx.heads import Scorer
from newsctx.ranking import NO_EDITS, RankEdits, arrange, ranks
from newsctx.records import Article, Cluster, EventsResult, Hit
from newsctx.settings import EventSettings

__all__ = ["build_clusters", "rerank_by_events", "run"]


def run(
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    image_vector: np.ndarray | None,
    encode_texts: Callable[[Sequence[str]], np.ndarray] | None,
    scorer: Scorer | None,
    settings: EventSettings,
    edits: RankEdits = NO_EDITS,
    kept: tuple[str, ...] = (),
    dropped: tuple[str, ...] = (),
    regrouped: tuple[Grouping, ...] = (),
) -> EventsResult:
    """Build, score and walk the clusters.

    The rules are `build_clusters` and `rerank_by_events` over the stage before as the pool: with fewer than
    `settings.min_clusters` clusters the order is kept; otherwise the clusters are walked by descending probability
    (times their best member's score, where `settings.order` says so), each puts its best article of the stage before
    next (once), and the remaining articles follow in their order.

    Args:
        hits: the stage before, best first; the first `settings.pool` of them form the clusters.
        articles: by id, for all hits.
        image_vector: (D,) float32, L2-normalised, or None.
        encode_texts: texts -> (N, D) in the same space, or None.
        kept: ids of clusters that the analyst chose: they are walked first, also without an encoder.
        dropped: ids of clusters that the analyst refused: they are shown, never walked.
        regrouped: merges and splits, applied in order before anything is scored; decisions can name what they made.

    Returns:
        Clusters: kept first, then by probability (without a scorer by their best member's rank), dropped last. Hits
        with `probability` = that of the cluster that put them there.
    """
    before = ranks(hits)
    if not settings.enabled:
        plain = [h.model_copy(update={"probability": None}) for h in hits]
        return EventsResult(hits=arrange(plain, edits, before), unavailable="switched off in the settings")
    pool = [articles[h.article_id] for h in hits[: settings.pool] if h.article_id in articles]
    clusters, notes = regroup(event_clusters.build(pool, settings), regrouped, articles, before, settings)
    notes = (*notes, unknown_decisions((*kept, *dropped), clusters))
    scored, unavailable = _scored(clusters, image_vector, encode_texts, scorer)
    ordered = _ordered(scored, hits, kept, dropped, settings.order == "product")
    order = _walked(hits, ordered, settings.min_clusters, bool(scorer) and not unavailable)
    return EventsResult(
        hits=arrange(order, edits, before),
        clusters=ordered,
        scorer="" if unavailable or scorer is None else _name(scorer),
        unavailable=unavailable,
        note=" ".join(n for n in notes if n),
    )


def _scored(
    clusters: tuple[Cluster, ...],
    image_vector: np.ndarray | None,
    encode_texts: Callable[[Sequence[str]], np.ndarray] | None,
    scorer: Scorer | None,
) -> tuple[tuple[Cluster, ...], str]:
    """Clusters with probabilities, or as they are and why."""
    if image_vector is None or encode_texts is None or scorer is None:
        return clusters, "no image-text encoder is loaded: event candidates are shown unscored, the order is kept"
    if not clusters:
        return clusters, ""
    found = scorer.probabilities(image_vector, encode_texts([c.text for c in clusters]))
    pairs = zip(clusters, found, strict=True)
    return tuple(c.model_copy(update={"probability": float(p)}) for c, p in pairs), ""


def _ordered(
    clusters: Sequence[Cluster], hits: Sequence[Hit], kept: tuple[str, ...], dropped: tuple[str, ...], product: bool
) -> tuple[Cluster, ...]:
    before, scores = ranks(hits), {h.article_id: h.score for h in hits}
    decided = [
        c.model_copy(update={"decision": "kept" if c.id in kept else "dropped" if c.id in dropped else ""})
        for c in clusters
    ]

    def key(cluster: Cluster) -> tuple[int, float]:
        group = {"kept": 0, "": 1, "dropped": 2}[cluster.decision]
        if cluster.probability is None:
            return group, float(before[cluster.representative])
        best = max(scores[a] for a in cluster.article_ids) if product else 1.0
        return group, -cluster.probability * best

    return tuple(sorted(decided, key=key))  # stable: equal ones in order of appearance


def _walked(hits: Sequence[Hit], clusters: Sequence[Cluster], min_clusters: int, scored: bool) -> list[Hit]:
    """The hits in the new order: that of `rerank_by_events`, with the analyst's decisions."""
    chosen = [c for c in clusters if c.decision == "kept"]
    others = [c for c in clusters if c.decision == ""]
    # a kept cluster is the analyst's word and needs no second one to be compared with; the rest needs scores
    walkable = chosen + (others if scored and len(chosen) + len(others) >= min_clusters else [])
    by_id = {h.article_id: h for h in hits}
    emitted = event_clusters.walk(walkable, {h.article_id: -h.rank for h in hits})
    first = [_put(by_id[a], c) for a, c in emitted.items()]
    rest = [h.model_copy(update={"probability": None}) for h in hits if h.article_id not in emitted]
    return first + rest


def _put(hit: Hit, cluster: Cluster) -> Hit:
    span = cluster.first.isoformat() if cluster.first == cluster.last else f"{cluster.first} to {cluster.last}"
    chosen = ", kept by the analyst" if cluster.decision == "kept" else ""
    reason = f"Best article of the event candidate {cluster.place}, {span}{chosen}."
    return hit.model_copy(update={"probability": cluster.probability, "reason": reason})


def _name(scorer: Scorer) -> str:
    return "zero-shot" if scorer.info.name == "zero-shot" else f"event head {scorer.info.name}"
