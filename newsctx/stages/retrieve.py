"""Retrieve: fuse the channels' rankings into one, refine it by neighbouring articles, explain each hit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from newsctx.explain import sentence
from newsctx.fusion import Fused, fuse
from newsctx.ranking import NO_EDITS, RankEdits, arrange
from newsctx.records import ChannelResult, ChannelStatus, Hit, RetrieveResult
from newsctx.refine import Lift, Surroundings, refine
from newsctx.settings import FusionSettings, RefineSettings, RetrieveSettings

FUSION, REFINEMENT = FusionSettings(), RefineSettings()
ADDED = "Added by the analyst: no channel has searched it."


def nothing_known(ids: Sequence[str]) -> Surroundings:
    """No dates, links or photographs: nothing is refined."""
    return Surroundings()


def run(
    channels: Sequence[ChannelResult],
    settings: RetrieveSettings,
    edits: RankEdits = NO_EDITS,
    fusion: FusionSettings = FUSION,
    refinement: RefineSettings = REFINEMENT,
    around: Callable[[Sequence[str]], Surroundings] = nothing_known,
    notices: tuple[str, ...] = (),
    added: tuple[str, ...] = (),
) -> RetrieveResult:
    """Fuse the channels (`newsctx.fusion`), then add what the neighbours lift (`newsctx.refine`).

    Args:
        channels: one result per channel; only those that ran and weigh more than 0 count.
        settings: `k` hits are kept, `weights` by channel name (a channel without one weighs 1).
        edits: applied to the refined list; excluded articles make room for the next ones and lift nobody.
        around: dates, links and photographs of the fused articles; asked once.
        notices: what the analyst should know of the search; handed on.
        added: articles that the analyst brought along; no channel knows them, so they stand last where they are not
            pinned, with score 0.

    Returns:
        Hits with every channel's own score and rank and a sentence; `rank_before` is the fused rank, `score` the fused
        score and the lifts. Equal scores are ordered by article id. And the state of every channel.
    """
    weights = {c.name: settings.weights.get(c.name, 1.0) for c in channels}
    fused = fuse(channels, weights, settings.k, settings.rrf_k, fusion, edits.excluded)
    known = around([f.article_id for f in fused]) if fused else Surroundings()
    lifts = refine({f.article_id: f.score for f in fused}, known, refinement)

    def hit(rank: int, one: Fused) -> Hit:
        own: tuple[Lift, ...] = lifts.get(one.article_id, ())
        return Hit(
            article_id=one.article_id,
            rank=rank,
            score=one.score + sum(lift.added for lift in own),
            channels=one.channels,
            rank_before=rank,
            refinements=tuple(lift.record(refinement.named) for lift in own),
            conflict=one.conflict,
            reason=sentence(
                one.channels, known.images.get(one.article_id, ()), own, fusion.agree_rank, refinement.window_days
            ),
        )

    hits = sorted((hit(rank, one) for rank, one in enumerate(fused, 1)), key=lambda h: (-h.score, h.article_id))
    known_ids = {h.article_id for h in hits}
    hits += [Hit(article_id=a, rank=1, score=0.0, reason=ADDED) for a in added if a not in known_ids]
    return RetrieveResult(
        hits=arrange(hits, edits),
        channels=tuple(_status(c, weights[c.name], settings.k) for c in channels),
        fusion=fusion.method,
        notices=notices,
    )


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
