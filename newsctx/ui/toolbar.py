"""Undo, recompute, and the record of what the analyst changed."""

from __future__ import annotations

from typing import Any

from newsctx.overrides import Override
from newsctx.ui import override_words
from newsctx.ui.page import Page
from newsctx.ui.parts import STAGE_TITLES

TEMPLATE = "toolbar.html"


def view(page: Page) -> dict[str, Any]:
    """The overrides in words, newest first, and which stages wait for them."""
    overrides = page.document.overrides if page.document else ()
    stale = [s for s in page.status if page.status[s].state == "stale"]
    return {
        "open": page.document is not None,
        "running": bool(page.case and page.case.running),
        "stale": [STAGE_TITLES[s] for s in stale],
        "recompute": bool(stale) and not page.automatic and not (page.case and page.case.running),
        "overrides": [describe(page, o) for o in reversed(overrides)],
    }


def describe(page: Page, one: Override) -> dict[str, str]:
    """One override as a sentence, with the analyst's reason."""
    return {"text": override_words.sentence(page, one), "reason": one.reason}
