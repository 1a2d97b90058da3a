"""The copy benchmark: seeded edits of real photographs against the copy channel, beside pHash and PDQ.

Photos of `near_duplicate_group`s (from an `articles.jsonl` beside the photos) and identical files count as one.
Some ungrouped photos are held out of the index: they are the second photo of every collage and, as queries, measure
false acceptance.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from newsctx.bench.baselines import BASELINES, HashIndex
from newsctx.bench.edits import EDITS, make_edits
from newsctx.bench.report import CopyBenchReport
from newsctx.channels.copy import search
from newsctx.errors import SettingsError
from newsctx.localfeatures.index import CopyIndex, extracted, missing
from newsctx.settings import Settings
from newsctx.verification.confirm import Confirmation

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
HELD_OUT_SHARE = 12
"""One photo in so many is held out, at most `MOST_HELD_OUT`."""
MOST_HELD_OUT = 60


@dataclass(frozen=True)
class BenchPhoto:
    path: Path
    image_id: str
    group: str  # photos of one group are right answers for each other

    def pixels(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB."""
        with Image.open(self.path) as opened:
            return np.asarray(opened.convert("RGB"))


def run(
    photos_dir: Path,
    settings: Settings,
    queries: int = 200,
    seed: int = 0,
    index_dir: Path | None = None,
    progress: Callable[[str], None] = print,
) -> CopyBenchReport:
    """Index the photographs, edit a seeded sample of them in ten ways, and search for each.

    Args:
        photos_dir: searched recursively for JPEG, PNG and WebP.
        queries: photos queried with, each with every edit; all of them where there are fewer.
        index_dir: keep the index there (and resume it); else it is temporary.

    Raises:
        SettingsError: fewer than 2 photographs.
    """
    photos = find_photos(photos_dir)
    if len(photos) < 2:
        raise SettingsError(
            f"{photos_dir}: {len(photos)} photographs; the copy benchmark needs at least 2 (JPEG, PNG, WebP)."
        )
    rng = np.random.default_rng(seed)
    indexed, held_out = split(photos, rng)
    asked = [indexed[i] for i in rng.permutation(len(indexed))[:queries]]
    with tempfile.TemporaryDirectory() as beside:
        started = time.perf_counter()
        progress(f"indexing {len(indexed)} of {len(photos)} photographs ({len(held_out)} held out)")
        world = _World(indexed, Path(index_dir or beside), settings)
        seconds = time.perf_counter() - started
        tally = _Tally()
        for i, photo in enumerate(asked):
            if i % 20 == 0:
                progress(f"query {i} of {len(asked)}")
            _ask_edits(photo, (held_out or indexed)[i % len(held_out or indexed)], [seed, i], world, tally)
        for i, photo in enumerate(held_out):
            _ask_unknown(photo, held_out[i - 1], [seed, i, 1], world, tally)
        return CopyBenchReport(
            photos=len(indexed),
            held_out=len(held_out),
            queries=len(asked),
            seed=seed,
            recall={name: {e: float(np.mean(tally.right[name, e])) for e in EDITS} for name in ("ours", *BASELINES)},
            unknown_queries=tally.unknown,
            unknown_accepted=tuple(tally.unknown_accepted),
            other_accepted=tuple(sorted(tally.other_accepted)),
            query_median=float(np.median(tally.seconds)),
            query_p95=float(np.percentile(tally.seconds, 95)),
            index_seconds=seconds,
            bytes_per_photo=world.size / len(indexed),
        )


def find_photos(photos_dir: Path) -> list[BenchPhoto]:
    """All photographs below a folder, once per content, by path; with their groups."""
    groups = _groups(photos_dir)
    found: dict[str, BenchPhoto] = {}
    for path in sorted(p for p in photos_dir.rglob("*") if p.suffix.lower() in SUFFIXES):
        image_id = sha256(path.read_bytes()).hexdigest()
        named = groups.get(path.resolve(), "")
        if image_id not in found or (named and not found[image_id].group.startswith("near ")):
            found[image_id] = BenchPhoto(path, image_id, f"near {named}" if named else image_id)
    return list(found.values())


