"""Whose a case is, and whom it is shared with: a part of the head line."""

from __future__ import annotations

from typing import Any

from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page

RIGHTS = {"read": N_("can read"), "edit": N_("can edit"), "none": N_("no longer")}


def view(page: Page) -> dict[str, Any] | None:
    """None where there are no accounts, or no case is open."""
    if page.person is None or page.case is None:
        return None
    return {
        "owner": page.owner,
        "mine": page.owner == page.person.name,
        "may": page.right == "own",
        "readonly": page.readonly,
        "people": [
            {"name": name, "rights": [{"id": r, "title": tr(t), "on": r == has} for r, t in RIGHTS.items()]}
            for name, has in page.shares.items()
        ],
        "told": told(page),
    }


def told(page: Page) -> str:
    """One line on the button: `yours`, `yours, shared with 2`, `of anna, to read`."""
    if page.person is None:
        return ""
    others = len(page.shares)
    if page.owner == page.person.name:
        return tr("yours, shared with %(num)s", num=others) if others else tr("yours")
    whose = tr("of %(name)s", name=page.owner) if page.owner else tr("nobody's")
    return tr("%(whose)s, to read", whose=whose) if page.readonly else whose
