"""What is selected, which days are shown, and what a click on map or timeline offers. The first two are filled in by
the browser (templates/select.js): this panel gives it the words.
"""

from __future__ import annotations

from typing import Any

from newsctx.records import PartialDate
from newsctx.ui.html import day
from newsctx.ui.language import current, number
from newsctx.ui.page import Page

TEMPLATE = "selection.html"


def view(page: Page) -> dict[str, Any]:
    """The offer, and whether there is a case that anything could be selected in."""
    picked = page.look.picked
    return {
        "open": page.document is not None,
        "language": current(),
        "picked": picked,
        "picked_day": day(PartialDate.model_validate(picked.date)) if picked and picked.date else "",
        "picked_at": f"{picked.lat:.2f}, {picked.lon:.2f}" if picked and not picked.date else "",
        "picked_km": number(round(picked.km)) if picked else "",
    }
