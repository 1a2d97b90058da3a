"""Kept features: the same as computed, of these settings only, and computed again where the file is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from verify_world import EXTRACTION, SETTINGS, paint

from newsctx.settings import VerifySettings
from newsctx.verification.cache import FeatureCache, packed, unpacked
from newsctx.verification.features import photo_features

ID = "ab" * 32


class Loads:
    """Counts how often the pixels are asked for."""

    def __init__(self, pixels: np.ndarray | None) -> None:
        self.pixels, self.count = pixels, 0

    def __call__(self) -> np.ndarray | None:
        self.count += 1
        return self.pixels


def test_features_come_back_within_the_packing(tmp_path: Path) -> None:
    made = photo_features(paint(1), SETTINGS, EXTRACTION)
    back = unpacked(packed(made))
    assert back.size == made.size == (460, 300) and np.array_equal(back.grey, made.grey)
    assert np.array_equal(back.orb.descriptors, made.orb.descriptors)  # bit by bit
    assert np.abs(back.sift.points - made.sift.points).max() < 0.01  # 1/65535 of the frame
    # 4 bits a value, steps of 12: at most 6 off below 180
    low = made.sift.descriptors < 180
    assert np.abs(back.sift.descriptors.astype(int) - made.sift.descriptors)[low].max() <= 6


def test_the_second_use_reads_what_the_first_kept(tmp_path: Path) -> None:
    cache, load = FeatureCache(tmp_path, SETTINGS, EXTRACTION), Loads(paint(2))
    first, second = cache.get(ID, load), cache.get(ID, load)
    assert load.count == 1 and np.array_equal(first.sift.descriptors, second.sift.descriptors)
    assert np.array_equal(first.sift.points, second.sift.points) and len(first.sift) > 100
    assert cache.path(ID).stat().st_size < 200_000


@pytest.mark.parametrize("damage", [b"", b"short", None, b"\0" * 5000])
def test_a_damaged_file_is_computed_again(tmp_path: Path, damage: bytes | None) -> None:
    cache, load = FeatureCache(tmp_path, SETTINGS, EXTRACTION), Loads(paint(3))
    whole = cache.get(ID, load)
    data = bytearray(cache.path(ID).read_bytes())
    data[len(data) // 2] ^= 1  # None: one flipped bit in the middle
    cache.path(ID).write_bytes(bytes(data) if damage is None else damage)
    again = cache.get(ID, load)
    assert load.count == 2 and np.array_equal(again.sift.descriptors, whole.sift.descriptors)
    assert cache.get(ID, load) is not None and load.count == 2  # mended on disk too


def test_other_settings_share_no_file(tmp_path: Path) -> None:
    load = Loads(paint(4))
    FeatureCache(tmp_path, SETTINGS, EXTRACTION).get(ID, load)
    FeatureCache(tmp_path, SETTINGS.model_copy(update={"features": 50}), EXTRACTION).get(ID, load)
    assert load.count == 2
    FeatureCache(tmp_path, SETTINGS.model_copy(update={"min_inliers": 30}), EXTRACTION).get(ID, load)
    assert load.count == 2  # what only judges changes no features


def test_a_photo_that_is_gone_is_none_and_a_name_is_no_path(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, VerifySettings(), EXTRACTION)
    assert cache.get(ID, Loads(None)) is None and not cache.path(ID).exists()
    with pytest.raises(ValueError, match="64 hexadecimal"):
        cache.get("../../etc/passwd", Loads(None))


def test_a_blank_photo_is_kept_too(tmp_path: Path) -> None:
    cache, load = FeatureCache(tmp_path, SETTINGS, EXTRACTION), Loads(np.full((300, 400, 3), 9, np.uint8))
    assert len(cache.get(ID, load).sift) == len(cache.get(ID, load).orb) == 0 and load.count == 1
