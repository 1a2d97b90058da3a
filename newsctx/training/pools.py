"""Frozen vectors of photographs and texts, kept on disk, and each photograph's pool of articles by the bi-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from newsctx.archive import index_texts
from newsctx.archive.vector_cache import VectorCache, text_key
from newsctx.encoders import ImageTextEncoder
from newsctx.records import Article
from newsctx.training.images import image_digest
from newsctx.training.photos import TrainingPhoto, read_pixels


@dataclass(frozen=True)
class Pool:
    """The top K articles of a photograph: columns into the articles, best first, and their `s_bi`."""

    articles: tuple[int, ...]
    scores: tuple[float, ...]


class FrozenVectors:
    """Vectors of one encoder; what was computed before is read from the folder."""

    def __init__(self, encoder: ImageTextEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._images = VectorCache(folder, "photos", encoder.info.digest)
        self._texts = VectorCache(folder, "texts", encoder.info.digest)

    def photos(self, photos: Sequence[TrainingPhoto]) -> np.ndarray:
        """(N, D) float32, L2-normalised."""
        return self.pictures([p.image for p in photos])

    def pictures(self, files: Sequence[Path]) -> np.ndarray:
        """(N, D) float32, L2-normalised, of image files."""
        keys = [image_digest(f) for f in files]
        paths = dict(zip(keys, files, strict=True))

        def encode(part: Sequence[str]) -> dict[str, np.ndarray]:
            rows = self._encoder.encode_images([read_pixels(paths[k]) for k in part])
            return dict(zip(part, rows, strict=True))

        return self._fill(self._images, keys, encode, "photographs")

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D) float32, L2-normalised."""
        keys = [text_key(t) for t in texts]
        known = dict(zip(keys, texts, strict=True))

        def encode(part: Sequence[str]) -> dict[str, np.ndarray]:
            return dict(zip(part, self._encoder.encode_texts([known[k] for k in part]), strict=True))

        return self._fill(self._texts, keys, encode, "texts")

    def _fill(self, cache: VectorCache, keys: list[str], encode, unit: str) -> np.ndarray:
        with tqdm(total=len(set(keys)), desc=unit, unit="", leave=False, disable=None) as bar:
            cache.fill(keys, encode, self._encoder.batch_size, bar.update)
        return np.stack([cache[k] for k in keys]) if keys else np.zeros((0, self._encoder.dim), np.float32)


def pools_of(
    images: np.ndarray, articles: Sequence[Article], vectors: FrozenVectors, top_k: int, chunk: int = 64
) -> list[Pool]:
    """The pools by `s_bi`, the best cosine over an article's captions (NewsRECON sec. 1); ties keep archive order.

    Args:
        images: (N, D), one row per photograph.
    """
    texts = [index_texts.captions(a) or [a.headline] for a in articles]
    rows = vectors.texts([t for part in texts for t in part])
    starts = np.cumsum([0, *(len(part) for part in texts[:-1])])
    found = []
    for start in range(0, len(images), chunk):
        scores = np.maximum.reduceat(images[start : start + chunk] @ rows.T, starts, axis=1)
        for row in scores:
            best = np.argsort(-row, kind="stable")[:top_k]
            found.append(Pool(tuple(best.tolist()), tuple(row[best].astype(float).tolist())))
    return found
