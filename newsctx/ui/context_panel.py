"""Answer: place and date, what supports them, who corroborates or contradicts them, and how they agree with the claim.

Relevance is shown by the name of its level; the figure stands in a title or is unfolded.
"""

from __future__ import annotations

from typing import Any

from newsctx.records import Assessment, ClaimCheck, Context, Corroboration, DateAnswer, PlaceAnswer, Quote, Witness
from newsctx.ui.html import day
from newsctx.ui.page import Page
from newsctx.ui.parts import LEVELS, brief, header, relevance

TEMPLATE = "context.html"
BASIS = {"evidence": "from the evidence", "analyst": "set by you", "none": "not established"}
CONFIDENCE = {
    "high": "high confidence", "medium": "medium confidence", "low": "low confidence",
    "unrated": "confidence not rated", "": "",
}  # fmt: skip
VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_addressed": "Not addressed"}
ITEMS = {"text": "Text", "place": "Place", "date": "Date"}
WITNESSES = {
    "copy": "Matched photograph", "image_text": "Image to text", "words_note": "Words of your note",
    "words_ocr": "Legible text", "camera": "Camera", "claim": "Claim under check",
}  # fmt: skip
SIDES = {
    "agrees": "agrees", "compatible": "does not contradict", "conflicts": "contradicts", "silent": "says nothing",
    "unopposed": "says so",
}  # fmt: skip
FIELDS = {
    "headline": "headline",
    "abstract": "abstract",
    "body": "text",
    "caption": "photo caption",
    "published": "published",
}
_CONFLICT = ((0.05, "no conflict"), (0.3, "some conflict"), (0.6, "strong conflict"))  # Dempster's K, own names
_BELIEF = ((0.25, "barely corroborated"), (0.6, "partly corroborated"), (0.85, "well corroborated"))
_RATED = 8  # articles whose rating is listed before the rest is only counted


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
        "corroboration": [corroboration(page, c) for c in context.corroboration] if context else [],
        "rated": rated(page),
        "set_place": edits.place if isinstance(edits.place, str) else edits.place.label if edits.place else "",
        "set_date": edits.date.iso if edits.date else "",
    }


def _confidence(answer: PlaceAnswer | DateAnswer, context: Context) -> dict[str, Any]:
    """How far the answer can be trusted, and why."""
    p = context.relevance.probability
    why = context.relevance.unavailable if p is None else f"P = {p:.2f} that the best-ranked article is of this moment."
    why = why if answer.confidence in ("medium", "low", "unrated") or p is not None else ""
    return {
        "confidence": answer.confidence, "confidence_title": CONFIDENCE[answer.confidence], "confidence_why": why,
    }  # fmt: skip


def place_answer(page: Page, answer: PlaceAnswer) -> dict[str, Any]:
    """The place with its level."""
    place = answer.place
    return {
        **_answer(page, answer),
        "kind": "place",
        "value": answer.label,
        "level": place.level if place else "",
        "detail": " ".join(
            p
            for p in (
                f"{place.lat:.3f}, {place.lon:.3f}" if place and place.lat is not None else "",
                f"(gazetteer: {place.name})" if place and answer.called else "",
            )
            if p
        ),
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
        "sentences": [quote(page, q) for q in item.sentences],
    }


def quote(page: Page, one: Quote) -> dict[str, Any]:
    """A sentence with where it stands."""
    where = brief(page, one.article_id)
    return {"text": one.text, "field": FIELDS[one.field], "id": one.article_id, "headline": where["headline"]}


def corroboration(page: Page, found: Corroboration) -> dict[str, Any]:
    """Who says what of one item, those against it first, and the figures in words."""
    order = ("conflicts", "agrees", "compatible", "unopposed", "silent")
    witnesses = sorted(found.witnesses, key=lambda w: order.index(w.side))
    return {
        "item": ITEMS[found.item],
        "answer": found.answer,
        "combined": found.belief is not None,
        "belief_title": _named(found.belief, _BELIEF, "firmly corroborated"),
        "belief": found.belief,
        "plausibility": found.plausibility,
        "conflict_title": _named(found.conflict, _CONFLICT, "nearly total conflict"),
        "conflict": found.conflict,
        "conflicting": bool(found.side("conflicts")),
        "witnesses": [witness(page, w) for w in witnesses if w.side != "silent"],
        "silent": [WITNESSES[w.channel] for w in witnesses if w.side == "silent"],
    }


def witness(page: Page, one: Witness) -> dict[str, Any]:
    """One row: who, what, on which side, from which articles."""
    return {
        "who": WITNESSES[one.channel],
        "says": one.says,
        "side": one.side,
        "side_title": SIDES[one.side],
        "mass": one.mass,
        "note": one.note,
        "articles": [brief(page, a) for a in one.article_ids],
    }


def rated(page: Page) -> dict[str, Any] | None:
    """The articles that were rated, by name of level; None before the stage has run."""
    result = page.rated
    if result is None:
        return None
    held = sum(not a.passes for a in result.articles.values())
    return {
        "rows": [{**brief(page, a), "relevance": relevance(one)} for a, one in list(result.articles.items())[:_RATED]],
        "more": max(0, len(result.articles) - _RATED),
        "held": held,
        "total": len(result.articles),
        "gate": result.gate,
        "unavailable": result.unavailable,
    }


def level(one: Assessment) -> dict[str, Any]:
    """A rating as it is shown."""
    return {
        "level": one.level or "unrated",
        "level_title": LEVELS[one.level or "unrated"],
        "probability": one.probability,
        "basis": one.basis,
        "passes": one.passes,
    }


def _named(value: float | None, names: tuple[tuple[float, str], ...], above: str) -> str:
    return "" if value is None else next((name for most, name in names if value <= most), above)
