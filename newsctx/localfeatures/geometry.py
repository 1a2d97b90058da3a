"""Does one photograph contain another? Matched keypoints, a homography, and checks that it is a real one.

The steps: both-way nearest neighbours with a ratio test (Lowe 2004), weak geometric consistency (Jegou, Douze and
Schmid, ECCV 2008), MAGSAC (Barath et al. 2020), then sanity of the homography, and a confidence from the number of
false alarms (Moisan, Moulon and Monasse, "Automatic Homographic Registration of a Pair of Images", IPOL 2012).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import DESCRIPTOR_SCALE, LocalFeatures, mirrored
from newsctx.localfeatures.homography import Fit, fit, frame_of, hull_area, overlap, warp
from newsctx.settings import CopySettings

LEAST_MATCHES = 5
"""A homography needs 4; below 5 nothing supports it."""

STRAYS = 0.15
"""Share of the inliers, the outermost, that do not count for the spanned area."""


@dataclass(frozen=True)
class MatchGeometry:
    """How an archived photo lies in the query.

    inliers: keypoints at distinct places that agree; confidence: 0..1, `1 - 2 ** (-L / confidence_half)` with L =
    -log10(number of false alarms), 0 where the inliers span less than `min_explained` of the common frame;
    mirrored: the query shows it flipped; homography: (3, 3) float64, query pixels -> archived pixels (flip included);
    lines: (inliers, 4) float32, xq, yq, xa, ya; region: polygon in the query, (x, y) pixels; covered: share of the
    archived photo's area that the inner inliers span (see `STRAYS`); explained: share of the keypoint area common to
    both that they span.
    """

    inliers: int
    confidence: float
    mirrored: bool
    homography: NDArray[np.float64]
    lines: NDArray[np.float32]
    region: tuple[tuple[float, float], ...]
    covered: float
    explained: float
    tentative: int


def match(
    query: LocalFeatures, archived: LocalFeatures, settings: CopySettings, seed: int, flip: bool | None = None
) -> MatchGeometry | None:
    """Find the archived photo in the query.

    Args:
        flip: look for it mirrored (True), not mirrored (False), or both ways and keep the better (None).

    Returns:
        The geometry, weak ones included (read `inliers` and `confidence`), or None where no sane homography exists.
    """
    ways = (False, True) if flip is None else (flip,)
    found = [_match_view(query, archived, settings, seed, way) for way in ways]
    return max((f for f in found if f), key=lambda f: (f.confidence, f.inliers), default=None)


def _match_view(
    query: LocalFeatures, archived: LocalFeatures, settings: CopySettings, seed: int, flip: bool
) -> MatchGeometry | None:
    view = mirrored(query) if flip else query
    pairs = consistent(view, archived, tentative(view, archived, settings), settings)
    if len(pairs) < LEAST_MATCHES:
        return None
    source, target = view.points[pairs[:, 0]], archived.points[pairs[:, 1]]
    tolerance = settings.max_error * max(archived.width, archived.height)
    found = fit(source, target, (view.width, view.height), (archived.width, archived.height), tolerance, settings, seed)
    if found is None:
        return None
    return measure(found, view, archived, pairs, tolerance, settings, flip)


def tentative(query: LocalFeatures, archived: LocalFeatures, settings: CopySettings) -> NDArray[np.intp]:
    """(M, 2) rows of query and archived keypoints that are each other's nearest and pass the ratio test."""
    if len(query) < 2 or len(archived) < 2:
        return np.zeros((0, 2), np.intp)
    squared = distances(query, archived)
    rows = np.arange(len(query))
    nearest = squared.argmin(axis=1)
    best = squared[rows, nearest]
    back = squared.argmin(axis=0)
    mutual = back[nearest] == rows
    squared[rows, nearest] = np.inf
    second = squared.min(axis=1)
    near = best < (settings.max_distance * DESCRIPTOR_SCALE) ** 2
    keep = np.flatnonzero(mutual & near & (best < settings.ratio**2 * second))
    return np.stack([keep, nearest[keep]], axis=1)


def distances(query: LocalFeatures, archived: LocalFeatures) -> NDArray[np.float32]:
    """(N, M) squared distances of the descriptors, in units of 1 / DESCRIPTOR_SCALE."""
    a, b = query.descriptors.astype(np.float32), archived.descriptors.astype(np.float32)
    squared = a @ b.T  # whole numbers below 2 ** 24: exact in any order
    squared *= -2
    squared += (a * a).sum(1)[:, None]
    squared += (b * b).sum(1)[None]
    return squared


