"""Relevance: how probable it is that the best-ranked article really is about the moment that the photograph shows.

Rankings always have a first article, also where the archive knows nothing of the event. A logistic regression over a
few signals of the ranking says how often such a first article was right in rankings where the truth is known
(`python -m newsctx train relevance`); weak evidence can then be answered with low confidence instead of a wrong claim
(REAR, Wang et al. 2024: judge relevance before the evidence is used).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from newsctx.cache import digest, write_beside
from newsctx.dates import days_between
from newsctx.errors import ModelUnavailable
from newsctx.records import Article, Hit, ModelInfo, Record

FILE = "relevance.json"
SIGNALS = ("best", "lead", "first", "location", "event", "agreement")
_BACKGROUND = slice(10, 50)  # ranks of the bi-encoder that stand for "some article"
_TOP = 10  # articles of the final ranking that can agree with the first
_NEAR_DAYS = 7  # one event: NewsRECON's +-7 days
_LOGIT = 8.0  # a head that is surer than 1 : 3000 is taken to be that sure


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
        found["location"] = _logit(p_location[final[0]])
    if p_event:
        found["event"] = _logit(max(p_event))
    if final[0] in articles:
        found["agreement"] = _agreement([articles[a] for a in final[:_TOP] if a in articles])
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
    if not others or not first.published or not first.places:
        return 0.0
    day = first.published
    same = [
        a for a in others
        if a.location_text == first.location_text and a.published and days_between(a.published, day) <= _NEAR_DAYS
    ]  # fmt: skip
    return len(same) / (_TOP - 1)


def _logit(p: float) -> float:
    if p <= 0 or p >= 1:
        return math.copysign(_LOGIT, p - 0.5)
    return max(-_LOGIT, min(_LOGIT, math.log(p / (1 - p))))


class RelevanceInfo(Record):
    """The regression and what it was fitted on; loading compares the models."""

    format: Literal[1] = 1
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


class RelevanceModel:
    """Logistic regression over standardised signals; a signal that is not there counts as its mean."""

    def __init__(self, meta: RelevanceInfo) -> None:
        self.meta = meta
        content = digest(meta.mean, meta.std, meta.weights, meta.bias)
        self.info = ModelInfo(slot="relevance", name=meta.name, digest=content, device="cpu")

    def probability(self, found: Mapping[str, float]) -> float:
        """0..1 that the first article is about the photographed moment."""
        m = self.meta
        z = m.bias + sum(w * (found[s] - m.mean[s]) / m.std[s] for s, w in m.weights.items() if s in found)
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

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
