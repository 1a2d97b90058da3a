"""What the pipeline's rankings say of every article and event candidate: the signals that their relevance is read from.

Each signal is a number that the stages have computed anyway; one that cannot be had is left out, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from newsctx.dates import days_between
from newsctx.records import Article, Cluster, Hit

ARTICLE_SIGNALS = (
    "best", "lead", "cosine", "visual_best", "visual", "fused", "location", "event", "agreement", "rank",
)  # fmt: skip
CLUSTER_SIGNALS = ("articles", "event", "size", "rank")
TOP = 10  # articles of the final ranking that can agree with one
NEAR_DAYS = 7  # one event: NewsRECON's +-7 days
_BACKGROUND = slice(10, 50)  # ranks that stand for "some article"
_LOGIT = 8.0  # a head that is surer than 1 : 3000 is taken to be that sure


def logit(p: float) -> float:
    """Log odds, at most 8 either way."""
    if p <= 0 or p >= 1:
        return math.copysign(_LOGIT, p - 0.5)
    return max(-_LOGIT, min(_LOGIT, math.log(p / (1 - p))))


def same_event(one: Article, other: Article) -> bool:
    """Whether two dated articles name the same places and are within seven days of each other."""
    if not one.published or not other.published or not one.places:
        return False
    return one.location_text == other.location_text and days_between(one.published, other.published) <= NEAR_DAYS


@dataclass(frozen=True)
class Rankings:
    """The results of one analysis that signals are read from.

    Attributes:
        retrieved: the fused ranking, with each article's own score in every channel.
        located: with the location head's probabilities.
        clusters: event candidates, best first.
        final: the order that the evidence is taken from.
        articles: by id, for the first `TOP` of `final` and for every article that is asked about.
        unsearched: articles that no channel has looked at, because the analyst added them; they have no signals.
    """

    retrieved: Sequence[Hit]
    located: Sequence[Hit]
    clusters: Sequence[Cluster]
    final: Sequence[Hit]
    articles: Mapping[str, Article]
    unsearched: frozenset[str] = frozenset()

    def article(self, article_id: str) -> dict[str, float]:
        """The signals of one article of the final order.

        Returns:
            `best`, `lead`: the highest cosine of the image-text channel, and how far it is above the mean of ranks 11
            to 50: whether this photograph has an article at all. `cosine`: the article's own, less `best` (at most 0;
            one that the channel did not find counts as its last hit). `visual_best`, `visual`: the same of the
            image-image channel, where it ran. `fused`: its fused score over the best one, 0..1. `location`: logit of
            its location probability. `event`: logit of the best event candidate that has it. `agreement`: share of the
            first ten articles, itself left out, that are of its place and within seven days. `rank`: log of its rank.
            Empty without any of the channels' scores.
        """
        if article_id in self.unsearched:
            return {}
        found = {**self._channel(article_id, "image_text", "best", "cosine"), **self._background}
        found |= self._channel(article_id, "visual", "visual_best", "visual")
        top = max((h.score for h in self.retrieved), default=0.0)
        if article_id in self._fused and top > 0:
            found["fused"] = max(self._fused[article_id] / top, 0.0)
        if article_id in self._located:
            found["location"] = logit(self._located[article_id])
        inside = [c.probability for c in self.clusters if c.probability is not None and article_id in c.article_ids]
        if inside:
            found["event"] = logit(max(inside))
        if not found or article_id not in self._ranks:
            return {}
        return found | {"agreement": self._agreement(article_id), "rank": math.log(self._ranks[article_id])}

    def cluster(self, cluster: Cluster, rated: Mapping[str, float]) -> dict[str, float]:
        """The signals of an event candidate: `articles`: logit of its best article's probability; `event`: logit of its
        own; `size`: log of its number of articles; `rank`: log of its place among the candidates.

        Args:
            rated: article id -> probability. A candidate without a rated article has no signals.
        """
        known = [rated[a] for a in cluster.article_ids if a in rated]
        if not known:
            return {}
        found = {"articles": logit(max(known)), "size": math.log(len(cluster.article_ids))}
        if cluster.probability is not None:
            found["event"] = logit(cluster.probability)
        return found | {"rank": math.log(1 + [c.id for c in self.clusters].index(cluster.id))}

    # --- parts ------------------------------------------------------------------------------------------------

    def _channel(self, article_id: str, channel: str, best: str, own: str) -> dict[str, float]:
        scores = self._scores(channel)
        if not scores:
            return {}
        top, last = max(scores.values()), min(scores.values())
        return {best: top, own: scores.get(article_id, last) - top}

    def _scores(self, channel: str) -> dict[str, float]:
        return self._by_channel.get(channel, {})

    @cached_property
    def _by_channel(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for hit in self.retrieved:
            for name, score in hit.channels.items():
                found.setdefault(name, {})[hit.article_id] = score.score
        return found

    @cached_property
    def _background(self) -> dict[str, float]:
        ordered = sorted(self._scores("image_text").values(), reverse=True)
        rest = ordered[_BACKGROUND]
        return {"lead": ordered[0] - sum(rest) / len(rest)} if rest else {}

    @cached_property
    def _fused(self) -> dict[str, float]:
        return {h.article_id: h.score for h in self.retrieved}

    @cached_property
    def _located(self) -> dict[str, float]:
        return {h.article_id: h.probability for h in self.located if h.probability is not None}

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {h.article_id: h.rank for h in self.final}

    def _agreement(self, article_id: str) -> float:
        one = self.articles.get(article_id)
        others = [h.article_id for h in self.final[:TOP] if h.article_id != article_id]
        if one is None:
            return 0.0
        return sum(same_event(one, self.articles[a]) for a in others if a in self.articles) / (TOP - 1)
