"""What makes an override quick changes nothing of its result: compared with a pipeline that remembers nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from newsctx import worker
from newsctx.bench import overrides, scale
from newsctx.cache import StageCache
from newsctx.channel_names import WEIGHTS
from newsctx.document import Document
from newsctx.overrides import parse_override
from newsctx.pipeline import Pipeline, Request
from newsctx.records import STAGES, Inputs
from newsctx.settings import Settings
from newsctx.workbench import Workbench
from newsctx.writers.extractive import ExtractiveWriter

SETTINGS = Settings.model_validate({"profile": "embedded", "retrieve": {"weights": dict.fromkeys(WEIGHTS, 1.0)}})


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """120 synthetic articles, 40 of them with a photograph; models that count what they encode; a query."""
    folder, slots = tmp_path_factory.mktemp("speed"), overrides.models()
    opened = scale.archive(folder, 120, 40, 0, slots, SETTINGS)
    data, note = scale.query(opened, sorted(opened.store.image_ids()), np.random.default_rng(1), SETTINGS)
    return folder / "archive", opened, slots, data, Inputs(note=note)


def analyse(pipeline: Pipeline, world, *actions: dict) -> Document:
    made = tuple(parse_override(a) for a in actions)
    *_, document = pipeline.analyse(Request(world[3], "x.jpg", world[4], made))
    assert {s.state for s in document.status} == {"fresh"}, document.status
    return document


def timeless(value):
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in ("seconds", "cached")}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def plain(document: Document) -> dict:
    return timeless(json.loads(document.to_json()))


def line(world, folder: Path) -> Pipeline:
    return Pipeline(world[1], world[2], SETTINGS, StageCache(folder), ExtractiveWriter())


def test_every_override_has_the_result_that_an_empty_cache_gives(world, tmp_path):
    warm = line(world, tmp_path / "warm")
    before = analyse(warm, world)
    assert before.stages.events.clusters and before.stages.chunks, "there is something to decide on"
    tried = {n: a for n, make in overrides.KINDS.items() if (a := make(before))}
    assert set(tried) == set(overrides.KINDS)
    for number, (name, action) in enumerate(tried.items()):
        quick = analyse(warm, world, action)
        slow = analyse(line(world, tmp_path / f"cold{number}"), world, action)
        assert plain(quick) == plain(slow), name
    assert plain(analyse(warm, world)) == plain(before), "taken back, it is as it was"


def test_excluded_articles_make_room_and_pinned_ones_keep_their_scores(world, tmp_path):
    warm = line(world, tmp_path / "warm")
    first, second = (h.article_id for h in analyse(warm, world).stages.retrieve.hits[:2])
    out = {"action": "exclude", "article_id": first}
    pin = {"action": "pin", "article_id": second}
    quick = analyse(warm, world, out, pin)
    assert plain(quick) == plain(analyse(line(world, tmp_path / "cold"), world, out, pin))
    ids = [h.article_id for h in quick.stages.retrieve.hits]
    assert first not in ids and ids[0] == second and quick.stages.retrieve.hits[0].score > 0


def test_the_photograph_and_known_texts_are_encoded_once(world, tmp_path):
    _, _, slots, *_ = world
    warm = line(world, tmp_path / "warm")
    before = analyse(warm, world)
    counts = lambda: [e.encoded for e in (slots.image_text, slots.second_image, slots.sentence)]  # noqa: E731
    known = counts()
    for name in ("keep a cluster", "drop a cluster", "drop a chunk", "set the place", "set the date", "channel off"):
        analyse(warm, world, overrides.KINDS[name](before))
    after = counts()
    assert after[0] == known[0] and after[1] == known[1]
    again = Pipeline(world[1], slots, SETTINGS, warm.cache, ExtractiveWriter())  # as the workbench makes one each time
    analyse(again, world, {"action": "pin", "article_id": before.stages.events.hits[9].article_id})
    assert counts()[1] == known[1], "another search asks nothing of the photograph's encoders"


@pytest.fixture
def bench(world, tmp_path):
    bench = Workbench(world[0], tmp_path / "state", world[2], SETTINGS)
    yield bench
    bench.close()


def test_a_paced_run_gives_fewer_views_and_the_same_end(bench, world, tmp_path):
    case_id = bench.create_case(world[3], "x.jpg", world[4])
    *_, last = bench.run(case_id)
    bench.override(case_id, {"action": "set_date", "date": "2021-01"})
    paced = list(bench.run(case_id, pace=60))
    assert len(paced) == 2, "nothing but the answer and the end was news"
    assert paced[0].document == paced[1].document
    assert not paced[0].running and {s.state for s in paced[0].document.status} == {"fresh"}
    assert paced[0].document.context.date.date.iso == "2021-01"
    assert [s.name for s in paced[0].document.status if not s.cached] == ["context", "caption"]
    assert last.document.status[0].name == STAGES[0]


def test_what_memory_shows_is_what_a_restart_reads(bench, world, tmp_path):
    case_id = bench.create_case(world[3], "x.jpg", world[4])
    *_, view = bench.run(case_id, pace=60)
    bench.override(case_id, {"action": "exclude", "article_id": view.document.stages.events.hits[0].article_id})
    *_, view = bench.run(case_id, pace=60)
    bench.close()
    again = Workbench(world[0], tmp_path / "state", world[2], SETTINGS)
    assert again.view(case_id).document == view.document
    assert again.view(case_id).document.to_json() == view.document.to_json()
    again.close()


def test_the_answer_comes_before_the_store_writes_the_run_down_and_a_kill_between_loses_nothing(
    bench, world, tmp_path, monkeypatch
):
    monkeypatch.setattr(worker, "_SHOWING", 60)  # the store begins when this test has looked
    case_id = bench.create_case(world[3], "x.jpg", world[4])
    *_, _view = bench.run(case_id, pace=60)
    before = bench._cases.document(case_id)
    bench.override(case_id, {"action": "set_date", "date": "2021-01"})
    steps = bench.run(case_id, pace=60)
    answer = next(steps)
    assert not answer.running and {s.state for s in answer.document.status} == {"fresh"}
    assert answer.document.context.date.date.iso == "2021-01" and bench.view(case_id) == answer
    assert bench._cases.document(case_id) == before and bench.runs(case_id)[0].state == "running"
    shutil.copytree(tmp_path / "state", tmp_path / "killed")  # what the disk holds at this moment
    *_, end = steps
    assert end.document == answer.document == bench._cases.document(case_id)[0]
    assert [r.state for r in bench.runs(case_id)] == ["done", "done"] and bench.verify(case_id) == ()
    again = Workbench(world[0], tmp_path / "killed", world[2], SETTINGS)
    view = again.view(case_id)
    assert view.interrupted and [o.action for o in view.document.overrides] == ["set_date"]
    *_, view = again.run(case_id, pace=60)
    assert plain(view.document) == plain(end.document) and all(s.cached for s in view.document.status)
    assert again.verify(case_id) == ()
    again.close()


def test_a_change_while_the_store_writes_is_not_held_back_by_a_page_that_went_away(bench, world, monkeypatch):
    monkeypatch.setattr(worker, "_SHOWING", 60)
    case_id = bench.create_case(world[3], "x.jpg", world[4])
    gone = bench.run(case_id, pace=60)
    next(gone)
    bench.override(case_id, {"action": "set_date", "date": "2021-01"})
    *_, view = bench.run(case_id, pace=60)  # the run before is told to end, and does
    assert view.document.context.date.date.iso == "2021-01"
    assert [r.state for r in bench.runs(case_id)] == ["done", "done"] and bench.verify(case_id) == ()
    gone.close()
