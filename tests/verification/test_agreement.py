"""Blocks that look alike, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from verify_world import SETTINGS, paint

from newsctx.localfeatures.geometry import MatchGeometry
from newsctx.settings import VerifySettings
from newsctx.verification.agreement import Agreement, agreement, small_grey
from newsctx.verification.verdict import judge, share_on_text

SIZE = (240, 180)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (180, 240), dtype=np.uint8)


def test_a_photo_agrees_with_itself_and_not_with_another() -> None:
    same = agreement(noise(1), noise(1), np.eye(3), SIZE, SIZE, SETTINGS)
    assert same == Agreement(1.0, 20 * 15)  # 240 x 180 pixels in blocks of 12
    assert agreement(noise(1), noise(2), np.eye(3), SIZE, SIZE, SETTINGS).share < 0.05


def test_a_half_that_differs_counts_half() -> None:
    other = noise(1).copy()
    other[:, 120:] = noise(2)[:, 120:]
    assert agreement(other, noise(1), np.eye(3), SIZE, SIZE, SETTINGS).share == pytest.approx(0.5, abs=0.03)


def test_only_the_common_frame_counts() -> None:
    # the query shows the right half: its pixel 0 is the archived pixel 120
    move = np.array([[1.0, 0, 120], [0, 1, 0], [0, 0, 1]])
    found = agreement(noise(1)[:, 120:], noise(1), move, (120, 180), SIZE, SETTINGS)
    assert found == Agreement(1.0, 10 * 15)


def test_small_copies_and_photos_of_different_size_meet() -> None:
    photo = paint(1, 480, 360)
    grow = np.diag([1 / 3, 1 / 3, 1])  # a query of three times the size
    grow[:2, 2] = -1 / 3
    query = np.repeat(np.repeat(photo, 3, axis=0), 3, axis=1)
    found = agreement(small_grey(query, 640), small_grey(photo, 256), grow, (1440, 1080), (480, 360), SETTINGS)
    assert found.share > 0.97


def test_flat_pictures_say_nothing() -> None:
    flat = np.full((180, 240), 90, np.uint8)
    assert agreement(flat, flat, np.eye(3), SIZE, SIZE, SETTINGS) == Agreement(None, 0)
    assert agreement(flat, noise(1), np.eye(3), SIZE, SIZE, SETTINGS).share == 0  # texture in one of them is told


def geometry(explained: float, inliers: int = 80, matrix: np.ndarray | None = None) -> MatchGeometry:
    lines = np.random.default_rng(0).uniform(0, 100, (inliers, 4)).astype(np.float32)
    return MatchGeometry(inliers, 1.0, False, np.eye(3) if matrix is None else matrix, lines, (), 0.5, explained, 60)


@pytest.mark.parametrize(
    ("spread", "share", "on_text", "relation", "proven"),
    [
        (0.6, 0.95, 0.0, "photo", True),
        (0.12, 0.75, 0.0, "photo", True),
        (0.12, 0.75, 0.9, "scene", False),  # the same on text: a caption plate
        (0.12, 0.95, 0.9, "photo", True),  # a page of text: all of it agrees
        (0.45, 0.58, 0.0, "photo", True),  # under a banner: less agrees, but the points span it
        (0.19, 0.61, 0.0, "scene", False),  # a brand name on two screens
        (0.45, 0.35, 0.0, "scene", True),
        (0.45, 0.35, 0.9, "scene", False),  # 8 of 80 points off the text, 12 are needed
        (0.45, 0.10, 0.0, "scene", False),
        (0.45, None, 0.0, "photo", False),
    ],
)
def test_verdicts(spread, share, on_text, relation, proven) -> None:
    verdict = judge(geometry(spread), Agreement(share, 100 if share else 3), on_text, VerifySettings())
    assert (verdict.relation, verdict.reason == "") == (relation, proven)


def test_few_points_need_a_clear_agreement() -> None:
    def reason(share: float, inliers: int) -> str:
        return judge(geometry(0.45, inliers), Agreement(share, 100), 0.0, VerifySettings()).reason

    assert "20 points are few" in reason(0.74, 20) and reason(0.74, 60) == ""
    assert "20 points are few" in reason(0.94, 20) and reason(0.96, 20) == ""  # a drawn board with other pieces: 0.94


def test_what_lies_between_the_points_has_to_agree() -> None:
    """Blocks of 12 in 240 x 180: 20 x 15. The outer two rows and columns are shared, 300 - 16 * 11 = 124 of 300."""
    other = noise(2).copy()
    ring = np.ones((180, 240), bool)
    ring[24:-24, 24:-24] = False
    other[ring] = noise(1)[ring]
    y, x = np.nonzero(ring)
    points = np.stack([x, y], axis=1).astype(np.float32)[::50]
    found = agreement(other, noise(1), np.eye(3), SIZE, SIZE, SETTINGS, points)
    assert found.share == pytest.approx(124 / 300, abs=0.03) and found.filled == pytest.approx(124 / 300, abs=0.06)
    # the same points with the same share of alike blocks, all on one side: a banner hides the rest
    hidden = noise(1).copy()
    hidden[:, 96:] = noise(2)[:, 96:]
    left = agreement(hidden, noise(1), np.eye(3), SIZE, SIZE, SETTINGS, points[points[:, 0] < 96])
    assert left.share == pytest.approx(0.4, abs=0.03) and left.filled == 1
    assert agreement(other, noise(1), np.eye(3), SIZE, SIZE, SETTINGS, points[:3]).filled is None  # no area


@pytest.mark.parametrize(("filled", "proven"), [(0.55, False), (0.75, True), (None, True)])
def test_a_ring_of_points_proves_nothing(filled, proven) -> None:
    for share in (0.45, 0.6, 0.8):  # a scene, an edited photograph, a photograph
        verdict = judge(geometry(0.9, 300), Agreement(share, 200, filled), 0.0, VerifySettings())
        assert (verdict.reason == "") is proven
        assert proven or "between the points" in verdict.reason


def test_a_stretched_photograph_is_another_view() -> None:
    stretched = geometry(0.6, matrix=np.diag([1.0, 1.6, 1.0]))
    assert judge(stretched, Agreement(0.95, 100), 0.0, VerifySettings()).relation == "scene"
    assert judge(geometry(0.6, matrix=np.diag([1.0, 1.4, 1.0])), Agreement(0.95, 100), 0.0, VerifySettings()) == (
        "photo",
        "",
    )


def test_share_on_text_by_hand() -> None:
    lines = np.array([[5, 5, 0, 0], [15, 5, 0, 0], [5, 25, 0, 0], [50, 50, 0, 0]], np.float32)
    boxes = (((0, 0), (20, 0), (20, 10), (0, 10)), ((0, 20), (10, 20), (10, 30), (0, 30)))
    assert share_on_text(lines, boxes) == 0.75
    assert share_on_text(lines, ()) == 0 and share_on_text(lines[:0], boxes) == 0
