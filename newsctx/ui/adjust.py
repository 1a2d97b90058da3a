"""Weights and thresholds that an analyst may change for a case, and what a change would do before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsctx.overrides import parse_override
from newsctx.ui import override_words
from newsctx.ui.language import tr
from newsctx.ui.page import Page

#: Least, most and step of the sliders; a stored value beyond them widens its slider.
RANGES: dict[str, tuple[float, float, float]] = {
    "relevance.gate": (0, 1, 0.01),
    "events.window_days": (0, 60, 1),
    "events.min_articles": (1, 10, 1),
    "chunks.articles": (1, 10, 1),
    "chunks.five_w_sentences": (1, 15, 1),
    "context.min_share": (0, 1, 0.05),
    "context.min_relevance": (0, 1, 0.05),
}


@dataclass(frozen=True)
class Previewed:
    """A change that was asked about and not made. It holds for the case as it was then."""

    case_id: str
    overrides: int  # how many the case had
    action: Mapping[str, Any]
    result: Any  # newsctx.preview.Preview


def previewed(page: Page) -> Previewed | None:
    """The preview that still holds for what the page shows."""
    one = page.look.preview
    if one is None or page.case is None or page.document is None:
        return None
    return one if (one.case_id, one.overrides) == (page.case.case_id, len(page.document.overrides)) else None


def asked(page: Page, action: str, key: str, name: str) -> float | None:
    """The value that a preview asks about, for the slider that was moved."""
    one = previewed(page)
    if one is None or one.action.get("action") != action or one.action.get(key) != name:
        return None
    value = one.action.get("weight" if action == "weight" else "value")
    return None if value is None else float(value)


def thresholds(page: Page) -> list[dict[str, Any]]:
    """Every threshold: what it does, its value now, and the one of a preview in the slider."""
    settings = page.document.settings if page.document else {}
    rows = []
    for name, (title, does) in override_words.THRESHOLDS.items():
        group, _, field = name.partition(".")
        own = page.edits.thresholds.get(name)  # type: ignore[call-overload]
        now = own if own is not None else (settings.get(group) or {}).get(field)
        if now is None:
            continue  # a case of an older version
        shown = asked(page, "threshold", "name", name)
        least, most, step = RANGES[name]
        value = now if shown is None else shown
        rows.append(
            {
                "name": name, "title": tr(title), "does": tr(does), "now": float(now), "value": f"{value:g}",
                "least": f"{min(least, value):g}", "most": f"{max(most, value):g}", "step": f"{step:g}",
                "changed": own is not None,
            }
        )  # fmt: skip
    return rows


def preview(page: Page) -> dict[str, Any] | None:
    """What the change would do, in words; None where nothing is previewed."""
    one = previewed(page)
    if one is None:
        return None
    label = override_words.sentence(page, parse_override(dict(one.action)))
    return {"label": label, **told(page, one.result)}


def told(page: Page, result: Any) -> dict[str, Any]:
    return {"lines": [str(result)], "moved": [], "rest": 0}
