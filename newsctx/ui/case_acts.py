"""Acts on cases, their history and runs that are more than one override, and what both are painted from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from newsctx.compare_runs import Comparison, compare
from newsctx.errors import CaseNotFound, NewsctxError
from newsctx.ui import visits
from newsctx.ui.acts import Act, Here, Update
from newsctx.ui.case_look import ENTRIES, MORE, RUNS, CaseHistory, CaseList, CasesLook, Checked
from newsctx.ui.cases_panel import WORD
from newsctx.ui.conflict_words import refused
from newsctx.ui.language import tr
from newsctx.ui.page import Look

if TYPE_CHECKING:
    from newsctx.ui.handlers import Handlers
    from newsctx.workbench import Workbench

Data = Mapping[str, Any]
COOKIE = "newsctx_who"  # the name that this browser signs with
NAME = 80  # characters of it
KEPT = 8  # comparisons that are remembered
TRAILS = 32  # trails that are remembered: as many cases are worked in at once


# --- what is shown ------------------------------------------------------------------------------------------------


def listed(bench: Workbench, look: CasesLook) -> CaseList:
    """The cases that the search finds, and what can be filtered by."""
    now = visits.current()
    whose = (look.whose, now.owner if now else "")
    try:
        found = bench.cases(look.query, look.status, look.tag, look.archived, look.shown + 1, whose=whose)
    except NewsctxError:  # a filter that is none came from the page
        found = bench.cases(archived=look.archived, limit=look.shown + 1, whose=whose)
    tags = tuple(name for name, _ in bench.case_tags(look.archived))
    return CaseList(found[: look.shown], len(found) > look.shown, bench.count_cases(archived=None), tags)


class Comparisons:
    """Runs side by side and trails; a run that has ended never changes, so what was compared once is kept a while.

    Safe for several threads. Who asks is checked before by what tells the trail.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # of the two dictionaries only: nothing is read or compared inside
        self._kept: dict[tuple[str, ...], Comparison] = {}
        self._trails: dict[str, CaseHistory] = {}

    def trail(self, bench: Workbench, case_id: str) -> CaseHistory:
        """The trail and the runs of a case, read again only where it has grown: an analysis paints many times."""
        count, known = bench.entries(case_id), self._trails.get(case_id)
        if known is None or len(known.trail) != count:
            known = CaseHistory(bench.trail(case_id), bench.runs(case_id))
            self._keep(self._trails, case_id, known, TRAILS)
        return known

    def of(self, bench: Workbench, case_id: str, runs: tuple[tuple[str, str], ...]) -> Comparison:
        """`runs`: run ids with their labels. Raises CaseNotFound where a document is not kept (any more)."""
        key = (case_id, *(f"{run_id} {label}" for run_id, label in runs))
        found = self._kept.get(key)
        if found is None:
            found = compare([(label, bench.run_document(case_id, run_id)) for run_id, label in runs])
            self._keep(self._kept, key, found)
        return found

    def _keep(self, known: dict[Any, Any], key: Any, value: Any, most: int = KEPT) -> None:
        with self._lock:
            known.pop(key, None)
            while len(known) >= most:
                known.pop(next(iter(known)))
            known[key] = value


def history(bench: Workbench, comparisons: Comparisons, case_id: str, look: CasesLook) -> CaseHistory:
    """The trail and the runs of a case, with the chosen runs side by side, the oldest first."""
    shown = comparisons.trail(bench, case_id)
    chosen = sorted((r for r in shown.runs if r.run_id in look.runs and r.kept), key=lambda r: r.number)
    if len(chosen) < 2:
        return shown
    try:
        pairs = tuple((r.run_id, tr("Run %(number)s", number=r.number)) for r in chosen[-RUNS:])
        return replace(shown, compared=comparisons.of(bench, case_id, pairs))
    except CaseNotFound as error:
        return replace(shown, problem=str(error))


def signed(look: Look, cookies: Mapping[str, str]) -> Look:
    """The look of a browser that has kept the analyst's name."""
    return replace(look, who=_name(unquote(cookies.get(COOKIE) or "")))


def signed_now(look: Look, data: Data) -> Look:
    """The look under the name that stands in the field as the act is sent."""
    return replace(look, who=_name(_text(data, "who"))) if "who" in data else look


# --- looking ------------------------------------------------------------------------------------------------------


def _look(handlers: Handlers, here: Here, **changes: Any) -> Iterator[Update]:
    case_id, look, automatic = here
    yield handlers.looking((case_id, replace(look, cases=replace(look.cases, **changes)), automatic))


