"""The verification benchmark: pairs of one scene and pairs of different scenes, beside plain OpenCV SIFT + RANSAC.

A folder with `pairs.jsonl`: `{"id", "a", "b", "homography", "same_scene"}` a line, files relative to it. Negatives are
an `a` with a `b` of another scene, every two files at most once; some of them are put into shared templates too
(`newsctx.bench.templates`). Two files are of one scene when a chain of
pairs joins them or when they lie in one folder of scenes (`scene_of`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field

from newsctx.bench.plain import plain_features, plain_inliers
from newsctx.bench.templates import TEMPLATES, make
from newsctx.errors import SettingsError
from newsctx.localfeatures.homography import frame_of, warp
from newsctx.records import Record
from newsctx.settings import Settings
from newsctx.verification.features import photo_features, query_features
from newsctx.verification.pair import compare

MOST_FALSE = 0.01
"""The false acceptance rate at which recalls are compared."""
IN_TEMPLATES = 6
"""Negatives that are put into every template."""


@dataclass(frozen=True)
class Pair:
    """homography: a -> b, (3, 3), where it is known; same: whether both show one scene."""

    name: str
    a: str
    b: str
    homography: NDArray[np.float64] | None
    same: bool


class VerifyBenchReport(Record):
    """Ours at its settings; plain at the inlier threshold with the best recall at <= 1% false acceptances, and at
    OpenCV's usual ones. `errors`: median corner error of ours in pixels of b, where the true homography is known.
    """

    pairs: int = Field(ge=1)
    negatives: int = Field(ge=1)
    seed: int
    recall: float
    false_acceptances: int
    plain_recall: float
    plain_false_acceptances: int
    plain_threshold: int
    by_source: dict[str, tuple[int, int, int]]  # source -> pairs, found by ours, found by plain
    methods: dict[str, int]  # `sift photo` -> pairs accepted so
    corner_error: float | None
    missed: tuple[str, ...]
    accepted_negatives: tuple[tuple[str, str], ...]
    templates: dict[str, tuple[int, int]]  # template -> pairs of different photographs in it, accepted by ours
    milliseconds: float  # median of a comparison, features given

    @property
    def false_acceptance_rate(self) -> float:
        return self.false_acceptances / self.negatives

    def text(self) -> str:
        """A table for the terminal."""
        lines = [
            f"Verification benchmark: {self.pairs} pairs of one scene, {self.negatives} of different scenes, "
            f"seed {self.seed}",
            f"{'':44}{'recall':>8}{'false acceptances':>26}",
            f"{'newsctx':44}{self.recall:8.3f}{self._rate(self.false_acceptances):>26}",
            f"{f'OpenCV SIFT + RANSAC, {self.plain_threshold} inliers or more':44}{self.plain_recall:8.3f}"
            f"{self._rate(self.plain_false_acceptances):>26}",
            f"{'pairs by source':32}{'pairs':>8}{'newsctx':>9}{'plain':>8}",
        ]
        lines += [f"  {name:30}{n:8}{ours:9}{plain:8}" for name, (n, ours, plain) in self.by_source.items()]
        held = ", ".join(f"{name} {wrong} of {n}" for name, (n, wrong) in self.templates.items())
        lines.append(f"different pictures in one template, accepted: {held}")
        lines.append("found as: " + (", ".join(f"{name} {n}" for name, n in self.methods.items()) or "nothing"))
        if self.corner_error is not None:
            lines.append(f"corners of the known homographies: median error {self.corner_error:.2f} pixels")
        lines.append(f"comparison: median {self.milliseconds:.0f} ms")
        lines += [f"  missed: {name}" for name in self.missed]
        lines += [f"  accepted wrongly: {a} ~ {b}" for a, b in self.accepted_negatives]
        return "\n".join(lines)

    def _rate(self, count: int) -> str:
        return f"{count} of {self.negatives} ({count / self.negatives:.4f})"


def run(
    pairs_dir: Path,
    settings: Settings,
    negatives: int = 1000,
    seed: int = 0,
    progress: Callable[[str], None] = print,
) -> VerifyBenchReport:
    """Compare every pair and a seeded draw of negatives, with ours and with plain OpenCV.

    Raises:
        SettingsError: no `pairs.jsonl`, a row that is no pair, or pictures of one scene alone.
    """
    rows = read_pairs(pairs_dir)
    same = [p for p in rows if p.same]
    false = [(p.a, p.b) for p in rows if not p.same]
    drawn = (false + draw_negatives(rows, max(0, negatives - len(false)), seed))[:negatives]
    if not same or not drawn:
        raise SettingsError(
            f"{pairs_dir}: {len(same)} pairs of one scene and {len(drawn)} of different scenes; needs both."
        )
    files = sorted({f for p in same for f in (p.a, p.b)} | {f for pair in drawn for f in pair})
    progress(f"features of {len(files)} pictures")
    world = _World(pairs_dir, files, settings)
    progress(f"comparing {len(same)} pairs")
    found = [world.ask(p.a, p.b) for p in same]
    progress(f"comparing {len(drawn)} pictures of different scenes")
    wrong = [world.ask(a, b) for a, b in drawn]
    threshold = best_threshold([f.plain for f in found], [w.plain for w in wrong])
    progress("comparing different pictures in shared templates")
    templates = in_templates(pairs_dir, drawn[:IN_TEMPLATES], settings)
    return _report(same, found, drawn, wrong, threshold, templates, seed)


def in_templates(pairs_dir: Path, drawn: Sequence[tuple[str, str]], settings: Settings) -> dict[str, tuple[int, int]]:
    """Template -> how many pairs of different pictures were put into it, and how many of them ours accepts."""
    counts = {}
    for name in TEMPLATES:
        accepted = 0
        for seed, (a, b) in enumerate(drawn):
            one, other = make(name, _pixels(pairs_dir / a), _pixels(pairs_dir / b), seed)
            query = query_features(one, settings.verify, settings.copy_detection)
            archived = photo_features(other, settings.verify, settings.copy_detection)
            found = compare(query, archived, settings.verify, settings.copy_detection, settings.seed)
            accepted += any(f.accepted(settings.verify) for f in found)
        counts[name] = len(drawn), accepted
    return counts


def _pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))


def best_threshold(positive: Sequence[int], negative: Sequence[int]) -> int:
    """The lowest inlier threshold (at least 4) at which at most 1% of the negatives pass: the best recall there."""
    allowed = int(MOST_FALSE * len(negative))
    ordered = sorted(negative, reverse=True)
    return max(4, ordered[allowed] + 1 if len(ordered) > allowed else 4)


def read_pairs(pairs_dir: Path) -> list[Pair]:
    """The rows of `pairs.jsonl`, checked."""
    listing = pairs_dir / "pairs.jsonl"
    if not listing.exists():
        raise SettingsError(f"{listing} does not exist; expected one JSON object a line with id, a, b, same_scene.")
    found = []
    for number, line in enumerate(listing.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            matrix = np.array(row["homography"], np.float64).reshape(3, 3) if row.get("homography") else None
            found.append(Pair(str(row["id"]), str(row["a"]), str(row["b"]), matrix, bool(row.get("same_scene", True))))
        except (ValueError, KeyError, TypeError) as problem:
            raise SettingsError(f"{listing}, line {number}: no pair ({problem!r}); expected id, a, b.") from problem
    return found


def draw_negatives(pairs: Sequence[Pair], count: int, seed: int) -> list[tuple[str, str]]:
    """At most `count` (a, b) of different scenes, in a seeded order."""
    scene = scenes(pairs)
    all_of_them = sorted({(p.a, q.b) for p in pairs for q in pairs if scene[p.a] != scene[q.b]})
    order = np.random.default_rng(seed).permutation(len(all_of_them))[:count]
    return [all_of_them[i] for i in order]


def scene_of(file: str) -> str:
    """The folder of scenes that a file names itself by: the first part of `collection/...`, unless the second part is
    a scene too (`collection/scene/img1.jpg`, `collection/kind/scene/01.jpg`: pictures lie directly in their scene).
    Collections with parallel folders of one scene (`place/mapping`, `place/mapping_rot`) share their first part.
    """
    parts = file.split("/")
    return "/".join(parts[:-1]) if parts[-1][:3] in ("img", "01.", "02.") else parts[0]


def scenes(pairs: Sequence[Pair]) -> dict[str, str]:
    """File -> name of its scene: files joined by pairs or by `scene_of` are one scene."""
    leader: dict[str, str] = {}

    def top(key: str) -> str:
        leader.setdefault(key, key)
        while leader[key] != key:
            key = leader[key]
        return key

    for p in pairs:
        for one, other in ((p.a, scene_of(p.a)), (p.b, scene_of(p.b)), *([(p.a, p.b)] if p.same else [])):
            low, high = sorted((top(f"{one}"), top(f"{other}")))
            leader[high] = low
    return {f: top(f) for p in pairs for f in (p.a, p.b)}


@dataclass(frozen=True)
class _Answer:
    accepted: bool
    how: str
    homography: NDArray[np.float64] | None
    plain: int
    seconds: float
    size: tuple[int, int]


class _World:
    def __init__(self, folder: Path, files: Sequence[str], settings: Settings) -> None:
        self.settings = settings
        self.query, self.archived, self.plain = {}, {}, {}
        for name in files:
            pixels = _pixels(folder / name)
            self.query[name] = query_features(pixels, settings.verify, settings.copy_detection)
            self.archived[name] = photo_features(pixels, settings.verify, settings.copy_detection)
            self.plain[name] = plain_features(pixels)

    def ask(self, a: str, b: str) -> _Answer:
        s, started = self.settings, time.perf_counter()
        found = compare(self.query[a], self.archived[b], s.verify, s.copy_detection, s.seed)
        seconds = time.perf_counter() - started
        best = found[0] if found and found[0].accepted(s.verify) else None
        matrix = best.geometry.homography if best and best.geometry.homography.size else None
        how = f"{best.method} {best.relation}" if best else ""
        plain = plain_inliers(self.plain[a], self.plain[b], s.seed)
        return _Answer(best is not None, how, matrix, plain, seconds, self.query[a].plain.size)


def _report(
    same: list[Pair],
    found: list[_Answer],
    drawn: list[tuple[str, str]],
    wrong: list[_Answer],
    threshold: int,
    templates: dict[str, tuple[int, int]],
    seed: int,
) -> VerifyBenchReport:
    sources: dict[str, tuple[int, int, int]] = {}
    methods: dict[str, int] = {}
    for p, f in zip(same, found, strict=True):
        n, ours, plain = sources.get(p.name.split("_")[0], (0, 0, 0))
        sources[p.name.split("_")[0]] = (n + 1, ours + f.accepted, plain + (f.plain >= threshold))
        if f.how:
            methods[f.how] = methods.get(f.how, 0) + 1
    errors = [e for p, f in zip(same, found, strict=True) if (e := corner_error(p, f)) is not None]
    return VerifyBenchReport(
        pairs=len(same),
        negatives=len(drawn),
        seed=seed,
        recall=float(np.mean([f.accepted for f in found])),
        false_acceptances=sum(w.accepted for w in wrong),
        plain_recall=float(np.mean([f.plain >= threshold for f in found])),
        plain_false_acceptances=sum(w.plain >= threshold for w in wrong),
        plain_threshold=threshold,
        by_source=sources,
        methods=dict(sorted(methods.items())),
        corner_error=float(np.median(errors)) if errors else None,
        missed=tuple(p.name for p, f in zip(same, found, strict=True) if not f.accepted),
        templates=templates,
        accepted_negatives=tuple(d for d, w in zip(drawn, wrong, strict=True) if w.accepted),
        milliseconds=1000 * float(np.median([w.seconds for w in wrong])),
    )


def corner_error(pair: Pair, answer: _Answer) -> float | None:
    """Mean distance of the query's corners under our homography and under the true one, pixels of b."""
    if pair.homography is None or answer.homography is None:
        return None
    corners = frame_of(*answer.size)
    return float(np.linalg.norm(warp(answer.homography, corners) - warp(pair.homography, corners), axis=1).mean())
