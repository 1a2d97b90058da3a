"""What the copy channel is measured beside: one perceptual hash a photo, nearest by Hamming distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def phash_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """(64,) bits of the DCT hash (imagehash)."""
    return imagehash.phash(Image.fromarray(pixels)).hash.astype(np.uint8).ravel()


def pdq_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """(256,) bits of PDQ (Meta 2019; pdqhash)."""
    vector, _ = pdqhash.compute(np.ascontiguousarray(pixels))
    return np.asarray(vector, np.uint8)


BASELINES: dict[str, Callable[[Pixels], NDArray[np.uint8]]] = {"pHash": phash_bits, "PDQ": pdq_bits}


class HashIndex:
    """Hashes of all photos, compared one with all."""

    def __init__(self, bits: Callable[[Pixels], NDArray[np.uint8]], photos: Sequence[Pixels]) -> None:
        self._bits = bits
        self._table = np.stack([bits(p) for p in photos])

    def nearest(self, pixels: Pixels) -> int:
        """Position of the nearest photo; the first of equally near ones."""
        return int((self._table != self._bits(pixels)).sum(axis=1).argmin())
