"""From what a page sends to what the workbench takes; no decisions, only names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from newsctx.errors import OverrideError
from newsctx.records import Claim, Inputs, PartialDate

Data = Mapping[str, Any]


def _lines(data: Data) -> str:
    """A text field's value; forms send line ends as CR LF."""
    return str(data.get("value", "")).replace("\r\n", "\n").strip()


_OVERRIDES: dict[str, Callable[[Data], dict[str, Any]]] = {
    "pin": lambda d: {"article_id": d.get("id"), "on": bool(d.get("on"))},
    "exclude": lambda d: {"article_id": d.get("id"), "on": bool(d.get("on"))},
    "move": lambda d: {"article_id": d.get("id"), "rank": d.get("rank"), "stage": d.get("stage")},
    "cluster": lambda d: {"cluster_id": d.get("id"), "decision": d.get("decision", "")},
    "chunk": lambda d: {"chunk_id": d.get("id"), "decision": d.get("decision", "")},
    "weight": lambda d: {"channel": d.get("channel"), "weight": d.get("value") or None},
    "fusion": lambda d: {"method": d.get("value") or None},
    "writer": lambda d: {"writer": d.get("value") or None, "run": d.get("run") or 0},
    "prompt": lambda d: {"step": d.get("step"), "text": _lines(d) or None},
    "accept": lambda d: {"text": d.get("value"), "sentence": d.get("sentence", ""), "on": bool(d.get("on"))},
    "edit_caption": lambda d: {"text": _lines(d) or None},
    "allow_remote": lambda d: {"base_url": d.get("value"), "on": bool(d.get("on"))},
    "set_place": lambda d: {"place": str(d.get("value", "")).strip() or None},
    "set_date": lambda d: {"date": str(d.get("value", "")).strip() or None},
}


def override(data: Data) -> dict[str, Any] | None:
    """The override that an event of the page stands for, None for an event that is none.

    The values are checked by the workbench: they are passed on as they came.
    """
    kind = str(data.get("act", ""))
    if kind not in _OVERRIDES:
        return None
    if kind == "weight" and str(data.get("value")) in ("0", "0.0"):
        values: dict[str, Any] = {"channel": data.get("channel"), "weight": 0.0}  # zero is a weight, not a reset
    else:
        values = _OVERRIDES[kind](data)
    return {"action": kind, "reason": str(data.get("reason", "")).strip(), **values}


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
