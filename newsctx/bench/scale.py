"""The retrieve stage over a large archive, with every channel on: how long it takes without the encoders.

The archive is synthetic (see `synthetic`); queries are crops of its photographs with a note of its words, so that every
channel has something to search for. The baseline, in the same run, is a plain scan: the inner product of the query with
every caption vector, sorted.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from newsctx import imaging
from newsctx.archive.importer import import_archive
from newsctx.archive.index_build import build_index
from newsctx.archive.opened import OpenArchive, open_archive
from newsctx.archive.store import ArchiveStore
from newsctx.bench import synthetic
from newsctx.cache import StageCache
from newsctx.channel_names import WEIGHTS
from newsctx.errors import ArchiveError, IndexMismatch
from newsctx.localfeatures.index import query_views
from newsctx.models import Models
from newsctx.pipeline import Pipeline, Request
from newsctx.records import Inputs
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter

LIMIT = 0.150  # seconds: what the retrieve stage may take over 100,000 articles on two cores


@dataclass
class ScaleReport:
    """Seconds, one value per query."""

    articles: int
    photos: int
    stage: list[float] = field(default_factory=list)
    channels: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    features: list[float] = field(default_factory=list)  # local features of the query: what encodes it for `copy`
    baseline: list[float] = field(default_factory=list)
    idle: dict[str, str] = field(default_factory=dict)  # channels that did not run, and why

    def text(self) -> str:
        """As the command prints it."""

        def row(name: str, values: list[float]) -> str:
            ordered = sorted(values)
            p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
            return f"{name:28}{statistics.median(values) * 1000:9.1f} ms   p95 {p95 * 1000:9.1f} ms"

        base = statistics.median(self.baseline)
        lines = [
            f"Retrieve stage over {self.articles} synthetic articles, {self.photos} of them with a photograph, "
            f"{len(self.stage)} queries, without encoders:",
            *(row(f"  channel {n}", v) for n, v in self.channels.items()),
            row("retrieve stage", self.stage) + f"   {statistics.median(self.stage) / base:8.2f} of the baseline",
            row("  local features of the query", self.features),
            row("  the stage without them", [s - f for s, f in zip(self.stage, self.features, strict=True)]),
            row("scan of all captions (baseline)", self.baseline),
            *(f"  channel {n} did not run: {why}" for n, why in self.idle.items()),
        ]
        return "\n".join(lines)


def run(
    folder: Path,
    articles: int,
    photos: int,
    queries: int,
    seed: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> ScaleReport:
    """Make the archive (what is there is kept) and time the queries."""
    every = dict.fromkeys(WEIGHTS, 1.0)
    settings = Settings.model_validate({"profile": "embedded", "retrieve": {"weights": every}})
    slots = synthetic.models()
    opened = archive(folder / f"scale-{articles}-{photos}-{seed}", articles, photos, seed, slots, settings)
    report = ScaleReport(articles, photos)
    rng = np.random.default_rng(seed)
    ids = sorted(opened.store.image_ids())
    warm = 2  # the first queries read the index from disk
    with tempfile.TemporaryDirectory() as cache:
        pipeline = Pipeline(opened, slots, settings, StageCache(Path(cache)), ExtractiveWriter())
        for done in range(queries + warm):
            data, note = query(opened, ids, rng, settings)
            one = report if done >= warm else ScaleReport(articles, photos)
            _time(pipeline, Request(data, f"{done}.jpg", Inputs(note=note)), one)
            progress(done + 1)
    return report


def archive(folder: Path, articles: int, photos: int, seed: int, slots: Models, settings: Settings) -> OpenArchive:
    """The synthetic archive in `folder / "archive"`, imported and indexed; what is there is kept."""
    with suppress(ArchiveError, IndexMismatch):  # not made yet, or by another program or with other settings
        return open_archive(folder / "archive", slots, settings)
    source = synthetic.write(folder, articles, photos, seed)
    import_archive(source, folder / "archive")
    with ArchiveStore.open(folder / "archive") as store:
        build_index(store, slots, folder / "archive", settings)
    return open_archive(folder / "archive", slots, settings)


def query(opened: OpenArchive, ids: list[str], rng: np.random.Generator, settings: Settings) -> tuple[bytes, str]:
    """A crop of one of the archive's photographs, and a note of its words."""
    path = opened.store.image_path(ids[int(rng.integers(len(ids)))])
    note = " ".join(f"word{int(n)}" for n in np.minimum(rng.zipf(1.3, 6), 50_000) - 1)
    assert path is not None  # the archive was just made
    return imaging.encode_jpeg(_crop(imaging.decode(path.read_bytes(), settings.photo).pixels)), note


def _time(pipeline: Pipeline, request: Request, report: ScaleReport) -> None:
    document = None
    for document in pipeline.analyse(request):
        if document.stages.retrieve is not None:
            break
    assert document is not None and document.stages.retrieve is not None, document and document.status
    report.stage.append(document.seconds["retrieve"])
    pixels = imaging.decode(request.data, pipeline.settings.photo).pixels
    start = time.perf_counter()
    query_views(pixels, pipeline.settings.copy_detection)
    report.features.append(time.perf_counter() - start)
    for channel in document.stages.retrieve.channels:
        if channel.state == "ran":
            report.channels[channel.name].append(channel.seconds)
        else:
            report.idle[channel.name] = channel.reason
    rows, _ = pipeline.archive.index.rows("image_text")
    vector = pipeline.models.image_text.encode_texts([request.filename])[0]  # type: ignore[union-attr]
    start = time.perf_counter()
    np.argsort(-(rows @ vector))
    report.baseline.append(time.perf_counter() - start)


def _crop(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    return pixels[height // 12 : height - height // 12, width // 12 : width - width // 12]
