"""Two views of a scene without a common plane: the fundamental matrix, judged by its number of false alarms.

Moisan and Stival, "A probabilistic criterion to detect rigid point matches between two images and estimate the
fundamental matrix", IJCV 2004: a match supports the matrix when the archived point lies near its epipolar line.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import LocalFeatures
from newsctx.localfeatures.geometry import MatchGeometry, central, distinct, log_false_alarms
from newsctx.localfeatures.homography import hull_area
from newsctx.settings import CopySettings, VerifySettings

SAMPLE = 7
"""Matches that determine a fundamental matrix."""


def two_views(
    view: LocalFeatures,
    archived: LocalFeatures,
    pairs: NDArray[np.intp],
    settings: CopySettings,
    verify: VerifySettings,
    seed: int,
    flip: bool,
) -> MatchGeometry | None:
    """The geometry of two views, or None where no fundamental matrix is supported.

    Its `homography` is empty, (0, 0): no plane lays one photo over the other. `region` is the hull of the inliers in
    the query, `explained` the share of the archived keypoints' hull that they span.
    """
    if len(pairs) < 2 * SAMPLE:
        return None
    source, target = view.points[pairs[:, 0]], archived.points[pairs[:, 1]]
    tolerance = settings.max_error * max(archived.width, archived.height) / 2
    matrix = _fundamental(source, target, tolerance, seed)
    if matrix is None:
        return None
    inside = np.flatnonzero(line_distance(matrix, source, target) <= tolerance)
    kept = inside[distinct(target[inside], source[inside], 2 * tolerance)]
    if len(kept) <= SAMPLE or coherence(view, archived, pairs[kept], verify) < verify.coherence:
        return None
    source, target = source[kept].copy(), target[kept]
    chance = min(0.5, 2 * tolerance * math.hypot(archived.width, archived.height) / (archived.width * archived.height))
    alarms = log_false_alarms(len(pairs), len(kept), chance, SAMPLE)
    spanned = hull_area(target[central(target)])
    if flip:
        source[:, 0] = view.width - 1 - source[:, 0]
    hull = cv2.convexHull(source).reshape(-1, 2)
    return MatchGeometry(
        inliers=len(kept),
        confidence=float(1 - 2 ** (alarms / settings.confidence_half)),
        mirrored=flip,
        homography=np.zeros((0, 0)),
        lines=np.concatenate([source, target], axis=1).astype(np.float32),
        region=tuple((round(float(x), 1), round(float(y), 1)) for x, y in hull),
        covered=min(1.0, spanned / float(archived.width * archived.height)),
        explained=min(1.0, spanned / max(hull_area(archived.points), 1.0)),
        tentative=len(pairs),
    )


def coherence(view: LocalFeatures, archived: LocalFeatures, pairs: NDArray[np.intp], settings: VerifySettings) -> float:
    """Share of neighbouring matches, 0..1, that move as their neighbour's own size and angle say.

    Epipolar lines leave a point free along the line: rows of windows or of people satisfy them with any of their
    members. In two views of one scene what is near a point stays near it, turned and scaled as the point is.
    """
    source, target = view.points[pairs[:, 0]].astype(np.float64), archived.points[pairs[:, 1]].astype(np.float64)
    zoom = (archived.scales[pairs[:, 1]] / view.scales[pairs[:, 0]]).astype(np.float64)
    turn = np.deg2rad((archived.angles[pairs[:, 1]] - view.angles[pairs[:, 0]]).astype(np.float64))
    apart = np.linalg.norm(source[:, None] - source[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1, kind="stable")[:, : min(settings.neighbours, len(pairs) - 1)]
    step = source[near] - source[:, None]
    cos, sin = (zoom * np.cos(turn))[:, None], (zoom * np.sin(turn))[:, None]
    told = np.stack([cos * step[..., 0] - sin * step[..., 1], sin * step[..., 0] + cos * step[..., 1]], axis=2)
    error = np.linalg.norm(target[near] - target[:, None] - told, axis=2)
    return float((error <= settings.coherence_slack * zoom[:, None] * np.linalg.norm(step, axis=2)).mean())


def line_distance(
    matrix: NDArray[np.float64], source: NDArray[np.float32], target: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(N,) pixels from each target to the epipolar line of its source."""
    lines = np.c_[source, np.ones(len(source))] @ matrix.T
    length = np.maximum(np.hypot(lines[:, 0], lines[:, 1]), 1e-12)
    return np.abs((lines * np.c_[target, np.ones(len(target))]).sum(axis=1)) / length


def _fundamental(
    source: NDArray[np.float32], target: NDArray[np.float32], tolerance: float, seed: int
) -> NDArray[np.float64] | None:
    params = cv2.UsacParams()
    params.threshold = tolerance
    params.confidence = 0.999
    params.maxIterations = 2000
    params.randomGeneratorState = seed
    params.score = cv2.SCORE_METHOD_MAGSAC
    params.sampler = cv2.SAMPLING_UNIFORM
    params.loMethod = cv2.LOCAL_OPTIM_SIGMA
    params.loIterations = 10
    params.loSampleSize = 14
    params.isParallel = False
    try:
        matrix, _ = cv2.findFundamentalMat(source, target, params)
    except cv2.error:  # degenerate point sets: then there is no fundamental matrix
        return None
    return matrix if matrix is not None and matrix.shape == (3, 3) and np.isfinite(matrix).all() else None
