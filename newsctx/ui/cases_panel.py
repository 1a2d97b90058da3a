"""The list of cases: search, rename, tag, status, archive, delete."""

from __future__ import annotations

from typing import Any

from newsctx.ui.page import Page

TEMPLATE = "cases.html"


def view(page: Page) -> dict[str, Any]:
    return {"open": page.case is None}