def consistent(
    query: LocalFeatures, archived: LocalFeatures, pairs: NDArray[np.intp], settings: CopySettings
) -> NDArray[np.intp]:
    """The pairs whose rotation and change of size agree with the commonest ones (weak geometric consistency)."""
    if len(pairs) < LEAST_MATCHES:
        return pairs
    turn = archived.angles[pairs[:, 1]] - query.angles[pairs[:, 0]]
    zoom = np.log2(archived.scales[pairs[:, 1]] / query.scales[pairs[:, 0]])
    apart = np.abs((turn[:, None] - turn[None] + 180) % 360 - 180)
    agree = (apart <= settings.angle_window) & (np.abs(zoom[:, None] - zoom[None]) <= settings.scale_window)
    return pairs[agree[int(agree.sum(axis=1).argmax())]]


def log_false_alarms(matches: int, inliers: int, chance: float, sample: int) -> float:
    """log10 of the expected number of as good models by chance (IPOL 2012, eq. 3), capped at 0.

    Args:
        chance: probability that a random match is an inlier: area of the tolerance disc / area of the photo.
        sample: matches that determine the model: 4 for a homography, 2 for a similarity.
    """
    if inliers <= sample:
        return 0.0
    ways = _log_choose(matches, inliers) + _log_choose(inliers, sample) + math.log10(matches - sample)
    return min(0.0, ways + (inliers - sample) * math.log10(chance))


def measure(
    found: Fit,
    view: LocalFeatures,
    archived: LocalFeatures,
    pairs: NDArray[np.intp],
    tolerance: float,
    settings: CopySettings,
    flip: bool,
) -> MatchGeometry | None:
    """What a fit is worth; None where fewer than `LEAST_MATCHES` inliers lie at distinct places.

    Args:
        view: the query's features, mirrored where `flip`; the geometry counts in the pixels of the unmirrored query.
        pairs: (M, 2) rows of `view` and `archived` that the fit was estimated from.
        tolerance: largest error of an inlier, pixels of the archived photo.
    """
    inside = np.flatnonzero(found.inliers)
    apart = inside[distinct(archived.points[pairs[inside, 1]], view.points[pairs[inside, 0]], tolerance)]
    kept = pairs[apart]
    if len(kept) < LEAST_MATCHES:
        return None
    source, target = view.points[kept[:, 0]], archived.points[kept[:, 1]]
    frame = frame_of(archived.width, archived.height)
    common = overlap(warp(found.matrix, frame_of(view.width, view.height)), frame)
    spanned = hull_area(target[central(target)])
    seen = archived.points[_inside(archived.points, common)]
    explained = min(1.0, spanned / max(hull_area(seen), 1.0))
    area = float(archived.width * archived.height)
    chance = min(0.5, math.pi * tolerance**2 / area)
    alarms = log_false_alarms(len(pairs), len(kept), chance, found.sample)
    confidence = 1 - 2 ** (alarms / settings.confidence_half) if explained >= settings.min_explained else 0.0
    region = overlap(warp(np.linalg.inv(found.matrix), frame), frame_of(view.width, view.height))
    matrix, source = found.matrix, source.copy()
    if flip:
        turn = np.array([[-1.0, 0, view.width - 1], [0, 1, 0], [0, 0, 1]])
        matrix, region = matrix @ turn, warp(turn, region)[::-1]
        source[:, 0] = view.width - 1 - source[:, 0]
    return MatchGeometry(
        inliers=len(kept),
        confidence=float(confidence),
        mirrored=flip,
        homography=matrix / matrix[2, 2],
        lines=np.concatenate([source, target], axis=1).astype(np.float32),
        region=tuple((round(float(x), 1), round(float(y), 1)) for x, y in region),
        covered=min(1.0, spanned / area),
        explained=explained,
        tentative=len(pairs),
    )


def central(points: NDArray[np.float32]) -> NDArray[np.intp]:
    """All but the `STRAYS` share farthest from the median: one chance inlier far out must not stretch a logo's hull."""
    away = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    return np.argsort(away, kind="stable")[: len(points) - math.ceil(STRAYS * len(points))]


def distinct(target: NDArray[np.float32], source: NDArray[np.float32], tolerance: float) -> NDArray[np.intp]:
    """One inlier per tolerance-sized cell of the archived photo: keypoints on one spot are one piece of evidence."""
    cells = np.floor(target / tolerance).astype(np.int64)
    order = np.lexsort((source[:, 1], source[:, 0], target[:, 1], target[:, 0]))
    _, first = np.unique(cells[order], axis=0, return_index=True)
    return np.sort(order[first])


def _inside(points: NDArray[np.float32], polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    if len(polygon) < 3:
        return np.zeros(len(points), bool)
    shape = polygon.astype(np.float32).reshape(-1, 1, 2)
    return np.array([cv2.pointPolygonTest(shape, (float(x), float(y)), False) >= 0 for x, y in points], bool)


def _log_choose(n: int, k: int) -> float:
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(10)
