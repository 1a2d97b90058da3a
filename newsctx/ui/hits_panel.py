"""Evidence: the ranked articles with the scores of every channel, and what the analyst can do with them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from newsctx.overrides import ExcludeArticle
from newsctx.records import Hit, StageName
from newsctx.ui import adjust, ladder, services_panel, why, whyhere
from newsctx.ui.correction import correction
from newsctx.ui.language import tr
from newsctx.ui.page import LISTS, Page
from newsctx.ui.parts import LIST_TITLES, brief, channel, evidence, header, rank_path

TEMPLATE = "hits.html"
STRONGEST_WEIGHT = 5  # of the slider; more can be given by a settings file
#: Why articles are excluded most often; sent as they stand here.
REASONS = ("other event", "other place", "other date", "opinion or archive piece", "duplicate")


def view(page: Page) -> dict[str, Any]:
    """The list in the chosen order, channel strip, and the excluded articles."""
    stage = shown_stage(page)
    hits = (page.hits(stage) if stage else None) or ()
    listed = {h.article_id for h in hits[: page.look.shown]}
    return {
        **header(page, "retrieve"),
        "ran": stage is not None,
        "open_case": page.case is not None,
        "order": stage or "",
        "orders": [
            {"stage": s, "title": tr(LIST_TITLES[s]), "on": s == stage} for s in LISTS if page.hits(s) is not None
        ],
        "rows": [row(page, h, len(hits), stage, listed) for h in hits[: page.look.shown]] if stage else [],
        "total": len(hits),
        "more": max(0, len(hits) - page.look.shown),
        "channels": channels(page),
        "thresholds": adjust.thresholds(page),
        "preview": adjust.preview(page),
        "fusion": why.fusion(page),
        "conflict_means": tr(why.CONFLICT),
        "notices": notices(page),
        "ladder": ladder.view(page, listed),
        "excluded": [brief(page, a) | {"why": reason(page, a)} for a in page.edits.excluded],
        "reasons": [{"value": r, "title": tr(r)} for r in REASONS],
        "web_archive": services_panel.choosable(page, "web_archive"),
        "added": [brief(page, a.article_id) | {"headline": a.headline or a.article_id} for a in page.edits.added],
    }


def shown_stage(page: Page) -> StageName | None:
    """The chosen list if it is there, else the latest one."""
    chosen = next((s for s in LISTS if s == page.look.order), None)
    return chosen if chosen and page.hits(chosen) is not None else page.latest


def row(page: Page, hit: Hit, total: int, stage: StageName, listed: Collection[str] = ()) -> dict[str, Any]:
    """One evidence card. `listed`: ids of the articles whose cards are on the page."""
    return {
        **evidence(page, hit.article_id),
        "rank": hit.rank,
        "score": hit.score,
        "tier": hit.tier,
        "matched": matched_region(page, hit.article_id),
        "reasons": why.reasons(page, hit),
        "first": hit.rank == 1,
        "last": hit.rank == total,
        "pending": whyhere.pending(page, hit, stage),
        "path": rank_path(page, hit.article_id),
        "why": whyhere.paragraph(page, hit, stage),
        "channels": why.scores(page, hit),
        "lifts": why.lifts(page, hit, listed),
        "conflict": why.origin(page, hit).conflict,
        "correction": correction(page, hit.article_id),
    }


def reason(page: Page, article_id: str) -> str:
    """Why the analyst excluded an article, where that was said."""
    overrides = page.document.overrides if page.document else ()
    own = [o for o in overrides if isinstance(o, ExcludeArticle) and o.article_id == article_id and o.on]
    return own[-1].reason if own else ""


def notices(page: Page) -> tuple[str, ...]:
    """What the analyst should know of the search, such as what a filter of the note left out."""
    retrieve = page.document.stages.retrieve if page.document else None
    return retrieve.notices if retrieve else ()


def matched_region(page: Page, article_id: str) -> bool:
    """Whether geometry found a photograph of the article in the query."""
    verify = page.document.stages.verify if page.document else None
    return any(m.accepted and m.article_id == article_id for m in verify.matches) if verify else False


def channels(page: Page) -> list[dict[str, Any]]:
    """Every channel with its weight, the one of a preview and, where it did not run, the reason."""
    retrieve = page.document.stages.retrieve if page.document else None
    ran = {c.name: c for c in retrieve.channels} if retrieve else {}
    names = list(ran) or list(page.channels)
    rows = []
    for name in names:
        found = ran.get(name)
        weight = page.edits.weights.get(name, page.channels.get(name, found.weight if found else 1.0))
        shown = adjust.asked(page, "weight", "channel", name)
        value = weight if shown is None else shown
        rows.append(
            {
                "name": name,
                "title": channel(name),
                "state": found.state if found else "pending",
                "reason": found.reason if found else "",
                "hits": found.hits if found else None,
                "seconds": found.seconds if found else None,
                "weight": weight,
                "value": value,
                "most": max(STRONGEST_WEIGHT, weight, value),
                "changed": name in page.edits.weights,
            }
        )
    return rows
