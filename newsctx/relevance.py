"""Relevance: how probable it is that an article really is about the moment that the photograph shows.

Rankings always have a first article, also where the archive knows nothing of the event. Logistic regressions over a
few signals of the ranking say how often such articles were right in rankings where the truth is known
(`python -m newsctx train relevance`); weak evidence can then be answered with low confidence, or not at all, instead of
a wrong claim (REAR, Wang et al. 2024: judge relevance before the evidence is used).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from newsctx.article_signals import TOP, logit, same_event
from newsctx.cache import digest, write_beside
from newsctx.errors import ModelUnavailable
from newsctx.records import Article, Hit, ModelInfo, Record

FILE = "relevance.json"
SIGNALS = ("best", "lead", "first", "location", "event", "agreement")
_BACKGROUND = slice(10, 50)  # ranks of the bi-encoder that stand for "some article"


def signals(
    cosines: Mapping[str, float],
    p_location: Mapping[str, float],
    p_event: Sequence[float],
    final: Sequence[str],
    articles: Mapping[str, Article],
) -> dict[str, float]:
    """What the ranking says of its own first article; a signal that cannot be had is left out.

    Args:
        cosines: article id -> s_bi, of the articles that the image-text channel found.
        p_location: article id -> probability of the location cross-encoder.
        p_event: probabilities of the event candidates.
        final: article ids of the final ranking, best first.
        articles: by id, for the first of `final`.

    Returns:
        `best`: the highest cosine. `lead`: how far it is above the mean of ranks 11 to 50. `first`: the cosine of the
        first article of the final ranking, less `best` (at most 0). `location`, `event`: logit of the first article's
        location probability, and of the best event candidate's. `agreement`: the share of the first ten articles, 0..1,
        that are of the first one's place and within seven days of it, itself left out.
    """
    if not cosines or not final:
        return {}
    found: dict[str, float] = {}
    ordered = sorted(cosines.values(), reverse=True)
    found["best"] = ordered[0]
    background = ordered[_BACKGROUND]
    if background:
        found["lead"] = ordered[0] - sum(background) / len(background)
    if final[0] in cosines:
        found["first"] = cosines[final[0]] - ordered[0]
    if final[0] in p_location:
        found["location"] = logit(p_location[final[0]])
    if p_event:
        found["event"] = logit(max(p_event))
    if final[0] in articles:
        found["agreement"] = _agreement([articles[a] for a in final[:TOP] if a in articles])
    return found


def signals_of(
    retrieved: Sequence[Hit],
    located: Sequence[Hit],
    p_event: Sequence[float],
    final: Sequence[Hit],
    articles: Mapping[str, Article],
) -> dict[str, float]:
    """`signals` of the pipeline's own hits: of retrieve, of locate and of events."""
    cosines = {h.article_id: h.channels["image_text"].score for h in retrieved if "image_text" in h.channels}
    p_location = {h.article_id: h.probability for h in located if h.probability is not None}
    return signals(cosines, p_location, p_event, [h.article_id for h in final], articles)


def _agreement(top: Sequence[Article]) -> float:
    first, others = top[0], top[1:]
    return sum(same_event(first, a) for a in others) / (TOP - 1)


class Regression(Record):
    """A logistic regression over standardised signals, its log odds scaled by Platt on rankings that it never saw."""

    mean: dict[str, float]  # of each signal
    std: dict[str, Annotated[float, Field(gt=0)]]
    weights: dict[str, float]  # of the standardised signals
    bias: float
    slope: float = 1.0  # Platt 1999: P = 1 / (1 + exp(-(slope * log odds + intercept)))
    intercept: float = 0.0

    def log_odds(self, found: Mapping[str, float]) -> float:
        """Before Platt's scaling; a signal that is not there counts as its mean."""
        known = ((w, (found[s] - self.mean[s]) / self.std[s]) for s, w in self.weights.items() if s in found)
        return self.bias + sum(w * z for w, z in known)

    def probability(self, found: Mapping[str, float]) -> float:
        """0..1."""
        return logistic(self.slope * self.log_odds(found) + self.intercept)


