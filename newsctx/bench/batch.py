"""How many photographs a minute a batch gets through, as a desk would run it: store, cases, queue and all.

The baseline, in the same run and before it, is the pipeline alone: some of the same photographs, one by one, with an
empty stage cache and nothing stored. What the batch adds to it are the case, its trail, documents and pictures.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsctx import imaging
from newsctx.batch.records import BatchItem, Found
from newsctx.batch.sources import folder
from newsctx.cache import StageCache
from newsctx.errors import BatchError, PhotoRefused
from newsctx.models import Models
from newsctx.pipeline import Request
from newsctx.settings import Settings
from newsctx.workbench import Workbench

Told = Callable[[int], None]


@dataclass
class BatchReport:
    """Seconds of each photograph, by its name."""

    profile: str
    articles: int
    archived: int  # photographs in the archive
    baseline: dict[str, float] = field(default_factory=dict)
    batch: dict[str, float] = field(default_factory=dict)
    items: tuple[BatchItem, ...] = ()
    wall: float = 0.0
    cpu: float = 0.0  # processor time of the batch, all threads
    cpu_alone: float = 0.0  # and of the baseline
    before: float = 0.0  # peak memory of the process before the batch, MB
    peak: float = 0.0  # and after it

    def text(self) -> str:
        """As the command prints it."""
        done = [i for i in self.items if i.state == "done"]
        failed = [i for i in self.items if i.state == "failed"]
        said = Counter(i.outcome.verdict for i in done if i.outcome)
        both = [n for n in self.baseline if n in self.batch]
        ratio = statistics.median(self.batch[n] / self.baseline[n] for n in both) if both else 0.0
        alone = sum(self.baseline.values())
        lines = [
            f"Batch: {len(self.items)} photographs, profile {self.profile}, archive of {self.articles} articles and "
            f"{self.archived} photographs",
            f"{60 * len(self.items) / self.wall:.1f} photographs a minute ({self.wall:.0f} s in all), "
            f"{len(done)} done, {len(failed)} failed",
            f"seconds a photograph     {_spread(list(self.batch.values()))}",
            f"pipeline alone (baseline) {_spread(list(self.baseline.values()))}; {len(self.baseline)} of the same "
            f"photographs, {60 * len(self.baseline) / alone if alone else 0:.1f} a minute",
            f"processor seconds a photograph: {self.cpu / len(self.items):.2f}, baseline "
            f"{self.cpu_alone / max(len(self.baseline), 1):.2f}",
            f"batch / baseline, median over these photographs: {ratio:.3f}",
            f"peak memory {self.peak:.0f} MB ({self.before:.0f} MB before the batch)",
            "outcomes: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in said.most_common()),
        ]
        return "\n".join(lines + [f"failed: {i.name}: {i.error}" for i in failed])


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"median {statistics.median(ordered):.2f}, p95 {p95:.2f}, most {ordered[-1]:.2f}"


def run(
    archive: Path, models: Models, settings: Settings, photos: Path, count: int, sample: int, told: Told
) -> BatchReport:
    """Analyse the first `count` photographs of a folder as a batch, after `sample` of them, evenly spread, alone.

    Raises BatchError where there are none, ArchiveError where the archive cannot be opened.
    """
    found = folder(photos, most=sys.maxsize)
    found = Found(found.title, found.source, found.entries[:count])
    if not found.entries:
        raise BatchError(f"{photos} holds no photograph that can be taken.")
    with tempfile.TemporaryDirectory(prefix="newsctx-bench-") as temporary:
        bench = Workbench(archive, Path(temporary) / "state", models, settings)
        try:
            info = bench.pipeline().archive.info
            report = BatchReport(models.profile, info.articles, info.photos)
            _alone(bench, found, sample, Path(temporary) / "cache", report)
            report.before = _peak()
            _together(bench, found, report, told)
        finally:
            bench.close()
    return report


def _alone(bench: Workbench, found: Found, sample: int, cache: Path, report: BatchReport) -> None:
    """The pipeline without store and queue; the first of all is analysed once before, to load what loads late."""
    step = max(1, len(found.entries) // max(sample, 1))
    chosen = [found.entries[0], *found.entries[::step][:sample]]
    for number, entry in enumerate(chosen):
        assert entry.path is not None
        pipeline = replace(bench.pipeline(), cache=StageCache(cache / str(number)))
        began, cpu = time.perf_counter(), time.process_time()
        data = entry.path.read_bytes()
        try:
            imaging.decode(data, bench.settings.photo)
            for _ in pipeline.analyse(Request(data, entry.name)):
                pass
        except PhotoRefused:  # the batch tells it
            continue
        if number:
            report.baseline[entry.name] = time.perf_counter() - began
            report.cpu_alone += time.process_time() - cpu


def _together(bench: Workbench, found: Found, report: BatchReport, told: Told) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    batch_id = bench.batch_of(found)
    bench.resume_batch(batch_id)
    seen = -1
    while (batch := bench.batch(batch_id)).state == "running":
        told(batch.ended)
        seen = bench.batch_news(batch_id, seen, 5.0)
    report.wall, report.cpu = time.perf_counter() - began, time.process_time() - cpu
    if batch.state != "done":
        raise BatchError(f"The batch came to rest: {batch.note}")
    report.peak = _peak()
    report.items = bench.batch_items(batch_id)
    report.batch = {i.name: i.seconds for i in report.items if i.state == "done"}
    told(batch.ended)


def _peak() -> float:
    """Largest resident memory of the process so far, MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_000_000 if sys.platform == "darwin" else 1000)
