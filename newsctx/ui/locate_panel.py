"""Places: how the location scorer re-ordered the articles."""

from __future__ import annotations

from typing import Any

from newsctx.ui.page import Page
from newsctx.ui.parts import evidence, header, move

TEMPLATE = "locate.html"


def view(page: Page) -> dict[str, Any]:
    """Rows in the new order with the rank before."""
    result = page.document.stages.locate if page.document else None
    hits = result.hits if result else ()
    return {
        **header(page, "locate"),
        "ran": result is not None,
        "scorer": result.scorer if result else "",
        "rows": [
            {
                **evidence(page, h.article_id),
                "rank": h.rank,
                "before": h.rank_before,
                "move": move(h.rank_before, h.rank),
                "steps": abs(h.rank - h.rank_before) if h.rank_before else 0,
                "probability": h.probability,
                "tier": h.tier,
                "first": h.rank == 1,
                "last": h.rank == len(hits),
            }
            for h in hits[: page.look.shown]
        ],
        "total": len(hits),
        "more": max(0, len(hits) - page.look.shown),
        "moved": sum(h.rank_before not in (None, h.rank) for h in hits),
    }
