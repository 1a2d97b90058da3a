"""Reading a case's audit trail: its overrides and which of them count, what redo would do, what a run has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from newsctx.audit import AuditEntry
from newsctx.errors import OverrideError
from newsctx.overrides import Override, parse_override

MADE = ("override", "approved")  # entries that are an override
CHANGES = (*MADE, "undo", "redo", "inputs")  # what can make a stage stale
State = Literal["live", "undone", "dropped"]


def override_of(entry: AuditEntry) -> Override | None:
    """The override of an entry; None where it has none, or one that this newsctx does not know."""
    try:
        return parse_override(entry.detail["override"]) if "override" in entry.detail else None
    except OverrideError:
        return None


def made(trail: Sequence[AuditEntry]) -> dict[int, Override]:
    """Every override that the trail holds, by its number."""
    found: dict[int, Override] = {}
    for entry in trail:
        one = override_of(entry) if entry.what in MADE else None
        if one is not None:
            found[entry.detail.get("number", 0)] = one
    return found


def states(trail: Sequence[AuditEntry]) -> dict[int, State]:
    """Whether an override counts, was taken back, or was dropped: another was made after it was taken back."""
    found: dict[int, State] = {}
    for entry in trail:
        number = entry.detail.get("number", 0)
        if entry.what in MADE:
            found = {n: "dropped" if s == "undone" else s for n, s in found.items()} | {number: "live"}
        elif entry.what in ("undo", "redo"):
            found[number] = "undone" if entry.what == "undo" else "live"
    return found


def redoable(trail: Sequence[AuditEntry]) -> int:
    """The number of the override that redo would make again; 0: none."""
    stack: list[int] = []
    for entry in trail:
        if entry.what in MADE:
            stack.clear()
        elif entry.what == "undo":
            stack.append(entry.detail.get("number", 0))
        elif entry.what == "redo" and stack:
            stack.pop()
    return stack[-1] if stack else 0


def unseen(trail: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Changes that were made after the last run began, oldest first."""
    found: list[AuditEntry] = []
    for entry in trail:
        if entry.what == "run_started":
            found.clear()
        elif entry.what in CHANGES:
            found.append(entry)
    return found


def newest_change(trail: Sequence[AuditEntry]) -> AuditEntry | None:
    return next((e for e in reversed(trail) if e.what in CHANGES), None)
