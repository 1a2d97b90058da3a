"""The five pillars of verification, each tied to evidence and to the analyst's own word."""

from __future__ import annotations

from typing import Any

from newsctx.checklist import CONFIDENCE, LIMITS, QUESTIONS, SAID, WITNESSES, Finding, PillarView, answered, checklist
from newsctx.override_types import Pillar
from newsctx.overrides import AnswerPillar
from newsctx.ui.html import moment
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Page
from newsctx.ui.parts import brief

TEMPLATE = "checklist.html"
NAMES: dict[Pillar, str] = {
    "provenance": N_("Provenance"), "source": N_("Source"), "date": N_("Date"), "place": N_("Place"),
    "motivation": N_("Motivation"),
}  # fmt: skip
STATUSES = {
    "verified": N_("verified"), "doubtful": N_("doubtful"), "false": N_("false"), "unknown": N_("cannot be known"),
}  # fmt: skip
EVIDENCE = {
    "supports": N_("evidence supports an answer"), "contradicts": N_("evidence contradicts itself or the claim"),
    "silent": N_("no firm evidence"),
}  # fmt: skip
PLACES = {
    "photo": N_("the photograph"), "retrieve": N_("the evidence"), "verify": N_("the matches"),
    "context": N_("the answer"),
}  # fmt: skip


def view(page: Page) -> dict[str, Any]:
    """Nothing without a document: the checklist says what would fill it."""
    if page.document is None:
        return {"open": page.case is not None, "pillars": [], "answered": 0, "total": len(NAMES), "stale": False}
    pillars = checklist(page.document)
    return {
        "open": True,
        "pillars": [pillar(page, p) for p in pillars],
        "answered": answered(pillars),
        "total": len(pillars),
        "stale": page.state("context") in ("stale", "running", "pending"),
    }


def pillar(page: Page, one: PillarView) -> dict[str, Any]:
    """One pillar in the page's language."""
    assert page.document is not None
    given = [o for o in page.document.overrides if isinstance(o, AnswerPillar) and o.pillar == one.pillar]
    return {
        "id": one.pillar,
        "name": tr(NAMES[one.pillar]),
        "question": tr(QUESTIONS[one.pillar]),
        "limit": tr(LIMITS[one.pillar]),
        "findings": [finding(page, f) for f in one.findings],
        "contradictions": [finding(page, f) for f in one.contradictions],
        "evidence": one.evidence,
        "evidence_title": tr(EVIDENCE[one.evidence]),
        "status": one.status,
        "status_title": tr(STATUSES[one.status]) if one.status else "",
        "statuses": [{"id": s, "name": tr(name)} for s, name in STATUSES.items()],
        "note": one.note,
        "version": len(given),
        "signed": signed(page, given[-1]) if one.status else "",
    }


def finding(page: Page, one: Finding) -> dict[str, Any]:
    """A finding with the articles that it rests on; up to four are named."""
    words = {}
    if "confidence" in one.word:
        words["confidence"] = tr(CONFIDENCE[one.word["confidence"]])
    if "who" in one.word:
        words["who"] = tr(WITNESSES[one.word["who"]])
    return {
        "bearing": one.bearing,
        "text": tr(SAID[one.code], **one.values, **words),
        "articles": [brief(page, i) for i in one.article_ids[:4]],
        "more": max(0, len(one.article_ids) - 4),
        "ids": list(one.article_ids),
        "goto": one.goto,
        "goto_title": tr(PLACES[one.goto]),
        "matched": one.goto == "verify",
    }


def signed(page: Page, given: AnswerPillar) -> str:
    """Who gave the answer that holds and when, as far as the trail says."""
    wanted = given.model_dump(mode="json")
    for entry in reversed(page.history.trail):
        if entry.what == "override" and entry.detail.get("override") == wanted:
            return f"{entry.who}, {moment(entry.made)}"
    return ""
