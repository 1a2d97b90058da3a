"""Answer: place and date, what supports them, and how they agree with the claim."""

from __future__ import annotations

from typing import Any

from newsctx.records import ClaimCheck, Context, DateAnswer, PlaceAnswer
from newsctx.ui.html import day
from newsctx.ui.page import Page
from newsctx.ui.parts import brief, header

TEMPLATE = "context.html"
BASIS = {"evidence": "from the evidence", "analyst": "set by you", "none": "not established"}
CONFIDENCE = {"high": "high confidence", "low": "low confidence", "unrated": "confidence not rated", "": ""}
VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_addressed": "Not addressed"}
ITEMS = {"text": "Text", "place": "Place", "date": "Date"}


def view(page: Page) -> dict[str, Any]:
    """Both answers, the claim's items and the conflicts."""
    context = page.document.context if page.document else None
    edits = page.edits
    return {
        **header(page, "context"),
        "ran": context is not None,
        "place": place_answer(page, context.place) | _confidence(context.place, context) if context else None,
        "date": date_answer(page, context.date) | _confidence(context.date, context) if context else None,
        "checks": [check(page, c) for c in context.agreement] if context else [],
        "conflicts": list(context.conflicts) if context else [],
        "set_place": edits.place if isinstance(edits.place, str) else edits.place.label if edits.place else "",
        "set_date": edits.date.iso if edits.date else "",
    }


def _confidence(answer: PlaceAnswer | DateAnswer, context: Context) -> dict[str, Any]:
    """How far the answer can be trusted, and why."""
    p = context.relevance.probability
    why = context.relevance.unavailable if p is None else f"The best-ranked article is about this moment: {p:.0%}."
    why = why if answer.confidence in ("low", "unrated") or p is not None else ""
    return {
        "confidence": answer.confidence, "confidence_title": CONFIDENCE[answer.confidence], "confidence_why": why,
    }  # fmt: skip


def place_answer(page: Page, answer: PlaceAnswer) -> dict[str, Any]:
    """The place with its level."""
    place = answer.place
    return {
        **_answer(page, answer),
        "kind": "place",
        "value": place.label if place else "",
        "level": place.level if place else "",
        "detail": f"{place.lat:.3f}, {place.lon:.3f}" if place and place.lat is not None else "",
    }


def date_answer(page: Page, answer: DateAnswer) -> dict[str, Any]:
    """The date with its precision."""
    return {
        **_answer(page, answer),
        "kind": "date",
        "value": day(answer.date),
        "level": answer.date.precision if answer.date else "",
        "detail": answer.date.iso if answer.date else "",
    }


def _answer(page: Page, answer: PlaceAnswer | DateAnswer) -> dict[str, Any]:
    return {
        "basis": answer.basis,
        "basis_title": BASIS[answer.basis],
        "share": answer.share,
        "note": answer.note,
        "articles": [brief(page, a) for a in answer.article_ids],
        "alternatives": [
            {"label": s.label, "share": s.share, "articles": len(s.article_ids)} for s in answer.alternatives
        ],
    }


def check(page: Page, item: ClaimCheck) -> dict[str, Any]:
    """One item of the claim against the answer, with the distance in words."""
    distances = []
    if item.km is not None:
        distances.append(f"{item.km:,.0f} km apart")
    if item.days is not None:
        days = abs(item.days)
        distances.append("same day" if days == 0 else f"{days:,} day{'' if days == 1 else 's'} apart")
    return {
        "item": ITEMS[item.item],
        "claimed": item.claimed,
        "found": item.found,
        "verdict": item.verdict,
        "verdict_title": VERDICTS[item.verdict],
        "distance": ", ".join(distances),
        "note": item.note,
        "articles": [brief(page, a) for a in item.article_ids],
    }
