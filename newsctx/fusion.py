"""Fusion: the rankings of several channels as one. Three methods, all pure and independent of the channels' order.

- `rrf`: reciprocal ranks (Cormack, Clarke and Buettcher 2009): only the order within a channel counts.
- `weighted`: the weighted mean of scores: scaled over the channel's own hits (CombSUM of Fox and Shaw 1994), and where
  a calibration is fitted (Platt 1999) the geometric mean of that and the probability.
- `evidence`: each channel's score is a mass over {relevant, not relevant}, combined by Dempster's rule (Shafer 1976, as
  BayesRAG does for retrieval); the conflict between the channels is a figure of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from newsctx.records import ChannelResult, ChannelScore
from newsctx.settings import Calibration, FusionSettings

T = TypeVar("T")


class Channel(NamedTuple):
    """What fusion reads of a channel that ran."""

    name: str
    weight: float  # above 0
    hits: Sequence[tuple[str, float]]  # (article id, score), best first
    full: bool = False  # the list was cut off: the articles that it lacks score no higher than its last hit


class Fused(NamedTuple):
    """An article of the fused ranking."""

    article_id: str
    score: float
    channels: dict[str, ChannelScore]  # of the channels that found it
    conflict: float | None = None  # Dempster's K between them, 0..1; None for the methods that have none


class Mass(NamedTuple):
    """Belief over the frame {relevant, not relevant}; the three add up to 1."""

    relevant: float
    irrelevant: float
    unknown: float  # committed to neither

    @property
    def pignistic(self) -> float:
        """0..1: the belief in `relevant` and half of what is unknown (Smets' pignistic probability)."""
        return self.relevant + self.unknown / 2


VACUOUS = Mass(0.0, 0.0, 1.0)


def fuse(
    results: Sequence[ChannelResult],
    weights: Mapping[str, float],
    k: int,
    rrf_k: float,
    settings: FusionSettings,
    excluded: Iterable[str] = (),
) -> list[Fused]:
    """The fused ranking, best first; equal scores are ordered by article id.

    Args:
        results: one per channel; only those that ran and weigh more than 0 count.
        weights: fusion weight by channel name; a channel without one weighs 1.
        k: hits read of each channel, and kept. An excluded article makes room for the next one.
        rrf_k: constant of reciprocal rank fusion.
    """
    ran = [
        Channel(r.name, weights.get(r.name, 1.0), r.hits[:k], full=len(r.hits) >= k)
        for r in results
        if r.state == "ran" and weights.get(r.name, 1.0) > 0
    ]
    conflicts: Mapping[str, float] = {}
    match settings.method:
        case "rrf":
            scores = rrf(ran, rrf_k)
        case "weighted":
            scores = weighted(ran, settings.calibration)
        case "evidence":
            found = evidence(ran, settings)
            scores = {a: mass.pignistic for a, (mass, _) in found.items()}
            conflicts = {a: conflict for a, (_, conflict) in found.items()}
    out = set(excluded)
    order = sorted((a for a in scores if a not in out), key=lambda a: (-scores[a], a))[:k]
    own = _own_scores(results, {c.name for c in ran}, set(order), k)
    return [Fused(a, scores[a], own[a], conflicts.get(a)) for a in order]


def rrf(channels: Sequence[Channel], rrf_k: float) -> dict[str, float]:
    """article id -> sum of `weight / (rrf_k + rank)` over the channels that found it."""
    parts = _collect(channels, lambda c: [c.weight / (rrf_k + rank) for rank in range(1, len(c.hits) + 1)])
    return {a: math.fsum(shares) for a, shares in parts.items()}


def weighted(channels: Sequence[Channel], calibration: Mapping[str, Calibration]) -> dict[str, float]:
    """article id -> sum of `weight * calibrated score` / sum of the weights of all channels that ran, 0..1.

    A channel that did not find the article adds 0. What an article is worth in a channel is its score scaled over the
    channel's hits, times, where the channel is calibrated, how probable such a score is to be right: the root of the
    product. Scaled alone, a channel that knows nothing drowns those that do (news clusters, mAP: 0.12, so 0.21);
    probabilities alone tell a channel's first hits less well apart (demo queries, R@1: 0.70, so 0.74).
    """
    whole = math.fsum(c.weight for c in channels)
    parts = _collect(channels, lambda c: [c.weight * p for p in worth(c, calibration.get(c.name))])
    return {a: math.fsum(shares) / whole for a, shares in parts.items()}


def evidence(channels: Sequence[Channel], settings: FusionSettings) -> dict[str, tuple[Mass, float]]:
    """article id -> combined mass and conflict (see `combine`).

    A channel with calibrated score p and reliability r says `relevant` r*p, `irrelevant` r*(1-p), `unknown` 1-r. Its
    reliability is the setting's, times its weight where that is below 1 (a weight above 1 makes nobody more reliable).

    A channel that did not find the article says nothing of it (it is vacuous): a search that found no words or no copy
    is no evidence against. But a channel whose list was cut off has scored the article no higher than its last hit;
    where its scores are calibrated it says of the article what it says of that hit. Without this, being found at a low
    probability would count less than not being found (demo queries, mAP: 0.43 vacuous, 0.64 so).
    """
    parts = _collect(channels, lambda c: [mass(p, _reliability(c, settings)) for p in _beliefs(c, settings)])
    for channel in channels:
        if channel.full and channel.hits and channel.name in settings.calibration:
            last = mass(_beliefs(channel, settings)[-1], _reliability(channel, settings))
            for article_id in parts.keys() - {a for a, _ in channel.hits}:
                parts[article_id].append(last)
    return {a: combine(masses) for a, masses in parts.items()}


def mass(probability: float, reliability: float) -> Mass:
    """A probability discounted by the reliability of who says it (Shafer 1976, ch. 11); both 0..1."""
    return Mass(reliability * probability, reliability * (1.0 - probability), 1.0 - reliability)


def combine(masses: Iterable[Mass]) -> tuple[Mass, float]:
    """Dempster's rule over any number of masses: the combined mass and the conflict.

    The conflict is the K that has accumulated, `1 - product of (1 - K_i)` over the steps of the rule in any order: the
    product of all masses that falls on the empty set. It is computed at once, by commonalities, so that the order of
    the masses changes nothing, not even the last bit. In total conflict (K = 1) nothing is left to divide: the
    combined mass is vacuous.
    """
    parts = list(masses)
    possible = math.prod(sorted(m.relevant + m.unknown for m in parts))
    impossible = math.prod(sorted(m.irrelevant + m.unknown for m in parts))
    unknown = math.prod(sorted(m.unknown for m in parts))
    relevant, irrelevant = max(possible - unknown, 0.0), max(impossible - unknown, 0.0)
    whole = relevant + irrelevant + unknown
    if whole <= 0.0:
        return VACUOUS, 1.0
    return Mass(relevant / whole, irrelevant / whole, unknown / whole), min(max(1.0 - whole, 0.0), 1.0)


def worth(channel: Channel, fitted: Calibration | None) -> list[float]:
    """What each hit adds in the weighted fusion, 0..1, in the order of the hits."""
    scaled = calibrated(channel, None)
    if fitted is None:
        return scaled
    return [math.sqrt(one * platt(score, fitted)) for one, (_, score) in zip(scaled, channel.hits, strict=True)]


def calibrated(channel: Channel, fitted: Calibration | None) -> list[float]:
    """The channel's scores as numbers 0..1, in the order of its hits.

    Platt's `1 / (1 + exp(-(slope * score + intercept)))` where it is fitted. Else min-max over the channel's own hits:
    its best hit is 1, its last 0. Where all score the same they count that score if it is within 0..1, else 1: a lone
    poor hit is not as good as the best of many.
    """
    if fitted is not None:
        return [platt(score, fitted) for _, score in channel.hits]
    if not channel.hits:
        return []
    high, low = channel.hits[0][1], channel.hits[-1][1]
    if high > low:
        return [(score - low) / (high - low) for _, score in channel.hits]
    return [high if 0.0 <= high <= 1.0 else 1.0] * len(channel.hits)


def platt(score: float, fitted: Calibration) -> float:
    """P(relevant), 0..1; by tanh, which no score overflows."""
    return 0.5 * (1.0 + math.tanh((fitted.slope * score + fitted.intercept) / 2.0))


def _beliefs(channel: Channel, settings: FusionSettings) -> list[float]:
    return calibrated(channel, settings.calibration.get(channel.name))


def _reliability(channel: Channel, settings: FusionSettings) -> float:
    return settings.reliability.get(channel.name, settings.default_reliability) * min(channel.weight, 1.0)


def _collect(channels: Sequence[Channel], shares: Callable[[Channel], Sequence[T]]) -> dict[str, list[T]]:
    """article id -> what each channel that found it says of it."""
    found: dict[str, list[T]] = {}
    for channel in channels:
        for (article_id, _), share in zip(channel.hits, shares(channel), strict=True):
            found.setdefault(article_id, []).append(share)
    return found


def _own_scores(
    results: Sequence[ChannelResult], ran: set[str], wanted: set[str], k: int
) -> dict[str, dict[str, ChannelScore]]:
    """Each article's own score and rank in every channel that found it, and what matched."""
    found: dict[str, dict[str, ChannelScore]] = {a: {} for a in wanted}
    for result in results:
        if result.name in ran:
            for rank, (a, score) in enumerate(result.hits[:k], 1):
                if a in wanted:
                    found[a][result.name] = ChannelScore(
                        score=score, rank=rank, parts=result.parts.get(a, {}), evidence=result.evidence.get(a, "")
                    )
    return found
