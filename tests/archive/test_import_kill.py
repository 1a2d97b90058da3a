"""An import that is killed (SIGKILL, for real, in another process) goes on without loss or duplicates.

Two ways: at exact steps (before and after every commit, copy and swap), and at random moments. After each kill the
same import is started again; the archive must equal that of an import that was never interrupted.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from newsctx.archive.store import FILE, ArchiveStore
from newsctx.archive.workfile import LOCK, NEXT

ROWS = 60
PROGRAM = '''
import os, shutil, signal, sys, time
from pathlib import Path
from newsctx.archive import importer, workfile
from newsctx.archive.enrich import Enricher
from newsctx.settings import ImportSettings, Settings

source, archive, step, nth, pause = sys.argv[1:]
count = 0

def die(name):
    """Kills this process when the named step comes up for the nth time."""
    global count
    if name == step:
        count += 1
        if count == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)

def around(owner, name, label):
    original = getattr(owner, name)
    def wrapped(*args, **kwargs):
        die("before " + label)
        result = original(*args, **kwargs)
        die("after " + label)
        return result
    setattr(owner, name, wrapped)

around(workfile.WorkFile, "commit", "commit")
around(workfile.WorkFile, "finish", "finish")
around(workfile.WorkFile, "swap", "swap")
around(workfile.tables, "write", "write")
around(workfile.os, "replace", "replace")
around(workfile.shutil, "copyfile", "copy")

def progress(done, counts):
    print(counts.read, flush=True)
    time.sleep(float(pause))

enricher = Enricher(resolve=lambda keyword: None, link=lambda *texts: (), digest="none")
settings = Settings(imports=ImportSettings(batch=7))
s = importer.import_archive(Path(source), Path(archive), enricher=enricher, settings=settings, progress=progress)
print("summary", s.read, s.added, s.updated, s.unchanged, s.rejected, s.resumed_from)
'''


def _start(source: Path, archive: Path, step: str = "", nth: int = 0, pause: float = 0.0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(source), str(archive), step, str(nth), str(pause)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _finish(source: Path, archive: Path) -> list[int]:
    """Runs to the end: read, added, updated, unchanged, rejected, resumed_from."""
    process = _start(source, archive)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return [int(n) for n in out.splitlines()[-1].split()[1:]]


def _source(folder: Path, name: str, first: int, version: str = "one") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    lines = [
        json.dumps(
            {"id": f"a{n % 50}", "headline": f"{version} {n}", "captions": [f"c{n}"], "links": [f"http://x.org/{n}"]}
        )
        for n in range(first, first + ROWS)  # the last ten name the first ten articles again
    ]
    lines[13] = "{broken"
    path.write_text("\n".join(lines) + "\n")
    return path


def _contents(archive: Path) -> dict[str, list]:
    """Every row of every table that an interruption could lose or double."""
    with duckdb.connect(str(archive / FILE), read_only=True) as connection:
        tables = {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for name in ("articles", "captions", "links", "images", "article_places", "run_seen")
        }
        runs = "SELECT source, state, rows_done, counts FROM import_runs ORDER BY started"
        tables["runs"] = connection.execute(runs).fetchall()
        tables["rejects"] = connection.execute(
            "SELECT kind, file, line, reason FROM import_rejects ORDER BY ALL"
        ).fetchall()
    return tables


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict, str, str]:
    """Two sources, and what importing both in turn gives: (first, second, contents, version after one, after both)."""
    folder = tmp_path_factory.mktemp("whole")
    first, second = _source(folder / "s", "first.jsonl", 0), _source(folder / "s", "second.jsonl", 30, "two")
    archive = folder / "archive"
    assert _finish(first, archive)[:5] == [60, 49, 0, 10, 1]  # a13 is the broken row: 49 articles of 50
    with ArchiveStore.open(archive) as store:
        before = store.version
    shutil.copytree(archive, folder / "after-first")
    _finish(second, archive)
    with ArchiveStore.open(archive) as store:
        return first, second, _contents(archive), before, store.version


def _after_first(folder: Path, first: Path) -> Path:
    """A fresh copy of the archive as the first source left it."""
    return shutil.copytree(first.parent.parent / "after-first", folder / "archive")


STEPS = [
    ("before copy", 1), ("after copy", 1), ("before replace", 1), ("after replace", 1), ("before commit", 1),
    ("after write", 3), ("after commit", 4), ("before finish", 1), ("after finish", 1), ("before replace", 2),
]  # fmt: skip


@pytest.mark.parametrize(("step", "nth"), STEPS)
def test_killed_at_a_step(tmp_path: Path, uninterrupted: tuple, step: str, nth: int) -> None:
    first, second, expected, before, after = uninterrupted
    archive = _after_first(tmp_path, first)
    process = _start(second, archive, step, nth)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    with ArchiveStore.open(archive) as store:
        assert store.version == before  # a reader sees the old archive, whole
    summary = _finish(second, archive)
    assert summary[0] == ROWS
    if (step, nth) == ("after commit", 4):
        assert summary[5] == 28  # four batches of seven lines were kept
    assert _contents(archive) == expected
    with ArchiveStore.open(archive) as store:
        assert store.version == after
    assert sorted(p.name for p in archive.iterdir() if p.name != LOCK) == [FILE]


def test_killed_after_the_swap(tmp_path: Path, uninterrupted: tuple) -> None:
    first, second, _, _, after = uninterrupted
    archive = _after_first(tmp_path, first)
    process = _start(second, archive, "after replace", 2)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    for expected in ([], [60, 0, 0, 59, 1]):  # it was done: importing again finds everything unchanged
        if expected:
            assert _finish(second, archive)[:5] == expected
        with ArchiveStore.open(archive) as store:
            assert store.version == after


def test_killed_at_random_moments_while_readers_look(tmp_path: Path, uninterrupted: tuple) -> None:
    first, second, expected, before, after = uninterrupted
    archive = _after_first(tmp_path, first)
    draw = random.Random(7)
    seen: list[str] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                with ArchiveStore.open(archive) as store:
                    seen.append(store.version)
                    assert len(store.articles(store.ids())) == store.counts().articles
            except Exception as error:
                failures.append(error)
            time.sleep(0.02)

    reader = threading.Thread(target=read)
    reader.start()
    kept = ArchiveStore.open(archive)
    try:
        for _ in range(6):
            process = _start(second, archive, pause=0.1)
            process.stdout.readline()  # it has begun: one batch is committed
            time.sleep(draw.uniform(0, 0.3))
            process.kill()
            process.communicate(timeout=120)
            assert kept.version == before and not kept.stale()
        summary = _finish(second, archive)
        assert summary[5] > 0  # it did go on where the killed ones had come to
    finally:
        stop.set()
        reader.join()
    assert failures == []
    assert set(seen) <= {before, after} and before in seen
    assert kept.stale() and len(kept.articles(kept.ids())) == 49
    assert _contents(archive) == expected


def test_another_source_discards_the_half_done_one(tmp_path: Path, uninterrupted: tuple) -> None:
    first, second, _, before, _ = uninterrupted
    archive = tmp_path / "archive"
    process = _start(second, archive, "after commit", 4)
    process.communicate(timeout=120)
    assert (archive / NEXT).exists() and not (archive / FILE).exists()
    assert _finish(first, archive) == [60, 49, 0, 10, 1, 0]
    with ArchiveStore.open(archive) as store:
        assert store.version == before  # nothing of the discarded one is in it


def test_a_running_import_refuses_a_second_and_its_death_frees_the_lock(tmp_path: Path, uninterrupted: tuple) -> None:
    first, _, _, before, _ = uninterrupted
    archive = tmp_path / "archive"
    running = _start(first, archive, pause=30)
    running.stdout.readline()
    second = _start(first, archive)
    _, err = second.communicate(timeout=120)
    assert second.returncode != 0 and "another import into" in err
    running.kill()
    running.communicate(timeout=120)
    assert _finish(first, archive)[0] == ROWS
    with ArchiveStore.open(archive) as store:
        assert store.version == before
