"""Writes the demonstration archive's source form: articles, photographs, queries, README."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from newsctx.demo.facts import KEYWORDS
from newsctx.demo.painter.camera import jpeg
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.paint import paint
from newsctx.demo.painter.stage import Scene
from newsctx.demo.queries import QUERIES, Query
from newsctx.demo.texts import Story, article_row, scene_of, stories

SEED = 7
QUALITY = 76  # JPEG; keeps the whole below 4 MB
README = """# The demonstration archive

Everything here is fictional and painted. The events never happened, the outlets and people are invented, and the
photographs were drawn by the code in `newsctx/demo/painter`; only the cities are real. Made by
`python -m newsctx demo build`. Licence: as the project (Apache-2.0).

- `articles.jsonl`, `images/`: the archive, in the import format of `python -m newsctx import`.
- `queries.jsonl`, `queries/`: held-out query photographs with their true place, date and relevant articles
  (an empty list: the archive knows nothing about it).
"""


def build(out: Path, seed: int = SEED) -> None:
    """Writes everything below `out` (created if missing); the same seed gives the same bytes."""
    for folder in ("images", "queries"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    (out / "README.md").write_text(README, encoding="utf-8")
    _write_lines(out / "articles.jsonl", (article_row(story) for story in stories()))
    _write_lines(out / "queries.jsonl", (query_row(query) for query in QUERIES))
    for story in stories():
        if story.photo:
            (out / "images" / f"{story.id}.jpg").write_bytes(jpeg(paint(archive_scene(story, seed)), QUALITY))
    for query in QUERIES:
        (out / "queries" / f"{query.id}.jpg").write_bytes(jpeg(query_image(query, seed), QUALITY))


def archive_scene(story: Story, seed: int) -> Scene:
    """The scene of an article's photograph, framed a little differently for every photographer."""
    return _framed(story.event, story.photo or "", f"{seed}/{story.id}")


def query_image(query: Query, seed: int) -> Image.Image:
    """An edit of an archived photograph, or a painting of its own."""
    if query.edit:
        story = next(s for s in stories() if s.id == query.article)
        return query.edit(paint(archive_scene(story, seed)))
    return paint(_framed(query.event, query.photo, f"{seed}/{query.id}"))


def _framed(event: object, photo: str, seed: str) -> Scene:
    rng: np.random.Generator = rng_for("framing", seed)
    zoom = float(round(rng.uniform(1.0, 1.16), 3))
    return scene_of(event, photo, seed, zoom=zoom, shift=(float(round(rng.uniform(-0.8, 0.8), 3)), 0.0))  # type: ignore[arg-type]


def query_row(query: Query) -> dict[str, object]:
    """A query's truth."""
    relevant = [s.id for s in stories() if s.event == query.event]
    return {
        "id": query.id,
        "image": f"queries/{query.id}.jpg",
        "place": KEYWORDS[query.event.city],
        "date": query.event.start.isoformat(),
        "relevant": relevant,
        "source_article": query.article,
        "kind": query.kind,
        "note": query.note,
        "fictional": True,
    }


def _write_lines(path: Path, rows: Iterable[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
