"""The audit trail of a case in plain words, its check, and its runs side by side."""

from __future__ import annotations

from typing import Any

from newsctx.audit import AuditEntry
from newsctx.case_records import RunSummary
from newsctx.trail_reading import MADE
from newsctx.ui import comparison, report_panel, trail
from newsctx.ui.case_look import RUNS
from newsctx.ui.html import moment
from newsctx.ui.language import tr
from newsctx.ui.page import Page

TEMPLATE = "history.html"
SHOWN = 12  # runs that are listed although their results are no longer kept
HASH = 12  # characters of a hash that are shown


def view(page: Page) -> dict[str, Any]:
    """Entries newest first, the runs with those chosen, and what differs between the chosen."""
    history, look = page.history, page.look.cases
    newest = list(reversed(history.trail))
    return {
        "open": page.case is not None,
        "entries": [entry(page, e) for e in newest[: look.entries]],
        "more": max(0, len(newest) - look.entries),
        "total": len(newest),
        "check": check(page),
        "runs": [run(r, look.runs) for i, r in enumerate(history.runs) if r.kept or i < SHOWN],
        "older": sum(not r.kept for r in history.runs[SHOWN:]),
        "kept": sum(r.kept for r in history.runs),
        "chosen": len([r for r in history.runs if r.run_id in look.runs]),
        "most": RUNS,
        "compared": comparison.view(page, history.compared) if history.compared else None,
        "problem": history.problem,
        "report": report_panel.view(page),
    }


def entry(page: Page, one: AuditEntry) -> dict[str, Any]:
    """One entry: who, when, what, why, before and after."""
    state = page.history.states.get(one.detail.get("number", 0), "live") if one.what in MADE else "live"
    return {
        "number": one.number,
        "what": one.what,
        "text": trail.told(page, one, page.history.made),
        "who": trail.who(one),
        "made": moment(one.made),
        "iso": one.made,
        "reason": one.reason,
        "state": state,
        "quiet": one.what.startswith("run_"),
        "differences": trail.differences(one),
        "hash": one.hash,
        "short": one.hash[:HASH],
    }


def check(page: Page) -> dict[str, Any]:
    """How the check of the chain ended, and whether it is still about the whole trail."""
    done, entries = page.look.cases.checked, page.history.trail
    if done is None:
        return {"state": "", "made": "", "entries": 0, "problems": [], "later": 0}
    known = {e.number: e.hash for e in entries}
    if done.entries and known.get(done.entries) != done.head:  # another trail: another case, or not the same chain
        return {"state": "", "made": "", "entries": 0, "problems": [], "later": 0}
    return {
        "state": "bad" if done.problems else "good",
        "made": moment(done.made),
        "entries": done.entries,
        "problems": list(done.problems),
        "later": len(entries) - done.entries,
    }


def run(one: RunSummary, chosen: tuple[str, ...]) -> dict[str, Any]:
    """One run of the list; a document that is not kept cannot be chosen."""
    return {
        "id": one.run_id,
        "number": one.number,
        "state": one.state,
        "state_title": tr(trail.RUN_STATES[one.state]),
        "started": moment(one.started),
        "seconds": one.seconds,
        "computed": trail.stages_told(one.computed) if one.computed else "",
        "overrides": one.overrides,
        "who": "" if one.who == trail.NOBODY else one.who,
        "note": one.note,
        "kept": one.kept,
        "chosen": one.run_id in chosen,
        "blocked": not one.kept or (len(chosen) >= RUNS and one.run_id not in chosen),
    }
