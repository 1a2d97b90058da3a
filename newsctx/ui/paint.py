"""From a page's state to updates of its components; what did not change since the last update is left alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from newsctx.case_conflicts import INPUTS, fields
from newsctx.records import Inputs
from newsctx.ui import (
    batch_panel,
    caption_panel,
    cases_panel,
    charts,
    charts_table,
    checklist_panel,
    chunks_panel,
    context_panel,
    events_panel,
    help_panel,
    history_panel,
    hits_panel,
    language,
    locate_panel,
    photo_panel,
    profiles_panel,
    rail,
    selection_panel,
    services_panel,
    start_panel,
    toolbar,
    verify_panel,
)
from newsctx.ui.held import Held, new_event
from newsctx.ui.html import render
from newsctx.ui.language import tr
from newsctx.ui.page import Look, Page

if TYPE_CHECKING:
    from newsctx.profile_choices import Choice
    from newsctx.ui.layout import Parts
    from newsctx.ui.pictures import WorkbenchPictures
    from newsctx.workbench import CaseView

View = Callable[[Page], dict[str, Any]]
#: Panel -> its template and the function that gives its data.
PANELS: dict[str, tuple[str, View]] = {
    "head": (start_panel.HEAD_TEMPLATE, start_panel.head),
    "message": (start_panel.MESSAGE_TEMPLATE, start_panel.message),
    "profiles": (profiles_panel.TEMPLATE, profiles_panel.view),
    "services": (services_panel.TEMPLATE, services_panel.view),
    "start": (start_panel.START_TEMPLATE, start_panel.start),
    "batch": (batch_panel.TEMPLATE, batch_panel.view),
    "cases": (cases_panel.TEMPLATE, cases_panel.view),
    "photo": (photo_panel.TEMPLATE, photo_panel.view),
    "facts": (photo_panel.FACTS_TEMPLATE, photo_panel.view),
    "rail": (rail.TEMPLATE, rail.view),
    "toolbar": (toolbar.TEMPLATE, toolbar.view),
    "selection": (selection_panel.TEMPLATE, selection_panel.view),
    "charts": (charts_table.TEMPLATE, charts_table.view),
    "retrieve": (hits_panel.TEMPLATE, hits_panel.view),
    "verify": (verify_panel.TEMPLATE, verify_panel.view),
    "locate": (locate_panel.TEMPLATE, locate_panel.view),
    "events": (events_panel.TEMPLATE, events_panel.view),
    "chunks": (chunks_panel.TEMPLATE, chunks_panel.view),
    "context": (context_panel.TEMPLATE, context_panel.view),
    "caption": (caption_panel.TEMPLATE, caption_panel.view),
    "checklist": (checklist_panel.TEMPLATE, checklist_panel.view),
    "history": (history_panel.TEMPLATE, history_panel.view),
    "help": (help_panel.TEMPLATE, help_panel.view),
}


#: Panels that are also sent by events that know of no tab (`newsctx.ui.profile_handlers`).
UNTOLD = ("profiles", "message")
#: Panels in which nothing of the trail and of the runs stands: what the store writes of a run leaves them as they are.
TIMELESS = ("profiles", "start", "batch", "cases", "photo", "facts", "rail", "selection", "charts", "retrieve",
            "verify", "locate", "events", "chunks", "help")  # fmt: skip


def html(name: str, page: Page) -> str:
    """The HTML of one panel."""
    template, view = PANELS[name]
    return render(template, view(page))


def only_written_down(before: Page, now: Page) -> bool:
    """Whether two pages differ in nothing but the trail and the runs of their case."""
    if before.case is None or now.case is None:
        return False
    for part in dataclasses.fields(Page):
        old, new = getattr(before, part.name), getattr(now, part.name)
        if part.name == "case":  # how long the trail is, and when it last grew
            old, new = (one.model_copy(update={"entries": 0, "updated": ""}) for one in (old, new))
        if part.name not in ("history", "pictures") and old is not new and old != new:
            return False
    return True


class Painter:
    """Paints one page again and again for one event, sending only what changed."""

    def __init__(self, parts: Parts, pictures: WorkbenchPictures, held: Held | None = None) -> None:
        """`held`: what tabs hold since earlier events; without it everything is sent once."""
        self.pictures = pictures
        self.choices: tuple[Choice, ...] | None = None  # asked once for all paintings of an event
        self._parts = parts
        self._held, self._event = held, new_event()
        self._sent: dict[Any, Any] = {}
        self._page: Page | None = None  # painted last, and its panels
        self._html: dict[str, str] = {}
        self._charted: tuple[Any, Any, Any] = (None, None, None)  # what the charts were drawn from, and the two

    def paint(self, page: Page) -> dict[Any, Any]:
        """Updates of the panels, charts and buttons."""
        with language.use(page.look.language):
            return self._paint(page)

    def _paint(self, page: Page) -> dict[Any, Any]:
        parts = self._parts
        panels = self._panels(page)
        new: dict[Any, Any] = {parts.panels[name]: panels[name] for name in UNTOLD}
        large: dict[Any, Any] = {parts.panels[name]: text for name, text in panels.items() if name not in UNTOLD}
        for component, drawn in zip((parts.timeline, parts.map), self._charts(page), strict=True):
            large[component] = gr.update(value=drawn, visible=drawn is not None)
        running = bool(page.case and page.case.running)
        new[parts.analyse] = gr.update(value=tr("Analyse"), interactive=page.case is not None and not page.readonly)
        new[parts.cancel] = gr.update(value=tr("Cancel"), interactive=running and not page.readonly)
        new[parts.drop] = gr.update(height=48 if page.case else 130)
        new[parts.many] = gr.update(visible=page.case is None and page.batches.offered)
        tab = page.look.tab
        if self._held is None or not tab:
            return self._some(new | large)
        sent, number = self._held.differing(tab, self._event, large, every=page.message.kind == "error")
        return self._changed(new) | sent | {parts.update: number}

    def _panels(self, page: Page) -> dict[str, str]:
        """The HTML of every panel. After an answer was painted the store writes the run down: most panels stay."""
        stays = TIMELESS if self._page is not None and only_written_down(self._page, page) else ()
        self._page = page
        self._html = {name: self._html[name] if name in stays else html(name, page) for name in self._parts.panels}
        return self._html

    def some(self, page: Page, names: tuple[str, ...]) -> dict[Any, Any]:
        """Updates of some panels only; the others may show another case by now."""
        with language.use(page.look.language):
            return self._some({self._parts.panels[name]: html(name, page) for name in names})

    def _changed(self, new: dict[Any, Any]) -> dict[Any, Any]:
        changed = {c: v for c, v in new.items() if self._sent.get(c) != v}
        self._sent |= changed
        return changed

    def _some(self, new: dict[Any, Any]) -> dict[Any, Any]:
        return self._changed(new) or dict([next(iter(new.items()))])  # Gradio takes an empty one for a missing value

    def _charts(self, page: Page) -> tuple[Any, Any]:
        source = charts.source(page)
        if self._charted[0] != source:
            self._charted = (source, charts.timeline(page), charts.world(page))
        return self._charted[1:]

    def case(self, case_id: str, look: Look) -> dict[Any, Any]:
        """The page turns to a case."""
        return {self._parts.case_id: case_id, self._parts.look: look}

    def typed(self, view: CaseView | None) -> dict[Any, Any]:
        """Fill the text fields with what the case holds."""
        return self.fields(view.inputs if view else Inputs())

    def fields(self, inputs: Inputs, names: tuple[str, ...] = INPUTS) -> dict[Any, Any]:
        """Fill those of the text fields."""
        said = fields(inputs)
        return {part: said[name] for name, part in zip(INPUTS, self._parts.typed, strict=True) if name in names}

    def emptied(self) -> dict[Any, Any]:
        """Take the uploaded file out of the drop zone."""
        sent = self._sent.get(self._parts.drop) or {}
        return {self._parts.drop: gr.update(**{k: v for k, v in sent.items() if k != "__type__"} | {"value": None})}
