"""What each tab has seen of the cases that it edits, and which entries of their trails are its own.

A page tells the number of the newest update that it holds (`newsctx.ui.held`) with every event; here stands how much of
which trail that update showed. All of it is kept on the server, under the name that it gave the tab: a caller can claim
to have seen less, and then is refused more often, but takes nobody's edits for its own.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from newsctx.case_conflicts import INPUTS, Seen, fields, inputs_of
from newsctx.records import Inputs

if TYPE_CHECKING:
    from newsctx.workbench import Workbench

TABS = 1000  # tabs remembered; one that is forgotten is taken to have seen nothing
UPDATES = 200  # of a tab: more than are ever on their way
CASES = 50  # of a tab
#: Methods of the workbench that change a case and take `since`.
EDITS = frozenset(
    {"set_inputs", "override", "undo", "redo", "rename", "tag", "set_status", "archive", "share", "give", "delete_case"}
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """The event of a tab that is being answered."""

    held: float = 0  # number of the newest update that the tab held as it sent the event
    seen: int = -1  # entries that a refused edit was shown beside, when it is made all the same; -1: none was
    data: str = ""  # what the page sent, JSON: to make the edit again

    @classmethod
    def of(cls, held: Any, data: Mapping[str, Any] | None = None) -> Event:
        """An event as it comes from a page."""
        number = held if isinstance(held, int | float) else 0
        return cls(number, data=json.dumps(dict(data), ensure_ascii=False, default=str) if data else "")


def read_event(text: str) -> dict[str, Any]:
    """What a page sent once, as it has come back from the page: not trusted more than the first time."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass
class _Tab:
    painted: OrderedDict[float, dict[str, int]] = field(default_factory=OrderedDict)  # update -> case -> entries
    cases: OrderedDict[str, Seen] = field(default_factory=OrderedDict)  # entries: those that a refusal has shown


@dataclass(frozen=True)
class Editing:
    """A tab while its edit is made."""

    tabs: Tabs
    tab: str
    event: Event

    def since(self, case_id: str) -> Seen | None:
        return self.tabs.seen(self.tab, self.event, case_id)


_now: ContextVar[Editing | None] = ContextVar("editing", default=None)


class Tabs:
    """The tabs of one page; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: OrderedDict[str, _Tab] = OrderedDict()

    def painted(self, tab: str, update: Any, shown: Mapping[str, int]) -> None:
        """An update of this number shows so many entries of the trails of these cases."""
        if not tab or not isinstance(update, int | float):
            return
        with self._lock:
            known = self._tab(tab).painted
            known[update] = dict(shown)
            while len(known) > UPDATES:
                known.popitem(last=False)

    def filled(self, tab: str, case_id: str, inputs: Inputs) -> None:
        """The tab's fields of note and claim now hold this."""
        if tab:
            with self._lock:
                self._case(tab, case_id).inputs = inputs

    def shown(self, tab: str, case_id: str, held: Mapping[str, str]) -> None:
        """A refusal has shown the tab what these fields hold for others."""
        if tab:
            with self._lock:
                case = self._case(tab, case_id)
                if case.inputs is not None:
                    with suppress(ValueError):  # a date that is none: it came from the page
                        case.inputs = inputs_of(fields(case.inputs) | {n: str(held[n]) for n in INPUTS if n in held})

    def seen(self, tab: str, event: Event, case_id: str) -> Seen | None:
        """What a tab had seen of a case as it sent an event; None for a caller that is no tab.

        Its own entries and fields are the tab's: an edit adds to them.
        """
        if not tab:
            return None
        with self._lock:
            known, shown = self._case(tab, case_id), self._tab(tab).painted.get(event.held, {})
            known.entries = max(known.entries, event.seen)  # what a refusal has shown is seen from then on
            return Seen(max(known.entries, shown.get(case_id, 0)), known.own, known.inputs)

    @contextmanager
    def editing(self, tab: str, event: Event) -> Iterator[None]:
        """Inside, the workbench that `as_seen` gives is told what this tab has seen."""
        token = _now.set(Editing(self, tab, event) if tab else None)
        try:
            yield
        finally:
            _now.reset(token)

    def _tab(self, name: str) -> _Tab:
        found = self._tabs.setdefault(name, _Tab())
        self._tabs.move_to_end(name)
        while len(self._tabs) > TABS:
            self._tabs.popitem(last=False)
        return found

    def _case(self, tab: str, case_id: str) -> Seen:
        cases = self._tab(tab).cases
        found = cases.setdefault(case_id, Seen(0))
        cases.move_to_end(case_id)
        while len(cases) > CASES:
            cases.popitem(last=False)
        return found


class _Seeing:
    """A workbench whose edits say what their tab has seen."""

    def __init__(self, bench: Workbench, editing: Editing) -> None:
        self._bench, self._editing = bench, editing

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._bench, name)
        if name not in EDITS:
            return found

        def edit(case_id: str, *args: Any, **named: Any) -> Any:
            return found(case_id, *args, **{"since": self._editing.since(case_id)} | named)

        return edit


def as_seen(bench: Workbench) -> Workbench:
    """The workbench as the tab may use it whose edit is being made; otherwise the same."""
    now = _now.get()
    return cast("Workbench", _Seeing(bench, now)) if now else bench
