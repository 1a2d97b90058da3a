"""Geometric verification on painted scenes whose true homography is known."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from newsctx.localfeatures.compare import compare
from newsctx.localfeatures.geometry import consistent, log_false_alarms, match, tentative
from newsctx.localfeatures.homography import fit, hull_area, overlap, warp
from newsctx.localfeatures.index import archive_features, query_views
from newsctx.settings import CopySettings

SETTINGS = CopySettings()


def paint(seed: int, width: int = 460, height: int = 260) -> np.ndarray:
    """Smooth noise in three scales and some shapes."""
    rng = np.random.default_rng(seed)
    out = np.zeros((height, width, 3), np.float32)
    for cells in (6, 20, 60):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        out += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) / 3
    out = np.clip(out, 0, 255).astype(np.uint8)
    for _ in range(25):
        x, y, r = int(rng.integers(0, width)), int(rng.integers(0, height)), int(rng.integers(4, 30))
        cv2.circle(out, (x, y), r, tuple(int(c) for c in rng.integers(0, 255, 3)), -1, cv2.LINE_AA)
    return out


def views_of(pixels: np.ndarray):
    return query_views(pixels, SETTINGS)[0]


def test_crop_gives_the_translation() -> None:
    photo = paint(1)
    found = match(views_of(photo[40:220, 100:400]), archive_features(photo, SETTINGS), SETTINGS, seed=0)
    assert found and found.inliers >= 30 and found.confidence > 0.9 and not found.mirrored
    corner = warp(found.homography, np.array([[0.0, 0.0], [299.0, 179.0]]))
    assert corner == pytest.approx(np.array([[100, 40], [399, 219]]), abs=3)
    assert found.region[0] == pytest.approx((0, 0), abs=3)  # the archived photo fills the query
    # the crop holds 45% of the photo; the inner 85% of its inliers span a good half of that
    assert 0.2 < found.covered <= 300 * 180 / (460 * 260) + 0.02


def test_mirror_gives_lines_in_the_pixels_that_were_given() -> None:
    photo = paint(2)
    found = match(views_of(np.ascontiguousarray(photo[:, ::-1])), archive_features(photo, SETTINGS), SETTINGS, seed=0)
    assert found and found.mirrored
    assert found.lines[:, 0] + found.lines[:, 2] == pytest.approx(np.full(found.inliers, 459), abs=6)
    assert found.homography @ (10, 20, 1) == pytest.approx((449, 20, 1), abs=3)


def test_region_is_where_the_photo_lies_in_a_larger_query() -> None:
    photo = paint(3)
    screen = np.full((700, 500, 3), 255, np.uint8)
    screen[200:330, 100:330] = cv2.resize(photo, (230, 130), interpolation=cv2.INTER_AREA)
    found = match(views_of(screen), archive_features(photo, SETTINGS), SETTINGS, seed=0)
    assert found and found.confidence > 0.4
    x, y = np.array(found.region).T
    assert (x.min(), y.min(), x.max(), y.max()) == pytest.approx((100, 200, 330, 330), abs=4)


def test_strong_perspective_is_still_a_homography() -> None:
    photo = paint(4)
    corners = np.array([[0, 0], [459, 0], [459, 259], [0, 259]], np.float32)
    seen = np.array([[30, 20], [420, 60], [400, 250], [50, 300]], np.float32)
    truth = cv2.getPerspectiveTransform(corners, seen)
    found = match(
        views_of(cv2.warpPerspective(photo, truth, (460, 320))), archive_features(photo, SETTINGS), SETTINGS, seed=0
    )
    assert found and found.confidence > 0.4
    assert warp(found.homography, seen) == pytest.approx(corners, abs=8)


def test_different_scenes_never_pass() -> None:
    archived = [archive_features(paint(100 + i), SETTINGS) for i in range(6)]
    for i in range(6):
        query = views_of(paint(200 + i))
        for features in archived:
            found = match(query, features, SETTINGS, seed=0)
            assert found is None or found.inliers < 8 or found.confidence < 0.4


def test_a_shared_logo_is_no_copy_of_the_photo() -> None:
    logo = cv2.resize(paint(9, 200, 140), (110, 70), interpolation=cv2.INTER_AREA)
    one, other = paint(10), paint(11)
    for photo in (one, other):
        photo[5:75, 5:115] = logo
    found = match(views_of(one), archive_features(other, SETTINGS), SETTINGS, seed=0)
    assert found is None or found.confidence < 0.4
    if found:
        assert found.covered < 0.1
    assert match(views_of(one), archive_features(one, SETTINGS), SETTINGS, seed=0).confidence > 0.9


def test_same_seed_same_geometry() -> None:
    photo = paint(5)
    query, archived = views_of(photo[20:, 60:]), archive_features(photo, SETTINGS)
    a, b = (match(query, archived, SETTINGS, seed=3) for _ in range(2))
    assert np.array_equal(a.homography, b.homography) and np.array_equal(a.lines, b.lines)


def test_tentative_is_mutual_and_equals_a_slow_search() -> None:
    query, archived = views_of(paint(6)[:150]).take(np.arange(150)), archive_features(paint(6), SETTINGS)
    a, b = (f.descriptors.astype(float) for f in (query, archived))
    table = np.linalg.norm(a[:, None] - b[None], axis=2)
    expected = []
    for i, row in enumerate(table):
        j, second = np.argsort(row, kind="stable")[:2]
        near = row[j] < SETTINGS.max_distance * 512 and row[j] < SETTINGS.ratio * row[second]
        if near and table[:, j].argmin() == i:
            expected.append((i, int(j)))
    assert [tuple(p) for p in tentative(query, archived, SETTINGS).tolist()] == expected


def test_consistent_keeps_the_commonest_turn() -> None:
    features = views_of(paint(7)).take(np.arange(20))
    turned = features.take(np.arange(20))
    object.__setattr__(turned, "angles", (features.angles + np.where(np.arange(20) < 14, 90, 200)) % 360)
    pairs = np.stack([np.arange(20)] * 2, axis=1)
    assert consistent(features, turned, pairs, SETTINGS)[:, 0].tolist() == list(range(14))


def test_points_on_a_line_give_nothing() -> None:
    x = np.linspace(0, 300, 30, dtype=np.float32)
    line = np.stack([x, x * 0.5 + 3], axis=1)
    assert fit(line, line + 7, (460, 260), (460, 260), 5.0, SETTINGS, seed=0) is None


def test_a_flip_is_no_sane_homography() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 250, (40, 2)).astype(np.float32)
    flipped = points * (-1, 1) + (400, 0)
    assert fit(points, flipped.astype(np.float32), (460, 260), (460, 260), 3.0, SETTINGS, seed=0) is None


def test_false_alarms_by_hand() -> None:
    # n = 10, k = 6, chance 0.01: (10 - 4) * C(10, 6) * C(6, 4) * 0.01^2 = 6 * 210 * 15 * 1e-4 = 1.89 -> capped
    assert log_false_alarms(10, 6, 0.01, 4) == 0
    # k = 9: 6 * 10 * 126 * 1e-10 = 7.56e-7
    assert log_false_alarms(10, 9, 0.01, 4) == pytest.approx(math.log10(7.56e-7))
    assert log_false_alarms(10, 4, 0.01, 4) == 0


def test_polygons_by_hand() -> None:
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float)
    assert hull_area(overlap(square + 5, square)) == pytest.approx(25)
    assert len(overlap(square + 50, square)) == 0
    assert hull_area(square[:2]) == 0


def test_nothing_matches_a_blank_photo() -> None:
    blank = archive_features(np.zeros((200, 300, 3), np.uint8), SETTINGS)
    assert match(views_of(paint(8)), blank, SETTINGS, seed=0) is None
    assert match(blank, archive_features(paint(8), SETTINGS), SETTINGS, seed=0) is None


def test_compare_is_denser_than_the_index() -> None:
    photo = paint(12)
    query = photo[30:230, 40:400]
    dense = compare(query, photo, SETTINGS, seed=0)
    sparse = match(views_of(query), archive_features(photo, SETTINGS), SETTINGS, seed=0)
    assert dense and sparse and dense.inliers > sparse.inliers
