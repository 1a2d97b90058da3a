"""Undo, recompute, and the record of what the analyst changed."""

from __future__ import annotations

from typing import Any

from newsctx.overrides import Override
from newsctx.ui.page import Page
from newsctx.ui.parts import LIST_TITLES, STAGE_TITLES, channel
from newsctx.ui.why import METHODS

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
    return {"text": _sentence(page, one), "reason": one.reason}


def _sentence(page: Page, one: Override) -> str:
    values = one.model_dump(mode="json")
    article = page.card(values["article_id"]).headline or values["article_id"] if "article_id" in values else ""
    match values["action"]:
        case "pin":
            return f"{'Pinned' if values['on'] else 'Unpinned'}: {article}"
        case "exclude":
            return f"{'Excluded' if values['on'] else 'Restored'}: {article}"
        case "move":
            return f"Moved to rank {values['rank']} ({LIST_TITLES[values['stage']]}): {article}"
        case "set_place":
            place = values["place"]
            name = place["name"] if isinstance(place, dict) else place
            return f"Set the place to {name}" if name else "Took the set place back"
        case "set_date":
            return f"Set the date to {values['date']}" if values["date"] else "Took the set date back"
        case "cluster" | "chunk":
            verb = {"kept": "Kept", "dropped": "Dropped", "": "Took the decision back on"}[values["decision"]]
            what, name = (
                ("event", values["cluster_id"]) if values["action"] == "cluster" else ("chunk", values["chunk_id"])
            )
            return f"{verb} the {what} {name}"
        case "weight":
            weight = values["weight"]
            name = channel(values["channel"])
            return f"Set the weight of {name} to {weight:g}" if weight is not None else f"Reset the weight of {name}"
        case "fusion":
            method = values["method"]
            return f"Combined the channels by {METHODS[method][0]}" if method else "Reset how the channels are combined"
        case "writer":
            name = values["writer"]
            again = f" once more ({values['run']})" if values["run"] else ""
            return f"Had the caption written by {name}{again}" if name else "Took the choice of the writer back"
        case "prompt":
            return f"{'Worded' if values['text'] else 'Reset'} the prompt: {values['step']}"
        case "accept":
            return f"{'Accepted' if values['on'] else 'No longer accepts'} {values['text']!r} in captions"
        case "edit_caption":
            return f"Worded the caption: {values['text'][:80]}" if values["text"] else "Took the own wording back"
        case "allow_remote":
            verb = "Allowed" if values["on"] else "No longer allows"
            return f"{verb} {values['base_url']} to receive this photograph"
    return str(values["action"])
