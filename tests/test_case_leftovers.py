"""What a deleted case, a kill or an import leaves behind: nothing of the photograph, in no folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from newsctx import case_desk
from newsctx.bench import overrides, scale
from newsctx.cache import StageCache
from newsctx.case_bundle import unpack
from newsctx.case_replay import _paths, replay
from newsctx.cases import CaseStore
from newsctx.channel_names import WEIGHTS
from newsctx.errors import CaseError
from newsctx.records import Inputs, Photo, StageStatus
from newsctx.settings import Settings
from newsctx.workbench import Workbench

SETTINGS = Settings.model_validate({"profile": "embedded", "retrieve": {"weights": dict.fromkeys(WEIGHTS, 1.0)}})
SECRET = "the informant Xanthippe"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """40 synthetic articles, 15 of them with a photograph, and a query."""
    folder, slots = tmp_path_factory.mktemp("leftovers"), overrides.models()
    opened = scale.archive(folder, 40, 15, 0, slots, SETTINGS)
    data, _ = scale.query(opened, sorted(opened.store.image_ids()), np.random.default_rng(1), SETTINGS)
    return folder / "archive", slots, data


@pytest.fixture
def bench(world, tmp_path):
    bench = Workbench(world[0], tmp_path / "state", world[1], SETTINGS)
    yield bench
    bench.close()


def files(state: Path, *, but: tuple[str, ...] = ("cases.duckdb", "cases.duckdb.wal")) -> list[Path]:
    return sorted(p for p in state.rglob("*") if p.is_file() and p.name not in but)


def holding(state: Path, words: str) -> list[Path]:
    return [p for p in files(state) if words.encode() in p.read_bytes()]


def test_a_deleted_case_leaves_no_result_in_the_stage_cache(bench, world, tmp_path):
    state, sha256 = tmp_path / "state", hashlib.sha256(world[2]).hexdigest()
    case_id = bench.create_case(world[2], "x.jpg", Inputs(note=SECRET))
    *_, view = bench.run(case_id)
    assert view.document.caption and holding(state, SECRET) and holding(state, sha256)
    other = bench.create_case(world[2], "y.jpg")
    bench.delete_case(other)
    assert holding(state, SECRET), "another case is about the same photograph"
    bench.preview(case_id), bench.detail(case_id), bench.inspect(case_id), bench.export_case(case_id)
    bench.delete_case(case_id)
    assert holding(state, SECRET) == [] and holding(state, sha256) == []
    kept = {p.relative_to(state).parts[:2] for p in files(state)}
    assert kept <= {("cache", "photographs")}, "features of archived photographs belong to no case"


def test_what_a_stage_comes_to_after_the_deletion_is_removed(bench, world, tmp_path):
    case_id = bench.create_case(world[2], "x.jpg", Inputs(note=SECRET))
    next(iter(bench.run(case_id)))
    worker = bench._workers[case_id]
    bench.delete_case(case_id)
    worker.join(60)
    assert not worker.is_alive() and holding(tmp_path / "state", SECRET) == []


def test_a_kill_between_the_deletion_and_what_follows_leaves_nothing(bench, world, tmp_path, monkeypatch):
    case_id = bench.create_case(world[2], "x.jpg", Inputs(note=SECRET))
    *_, _view = bench.run(case_id)
    bench.preview(case_id)

    def killed(*_):
        raise KeyboardInterrupt

    store = bench._cases
    delete = store.delete
    monkeypatch.setattr(store, "delete", lambda *a: (delete(*a), killed()))
    with pytest.raises(KeyboardInterrupt):
        case_desk.delete(store, bench._media, bench._cache, case_id)
    assert holding(tmp_path / "state", SECRET) == [] and not list(bench.media_dir.glob("*.webp"))


def test_torn_and_foreign_lines_of_the_list_remove_no_file(tmp_path):
    cache, sha256 = StageCache(tmp_path / "cache"), "a" * 64
    (tmp_path / "cache" / "secret.json").parent.mkdir()
    (tmp_path / "cache" / "secret.json").write_text("x")
    listed = cache._of(sha256)
    listed.parent.mkdir(parents=True)
    listed.write_text(f"../x {'b' * 64}\n.. secret\nphoto ../../secret\nphoto {'b' * 30}")
    cache.forget(sha256)
    assert (tmp_path / "cache" / "secret.json").exists() and not listed.exists()
    cache.forget(sha256)
    with pytest.raises(ValueError, match="no SHA-256"):
        cache.forget("../../x")


def test_a_kill_while_a_case_is_made_leaves_no_photograph(tmp_path):
    """The process ends after the photograph is written and before its case is committed, and in the middle of it."""
    script = """
        import hashlib, os, sys
        from pathlib import Path
        from newsctx import audit
        from newsctx.cases import CaseStore
        from newsctx.records import Inputs
        store = CaseStore(Path(sys.argv[1]))
        audit.write = lambda *a, **k: os._exit(9)
        store.create(b"photo", hashlib.sha256(b"photo").hexdigest(), "a.jpg", Inputs())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], check=False)
    assert done.returncode == 9 and files(tmp_path)
    (tmp_path / "photos" / "ab").mkdir()
    (tmp_path / "photos" / "ab" / ".writing-x1").write_bytes(b"half a photograph")
    (tmp_path / "photos" / "2020").mkdir()
    (tmp_path / "photos" / "2020" / "holiday.jpg").write_bytes(b"somebody's own")
    store = CaseStore(tmp_path)
    assert [p.name for p in files(tmp_path)] == ["holiday.jpg"] and store.list() == () and store.verify("") == ()
    store.close()


