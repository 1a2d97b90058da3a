"""What happens on an event: ask the workbench, paint the page again.

Errors meant for the analyst become a line on the page.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from newsctx.access import guarded
from newsctx.case_conflicts import INPUTS, differing, fields, inputs_of
from newsctx.errors import AccessRefused, CaseNotFound, NewsctxError
from newsctx.records import Inputs
from newsctx.ui import (
    actions,
    batch_acts,
    case_acts,
    chart_acts,
    evidence_acts,
    guest_gate,
    language,
    people,
    photo_acts,
    report_panel,
    service_acts,
    share_acts,
    visits,
)
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.batch_look import BatchList
from newsctx.ui.case_look import CaseHistory, CaseList
from newsctx.ui.conflict_words import over, refused
from newsctx.ui.held import Held
from newsctx.ui.html import picture
from newsctx.ui.language import tr
from newsctx.ui.looks import Looks
from newsctx.ui.page import Look, Message, Page
from newsctx.ui.paint import Painter
from newsctx.ui.pictures import WorkbenchPictures
from newsctx.ui.tabs import Event, Tabs, as_seen, read_event
from newsctx.ui.uploads import taken
from newsctx.ui.visits import Gate, OpenGate, visited

if TYPE_CHECKING:
    from newsctx.ui.layout import Parts
    from newsctx.workbench import CaseView, Workbench

log = logging.getLogger(__name__)
#: Panels of which one is seen at a time.
TABS = ("retrieve", "verify", "locate", "events", "chunks", "context", "caption", "checklist", "history")
PACE = 0.12  # seconds between two paintings of work that goes on
MORE = 20  # articles added by "show more"
#: Acts that are more than one override, by the name that the page sends.
ACTS: dict[str, Act] = {
    **case_acts.ACTS, **evidence_acts.ACTS, **chart_acts.ACTS, **photo_acts.ACTS, **service_acts.ACTS,
    **share_acts.ACTS, **batch_acts.ACTS,
}  # fmt: skip


class Handlers:
    """The handlers of one page; of a visitor only the newest look of each tab is kept here."""

    def __init__(self, workbench: Workbench, parts: Parts, gate: Gate | None = None) -> None:
        self.gate = gate or OpenGate()
        self._bench = workbench
        self.parts = parts
        self._comparisons = case_acts.Comparisons()
        self._looks = Looks()
        self._held = Held()
        self._tabs = Tabs()

    @property
    def workbench(self) -> Workbench:
        """The workbench as who asks now may use it; inside of `edited` it is told what the tab has seen."""
        return as_seen(guarded(self._bench, visits.current() or self.gate.visitor(None)))

    @property
    def outputs(self) -> list[Any]:
        p = self.parts
        return [
            *p.panels.values(), p.timeline, p.map, p.drop, p.many, *p.typed, p.analyse, p.cancel, p.case_id, p.look,
            p.update,
        ]  # fmt: skip

    # --- events -----------------------------------------------------------------------------------------------

    @visited
    def load(self, look: Look, automatic: bool, request: gr.Request) -> Iterator[Update]:
        """A page opens: the case of its address, or the start page."""
        spoken = language.of_browser(request.query_params, request.cookies, request.headers)
        look = replace(self._looks.begin(look), language=spoken)
        look = case_acts.signed(photo_acts.preferred(look, request.cookies), request.cookies)
        case_id = str(request.query_params.get("case", "") or "")
        yield from language.within(look.language, self.open(case_id, look, automatic))

    @visited
    @language.spoken
    def upload(self, request: gr.Request | None, file: dict[str, Any] | None, *rest: Any) -> Iterator[Update]:
        """A photograph was dropped: it becomes a case, which is analysed."""
        *typed, case_id, look, automatic, update = rest
        look = self.received(look, update)
        if not file:
            yield {self.parts.case_id: case_id}  # Gradio takes an empty dictionary for a missing value
            return
        here = (case_id, look, automatic)
        try:
            data = taken(file["path"])  # the case store has its own copy; the upload folder keeps none
        except NewsctxError as error:
            yield self.paint(self.painter(), here, Message(str(error), "error"))
            return
        yield from self._create(data, file.get("orig_name") or Path(file["path"]).name, typed, here)

    @visited
    @language.spoken
    def analyse(self, request: gr.Request | None, *args: Any) -> Iterator[Update]:
        """The button: take over what was typed and compute what is stale."""
        *typed, case_id, look, automatic, update = args
        here = (case_id, self.received(look, update, {"act": "analyse"}), automatic)
        try:
            yield from self._analyse(typed, here)
        except CaseNotFound as error:  # it was deleted in another tab, or is no longer shared
            yield from self._gone(here, error)

    def _analyse(self, typed: list[str], here: Here) -> Iterator[Update]:
        painter, (case_id, look, _) = self.painter(), here
        try:
            wanted = actions.inputs(*typed)
            message = self.edited(here, lambda: self.workbench.set_inputs(case_id, wanted, look.who))
        except CaseNotFound:
            raise
        except NewsctxError as error:
            yield self.paint(painter, here, refused(error, replace(look.event, data=over(error))))
            return
        now = self.workbench.view(case_id).inputs
        self._tabs.filled(look.tab, case_id, now)
        elsewhere = painter.fields(now, differing(wanted, now))
        if elsewhere:  # fields that only others have changed
            yield elsewhere
        yield from self.compute(here, painter, message)

    @visited
    def cancel(
        self, case_id: str, look: Look, automatic: bool, update: float | None = None,
        request: gr.Request | None = None,
    ) -> Update:  # fmt: skip
        """Stop after the stage that runs."""
        here = (case_id, self.received(look, update), automatic)
        try:
            running = bool(case_id) and self.workbench.view(case_id).running
            if running:
                self.workbench.cancel(case_id)
        except CaseNotFound as error:  # it was deleted in another tab, or is no longer shared
            return next(self._gone(here, error))
        except AccessRefused as error:
            return self.paint(self.painter(), here, Message(str(error), "error"))
        text = "Stopping after the stage that runs now. What is done is kept; Analyse goes on from there."
        text = text if running else "Nothing is running any more."
        return self.paint(self.painter(), here, Message(text))

    @visited
    @language.spoken
    def act(
        self,
        note: str,
        claim: str,
        place: str,
        when: str,
        case_id: str,
        look: Look,
        automatic: bool,
        update: float | None,
        event: gr.EventData,
        request: gr.Request | None = None,
    ) -> Iterator[Update]:
        """An event of a panel; its data came from the page and is checked by the workbench."""
        data, typed = dict(event._data or {}), [note, claim, place, when]
        look = self.received(look, update, data)
        here = (case_id, case_acts.signed_now(look, data), automatic)
        try:
            for answer in self._answer(data, typed, here):
                yield from self._in_turn(answer, event.target)
        except AccessRefused as error:
            yield self.paint(self.painter(), here, Message(str(error), "error"))
        except CaseNotFound as error:  # it was deleted in another tab, or is no longer shared
            yield from self._gone(here, error)

    def _gone(self, here: Here, error: CaseNotFound) -> Iterator[Update]:
        """The case of the page is not there any more, for this visitor."""
        case_id, look, automatic = here
        shown = self._tabs.seen(look.tab, look.event, case_id)
        text = str(error)
        if shown is not None and shown.entries:
            text = tr(
                "This case was deleted meanwhile, or is no longer shared with you: what you did last was not stored."
            )
        yield from self.open("", look.anew(), automatic, Message(text, "error"))

    def _in_turn(self, update: Update, asked: Any) -> Iterator[Update]:
        """The panel that asked, and what stands beside every tab, before the panels of the other tabs.

        A browser takes longer to put up half a megabyte that nobody sees than the server to compute most overrides.
        """
        panels = self.parts.panels
        name = next((n for n in TABS if panels[n]._id == getattr(asked, "_id", None)), None)  # a session has copies
        if name is None or panels[name] not in update:
            yield update
            return
        hidden = {panels[n] for n in TABS if n != name}
        if name != "events":
            hidden |= {panels["charts"], self.parts.timeline, self.parts.map}
        later = {part: value for part, value in update.items() if part in hidden}
        if not later:
            yield update
            return
        yield {part: value for part, value in update.items() if part not in hidden and part is not self.parts.update}
        yield later | {p: v for p, v in update.items() if p is self.parts.update}  # only now it holds the whole

    def _answer(self, data: dict[str, Any], typed: list[str], here: Here) -> Iterator[Update]:
        case_id, look, automatic = here
        match data.get("act", "select"):
            case "home":
                yield from self.open("", look.anew(), automatic)
            case "open":
                yield from self.open(str(data.get("id", "")), look.anew(), automatic)
            case "example":
                yield from self._example(data, typed, here)
            case "run":
                yield from self.compute(here)
            case "undo":
                yield from self.change(here, lambda: self.workbench.undo(case_id, look.who, _number(data)))
            case "redo":
                yield from self.change(here, lambda: self.workbench.redo(case_id, look.who))
            case "apply-mine":
                yield from self._again(data, typed, here)
            case "see-news":
                for count, update in enumerate(ACTS["see-news"](self, here, data)):
                    yield update | (self._refreshed(here, typed) if not count and len(update) > 1 else {})
            case "dismiss" | "order" | "more" | "select" | "compare":
                yield self.looking((case_id, _looked(look, data), automatic))
            case name if name in ACTS:
                yield from ACTS[name](self, here, data)
            case _:
                action = actions.override(data)
                if action:
                    yield from self.change(here, lambda: self.workbench.override(case_id, action, look.who))

    def _again(self, data: dict[str, Any], typed: list[str], here: Here) -> Iterator[Update]:
        """Make a refused edit all the same: what it would have overwritten was shown."""
        case_id, look, automatic = here
        again, seen = read_event(str(data.get("again", ""))), _number({"number": data.get("seen", "")})
        event = replace(look.event, seen=-1 if seen is None else seen, data=str(data.get("again", "")))
        now = (case_id, replace(look, event=event), automatic)
        if again.get("act") == "analyse":
            over_these = again.get("over")
            self._tabs.shown(look.tab, case_id, over_these if isinstance(over_these, dict) else {})
            yield from self._analyse(typed, now)
        elif again.get("act") != "apply-mine":
            yield from self._answer(again, typed, now)

    def _refreshed(self, here: Here, typed: list[str]) -> Update:
        """The fields of note and claim that others have changed and nobody is changing in this tab."""
        case_id, look, _ = here
        seen = self._tabs.seen(look.tab, look.event, case_id)
        if not case_id or seen is None or seen.inputs is None:
            return {}
        now, base, held = self.workbench.view(case_id).inputs, seen.inputs, dict(zip(INPUTS, typed, strict=True))
        idle = [n for n in differing(base, now) if (held[n] or "").strip() in (fields(base)[n], fields(now)[n])]
        self._tabs.filled(look.tab, case_id, inputs_of(fields(base) | {n: fields(now)[n] for n in idle}))
        return self.painter().fields(now, tuple(idle))

    @visited
    def export(self, case_id: str, look: Look, event: gr.EventData, request: gr.Request | None = None) -> Any:
        """A report, the photograph with its caption, the analysis document, or the whole case as a bundle."""
        wanted = str((event._data or {}).get("format", ""))
        try:
            return gr.update(value=str(report_panel.made(self.workbench, case_id, wanted, look.who)))
        except NewsctxError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from error

    # --- steps ------------------------------------------------------------------------------------------------

    def open(self, case_id: str, look: Look, automatic: bool, message: Message | None = None) -> Iterator[Update]:
        here = (case_id, look, automatic)
        try:
            view = self.workbench.view(case_id) if case_id else None
        except CaseNotFound as error:
            here, view, message = ("", look, automatic), None, Message(str(error), "error")
        painter = self.painter()
        if view:
            self._tabs.filled(look.tab, case_id, view.inputs)
        yield self.paint(painter, here, message) | painter.case(here[0], look) | painter.typed(view)
        if view and (view.running or (view.interrupted and people.right(self.workbench, case_id) != "read")):
            yield from self.compute(here, painter, _resumed() if view.interrupted else None)

    def _example(self, data: dict[str, Any], typed: list[str], here: Here) -> Iterator[Update]:
        examples = self.workbench.examples()
        number = str(data.get("index", ""))
        if not number.isdigit() or int(number) >= len(examples):
            return
        example = examples[int(number)]
        yield from self._create(example.path.read_bytes(), example.path.name, typed, here)

    def _create(self, data: bytes, name: str, typed: list[str], here: Here) -> Iterator[Update]:
        painter = self.painter()
        try:
            inputs = actions.inputs(*typed) if not here[0] else Inputs()  # what was typed belongs to the case before
            case_id = self.workbench.create_case(data, name, inputs, here[1].who)
        except NewsctxError as error:
            yield self.paint(painter, here, Message(str(error), "error")) | painter.emptied()
            return
        now = (case_id, here[1].anew(), here[2])
        self._tabs.filled(now[1].tab, case_id, inputs)
        first = self.paint(painter, now) | painter.case(case_id, now[1]) | painter.emptied()
        if here[0]:  # else the fields already hold what the case got, or what is being typed this moment
            first |= painter.typed(self.workbench.view(case_id))
        yield first
        yield from self.compute(now, painter)

    def change(self, here: Here, change: Any) -> Iterator[Update]:
        """An override: the later stages turn stale, and are recomputed if the analyst wants that.

        What is recomputed within a moment is painted once: painting the stale page first would only delay it.
        """
        painter = self.painter()
        try:
            message = self.edited(here, change)
        except CaseNotFound:
            raise
        except NewsctxError as error:
            yield self.paint(painter, here, refused(error, here[1].event))
            return
        if here[2]:
            yield from self.compute(here, painter, message)
        else:
            yield self.paint(painter, here, message)

    def edited(self, here: Here, change: Any) -> Message:
        """Make a tab's edit of a case; what others have done to the case meanwhile, as a message.

        Every edit of a page is made in here: the workbench refuses one that would overwrite what the tab has not seen.

        Raises NewsctxError, EditConflict among them.
        """
        case_id, look, _ = here
        with self._tabs.editing(look.tab, look.event):
            change()
        seen = self._tabs.seen(look.tab, look.event, case_id) if case_id else None
        try:
            return Message(others=self.workbench.news(case_id, seen) if seen else ())
        except CaseNotFound:  # the edit was its deletion
            return Message()

    def compute(self, here: Here, painter: Painter | None = None, message: Message | None = None) -> Iterator[Update]:
        """Run what is stale and paint each step; `message` stays on the page meanwhile."""
        painter = painter or self.painter()
        self.seen(here[1])
        try:
            for view in self._run(here):
                yield self.paint(painter, self._looks.newest(here), _queued(view) or message, view)
        except NewsctxError as error:
            yield self.paint(painter, here, Message(str(error), "error"))

    def _run(self, here: Here) -> Iterator[CaseView]:
        """What is stale is computed; who may only read the case follows what others have begun."""
        bench = self.workbench
        if here[0] and people.right(bench, here[0]) == "read":
            return bench.follow(here[0], PACE)
        return bench.run(here[0], here[1].who, PACE)

    def looking(self, here: Here) -> Update:
        self.seen(here[1])
        return self.paint(self.painter(), here) | {self.parts.look: here[1]}

    def received(self, look: Look, update: Any, data: Mapping[str, Any] | None = None) -> Look:
        """An event has begun: the tab holds this update as its newest. Returns the look with the event."""
        self._held.received(look.tab, update)
        return replace(look, event=Event.of(update, data))

    def doubtful(self, look: Look) -> bool:
        """Whether what the tab shows may be older than what it was sent last."""
        return self._held.doubtful(look.tab)

    def seen(self, look: Look) -> None:
        """What the tab looks at from now on, for work that goes on painting."""
        self._looks.note(look)

    # --- the page ---------------------------------------------------------------------------------------------

    def painter(self) -> Painter:
        return Painter(self.parts, WorkbenchPictures(self.workbench), self._held)

    def paint(
        self, painter: Painter, here: Here, message: Message | None = None, view: CaseView | None = None
    ) -> Update:
        case_id, look, automatic = here
        bench = self.workbench
        cases = CaseList() if case_id else case_acts.listed(bench, look.cases)
        page = replace(
            self.page(painter, message),
            **people.standing(bench, case_id, cases.rows),
            case=view or (bench.view(case_id) if case_id else None),
            look=look,
            examples=() if case_id else self._examples(painter.pictures),
            cases=cases,
            batches=BatchList() if case_id else batch_acts.listed(bench, look.batch),
            history=case_acts.history(bench, self._comparisons, case_id, look.cases) if case_id else CaseHistory(),
            automatic=automatic,
            writer=bench.writer_of(case_id) if case_id else bench.settings.caption.writer,
            prompts=bench.prompts(case_id) if case_id else (),
        )
        update = painter.paint(page)
        shown = {c.case_id: c.entries for c in page.cases.rows} | ({case_id: page.case.entries} if page.case else {})
        self._tabs.painted(look.tab, update.get(self.parts.update), shown)
        return update

    def page(self, painter: Painter, message: Message | None = None) -> Page:
        """What a page shows whatever its case is."""
        bench, someone = self.workbench, people.person(self.gate)
        if painter.choices is None:
            painter.choices = bench.profile_choices()
        return Page(
            archive=bench.archive_info,
            pictures=painter.pictures,
            message=message or Message(),
            archive_problem=bench.archive_problem,
            channels=bench.settings.retrieve.weights,
            profiles=painter.choices,
            switch=bench.switch,
            profile_locked=people.profile_locked(someone, bench.profile_locked),
            hide_all=bench.settings.photo.hide_all,
            services=bench.services,
            writers=bench.writers,
            atlas=bench.atlas,
            person=someone,
            guest=guest_gate.guest(visits.current(), bench.settings.hosting.guest_hours),
        )

    def _examples(self, pictures: WorkbenchPictures) -> tuple[tuple[str, str, str], ...]:
        return tuple((e.title, e.note, picture(pictures.example(e))) for e in self.workbench.examples())


def _resumed() -> Message:
    return Message(tr("The last run of this case was interrupted. Nothing of it is lost: it goes on where it stopped."))


def _queued(view: CaseView) -> Message | None:
    """Where the analysis waits for others."""
    if not view.waiting:
        return None
    return Message(tr("Others' analyses run first. Your place in the queue: %(place)s.", place=view.waiting))


def _looked(look: Look, data: dict[str, Any]) -> Look:
    """The look after the analyst chose an order, more rows or an event (a second click takes an event back)."""
    match data.get("act", "select"):
        case "order":
            return replace(look, order=str(data.get("order", "")))
        case "more":
            return replace(look, shown=look.shown + MORE)
        case "select":
            cluster = str(data.get("cluster", ""))
            return replace(look, cluster="" if cluster == look.cluster else cluster)
        case "compare":
            first, second = (str(data.get(name, "")) for name in ("first", "second"))
            known = first.isdecimal() and second.isdecimal()
            return replace(look, compare=(int(first[:9]), int(second[:9])) if known else (0, 0))
    return look


def _number(data: dict[str, Any]) -> int | None:
    """The number that a button carries: of the newest change that its page shows."""
    text = str(data.get("number", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
