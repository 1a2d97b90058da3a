"""The workbench's desk: who did what is in the trail, runs can be compared, and a deleted case leaves no picture."""

from __future__ import annotations

import pytest
from conftest import QUERIES

from newsctx.cases import CaseStore
from newsctx.errors import CaseNotFound
from newsctx.records import Inputs
from newsctx.workbench import Workbench

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()


@pytest.fixture
def bench(demo_archive, models, tmp_path):
    bench = Workbench(demo_archive, tmp_path / "state", models)
    yield bench
    bench.close()


def finish(bench: Workbench, case_id: str, who: str = ""):
    *_, view = bench.run(case_id, who)
    return view


def test_what_is_done_at_the_desk_is_in_the_trail_with_who_did_it(bench):
    case_id = bench.create_case(CROP, "crop.jpg", who="Ada")
    bench.set_inputs(case_id, Inputs(note="Seine"), "Ada")
    view = bench.override(case_id, {"action": "pin", "article_id": "kyoto-fire-1"}, "Bo")
    assert view.can_undo and not view.can_redo
    view = bench.undo(case_id, "Bo")
    assert not view.can_undo and view.can_redo and view.document is None
    view = bench.redo(case_id, "Bo")
    assert view.can_undo and not view.can_redo
    finish(bench, case_id, "Ada")
    bench.rename(case_id, "Seine", "Ada")
    bench.tag(case_id, ["flood"], "Ada")
    bench.set_status(case_id, "established", "Ada")
    bench.archive(case_id, who="Ada")
    bench.export_json(case_id, "Bo")
    view = bench.view(case_id)
    assert (view.title, view.tags, view.status, view.archived) == ("Seine", ("flood",), "established", True)
    trail = bench.trail(case_id)
    assert [(e.what, e.who) for e in trail] == [
        ("created", "Ada"), ("inputs", "Ada"), ("override", "Bo"), ("undo", "Bo"), ("redo", "Bo"),
        ("run_started", "Ada"), ("run_ended", "Ada"), ("renamed", "Ada"), ("tagged", "Ada"), ("status", "Ada"),
        ("archived", "Ada"), ("exported", "Bo"),
    ]  # fmt: skip
    assert bench.verify(case_id) == () and bench.verify("") == ()
    assert bench.cases() == () and [c.title for c in bench.cases("flood 2021", archived=True)] == ["Seine"]


def test_runs_are_kept_to_be_compared(bench):
    case_id = bench.create_case(CROP, "crop.jpg")
    finish(bench, case_id)
    bench.override(case_id, {"action": "exclude", "article_id": "paris-flood-1"})
    view = finish(bench, case_id)
    second, first = bench.runs(case_id)
    assert (first.number, first.overrides, second.number, second.overrides) == (1, 0, 2, 1)
    assert first.state == second.state == "done" and first.computed[0] == "photo" and "photo" not in second.computed
    ranked = [[h.article_id for h in bench.run_document(case_id, r.run_id).stages.events.hits] for r in (first, second)]
    assert ranked[0][0] == "paris-flood-1" and "paris-flood-1" not in ranked[1]
    assert bench.run_document(case_id, second.run_id).stages == view.document.stages
    ended = bench.trail(case_id)[-1].detail
    assert set(ended["keys"]) == set(ended["results"]) == {s.name for s in view.document.status}


def test_a_run_that_died_with_its_process_is_said_and_goes_on(bench, demo_archive, models, tmp_path):
    case_id = bench.create_case(CROP, "crop.jpg")
    finish(bench, case_id)
    bench.override(case_id, {"action": "set_date", "date": "2021-01"})
    bench._cases.begin_run(case_id, 1)  # and then the process ends
    bench.close()
    again = Workbench(demo_archive, tmp_path / "state", models)
    assert again.view(case_id).interrupted and not again.view(case_id).running
    view = finish(again, case_id)
    assert not view.interrupted and again.runs(case_id)[0].computed == ("context", "caption"), "the rest was cached"
    assert [r.state for r in again.runs(case_id)] == ["done", "interrupted", "done"]
    assert again.verify(case_id) == ()
    again.close()


def test_a_deleted_case_leaves_no_picture_and_its_worker_writes_nothing(bench, tmp_path):
    case_id, other = bench.create_case(CROP, "crop.jpg"), bench.create_case(CROP, "same.jpg")
    finish(bench, case_id)
    match = bench.view(case_id).document.stages.verify.matches[0]
    preview, drawn = bench.preview(case_id), bench.match_view(case_id, match)
    exported = [bench.export_json(case_id), bench.export_case(case_id)]
    bench.override(case_id, {"action": "set_date", "date": "2021-01"})
    running = bench.run(case_id)
    next(running)
    worker = bench._workers[case_id]
    bench.delete_case(case_id, "Ada")
    worker.join(120)
    assert not worker.is_alive()
    with pytest.raises(CaseNotFound):
        list(running)
    assert preview.exists(), "another case is about the same photograph"
    assert not any(path.exists() for path in exported)
    bench.delete_case(other)
    assert not preview.exists() and not drawn.exists() and bench.cases(archived=None) == ()
    bench.close()
    store = CaseStore(tmp_path / "state")
    for table in ("cases", "documents", "runs", "captions", "overrides"):
        assert store._execute(f"SELECT count(*) FROM {table}", []) == [(0,)], table
    assert store.verify("") == ()
    store.close()
