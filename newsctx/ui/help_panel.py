"""Keyboard help and the first visit's tour."""

from __future__ import annotations

from typing import Any

from newsctx.ui.page import Page

TEMPLATE = "help.html"


def view(page: Page) -> dict[str, Any]:
    return {"open": page.case is not None}
