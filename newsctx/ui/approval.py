"""Approving the caption: which version was approved by whom, and what has changed since."""

from __future__ import annotations

from typing import Any

from newsctx.records import Caption, CaptionVersion
from newsctx.trail_reading import MADE, override_of
from newsctx.ui import trail
from newsctx.ui.html import moment
from newsctx.ui.language import tr, trn
from newsctx.ui.page import Page
from newsctx.worddiff import differences


def view(page: Page) -> dict[str, Any]:
    """State `none`, `approved` or `changed`; whether the caption of now can be approved, and why not."""
    caption = page.document.caption if page.document else None
    versions = page.case.captions if page.case else ()
    shown = current(versions, caption)
    approved = next((v for v in versions if v.number == page.edits.approved), None)
    struck = sum(m.struck for s in (caption.sentences if caption else ()) for m in s.mentions)
    other = approved is not None and shown is not None and approved.number != shown.number
    changed = other or approved is not None and bool(struck)
    who, when, reason = _by(page)
    return {
        "state": "none" if approved is None else "changed" if changed else "approved",
        "version": shown.number if shown else 0,
        "approved": approved.number if approved else 0,
        "who": who,
        "when": when,
        "reason": reason,
        "blocked": _blocked(page, shown, struck),
        "struck": struck,
        "parts": [p._asdict() for p in differences(approved.caption.text, shown.caption.text)]
        if other and approved and shown
        else [],
    }


def current(versions: tuple[CaptionVersion, ...], caption: Caption | None) -> CaptionVersion | None:
    """The version that the caption of now is; the newest of those that say the same."""
    if caption is None or not caption.text:
        return None
    same = (v for v in reversed(versions) if (v.caption.text, v.caption.kind) == (caption.text, caption.kind))
    return next(same, None)


def _blocked(page: Page, shown: CaptionVersion | None, struck: int) -> str:
    """Why the caption cannot be approved as it is; empty where it can."""
    if page.status["caption"].state != "fresh" or shown is None:
        return tr("The caption is not up to date: recompute it first.")
    if struck:
        return trn(
            "%(num)s detail is struck through: accept it or word the caption yourself first.",
            "%(num)s details are struck through: accept them or word the caption yourself first.",
            struck,
        )
    return ""


def _by(page: Page) -> tuple[str, str, str]:
    """Who approved, when, and why: of the newest approval that counts."""
    states = page.history.states
    for entry in reversed(page.history.trail):
        one = override_of(entry) if entry.what in MADE else None
        if one is None or one.action != "approve" or states.get(entry.detail.get("number", 0)) != "live":
            continue
        return trail.who(entry), moment(entry.made), entry.reason
    return "", "", ""
