"""Acts on batches, uploads of many photographs, and what their panel is painted from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from newsctx.errors import NewsctxError
from newsctx.ui import actions, language
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.batch_look import LISTED, NONE, ROWS, BatchList, BatchLook
from newsctx.ui.batch_panel import OUTCOMES, told
from newsctx.ui.language import tr, trn
from newsctx.ui.page import Look, Message
from newsctx.ui.uploads import taken
from newsctx.ui.visits import visited

if TYPE_CHECKING:
    from newsctx.batch.records import Problem
    from newsctx.ui.handlers import Handlers
    from newsctx.workbench import Workbench

Data = Mapping[str, Any]
_TOLD = 5  # problems of an upload that are told one by one


def listed(bench: Workbench, look: BatchLook) -> BatchList:
    """The batches of who asks, and the photographs of the open one."""
    try:
        found = bench.batches(look.listed + 1)
    except NewsctxError:  # nobody: who has to log in first
        return BatchList(offered=False)
    chosen = next((b for b in found if b.batch_id == look.batch_id), None)
    try:
        if chosen is None and look.batch_id not in ("", NONE):
            chosen = bench.batch(look.batch_id)
        elif not look.batch_id:
            chosen = next((b for b in found if b.state not in ("done", "cancelled")), None)
        items = bench.batch_items(chosen.batch_id) if chosen else ()
    except NewsctxError:  # deleted in another tab
        chosen, items = None, ()
    return BatchList(found[: look.listed], len(found) > look.listed, chosen, items, bench.settings.batch.items)


def _open(here: Here, handlers: Handlers) -> str:
    """The batch that the tab shows."""
    found = listed(handlers.workbench, here[1].batch).chosen
    return found.batch_id if found else ""


# --- looking ----------------------------------------------------------------------------------------------------------


def _look(handlers: Handlers, here: Here, **changes: Any) -> Iterator[Update]:
    case_id, look, automatic = here
    yield handlers.looking((case_id, replace(look, batch=replace(look.batch, **changes)), automatic))


def _see(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Open a batch, or close the one that is open."""
    chosen = str(data.get("id", ""))[:64]
    same = chosen == _open(here, handlers)
    yield from _look(handlers, here, batch_id=NONE if same else chosen, outcome="", rows=ROWS, deleting=False)


