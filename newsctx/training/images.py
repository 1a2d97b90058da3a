"""Decoded training images at the model's size, kept once as a file of bytes that epochs read without decoding."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from newsctx.cache import digest
from newsctx.training.photos import read_pixels

AUGMENT_MARGIN = 1.125  # images that are cropped at random are kept this much larger than the model's input


class ImageStore:
    """(N, S, S, 3) uint8 on disk, memory-mapped; safe to read from several processes."""

    def __init__(self, path: Path, rows: dict[str, int]) -> None:
        self.path, self._rows = path, rows
        self.pixels: np.ndarray = np.load(path, mmap_mode="r")

    def __reduce__(self) -> tuple[type[ImageStore], tuple[Path, dict[str, int]]]:
        """Another process opens the file; the pixels are not sent to it."""
        return ImageStore, (self.path, self._rows)

    def row(self, image: Path) -> int:
        """The row of an image."""
        return self._rows[str(image)]

    def take(self, rows: Sequence[int]) -> np.ndarray:
        """(n, S, S, 3) uint8."""
        return np.stack([self.pixels[r] for r in rows])


def image_digest(path: Path) -> str:
    """SHA-256 (hex) of an image's file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def store_images(
    images: Sequence[Path],
    resize: Callable[[Image.Image], Image.Image],
    key: str,
    folder: Path,
    advance: Callable[[int], None] = lambda n: None,
) -> ImageStore:
    """The images, resized; made anew only where another content or another size is asked for.

    Args:
        resize: to the S x S pixels that the model sees, as `resize_of` makes it.
        key: names the resizing.
        advance: told how many images have just been read.
    """
    import PIL

    unique = list(dict.fromkeys(str(p) for p in images))
    hashes = [image_digest(Path(p)) for p in unique]
    contents = list(dict.fromkeys(hashes))  # an image that lies in two places is kept once
    place = {h: n for n, h in enumerate(contents)}
    rows = {p: place[h] for p, h in zip(unique, hashes, strict=True)}
    path = folder / f"images-{digest(contents, key, PIL.__version__)[:24]}.npy"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        first = {h: p for p, h in zip(reversed(unique), reversed(hashes), strict=True)}
        _write(path, [Path(first[h]) for h in contents], resize, advance)
    return ImageStore(path, rows)


def _write(path: Path, images: list[Path], resize: Callable, advance: Callable[[int], None]) -> None:
    beside = path.with_suffix(".part")
    out = None
    for row, image in enumerate(images):
        small = np.asarray(resize(Image.fromarray(read_pixels(image))))
        if out is None:
            out = np.lib.format.open_memmap(beside, mode="w+", dtype=np.uint8, shape=(len(images), *small.shape))
        out[row] = small
        advance(1)
    if out is not None:
        out.flush()
    os.replace(beside, path)


def resize_of(preprocess_cfg: dict[str, Any], margin: float = 1.0) -> tuple[Callable[[Image.Image], Image.Image], str]:
    """The resizing of a model's own image transform, without what makes a tensor of it; and a key that names it.

    Args:
        margin: the result is this much larger than the model's input.
    """
    from open_clip.transform import PreprocessCfg, image_transform_v2

    config = PreprocessCfg(**preprocess_cfg)
    size = config.size if isinstance(config.size, (tuple, list)) else (config.size, config.size)
    larger = tuple(round(s * margin) for s in size)
    config.size = larger if larger[0] != larger[1] else larger[0]
    steps = image_transform_v2(config, is_train=False).transforms
    shaping = [s for s in steps if type(s).__name__ not in ("ToTensor", "MaybeToTensor", "Normalize")]

    def resize(image: Image.Image) -> Image.Image:
        for step in shaping:
            image = step(image)
        return image

    return resize, digest([repr(s) for s in shaping])


def normalise(pixels: Any, preprocess_cfg: dict[str, Any]) -> Any:
    """(B, 3, H, W) float 0..1 -> what the model reads."""
    import torch

    mean = torch.tensor(preprocess_cfg["mean"], device=pixels.device).view(1, 3, 1, 1)
    std = torch.tensor(preprocess_cfg["std"], device=pixels.device).view(1, 3, 1, 1)
    return (pixels - mean) / std