def _search(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    yield from _look(
        handlers, here, query=_text(data, "query")[:200], status=_text(data, "status"), tag=_text(data, "tag"),
        archived=bool(data.get("archived")), whose=_text(data, "whose"), shown=MORE, editing="", deleting="",
    )  # fmt: skip


def _tag(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    yield from _look(handlers, here, tag=_text(data, "tag"), shown=MORE)


def _more(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    yield from _look(handlers, here, shown=here[1].cases.shown + MORE)


def _edit(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    chosen = _text(data, "id")
    yield from _look(handlers, here, editing="" if chosen == here[1].cases.editing else chosen, deleting="")


def _ask_delete(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    chosen = _text(data, "id")
    yield from _look(handlers, here, deleting="" if chosen == here[1].cases.deleting else chosen, editing="")


def _run(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Choose a run for the comparison, or take it out; of more than three the first chosen goes."""
    chosen, runs = _text(data, "id"), here[1].cases.runs
    runs = tuple(r for r in runs if r != chosen) if chosen in runs else (*runs, chosen)[-RUNS:]
    yield from _look(handlers, here, runs=runs if chosen else ())


def _entries(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    yield from _look(handlers, here, entries=here[1].cases.entries + ENTRIES)


def _check(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Check the chain of the case's trail."""
    bench, case_id = handlers.workbench, here[0]
    problems = tuple(str(p) for p in bench.verify(case_id))
    entries = bench.trail(case_id)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    checked = Checked(len(entries), entries[-1].hash if entries else "", now, problems)
    yield from _look(handlers, here, checked=checked)


def _news(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Follow what another tab did to the case; where nothing happened, nothing is painted."""
    case_id = here[0]
    same = not case_id or str(handlers.workbench.entries(case_id)) == _text(data, "seen")
    if same and not handlers.doubtful(here[1]):
        yield {handlers.parts.case_id: case_id}  # Gradio takes an empty dictionary for a missing value
        return
    yield handlers.looking(here)
    if case_id and handlers.workbench.view(case_id).running:
        yield from handlers.compute(here)


def _sign(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    case_id, look, automatic = here
    yield handlers.looking((case_id, replace(look, who=_name(_text(data, "value"))), automatic))


# --- changing -----------------------------------------------------------------------------------------------------


def _change(
    handlers: Handlers, here: Here, change: Callable[[], object], said: str = "", **looks: Any
) -> Iterator[Update]:
    """Change a case outside its results; an error becomes a line on the page and leaves open what was open."""
    case_id, look, automatic = here
    try:
        message = replace(handlers.edited(here, change), text=said)
        look = replace(look, cases=replace(look.cases, **looks))
    except NewsctxError as error:
        message = refused(error, look.event)
    painter, here = handlers.painter(), (case_id, look, automatic)
    yield handlers.paint(painter, here, message) | {handlers.parts.look: look}


def _case(here: Here, data: Data) -> str:
    """The case that an act is about: one of the list, or the one that is open."""
    return _text(data, "id") or here[0]


def _save(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    case_id, who = _case(here, data), here[1].who

    def change() -> None:
        bench = handlers.workbench
        if "title" in data:
            bench.rename(case_id, _text(data, "title"), who)
        if "tags" in data:
            bench.tag(case_id, [t for t in (part.strip() for part in _text(data, "tags").split(",")) if t], who)

    yield from _change(handlers, here, change, editing="")


def _status(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    case_id, who, value, reason = _case(here, data), here[1].who, _text(data, "value"), _text(data, "reason")
    yield from _change(handlers, here, lambda: handlers.workbench.set_status(case_id, value, who, reason))


def _archive(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    on = bool(data.get("on"))
    said = tr("Archived. “Archived” above the list brings it back.") if on and not here[0] else ""
    case_id, who = _case(here, data), here[1].who
    change = lambda: handlers.workbench.archive(case_id, on, who)  # noqa: E731
    yield from _change(handlers, here, change, said, deleting="", editing="")


def _delete(handlers: Handlers, here: Here, data: Data) -> Iterator[Update]:
    """Delete a case of the list, once its word was typed."""
    case_id = _text(data, "id")

    def change() -> None:
        if _text(data, "word").strip() != WORD:
            raise NewsctxError(tr("Nothing was deleted: type the word %(word)s to confirm.", word=WORD))
        handlers.workbench.delete_case(case_id, here[1].who, _text(data, "reason"))

    yield from _change(handlers, here, change, tr("The case was deleted."), deleting="")


def _text(data: Data, name: str) -> str:
    return str(data.get(name) or "")


def _name(text: str) -> str:
    """A name on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME]


ACTS: dict[str, Act] = {
    "see-cases": _search,
    "see-tag": _tag,
    "see-more-cases": _more,
    "see-edit": _edit,
    "see-delete": _ask_delete,
    "see-run": _run,
    "see-entries": _entries,
    "see-check": _check,
    "see-who": _sign,
    "see-news": _news,
    "case-edit": _save,
    "case-status": _status,
    "case-archive": _archive,
    "case-delete": _delete,
}
