"""Matches: archived photographs found in the query by geometry, with their keypoint lines."""

from __future__ import annotations

from typing import Any

from newsctx.records import Match
from newsctx.ui.html import picture
from newsctx.ui.page import Page
from newsctx.ui.parts import brief, header

TEMPLATE = "verify.html"


def view(page: Page) -> dict[str, Any]:
    """Accepted matches with pictures; candidates that geometry rejected are only counted and listed."""
    result = page.document.stages.verify if page.document else None
    matches = result.matches if result else ()
    return {
        **header(page, "verify"),
        "ran": result is not None,
        "matches": [row(page, m) for m in matches if m.accepted],
        "rejected": [
            {**brief(page, m.article_id), "inliers": m.inliers, "confidence": m.confidence, "note": m.note}
            for m in matches
            if not m.accepted
        ],
    }


def row(page: Page, match: Match) -> dict[str, Any]:
    """One match with its keypoint picture and where in the query it lies."""
    assert page.case is not None
    return {
        **brief(page, match.article_id),
        "picture": picture(page.pictures.match_view(page.case.case_id, match)),
        "inliers": match.inliers,
        "confidence": match.confidence,
        "mirrored": match.mirrored,
        "region": region(page, match),
    }


def region(page: Page, match: Match) -> str:
    """The share of the query that the archived photograph covers, in words."""
    photo = page.document.photo if page.document else None
    if not photo or len(match.region) < 3:
        return ""
    corners = list(zip(match.region, match.region[1:] + match.region[:1], strict=True))
    area = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in corners)) / 2  # shoelace formula, square pixels
    return f"{min(100.0, 100 * area / (photo.width * photo.height)):.0f}% of the photograph"
