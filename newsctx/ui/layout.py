"""The page: which component stands where, and which handler answers which event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr
from gradio.i18n import I18nData as word  # its text is a key of the catalogues: the browser shows the translation

from newsctx.ui import api, charts
from newsctx.ui.batch_acts import BatchHandlers
from newsctx.ui.handlers import TABS, Handlers
from newsctx.ui.html import script
from newsctx.ui.lean import LeanBlocks
from newsctx.ui.page import Look
from newsctx.ui.parts import STAGE_TITLES
from newsctx.ui.profile_handlers import ProfileHandlers

if TYPE_CHECKING:
    from newsctx.ui.visits import Gate
    from newsctx.workbench import Workbench

TITLES = {**STAGE_TITLES, "checklist": "Checklist", "history": "History"}
#: Every handler is hidden from the API page; many may run at once, since each only waits for the case's own worker.
EVENT = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None, "trigger_mode": "multiple"}


@dataclass(frozen=True)
class Parts:
    """The components that handlers fill."""

    panels: dict[str, gr.HTML]
    timeline: gr.Plot
    map: gr.Plot
    drop: gr.File
    typed: tuple[gr.Textbox, gr.Textbox, gr.Textbox, gr.Textbox]  # note, claim, its place, its date
    analyse: gr.Button
    cancel: gr.Button
    automatic: gr.Checkbox
    download: gr.DownloadButton
    switched: gr.State  # whether the event that has just ended changed the profile
    case_id: gr.State
    look: gr.State
    update: gr.Number  # number of the newest update that the page holds, see `newsctx.ui.held`
    many: gr.File  # the photographs of a batch


def panel(name: str) -> gr.HTML:
    """A part of the page that the server renders."""
    return gr.HTML("", js_on_load=script("panel.js"), apply_default_css=False, elem_id=f"nx-{name}", container=False)


def build(workbench: Workbench, gate: Gate | None = None) -> gr.Blocks:
    """The whole interface over a workbench; `gate` tells who asks, None: a desk without accounts."""
    with LeanBlocks(title="newsctx", fill_width=True, analytics_enabled=False) as page:
        parts, bridge = _assemble()
        handlers = Handlers(workbench, parts, gate)
        api.register(workbench, handlers.gate)  # first: a handler of the same name would take its name
        _connect(page, parts, bridge, handlers)
    page.queue(default_concurrency_limit=None, max_size=workbench.settings.limits.waiting_events)
    return page


def _assemble() -> tuple[Parts, gr.HTML]:
    case_id, look = gr.State(""), gr.State(Look())
    panels = {name: panel(name) for name in ("head", "message", "profiles", "services", "help")}
    with gr.Row(elem_id="main", equal_height=False):
        with gr.Column(scale=3, min_width=300, elem_id="photo"):
            drop = gr.File(label=word("Photograph"), show_label=False, file_count="single", height=130, elem_id="drop")
            panels["photo"] = panel("photo")
            with gr.Group(elem_id="inputs"):
                claim = gr.Textbox(
                    label=word("Claim under check"), lines=2, max_lines=6, placeholder=word("What is said to be shown")
                )
                with gr.Row():
                    place = gr.Textbox(label=word("Claimed place"), placeholder=word("e.g. Duisburg"), min_width=120)
                    when = gr.Textbox(label=word("Claimed date"), placeholder=word("e.g. 2017-12-26"), min_width=120)
                note = gr.Textbox(
                    label=word("Your note"), lines=2, max_lines=6,
                    placeholder=word("Words to search with: what you see or know"),
                    info=word('Also: "words in a row", -word, place:Duisburg, after:2017-12-01, before:2018'),
                )  # fmt: skip
            with gr.Row(elem_id="go"):
                analyse = gr.Button(word("Analyse"), variant="primary", interactive=False, min_width=90)
                cancel = gr.Button(word("Cancel"), interactive=False, min_width=70)
            automatic = gr.Checkbox(True, label=word("Recompute automatically"), container=False, elem_id="automatic")
            panels["facts"] = panel("facts")
        with gr.Column(scale=9, min_width=300, elem_id="stages"):
            panels |= {name: panel(name) for name in ("rail", "start", "batch")}
            many = gr.File(
                label=word("Photographs of a batch"), show_label=False, file_count="multiple", height=92, elem_id="many"
            )
            panels |= {name: panel(name) for name in ("cases", "toolbar", "selection")}
            timeline, places, bridge = _tabs(panels)
    download = gr.DownloadButton(word("Download"), visible="hidden", elem_id="download")
    parts = Parts(
        panels, timeline, places, drop, (note, claim, place, when), analyse, cancel, automatic, download,
        gr.State(False), case_id, look, gr.Number(0, visible="hidden", elem_id="update"), many,
    )  # fmt: skip
    return parts, bridge


def _tabs(panels: dict[str, gr.HTML]) -> tuple[gr.Plot, gr.Plot, gr.HTML]:
    with gr.Tabs(elem_id="stage-tabs"):
        for name in TABS:
            with gr.Tab(word(TITLES[name]), id=name, elem_id=f"tab-{name}", render_children=True):
                if name == "events":
                    with gr.Row(elem_id="charts"):
                        timeline = charts.component(word("Timeline of the events"), "timeline")
                        places = charts.component(word("Map of the events"), "map")
                    panels["charts"] = panel("charts")
                panels[name] = panel(name)
    bridge = gr.HTML("", js_on_load=script("bridge.js"), visible="hidden")  # not False: it has to exist to listen
    return timeline, places, bridge


def _connect(page: gr.Blocks, parts: Parts, bridge: gr.HTML, on: Handlers) -> None:
    here = [parts.case_id, parts.look, parts.automatic]
    now = [*here, parts.update]
    typed = list(parts.typed)
    outputs = on.outputs
    page.load(on.load, [parts.look, parts.automatic], outputs, **EVENT)
    parts.drop.upload(on.upload, [parts.drop, *typed, *now], outputs, preprocess=False, **EVENT)
    gr.on(
        [parts.analyse.click, parts.typed[2].submit, parts.typed[3].submit],
        on.analyse,
        [*typed, *now],
        outputs,
        **EVENT,
    )
    parts.cancel.click(on.cancel, now, outputs, **EVENT)
    bridge.point(on.act, [*typed, *now], outputs, **EVENT)
    for one in parts.panels.values():
        one.act(on.act, [*typed, *now], outputs, **EVENT)
    profile = ProfileHandlers(on)
    followed = page.load(profile.follow, None, profile.outputs, **EVENT)
    chosen = parts.panels["profiles"].profile(profile.act, None, profile.outputs, **EVENT)
    for one in (followed, chosen):  # a change takes minutes: what is on the page then is asked when it has ended
        one.then(profile.settle, [parts.switched, *here], profile.settled, **EVENT)
    batch = BatchHandlers(on)
    parts.many.upload(batch.upload, [parts.many, *now], outputs, preprocess=False, **EVENT)
    clicked = "() => setTimeout(() => document.querySelector('#download')?.click(), 50)"
    exports = {"caption": on.export, "history": on.export, "batch": batch.export}
    for name, export in exports.items():
        parts.panels[name].export(export, [parts.case_id, parts.look], [parts.download], **EVENT).success(
            None, None, None, js=clicked, api_visibility="private"
        )
