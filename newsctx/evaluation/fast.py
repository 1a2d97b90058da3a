"""The paper's own setting, over all queries at once: image-text channel, location head, event clusters, answer.

No text is read in the photographs, no copy of them is looked for, and no article is lifted by its neighbours; what is
left is what NewsRECON (arXiv 2601.14121) measures. The ranking rules are those of the stages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from newsctx.evaluation.fast_world import FastWorld, Texts, prepare, see
from newsctx.evaluation.outcome import Outcome
from newsctx.event_clusters import EventCluster, PoolArticle, build_clusters, rerank_by_events, walk
from newsctx.pipeline import gazetteer
from newsctx.records import Article, ChannelScore, Claim, Context, Hit, Relevance, RelevanceResult
from newsctx.relevance import signals
from newsctx.settings import Settings
from newsctx.stages import context
from newsctx.stages.locate import rerank_by_location

__all__ = ["STAGES", "FastWorld", "Texts", "prepare", "rank", "run", "see"]

STAGES = ("retrieve", "locate", "events alone", "events", "context")
_CHUNK = 256  # queries compared with all captions at once


def rank(world: FastWorld, k: int) -> list[list[tuple[str, float]]]:
    """(article id, s_bi) of the k best articles of every query, best first; ties by article id."""
    texts = world.texts
    owners, first = np.unique(texts.owners, return_index=True)
    found: list[list[tuple[str, float]]] = []
    if not len(owners):
        return [[] for _ in world.queries]
    for start in range(0, len(world.images), _CHUNK):
        scores = np.maximum.reduceat(world.images[start : start + _CHUNK] @ texts.rows.T, first, axis=1)
        _leave_out(world, start, scores, owners)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        found += [
            [(world.article_ids[owners[c]], float(s[c])) for c in o if s[c] > -np.inf]
            for s, o in zip(scores, order, strict=True)
        ]
    return found


def _leave_out(world: FastWorld, start: int, scores: np.ndarray, owners: np.ndarray) -> None:
    """What a query leaves out scores minus infinity; `scores` is (queries from `start`, owners)."""
    for row, query in zip(scores, world.queries[start : start + len(scores)], strict=True):
        if query.exclude:
            row[[c for c, o in enumerate(owners) if world.article_ids[o] in query.exclude]] = -np.inf


def run(world: FastWorld, settings: Settings, answers: bool = True) -> dict[str, Outcome]:
    """The outcome of every query.

    Stages: `retrieve` (bi-encoder), `locate` (location head over it), `events alone` (event head over the bi-encoder's
    order, as in the paper), `events` (over the located order, as in the pipeline), and the answer.
    """
    ranked = rank(world, settings.retrieve.k)
    located = [_locate(world, n, pool, settings) for n, pool in enumerate(ranked)]
    alone = [_pool(world, pool) for pool in ranked]
    after = [_pool(world, [(a, -float(r)) for r, (a, _) in enumerate(pool)]) for pool in located]
    clusters_alone = _clusters(world, alone, settings)
    clusters_after = clusters_alone if located == ranked else _clusters(world, after, settings)
    found: dict[str, Outcome] = {}
    for n, query in enumerate(world.queries):
        weigh = dict(located[n]) if settings.events.order == "product" else None
        final, p_event, p_clusters = _events(world, n, after[n], clusters_after[n], settings, weigh)
        only_events, _, _ = _events(world, n, alone[n], clusters_alone[n], settings)
        articles = {a: world.articles[a] for a in final[: settings.context.articles]}
        found_signals = signals(
            dict(ranked[n]),
            {a: p for a, _ in ranked[n] if (p := world.p_location.get((n, a))) is not None},
            p_clusters,
            final,
            articles,
        )
        outcome = Outcome(
            id=query.id,
            signals=found_signals,
            rankings={
                "retrieve": tuple(a for a, _ in ranked[n]), "locate": tuple(a for a, _ in located[n]),
                "events alone": tuple(only_events), "events": tuple(final),
            },
            clusters=len(clusters_after[n]),
        )  # fmt: skip
        if answers:
            hits = _hits(final[: settings.context.articles], dict(located[n]), ranked[n], p_event)
            outcome = outcome.with_context(_context(world, n, hits, found_signals, settings))
        found[query.id] = outcome
    return found


def _locate(world: FastWorld, n: int, pool: list[tuple[str, float]], settings: Settings) -> list[tuple[str, float]]:
    """(article id, p_loc * s_bi) in the order of the location stage; as it came where that stage is off."""
    if not settings.locate.enabled or world.location_scorer is None or not pool:
        return pool
    wanted = [a for a, _ in pool if a in world.location_vectors]
    new = [a for a in wanted if (n, a) not in world.p_location]
    if new:
        found = world.location_scorer.probabilities(world.images[n], np.stack([world.location_vectors[a] for a in new]))
        world.p_location.update({(n, a): float(p) for a, p in zip(new, found, strict=True)})
    items = [PoolArticle(a, None, "", max(s, 0.0)) for a, s in pool]  # s_bi: there is no other channel
    if not wanted:
        return pool
    weights = [world.p_location.get((n, a), settings.locate.no_place) for a, _ in pool]
    products = {item.article_id: w * item.score for item, w in zip(items, weights, strict=True)}
    return [(a, products[a]) for a in rerank_by_location(items, weights)]


def _pool(world: FastWorld, pool: Sequence[tuple[str, float]]) -> list[PoolArticle]:
    return [PoolArticle(a, _day(world.articles[a]), world.articles[a].location_text, s) for a, s in pool]


def _day(article: Article) -> date | None:
    return article.published.first if article.published and article.published.precision == "day" else None


def _clusters(world: FastWorld, pools: Sequence[list[PoolArticle]], settings: Settings) -> list[list[EventCluster]]:
    """The clusters of every query; their texts are encoded together."""
    s = settings.events
    if not s.enabled or world.event_scorer is None:
        return [[] for _ in pools]
    found = [build_clusters(pool[: s.pool], s.min_articles, s.window_days, s.template) for pool in pools]
    texts = list(dict.fromkeys(c.text for clusters in found for c in clusters))
    if texts:
        world.encode_texts(texts)
    return found


def _events(
    world: FastWorld,
    n: int,
    pool: list[PoolArticle],
    clusters: list[EventCluster],
    settings: Settings,
    weigh: Mapping[str, float] | None = None,
) -> tuple[list[str], dict[str, float], list[float]]:
    """The order of the event stage, the probability of the cluster that put an article first, and of all clusters."""
    if not clusters or world.event_scorer is None:
        return [item.article_id for item in pool], {}, []
    vectors = world.encode_texts([c.text for c in clusters])
    p = [float(x) for x in world.event_scorer.probabilities(world.images[n], vectors)]
    weights = [x * max(weigh[a] for a in c.article_ids) for x, c in zip(p, clusters, strict=True)] if weigh else p
    order = rerank_by_events(pool, clusters, weights, settings.events.min_clusters)
    if len(clusters) < settings.events.min_clusters:
        return order, {}, p
    by_text = {c.text: x for c, x in zip(clusters, p, strict=True)}
    walked = [c for _, c in sorted(zip(weights, clusters, strict=True), key=lambda pair: -pair[0])]
    put = walk(walked, {i.article_id: i.score for i in pool})
    return order, {a: by_text[c.text] for a, c in put.items()}, p


def _hits(
    order: Sequence[str], scores: Mapping[str, float], ranked: Sequence[tuple[str, float]], p: Mapping[str, float]
) -> list[Hit]:
    """The final ranking as the pipeline hands it to the answer."""
    wanted = set(order)
    channel = {a: ChannelScore(score=s, rank=r) for r, (a, s) in enumerate(ranked, 1) if a in wanted}
    return [
        Hit(article_id=a, rank=r, score=scores[a], channels={"image_text": channel[a]}, probability=p.get(a))
        for r, a in enumerate(order, 1)
    ]


def _context(world: FastWorld, n: int, hits: Sequence[Hit], found: Mapping[str, float], settings: Settings) -> Context:
    articles = {h.article_id: world.articles[h.article_id] for h in hits}
    relevance = Relevance(signals=dict(found), unavailable="answers are not rated with this profile")
    if world.relevance is not None and found:
        relevance = Relevance(probability=world.relevance.probability(found), signals=dict(found))
    resolve = gazetteer().resolve
    rated = RelevanceResult(first=relevance)  # nothing is held back: this is the paper's setting, not the pipeline's
    return context.run(hits, articles, world.photos[n], Claim(), resolve, settings.context, rated=rated)
