"""The keypoint view: query and archived photograph side by side, joined by the points that agree."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.records import Match

Pixels = NDArray[np.uint8]

PAPER = (241, 243, 245)
LINE = (23, 162, 184)
POINT = (255, 255, 255)
REGION = (255, 176, 32)
MOST_LINES = 60
"""More lines hide the photographs; all of them stay in the record."""


def draw_match(query_pixels: Pixels, archived_pixels: Pixels, match: Match, max_side: int) -> Pixels:
    """Draw a match.

    Args:
        query_pixels, archived_pixels: (H, W, 3) uint8 RGB, the photos whose pixels the match counts in.
        max_side: longest side of the picture, pixels, at least 64.

    Returns:
        (H, W, 3) uint8 RGB: the query on the left with the outline of the archived photo in it, the archived photo
        on the right, at most `MOST_LINES` inlier lines spread evenly over the match.
    """
    if max_side < 64:
        raise ValueError(f"max_side {max_side}: a keypoint view needs at least 64 pixels")
    photos = (query_pixels, archived_pixels)
    gap = max(4, max_side // 80)
    height = _panel_height(photos, max_side, gap)
    panels = [_panel(p, height) for p in photos]
    offset = panels[0].shape[1] + gap
    canvas = np.full((height, offset + panels[1].shape[1], 3), PAPER, np.uint8)
    canvas[:, : panels[0].shape[1]] = panels[0]
    canvas[:, offset:] = panels[1]
    scale_q, scale_a = (_scale(photo, panel) for photo, panel in zip(photos, panels, strict=True))
    lines = np.array([(n.xq, n.yq, n.xa, n.ya) for n in match.lines], np.float64).reshape(-1, 4)
    starts = lines[:, :2] * scale_q
    ends = lines[:, 2:] * scale_a + (offset, 0)
    chosen = _spread(starts)
    return _ink(canvas, starts[chosen], ends[chosen], np.array(match.region, np.float64).reshape(-1, 2) * scale_q)


def laid_over(archived_pixels: Pixels, match: Match, query_size: tuple[int, int], max_side: int) -> Pixels:
    """The archived photo as it lies in the query.

    Args:
        archived_pixels: (H, W, 3) uint8 RGB; query_size: (width, height) of the oriented query, pixels.
        max_side: longest side of the picture, pixels.

    Returns:
        (h, w, 4) uint8 RGBA in the proportions of the query, transparent where the archived photo does not reach.

    Raises:
        ValueError: the match has no homography (two views of a scene without a common plane).
    """
    if len(match.homography) != 9:
        raise ValueError("a match without a homography cannot be laid over the query")
    width, height = query_size
    factor = min(1.0, max_side / max(width, height))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    sx, sy = size[0] / width, size[1] / height
    shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])  # pixel centres stay centres
    matrix = np.array(match.homography, np.float64).reshape(3, 3) @ np.linalg.inv(shrink)
    opaque = np.dstack([archived_pixels, np.full(archived_pixels.shape[:2], 255, np.uint8)])
    return cv2.warpPerspective(opaque, matrix, size, flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP)


def _ink(canvas: Pixels, starts: NDArray, ends: NDArray, region: NDArray) -> Pixels:
    """Half transparent lines below, outline and points above."""
    thick = max(1, round(max(canvas.shape) / 900))
    over = canvas.copy()
    for start, end in zip(starts, ends, strict=True):
        cv2.line(over, _at(start), _at(end), LINE, thick, cv2.LINE_AA)
    canvas = cv2.addWeighted(over, 0.55, canvas, 0.45, 0)
    if len(region) >= 3:
        outline = [np.rint(region).astype(np.int32).reshape(-1, 1, 2)]
        cv2.polylines(canvas, outline, True, (30, 30, 30), 3 * thick + 1, cv2.LINE_AA)
        cv2.polylines(canvas, outline, True, REGION, 2 * thick, cv2.LINE_AA)
    for place in np.concatenate([starts, ends]):
        cv2.circle(canvas, _at(place), 2 * thick + 1, LINE, -1, cv2.LINE_AA)
        cv2.circle(canvas, _at(place), thick, POINT, -1, cv2.LINE_AA)
    return canvas


def _panel_height(photos: tuple[Pixels, Pixels], max_side: int, gap: int) -> int:
    """The common height at which both fit beside each other; photos are never enlarged beyond the taller one."""
    aspect = sum(p.shape[1] / p.shape[0] for p in photos)
    return max(1, min(int((max_side - gap - 2) / aspect), max_side, max(p.shape[0] for p in photos)))


def _panel(photo: Pixels, height: int) -> Pixels:
    width = max(1, round(photo.shape[1] * height / photo.shape[0]))
    way = cv2.INTER_AREA if height < photo.shape[0] else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(photo), (width, height), interpolation=way)


def _scale(photo: Pixels, panel: Pixels) -> NDArray[np.float64]:
    return np.array([panel.shape[1] / photo.shape[1], panel.shape[0] / photo.shape[0]])


def _spread(points: NDArray) -> NDArray[np.intp]:
    """Rows of at most `MOST_LINES` points, evenly taken from top to bottom."""
    order = np.lexsort((points[:, 0], points[:, 1]))
    if len(order) <= MOST_LINES:
        return order
    return order[np.linspace(0, len(order) - 1, MOST_LINES).round().astype(int)]


def _at(point: NDArray) -> tuple[int, int]:
    return int(round(float(point[0]))), int(round(float(point[1])))
