"""Fitting the ratings of articles and event candidates: rankings of the whole pipeline in which the truth is known.

Every photograph is searched twice: as the archive is, and with its relevant articles left out, as if the archive knew
nothing of it. What copies and words would add is left out, because a copy is sure by geometry and words are another
witness. The regression is fitted on the photographs of `train`; its scaling (Platt 1999) on those of `dev`, which
neither the encoder nor the heads were fitted on, and measured there with each photograph left out of its own scaling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from newsctx.archive.index import ArchiveIndex
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import OpenArchive
from newsctx.archive.store import ArchiveStore
from newsctx.article_signals import ARTICLE_SIGNALS, CLUSTER_SIGNALS, Rankings, logit
from newsctx.cache import StageCache
from newsctx.document import ArchiveInfo
from newsctx.encoders import ImageTextEncoder
from newsctx.errors import TrainingError
from newsctx.heads import Scorer
from newsctx.models import Models
from newsctx.overrides import ExcludeArticle
from newsctx.pipeline import Pipeline, Request
from newsctx.relevance import Rating, Regression, ReliabilityBin
from newsctx.runtime import Device
from newsctx.settings import CopySettings, EventSettings, Settings, VerifySettings
from newsctx.training.labels import Label
from newsctx.training.options import RelevanceOptions
from newsctx.training.photos import TrainingPhoto
from newsctx.writers.extractive import ExtractiveWriter

_SAME = 1e-9  # a signal that varies less does not vary
_LOOSE = 1e6  # inverse ridge penalty of Platt's two numbers: none


@dataclass(frozen=True)
class Row:
    """One article, or one event candidate, of one ranking."""

    photo: str
    held_out: bool
    signals: Mapping[str, float]
    right: bool
    first: bool  # it is the best-ranked one
    story: str = ""  # photographs of one story are never on both sides


@dataclass(frozen=True)
class Ranked:
    """One photograph's rankings and what is relevant in them."""

    photo: str
    held_out: bool
    rankings: Rankings
    relevant: frozenset[str]
    story: str


def pipeline_of(
    archive: Path, work: Path, encoder: ImageTextEncoder, location: Scorer, event: Scorer, device: Device,
    options: RelevanceOptions,
) -> Pipeline:  # fmt: skip
    """The pipeline that is rated; its index is built in the work folder, the archive stays as it is."""
    why = "not asked while relevance is fitted"
    models = Models(
        profile="training", device=device, image_text=encoder, image_text_unavailable="", sentence=None,
        sentence_unavailable=why, second_image=None, second_image_unavailable=why, modulation=None,
        modulation_unavailable=why, location_scorer=location, event_scorer=event, relevance=None,
        relevance_unavailable=why, ocr=None, ocr_unavailable=why, embed=None,
    )  # fmt: skip
    settings = Settings(
        profile="training", seed=options.seed, copy_detection=CopySettings(enabled=False),
        verify=VerifySettings(enabled=False),
        events=EventSettings(min_articles=options.min_articles, window_days=options.window_days),
    )  # fmt: skip
    store, folder = ArchiveStore.open(archive), work / "ranked"
    folder.mkdir(parents=True, exist_ok=True)
    build_index(store, models, folder, settings)
    index = ArchiveIndex.open(folder, store.version, models, settings)
    counts = store.counts()
    info = ArchiveInfo(
        name="training", version=store.version, articles=counts.articles, photos=counts.photos, profile="training"
    )
    return Pipeline(OpenArchive(store, index, info), models, settings, StageCache(work / "stages"), ExtractiveWriter())


