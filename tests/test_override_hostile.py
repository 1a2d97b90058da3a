"""Overrides that no page makes and somebody sends all the same; and the same ones in another order."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from newsctx.bench import overrides, scale
from newsctx.cache import StageCache
from newsctx.channel_names import WEIGHTS
from newsctx.errors import OverrideError
from newsctx.overrides import parse_override, replay
from newsctx.pipeline import Pipeline, Request
from newsctx.ranking import Move, RankEdits, arrange
from newsctx.records import Hit, Inputs
from newsctx.settings import Settings
from newsctx.workbench import Workbench
from newsctx.writers.extractive import ExtractiveWriter

SETTINGS = Settings.model_validate({"profile": "embedded", "retrieve": {"weights": dict.fromkeys(WEIGHTS, 1.0)}})


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """60 synthetic articles, 20 of them with a photograph, and a query."""
    folder, slots = tmp_path_factory.mktemp("hostile"), overrides.models()
    opened = scale.archive(folder, 60, 20, 0, slots, SETTINGS)
    data, note = scale.query(opened, sorted(opened.store.image_ids()), np.random.default_rng(1), SETTINGS)
    return folder, opened, slots, data, Inputs(note=note)


@pytest.fixture
def bench(world, tmp_path):
    folder, _, slots, *_ = world
    bench = Workbench(folder / "archive", tmp_path / "state", slots, SETTINGS)
    yield bench
    bench.close()


@pytest.fixture
def case_id(bench, world):
    return bench.create_case(world[3], "x.jpg", world[4], "Ada")


def refused(bench: Workbench, case_id: str, action: dict, named: str) -> None:
    before = bench.trail(case_id)
    with pytest.raises(OverrideError, match=named):
        bench.override(case_id, action)
    assert bench.trail(case_id) == before


def test_any_rank_is_one():
    hits = [Hit(article_id=a, rank=i, score=1.0) for i, a in enumerate("abc", 1)]
    found = arrange(hits, RankEdits(moves=(Move(article_id="a", rank=10**30),)))
    assert [h.article_id for h in found] == ["b", "c", "a"]


ACTIONS = {
    "an approval of no version": ({"action": "approve", "version": 999}, "no caption to approve"),
    "a caption of blanks": ({"action": "edit_caption", "text": " \n"}, "caption would be empty"),
    "a caption of what nobody sees": ({"action": "edit_caption", "text": "\u200b\u202e"}, "caption would be empty"),
    "a merge with itself": ({"action": "merge_clusters", "cluster_ids": ["a", "a"]}, "two different"),
    "megabytes of an id": ({"action": "cluster", "cluster_id": "a" * 10**6, "decision": "kept"}, "1,000,0"),
    "a place of megabytes": (
        {"action": "set_place", "place": {"name": "x" * 10**6, "level": "city"}}, "at most 200,000",
    ),
    "the year 9999": ({"action": "set_date", "date": "9999-12-31"}, "9999 is outside 1600 to 2100"),
    "an article of the year 1": (
        {"action": "correct_article", "article_id": "s0000001", "published": "0001-01"}, "year 1 is outside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ACTIONS)
def test_what_means_nothing_is_refused_and_leaves_no_trace(bench, case_id, what):
    refused(bench, case_id, *ACTIONS[what])


def test_a_caption_that_is_there_can_be_approved_and_no_other(bench, case_id):
    bench.override(case_id, {"action": "edit_caption", "text": "A flood."}, "Ada")
    refused(bench, case_id, {"action": "approve", "version": 2}, "versions are 1 to 1")
    bench.override(case_id, {"action": "approve", "version": 1}, "Ada")
    assert "caption" in bench.trail(case_id)[-1].detail and bench.verify(case_id) == ()


def test_an_own_wording_and_its_version_are_there_together_or_not_at_all(bench, case_id, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(bench._cases, "add_caption", killed)
    with pytest.raises(KeyboardInterrupt):
        bench.override(case_id, {"action": "edit_caption", "text": "A flood."}, "Ada")
    monkeypatch.undo()
    view = bench.view(case_id)
    assert not view.can_undo and view.captions == () and len(bench.trail(case_id)) == 1
    assert bench.verify(case_id) == ()


def test_no_other_article_takes_the_place_of_one_under_its_id(bench, case_id, world):
    added = bench.added_article("Flood in Paris\nThe Seine rose.")
    bench.override(case_id, added)
    bench.override(case_id, added)  # the same once more is the same
    other = json.loads(json.dumps(added))
    other["article"]["headline"] = "No flood in Paris"
    refused(bench, case_id, other, "Another article has the id")


def test_what_was_kept_in_another_order_has_no_result_of_the_first_order(world, tmp_path):
    _, opened, slots, data, inputs = world
    articles = list(opened.store.articles(opened.store.ids()).values())

    def analyse(folder: Path, *addresses: str) -> list[str]:
        line = Pipeline(opened, slots, SETTINGS, StageCache(folder), ExtractiveWriter())
        made = tuple(parse_override({"action": "chunk", "chunk_id": a, "decision": "kept"}) for a in addresses)
        *_, document = line.analyse(Request(data, "x.jpg", inputs, made))
        return [c.chunk_id for c in document.stages.chunks]

    chosen = analyse(tmp_path / "warm")
    used = {c.split("#")[0] for c in chosen}
    one, two = [f"{a.article_id}#headline:0-{len(a.headline)}" for a in articles if a.article_id not in used][:2]
    first = analyse(tmp_path / "warm", one, two)
    assert first[-2:] == [one, two], "both are added after what is chosen"
    assert analyse(tmp_path / "warm", two, one) == analyse(tmp_path / "cold", two, one) == [*first[:-2], two, one]


def test_the_prompts_of_another_case_are_never_shown(bench, case_id, monkeypatch):
    class Line:
        def __init__(self, real):
            self.real = real

        def keys(self, request):
            return self.real.keys(request)

        def prompts(self, request):
            return ("of this case",)

    line = Line(bench.pipeline())
    monkeypatch.setattr(bench, "pipeline", lambda: line)

    def put(self, name, value):
        object.__setattr__(self, name, ("other", ("of another case",)) if name == "_prompts" else value)

    monkeypatch.setattr(Workbench, "__setattr__", put, raising=False)
    assert bench.prompts(case_id) == ("of this case",)


GONE = [
    ({"action": "pin", "article_id": "gone"}, {"on": False}, "pinned"),
    ({"action": "exclude", "article_id": "gone"}, {"on": False}, "excluded"),
    ({"action": "correct_article", "article_id": "gone", "places": ["Paris"]}, {"places": None}, "corrected"),
]


@pytest.mark.parametrize(("made", "back", "named"), GONE, ids=[n for _, _, n in GONE])
def test_a_word_on_an_article_that_the_archive_no_longer_has_can_be_taken_back(bench, case_id, made, back, named):
    refused(bench, case_id, made, "No article of this archive")
    refused(bench, case_id, made | back, "No article of this archive")
    bench._cases.append(case_id, parse_override(made))  # when an older archive still had it
    bench.override(case_id, made | back)
    assert not getattr(replay(bench._cases.get(case_id).overrides), named)


FORGED = [
    ({"article_id": "added-a#body:0-5"}, "no id of an added article"),
    ({"article_id": "added-" + "x" * 500}, "no id of an added article"),
    ({"url": "javascript:alert(1)"}, "no web address"),
    ({"url": "http://["}, "no web address"),
    ({"published": "9999-12-31"}, "outside 1600 to 2100"),
    ({"language": "x" * 100_000}, "100,000 characters"),
]


@pytest.mark.parametrize(("changed", "named"), FORGED, ids=[n for _, n in FORGED])
def test_an_added_article_is_what_a_pasted_one_can_be(bench, case_id, changed, named):
    article = {"article_id": "added-1", "headline": "h", "body": "b"} | changed
    refused(bench, case_id, {"action": "add_article", "article": article}, named)


def test_leave_to_send_a_case_to_a_service_does_not_come_with_its_bundle(bench, case_id, world, tmp_path):
    url = SETTINGS.caption.base_url
    bench._cases.append(case_id, parse_override({"action": "allow_remote", "base_url": url}), "Eve")
    path = bench.export_case(case_id)
    other = Workbench(world[0] / "archive", tmp_path / "other", world[2], SETTINGS)
    other.import_case(path, "Ada")
    assert replay(other._cases.get(case_id).overrides).allowed == () and other.verify(case_id) == ()
    last = other.trail(case_id)[-1]
    assert (last.who, last.before, last.after) == ("Ada", {"allowed": [url]}, {"allowed": []}) and "anew" in last.reason
    other.close()
