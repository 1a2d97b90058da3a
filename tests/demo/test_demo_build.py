"""The committed demonstration archive is what the code builds, and the painter is deterministic."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from newsctx.demo.build import QUALITY, archive_scene, build, query_row
from newsctx.demo.commands import SEED
from newsctx.demo.locate import demo_queries, demo_source
from newsctx.demo.painter.camera import jpeg
from newsctx.demo.painter.paint import paint
from newsctx.demo.queries import held_out
from newsctx.demo.texts import article_row, stories


def test_same_seed_same_bytes_other_seed_other_picture() -> None:
    story = next(s for s in stories() if s.photo and "fog" in s.photo)
    first, again = jpeg(paint(archive_scene(story, SEED))), jpeg(paint(archive_scene(story, SEED)))
    assert first == again
    assert first != jpeg(paint(archive_scene(story, SEED + 1)))


def test_a_photograph_has_the_promised_form_in_any_weather() -> None:
    story = next(s for s in stories() if s.photo)
    scene = archive_scene(story, SEED)
    image = paint(replace(scene, weather="rain"))
    assert image.size == (640, 427) and image.mode == "RGB"


def test_committed_texts_are_the_fresh_ones() -> None:
    folder = demo_source()
    articles = [json.loads(line) for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    assert articles == [article_row(s) for s in stories()]
    assert queries == [query_row(q) for q in held_out()]


@pytest.mark.parametrize("number", range(0, 300, 43))  # some: painting them all takes minutes
def test_committed_images_are_what_the_painter_paints(number: int) -> None:
    """Pixels may differ by the version of Pillow or OpenCV: the same size, mean difference below 3 of 255."""
    story = [s for s in stories() if s.photo][number]
    ours = np.asarray(Image.open(demo_source() / "images" / f"{story.id}.jpg").convert("RGB"), np.float32)
    painted = jpeg(paint(archive_scene(story, SEED)), QUALITY)
    theirs = np.asarray(Image.open(io.BytesIO(painted)).convert("RGB"), np.float32)
    assert ours.shape == theirs.shape
    assert float(np.abs(ours - theirs).mean()) < 3


def test_a_build_writes_every_file_of_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one picture for all: what is painted is the test above."""
    picture = Image.new("RGB", (640, 427))
    monkeypatch.setattr("newsctx.demo.build.paint", lambda scene: picture)
    build(tmp_path, workers=1)
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {p.relative_to(demo_source()).as_posix() for p in demo_source().rglob("*") if p.is_file()}


def test_every_photograph_is_small_textured_and_unlike_any_query() -> None:
    folder = demo_source()
    archived = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (folder / "images").glob("*.jpg")}
    assert len(archived) == sum(bool(s.photo) for s in stories())
    sift = cv2.SIFT_create()
    for path in sorted((folder / "images").glob("*.jpg")):
        assert len(sift.detect(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), None)) >= 300, path.name
    for query in demo_queries():
        assert hashlib.sha256(Path(str(query["path"])).read_bytes()).hexdigest() not in archived
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < 15_000_000
