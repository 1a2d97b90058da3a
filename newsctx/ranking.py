"""What every ranking stage does with the analyst's edits: one function, so that all lists obey the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from newsctx.records import TIERS, Hit, Rank, Record


class Move(Record):
    """Put an article at a rank (1 = first)."""

    article_id: str
    rank: Rank


class RankEdits(Record):
    """The analyst's edits to rankings, in the order in which they were made."""

    pinned: tuple[str, ...] = Field(default=(), description="first to last; always above everything else")
    excluded: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()


NO_EDITS = RankEdits()


def arrange(
    hits: Iterable[Hit], edits: RankEdits = NO_EDITS, before: Mapping[str, int] | None = None
) -> tuple[Hit, ...]:
    """Turn a stage's order into its final ranking.

    Args:
        hits: in the order that the stage computed; their ranks are ignored.
        edits: pinned articles come first (one that is not among the hits is added with score 0), then the articles
            matched by geometry, then the rest, each tier in the stage's order; excluded articles are left out;
            moves are applied last, one after the other, over the whole list.
        before: rank of each article in the stage before; sets `rank_before`.

    Returns:
        Hits ranked 1..n.
    """
    pins = [a for a in dict.fromkeys(edits.pinned) if a not in edits.excluded]
    by_id = {h.article_id: h for h in hits if h.article_id not in edits.excluded}
    for article_id in pins:
        found = by_id.get(article_id) or Hit(article_id=article_id, rank=1, score=0.0, reason="Pinned by the analyst.")
        by_id[article_id] = found.model_copy(update={"tier": "pinned"})
    order = sorted(by_id, key=lambda a: (TIERS.index(by_id[a].tier), pins.index(a) if a in pins else 0))
    for move in edits.moves:
        if move.article_id in by_id:
            order.remove(move.article_id)
            order.insert(min(move.rank - 1, len(order)), move.article_id)  # a rank can be any number
    return tuple(
        by_id[a].model_copy(
            update={"rank": i, "rank_before": (before or {}).get(a) if before else by_id[a].rank_before}
        )
        for i, a in enumerate(order, 1)
    )


def ranks(hits: Iterable[Hit]) -> dict[str, int]:
    """Article id -> rank."""
    return {h.article_id: h.rank for h in hits}
