"""What the page sends becomes an override, and every override is told in a sentence. No browser, no model."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import TypeAdapter

from newsctx.document import ArchiveInfo, ArticleCard, Document, Stages
from newsctx.errors import OverrideError
from newsctx.overrides import Override, ThresholdName, parse_override
from newsctx.records import Chunk, Cluster, EventsResult
from newsctx.ui import actions, language, override_words
from newsctx.ui.page import Page
from newsctx.workbench import CaseView, Inputs

HOSTILE = "50% <b>off</b> %(article)s ${x}"
ARTICLE = {"article_id": "added-1", "headline": HOSTILE}


def page() -> Page:
    cluster = Cluster(
        id="k1", place="Paris", atom="paris", first="2021-02-02", last="2021-02-03", article_ids=("a", "b"),
        text="x", representative="a",
    )  # fmt: skip
    chunk = Chunk(chunk_id="a#body:0-4", article_id="a", start=0, end=4, text="One.")
    document = Document(
        version="0",
        archive=ArchiveInfo(name="x", version="1", articles=1, photos=0, profile="embedded"),
        stages=Stages(events=EventsResult(clusters=(cluster,)), chunks=(chunk,)),
        articles={"a": ArticleCard(article_id="a", headline=HOSTILE)},
    )
    case = CaseView(case_id="c", title="t", created="", updated="", inputs=Inputs(), document=document)
    return Page(archive=document.archive, pictures=None, case=case)  # type: ignore[arg-type]


def told(**action: object) -> str:
    return override_words.sentence(page(), parse_override(action))


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ({"act": "weight", "channel": "copy", "value": "0"}, {"channel": "copy", "weight": 0.0}),
        ({"act": "weight", "channel": "copy", "value": ""}, {"channel": "copy", "weight": None}),
        ({"act": "threshold", "name": "relevance.gate", "value": "0"}, {"name": "relevance.gate", "value": 0.0}),
        ({"act": "threshold", "name": "relevance.gate", "value": ""}, {"name": "relevance.gate", "value": None}),
        (
            {"act": "correct_article", "id": "a", "places": "Paris; Lyon\r\n Nice ", "published": "2019-03"},
            {"article_id": "a", "places": ["Paris", "Lyon", "Nice"], "published": "2019-03"},
        ),
        (  # what the archive says already is no correction
            {"act": "correct_article", "id": "a", "places": "Paris\n", "archived_places": "Paris", "published": "2019",
             "archived_published": "2019"},
            {"article_id": "a", "places": None, "published": None},
        ),
        (  # the field was emptied: it plays nowhere that is known
            {"act": "correct_article", "id": "a", "places": "", "archived_places": "Paris", "published": ""},
            {"article_id": "a", "places": [], "published": None},
        ),
        (
            {"act": "correct_article", "id": "a", "reset": "1", "places": "Rome"},
            {"article_id": "a", "places": None, "published": None},
        ),
        ({"act": "merge_clusters", "ids": '["x", "y z"]'}, {"cluster_ids": ["x", "y z"], "on": True}),
        ({"act": "merge_clusters", "ids": ["x", "y"], "on": ""}, {"cluster_ids": ["x", "y"], "on": False}),
        (
            {"act": "split_cluster", "id": "k", "articles": '["a"]'},
            {"cluster_id": "k", "article_ids": ["a"], "on": True},
        ),
        ({"act": "edit_chunk", "id": "c", "value": " A.\r\nB. "}, {"chunk_id": "c", "text": "A.\nB."}),
        ({"act": "edit_chunk", "id": "c", "value": ""}, {"chunk_id": "c", "text": None}),
        ({"act": "add_chunk", "id": "a", "value": "A."}, {"article_id": "a", "text": "A.", "on": True}),
        ({"act": "pillar", "pillar": "date", "status": "verified", "note": " n "},
         {"pillar": "date", "status": "verified", "note": "n"}),
        ({"act": "sensitive", "on": ""}, {"image_id": "", "on": False}),
        ({"act": "approve", "version": "2"}, {"version": 2}),
        ({"act": "approve", "version": ""}, {"version": None}),
    ],
)  # fmt: skip
def test_an_event_of_the_page_becomes_an_override(sent, wanted):
    made = parse_override(actions.override(sent)).model_dump(mode="json", exclude={"action", "reason"})
    assert made == wanted


def test_a_forms_own_reason_goes_before_the_common_one():
    sent = {"act": "exclude", "id": "a", "on": "1", "reason": "left over", "why": " other event "}
    assert actions.override(sent)["reason"] == "other event"
    assert actions.override({**sent, "why": ""})["reason"] == "left over"


@pytest.mark.parametrize("ids", ["[not json", "7", '{"a": 1}', None, '["only one"]'])
def test_ids_that_are_no_list_are_refused_with_a_message(ids):
    with pytest.raises(OverrideError, match="cluster_ids"):
        parse_override(actions.override({"act": "merge_clusters", "ids": ids}))


def test_an_event_and_a_passage_are_named():
    assert told(action="cluster", cluster_id="k1", decision="kept") == "Kept the event Paris, 2 Feb 2021"
    assert told(action="cluster", cluster_id="gone", decision="") == "Took the decision back on the event gone"
    assert (
        told(action="split_cluster", cluster_id="k1", article_ids=["a"])
        == "Split 1 article off the event Paris, 2 Feb 2021"
    )
    assert told(action="merge_clusters", cluster_ids=["k1", "gone"], on=False) == "No longer merges 2 events"
    assert told(action="chunk", chunk_id="a#body:0-4", decision="dropped") == "Dropped the chunk a#body:0-4 (“One.”)"
    assert told(action="edit_chunk", chunk_id="a#body:0-4", text="Two.") == "Edited the chunk a#body:0-4: “Two.”"


def test_corrections_say_what_was_corrected():
    correct = {"action": "correct_article", "article_id": "a"}
    assert told(**correct, places=["Lyon"], published="2019") == f"Corrected to place Lyon, date 2019: {HOSTILE}"
    assert told(**correct, places=[]) == f"Corrected to no place: {HOSTILE}"
    assert told(**correct) == f"Took the correction back: {HOSTILE}"


EXAMPLES = (
    {"action": "pin", "article_id": "a"}, {"action": "exclude", "article_id": "a"},
    {"action": "move", "article_id": "a", "rank": 2}, {"action": "set_place", "place": "Paris"},
    {"action": "set_date", "date": "2019"}, {"action": "cluster", "cluster_id": "k1", "decision": "kept"},
    {"action": "chunk", "chunk_id": "a#body:0-4", "decision": "kept"},
    {"action": "weight", "channel": "copy", "weight": 2}, {"action": "fusion", "method": "rrf"},
    {"action": "writer", "writer": "w", "run": 1}, {"action": "prompt", "step": "synthesise", "text": "t"},
    {"action": "accept", "text": "x"}, {"action": "edit_caption", "text": HOSTILE},
    {"action": "allow_remote", "base_url": "http://h"}, {"action": "add_article", "article": ARTICLE},
    {"action": "correct_article", "article_id": "a", "places": ["x"]},
    {"action": "merge_clusters", "cluster_ids": ["k1", "k2"]},
    {"action": "split_cluster", "cluster_id": "k1", "article_ids": ["a", "b"]},
    {"action": "edit_chunk", "chunk_id": "a#body:0-4", "text": HOSTILE},
    {"action": "add_chunk", "article_id": "a", "text": HOSTILE},
    {"action": "threshold", "name": "relevance.gate", "value": 0.2},
    {"action": "pillar", "pillar": "date", "status": "false", "note": HOSTILE},
    {"action": "sensitive"}, {"action": "approve", "version": 1},
)  # fmt: skip


@pytest.mark.parametrize("action", EXAMPLES, ids=lambda a: a["action"])
def test_every_override_is_told_and_its_opposite_differently(action):
    """A text with a percent sign is data, not a format; on and off never read the same."""
    text = told(**action)
    assert text and text != action["action"] and "%(article)s" not in text.replace(HOSTILE, "")
    if "on" in parse_override(action).model_dump():
        assert told(**action, on=False) != text


def test_the_examples_are_all_the_overrides_there_are():
    choices = TypeAdapter(Override).json_schema()["discriminator"]["mapping"]
    assert set(choices) == {e["action"] for e in EXAMPLES}
    assert set(override_words.THRESHOLDS) == set(get_args(ThresholdName))


def test_another_language_gets_its_own_words(monkeypatch):
    monkeypatch.setattr(language, "catalogue", lambda code: {"Pinned: %(article)s": "Angeheftet: %(article)s"})
    assert told(action="pin", article_id="a") == f"Angeheftet: {HOSTILE}"