def _filter(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    chosen = str(data.get("outcome", ""))
    again = chosen == here[1].batch.outcome or chosen not in OUTCOMES
    yield from _look(handlers, here, batch_id=_open(here, handlers), outcome="" if again else chosen, rows=ROWS)


def _more(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    look = here[1].batch
    if data.get("list"):
        yield from _look(handlers, here, listed=look.listed + LISTED)
    else:
        yield from _look(handlers, here, batch_id=_open(here, handlers), rows=look.rows + 5 * ROWS)


def _ask_delete(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    yield from _look(handlers, here, batch_id=_open(here, handlers), deleting=not here[1].batch.deleting)


def _news(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Follow what runs; where nothing has happened, nothing is painted."""
    case_id, look, _ = here
    seen = told(handlers.workbench.batches(look.batch.listed + 1)[: look.batch.listed])
    if case_id or (seen == str(data.get("seen", "")) and not handlers.doubtful(look)):
        yield {handlers.parts.case_id: case_id}  # Gradio takes an empty dictionary for a missing value
        return
    yield handlers.looking(here)


# --- changing ---------------------------------------------------------------------------------------------------------


def _change(
    handlers: Handlers, here: Here, data: Data, change: Callable[[str], str | None], **looks: Any
) -> Iterator[Update]:
    """Do something to a batch; an error becomes a line on the page."""
    case_id, look, automatic = here
    batch_id = str(data.get("id", ""))[:64]
    message = Message()
    try:
        message = Message(change(batch_id) or "")
        look = replace(look, batch=replace(look.batch, **{"batch_id": batch_id, "deleting": False} | looks))
    except NewsctxError as error:
        message = Message(str(error), "error")
    handlers.seen(look)
    yield handlers.paint(handlers.painter(), (case_id, look, automatic), message) | {handlers.parts.look: look}


def _begin(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    def change(batch_id: str) -> None:
        said = [str(data.get(name) or "") for name in ("note", "claim", "place", "date")]
        handlers.workbench.start_batch(batch_id, str(data.get("title") or ""), actions.inputs(*said))

    yield from _change(handlers, here, data, change)


def _pause(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    def change(batch_id: str) -> str:
        handlers.workbench.pause_batch(batch_id)
        return tr("Pausing after the photograph that is at work.")

    yield from _change(handlers, here, data, change)


def _resume(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    yield from _change(handlers, here, data, lambda b: handlers.workbench.resume_batch(b))


def _cancel(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    def change(batch_id: str) -> str:
        handlers.workbench.cancel_batch(batch_id)
        return tr("Cancelled: what is done stays. “Resume” takes up the rest.")

    yield from _change(handlers, here, data, change)


def _retry(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    def change(batch_id: str) -> str:
        count = handlers.workbench.retry_batch(batch_id, bool(data.get("all")))
        if not count:
            return tr("Nothing can be tried again: what was refused as it came in is not kept. Upload it anew.")
        return trn("%(num)s photograph is tried again.", "%(num)s photographs are tried again.", count)

    yield from _change(handlers, here, data, change, outcome="")


def _delete(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    def change(batch_id: str) -> str:
        handlers.workbench.delete_batch(batch_id)
        return tr("The batch was deleted; its cases are in the list.")

    yield from _change(handlers, here, data, change, batch_id=NONE)


ACTS: dict[str, Act] = {
    "see-batch": _see,
    "see-batch-outcome": _filter,
    "see-batch-more": _more,
    "see-batch-delete": _ask_delete,
    "see-batch-news": _news,
    "batch-start": _begin,
    "batch-pause": _pause,
    "batch-resume": _resume,
    "batch-cancel": _cancel,
    "batch-retry": _retry,
    "batch-delete": _delete,
}


# --- files ------------------------------------------------------------------------------------------------------------


class BatchHandlers:
    """Uploads of many photographs, and the table of outcomes as a file."""

    def __init__(self, handlers: Handlers) -> None:
        self._on = handlers
        self.gate = handlers.gate

    @visited
    @language.spoken
    def upload(self, request: gr.Request | None, files: list[Any] | None, *rest: Any) -> Iterator[Update]:
        """Photographs, and perhaps a CSV that lists them, become a batch that waits for its beginning."""
        case_id, look, automatic, update = rest
        look = self._on.received(look, update)
        many = self._on.parts.many
        if not files:
            yield {self._on.parts.case_id: case_id}  # Gradio takes an empty dictionary for a missing value
            return
        message = Message()
        try:
            batch_id, count, problems = self._take(files, look)
            look = replace(look, batch=BatchLook(batch_id=batch_id, listed=look.batch.listed))
            message = _said(count, problems)
        except NewsctxError as error:
            message = Message(str(error), "error")
        self._on.seen(look)
        painted = self._on.paint(self._on.painter(), (case_id, look, automatic), message)
        yield painted | {self._on.parts.look: look, many: gr.update(value=None)}

    def _take(self, files: list[Any], look: Look) -> tuple[str, int, tuple[Problem, ...]]:
        """The batch, how many photographs came in, and what of the CSV could not be used."""
        bench = self._on.workbench
        given = [(str(f.get("orig_name") or Path(f["path"]).name), str(f["path"])) for f in files]
        lists = [path for name, path in given if name.lower().endswith((".csv", ".tsv"))]
        photos = [(name, path) for name, path in given if path not in lists]
        if len(lists) > 1:
            raise NewsctxError(tr("Several lists came in: choose one CSV, with its photographs."))
        if not photos:
            raise NewsctxError(tr("The list came without photographs: choose the CSV and its photographs together."))
        table = taken(lists[0]) if lists else None
        opened = listed(bench, look.batch).chosen
        fresh = opened is None or opened.state != "new"
        batch_id = bench.create_batch("", look.who) if opened is None or fresh else opened.batch_id
        try:
            problems = bench.add_to_batch(batch_id, [(n, lambda path=p: taken(path)) for n, p in photos], table)
        except NewsctxError:
            if fresh:
                bench.delete_batch(batch_id)
            raise
        return batch_id, len(photos), problems

    @visited
    def export(self, case_id: str, look: Look, event: gr.EventData, request: gr.Request | None = None) -> Any:
        """The table of outcomes as CSV or JSON."""
        data = event._data or {}
        try:
            path = self._on.workbench.export_batch(str(data.get("id", "")), str(data.get("format", "")))
        except NewsctxError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return gr.update(value=str(path))


def _said(count: int, problems: tuple[Problem, ...]) -> Message:
    """A line about what came in; problems are told in English, as every error that names values."""
    if not problems:
        return Message(trn("%(num)s photograph came in.", "%(num)s photographs came in.", count))
    more = f" … {len(problems) - _TOLD} more." if len(problems) > _TOLD else ""
    return Message(" · ".join(str(p)[:300] for p in problems[:_TOLD]) + more, "error")
