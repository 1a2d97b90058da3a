"""Cached images are what the model's own transform makes, and augmentation is a function of its generator."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from newsctx.errors import TrainingError
from newsctx.training.augment import augment
from newsctx.training.images import normalise, resize_of, store_images
from newsctx.training.options import BiEncoderOptions
from newsctx.training.photos import read_pixels

OFF = BiEncoderOptions(crop_min_area=1, crop_ratio=1, jitter=0, blur=0, jpeg=0)


def _photo(path: Path, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (7, 9, 3), dtype=np.uint8))
    small.resize((90, 70), Image.Resampling.BICUBIC).save(path)
    return path


@pytest.mark.parametrize("mode", ["squash", "shortest", "longest"])
def test_cached_and_normalised_pixels_are_the_models_own_input(tmp_path: Path, mode: str) -> None:
    config = {"size": (32, 32), "resize_mode": mode, "mean": (0.4, 0.5, 0.6), "std": (0.2, 0.3, 0.4)}
    photo = _photo(tmp_path / "a.png", 0)
    resize, key = resize_of(config)
    store = store_images([photo], resize, key, tmp_path / "work")
    pixels = torch.from_numpy(store.take([store.row(photo)])).permute(0, 3, 1, 2).float() / 255
    expected = image_transform_v2(PreprocessCfg(**config), is_train=False)(Image.fromarray(read_pixels(photo)))
    assert torch.allclose(normalise(pixels, config)[0], expected, atol=1e-6)


def test_the_store_is_keyed_by_content_and_size(tmp_path: Path) -> None:
    config = {"size": (32, 32), "resize_mode": "squash"}
    first, second = _photo(tmp_path / "a.png", 0), _photo(tmp_path / "b.png", 1)
    copy = tmp_path / "copy.png"
    copy.write_bytes(first.read_bytes())
    resize, key = resize_of(config)
    store = store_images([first, second, copy], resize, key, tmp_path / "work")
    assert store.pixels.shape == (2, 32, 32, 3) and store.row(copy) == store.row(first) != store.row(second)
    read: list[int] = []
    store_images([copy, second], resize, key, tmp_path / "work", read.append)  # the same contents elsewhere
    assert read == []
    resize, key = resize_of(config, 1.125)
    larger = store_images([first], resize, key, tmp_path / "work", read.append)
    assert larger.pixels.shape == (1, 36, 36, 3) and read == [1]
    _photo(first, 2)  # another picture under the old name
    changed = store_images([first], resize, key, tmp_path / "work", read.append)
    assert read == [1, 1] and not np.array_equal(changed.pixels, larger.pixels)
    again = pickle.loads(pickle.dumps(larger))
    assert np.array_equal(again.pixels, larger.pixels) and again.row(first) == 0


def test_a_damaged_photograph_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    resize, key = resize_of({"size": 32})
    with pytest.raises(TrainingError, match="broken.jpg cannot be read as a photograph"):
        store_images([broken], resize, key, tmp_path / "work")


def test_without_any_change_augmentation_only_resizes() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    same = augment(pixels, (16, 16), OFF, np.random.default_rng(1))
    assert np.allclose(same.permute(0, 2, 3, 1).numpy() * 255, pixels, atol=1e-2)


def test_mirroring_and_seeds() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    mirrored = augment(pixels, (16, 16), OFF.model_copy(update={"flip": 1.0}), np.random.default_rng(1))
    assert np.allclose(mirrored.permute(0, 2, 3, 1).numpy() * 255, pixels[:, :, ::-1], atol=1e-2)
    every = BiEncoderOptions(blur=1, jpeg=1)
    one, two, other = (augment(pixels, (12, 14), every, np.random.default_rng(s)) for s in (1, 1, 2))
    assert one.shape == (3, 3, 12, 14) and torch.equal(one, two) and not torch.equal(one, other)
    assert float(one.min()) >= 0 and float(one.max()) <= 1
