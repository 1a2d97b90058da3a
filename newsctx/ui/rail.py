"""The stage rail: where the analysis stands, and the way to each stage."""

from __future__ import annotations

from typing import Any

from newsctx.records import STAGES, StageName
from newsctx.ui.html import seconds
from newsctx.ui.language import tr
from newsctx.ui.page import Page
from newsctx.ui.parts import header

TEMPLATE = "rail.html"


def view(page: Page) -> dict[str, Any]:
    """All stages in order."""
    return {"stages": [_stage(page, name, i) for i, name in enumerate(STAGES, 1)]}


def _stage(page: Page, name: StageName, number: int) -> dict[str, Any]:
    shown = header(page, name)
    return {**shown, "number": number, "count": count(page, name), "tip": shown["note"] or _tip(shown)}


def _tip(shown: dict[str, Any]) -> str:
    """What the state means, with the time that the stage took."""
    took = seconds(shown["seconds"])
    match shown["state"]:
        case "stale" if took:
            return tr("Stale: would be recomputed (%(took)s the last time)", took=took)
        case "fresh" if took and shown["cached"]:
            return tr("Done: read from the cache, %(took)s when it was computed", took=took)
        case "fresh" if took:
            return tr("Done in %(took)s", took=took)
    return str(shown["state_title"])


def count(page: Page, name: str) -> str:
    """How much a stage found, for the badge."""
    document = page.document
    if document is None:
        return ""
    stages = document.stages
    match name:
        case "retrieve" | "locate":
            return str(len(page.hits(name) or ())) if page.hits(name) is not None else ""
        case "verify" if stages.verify:
            return str(sum(m.accepted for m in stages.verify.matches))
        case "events" if stages.events:
            return str(sum(c.maximal for c in stages.events.clusters))
        case "relevance" if stages.relevance:
            return str(sum(a.passes for a in stages.relevance.articles.values()))
        case "chunks" if stages.chunk_selection:
            return str(len(stages.chunks))
        case "caption" if document.caption:
            return str(len(document.caption.sentences))
    return ""
