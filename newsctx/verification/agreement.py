"""Do two photographs look alike where a homography lays one over the other?

Points agree on shared lettering too. A photograph that contains another one agrees with it nearly everywhere in the
common frame; two photographs that share a logo, a brand name or a typeface agree on the letters alone.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.geometry import central
from newsctx.settings import VerifySettings

Grey = NDArray[np.uint8]


class Agreement(NamedTuple):
    """share: of the textured blocks of the common frame that look alike, 0..1, None where too few are textured;
    blocks: how many were compared; filled: of those within the hull of the inliers, the share that look alike or hold
    an inlier, 0..1, None where no inliers were given or too few blocks lie there. Points of a shared frame or backdrop
    lie around what differs: their hull is wide and not filled.
    """

    share: float | None
    blocks: int
    filled: float | None = None


def small_grey(pixels: NDArray[np.uint8], side: int) -> Grey:
    """(H, W, 3) uint8 RGB -> (h, w) uint8, longest side at most `side` pixels."""
    height, width = pixels.shape[:2]
    factor = min(1.0, side / max(height, width))
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if size != (width, height) else grey


def agreement(
    query: Grey,
    archived: Grey,
    homography: NDArray[np.float64],
    query_size: tuple[int, int],
    archived_size: tuple[int, int],
    settings: VerifySettings,
    points: NDArray[np.float32] | None = None,
) -> Agreement:
    """Lay the query over the archived photo and compare block by block.

    Args:
        query, archived: small grey copies (`small_grey`).
        homography: (3, 3), query pixels -> archived pixels, of the photos at full size.
        query_size, archived_size: (width, height) of the photos at full size, pixels.
        settings: `block`, `texture`, `least_blocks` and `alike`, the normalised cross-correlation (-1..1) from which
            two blocks look alike.
        points: (N, 2), the inliers in the archived photo at full size.

    Returns:
        The share of alike blocks among those that lie in both photos and are textured in either.
    """
    height, width = archived.shape
    matrix = _resized(homography, query_size, query.shape[::-1], archived_size, (width, height))
    query, matrix = _brought_near(query, matrix)
    laid = cv2.warpPerspective(query, matrix, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32)
    inside = cv2.warpPerspective(np.full_like(query, 255), matrix, (width, height), flags=cv2.INTER_NEAREST) > 0
    blur = (3, 3)  # forgives half a pixel of error and JPEG's blocks
    a, b = cv2.GaussianBlur(laid, blur, 0), cv2.GaussianBlur(archived.astype(np.float32), blur, 0)
    side = settings.block
    covered = _blocks(inside.astype(np.float32), side).min(axis=1) > 0
    told, alike = _compared(_blocks(a, side), _blocks(b, side), covered, settings)
    if told.sum() < settings.least_blocks:
        return Agreement(None, int(told.sum()))
    filled = None
    if points is not None:
        placed = (points + 0.5) * (np.array([width, height]) / archived_size) / side  # in blocks
        filled = _filled(told, alike, placed.astype(np.float32), (height // side, width // side), settings.least_blocks)
    return Agreement(float(alike[told].mean()), int(told.sum()), filled)


def _filled(
    told: NDArray[np.bool_], alike: NDArray[np.bool_], placed: NDArray[np.float32], shape: tuple[int, int], least: int
) -> float | None:
    """told, alike: (rows * columns,) bool; placed: (N, 2) inliers, x and y in blocks; shape: (rows, columns)."""
    hull = cv2.convexHull(placed[central(placed)])
    centres = [(x + 0.5, y + 0.5) for y in range(shape[0]) for x in range(shape[1])]
    within = np.array([cv2.pointPolygonTest(hull, c, False) >= 0 for c in centres], bool)
    x, y = np.floor(placed).astype(int).T
    whole = (x >= 0) & (x < shape[1]) & (y >= 0) & (y < shape[0])  # the last pixels may make no whole block
    held = np.zeros(len(told), bool)
    held[y[whole] * shape[1] + x[whole]] = True
    asked = (told | held) & within
    return float((alike | held)[asked].mean()) if asked.sum() >= least else None


def _compared(
    a: NDArray[np.float32], b: NDArray[np.float32], inside: NDArray[np.bool_], settings: VerifySettings
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which blocks say anything, and which of them look alike, (N,) each; a, b: (N, P) blocks; inside: (N,)."""
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    spread_a, spread_b = np.sqrt((a * a).mean(axis=1)), np.sqrt((b * b).mean(axis=1))
    told = inside & (np.maximum(spread_a, spread_b) > settings.texture)
    correlation = (a * b).mean(axis=1) / np.maximum(spread_a * spread_b, 1e-3)
    return told, told & (correlation >= settings.alike)


def _blocks(image: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(h, w) -> (N, side * side), row by row, whole blocks only."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    cut = image[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return cut.transpose(0, 2, 1, 3).reshape(rows * columns, side * side)


def _resized(
    homography: NDArray[np.float64],
    query_size: tuple[int, int],
    query_small: tuple[int, ...],
    archived_size: tuple[int, int],
    archived_small: tuple[int, ...],
) -> NDArray[np.float64]:
    """The homography between the small copies; pixel centres stay pixel centres."""
    return _scaling(archived_size, archived_small) @ homography @ np.linalg.inv(_scaling(query_size, query_small))


def _scaling(size: tuple[int, ...], small: tuple[int, ...]) -> NDArray[np.float64]:
    sx, sy = small[0] / size[0], small[1] / size[1]
    return np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])


def _brought_near(query: Grey, matrix: NDArray[np.float64]) -> tuple[Grey, NDArray[np.float64]]:
    """Shrink the query first where the homography would skip pixels: linear sampling alone would alias."""
    centre = np.array([(query.shape[1] - 1) / 2, (query.shape[0] - 1) / 2, 1.0])
    w = float(matrix[2] @ centre)
    if abs(w) < 1e-9:
        return query, matrix
    zoom = float(np.sqrt(abs(np.linalg.det(matrix) / w**3)))
    if zoom >= 0.75 or not np.isfinite(zoom):
        return query, matrix
    small = (max(1, round(query.shape[1] * zoom)), max(1, round(query.shape[0] * zoom)))
    scaling = _scaling(query.shape[::-1], small)
    return cv2.resize(query, small, interpolation=cv2.INTER_AREA), matrix @ np.linalg.inv(scaling)
