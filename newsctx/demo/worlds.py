"""A fictional world to train on: other events, other wording and other paintings than the demonstration archive's.

Articles come from the grammar in `wording`, photographs from the painter; no event, text or scene seed is shared with
`data/demo`. The folder has the import format (`articles.jsonl`, `images/`) and the photographs to train with
(`photos.jsonl`, `photos/`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from newsctx.cache import write_beside
from newsctx.demo.facts import KINDS, PARENTS, Event, hierarchy, keyword
from newsctx.demo.painter.camera import jpeg
from newsctx.demo.painter.canvas import rng_for
from newsctx.demo.painter.paint import paint
from newsctx.demo.painter.stage import Scene
from newsctx.demo.processes import painters
from newsctx.demo.scenes import SNOWY, draw
from newsctx.demo.wording.grammar import Facts, View, article, signs, venue
from newsctx.errors import TrainingError

FIRST, LAST = date(2006, 1, 1), date(2026, 12, 31)
SIZE = (320, 213)  # pixels: more than twice what the embedded model sees
QUALITY = 88
ARTICLES, PHOTOS = 2, 2  # of every event, by default: articles with a photograph, and photographs to train with
DEV_EVERY = 20  # of the events, one in so many is for development, by default
DAYS = 4  # the later articles appear within so many days


@dataclass(frozen=True)
class Painted:
    """One photograph of the world."""

    path: str  # relative to the folder
    scene: Scene


def event(number: int, seed: str) -> Event:
    """The event with that number; cities and kinds come in turn, so that all occur equally often."""
    rng = rng_for("world", seed, number)
    city = sorted(PARENTS)[number % len(PARENTS)]
    kinds = [kind for kind in KINDS if kind != "snow chaos" or city in SNOWY]
    kind = kinds[(number // len(PARENTS) + number * 5) % len(kinds)]
    day = FIRST + timedelta(days=int(rng.integers((LAST - FIRST).days)))
    if kind == "snow chaos":
        day = day.replace(month=(12, 1, 2)[int(rng.integers(3))], day=min(day.day, 28))
    return Event(
        f"w{number:05d}", city, kind, day, signs(city, kind, rng), snow=kind == "snow chaos", venue=venue(city, rng)
    )


def rows_of(
    number: int, seed: str, articles_each: int = ARTICLES, photos_each: int = PHOTOS, dev_every: int = DEV_EVERY
) -> tuple[list[dict[str, object]], list[dict[str, object]], list[Painted]]:
    """An event's article rows, its photo rows and everything to paint."""
    happened = event(number, seed)
    facts = Facts(happened.city, happened.kind, happened.start, happened.venue, happened.signs)
    articles, photos, paintings = [], [], []
    for part in range(articles_each):
        rng = rng_for("article", seed, number, part)
        id = f"{happened.id}-{part + 1}"
        scene = draw(happened, rng, f"{seed}/{id}")
        text = article(facts, (_view(scene),), rng)
        day = happened.start + timedelta(days=int(rng.integers(DAYS)) if part else 0)
        articles.append(
            {
                "id": id,
                "url": f"https://world.example/{id}",
                "source": "World (fictional)",
                "headline": text.headline,
                "abstract": text.abstract,
                "body": text.body,
                "published": day.isoformat(),
                "places": [keyword(happened.city)],
                "images": [{"path": f"images/{id}.jpg", "caption": text.captions[0], "position": 0}],
                "captions": list(text.captions),
                "language": "en",
            }
        )
        paintings.append(Painted(f"images/{id}.jpg", scene))
    for part in range(photos_each):
        id = f"{happened.id}-photo-{part + 1}"
        scene = draw(happened, rng_for("photo", seed, number, part), f"{seed}/{id}")
        photos.append(
            {
                "id": id,
                "image": f"photos/{id}.jpg",
                "place": hierarchy(happened.city),
                "date": happened.start.isoformat(),
                "split": "dev" if number % dev_every == dev_every - 1 else "train",
            }
        )
        paintings.append(Painted(f"photos/{id}.jpg", scene))
    return articles, photos, paintings


def _view(scene: Scene) -> View:
    return View(scene.view, scene.time, scene.weather, scene.landmark, scene.snow)


def build_world(
    out: Path,
    events: int,
    seed: str,
    workers: int = os.cpu_count() or 1,
    articles_each: int = ARTICLES,
    photos_each: int = PHOTOS,
    dev_every: int = DEV_EVERY,
) -> None:
    """Writes a world of `events` events below `out`; photographs that are there already are kept, so it can go on.

    Args:
        seed: names the world; the same name with more events, articles or photographs is a larger one around it.
        articles_each, photos_each: of every event.
        dev_every: one event in so many is for development.

    Raises:
        TrainingError: the folder holds another world, whose photographs would be taken for this one's.
    """
    made = [rows_of(number, seed, articles_each, photos_each, dev_every) for number in range(events)]
    texts = {
        out / "articles.jsonl": [row for articles, _, _ in made for row in articles],
        out / "photos.jsonl": [row for _, photos, _ in made for row in photos],
    }
    for path, rows in texts.items():
        _refuse_other_world(path, rows, seed)
    for folder in ("images", "photos"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for path, rows in texts.items():
        _write_lines(path, rows)
    wanted = [p for _, _, paintings in made for p in paintings if not (out / p.path).is_file()]
    if not wanted:
        return
    with painters(min(workers, len(wanted))) as pool:
        done = pool.map(partial(_paint, out), wanted, chunksize=8)
        for _ in tqdm(done, total=len(wanted), desc="painting", unit="photo"):
            pass


def _paint(out: Path, painted: Painted) -> None:
    small = paint(painted.scene).resize(SIZE, Image.Resampling.BOX)
    beside = out / (painted.path + ".part")
    beside.write_bytes(jpeg(small, QUALITY))
    beside.replace(out / painted.path)  # a killed run leaves no half file


def _refuse_other_world(path: Path, rows: Sequence[dict[str, object]], seed: str) -> None:
    """Worlds give their photographs the same names, so a world of another seed is known by its places and days."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        there = {row["id"]: _told(row) for row in map(json.loads, lines)}
    for row in rows:
        if (old := there.get(row["id"], _told(row))) != _told(row):
            raise TrainingError(
                f"{path} holds another world: its {row['id']} is of {old}, that of seed {seed!r} of {_told(row)}. "
                "Name the seed that it was made with, or an empty folder."
            )


def _told(row: dict[str, Any]) -> str:
    place, day = row.get("place") or row["places"][0], row.get("date") or row["published"]
    return f"{place} on {day}"


def _write_lines(path: Path, rows: Sequence[dict[str, object]]) -> None:
    write_beside(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
