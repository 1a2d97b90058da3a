"""Changing the profile from the page.

A switch may take minutes, and the analyst goes on working: its news paint only their own panel. When it has ended, a
second event asks which case is open by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from newsctx.errors import NewsctxError
from newsctx.switching import SwitchState
from newsctx.ui.handlers import Handlers, Update  # not for type checks only: Gradio reads the signatures
from newsctx.ui.page import Look, Message
from newsctx.ui.visits import visited

if TYPE_CHECKING:
    from newsctx.ui.paint import Painter
    from newsctx.workbench import Workbench

PANELS = ("profiles", "message")


class ProfileHandlers:
    """What happens on the events of the profile panel."""

    def __init__(self, handlers: Handlers) -> None:
        self._on = handlers
        self.gate = handlers.gate
        self._switched = handlers.parts.switched

    @property
    def _bench(self) -> Workbench:
        return self._on.workbench

    @property
    def settled(self) -> list[Any]:
        """Outputs of `settle`."""
        return [*self._on.outputs, self._switched]

    @property
    def outputs(self) -> list[Any]:
        panels = self._on.parts.panels
        return [*(panels[name] for name in PANELS), self._switched]

    @visited
    def act(self, event: gr.EventData, request: gr.Request | None = None) -> Iterator[Update]:
        """A button of the panel; the name comes from the page and is checked here and by the workbench."""
        data = dict(event._data or {})
        painter = self._on.painter()
        match data.get("act"):
            case "profile-switch":
                yield from self._switch(str(data.get("name", "")), painter)
            case "profile-cancel":
                try:
                    self._bench.cancel_switch()
                except NewsctxError as error:  # somebody who may not
                    yield self._paint(painter, Message(str(error), "error"))
                    return
                yield self._paint(painter)
                yield from self._news(self._bench.follow_switch(), painter)  # to its end: answers may overtake
            case _:
                now = self._bench.models.profile  # other than the page knew: it was changed from another one
                yield self._paint(painter, switched=str(data.get("was", now)) != now)

    @visited
    def follow(self, request: gr.Request | None = None) -> Iterator[Update]:
        """A page opens while a switch is at work: it is told how that goes on."""
        painter = self._on.painter()
        yield {self._switched: False}
        yield from self._news(self._bench.follow_switch(), painter)

    @visited
    def settle(
        self, switched: bool, case_id: str, look: Look, automatic: bool, request: gr.Request | None = None
    ) -> Iterator[Update]:
        """After a change: the page shows the archive as it is searched now, and its case what has become stale."""
        if not switched:
            yield {self._switched: False}  # Gradio takes an empty dictionary for a missing value
            return
        here, painter = (case_id, look, automatic), self._on.painter()
        state = self._bench.switch
        stale = bool(case_id) and _stale(self._bench.view(case_id))
        hint = " What the models change in this case is stale." if stale and not automatic else ""
        message = Message((state.message if state else "") + hint)
        yield self._on.paint(painter, here, message)
        if stale and automatic:
            yield from self._on.compute(here, painter, message)

    def _switch(self, name: str, painter: Painter) -> Iterator[Update]:
        try:
            if name not in {c.name for c in self._bench.profile_choices()}:
                raise NewsctxError(f"There is no profile {name[:40]!r} to choose here.")
            news = self._bench.switch_profile(name)
        except NewsctxError as error:
            yield self._paint(painter, Message(str(error), "error"))
            return
        yield self._paint(painter, Message())  # what an earlier attempt said is over
        yield from self._news(news, painter)

    def _news(self, news: Iterator[SwitchState], painter: Painter) -> Iterator[Update]:
        for state in news:
            if state.running:
                yield self._on_profiles(painter)
                continue
            painter.choices = None  # what is encoded and what is in use have changed
            message = Message(state.message, "error" if state.phase == "failed" else "info")
            yield self._paint(painter, message, switched=state.phase == "done")

    def _on_profiles(self, painter: Painter) -> Update:
        """News while it works: a message that stands on the page is left there."""
        return painter.some(self._on.page(painter), PANELS[:1]) | {self._switched: False}

    def _paint(self, painter: Painter, message: Message | None = None, switched: bool = False) -> Update:
        names = PANELS if message else PANELS[:1]
        return painter.some(self._on.page(painter, message), names) | {self._switched: switched}


def _stale(view: Any) -> bool:
    return view.document is not None and any(s.state == "stale" for s in view.document.status)
