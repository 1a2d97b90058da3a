"""Fitting relevance: rankings of drawn archives, half of which lack the photographed event, and a regression on them.

A ranking's first article is right or wrong by the weak labels. Each draw is a small archive of its own, so that one set
of photographs with labels shows both what a found event looks like and what its absence looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from newsctx.archive import index_texts
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import TrainingError
from newsctx.evaluation import fast
from newsctx.evaluation.fast_world import FastWorld, Texts
from newsctx.evaluation.truth import Query
from newsctx.heads import Scorer
from newsctx.records import Article
from newsctx.relevance import SIGNALS
from newsctx.remembered import Remembered
from newsctx.settings import Settings
from newsctx.training.labels import Label
from newsctx.training.options import RelevanceOptions
from newsctx.training.photos import TrainingPhoto
from newsctx.training.pools import FrozenVectors

_SAME = 1e-9  # a signal that varies less does not vary


@dataclass(frozen=True)
class Example:
    """One photograph in one drawn archive."""

    photo: str
    signals: Mapping[str, float]
    right: bool  # the first article is event-relevant
    known: bool  # the archive has a relevant article


def world_of(
    photos: Sequence[TrainingPhoto],
    labels: Mapping[str, Label],
    articles: Sequence[Article],
    vectors: FrozenVectors,
    encoder: ImageTextEncoder,
    location: Scorer,
    event: Scorer,
    settings: Settings,
) -> FastWorld:
    """Photographs with event-relevant articles as queries of the fast evaluation, over all articles."""
    asked = [p for p in photos if labels[p.id].event]
    if not asked:
        raise TrainingError("no photograph has an event-relevant article: relevance cannot be fitted.")
    ordered = sorted(articles, key=lambda a: a.article_id)
    texts = [(column, t) for column, a in enumerate(ordered) for t in index_texts.captions(a)]
    places = {a.article_id: t for a in ordered if (t := index_texts.location(a, settings.index))}
    place_rows = vectors.texts(list(places.values())) if places else []
    return FastWorld(
        queries=tuple(Query(id=p.id, relevant=labels[p.id].event) for p in asked),
        photos=(),  # nothing is answered
        images=vectors.photos(asked),
        article_ids=tuple(a.article_id for a in ordered),
        texts=Texts(vectors.texts([t for _, t in texts]), np.array([c for c, _ in texts], np.int64)),
        articles={a.article_id: a for a in ordered},
        location_vectors=dict(zip(places, place_rows, strict=True)),
        location_scorer=location,
        event_scorer=event,
        relevance=None,
        encode_texts=Remembered(encoder.encode_texts, capacity=200_000),
    )


def examples(world: FastWorld, settings: Settings, options: RelevanceOptions) -> list[Example]:
    """Every draw's rankings.

    A draw shuffles the photographs; the first half keeps its relevant articles, the second half loses them (unless
    they are relevant to one of the first half, too: such photographs sit out). The archive is filled up to
    `options.articles` with other articles.
    """
    found: list[Example] = []
    for number in tqdm(range(options.draws), desc="archives", disable=None):
        rng = np.random.default_rng([options.seed, 6, number])
        kept, known, unknown = _draw(world.queries, world.article_ids, options.articles, rng)
        part = _asking(world.only(kept), {*known, *unknown})
        outcomes = fast.run(part, settings, answers=False)
        relevant = {q.id: q.relevant or () for q in part.queries}
        for names, is_known in ((known, True), (unknown, False)):
            for name in names:
                outcome = outcomes[name]
                first = outcome.rankings["events"][:1]
                right = bool(first) and first[0] in relevant[name]
                found.append(Example(name, outcome.signals, right, is_known))
    return found


def _asking(world: FastWorld, ids: set[str]) -> FastWorld:
    """The same archive with these queries alone."""
    rows = [n for n, q in enumerate(world.queries) if q.id in ids]
    queries = tuple(world.queries[n] for n in rows)
    return replace(world, queries=queries, images=world.images[rows], p_location={})


def _draw(
    queries: Sequence[Query], article_ids: Sequence[str], size: int, rng: np.random.Generator
) -> tuple[set[str], list[str], list[str]]:
    """(articles of the archive, photographs that it knows, photographs that it does not know)."""
    order = [queries[i] for i in rng.permutation(len(queries))]
    kept: set[str] = set()
    known: list[str] = []
    for query in order[: len(order) // 2]:
        if len(kept | set(query.relevant or ())) > max(size // 2, 1):
            break
        kept |= set(query.relevant or ())
        known.append(query.id)
    rest = order[len(order) // 2 :]
    unknown = [q.id for q in rest if not kept & set(q.relevant or ())][: len(known)]
    lost = {a for q in rest if q.id in set(unknown) for a in q.relevant or ()}
    others = [a for a in article_ids if a not in lost and a not in kept]
    kept |= {others[i] for i in rng.permutation(len(others))[: max(size - len(kept), 0)]}
    return kept, known, unknown


@dataclass(frozen=True)
class Fit:
    """A logistic regression over standardised signals."""

    mean: dict[str, float]
    std: dict[str, float]
    weights: dict[str, float]
    bias: float


def fit(rows: Sequence[Example], options: RelevanceOptions) -> Fit:
    """The regression; signals that never vary are left out.

    Raises:
        TrainingError: all examples are right, or all wrong.
    """
    from sklearn.linear_model import LogisticRegression

    right = np.array([e.right for e in rows])
    if right.all() or not right.any():
        raise TrainingError(
            f"the first article is {'always' if right.all() else 'never'} right in {len(rows)} rankings: there is "
            "nothing to tell apart. Give more photographs, or another encoder."
        )
    table = np.array([[e.signals.get(s, np.nan) for s in SIGNALS] for e in rows])
    used = [i for i, column in enumerate(table.T) if _range(column) > _SAME]
    mean, std = np.nanmean(table[:, used], axis=0), np.nanstd(table[:, used], axis=0)
    z = np.nan_to_num((table[:, used] - mean) / std)
    model = LogisticRegression(C=options.c, max_iter=1000).fit(z, right)
    names = [SIGNALS[i] for i in used]

    def named(values: Sequence[float] | np.ndarray) -> dict[str, float]:
        return {n: float(v) for n, v in zip(names, values, strict=True)}

    return Fit(named(mean), named(std), named(model.coef_[0]), float(model.intercept_[0]))


def _range(column: np.ndarray) -> float:
    there = column[~np.isnan(column)]
    return float(np.ptp(there)) if len(there) else 0.0


def metrics(rows: Sequence[Example], probability: Callable[[Mapping[str, float]], float]) -> dict[str, float]:
    """How well probabilities tell right from wrong first articles, and how well they are calibrated."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    p, right = [probability(e.signals) for e in rows], [e.right for e in rows]
    known = [x for x, e in zip(p, rows, strict=True) if e.known]
    unknown = [x for x, e in zip(p, rows, strict=True) if not e.known]
    found = {
        "examples": float(len(rows)), "right": float(np.mean(right)), "brier": float(brier_score_loss(right, p)),
        "low_unknown": float(np.mean([x < 0.5 for x in unknown])),
        "low_known": float(np.mean([x < 0.5 for x in known])),
    }  # fmt: skip
    if 0 < sum(right) < len(right):
        found["auc"] = float(roc_auc_score(right, p))
    return found
