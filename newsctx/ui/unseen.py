"""The page without a browser: what it would be sent, and when. For measuring how long an analyst waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr

from newsctx.ui.acts import Here, Update
from newsctx.ui.handlers import Handlers
from newsctx.ui.layout import _assemble
from newsctx.ui.page import Look, Message
from newsctx.ui.paint import Painter

if TYPE_CHECKING:
    from newsctx.workbench import CaseView, Workbench


@dataclass(frozen=True)
class Answer:
    """What a click led to."""

    first: float  # seconds from the click to the first update of the page
    last: float  # and to the one that shows the finished results
    kept: float  # and until the store has written the run down
    cpu: float  # seconds of processor time of the whole process: on a busy machine the better number
    painting: float  # seconds of it that went into painting
    paints: int
    sent: int  # characters of HTML and chart data


class UnseenPage:
    """One analyst's tab, without the tab."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        with gr.Blocks(analytics_enabled=False):
            parts, _ = _assemble()
        self._handlers = _Timed(workbench, parts)
        self._look, self._update = Look(tab="unseen"), 0

    def open(self, case_id: str) -> Answer:
        """A page opens on a case; what is running is followed."""
        return self._answer(lambda: self._handlers.open(case_id, self._look, True))

    def analyse(self, case_id: str) -> Answer:
        """The button of the same name."""
        return self._answer(lambda: self._handlers.compute((case_id, self._look, True)))

    def override(self, case_id: str, action: dict[str, object]) -> Answer:
        """An override and everything that is recomputed after it. Raises OverrideError."""
        return self._change(case_id, lambda: self.workbench.override(case_id, action))

    def undo(self, case_id: str) -> Answer:
        """The newest override is taken back."""
        return self._change(case_id, lambda: self.workbench.undo(case_id))

    def _change(self, case_id: str, change: Callable[[], object]) -> Answer:
        return self._answer(lambda: self._handlers.change((case_id, self._look, True), change))

    def _answer(self, click: Callable[[], Iterator[Update]]) -> Answer:
        self._handlers.painting, self._handlers.answered = 0.0, False
        self._handlers.received(self._look, self._update)
        start, worked = time.perf_counter(), time.process_time()
        first, last, paints, sent = 0.0, 0.0, 0, 0
        for update in click():
            now = time.perf_counter() - start
            first, last = first or now, last or (now if self._handlers.answered else 0.0)
            self._update = update.get(self._handlers.parts.update, self._update)
            paints, sent = paints + 1, sent + sum(len(str(v)) for v in update.values())
        kept, cpu = time.perf_counter() - start, time.process_time() - worked
        return Answer(first, last or kept, kept, cpu, self._handlers.painting, paints, sent)


class _Timed(Handlers):
    """Handlers that know how long they have painted, and whether that was the end of the work."""

    painting = 0.0
    answered = False

    def paint(
        self, painter: Painter, here: Here, message: Message | None = None, view: CaseView | None = None
    ) -> Update:
        start = time.perf_counter()
        try:
            return super().paint(painter, here, message, view)
        finally:
            self.answered |= view is not None and not view.running
            self.painting += time.perf_counter() - start
