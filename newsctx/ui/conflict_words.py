"""What others did to a case meanwhile, in words: beside an edit that stands, and against one that was refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from newsctx.audit import AuditEntry
from newsctx.case_conflicts import differing, fields
from newsctx.errors import EditConflict, NewsctxError
from newsctx.records import Inputs
from newsctx.ui import override_words, trail
from newsctx.ui.html import moment
from newsctx.ui.language import N_, tr
from newsctx.ui.page import Conflict, Message, Page
from newsctx.ui.tabs import Event

MOST = 3  # things that others did, named one by one
FIELDS = {
    "note": N_("Your note"), "claim": N_("Claim under check"), "place": N_("Claimed place"),
    "date": N_("Claimed date"), "title": N_("Title"), "tags": N_("Tags"), "status": N_("Status"),
    "delete": N_("Delete"),
}  # fmt: skip


def refused(error: NewsctxError, event: Event) -> Message:
    """The message of an edit that was not made; of a conflict with all that is needed to make it all the same."""
    if not isinstance(error, EditConflict):
        return Message(str(error), "error")
    conflict = Conflict(error.mine, error.entries, event.data)
    return Message("", "error", error.others, conflict)  # type: ignore[arg-type]


def over(error: NewsctxError) -> str:
    """What the page sends to store note and claim all the same: over which values, those that it shows."""
    held: dict[str, str] = {}
    if isinstance(error, EditConflict) and isinstance(error.mine, Mapping) and error.others:
        last = Inputs.model_validate(error.others[-1].after.get("inputs") or {})  # type: ignore[attr-defined]
        held = {n: v for n, v in fields(last).items() if n in error.mine}
    return json.dumps({"act": "analyse", "over": held}, ensure_ascii=False)


def line(page: Page, message: Message) -> str:
    """The message with what others did meanwhile."""
    if message.conflict or not message.others:
        return message.text
    known = page.history.made
    told = [f"{_who(e)}: {trail.told(page, e, known)}" for e in message.others[-MOST:]]
    more = "" if len(message.others) <= MOST else " …"
    return " ".join(x for x in (message.text, tr("Meanwhile – %(changes)s", changes="; ".join(told) + more)) if x)


def view(page: Page, message: Message) -> dict[str, Any] | None:
    """Both sides of a refused edit; None where nothing was refused for another's."""
    conflict = message.conflict
    if conflict is None:
        return None
    return {
        "others": [_theirs(page, e) for e in message.others[-MOST:]],
        "mine": _mine(page, conflict.mine),
        "again": conflict.again if conflict.mine is not None else "",
        "seen": conflict.entries,
    }


def _who(entry: AuditEntry) -> str:
    return trail.who(entry) or tr("somebody")


def _theirs(page: Page, entry: AuditEntry) -> dict[str, Any]:
    values = entry.detail.get("override") or {}
    rows = [{"name": "", "value": str(values["text"])}] if isinstance(values.get("text"), str) else []
    if entry.what == "inputs":
        before, after = (Inputs.model_validate(part.get("inputs") or {}) for part in (entry.before, entry.after))
        rows = _rows({n: fields(after)[n] for n in differing(before, after)})
    text = trail.told(page, entry, page.history.made)
    return {"who": _who(entry), "when": moment(entry.made), "text": text, "rows": rows}


def _mine(page: Page, mine: Any) -> dict[str, Any] | None:
    if mine is None:
        return None
    if isinstance(mine, Mapping):
        return {"text": "", "rows": _rows(mine)}
    text = getattr(mine, "text", None)
    return {"text": override_words.sentence(page, mine), "rows": _rows({"": text}) if isinstance(text, str) else []}


def _rows(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"name": tr(FIELDS.get(n, n)) if n else "", "value": tr(trail.STATUSES.get(v, v)) if n == "status" else v}
        for n, v in values.items()
    ]
