"""Matches: archived photographs found in the query by geometry, with the points, the place and the picture itself."""

from __future__ import annotations

from typing import Any

from newsctx.records import Match
from newsctx.sensitive import PHOTO
from newsctx.ui.html import picture
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page
from newsctx.ui.parts import brief, header, thumbnail
from newsctx.ui.photo_acts import covers

TEMPLATE = "verify.html"
METHODS = {"copy": N_("copy index"), "sift": N_("SIFT"), "orb": N_("ORB")}
RELATIONS = {"photo": N_("the photograph"), "scene": N_("same scene, another photograph")}


def view(page: Page) -> dict[str, Any]:
    """Accepted matches with pictures; candidates that geometry rejected are listed with the reason."""
    result = page.document.stages.verify if page.document else None
    matches = result.matches if result else ()
    accepted = [m for m in matches if m.accepted]
    seen: dict[str, int] = {}
    return {
        **header(page, "verify"),
        "ran": result is not None,
        "matches": [row(page, m, _nth(seen, m.article_id)) for m in accepted],
        "rejected": [rejected(page, m) for m in matches if not m.accepted],
    }


def row(page: Page, match: Match, nth: int = 1) -> dict[str, Any]:
    """One match: its keypoint picture, its place in the query, and the archived photo laid over it.

    Args:
        nth: counts the matches of one article, from 1.
    """
    assert page.case is not None
    case_id, photo = page.case.case_id, page.document.photo if page.document else None
    return {
        **brief(page, match.article_id),
        "key": match.article_id if nth == 1 else f"{match.article_id}:{nth}",
        "nth": nth,
        "picture": picture(page.pictures.match_view(case_id, match)),
        "query": picture(page.pictures.preview(case_id)),
        "cover": covers(page, PHOTO, match.image_id),
        "overlay": picture(page.pictures.match_overlay(case_id, match)),
        "frame": {"width": photo.width, "height": photo.height} if photo else None,
        "outline": " ".join(f"{x:g},{y:g}" for x, y in match.region),
        "cut": cut(match, photo.width) if photo else 50,
        "inliers": match.inliers,
        "confidence": match.confidence,
        "agreement": None if match.agreement is None else round(100 * match.agreement),
        "mirrored": match.mirrored,
        "method": tr(METHODS[match.method]),
        "relation": match.relation,
        "relation_title": tr(RELATIONS[match.relation]),
        "region": region(page, match),
    }


def cut(match: Match, width: int) -> int:
    """Where the slider of the overlay starts: the middle of the region, percent of the query's width in pixels."""
    across = [x for x, _ in match.region]
    return round(100 * (min(across) + max(across)) / 2 / width) if across else 50


def rejected(page: Page, match: Match) -> dict[str, Any]:
    """A candidate that is no match, and why."""
    return {
        **brief(page, match.article_id),
        "thumbnail": thumbnail(page, match.image_id),
        "cover": covers(page, match.image_id),
        "inliers": match.inliers,
        "confidence": match.confidence,
        "method": tr(METHODS[match.method]),
        "why": match.note or tr("below the limits of the settings"),
    }


def region(page: Page, match: Match) -> str:
    """The share of the query that the archived photograph covers, in words."""
    photo = page.document.photo if page.document else None
    if not photo or len(match.region) < 3:
        return ""
    corners = list(zip(match.region, match.region[1:] + match.region[:1], strict=True))
    area = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in corners)) / 2  # shoelace formula, square pixels
    share = f"{min(100.0, 100 * area / (photo.width * photo.height)):.0f}"
    return tr("%(share)s%% of the photograph", share=share)


def _nth(seen: dict[str, int], article_id: str) -> int:
    seen[article_id] = seen.get(article_id, 0) + 1
    return seen[article_id]
