"""The panel of batches: many photographs, how far they have come, and a table of outcomes that opens cases."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from newsctx.ui.html import moment, picture, seconds
from newsctx.ui.language import N_, number, tr, trn
from newsctx.ui.page import Page
from newsctx.ui.trail import STATUSES

if TYPE_CHECKING:
    from newsctx.batch.records import Batch, BatchItem

TEMPLATE = "batch.html"
STATES = {
    "new": N_("not begun"), "running": N_("running"), "paused": N_("paused"), "interrupted": N_("interrupted"),
    "cancelled": N_("cancelled"), "done": N_("done"),
}  # fmt: skip
#: In the order of the filter.
OUTCOMES = {
    "contradicted": N_("claim contradicted"), "supported": N_("claim supported"), "established": N_("place and date"),
    "partly": N_("place or date"), "not_established": N_("no answer"), "failed": N_("failed"),
    "running": N_("at work"), "waiting": N_("waiting"), "cancelled": N_("taken out"), "done": N_("changed since"),
}  # fmt: skip
CONFIDENCE = {"high": N_("high"), "medium": N_("medium"), "low": N_("low"), "unrated": N_("unrated")}


def view(page: Page) -> dict[str, Any]:
    """Shown while no case is open."""
    found = page.batches
    return {
        "open": page.case is None and found.offered,
        "most": number(found.most),
        "rows": [_line(b, found.chosen is not None and b.batch_id == found.chosen.batch_id) for b in found.batches],
        "more": found.more,
        "one": _opened(page, found.chosen) if found.chosen and page.case is None else None,
        "seen": told(found.batches),
        "follow": any(b.state == "running" for b in found.batches),
    }


def told(batches: tuple[Batch, ...]) -> str:
    """Another text whenever one of the batches has come further."""
    return " ".join(f"{b.batch_id[:8]}{b.state[0]}{b.done}.{b.failed}.{b.waiting}.{b.running}" for b in batches)


def outcome_of(item: BatchItem) -> str:
    """The name in OUTCOMES that a photograph counts under."""
    if item.state != "done":
        return item.state
    return (item.outcome.verdict if item.outcome else "") or "done"


def _line(batch: Batch, opened: bool) -> dict[str, Any]:
    return {
        "id": batch.batch_id,
        "title": batch.title,
        "state": batch.state,
        "state_title": tr(STATES[batch.state]),
        "made": moment(batch.made),
        "total": batch.total,
        "ended": batch.ended,
        "percent": round(100 * batch.ended / batch.total) if batch.total else 0,
        "failed": batch.failed,
        "left": _left(batch),
        "opened": opened,
    }


def _left(batch: Batch) -> str:
    if batch.eta is None or batch.state != "running":
        return ""
    minutes = round(batch.eta / 60)
    return trn("about %(num)s minute left", "about %(num)s minutes left", minutes) if minutes else tr("nearly done")


def _opened(page: Page, batch: Batch) -> dict[str, Any]:
    look, items = page.look.batch, page.batches.items
    counts = Counter(outcome_of(i) for i in items)
    shown = [i for i in items if not look.outcome or outcome_of(i) == look.outcome]
    resumes = batch.state in ("paused", "interrupted") or (batch.state == "cancelled" and batch.cancelled > 0)
    return {
        **_line(batch, True),
        "note": batch.note,
        "new": batch.state == "new",
        "empty": not items,
        "waits": batch.waiting > 0,
        "can_pause": batch.state == "running",
        "can_resume": resumes,
        "can_cancel": batch.state in ("running", "paused", "interrupted"),
        "can_retry": batch.failed > 0 and batch.state != "new",
        "counts": {name: getattr(batch, name) for name in ("done", "failed", "waiting", "cancelled")},
        "each": seconds(batch.seconds) if batch.seconds else "",
        "deleting": look.deleting,
        "outcome": look.outcome,
        "filters": [
            {"id": key, "title": tr(title), "count": counts[key], "on": key == look.outcome}
            for key, title in OUTCOMES.items()
            if counts[key] or key == look.outcome
        ],
        "photos": [_item(page, i) for i in shown[: look.rows]],
        "more_rows": len(shown) > look.rows,
        "hidden_rows": len(shown) - look.rows,
    }


def _item(page: Page, item: BatchItem) -> dict[str, Any]:
    hidden = bool(item.case_id) and page.pictures.hides_photo(item.case_id)
    found = item.outcome
    kind = outcome_of(item)
    return {
        "number": item.number,
        "case_id": item.case_id,
        "title": item.title,
        "name": item.name if item.name != item.title else "",
        "picture": "" if hidden or not item.case_id else picture(page.pictures.preview(item.case_id)),
        "hidden": hidden,
        "kind": kind,
        "kind_title": tr(OUTCOMES[kind]),
        "status": tr(STATUSES[item.status]) if item.status and item.status != "open" else "",
        "place": found.place if found else "",
        "date": found.date if found else "",
        "confidence": tr(CONFIDENCE[found.confidence]) if found and found.confidence else "",
        "abstained": found.abstained if found else "",
        "article": found.article if found else "",
        "source": found.source if found else "",
        "matched": bool(found and found.matched),
        "caption": found.caption if found else "",
        "changed": bool(found and found.changed),
        "answered": bool(found and (found.place or found.date)),
        "done": found is not None,
        "seconds": seconds(item.seconds) if item.seconds else "",
        "error": item.error,
        "claim": item.inputs.claim.text,
        "gone": item.state == "done" and not item.case_id,
    }
