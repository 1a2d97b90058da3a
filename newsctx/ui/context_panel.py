"""Answer: place and date, what supports them, who corroborates or contradicts them, and how they agree with the claim.

Relevance is shown by the name of its level; the figure stands in a title or is unfolded.
"""

from __future__ import annotations

from typing import Any

from newsctx.article_names import named
from newsctx.records import Assessment, ClaimCheck, Context, Corroboration, DateAnswer, PlaceAnswer, Quote, Witness
from newsctx.ui import services_panel
from newsctx.ui.html import day
from newsctx.ui.language import N_, decimal, number, tr, trn
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
    "headline": "in the headline of",
    "abstract": "in the abstract of",
    "body": "in the text of",
    "caption": "in the photo caption of",
    "published": "date of publication of",
}
PLACE_LEVELS = {
    "venue": "to the venue", "city": "to the city", "region": "to the region", "country": "to the country",
    "continent": "to the continent",
}  # fmt: skip
DATE_LEVELS = {"day": "to the day", "month": "to the month", "year": "to the year", "decade": "to the decade"}
_CONFLICT = (
    (0.05, N_("no conflict")),
    (0.3, N_("some conflict")),
    (0.6, N_("strong conflict")),
)  # K
_BELIEF = ((0.25, N_("barely corroborated")), (0.6, N_("partly corroborated")), (0.85, N_("well corroborated")))
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
        "conflicts": [called(page, text) for text in context.conflicts] if context else [],
        "corroboration": [corroboration(page, c) for c in context.corroboration] if context else [],
        "rated": rated(page),
        "geocoder": services_panel.geocoder(page),
        "set_place": edits.place if isinstance(edits.place, str) else edits.place.label if edits.place else "",
        "set_date": edits.date.iso if edits.date else "",
    }


def called(page: Page, text: str) -> str:
    """A sentence of a stage with its articles by outlet and date; an id too short to be told from a word stays."""
    known = page.document.articles if page.document else {}
    return named(text, known, lambda article_id: brief(page, article_id)["short"])


def _confidence(answer: PlaceAnswer | DateAnswer, context: Context) -> dict[str, Any]:
    """How far the answer can be trusted, and why."""
    p = context.relevance.probability
    told = "" if p is None else tr("P = %(p)s that the best-ranked article is of this moment.", p=decimal(p, 2))
    why = told or context.relevance.unavailable
    why = why if answer.confidence in ("medium", "low", "unrated") or p is not None else ""
    return {
        "confidence": answer.confidence, "confidence_title": tr(CONFIDENCE[answer.confidence]), "confidence_why": why,
    }  # fmt: skip


def place_answer(page: Page, answer: PlaceAnswer) -> dict[str, Any]:
    """The place with its level."""
    place = answer.place
    return {
        **_answer(page, answer),
        "kind": "place",
        "value": answer.label,
        "level": place.level if place else "",
        "level_title": tr(PLACE_LEVELS[place.level]) if place else "",
        "detail": " ".join(
            p
            for p in (
                f"{place.lat:.3f}, {place.lon:.3f}" if place and place.lat is not None else "",
                tr("(gazetteer: %(name)s)", name=place.name) if place and answer.called else "",
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
        "level_title": tr(DATE_LEVELS[answer.date.precision]) if answer.date else "",
        "detail": answer.date.iso if answer.date else "",
    }


def _answer(page: Page, answer: PlaceAnswer | DateAnswer) -> dict[str, Any]:
    return {
        "basis": answer.basis,
        "basis_title": tr(BASIS[answer.basis]),
        "share": answer.share,
        "note": answer.note,
        "articles": [brief(page, a) for a in answer.article_ids],
        "alternatives": [
            {"label": s.label, "share": s.share, "articles": len(s.article_ids), "ids": s.article_ids}
            for s in answer.alternatives
        ],
    }


def check(page: Page, item: ClaimCheck) -> dict[str, Any]:
    """One item of the claim against the answer, with the distance in words."""
    distances = []
    if item.km is not None:
        distances.append(tr("%(km)s km apart", km=number(round(item.km))))
    if item.days is not None:
        days = abs(item.days)
        distances.append(trn("%(num)s day apart", "%(num)s days apart", days) if days else tr("same day"))
    return {
        "item": tr(ITEMS[item.item]),
        "claimed": item.claimed,
        "found": item.found,
        "verdict": item.verdict,
        "verdict_title": tr(VERDICTS[item.verdict]),
        "distance": ", ".join(distances),
        "note": item.note,
        "articles": [brief(page, a) for a in item.article_ids],
        "sentences": [quote(page, q) for q in item.sentences],
    }


def quote(page: Page, one: Quote) -> dict[str, Any]:
    """A sentence with where it stands."""
    where = brief(page, one.article_id)
    return {"text": one.text, "field": tr(FIELDS[one.field]), "id": one.article_id, "headline": where["headline"]}


def corroboration(page: Page, found: Corroboration) -> dict[str, Any]:
    """Who says what of one item, those against it first, and the figures in words."""
    order = ("conflicts", "agrees", "compatible", "unopposed", "silent")
    witnesses = sorted(found.witnesses, key=lambda w: order.index(w.side))
    return {
        "item": tr(ITEMS[found.item]),
        "answer": found.answer,
        "combined": found.belief is not None,
        "belief_title": _named(found.belief, _BELIEF, N_("firmly corroborated")),
        "belief": found.belief,
        "plausibility": found.plausibility,
        "conflict_title": _named(found.conflict, _CONFLICT, N_("nearly total conflict")),
        "conflict": found.conflict,
        "conflicting": bool(found.side("conflicts")),
        "witnesses": [witness(page, w) for w in witnesses if w.side != "silent"],
        "silent": [tr(WITNESSES[w.channel]) for w in witnesses if w.side == "silent"],
    }


def witness(page: Page, one: Witness) -> dict[str, Any]:
    """One row: who, what, on which side, from which articles."""
    return {
        "who": tr(WITNESSES[one.channel]),
        "says": one.says,
        "side": one.side,
        "side_title": tr(SIDES[one.side]),
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
        "level_title": tr(LEVELS[one.level or "unrated"]),
        "probability": one.probability,
        "basis": one.basis,
        "passes": one.passes,
    }


def _named(value: float | None, names: tuple[tuple[float, str], ...], above: str) -> str:
    return "" if value is None else tr(next((name for most, name in names if value <= most), above))
