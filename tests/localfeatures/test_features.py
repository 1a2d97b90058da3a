"""Local features: deterministic, spread over the frame, flipped without looking again, none where there is nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from newsctx.localfeatures.features import DESCRIPTOR_SCALE, extract, mirrored, root_sift
from newsctx.settings import CopySettings

SETTINGS = CopySettings()


def paint(seed: int, width: int = 460, height: int = 260) -> np.ndarray:
    """A textured scene: smooth noise in three scales and some shapes."""
    rng = np.random.default_rng(seed)
    out = np.zeros((height, width, 3), np.float32)
    for cells in (6, 20, 60):
        noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        out += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) / 3
    out = np.clip(out, 0, 255).astype(np.uint8)
    for _ in range(25):
        x, y, r = int(rng.integers(0, width)), int(rng.integers(0, height)), int(rng.integers(4, 30))
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        if rng.integers(0, 2):
            cv2.circle(out, (x, y), r, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(out, (x, y), (x + r, y + r // 2), colour, -1)
    return out


def test_same_pixels_same_features() -> None:
    a, b = (extract(paint(1), SETTINGS, 200) for _ in range(2))
    assert 100 < len(a) <= 200
    for name in ("points", "scales", "angles", "descriptors"):
        assert np.array_equal(getattr(a, name), getattr(b, name))


def test_every_quarter_keeps_keypoints_although_one_is_much_richer() -> None:
    pixels = paint(2)
    calm = cv2.GaussianBlur(pixels, (0, 0), 4)
    calm[:130, :230] = pixels[:130, :230]
    x, y = extract(calm, SETTINGS, 120).points.T
    sides = [(left, top) for left in (True, False) for top in (True, False)]
    quarters = [int((((x < 230) == left) & ((y < 130) == top)).sum()) for left, top in sides]
    assert min(quarters) >= 10, quarters


def test_coordinates_are_of_the_given_image() -> None:
    # The same scene at twice the size is worked on at the same side: its points are twice as far out.
    small = paint(3, 512, 288)
    large = cv2.resize(small, (1024, 576), interpolation=cv2.INTER_CUBIC)
    a, b = (extract(p, SETTINGS, 150) for p in (small, large))
    gaps = np.linalg.norm(a.points[:, None] * 2 + 0.5 - b.points[None], axis=2).min(axis=1)
    assert (b.width, b.height) == (1024, 576)
    assert np.mean(gaps < 3) > 0.8


def test_mirrored_equals_the_features_of_flipped_pixels() -> None:
    pixels = paint(4)
    ours = mirrored(extract(pixels, SETTINGS, 10_000))
    real = extract(np.ascontiguousarray(pixels[:, ::-1]), SETTINGS, 10_000)
    gaps = np.linalg.norm(ours.points[:, None] - real.points[None], axis=2)
    turns = np.abs((ours.angles[:, None] - real.angles[None] + 180) % 360 - 180)
    rows, columns = np.nonzero((gaps < 1) & (turns < 10))
    assert len(set(rows)) > 0.7 * len(ours)
    apart = np.linalg.norm(ours.descriptors[rows].astype(float) - real.descriptors[columns], axis=1) / DESCRIPTOR_SCALE
    assert np.median(apart) < 0.1  # unrelated descriptors are about 1 apart


@pytest.mark.parametrize("shape", [(1, 1, 3), (8, 400, 3), (200, 300, 3)])
def test_blank_and_tiny_images_have_no_features(shape: tuple[int, int, int]) -> None:
    found = extract(np.full(shape, 127, np.uint8), SETTINGS, 100)
    assert len(found) == 0 and found.descriptors.shape == (0, 128)
    assert (found.height, found.width) == shape[:2]
    assert len(mirrored(found)) == 0


def test_wrong_pixels_are_refused_with_what_was_expected() -> None:
    with pytest.raises(ValueError, match="expected .H, W, 3. uint8 RGB"):
        extract(np.zeros((40, 40), np.uint8), SETTINGS, 10)


def test_root_sift_by_hand() -> None:
    # 100 in one bin, 300 in another: shares 0.25 and 0.75; roots 0.5 and 0.866; x 512 = 256 -> 255 and 443 -> 255.
    # A histogram of 128 equal bins: root(1/128) x 512 = 45.25 -> 45.
    raw = np.zeros((2, 128), np.float32)
    raw[0, 0], raw[0, 1] = 100, 300
    raw[1] = 7
    rooted = root_sift(raw)
    assert rooted[0, :3].tolist() == [255, 255, 0]
    assert set(rooted[1].tolist()) == {45}
