"""What several test files share: the models, loaded once, and small archives made with the real commands."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
if "PYTEST_XDIST_WORKER" in os.environ:  # several workers have the cores: a thread each, not as many as there are cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from newsctx import profiles
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.store import ArchiveStore
from newsctx.demo.locate import demo_source
from newsctx.imaging import encode_jpeg
from newsctx.models import Models, load
from newsctx.settings import Settings
from newsctx.start import prepare_demo

#: Two floods in Paris, a ferry accident in Istanbul and more: the demonstration archive's held-out photographs.
QUERIES = demo_source() / "queries"
DEMO_EVENTS = (
    "paris_flood", "sydney_vigil", "kyoto_fire", "sf_protest", "istanbul_ferry", "kyoto_parade", "florence_marathon",
    "capetown_fire", "sydney_marathon", "paris_protest", "amsterdam_flood", "istanbul_snow",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_state_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCTX_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("NEWSCTX_ARCHIVE", raising=False)


@pytest.fixture(scope="session", autouse=True)
def embedded_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the embedded weights lie. The profile itself finds none here: what is tested does not hang on how well they
    are trained, and a part that is missing is what most tests are about; `tests/test_embedded.py` is about the weights.
    """
    with pytest.MonkeyPatch.context() as patch:
        folder = profiles.EMBEDDED
        patch.setattr(profiles, "EMBEDDED", tmp_path_factory.mktemp("none") / "embedded")
        yield folder


@pytest.fixture(scope="session")
def models() -> Models:
    """The embedded profile: MiniLM and OCR, no image-text encoder."""
    return load()


@pytest.fixture(scope="session")
def demo_archive(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Path:
    """Twelve events of the demonstration archive, imported and indexed; read only. All of it would take minutes."""
    folder = tmp_path_factory.mktemp("demo")
    source = folder / "articles.jsonl"
    rows = (demo_source() / "articles.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    wanted = {event.replace("_", "-") for event in DEMO_EVENTS}
    source.write_text("".join(r for r in rows if json.loads(r)["id"].rpartition("-")[0] in wanted), encoding="utf-8")
    shutil.copytree(demo_source() / "images", folder / "images")  # an import follows no links out of its folder
    return prepare_demo(folder / "state", models, Settings(), source)


@pytest.fixture(scope="session")
def make_archive(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Callable[[list[dict]], Path]:
    """Import and index a list of rows."""

    def make(rows: list[dict]) -> Path:
        folder = tmp_path_factory.mktemp("archive")
        source = folder / "articles.jsonl"
        source.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        import_archive(source, folder / "archive")
        with ArchiveStore.open(folder / "archive") as store:
            build_index(store, models, folder / "archive", Settings())
        return folder / "archive"

    return make


@pytest.fixture
def noise() -> bytes:
    """A JPEG that shows nothing and matches nothing."""
    pixels = np.random.default_rng(3).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    return encode_jpeg(pixels)