def split(photos: list[BenchPhoto], rng: Generator) -> tuple[list[BenchPhoto], list[BenchPhoto]]:
    """(indexed, held out); only photos without near duplicates are held out."""
    alone = [i for i, p in enumerate(photos) if p.group == p.image_id]
    count = min(len(photos) // HELD_OUT_SHARE, MOST_HELD_OUT, len(alone))
    out = {alone[i] for i in rng.permutation(len(alone))[:count]}
    return [p for i, p in enumerate(photos) if i not in out], [photos[i] for i in sorted(out)]


class _World:
    """Everything that is searched."""

    def __init__(self, indexed: list[BenchPhoto], index_dir: Path, settings: Settings) -> None:
        self.photos = by_id = {p.image_id: p for p in indexed}
        self.settings = settings
        self.groups = {p.image_id: p.group for p in indexed}
        self.names = {p.image_id: p.path.name for p in indexed}
        fresh = missing(index_dir, by_id, settings.copy_detection)
        items = extracted(fresh, lambda i: by_id[i].pixels(), settings.copy_detection)
        self.index = CopyIndex.update(index_dir, items, settings.copy_detection)
        self.size = sum(p.stat().st_size for p in index_dir.rglob("*") if p.is_file())
        self.hashes = {name: HashIndex(h, [p.pixels() for p in indexed]) for name, h in BASELINES.items()}
        self.order = [p.group for p in indexed]

    def ask(self, pixels: NDArray[np.uint8]) -> tuple[list[str], float]:
        """Image ids of verified matches, best first, and seconds."""
        started = time.perf_counter()
        s = self.settings
        confirm = Confirmation(pixels, lambda i: self.photos[i].pixels(), s.verify, s.copy_detection, s.seed)
        result, _ = search(
            pixels, self.index, s.copy_detection, s.retrieve.k, s.seed, lambda i: (i,), s.verify, confirm=confirm
        )
        return [a for a, _ in result.hits], time.perf_counter() - started


class _Tally:
    def __init__(self) -> None:
        self.right: dict[tuple[str, str], list[bool]] = {
            (name, edit): [] for name in ("ours", *BASELINES) for edit in EDITS
        }
        self.seconds: list[float] = []
        self.unknown = 0
        self.unknown_accepted: list[tuple[str, str]] = []
        self.other_accepted: set[tuple[str, str]] = set()


def _ask_edits(photo: BenchPhoto, other: BenchPhoto, seed: list[int], world: _World, tally: _Tally) -> None:
    for edit, pixels in make_edits(photo.pixels(), other.pixels(), np.random.default_rng(seed)).items():
        found, seconds = world.ask(pixels)
        tally.seconds.append(seconds)
        tally.right["ours", edit].append(bool(found) and world.groups[found[0]] == photo.group)
        allowed = {photo.group, other.group if edit == "collage" else photo.group}
        tally.other_accepted |= {(photo.path.name, world.names[i]) for i in found if world.groups[i] not in allowed}
        for name, hashes in world.hashes.items():
            tally.right[name, edit].append(world.order[hashes.nearest(pixels)] == photo.group)


def _ask_unknown(photo: BenchPhoto, other: BenchPhoto, seed: list[int], world: _World, tally: _Tally) -> None:
    """Photos that are not in the index: as they are, and in the edits that add foreign material."""
    edits = make_edits(photo.pixels(), other.pixels(), np.random.default_rng(seed))
    for pixels in (photo.pixels(), edits["banner"], edits["screenshot"], edits["collage"]):
        found, _ = world.ask(pixels)
        tally.unknown += 1
        if found:
            tally.unknown_accepted.append((photo.path.name, world.names[found[0]]))


def _groups(photos_dir: Path) -> dict[Path, str]:
    listing = photos_dir / "articles.jsonl"
    if not listing.exists():
        return {}
    rows = [json.loads(line) for line in listing.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {
        (photos_dir / str(r["image"])).resolve(): str(r["near_duplicate_group"])
        for r in rows
        if r.get("image") and r.get("near_duplicate_group")
    }
