"""Why an article stands where it stands: what its scores are made of, who lifted it, whether the channels agree."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from newsctx.records import ChannelScore, Hit, Refinement
from newsctx.settings import FusionMethod
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.parts import brief, channel

#: What a channel's score is made of, in the analyst's words.
PARTS = {
    "content": "text",
    "visual": "photograph",
    "position": "placement",
    "bm25": "words",
    "dense": "meaning",
}
#: The fusion methods in plain words: a name, how a sentence says it, and what it does.
METHODS: dict[FusionMethod, tuple[str, str]] = {
    "rrf": ("rank", "Only the place in each channel's list counts, not how high the channel scored it."),
    "weighted": ("score", "Every channel's scores are brought to 0..1 and averaged by weight."),
    "evidence": (
        "evidence",
        "Every channel is a witness of limited trust: agreement adds up, contradiction is shown as conflict.",
    ),
}
CONFLICT = (
    "How much the channels contradict each other about this article: 0 not at all, 1 completely (Dempster's K). "
    "A high figure is a reason to look for yourself."
)
_IMAGE = re.compile(r"[0-9a-f]{64}")


def origin(page: Page, hit: Hit) -> Hit:
    """The article as the retrieve stage ranked it; the hit itself where that did not find it."""
    return next((h for h in page.hits("retrieve") or () if h.article_id == hit.article_id), hit)


def scores(page: Page, hit: Hit) -> list[dict[str, Any]]:
    """Own score, rank, parts and match of every channel that found the article, best rank first."""
    found = hit.channels or origin(page, hit).channels
    order = sorted(found.items(), key=lambda one: (one[1].rank, channel(one[0])))
    return [
        {
            "name": channel(name),
            "rank": s.rank,
            "score": s.score,
            "parts": [{"name": tr(PARTS.get(n, "")) or n.replace("_", " "), "score": v} for n, v in s.parts.items()],
            "matched": matched(page, hit.article_id, s),
        }
        for name, s in order
    ]


def matched(page: Page, article_id: str, score: ChannelScore) -> str:
    """What a channel matched, in words."""
    if not _IMAGE.fullmatch(score.evidence):
        return score.evidence
    first = score.evidence == page.card(article_id).image_id
    return tr("its first photograph") if first else tr("a photograph of it")


def lifts(page: Page, hit: Hit, listed: Collection[str] = ()) -> list[dict[str, Any]]:
    """What neighbouring articles added to the score, and which ones. `listed`: ids whose card is on the page."""
    return [lift(page, r, listed) for r in origin(page, hit).refinements if r.added]


def lift(page: Page, one: Refinement, listed: Collection[str] = ()) -> dict[str, Any]:
    """`+0.004 same week: Flood in Paris and 2 more`."""
    near = [brief(page, a) for a in one.neighbours]
    return {
        "added": f"{one.added:+.{3 if abs(one.added) >= 0.001 else 5}f}",
        "why": tr("cited by or citing") if one.name == "citation" else week(page),
        "first": near[0] | {"card": near[0]["id"] in listed} if near else None,
        "more": len(near) - 1,
        "all": "; ".join(n["headline"] for n in near),
    }


def week(page: Page) -> str:
    """How near in time a neighbour is, as the settings of the analysis have it."""
    group = page.document.settings.get("refine", {}) if page.document else {}
    days = group.get("window_days", 7)
    return {0: tr("same day"), 7: tr("same week")}.get(days) or tr("within %(days)s days", days=days)


def reasons(page: Page, hit: Hit) -> list[str]:
    """Why it was found, then what the stage of the shown list says of it."""
    return list(dict.fromkeys(r for r in (origin(page, hit).reason, hit.reason) if r))


def fusion(page: Page) -> dict[str, Any]:
    """The choice of the fusion method; what the analyst chose shows at once."""
    retrieve = page.document.stages.retrieve if page.document else None
    group = page.document.settings.get("fusion", {}) if page.document else {}
    setting = group.get("method") or (retrieve.fusion if retrieve else "")
    now = page.edits.fusion or setting
    return {
        "methods": [
            {"id": m, "name": tr(name), "does": tr(does), "on": m == now} for m, (name, does) in METHODS.items()
        ],
        "name": tr(METHODS[now][0]) if now in METHODS else "",
        "does": tr(METHODS[now][1]) if now in METHODS else "",
        "changed": page.edits.fusion is not None,
    }