def ranked(
    pipeline: Pipeline, photos: Sequence[TrainingPhoto], labels: Mapping[str, Label], allowed: frozenset[str],
    options: RelevanceOptions,
) -> Iterator[Ranked]:  # fmt: skip
    """Every chosen photograph twice: with its relevant articles and without.

    Args:
        allowed: the articles that may be used; others are left out of every ranking.
    """
    able = [p for p in photos if set(labels[p.id].event) & allowed]
    if not able:
        raise TrainingError("no photograph has an event-relevant article: relevance cannot be fitted.")
    aside = held_out(able)
    train = [p for p in able if p.id not in aside]
    dev = [p for p in able if p.id in aside]
    rng = np.random.default_rng([options.seed, 7])
    chosen = [train[i] for i in sorted(rng.permutation(len(train))[: max(options.rated_photos - len(dev), 0)])] + dev
    others = tuple(a for a in sorted(pipeline.archive.store.ids()) if a not in allowed)
    for photo in tqdm(chosen, desc="rankings", disable=None):
        relevant = frozenset(labels[photo.id].event) & allowed
        data, story = photo.image.read_bytes(), min(relevant)
        for left_out in ((), tuple(sorted(relevant))):
            edits = tuple(ExcludeArticle(article_id=a) for a in (*others, *left_out))
            found = pipeline.rankings(Request(data, photo.image.name, overrides=edits))
            yield Ranked(photo.id, photo.id in aside, found, relevant - set(left_out), story)


def held_out(photos: Sequence[TrainingPhoto]) -> frozenset[str]:
    """The photographs that scaling and measures are made with: `dev`; every fifth where the file names none."""
    dev = [p.id for p in photos if p.split == "dev"]
    return frozenset(dev or [p.id for p in photos[::5]])


def article_rows(one: Ranked, top: int) -> Iterator[Row]:
    """One row per article of the final order's first `top`."""
    for hit in one.rankings.final[:top]:
        signals = one.rankings.article(hit.article_id)
        if signals:
            yield Row(one.photo, one.held_out, signals, hit.article_id in one.relevant, hit.rank == 1, one.story)


def cluster_rows(one: Ranked, articles: Regression, top: int) -> Iterator[Row]:
    """One row per shown event candidate that has a rated article; right: one of its articles is relevant."""
    rated = {
        h.article_id: articles.probability(found)
        for h in one.rankings.final[:top]
        if (found := one.rankings.article(h.article_id))
    }
    shown = [c for c in one.rankings.clusters if c.maximal]
    for number, cluster in enumerate(shown):
        if signals := one.rankings.cluster(cluster, rated):
            right = bool(one.relevant & set(cluster.article_ids))
            yield Row(one.photo, one.held_out, signals, right, number == 0, one.story)


def rate(rows: Sequence[Row], names: Sequence[str], options: RelevanceOptions) -> Rating:
    """A regression with its scaling and measures.

    Raises:
        TrainingError: nothing to tell apart on one of the sides.
    """
    train, aside = [r for r in rows if not r.held_out], [r for r in rows if r.held_out]
    for what, part in (("fitted", train), ("held-out", aside)):
        right = [r.right for r in part]
        if not any(right) or all(right):
            raise TrainingError(
                f"of {len(part)} {what} articles or event candidates {sum(right)} are relevant: there is nothing to "
                "tell apart. Give more photographs with labels, or another split."
            )
    raw = _regression(train, names, options.c)
    slope, intercept = platt([raw.log_odds(r.signals) for r in aside], [r.right for r in aside])
    said = _cross_scaled(raw, aside, options.folds)
    right = np.array([r.right for r in aside])
    first = np.array([r.first for r in aside])
    found = measures(said, right, options.bins)
    if 0 < right[first].sum() < first.sum():
        found |= {f"first_{k}": v for k, v in measures(said[first], right[first], options.bins).items()}
    found["fitted_on"] = float(len(train))
    table = reliability(said, right, options.bins)
    return Rating(
        regression=raw.model_copy(update={"slope": slope, "intercept": intercept}), metrics=found, reliability=table
    )


