"""The five pillars of verification, each tied to evidence and to the analyst's own word."""

from __future__ import annotations

from typing import Any

from newsctx.ui.page import Page

TEMPLATE = "checklist.html"


def view(page: Page) -> dict[str, Any]:
    return {"open": page.case is not None}
