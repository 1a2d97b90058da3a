"""kill -9 at random moments: what was acknowledged is there after a restart, the trails hold, the run can be ended.

A few kills here; `NEWSCTX_FAULT_KILLS=50 python -m pytest -s tests/test_case_faults.py` makes fifty and prints what
came of each. What is killed is the process, not the machine: a power cut can also lose what the disk has not written.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_child import EVENTS, light_models

from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.store import ArchiveStore
from newsctx.cases import CaseStore
from newsctx.demo.locate import demo_source
from newsctx.models import Models
from newsctx.records import STAGES
from newsctx.settings import Settings
from newsctx.workbench import Workbench

KILLS = int(os.environ.get("NEWSCTX_FAULT_KILLS", "3"))
LATEST = 6.0  # seconds: opening the store, the first run and many changes lie before
HERE = Path(__file__).parent
CHANGES = ("override", "undo", "redo", "renamed", "tagged")


@pytest.fixture(scope="module")
def starter() -> Iterator[subprocess.Popen[str]]:
    """A process that has loaded everything and starts those that are killed."""
    paths = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    one = subprocess.Popen(
        [sys.executable, str(HERE / "fault_child.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert one.stdout and one.stdin
    try:
        assert one.stdout.readline() == '["loaded", ""]\n'
        yield one
    finally:
        one.stdin.close()
        one.kill()
        one.wait(60)


def killed(starter: subprocess.Popen[str], archive: Path, state: Path, seed: int, case_id: str, after: float):
    """Start a process, kill it so many seconds later; what it has said: (what, value)."""
    assert starter.stdout and starter.stdin
    starter.stdin.write(json.dumps([str(archive), str(state), seed, case_id]) + "\n")
    starter.stdin.flush()
    what, pid = json.loads(starter.stdout.readline())
    assert what == "pid"
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    words = []
    for line in starter.stdout:
        try:
            what, value = json.loads(line)
        except ValueError:  # torn by the kill
            continue
        if what == "ended":
            assert value == -signal.SIGKILL, f"the process ended by itself ({value})"
            return words
        words.append((what, value))
    raise AssertionError("the starter ended")


def said(entry) -> tuple[str, object]:
    """An entry of the trail in the child's words."""
    match entry.what:
        case "override":
            kept = entry.detail["override"]
            return "override", {k: v for k, v in kept.items() if not (k == "reason" and not v)}
        case "renamed":
            return "renamed", entry.after["title"]
        case "tagged":
            return "tagged", entry.after["tags"]
    return entry.what, ""


def plain(line: tuple[str, object]) -> tuple[str, object]:
    what, value = line
    return (what, {"on": True} | value if value["action"] != "set_date" else value) if what == "override" else line


def check(state: Path, case_id: str, words: list[tuple[str, object]], before: int) -> tuple[str, int, Counter]:
    """Open the store as the next start does and hold it against what was said."""
    store = CaseStore(state)
    try:
        case_id = case_id or next((str(v) for w, v in words if w == "case"), "")
        gone = {v for w, v in words if w == "came and went"}
        there = {c.case_id for c in store.list(archived=None, limit=10**6)}
        assert not gone & there, "a deletion that was acknowledged"
        assert store.verify("") == ()
        for one in there:
            assert store.verify(one) == (), one
        if not case_id:
            return "", 0, Counter()
        acknowledged = [plain(w) for w in words if w[0] in CHANGES]
        trail = store.trail(case_id)
        kept = [said(e) for e in trail if e.what in CHANGES][before:]
        assert kept[: len(acknowledged)] == acknowledged, "every change that was acknowledged, in its order"
        assert len(kept) <= len(acknowledged) + 1, "and at most the one that was being made"
        assert "running" not in {r.state for r in store.runs(case_id)}
        last = store.newest_run(case_id)
        return case_id, before + len(kept), Counter(
            acknowledged=len(acknowledged), unacknowledged=len(kept) - len(acknowledged),
            interrupted=int(bool(last and last.state == "interrupted")),
        )  # fmt: skip
    finally:
        store.close()


@pytest.fixture(scope="module")
def models() -> Models:
    return light_models()


@pytest.fixture(scope="module")
def archive(models, tmp_path_factory) -> Path:
    """Three events of the demonstration archive with their photographs."""
    folder = tmp_path_factory.mktemp("faults")
    rows = (demo_source() / "articles.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [row for row in rows if json.loads(row)["id"].rpartition("-")[0] in EVENTS]
    (folder / "articles.jsonl").write_text("".join(rows), encoding="utf-8")
    shutil.copytree(demo_source() / "images", folder / "images")
    import_archive(folder / "articles.jsonl", folder / "archive")
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, models, folder / "archive", Settings())
    return folder / "archive"


def test_what_was_acknowledged_survives_kill_9_at_any_moment(starter, archive, models, tmp_path):
    state, draw = tmp_path / "state", random.Random(5)
    case_id, changes, total = "", 0, Counter()
    for number in range(KILLS):
        after = draw.random() * LATEST
        words = killed(starter, archive, state, number, case_id, after)
        case_id, changes, found = check(state, case_id, words, changes)
        if case_id and (number % 5 == 0 or number == KILLS - 1):  # the run can be ended
            bench = Workbench(archive, state, models)
            *_, view = bench.run(case_id)
            assert {s.name: s.state for s in view.document.status} == dict.fromkeys(STAGES, "fresh")
            assert not view.running and not view.interrupted and bench.verify(case_id) == ()
            bench.close()
        total += found + Counter(kills=1)
        print(f"kill {number + 1} after {after:.2f} s: {dict(found)}")
    print(f"in all: {dict(total)}; {changes} changes in the trail")
    assert case_id and total["acknowledged"] > 0, "the kills came before anything was done: nothing was tested"
