"""Undo, redo, recompute, the reason and the name that go with the next change, and what the last one made stale."""

from __future__ import annotations

from typing import Any

from newsctx import trail_reading
from newsctx.overrides import Override, first_stage
from newsctx.records import STAGES, StageName
from newsctx.ui import override_words, trail
from newsctx.ui.html import seconds
from newsctx.ui.language import tr, trn
from newsctx.ui.page import Page
from newsctx.ui.parts import STAGE_TITLES

TEMPLATE = "toolbar.html"


def view(page: Page) -> dict[str, Any]:
    """The overrides in words, newest first, what undo and redo would do, and which stages wait."""
    overrides = page.document.overrides if page.document else ()
    entries = page.history.trail
    stale = [s for s in page.status if page.status[s].state == "stale"]
    again = page.history.made.get(trail_reading.redoable(entries))
    running = bool(page.case and page.case.running)
    return {
        "open": page.document is not None,
        "running": running,
        "stale": [tr(STAGE_TITLES[s]) for s in stale],
        "recompute": bool(stale) and not running,
        "automatic": page.automatic,
        "undo": override_words.sentence(page, overrides[-1]) if overrides else "",
        "seen": max(page.history.made, default=""),  # what a page has not seen, its undo does not take back
        "redo": override_words.sentence(page, again) if again else "",
        "overrides": [describe(page, o) for o in reversed(overrides)],
        "who": page.look.who,
        "person": page.person.name if page.person else "",
        "standing": standing(page),
        "state": "running" if running else "stale" if stale else "fresh",
        "expected": expected(page, stale),
    }


def describe(page: Page, one: Override) -> dict[str, str]:
    """One override as a sentence, with the analyst's reason."""
    return {"text": override_words.sentence(page, one), "reason": one.reason}


def expected(page: Page, stale: list[StageName]) -> str:
    """What recomputing means: the stages, and the time that they took the last time."""
    if not stale:
        return ""
    spent = sum(page.status[s].seconds or 0.0 for s in stale)
    return tr(
        "Would recompute: %(stages)s (%(took)s the last time).", stages=trail.stages_told(stale), took=seconds(spent)
    )


def standing(page: Page) -> str:
    """One sentence: the last change, and what it means for the stages after it. Empty before the first change."""
    if page.document is None:
        return ""
    cause, stage = _cause(page)
    states = [page.status[s].state for s in STAGES]
    running = bool(page.case and page.case.running)
    waiting = next((s for s in STAGES if page.status[s].state in ("stale", "running")), None)
    if waiting is None:
        return _settled(page, cause, stage) if cause and "pending" not in states else ""
    cause = cause or tr("The archive, a model, a setting or newsctx itself is another than in the last run")
    begin = min((s for s in (stage, waiting) if s), key=STAGES.index)
    if running:
        return _about(cause, begin, tr("is being recomputed"), tr("and everything after it are being recomputed"))
    return _about(cause, begin, tr("is stale"), tr("and everything after it are stale"))


def _settled(page: Page, cause: str, stage: StageName | None) -> str:
    if stage is None:
        return tr("%(cause)s. No result changes.", cause=cause)
    said = _about(cause, stage, tr("was recomputed"), tr("and everything after it were recomputed"))
    runs = page.history.runs
    if not runs or runs[0].state != "done":
        return said
    took = seconds(runs[0].seconds)
    return f"{said[:-1]} {tr('in %(took)s.', took=took)}" if runs[0].computed else said


def _about(cause: str, stage: StageName, alone: str, more: str) -> str:
    """`CAUSE. Evidence and everything after it are stale.`; of the last stage alone, `CAUSE. Caption is stale.`"""
    return f"{cause.rstrip('.')}. {tr(STAGE_TITLES[stage])} {alone if stage == STAGES[-1] else more}."


def _cause(page: Page) -> tuple[str, StageName | None]:
    """The last change in words, with the first stage that it touches; "" where there is none (or no trail)."""
    overrides = page.document.overrides if page.document else ()
    entries = page.history.trail
    if not entries:
        return (override_words.sentence(page, overrides[-1]), first_stage(overrides[-1])) if overrides else ("", None)
    waiting = any(s.state in ("stale", "running") for s in page.status.values())
    unseen = trail_reading.unseen(entries)
    running = bool(page.case and page.case.running)
    if waiting and not running and not unseen:
        return "", None  # nobody changed anything: the archive or the models did
    newest = trail_reading.newest_change(entries)
    if newest is None:
        return "", None
    known = page.history.made
    said = trail.told(page, newest, known)
    touched = [_stage(e, known) for e in unseen] if len(unseen) > 1 and not running else [_stage(newest, known)]
    first = min((s for s in touched if s), key=STAGES.index, default=None)
    if len(unseen) > 1 and not running:
        others = trn("%(num)s change before it", "%(num)s changes before it", len(unseen) - 1)
        said = tr("%(change)s (and %(others)s)", change=said, others=others)
    return said, first


def _stage(entry: Any, known: dict[int, Override]) -> StageName | None:
    if entry.what == "inputs":
        return "retrieve" if entry.before.get("note") != entry.after.get("note") else "chunks"
    one = trail_reading.override_of(entry) or known.get(entry.detail.get("number", 0))
    return first_stage(one) if one else None