def rate_all(found: Sequence[Ranked], options: RelevanceOptions) -> tuple[Rating, Rating | None, str]:
    """The ratings of articles and of event candidates; None for the latter and why, where nothing could be fitted."""
    rows = [r for one in found for r in article_rows(one, options.top)]
    articles = rate(rows, ARTICLE_SIGNALS, options)
    candidates = [r for one in found for r in cluster_rows(one, articles.regression, options.top)]
    try:
        return articles, rate(candidates, CLUSTER_SIGNALS, options), ""
    except TrainingError as error:
        return articles, None, f"event candidates are not rated: {error}"


def platt(log_odds: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Slope and intercept of P(right) over log odds (Platt 1999); a falling one becomes 0: the share of right ones."""
    from sklearn.linear_model import LogisticRegression

    z, y = np.array(log_odds, float).reshape(-1, 1), np.array(right)
    model = LogisticRegression(C=_LOOSE, max_iter=1000).fit(z, y)
    slope, intercept = float(model.coef_[0][0]), float(model.intercept_[0])
    return (slope, intercept) if slope > 0 else (0.0, logit(float(y.mean())))


def measures(said: np.ndarray, right: np.ndarray, bins: int) -> dict[str, float]:
    """`brier`, that of always saying the share of right ones, expected calibration error (Naeini et al. 2015), AUC."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    share = float(right.mean())
    return {
        "count": float(len(right)), "right": share, "brier": float(brier_score_loss(right, said)),
        "brier_of_share": share * (1 - share), "auc": float(roc_auc_score(right, said)),
        "ece": sum(b.count * abs(b.said - b.right) for b in reliability(said, right, bins)) / len(right),
    }  # fmt: skip


def reliability(said: np.ndarray, right: np.ndarray, bins: int) -> tuple[ReliabilityBin, ...]:
    """Bins of equal width; empty ones are left out."""
    place = np.minimum((said * bins).astype(int), bins - 1)
    return tuple(
        ReliabilityBin(
            low=b / bins, high=(b + 1) / bins, count=int((place == b).sum()), said=float(said[place == b].mean()),
            right=float(right[place == b].mean()),
        )
        for b in range(bins)
        if (place == b).any()
    )  # fmt: skip


def _regression(rows: Sequence[Row], names: Sequence[str], c: float) -> Regression:
    """Logistic regression over standardised signals; those that never vary are left out."""
    from sklearn.linear_model import LogisticRegression

    table = np.array([[r.signals.get(s, np.nan) for s in names] for r in rows], float)
    used = [i for i, column in enumerate(table.T) if _range(column) > _SAME]
    mean, std = np.nanmean(table[:, used], axis=0), np.nanstd(table[:, used], axis=0)
    z = np.nan_to_num((table[:, used] - mean) / std)
    model = LogisticRegression(C=c, max_iter=2000).fit(z, np.array([r.right for r in rows]))
    kept = [names[i] for i in used]

    def named(values: np.ndarray) -> dict[str, float]:
        return {n: float(v) for n, v in zip(kept, values, strict=True)}

    return Regression(mean=named(mean), std=named(std), weights=named(model.coef_[0]), bias=float(model.intercept_[0]))


def _range(column: np.ndarray) -> float:
    there = column[~np.isnan(column)]
    return float(np.ptp(there)) if len(there) else 0.0


def _cross_scaled(raw: Regression, rows: Sequence[Row], folds: int) -> np.ndarray:
    """Each held-out row's probability by a scaling that saw no photograph of its story."""
    from sklearn.model_selection import GroupKFold

    z = np.array([raw.log_odds(r.signals) for r in rows])
    right = np.array([r.right for r in rows])
    groups = [r.story for r in rows]
    said = np.zeros(len(rows))
    parts = min(folds, len(set(groups)))
    if parts < 2:
        raise TrainingError("the held-out photographs are of one story: their calibration cannot be measured.")
    for train, test in GroupKFold(parts).split(z, groups=groups):
        known = right[train]
        if known.all() or not known.any():
            said[test] = known.mean()
            continue
        slope, intercept = platt(z[train], known)
        said[test] = 1 / (1 + np.exp(-(slope * z[test] + intercept)))
    return said