class ReliabilityBin(Record):
    """One row of a reliability table: what was said and what was so (Murphy and Winkler 1977)."""

    low: float
    high: float
    count: int
    said: float  # mean probability
    right: float  # share that was relevant


class Rating(Record):
    """A regression with what it was measured at: on held-out photographs, each rated by a scaling without it."""

    regression: Regression
    metrics: dict[str, float] = Field(
        default_factory=dict
    )  # brier, ece, auc, ...; `first_...`: of first articles alone
    reliability: tuple[ReliabilityBin, ...] = ()


def logistic(z: float) -> float:
    """1 / (1 + exp(-z)), without overflow."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


class RelevanceInfo(Record):
    """The regressions and what they were fitted on; loading compares the models.

    The top level rates the first article of the paper's own setting (`evaluate --fast`: image-text encoder and heads
    alone); `articles` and `clusters` rate every article and event candidate of the whole pipeline. A file of format 1
    has no such ratings.
    """

    format: Literal[1, 2] = 2
    name: Annotated[str, Field(min_length=1)]
    base_digest: str  # image-text encoder
    location_digest: str
    event_digest: str
    mean: dict[str, float]  # of each signal
    std: dict[str, Annotated[float, Field(gt=0)]]
    weights: dict[str, float]  # of the standardised signals
    bias: float
    data_hash: str = ""
    seed: int = 0
    metrics: dict[str, float] = Field(default_factory=dict)
    articles: Rating | None = None
    clusters: Rating | None = None


class RelevanceModel:
    """Logistic regression over standardised signals; a signal that is not there counts as its mean."""

    def __init__(self, meta: RelevanceInfo) -> None:
        self.meta = meta
        rated = [r.regression.model_dump() for r in (meta.articles, meta.clusters) if r]
        content = digest(meta.mean, meta.std, meta.weights, meta.bias, *rated)
        self.info = ModelInfo(slot="relevance", name=meta.name, digest=content, device="cpu")

    def probability(self, found: Mapping[str, float]) -> float:
        """0..1 that the first article is about the photographed moment."""
        m = self.meta
        z = m.bias + sum(w * (found[s] - m.mean[s]) / m.std[s] for s, w in m.weights.items() if s in found)
        return logistic(z)

    def article(self, found: Mapping[str, float]) -> float | None:
        """0..1 that an article is about the photographed moment, of `Rankings.article`; None: cannot be rated."""
        return self.meta.articles.regression.probability(found) if self.meta.articles and found else None

    def cluster(self, found: Mapping[str, float]) -> float | None:
        """The same of an event candidate, of `Rankings.cluster`."""
        return self.meta.clusters.regression.probability(found) if self.meta.clusters and found else None

    def save(self, folder: Path) -> None:
        write_beside(folder / FILE, (self.meta.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path, encoder: ModelInfo, location: ModelInfo, event: ModelInfo) -> RelevanceModel:
        """Load it for these models.

        Raises:
            ModelUnavailable: a missing or damaged file, or one that was fitted with other models; names both.
        """
        try:
            meta = RelevanceInfo.model_validate(json.loads((folder / FILE).read_bytes()))
        except (OSError, json.JSONDecodeError, ValidationError) as error:
            raise ModelUnavailable(f"{folder / FILE} cannot be read: {error}; run `train relevance` again") from error
        for what, has, wants in (
            ("encoder", meta.base_digest, encoder.digest),
            ("location scorer", meta.location_digest, location.digest),
            ("event scorer", meta.event_digest, event.digest),
        ):
            if has != wants:
                raise ModelUnavailable(
                    f"{meta.name}: fitted with the {what} {has[:12]}, loaded is {wants[:12]}; "
                    "run `train relevance` again"
                )
        return cls(meta)
