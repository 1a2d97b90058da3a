"""A small archive, light models and a few photographs for the tests of batches."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

import pytest
from conftest import QUERIES
from fault_child import EVENTS, light_models

from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.store import ArchiveStore
from newsctx.demo.locate import demo_source
from newsctx.models import Models
from newsctx.settings import Settings
from newsctx.workbench import Workbench

CROP = (QUERIES / "q02-paris-crop.jpg").read_bytes()


@cache
def _models() -> Models:
    """Loaded once for all test files."""
    return light_models()


@cache
def _archive() -> Path:
    temporary = tempfile.TemporaryDirectory(prefix="newsctx-few-")
    atexit.register(temporary.cleanup)
    folder = Path(temporary.name)
    rows = (demo_source() / "articles.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [row for row in rows if json.loads(row)["id"].rpartition("-")[0] in EVENTS]
    (folder / "articles.jsonl").write_text("".join(rows), encoding="utf-8")
    shutil.copytree(demo_source() / "images", folder / "images")
    import_archive(folder / "articles.jsonl", folder / "archive")
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, _models(), folder / "archive", Settings())
    return folder / "archive"


@pytest.fixture(scope="session")
def light() -> Models:
    """Models without encoders."""
    return _models()


@pytest.fixture(scope="session")
def few() -> Path:
    """Three events of the demonstration archive with their photographs."""
    return _archive()


@pytest.fixture
def photos(tmp_path) -> Path:
    """Two photographs and one file that only says it is one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    names = ("held-out-001.jpg", "q02-paris-crop.jpg")
    for number, path in enumerate((QUERIES / name for name in names), 1):
        shutil.copy(path, folder / f"photo {number}.jpg")
    (folder / "photo 10.jpg").write_bytes(b"no photograph at all")
    return folder


@pytest.fixture
def desk(few, light, tmp_path):
    bench = Workbench(few, tmp_path / "state", light)
    yield bench
    bench.close()


def until(bench: Workbench, batch_id: str, condition=lambda b: b.state != "running", seconds: float = 90):
    """Wait until the batch is so; the batch then."""
    seen, end = -1, time.monotonic() + seconds
    while not condition(batch := bench.batch(batch_id)):
        assert time.monotonic() < end, batch
        seen = bench.batch_news(batch_id, seen, 1.0)
    return batch
