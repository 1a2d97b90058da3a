"""Two views of a curved scene, projected by hand: no plane, one fundamental matrix."""

from __future__ import annotations

import numpy as np
import pytest
from verify_world import EXTRACTION, SETTINGS

from newsctx.localfeatures.features import LocalFeatures
from newsctx.verification.epipolar import coherence, line_distance, two_views
from newsctx.verification.matching import geometry_settings

GEOMETRY = geometry_settings(SETTINGS, EXTRACTION)
SIZE = (640, 480)


def features(points: np.ndarray, scales: np.ndarray | None = None) -> LocalFeatures:
    n = len(points)
    sizes = np.full(n, 6, np.float32) if scales is None else scales.astype(np.float32)
    return LocalFeatures(points.astype(np.float32), sizes, np.zeros(n, np.float32), np.zeros((n, 128), np.uint8), *SIZE)


def views(count: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """A hill in front of two cameras, the second moved to the right by 1.2; focal length 500 pixels."""
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-3, 3, count), rng.uniform(-2.2, 2.2, count)
    z = 6 + 2.5 * np.sin(x) * np.cos(y)
    left = np.stack([500 * x / z + 320, 500 * y / z + 240], axis=1)
    right = np.stack([500 * (x - 1.2) / z + 320, 500 * y / z + 240], axis=1)
    return left, right


def test_two_views_of_a_hill_are_held_together() -> None:
    left, right = views()
    rows = np.stack([np.arange(80)] * 2, axis=1)
    found = two_views(features(left), features(right), rows, GEOMETRY, SETTINGS, 0, False)
    assert found is not None and found.inliers >= 70 and found.confidence > 0.99
    assert found.homography.size == 0 and len(found.region) >= 3 and found.explained > 0.6
    assert np.abs(found.lines[:, 1] - found.lines[:, 3]).max() < 4  # the camera moved sideways: rows stay rows


def test_members_of_the_same_rows_are_not_the_same_points() -> None:
    """Windows: every point on the right row, but another one of it; all epipolar lines hold, nothing moves together."""
    left, right = views()
    order = np.random.default_rng(2).permutation(80)
    windows = np.stack([right[order, 0], left[:, 1]], axis=1)
    rows = np.stack([np.arange(80)] * 2, axis=1)
    assert two_views(features(left), features(windows), rows, GEOMETRY, SETTINGS, 0, False) is None
    assert coherence(features(left), features(windows), rows, SETTINGS) < 0.3


def test_coherence_by_hand() -> None:
    # three points on a line, 10 pixels apart, at twice the size: each neighbour is told at +-20 or +-40
    source = np.array([[0, 0], [10, 0], [20, 0]])
    doubled = features(np.array([[100, 50], [120, 50], [140, 50]]), np.full(3, 12))
    rows = np.stack([np.arange(3)] * 2, axis=1)
    assert coherence(features(source), doubled, rows, SETTINGS) == 1
    # the third point 100 pixels off: of the six neighbour pairs only 0-1 and 1-0 still hold
    strayed = features(np.array([[100, 50], [120, 50], [140, 150]]), np.full(3, 12))
    assert coherence(features(source), strayed, rows, SETTINGS) == pytest.approx(2 / 6)


def test_few_matches_give_nothing() -> None:
    left, right = views(13)
    rows = np.stack([np.arange(13)] * 2, axis=1)
    assert two_views(features(left), features(right), rows, GEOMETRY, SETTINGS, 0, False) is None


def test_line_distance_by_hand() -> None:
    sideways = np.array([[0.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # epipolar line of (x, y): the row y
    assert line_distance(sideways, np.array([[3, 4], [5, 6]]), np.array([[90, 4], [7, 8]])) == pytest.approx([0, 2])
