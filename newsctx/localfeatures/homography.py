"""Estimate a homography from matched points and refuse the ones that no photograph of a photograph can have."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.settings import CopySettings

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Fit:
    """matrix: (3, 3) float64, source -> target; inliers: (M,) bool; sample: matches that determine the model."""

    matrix: NDArray[np.float64]
    inliers: NDArray[np.bool_]
    sample: int


def fit(
    source: Points,
    target: Points,
    source_size: tuple[int, int],
    target_size: tuple[int, int],
    tolerance: float,
    settings: CopySettings,
    seed: int,
) -> Fit | None:
    """The homography that most matches agree with, else a similarity; None where neither is sane.

    Args:
        source, target: (M, 2) float32 pixels, row by row matched.
        source_size, target_size: (width, height), pixels.
        tolerance: largest distance of an inlier in the target, pixels.
    """
    for estimate, sample in ((_homography, 4), (_similarity, 2)):
        if len(source) <= sample:
            continue
        matrix = estimate(source, target, tolerance, seed)
        if matrix is None:
            continue
        inliers = np.linalg.norm(warp(matrix, source) - target, axis=1) <= tolerance
        if sane(matrix, source[inliers], target[inliers], source_size, target_size, tolerance, settings):
            return Fit(matrix, inliers, sample)
    return None


def sane(
    matrix: NDArray[np.float64],
    source: Points,
    target: Points,
    source_size: tuple[int, int],
    target_size: tuple[int, int],
    tolerance: float,
    settings: CopySettings,
) -> bool:
    """No flip, no absurd zoom or stretch, a convex warped frame, and inliers that do not lie on one line."""
    if len(source) < 4 or abs(np.linalg.det(matrix)) < 1e-12:
        return False
    if min(_width(target), _width(source) * target_size[0] / source_size[0]) < 2 * tolerance:
        return False
    if not all(_local_sane(matrix, p, settings) for p in (source.mean(axis=0), *source[:: max(1, len(source) // 8)])):
        return False
    frame = frame_of(*target_size)
    back = np.linalg.inv(matrix)
    w = np.c_[frame, np.ones(4)] @ (back / back[2, 2])[2]
    return bool((w > 0).all()) and bool(cv2.isContourConvex(warp(back, frame).astype(np.float32)))


def warp(matrix: NDArray[np.float64], points: NDArray) -> NDArray[np.float64]:
    """(N, 2) points through a (3, 3) homography."""
    if len(points) == 0:
        return np.zeros((0, 2))
    mapped = np.c_[points, np.ones(len(points))] @ matrix.T
    depth = np.where(np.abs(mapped[:, 2:]) < 1e-9, 1e-9, mapped[:, 2:])
    return mapped[:, :2] / depth


def frame_of(width: int, height: int) -> NDArray[np.float64]:
    """The four corners, clockwise from top left."""
    return np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float64)


def overlap(polygon: NDArray[np.float64], frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K, 2) intersection of two convex polygons; empty where they do not meet."""
    shape = np.clip(polygon, -1e6, 1e6).astype(np.float32)
    if not np.isfinite(shape).all() or not cv2.isContourConvex(shape):
        return np.zeros((0, 2))
    area, common = cv2.intersectConvexConvex(shape, frame.astype(np.float32))
    return common.reshape(-1, 2).astype(np.float64) if area > 0 and common is not None else np.zeros((0, 2))


def hull_area(points: NDArray) -> float:
    """Area of the convex hull, square pixels."""
    if len(points) < 3:
        return 0.0
    return float(cv2.contourArea(cv2.convexHull(np.asarray(points, np.float32))))


def _homography(source: Points, target: Points, tolerance: float, seed: int) -> NDArray[np.float64] | None:
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
        matrix, _ = cv2.findHomography(source, target, params)
    except cv2.error:  # OpenCV asserts on some degenerate point sets: then there is no homography
        return None
    return matrix if matrix is not None and np.isfinite(matrix).all() and abs(matrix[2, 2]) > 1e-12 else None


def _similarity(source: Points, target: Points, tolerance: float, seed: int) -> NDArray[np.float64] | None:
    cv2.setRNGSeed(seed)
    matrix, _ = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=tolerance, maxIters=1000, confidence=0.999
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    return np.vstack([matrix, [0.0, 0.0, 1.0]])


def stretch_at(matrix: NDArray[np.float64], point: NDArray) -> float:
    """Ratio of a homography's stretch in two directions at a point, at least 1; 1 for a similarity."""
    large, small = np.linalg.svd(_jacobian(matrix, point), compute_uv=False)
    return float(large / max(small, 1e-12))


def _jacobian(matrix: NDArray[np.float64], point: NDArray) -> NDArray[np.float64]:
    x, y = map(float, point)
    depth = float(matrix[2] @ (x, y, 1))
    u, v = warp(matrix, np.array([[x, y]]))[0]
    return (matrix[:2, :2] - np.outer((u, v), matrix[2, :2])) / depth


def _local_sane(matrix: NDArray[np.float64], point: NDArray, settings: CopySettings) -> bool:
    """Orientation kept, zoom and stretch within bounds, at one point."""
    x, y = map(float, point)
    w = float(matrix[2] @ (x, y, 1)) / matrix[2, 2]
    if w <= 0:
        return False
    jacobian = _jacobian(matrix, point)
    if np.linalg.det(jacobian) <= 0:
        return False
    large, small = np.linalg.svd(jacobian, compute_uv=False)
    zoom = float(np.sqrt(large * small))
    return bool(large / small <= settings.max_stretch and 1 / settings.max_zoom <= zoom <= settings.max_zoom)


def _width(points: Points) -> float:
    """Standard deviation across the narrowest direction, pixels; 0 for points on a line."""
    return float(np.sqrt(max(0.0, np.linalg.eigvalsh(np.cov(points.T)).min())))
