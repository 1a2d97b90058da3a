"""From what a page sends to what the workbench takes; no decisions, only names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from newsctx.errors import OverrideError
from newsctx.records import Claim, Inputs, PartialDate

Data = Mapping[str, Any]


def _lines(data: Data) -> str:
    """A text field's value; forms send line ends as CR LF."""
    return str(data.get("value", "")).replace("\r\n", "\n").strip()


def _number(data: Data, name: str = "value") -> Any:
    """A number as it was typed; nothing typed is None, zero is zero."""
    value = data.get(name)
    return None if value is None or not str(value).strip() else value


def _ids(value: Any) -> Any:
    """Ids that a page sends as a list or as JSON; anything else goes on as it came, to be refused by name."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def places(text: str) -> list[str]:
    """What was typed as places: one on a line, or between semicolons."""
    return [p for part in re.split(r"[;\r\n]+", text) if (p := part.strip())]


def _corrected(data: Data) -> dict[str, Any]:
    """Places and date of an article; a field that says what the archive says, or no date, is no correction."""
    typed, archived = str(data.get("places", "")), str(data.get("archived_places", ""))
    when, was = str(data.get("published", "")).strip(), str(data.get("archived_published", ""))
    taken_back = bool(data.get("reset"))
    return {
        "article_id": data.get("id"),
        "places": None if taken_back or places(typed) == places(archived) else places(typed),
        "published": None if taken_back or when in ("", was) else when,
    }


_OVERRIDES: dict[str, Callable[[Data], dict[str, Any]]] = {
    "pin": lambda d: {"article_id": d.get("id"), "on": bool(d.get("on"))},
    "exclude": lambda d: {"article_id": d.get("id"), "on": bool(d.get("on"))},
    "move": lambda d: {"article_id": d.get("id"), "rank": d.get("rank"), "stage": d.get("stage")},
    "cluster": lambda d: {"cluster_id": d.get("id"), "decision": d.get("decision", "")},
    "chunk": lambda d: {"chunk_id": d.get("id"), "decision": d.get("decision", "")},
    "weight": lambda d: {"channel": d.get("channel"), "weight": _number(d)},
    "fusion": lambda d: {"method": d.get("value") or None},
    "writer": lambda d: {"writer": d.get("value") or None, "run": d.get("run") or 0},
    "prompt": lambda d: {"step": d.get("step"), "text": _lines(d) or None},
    "accept": lambda d: {"text": d.get("value"), "sentence": d.get("sentence", ""), "on": bool(d.get("on"))},
    "edit_caption": lambda d: {"text": _lines(d) or None},
    "allow_remote": lambda d: {"base_url": d.get("value"), "on": bool(d.get("on"))},
    "set_place": lambda d: {"place": str(d.get("value", "")).strip() or None},
    "set_date": lambda d: {"date": str(d.get("value", "")).strip() or None},
    "correct_article": _corrected,
    "merge_clusters": lambda d: {"cluster_ids": _ids(d.get("ids")), "on": bool(d.get("on", "1"))},
    "split_cluster": lambda d: {
        "cluster_id": d.get("id"), "article_ids": _ids(d.get("articles")), "on": bool(d.get("on", "1")),
    },
    "edit_chunk": lambda d: {"chunk_id": d.get("id"), "text": _lines(d) or None},
    "add_chunk": lambda d: {"article_id": d.get("id"), "text": _lines(d), "on": bool(d.get("on", "1"))},
    "threshold": lambda d: {"name": d.get("name"), "value": _number(d)},
    "pillar": lambda d: {
        "pillar": d.get("pillar"), "status": d.get("status", ""), "note": str(d.get("note", "")).strip(),
    },
    "sensitive": lambda d: {"image_id": d.get("id") or "", "on": bool(d.get("on", "1"))},
    "approve": lambda d: {"version": _number(d, "version")},
}  # fmt: skip


def override(data: Data) -> dict[str, Any] | None:
    """The override that an event of the page stands for, None for an event that is none.

    The values are checked by the workbench: they are passed on as they came. A form's own reason (`why`) goes before
    that of the field for the next change (`reason`).
    """
    kind = str(data.get("act", ""))
    if kind not in _OVERRIDES:
        return None
    reason = str(data.get("why") or data.get("reason") or "").strip()
    return {"action": kind, "reason": reason, **_OVERRIDES[kind](data)}


def inputs(note: str | None, text: str | None, place: str | None, when: str | None) -> Inputs:
    """What the analyst typed. Raises OverrideError for a date that is none."""
    typed = (when or "").strip()
    try:
        date = PartialDate.model_validate(typed) if typed else None
    except ValidationError as error:
        raise OverrideError(
            f"The claimed date {typed!r} is not a date: write 2017-12-26, 2017-12, 2017 or a decade like 1970s."
        ) from error
    claim = Claim(text=(text or "").strip(), place=(place or "").strip(), date=date)
    return Inputs(note=(note or "").strip(), claim=claim)
