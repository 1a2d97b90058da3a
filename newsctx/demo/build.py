"""Writes the demonstration archive's source form: articles, photographs, queries, README."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from PIL import Image

from newsctx.demo.commands import SEED
from newsctx.demo.facts import Event, hierarchy
from newsctx.demo.painter.camera import jpeg
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.paint import paint
from newsctx.demo.painter.stage import Scene
from newsctx.demo.processes import painters
from newsctx.demo.queries import Query, held_out
from newsctx.demo.references import references
from newsctx.demo.texts import Story, article_row, scene_of, stories

QUALITY = 47  # JPEG; keeps the whole below 15 MB
README = """# The demonstration archive

Everything here is fictional and painted. The events never happened, the outlets and people are invented, and the
photographs were drawn by the code in `newsctx/demo/painter`; only the cities are real. Made by
`python -m newsctx demo build`. Licence: as the project (Apache-2.0).

- `articles.jsonl`, `images/`: the archive, in the import format of `python -m newsctx import`.
- `queries.jsonl`, `queries/`: held-out query photographs with their true place, date and relevant articles
  (an empty list: the archive knows nothing about it), and with reference captions of what they show.
"""


def build(out: Path, seed: int = SEED, workers: int = 1) -> None:
    """Writes everything below `out` (created if missing); the same seed gives the same bytes."""
    for folder in ("images", "queries"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    (out / "README.md").write_text(README, encoding="utf-8")
    _write_lines(out / "articles.jsonl", (article_row(story) for story in stories()))
    _paint_all([s for s in stories() if s.photo], partial(_write_photo, out / "images", seed), workers)
    write_queries(out, held_out(), seed, workers)


def write_queries(out: Path, queries: Sequence[Query], seed: int = SEED, workers: int = 1) -> None:
    """Writes `queries.jsonl` and paints `queries/` below `out`."""
    (out / "queries").mkdir(parents=True, exist_ok=True)
    _write_lines(out / "queries.jsonl", (query_row(query) for query in queries))
    _paint_all(queries, partial(_write_query, out / "queries", seed), workers)


def _paint_all(items: Sequence[Story] | Sequence[Query], write: partial[None], workers: int) -> None:
    if workers <= 1:
        for item in items:
            write(item)
        return
    with painters(workers) as pool:
        list(pool.map(write, items, chunksize=4))


def _write_photo(folder: Path, seed: int, story: Story) -> None:
    (folder / f"{story.id}.jpg").write_bytes(jpeg(paint(archive_scene(story, seed)), QUALITY))


def _write_query(folder: Path, seed: int, query: Query) -> None:
    (folder / f"{query.id}.jpg").write_bytes(jpeg(query_image(query, seed), QUALITY))


def archive_scene(story: Story, seed: int) -> Scene:
    """The scene of an article's photograph, framed a little differently for every photographer."""
    return _framed(story.event, story.photo or "", f"{seed}/{story.id}")


def query_image(query: Query, seed: int) -> Image.Image:
    """An edit of an archived photograph, or a painting of its own."""
    if query.edit:
        story = next(s for s in stories() if s.id == query.article)
        return query.edit(paint(archive_scene(story, seed)))
    assert query.scene is not None, query.id
    return paint(query.scene)


def _framed(event: Event, photo: str, seed: str) -> Scene:
    rng = rng_for("framing", seed)
    zoom = float(round(rng.uniform(1.0, 1.16), 3))
    return scene_of(event, photo, seed, zoom=zoom, shift=(float(round(rng.uniform(-0.8, 0.8), 3)), 0.0))


def query_row(query: Query) -> dict[str, object]:
    """A query's truth."""
    return {
        "id": query.id,
        "image": f"queries/{query.id}.jpg",
        "place": hierarchy(query.event.city),
        "date": query.day.isoformat(),
        "relevant": list(query.relevant),
        "location_relevant": list(query.location_relevant),
        "source_article": query.article,
        "kind": query.kind,
        "event_kind": query.event.kind,
        "captions": list(references(query)),
        "note": query.note,
        "example": query.example,
        "fictional": True,
    }


def _write_lines(path: Path, rows: Iterable[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
