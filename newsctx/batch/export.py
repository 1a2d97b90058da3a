"""The table of a batch's outcomes as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from newsctx.batch.records import Batch, BatchItem, Outcome
from newsctx.report.table import guarded

COLUMNS = (
    "number", "file", "case", "title", "status", "state", "verdict", "place", "date", "confidence", "abstained",
    "article", "article_id", "source", "matched", "caption", "changed", "seconds", "attempts", "started", "ended",
    "error", "note", "claim", "claim_place", "claim_date",
)  # fmt: skip


def row(item: BatchItem) -> dict[str, Any]:
    """A photograph by the names of the columns."""
    found, claim = item.outcome or Outcome(), item.inputs.claim
    values = {
        "number": item.number, "file": item.name, "case": item.case_id, "title": item.title,
        "status": item.status or "", "state": item.state, "seconds": item.seconds, "attempts": item.attempts,
        "started": item.started, "ended": item.ended, "error": item.error, "note": item.inputs.note,
        "claim": claim.text, "claim_place": claim.place, "claim_date": claim.date.iso if claim.date else "",
    }  # fmt: skip
    return {name: values[name] if name in values else getattr(found, name) for name in COLUMNS}


def as_csv(items: Iterable[BatchItem]) -> str:
    """UTF-8 with a mark, so that spreadsheets read it; a text that one would compute begins with an apostrophe (OWASP,
    CSV injection).
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for item in items:
        writer.writerow({name: _plain(value) for name, value in row(item).items()})
    return "\ufeff" + out.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(value) if isinstance(value, str) else value


def as_json(batch: Batch, items: Iterable[BatchItem]) -> str:
    """The batch and its rows; nothing is altered there."""
    head = batch.model_dump(mode="json", exclude={"owner"})
    return json.dumps(head | {"photographs": [row(i) for i in items]}, ensure_ascii=False, indent=1) + "\n"
