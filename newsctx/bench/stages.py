"""Time per stage: photographs of an archive, cropped, analysed with an empty cache, again, and after an override.

The baseline is the full analysis; what the cache and an override cost is printed as a share of it in the same run.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from newsctx import imaging
from newsctx.archive.opened import open_archive
from newsctx.cache import StageCache
from newsctx.errors import ArchiveError, PhotoRefused
from newsctx.models import Models
from newsctx.overrides import ExcludeArticle
from newsctx.pipeline import Pipeline, Request
from newsctx.settings import Settings
from newsctx.writers.extractive import ExtractiveWriter


@dataclass
class StageReport:
    """Seconds by name; one value per query."""

    queries: int = 0
    stages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    channels: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    full: list[float] = field(default_factory=list)
    cached: list[float] = field(default_factory=list)
    override: list[float] = field(default_factory=list)

    def text(self) -> str:
        """The report as the command prints it: medians in milliseconds."""

        def row(name: str, values: list[float]) -> str:
            ordered = sorted(values)
            p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
            return f"{name:24}{statistics.median(values) * 1000:9.1f} ms   p95 {p95 * 1000:9.1f} ms"

        full = statistics.median(self.full)
        lines = [f"Stages, {self.queries} photographs (median, 95th percentile)"]
        lines += [row(name, values) for name, values in self.stages.items()]
        lines += [row(f"  channel {name}", values) for name, values in self.channels.items()]
        lines.append(row("full analysis (baseline)", self.full))
        for name, values in (("all from the cache", self.cached), ("after an exclusion", self.override)):
            lines.append(f"{row(name, values)}   {statistics.median(values) / full:6.3f} of the baseline")
        return "\n".join(lines)


def run(
    archive: Path,
    models: Models,
    settings: Settings,
    queries: int,
    seed: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> StageReport:
    """Analyse `queries` photographs of the archive, each cropped to about 70% of its area.

    Raises:
        ArchiveError: the archive has no photograph.
    """
    opened = open_archive(archive, models, settings)
    rng = np.random.default_rng(seed)
    ids = sorted(opened.store.image_ids())
    if not ids:
        raise ArchiveError(f"The archive {archive} has no photographs to time; import articles with images first.")
    chosen = [ids[i] for i in rng.permutation(len(ids))[:queries]]
    report = StageReport()
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(opened, models, settings, StageCache(Path(folder)), ExtractiveWriter())
        for done, image_id in enumerate(chosen, 1):
            path = opened.store.image_path(image_id)
            try:
                data = imaging.encode_jpeg(_crop(imaging.decode(path.read_bytes(), settings.photo).pixels))  # type: ignore[union-attr]
                _time_one(pipeline, data, report)
            except PhotoRefused:  # too small once cropped: not a photograph that anybody would upload
                continue
            progress(done)
    return report


def _crop(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    return pixels[height // 12 : height - height // 12, width // 12 : width - width // 12]


def _time_one(pipeline: Pipeline, data: bytes, report: StageReport) -> None:
    request = Request(data, "bench.jpg")
    seconds, document = _analyse(pipeline, request)
    report.full.append(seconds)
    report.queries += 1
    for status in document.status:
        if status.seconds is not None:
            report.stages[status.name].append(status.seconds)
    retrieved = document.stages.retrieve
    for channel in retrieved.channels if retrieved else ():
        if channel.state == "ran":
            report.channels[channel.name].append(channel.seconds)
    report.cached.append(_analyse(pipeline, request)[0])
    if retrieved and retrieved.hits:
        override = ExcludeArticle(article_id=retrieved.hits[-1].article_id)
        report.override.append(_analyse(pipeline, Request(data, "bench.jpg", overrides=(override,)))[0])


def _analyse(pipeline: Pipeline, request: Request):
    start = time.perf_counter()
    *_, document = pipeline.analyse(request)
    return time.perf_counter() - start, document
