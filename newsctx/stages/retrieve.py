"""Retrieve: fuse the channels' rankings into one (weighted reciprocal rank fusion)."""

from __future__ import annotations

from collections.abc import Sequence

from newsctx.ranking import NO_EDITS, RankEdits, arrange
from newsctx.records import ChannelResult, ChannelScore, ChannelStatus, Hit, RetrieveResult
from newsctx.settings import RetrieveSettings

_LABELS = {
    "image_text": "picture against captions",
    "visual": "picture against pictures",
    "copy": "the same photograph",
    "words_bm25": "words",
    "words_dense": "meaning of the words",
    "coverage": "other coverage of the matched story",
}


def run(channels: Sequence[ChannelResult], settings: RetrieveSettings, edits: RankEdits = NO_EDITS) -> RetrieveResult:
    """Fuse the channels.

    An article's score is the sum of `weight / (rrf_k + rank)` over the channels that found it (Cormack, Clarke and
    Buettcher 2009); equal scores are ordered by article id.

    Args:
        channels: one result per channel; only those that ran and weigh more than 0 count.
        settings: `k` hits are kept, `weights` by channel name (a channel without one weighs 1).
        edits: applied to the fused list; excluded articles make room for the next ones.

    Returns:
        Hits with every channel's own score and rank, and the state of every channel.
    """
    weights = {c.name: settings.weights.get(c.name, 1.0) for c in channels}
    scores: dict[str, float] = {}
    parts: dict[str, dict[str, ChannelScore]] = {}
    for channel in channels:
        if channel.state != "ran" or weights[channel.name] <= 0:
            continue
        for rank, (article_id, score) in enumerate(channel.hits[: settings.k], 1):
            scores[article_id] = scores.get(article_id, 0.0) + weights[channel.name] / (settings.rrf_k + rank)
            parts.setdefault(article_id, {})[channel.name] = ChannelScore(score=score, rank=rank)
    order = sorted((a for a in scores if a not in edits.excluded), key=lambda a: (-scores[a], a))
    hits = [
        Hit(article_id=a, rank=i, score=scores[a], channels=parts[a], reason=_reason(parts[a]))
        for i, a in enumerate(order[: settings.k], 1)
    ]
    return RetrieveResult(
        hits=arrange(hits, edits), channels=tuple(_status(c, weights[c.name], settings.k) for c in channels)
    )


def _reason(found: dict[str, ChannelScore]) -> str:
    best = sorted(found.items(), key=lambda item: item[1].rank)
    named = [f"{_LABELS.get(name, name)} (rank {score.rank})" for name, score in best]
    return f"Found by {', '.join(named)}."


def _status(channel: ChannelResult, weight: float, k: int) -> ChannelStatus:
    off = channel.state == "ran" and weight <= 0
    return ChannelStatus(
        name=channel.name,
        state="off" if off else channel.state,
        reason="switched off: its weight is 0" if off else channel.reason,
        weight=weight,
        hits=0 if off else len(channel.hits[:k]),
        seconds=channel.seconds,
    )
