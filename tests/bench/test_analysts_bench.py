"""The simulated analysts: grouping, quantiles, what was lost, a tab's values, and two of them on a real server."""

from __future__ import annotations

import os
import random

import pytest
from conftest import QUERIES

from newsctx.audit import AuditEntry
from newsctx.bench.analyst_tab import Answer, Config, Tab, _edited, _grown
from newsctx.bench.analyst_work import Edit
from newsctx.bench.analysts import AnalystsReport, _quantile, grouped, missing, photographs, run
from newsctx.settings import AnalystSettings


def entry(number: int, what: str, **override: object) -> AuditEntry:
    return AuditEntry(case_id="c", number=number, made="", who="x", what=what, detail={"override": override})


def test_of_three_cases_one_is_shared_by_three_or_two():
    assert grouped(8, 1 / 3) == [[1], [2], [3, 4, 5], [6], [7], [8]]  # the last one finds nobody to share with
    groups = grouped(20, 1 / 3)
    assert sorted(n for g in groups for n in g) == list(range(1, 21))
    assert {len(g) for g in groups} == {1, 2, 3} and grouped(3, 0) == [[1], [2], [3]]


def test_an_edit_without_its_entry_is_lost_and_an_entry_counts_once():
    pin = Edit("c", "x", "override", {"action": "pin", "article_id": "a"})
    entries = [entry(1, "override", action="pin", article_id="a", on=True), entry(2, "undo")]
    assert missing([pin], entries) == []
    assert missing([pin, pin], entries) == [pin]  # two were acknowledged, one is there
    assert missing([Edit("c", "x", "undo", {}), pin], entries) == [pin]  # made after the undo, but stands before it
    assert missing([Edit("c", "x", "override", {"action": "pin", "article_id": "b"})], entries)


def test_quantiles_are_values_that_were_measured():
    assert _quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0 and _quantile([1.0, 9.0], 0.95) == 9.0
    assert _quantile([], 0.5) != _quantile([], 0.5)  # nan


def test_a_report_fails_where_anything_was_lost_or_went_wrong():
    report = AnalystsReport(1, 1, 0, 1.0)
    report.together.answers["pin"] = [Answer(0.1, 0.2)]
    assert not report.failed and "p95 of an override: 0.200 s, within 1 s" in report.text()
    report.lost.append(Edit("c", "x", "undo", {}))
    assert report.failed and "lost: 1" in report.text()
    assert AnalystsReport(1, 1, 0, 1.0, problems=["x"]).failed


def test_a_report_fails_where_overrides_were_slower_than_they_may_be():
    report = AnalystsReport(1, 1, 0, 1.0)
    report.together.answers["pin"] = [Answer(0.1, 0.2)] * 18 + [Answer(0.1, 1.2)] * 2  # the 19th of 20 counts
    assert report.failed and "p95 of an override: 1.200 s, ABOVE 1 s" in report.text()
    assert report.p95 == 1.2 and not AnalystsReport(1, 1, 0, 1.0).failed


def test_answers_are_put_together_from_what_differs():
    first = ["abc", {"__type__": "update"}, {"a": [1, 2]}]
    assert _grown(None, first) == first
    edits = [[["append", [], "d"]], [], [["replace", ["a", 0], 5], ["add", ["a", 2], 7], ["delete", ["a", 1], None]]]
    assert _grown(first, edits) == ["abcd", {"__type__": "update"}, {"a": [5, 7]}]
    assert _edited({"x": "y"}, [["append", ["x"], "z"], ["add", ["k"], 1]]) == {"x": "yz", "k": 1}


def test_a_tab_clicks_what_its_page_offers():
    html = (
        '<button type="button" data-act="pin" data-id="a&amp;b" data-on="1" data-key="pin:a">Pin</button>'
        '<button data-act="pin" data-id="c" data-on="" disabled>x</button><form data-act="move" data-id="c"></form>'
    )
    config = Config({1: {"id": 1, "type": "html", "props": {"elem_id": "nx-retrieve", "value": html}}}, {})
    tab = Tab(None, config, "x", random.Random(0))  # type: ignore[arg-type]
    assert tab.buttons("retrieve", "pin") == [{"act": "pin", "id": "a&b", "on": "1"}]
    assert tab.buttons("retrieve", "move") == [{"act": "move", "id": "c"}] and tab.buttons("retrieve", "undo") == []


def test_no_two_uploads_are_the_same_file():
    make, rng = photographs(QUERIES), random.Random(1)
    made = [make(rng)[0] for _ in range(6)]
    assert len(set(made)) == 6 and all(data.startswith(b"\xff\xd8") for data in made)


@pytest.mark.skipif(
    not os.environ.get("NEWSCTX_TEST_ANALYSTS"), reason="set NEWSCTX_TEST_ANALYSTS to minutes: it starts a server"
)
def test_analysts_on_a_real_server_lose_nothing(demo_archive):
    minutes = float(os.environ["NEWSCTX_TEST_ANALYSTS"])
    report = run(demo_archive, QUERIES, 3, minutes, AnalystSettings(alone=3, think_least=0.5, think_most=2))
    print(report.text())
    assert not report.failed and report.kept > 3 and report.shared == 1
