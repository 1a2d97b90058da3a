"""Three real events, their articles and photographs; a test file that imports these skips where they are not there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsctx import imaging
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.store import ArchiveStore
from newsctx.settings import Settings

EVENTS = {
    "tourist_boat_hits_bridge_in_germany": "Duisburg",
    "truck_attack_in_nice": "Nice",
    "erie_smashes_snowfall_record_with_flakes_still_falling": "Erie",
}


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    """The articles as they came; `image` is the path of the photograph."""
    root = os.environ.get("NEWSCTX_TEST_DATA")
    if not root:
        pytest.skip("NEWSCTX_TEST_DATA is not set: the real articles are not part of the repository")
    folder = Path(root) / "news_clusters"
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    chosen = [r for r in (json.loads(line) for line in lines if line) if r["event"] in EVENTS]
    return [{**r, "image": str(folder / r["image"]) if r["image"] else None} for r in chosen]


@pytest.fixture(scope="module")
def real_archive(rows, models, tmp_path_factory) -> Path:
    """All of them, imported and indexed."""
    folder = tmp_path_factory.mktemp("real")
    photos = folder / "photos"
    photos.mkdir()
    for number, row in enumerate(rows):  # a source's photographs lie below its folder
        if row["image"]:
            (photos / f"{number}.jpg").write_bytes(Path(row["image"]).read_bytes())
    plain = [{**r, "image": f"photos/{n}.jpg" if r["image"] else None} for n, r in enumerate(rows)]
    (folder / "articles.jsonl").write_text("".join(json.dumps(r) + "\n" for r in plain), encoding="utf-8")
    assert import_archive(folder / "articles.jsonl", folder / "archive").rejected == 0
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, models, folder / "archive", Settings())
    return folder / "archive"


def cropped(path: str) -> bytes:
    """As it might arrive: a sixth of each side lost, compressed hard."""
    pixels = imaging.decode(Path(path).read_bytes(), Settings().photo).pixels
    height, width = pixels.shape[:2]
    return imaging.encode_jpeg(pixels[height // 12 : -(height // 12), width // 12 : -(width // 12)], 50)
