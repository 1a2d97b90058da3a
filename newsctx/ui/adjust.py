"""Weights and thresholds that an analyst may change for a case, and what a change would do before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsctx.overrides import parse_override
from newsctx.preview import Preview
from newsctx.ui import override_words
from newsctx.ui.language import tr, trn
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


SURE = {"high": "high", "medium": "medium", "low": "low", "unrated": "not rated", "": "none"}
MOVED = 8  # articles that a preview names


@dataclass(frozen=True)
class Previewed:
    """A change that was asked about and not made. It holds for the case as it was then."""

    case_id: str
    overrides: int  # how many the case had
    action: Mapping[str, Any]
    result: Preview


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


def told(page: Page, result: Preview) -> dict[str, Any]:
    """What would change: sentences, and the articles that would move, as many as fit."""
    moved = [
        {
            "id": c.article_id,
            "headline": override_words.headline(page, c.article_id),
            "before": c.before,
            "after": c.after,
        }
        for c in result.ranks
    ]
    return {
        "lines": [line for line in (_ranks(result), _gate(result), *_evidence(result), *_answers(result)) if line],
        "nothing": result.nothing,
        "incomplete": result.incomplete,
        "moved": moved[:MOVED],
        "rest": max(0, len(moved) - MOVED),
    }


def _ranks(result: Preview) -> str:
    if not result.ranks:
        return "" if result.nothing else tr("No article among the first moves.")
    said = trn("%(num)s article of the first moves", "%(num)s articles of the first move", len(result.ranks))
    if result.entered or result.left:
        said += ", " + tr("%(come)s come among them, %(go)s leave", come=len(result.entered), go=len(result.left))
    return said + "."


def _gate(result: Preview) -> str:
    parts = []
    if result.held_back:
        n = len(result.held_back)
        parts.append(trn("%(num)s falls below the relevance gate", "%(num)s fall below the relevance gate", n))
    if result.passes:
        parts.append(trn("%(num)s passes the relevance gate", "%(num)s pass the relevance gate", len(result.passes)))
    return "; ".join(parts) + "." if parts else ""


def _evidence(result: Preview) -> list[str]:
    said = []
    if result.clusters_before != result.clusters_after:
        before, after = result.clusters_before, result.clusters_after
        said.append(tr("%(after)s events instead of %(before)s.", after=after, before=before))
    elif result.clusters:
        said.append(tr("The order of the events changes."))
    more, fewer = (sum(c.after is on for c in result.chunks) for on in (True, False))
    if more or fewer:
        said.append(tr("The caption gets %(more)s other passages and loses %(fewer)s.", more=more, fewer=fewer))
    return said


def _answers(result: Preview) -> list[str]:
    """Place and date: said where they change, and that they stay where anything else does."""
    if result.nothing:
        return []
    said = []
    for change, name in ((result.place, tr("Place")), (result.date, tr("Date"))):
        none = tr("not established")
        before, after = change.before or none, change.after or none
        if before != after:
            said.append(tr("%(name)s: %(after)s instead of %(before)s.", name=name, before=before, after=after))
        elif change.changed:
            said.append(
                tr(
                    "%(name)s stays %(answer)s; its confidence goes from %(before)s to %(after)s.",
                    name=name,
                    answer=after,
                    before=tr(SURE[change.confidence_before]),
                    after=tr(SURE[change.confidence_after]),
                )  # fmt: skip
            )
        elif change.after:
            said.append(tr("%(name)s stays %(answer)s.", name=name, answer=after))
    return said
