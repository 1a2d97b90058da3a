"""The paper's own setting, over all queries at once: image-text channel, location head, event clusters, answer.

No text is read in the photographs and no copy of them is looked for; what is left is what NewsRECON (arXiv 2601.14121)
measures. The ranking rules are those of the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from newsctx import imaging
from newsctx.archive.opened import OpenArchive
from newsctx.cache import StageCache, code_digest, digest
from newsctx.errors import EvaluationError
from newsctx.evaluation.outcome import Outcome
from newsctx.evaluation.runner import photograph
from newsctx.evaluation.truth import Query
from newsctx.event_clusters import EventCluster, PoolArticle, build_clusters, rerank_by_events, walk
from newsctx.heads import Scorer
from newsctx.models import Models
from newsctx.pipeline import gazetteer
from newsctx.records import Article, ChannelScore, Claim, Context, Hit, Photo, Record
from newsctx.remembered import Remembered
from newsctx.settings import Settings
from newsctx.stages import context
from newsctx.stages import photo as photo_stage
from newsctx.stages.locate import rerank_by_location

STAGES = ("retrieve", "locate", "events alone", "events", "context")
NO_OCR = "not read: this evaluation measures the encoder alone"
_CHUNK = 256  # queries compared with all captions at once
_BATCH = 32  # photographs decoded at once


class Seen(Record):
    """A query photograph as it is kept: its facts and its vector."""

    photo: Photo
    vector: tuple[float, ...]


@dataclass(frozen=True)
class Texts:
    """The vectors that photographs are compared with: (N, D) rows and the column of each one's article."""

    rows: np.ndarray
    owners: np.ndarray


@dataclass(frozen=True)
class FastWorld:
    """Everything that is computed once: vectors of queries and captions, articles, places."""

    queries: tuple[Query, ...]
    photos: tuple[Photo, ...]
    images: np.ndarray  # (queries, D)
    article_ids: tuple[str, ...]  # ascending; the columns
    texts: Texts
    articles: Mapping[str, Article]
    location_vectors: Mapping[str, np.ndarray]
    location_scorer: Scorer | None
    event_scorer: Scorer | None
    encode_texts: Callable[[Sequence[str]], np.ndarray]
    p_location: dict[tuple[int, str], float] = field(default_factory=dict)

    def only(self, keep: Iterable[str]) -> FastWorld:
        """The same world with these articles alone; queries keep the relevant articles that are left."""
        kept = set(keep)
        columns = [i for i, a in enumerate(self.article_ids) if a in kept]
        place = {column: n for n, column in enumerate(columns)}
        rows = [i for i, owner in enumerate(self.texts.owners) if int(owner) in place]
        owners = np.array([place[int(self.texts.owners[i])] for i in rows], np.int64)

        def left(ids: tuple[str, ...] | None) -> tuple[str, ...] | None:
            return None if ids is None else tuple(a for a in ids if a in kept)

        queries = [
            q.model_copy(update={"relevant": left(q.relevant), "location_relevant": left(q.location_relevant)})
            for q in self.queries
        ]
        return replace(
            self, queries=tuple(queries), article_ids=tuple(self.article_ids[c] for c in columns),
            texts=Texts(self.texts.rows[rows], owners),
        )  # fmt: skip


def prepare(
    archive: OpenArchive, models: Models, settings: Settings, queries: Sequence[Query], kept: StageCache,
    progress: Callable[[int], None] = lambda done: None,
) -> FastWorld:  # fmt: skip
    """Encode the query photographs (once: vectors are kept) and gather the archive's vectors.

    Raises:
        EvaluationError: no image-text encoder, or a photograph that cannot be read.
        ArchiveError: the index has no image-text vectors.
    """
    encoder = models.image_text
    if encoder is None:
        raise EvaluationError(
            f"--fast measures the image-text encoder, and none is loaded: {models.image_text_unavailable}"
        )
    seen = see(queries, encoder, settings, kept, progress)
    rows, owners = archive.index.rows("image_text")
    ids = archive.index.article_ids
    order = {a: n for n, a in enumerate(sorted(ids))}
    articles = {a.article_id: a for page in archive.store.iter_articles() for a in page}
    return FastWorld(
        queries=tuple(queries),
        photos=tuple(s.photo for s in seen),
        images=np.array([s.vector for s in seen], np.float32),
        article_ids=tuple(sorted(ids)),
        texts=_sorted(rows, np.array([order[ids[o]] for o in owners], np.int64)),
        articles=articles,
        location_vectors=archive.index.location_vectors(ids),
        location_scorer=models.location_scorer,
        event_scorer=models.event_scorer,
        encode_texts=Remembered(encoder.encode_texts, capacity=200_000),
    )


