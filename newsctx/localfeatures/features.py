"""Local features of a photograph: SIFT keypoints, spread over the frame, with RootSIFT descriptors in 8 bits.

SIFT (Lowe 2004) needs no weights; RootSIFT (Arandjelovic and Zisserman, CVPR 2012) compares its histograms by the
Hellinger kernel: L1-normalise, take square roots, then Euclidean distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from newsctx.settings import CopySettings

DESCRIPTOR_SCALE = 512.0
"""RootSIFT values (0..1, nearly all below 0.5) times this, rounded and clipped, are the stored bytes 0..255."""


@dataclass(frozen=True)
class LocalFeatures:
    """Keypoints of one photograph.

    points: (N, 2) float32, x and y in pixels of the given image; scales: (N,) float32, SIFT diameter in those pixels;
    angles: (N,) float32, degrees in [0, 360), clockwise; descriptors: (N, 128) uint8; width, height: of the image.
    """

    points: NDArray[np.float32]
    scales: NDArray[np.float32]
    angles: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.points)

    def take(self, rows: NDArray[np.intp]) -> LocalFeatures:
        """The keypoints of these rows, in this order."""
        return LocalFeatures(
            self.points[rows], self.scales[rows], self.angles[rows], self.descriptors[rows], self.width, self.height
        )


def empty_features(width: int = 0, height: int = 0) -> LocalFeatures:
    """What a blank or tiny image has."""
    zeros = np.zeros(0, np.float32)
    return LocalFeatures(np.zeros((0, 2), np.float32), zeros, zeros, np.zeros((0, 128), np.uint8), width, height)


def extract(
    pixels: NDArray[np.uint8],
    settings: CopySettings,
    max_features: int,
    side: int | None = None,
    one_angle: bool = False,
) -> LocalFeatures:
    """Find the features of a photograph.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        max_features: most keypoints kept; the strongest of every part of the frame come first.
        side: the photo is worked on at this longest side, pixels (never enlarged beyond `settings.enlarge`);
            default `settings.archive_side`.
        one_angle: keep a keypoint once where SIFT gives it several orientations (what the archive stores).

    Returns:
        At most `max_features` features in pixels of `pixels`; none for a blank or tiny image.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"pixels of shape {pixels.shape}, {pixels.dtype}: expected (H, W, 3) uint8 RGB")
    height, width = pixels.shape[:2]
    if min(height, width) < settings.min_side:
        return empty_features(width, height)
    grey, scale = _working_copy(pixels, side or settings.archive_side, settings.enlarge)
    detector = _detector(settings.contrast_threshold, settings.edge_threshold)
    keypoints = detector.detect(grey, None)
    if not keypoints:
        return empty_features(width, height)
    table = np.array([(*k.pt, k.size, k.angle, k.response) for k in keypoints], np.float32)
    chosen = _spread(table, grey.shape, settings, max_features, one_angle)
    kept, raw = detector.compute(grey, [keypoints[i] for i in chosen])
    if raw is None or len(kept) == 0:
        return empty_features(width, height)
    table = np.array([(*k.pt, k.size, k.angle) for k in kept], np.float32)
    points = ((table[:, :2] + 0.5) / scale - 0.5).astype(np.float32)  # pixel centres, not corners
    size = (table[:, 2] / float(np.sqrt(scale[0] * scale[1]))).astype(np.float32)
    return LocalFeatures(points, size, table[:, 3] % 360, root_sift(raw), width, height)


def mirrored(features: LocalFeatures) -> LocalFeatures:
    """The features of the photograph flipped left to right, without looking at pixels again.

    SIFT's histogram is laid out along the keypoint's orientation, so a flip reverses its rows and its orientation bins.
    """
    points = features.points.copy()
    points[:, 0] = features.width - 1 - points[:, 0]
    descriptors = features.descriptors[:, _mirror_order()]
    return LocalFeatures(
        points, features.scales, (540 - features.angles) % 360, descriptors, features.width, features.height
    )


def root_sift(raw: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 128) SIFT histograms -> (N, 128) uint8 RootSIFT."""
    total = np.maximum(raw.sum(axis=1, keepdims=True), 1e-6)
    return np.clip(np.rint(np.sqrt(raw / total) * DESCRIPTOR_SCALE), 0, 255).astype(np.uint8)


def _working_copy(
    pixels: NDArray[np.uint8], side: int, enlarge: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Grey copy and its (x, y) scale relative to the photo."""
    height, width = pixels.shape[:2]
    factor = min(side / max(height, width), enlarge)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size != (width, height):
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    return grey, np.array([size[0] / width, size[1] / height], np.float32)


@lru_cache(maxsize=8)
def _detector(contrast: float, edge: float) -> cv2.SIFT:
    return cv2.SIFT_create(0, 3, contrast, edge, 1.6)


def _spread(
    table: NDArray[np.float32], shape: tuple[int, ...], settings: CopySettings, limit: int, one_angle: bool
) -> NDArray[np.intp]:
    """Rows to keep: round robin over the cells of a grid, strongest first, so that every crop keeps some."""
    # A total order first: OpenCV finds keypoints with several threads.
    rows = np.lexsort((table[:, 3], table[:, 2], table[:, 1], table[:, 0]))
    if one_angle:
        same = np.all(np.abs(np.diff(table[rows][:, :3], axis=0)) < 0.01, axis=1)
        rows = rows[np.concatenate([[True], ~same])]
    found = table[rows]
    strength = found[:, 4] * found[:, 2] ** settings.size_weight
    cells_x, cells_y = _grid(shape, settings.cells)
    cell = np.minimum((found[:, 0] / shape[1] * cells_x).astype(int), cells_x - 1) + cells_x * np.minimum(
        (found[:, 1] / shape[0] * cells_y).astype(int), cells_y - 1
    )
    order = np.lexsort((-strength, cell))
    starts = np.concatenate([[True], np.diff(cell[order]) != 0])
    first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    turn = np.arange(len(order)) - first
    picked = order[np.lexsort((-strength[order], turn))][:limit]
    return rows[picked]


def _grid(shape: tuple[int, ...], cells: int) -> tuple[int, int]:
    """About `cells` nearly square cells over a frame of this (height, width)."""
    across = max(1, round(float(np.sqrt(cells * shape[1] / shape[0]))))
    return across, max(1, round(cells / across))


@lru_cache(maxsize=1)
def _mirror_order() -> NDArray[np.intp]:
    bins = np.arange(128).reshape(4, 4, 8)
    return bins[::-1, :, (-np.arange(8)) % 8].reshape(128)
