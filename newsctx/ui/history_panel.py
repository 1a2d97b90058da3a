"""The audit trail of a case, undo and redo, and its runs side by side."""

from __future__ import annotations

from typing import Any

from newsctx.ui.page import Page

TEMPLATE = "history.html"


def view(page: Page) -> dict[str, Any]:
    return {"open": page.case is not None}
