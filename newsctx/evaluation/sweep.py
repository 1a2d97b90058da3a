"""Sweeps: the same evaluation under several values of settings, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from newsctx.evaluation.fast import STAGES, FastWorld
from newsctx.evaluation.fast import run as run_fast
from newsctx.evaluation.outcome import Judge
from newsctx.evaluation.report import Report, build
from newsctx.evaluation.setting_paths import ALIASES, ARCHIVE_SHARE, Axis, points, with_value
from newsctx.evaluation.tables import Measured, text_table
from newsctx.records import Record
from newsctx.settings import Settings

#: (heading, stage, task, metric) of a sweep's columns
COLUMNS = (
    ("bi-encoder R@1", "retrieve", "event articles", "R@1"),
    ("bi-encoder R@10", "retrieve", "event articles", "R@10"),
    ("event R@1", "events", "event articles", "R@1"),
    ("event R@10", "events", "event articles", "R@10"),
    ("event mAP", "events", "event articles", "mAP"),
    ("events alone R@1", "events alone", "event articles", "R@1"),
    ("place EM@1", "events", "place", "EM@1"),
    ("date EM@1", "events", "date", "EM@1"),
    ("answer GREAT", "", "", ""),
)
#: what the setting without text and copies depends on; another setting needs the whole pipeline
_FAST_GROUPS = ("locate.", "events.", "context.")
_FAST_PATHS = ("retrieve.k", ARCHIVE_SHARE)
_SLOW = "locate.base"  # there is one channel, so nothing to fuse


class Point(Record):
    """One combination of values and what it came to."""

    values: dict[str, Any]
    metrics: dict[str, Measured | None]  # by heading
    queries: int  # with relevant articles
    clusters: float | None = None


class Sweep(Record):
    """All points."""

    mode: str
    points: list[Point]

    def text(self) -> str:
        names = list(dict.fromkeys(n for p in self.points for n in p.values))
        heads = [h for h, *_ in COLUMNS if any(p.metrics.get(h) for p in self.points)]
        parts = []
        for group in [n for n in names] if not self.grid else [""]:
            chosen = [p for p in self.points if not group or group in p.values]
            head = [group or " ".join(names), "queries", "clusters", *heads]
            rows = [
                [
                    " ".join(str(v) for v in p.values.values()),
                    p.queries,
                    _number(p.clusters),
                    *(_cell(p, h) for h in heads),
                ]
                for p in chosen
            ]
            parts.append(text_table(head, rows))
        return f"{self.mode}\n\n" + "\n\n".join(parts)

    @property
    def grid(self) -> bool:
        return any(len(p.values) > 1 for p in self.points)


def fast_enough(axes: Sequence[Axis]) -> bool:
    """Whether every axis changes only what the fast evaluation computes."""
    return all(a.real in _FAST_PATHS or (a.real.startswith(_FAST_GROUPS) and a.real != _SLOW) for a in axes)


def sweep(
    axes: Sequence[Axis],
    settings: Settings,
    evaluate: Callable[[Settings, float], Report],
    mode: str,
    grid: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Sweep:
    """Measure every point.

    Args:
        evaluate: settings and share of the archive -> report.
    """
    found = []
    for done, values in enumerate(points(axes, grid), 1):
        changed, share = settings, 1.0
        for path, value in values.items():
            real = ALIASES.get(path, path)
            if real == ARCHIVE_SHARE:
                share = float(value)
            else:
                changed = with_value(changed, real, value)
        found.append(_point(values, evaluate(changed, share)))
        progress(done)
    return Sweep(mode=mode, points=found)


def evaluate_fast(world: FastWorld, judge: Judge, seed: int = 0) -> Callable[[Settings, float], Report]:
    """The `evaluate` of a sweep over a prepared world."""

    def evaluate(settings: Settings, share: float) -> Report:
        part = share_of(world, share, seed)
        asked = Judge(part.queries, judge.articles, judge.resolve, judge.ks)
        return build(asked, run_fast(part, settings), STAGES, "fast")

    return evaluate


def share_of(world: FastWorld, share: float, seed: int = 0) -> FastWorld:
    """A seeded draw of the archive's articles; smaller draws of one seed lie within larger ones.

    Relevant articles are drawn like all others: queries that lose all of theirs have no recall, their number is shown.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share {share}: expected above 0, at most 1")
    if share == 1:
        return world
    order = np.random.default_rng(seed).permutation(len(world.article_ids))
    return world.only(world.article_ids[i] for i in order[: max(1, round(share * len(order)))])


def _point(values: dict[str, Any], report: Report) -> Point:
    metrics: dict[str, Measured | None] = {}
    for heading, stage, task, metric in COLUMNS:
        if not stage:
            metrics[heading] = report.answer_great
            continue
        found = report.stages.get(stage, {}).get(task)
        metrics[heading] = found.metrics.get(metric) if found else None
    event = next((t["event articles"] for t in report.stages.values() if "event articles" in t), None)
    return Point(values=values, metrics=metrics, queries=event.scored if event else 0, clusters=report.clusters)


def _cell(point: Point, heading: str) -> str:
    value = point.metrics.get(heading)
    return f"{value.mean:.3f} ±{(value.high - value.low) / 2:.3f}" if value else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
