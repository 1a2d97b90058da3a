"""kill -9 at random moments of two batches: at the end every photograph has exactly one case, and an outcome.

A few kills here; `NEWSCTX_BATCH_KILLS=50 python -m pytest -s tests/batch/test_batch_faults.py` makes fifty.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch.batch_world import few, light, photos  # noqa: F401

from newsctx.cases import CaseStore

KILLS = int(os.environ.get("NEWSCTX_BATCH_KILLS", "3"))
LATEST = 2.0  # seconds: opening the store and some photographs lie before
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def starter() -> Iterator[subprocess.Popen[str]]:
    """A process that has loaded everything and starts those that are killed."""
    paths = os.pathsep.join([str(HERE), str(HERE.parent), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    one = subprocess.Popen(
        [sys.executable, str(HERE / "batch_fault_child.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
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


def process(starter: subprocess.Popen[str], given: list[str], after: float | None) -> int:
    """Start a process, kill it so many seconds after it began (None: let it end); its exit code."""
    assert starter.stdout and starter.stdin
    starter.stdin.write(json.dumps(given) + "\n")
    starter.stdin.flush()
    what, pid = json.loads(starter.stdout.readline())
    assert what == "pid"
    if after is not None:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    for line in starter.stdout:
        try:
            what, value = json.loads(line)
        except ValueError:  # torn by the kill
            continue
        if what == "ended":
            return int(value)
    raise AssertionError("the starter ended")


def check(state: Path, ended: bool) -> Counter[str]:
    """Open the store as the next start does."""
    store = CaseStore(state)
    try:
        cases = {c.case_id for c in store.list(archived=None, limit=10**6)}
        rows = [i for b in store.batches() for i in store.batch_items(b.batch_id)]
        made = [i.case_id for i in rows if i.case_id]
        assert len(made) == len(set(made)) and set(made) == cases, "one case for each photograph, and no other case"
        assert not [i for i in rows if i.state == "running"]
        assert store.verify("") == () and all(store.verify(c) == () for c in cases)
        queued = [p for p in state.glob("queue/*/*")]
        assert all(not p.name.startswith(".") for p in queued)
        if ended:
            assert Counter(i.state for i in rows) == {"done": 4, "failed": 2} and len(cases) == 4
            assert all(i.outcome for i in rows if i.state == "done") and all(
                i.error for i in rows if i.state == "failed"
            )
            assert not queued and {b.state for b in store.batches()} == {"done"}
        return Counter(i.state for i in rows) + Counter(cases=len(cases))
    finally:
        store.close()


def test_a_killed_batch_goes_on_and_makes_no_case_twice(starter, few, photos, tmp_path):  # noqa: F811
    state, draw = tmp_path / "state", random.Random(7)
    given = [str(few), str(state), str(photos)]
    kills = 0
    for number in range(KILLS):
        after = draw.random() * LATEST
        code = process(starter, given, after)
        assert code in (-signal.SIGKILL, 0), "the process ended by itself"
        kills += code != 0
        print(
            f"kill {number + 1} after {after:.2f} s: {dict(check(state, False)) if state.exists() else 'nothing yet'}"
        )
        if code == 0:  # everything was done before the kill: begin anew
            check(state, True)
            state = tmp_path / f"state{number}"
            given[1] = str(state)
    assert process(starter, given, None) == 0
    print(f"{kills} kills; at the end: {dict(check(state, True))}")
    assert kills > 0, "everything was done before the first kill: nothing was tested"
