"""Two tabs of one case through the page's own handlers: merged and told, refused and both shown, made all the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import gradio as gr
import pytest
from conftest import QUERIES

from newsctx.case_conflicts import fields
from newsctx.records import Claim, Inputs
from newsctx.ui.handlers import Handlers
from newsctx.ui.layout import _assemble
from newsctx.ui.page import Look
from newsctx.ui.tabs import EDITS, Event, Tabs
from newsctx.workbench import Workbench


class Tab:
    """A page: it holds what it was sent, and sends what a browser would send."""

    def __init__(self, handlers: Handlers, name: str, case_id: str) -> None:
        self.on, self.case_id = handlers, case_id
        self.look = Look(who=name, tab=name)
        self.held: dict[Any, Any] = {}
        self.take(handlers.open(case_id, self.look, False))

    def take(self, updates: Any) -> None:
        for update in updates:
            self.held |= update

    def press(self, data: dict[str, Any]) -> str:
        """Click, and return the message that is shown then."""
        look = self.on.received(replace(self.look), self.number, data)
        self.take(self.on._answer(data, self.typed, (self.case_id, look, False)))
        return self.message

    def analyse(self, **typed: str) -> str:
        for name, value in typed.items():
            self.held[self.on.parts.typed[("note", "claim", "place", "date").index(name)]] = value
        look = self.on.received(self.look, self.number, {"act": "analyse"})
        self.take(self.on._analyse(self.typed, (self.case_id, look, False)))
        return self.message

    @property
    def number(self) -> Any:
        return self.held.get(self.on.parts.update)

    @property
    def typed(self) -> list[str]:
        return [self.held.get(part, "") for part in self.on.parts.typed]

    @property
    def message(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.held[self.on.parts.panels["message"]])).split())

    @property
    def button(self) -> dict[str, str]:
        """What “store mine all the same” would send."""
        html = self.held[self.on.parts.panels["message"]]
        tag = re.search(r"<button[^>]*data-act=\"apply-mine\"[^>]*>", html)
        return {k: unescape(v) for k, v in re.findall(r'data-(\w+)="([^"]*)"', tag[0])} if tag else {}


@pytest.fixture(scope="module")
def bench(demo_archive, models, tmp_path_factory):
    made = Workbench(demo_archive, tmp_path_factory.mktemp("state"), models)
    yield made
    made.close()


@pytest.fixture
def case(bench) -> str:
    data = (QUERIES / "q02-paris-crop.jpg").read_bytes()
    return bench.create_case(data, "crop.jpg", Inputs(note="tram", claim=Claim(text="a flood")))


@pytest.fixture
def tabs(bench, case) -> tuple[Tab, Tab]:
    with gr.Blocks(analytics_enabled=False):
        parts, _ = _assemble()
    handlers = Handlers(bench, parts)
    return Tab(handlers, "Ana", case), Tab(handlers, "Bo", case)


def pin(article: str) -> dict[str, str]:
    return {"act": "pin", "id": article, "on": "1"}


def test_another_thing_is_merged_and_told_the_same_thing_is_refused_with_both_sides(bench, case, tabs):
    ana, bo = tabs
    ana.press({"act": "set_place", "value": "Kyoto"})
    assert "Ana: Set the place to Kyoto" in bo.press(pin("paris-flood-1"))  # bo's own edit stands beside it
    assert "Meanwhile" not in bo.press(pin("paris-flood-1") | {"on": ""})  # told once
    ana.press({"act": "set_place", "value": "Istanbul"})
    said = bo.press({"act": "set_place", "value": "Paris (France)"})
    assert "Not stored" in said and "Ana" in said and "Istanbul" in said and "Set the place to Paris" in said
    assert bench._cases.get(case).overrides[-1].place == "Istanbul"
    ana.press({"act": "set_date", "date": "2017", "value": "2017"})
    bo.press(bo.button)
    assert bench._cases.get(case).overrides[-1].place == "Paris (France)" and bench.verify(case) == ()


def test_a_case_that_others_have_changed_meanwhile_is_not_deleted_unseen(bench, case, tabs):
    ana, bo = tabs
    bo.case_id = ""
    bo.take(bo.on.open("", bo.look, False))  # the list of cases
    ana.press({"act": "set_place", "value": "Istanbul"})
    said = bo.press({"act": "case-delete", "id": case, "word": "delete"})
    assert "Not stored" in said and "Istanbul" in said and "Delete" in said and bench.view(case).case_id == case
    bo.press(bo.button)
    assert case not in [c.case_id for c in bench.cases(archived=None)], "who has seen it can delete it knowingly"


def test_made_all_the_same_is_still_refused_where_it_was_changed_once_more(bench, case, tabs):
    ana, bo = tabs
    ana.press({"act": "set_place", "value": "Istanbul"})
    bo.press({"act": "set_place", "value": "Paris (France)"})
    shown = bo.button
    ana.press({"act": "set_place", "value": "Sydney"})  # between bo's reading and bo's click
    assert "Sydney" in bo.press(shown) and bench._cases.get(case).overrides[-1].place == "Sydney"


def test_two_quick_acts_of_one_tab_are_no_conflict(bench, case, tabs):
    ana, _ = tabs
    number = ana.number
    for place in ("Kyoto", "Sydney"):  # the second was clicked before the first was painted
        look = ana.on.received(ana.look, number, {})
        list(ana.on._answer({"act": "set_place", "value": place}, ana.typed, (case, look, False)))
    assert bench._cases.get(case).overrides[-1].place == "Sydney"


def test_note_and_claim_are_merged_by_field_and_the_page_shows_what_it_came_to(bench, case, tabs):
    ana, bo = tabs
    ana.analyse(note="tram at night")
    bo.analyse(claim="a burst pipe")
    assert fields(bench.view(case).inputs) | {"date": ""} == {
        "note": "tram at night", "claim": "a burst pipe", "place": "", "date": ""}  # fmt: skip
    assert bo.typed[0] == "tram at night"  # the field that only Ana changed
    said = ana.analyse(claim="a river over its banks")
    assert "Not stored" in said and "a burst pipe" in said and "a river over its banks" in said
    assert ana.typed[1] == "a river over its banks"  # what was typed stays
    ana.press(ana.button)
    assert bench.view(case).inputs.claim.text == "a river over its banks"
    bo.press({"act": "see-news", "seen": "0"})  # bo's page takes it over, since nobody was typing there
    assert bo.typed[1] == "a river over its banks"


def test_a_title_that_was_typed_over_another_is_refused_and_shown(bench, case, tabs):
    ana, bo = tabs
    ana.press({"act": "case-edit", "title": "Ana's title"})
    assert "Bo's title" in bo.press({"act": "case-edit", "title": "Bo's title"})
    assert bench.view(case).title == "Ana's title" and json.loads(bo.button["again"])["title"] == "Bo's title"
    bo.press(bo.button)
    assert bench.view(case).title == "Bo's title"


def test_undo_of_what_another_tab_did_is_refused_without_a_way_around(bench, case, tabs):
    ana, bo = tabs
    ana.press(pin("paris-flood-1"))
    assert "Nothing was taken back" in bo.press({"act": "undo"}) and not bo.button
    assert len(bench._cases.get(case).overrides) == 1
    bo.press({"act": "undo"})  # now it was seen
    assert bench._cases.get(case).overrides == ()


def test_a_case_that_was_deleted_meanwhile(bench, case, tabs):
    ana, bo = tabs
    bench.delete_case(case)
    look = bo.on.received(bo.look, bo.number, {})

    class Clicked:
        _data, target = pin("paris-flood-1"), None

    bo.take(bo.on.act(*bo.typed, case, look, False, bo.number, Clicked()))
    assert "deleted meanwhile, or is no longer shared" in bo.message


def test_the_page_names_every_edit_that_takes_what_was_seen():
    import inspect

    takes = {n for n, m in inspect.getmembers(Workbench, callable) if not n.startswith("_")
             and "since" in inspect.signature(m).parameters} - {"news"}  # fmt: skip
    assert takes == EDITS


def test_what_a_tab_has_seen_is_what_the_update_that_it_holds_has_shown():
    tabs = Tabs()
    tabs.painted("a", 3, {"c": 7})
    tabs.painted("a", 4, {"c": 9})
    assert [tabs.seen("a", Event(held), "c").entries for held in (3, 4, 99, 0)] == [7, 9, 0, 0]
    assert tabs.seen("b", Event(4), "c").entries == 0  # another tab's number tells nothing
    assert tabs.seen("", Event(4), "c") is None  # no tab: a script
    assert tabs.seen("a", Event(3, seen=8), "c").entries == 8  # a refusal has shown more
    assert tabs.seen("a", Event(3), "c").entries == 8
