"""Kept features: the same as computed, of these settings only, and computed again where the file is damaged."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from verify_world import EXTRACTION, SETTINGS, paint

from newsctx.settings import VerifySettings
from newsctx.verification import cache as cache_module
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


SIZE, GREY = np.array([400, 300], np.int32), np.zeros((192, 256), np.uint8)
POINTS, SIFT, ORB = np.zeros((3, 4), np.uint16), np.zeros((3, 64), np.uint8), np.zeros((3, 32), np.uint8)
SOUND = {"size": SIZE, "sift": POINTS, "sift_descriptors": SIFT, "orb": POINTS, "orb_descriptors": ORB, "grey": GREY}


def written(**arrays: np.ndarray) -> bytes:
    """A file with a right digest."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return hashlib.sha256(out.getvalue()).digest() + out.getvalue()


def test_the_arrays_of_the_next_test_are_sound_but_for_one() -> None:
    assert len(unpacked(written(**SOUND)).sift) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"sift": np.zeros((3,), np.uint16)}, {"sift": np.zeros((3, 2), np.uint16)}, {"orb": np.zeros((3, 4), float)},
        {"sift_descriptors": np.zeros((2, 64), np.uint8)}, {"orb_descriptors": np.zeros((3, 31), np.uint8)},
        {"grey": np.zeros((0, 9), np.uint8)}, {"grey": np.zeros(9, np.uint8)}, {"size": np.array([400], np.int32)},
        {"size": np.array([0, 300], np.int32)}, {"size": np.zeros((2, 2), np.int32)},
    ],
)  # fmt: skip
def test_other_arrays_under_a_right_digest_are_computed_again(tmp_path: Path, wrong: dict[str, np.ndarray]) -> None:
    cache, load = FeatureCache(tmp_path, SETTINGS, EXTRACTION), Loads(paint(5))
    cache.path(ID).parent.mkdir(parents=True)
    cache.path(ID).write_bytes(written(**(SOUND | wrong)))
    assert len(cache.get(ID, load).sift) > 100 and load.count == 1
    assert len(cache.get(ID, load).sift) > 100 and load.count == 1  # mended


def test_a_missing_array_is_computed_again(tmp_path: Path) -> None:
    cache, load = FeatureCache(tmp_path, SETTINGS, EXTRACTION), Loads(paint(5))
    cache.path(ID).parent.mkdir(parents=True)
    cache.path(ID).write_bytes(written(**{k: v for k, v in SOUND.items() if k != "orb"}))
    assert len(cache.get(ID, load).sift) > 100 and load.count == 1


def test_a_folder_in_the_place_of_the_file_stops_nothing(tmp_path: Path, caplog) -> None:
    cache, load = FeatureCache(tmp_path, SETTINGS, EXTRACTION), Loads(paint(6))
    (cache.path(ID) / "inside").mkdir(parents=True)
    assert len(cache.get(ID, load).sift) > 100 and load.count == 1
    assert "not kept" in caplog.text and [p.name for p in cache.path(ID).parent.iterdir()] == [cache.path(ID).name]


def test_another_program_shares_no_file(tmp_path: Path, monkeypatch) -> None:
    """The program's digest covers its source and OpenCV's version (`newsctx.cache.code_digest`)."""
    load = Loads(paint(7))
    FeatureCache(tmp_path, SETTINGS, EXTRACTION).get(ID, load)
    monkeypatch.setattr(cache_module, "code_digest", lambda: "another")
    FeatureCache(tmp_path, SETTINGS, EXTRACTION).get(ID, load)
    assert load.count == 2
