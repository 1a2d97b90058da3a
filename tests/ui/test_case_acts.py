"""What the page's acts on cases do, through the handlers and without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import pytest
from conftest import QUERIES

from newsctx.errors import CaseNotFound
from newsctx.records import STAGES
from newsctx.ui import case_acts
from newsctx.ui.case_look import RUNS, CasesLook
from newsctx.ui.handlers import ACTS, Handlers
from newsctx.ui.layout import _assemble
from newsctx.ui.page import Look
from newsctx.workbench import Workbench

CROP = QUERIES / "q02-paris-crop.jpg"


class Tab:
    """One browser tab: what it looks at, and what the page says after an act."""

    def __init__(self, bench: Workbench, case_id: str = "") -> None:
        with gr.Blocks(analytics_enabled=False):
            self.parts, _ = _assemble()
        self.handlers = Handlers(bench, self.parts)
        self.case_id, self.look, self.panels = case_id, Look(who="Ana"), {}

    def act(self, name: str, **data: str) -> None:
        for update in ACTS[name](self.handlers, (self.case_id, self.look, True), data):
            self.take(update)

    def open(self) -> None:
        for update in self.handlers.open(self.case_id, self.look, True):
            self.take(update)

    def take(self, update: dict) -> None:
        self.look = update.get(self.parts.look, self.look)
        self.panels |= {name: update[c] for name, c in self.parts.panels.items() if c in update}


@pytest.fixture
def bench(demo_archive, models, tmp_path) -> Iterator[Workbench]:
    bench = Workbench(demo_archive, tmp_path / "state", models)
    yield bench
    bench.close()


@pytest.fixture
def cases(bench) -> tuple[str, str]:
    one, two = (bench.create_case(CROP.read_bytes(), name) for name in ("one.jpg", "two.jpg"))
    return one, two


def found(tab: Tab) -> list[str]:
    return [c for c in ("one.jpg", "two.jpg", "Renamed") if f">{c}</a>" in tab.panels["cases"]]


def test_a_search_is_kept_and_one_that_is_none_shows_all(bench, cases):
    tab = Tab(bench)
    tab.act("see-cases", query="ONE")
    assert found(tab) == ["one.jpg"] and tab.look.cases.query == "ONE"
    tab.act("see-cases", query="", status="no such status")
    assert found(tab) == ["one.jpg", "two.jpg"]
    tab.act("see-cases", query="x" * 5000)
    assert found(tab) == [] and len(tab.look.cases.query) == 200


def test_title_tags_and_status_are_changed_under_the_name_of_the_tab(bench, cases):
    tab = Tab(bench)
    tab.act("see-edit", id=cases[0])
    tab.act("case-edit", id=cases[0], title="Renamed", tags=" flood ,, urgent ")
    assert tab.look.cases.editing == "" and "Renamed" in found(tab)
    tab.act("case-status", id=cases[0], value="handed_over", reason="night shift")
    view = bench.view(cases[0])
    assert (view.title, view.tags, view.status) == ("Renamed", ("flood", "urgent"), "handed_over")
    last = bench.trail(cases[0])[-1]
    assert (last.who, last.reason) == ("Ana", "night shift")


def test_what_the_store_refuses_is_said_and_the_form_stays_open(bench, cases):
    tab = Tab(bench)
    tab.act("see-edit", id=cases[0])
    tab.act("case-edit", id=cases[0], title="", tags="")
    assert 'data-kind="error"' in tab.panels["message"] and tab.look.cases.editing == cases[0]
    assert bench.view(cases[0]).title == "one.jpg"


def test_the_open_case_is_changed_where_no_other_is_named(bench, cases):
    tab = Tab(bench, cases[1])
    tab.act("case-edit", title="Renamed")
    tab.act("case-archive", on="1")
    view = bench.view(cases[1])
    assert view.title == "Renamed" and view.archived and view.tags == ()


def test_nothing_is_deleted_without_its_word(bench, cases):
    tab = Tab(bench)
    tab.act("see-delete", id=cases[0])
    tab.act("case-delete", id=cases[0], word="delet")
    assert "Nothing was deleted" in tab.panels["message"] and bench.view(cases[0])
    tab.act("case-delete", id=cases[0], word=" delete ")
    with pytest.raises(CaseNotFound):
        bench.view(cases[0])
    assert found(tab) == ["two.jpg"]


def test_the_fourth_run_that_is_chosen_takes_the_place_of_the_first(bench, cases):
    tab = Tab(bench, cases[0])
    for run in ("a", "b", "c", "d"):
        tab.act("see-run", id=run)
    assert tab.look.cases.runs == ("b", "c", "d") and RUNS == 3
    tab.act("see-run", id="c")
    assert tab.look.cases.runs == ("b", "d")
    tab.act("see-run", id="")
    assert tab.look.cases.runs == ()


def test_two_runs_are_compared_once_and_name_what_was_excluded(bench, cases):
    case_id = cases[0]
    *_, view = bench.run(case_id)
    best = view.document.stages.retrieve.hits[0].article_id
    bench.override(case_id, {"action": "exclude", "article_id": best}, "Ana")
    list(bench.run(case_id))
    runs = tuple(r.run_id for r in bench.runs(case_id))
    kept = case_acts.Comparisons()
    first = case_acts.history(bench, kept, case_id, CasesLook(runs=runs))
    assert first.compared.steps[0].cause.override.article_id == best
    assert next(m for m in first.compared.moved if m.article_id == best).ranks[1] is None
    assert case_acts.history(bench, kept, case_id, CasesLook(runs=runs)).compared is first.compared
    assert case_acts.history(bench, kept, case_id, CasesLook(runs=runs[:1])).compared is None
    assert case_acts.history(bench, kept, case_id, CasesLook(runs=("no such", "run"))).compared is None


def test_what_another_thread_pushes_out_meanwhile_is_still_told(monkeypatch):
    class Busy(dict):
        """Another thread takes the place of everything right after it was looked for."""

        def __contains__(self, key: object) -> bool:
            found = super().__contains__(key)
            self.clear()
            return found

    monkeypatch.setattr(case_acts, "compare", lambda pairs: pairs)
    bench, kept = SimpleNamespace(run_document=lambda case_id, run_id: run_id), case_acts.Comparisons()
    kept._kept = Busy()
    assert [kept.of(bench, "c", (("r", "Run"),)) for _ in range(2)] == [[("Run", "r")]] * 2


def test_cancelling_in_a_case_that_is_gone_says_so(bench, cases):
    tab = Tab(bench, cases[0])
    bench.delete_case(cases[0])
    tab.take(tab.handlers.cancel(cases[0], tab.look, True))
    assert "No case has the address" in tab.panels["message"]


def test_the_chain_is_checked_and_the_page_asks_only_for_news(bench, cases):
    tab = Tab(bench, cases[0])
    tab.act("see-check")
    assert tab.look.cases.checked.problems == () and "The chain holds" in tab.panels["history"]
    tab.panels.clear()
    tab.act("see-news", seen=str(bench.entries(cases[0])))
    assert tab.panels == {}, "nothing happened: nothing is painted"
    bench.rename(cases[0], "Renamed")
    tab.act("see-news", seen="1")
    assert "Renamed" in tab.panels["head"]


def test_the_panel_that_asked_is_sent_before_the_tabs_behind_it(bench, cases):
    tab = Tab(bench, cases[0])
    parts = tab.parts
    panels = parts.panels
    whole = {panels[n]: n for n in ("head", "retrieve", "caption", "charts", "events")}
    whole |= {parts.map: "map", parts.case_id: "x", parts.update: 7}
    first, then = tab.handlers._in_turn(whole, panels["retrieve"])
    assert first == {panels["head"]: "head", panels["retrieve"]: "retrieve", parts.case_id: "x"}
    assert first | then == whole and not first.keys() & then.keys()
    assert parts.update in then, "the number stands for the whole update: it comes last"
    first, then = tab.handlers._in_turn(whole, panels["events"])
    assert {panels["events"], panels["charts"], parts.map} <= first.keys() and panels["retrieve"] in then
    assert list(tab.handlers._in_turn(whole, panels["head"])) == [whole], "nobody knows which tab is open"
    del whole[panels["retrieve"]]
    assert list(tab.handlers._in_turn(whole, panels["retrieve"])) == [whole], "it did not change itself"


def test_a_run_that_was_interrupted_goes_on_when_its_page_opens(demo_archive, models, tmp_path):
    bench = Workbench(demo_archive, tmp_path / "state", models)
    case_id = bench.create_case(CROP.read_bytes(), "one.jpg")
    bench._cases.begin_run(case_id, 0)  # and the process ends
    bench.close()
    bench = Workbench(demo_archive, tmp_path / "state", models)
    assert bench.view(case_id).interrupted
    tab = Tab(bench, case_id)
    tab.open()
    view = bench.view(case_id)
    assert not view.interrupted and all(s.state == "fresh" for s in view.document.status)
    assert "The last run of this case was interrupted" in tab.panels["message"]
    assert len(view.document.status) == len(STAGES)
    bench.close()


def test_a_name_is_signed_with_from_then_on(bench, cases):
    tab = Tab(bench, cases[0])
    tab.act("see-who", value="  Ben\nBo ")
    assert tab.look.who == "Ben Bo"
    tab.act("case-edit", title="Renamed")
    assert bench.trail(cases[0])[-1].who == "Ben Bo"
    assert replace(tab.look).anew().who == "Ben Bo"