def see(
    queries: Sequence[Query], encoder: object, settings: Settings, kept: StageCache, progress: Callable[[int], None]
) -> list[Seen]:
    """The photographs of the queries with their vectors, from the cache where they are known."""
    found: dict[int, Seen] = {}
    for start in range(0, len(queries), _BATCH):
        waiting: list[tuple[int, str, Photo, np.ndarray]] = []
        for number, query in enumerate(queries[start : start + _BATCH], start):
            data = photograph(query)
            key = digest("seen", code_digest(), imaging.sha256(data), settings.photo, encoder.info.digest)
            if stored := kept.get("seen", key, Seen):
                found[number] = stored[0]
                continue
            facts, decoded = photo_stage.run(
                data, query.image.name if query.image else "", settings.photo, None, NO_OCR
            )
            waiting.append((number, key, facts, decoded.pixels))
        vectors = encoder.encode_images([pixels for *_, pixels in waiting]) if waiting else []
        for (number, key, facts, _), vector in zip(waiting, vectors, strict=True):
            found[number] = Seen(photo=facts, vector=tuple(float(x) for x in vector))
            kept.put("seen", key, found[number], 0.0)
        progress(min(start + _BATCH, len(queries)))
    return [found[i] for i in range(len(queries))]


def _sorted(rows: np.ndarray, owners: np.ndarray) -> Texts:
    order = np.argsort(owners, kind="stable")
    return Texts(rows[order], owners[order])


def rank(world: FastWorld, k: int) -> list[list[tuple[str, float]]]:
    """(article id, s_bi) of the k best articles of every query, best first; ties by article id."""
    texts = world.texts
    owners, first = np.unique(texts.owners, return_index=True)
    found: list[list[tuple[str, float]]] = []
    if not len(owners):
        return [[] for _ in world.queries]
    for start in range(0, len(world.images), _CHUNK):
        scores = np.maximum.reduceat(world.images[start : start + _CHUNK] @ texts.rows.T, first, axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        found += [[(world.article_ids[owners[c]], float(s[c])) for c in o] for s, o in zip(scores, order, strict=True)]
    return found


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
        final, p_event = _events(world, n, after[n], clusters_after[n], settings)
        only_events, _ = _events(world, n, alone[n], clusters_alone[n], settings)
        outcome = Outcome(
            id=query.id,
            rankings={
                "retrieve": tuple(a for a, _ in ranked[n]), "locate": tuple(a for a, _ in located[n]),
                "events alone": tuple(only_events), "events": tuple(final),
            },
            clusters=len(clusters_after[n]),
        )  # fmt: skip
        if answers:
            hits = _hits(final[: settings.context.articles], dict(located[n]), ranked[n], p_event)
            outcome = outcome.with_context(_context(world, n, hits, settings))
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
    fused = settings.locate.base == "fused"
    items = [
        PoolArticle(a, None, "", 1 / (settings.retrieve.rrf_k + r) if fused else max(s, 0.0))
        for r, (a, s) in enumerate(pool, 1)
    ]
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
    world: FastWorld, n: int, pool: list[PoolArticle], clusters: list[EventCluster], settings: Settings
) -> tuple[list[str], dict[str, float]]:
    """The order of the event stage, and the probability of the cluster that put an article first."""
    if not clusters or world.event_scorer is None:
        return [item.article_id for item in pool], {}
    vectors = world.encode_texts([c.text for c in clusters])
    p = [float(x) for x in world.event_scorer.probabilities(world.images[n], vectors)]
    order = rerank_by_events(pool, clusters, p, settings.events.min_clusters)
    if len(clusters) < settings.events.min_clusters:
        return order, {}
    by_text = {c.text: x for c, x in zip(clusters, p, strict=True)}
    put = walk(sorted(clusters, key=lambda c: -by_text[c.text]), {i.article_id: i.score for i in pool})
    return order, {a: by_text[c.text] for a, c in put.items()}


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


def _context(world: FastWorld, n: int, hits: Sequence[Hit], settings: Settings) -> Context:
    articles = {h.article_id: world.articles[h.article_id] for h in hits}
    return context.run(hits, articles, world.photos[n], Claim(), gazetteer().resolve, settings.context)