def test_a_bundle_whose_photograph_is_none_is_refused(bench, world, tmp_path):
    there = CaseStore(tmp_path / "there")
    case_id = there.create(b"no picture", hashlib.sha256(b"no picture").hexdigest(), "x.jpg", Inputs())
    from newsctx.case_bundle import pack

    (tmp_path / "b.zip").write_bytes(pack(there.bundle(case_id)))
    there.close()
    with pytest.raises(CaseError, match="photograph is refused here"):
        bench.import_case(tmp_path / "b.zip")
    assert bench.cases(archived=None) == ()


def test_a_bundled_document_is_what_a_run_came_to(bench, world, tmp_path):
    from test_trail_hostile import forged, members

    case_id = bench.create_case(world[2], "x.jpg")
    *_, _view = bench.run(case_id)
    parts = members(bench._cases, case_id, tmp_path)
    assert unpack(forged(tmp_path, parts), SETTINGS).document
    document = json.loads(parts["document.json"])
    document["caption"]["text"] = "Something else."
    with pytest.raises(CaseError, match="not what a run of the trail came to"):
        unpack(forged(tmp_path, parts, document=document), SETTINGS)


def test_what_an_unfinished_run_left_is_no_result_to_compare_with(bench, world, tmp_path):
    case_id = bench.create_case(world[2], "x.jpg")
    *_, view = bench.run(case_id)
    whole, pipeline = view.document, bench.pipeline()
    part = whole.model_copy(
        update={"status": tuple(s if s.name == "photo" else StageStatus(name=s.name) for s in whole.status)}
    )
    bundle = bench._cases.bundle(case_id)
    found = replay(bundle.model_copy(update={"document": part}), pipeline)
    assert "retrieve, verify" in found.left_out and "no result" in found.left_out
    young = bench.create_case(world[2], "y.jpg")
    bench._cases.save_document(young, part, {})
    bench._cases.end_run(bench._cases.begin_run(young, 0), "cancelled", part, {})
    assert bench._cases.bundle(young).document is None


def test_numbers_that_mean_another_thing_are_another_result():
    """An id, an offset, half a kilometre; and float sums of another processor are the same."""
    other = [(2_950_159, 2_950_300), (20_000, 20_001), (52.5001, 52.5049), (0.5, 0.5002)]
    assert [len(list(_paths(a, b))) for a, b in other] == [1, 1, 1, 1]
    same = [(0.5, 0.50005), (21.30001, 21.30015), (3, 3.0), (3, 3)]
    assert [list(_paths(a, b)) for a, b in same] == [[], [], [], []]


def test_results_of_no_photograph_are_kept_as_before(tmp_path):
    cache = StageCache(tmp_path)
    cache.put("photo", "c" * 64, Inputs(note="n"), 0.1)
    assert (
        cache.get("photo", "c" * 64, Inputs) and not (tmp_path / "of").exists() and cache.get("x", "d", Photo) is None
    )
