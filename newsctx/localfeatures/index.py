"""The copy index: which archived photographs share local features with the query.

Features lie in a `FeatureStore`; an inverted file over them (FAISS, IVF with a product quantiser: Jegou, Douze and
Schmid, TPAMI 2011) is memory-mapped. Small archives are searched exactly. Every query keypoint votes for the photos
of its nearest archived keypoints; votes are damped for bursts and must agree on rotation and change of size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsctx.localfeatures.features import DESCRIPTOR_SCALE, LocalFeatures, empty_features, extract, mirrored
from newsctx.localfeatures.inverted import open_inverted, refresh_inverted
from newsctx.localfeatures.store import FeatureStore
from newsctx.settings import CopySettings

Pixels = NDArray[np.uint8]


class Candidate(NamedTuple):
    """A photo with votes; `view` is the position in the views searched (0: as it is, 1: mirrored)."""

    image_id: str
    votes: float
    view: int


class CopyIndex:
    """Open with `CopyIndex.open`, make or extend with `CopyIndex.update`."""

    def __init__(self, store: FeatureStore, inverted: object, settings: CopySettings) -> None:
        self._store, self._inverted, self._settings = store, inverted, settings

    @classmethod
    def open(cls, directory: Path | str, settings: CopySettings) -> CopyIndex:
        """Open an index, memory-mapped; a directory without one is an empty index.

        Raises:
            IndexMismatch: made with other settings or unreadable; the message names both sides.
        """
        store = FeatureStore(Path(directory), settings)
        return cls(store, open_inverted(store, settings), settings)

    @classmethod
    def update(
        cls, directory: Path | str, items: Iterable[tuple[str, LocalFeatures]], settings: CopySettings
    ) -> CopyIndex:
        """Add photos (sha256, `archive_features(pixels)`); known ones are skipped. Killed at any moment, it resumes.

        Pass a generator that extracts only what `missing` names: features are stored a part at a time.
        """
        Path(directory).mkdir(parents=True, exist_ok=True)
        store = FeatureStore(Path(directory), settings)
        store.add(items)
        refresh_inverted(store, settings)
        return cls(store, open_inverted(store, settings), settings)

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._store

    @property
    def image_ids(self) -> tuple[str, ...]:
        return tuple(self._store.image_ids)

    @property
    def keypoints(self) -> int:
        return self._store.keypoints

    def features_of(self, image_id: str) -> LocalFeatures:
        """The stored features of a photo; KeyError where it is not in the index."""
        return self._store.features_of(image_id)

    def search(self, views: Sequence[LocalFeatures], k: int) -> list[Candidate]:
        """The photos with the most votes, best first; ties by image id."""
        if not len(self) or not self._store.keypoints or not any(map(len, views)):
            return []
        found = [
            tally(*near, view, self._store, self._settings) for near, view in zip(self._near(views), views, strict=True)
        ]
        images = np.concatenate([i for i, _ in found])
        votes = np.concatenate([v for _, v in found])
        seen_in = np.repeat(np.arange(len(views)), [len(i) for i, _ in found])
        order = np.lexsort((seen_in, -votes, images))
        first = order[np.concatenate([[True], np.diff(images[order]) != 0])] if len(order) else order
        least = np.partition(votes[first], -k)[-k] if len(first) > k else -np.inf
        ids = self._store.image_ids
        best = [Candidate(ids[images[i]], float(votes[i]), int(seen_in[i])) for i in first[votes[first] >= least]]
        return sorted(best, key=lambda c: (-c.votes, c.image_id))[:k]

    def _near(self, views: Sequence[LocalFeatures]) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """The nearest archived keypoints of each view's, all asked for at once."""
        vectors = np.concatenate([v.descriptors for v in views]).astype(np.float32) / np.float32(DESCRIPTOR_SCALE)
        squared, rows = self._inverted.search(vectors, min(self._settings.neighbours, self._store.keypoints))
        ends = np.cumsum([len(v) for v in views])[:-1]
        return list(zip(np.split(squared, ends), np.split(rows, ends), strict=True))


def tally(
    squared: NDArray[np.float32],
    rows: NDArray[np.int64],
    view: LocalFeatures,
    store: FeatureStore,
    settings: CopySettings,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Turn neighbours into votes.

    A neighbour at distance d weighs `exp(-(d / vote_width)^2)`; a query keypoint with many near neighbours is a
    burst, its weights are divided by the root of their sum (Jegou, Douze and Schmid, "On the burstiness of visual
    elements", CVPR 2009); an archived keypoint counts once, with its best weight. A photo's votes are those of its
    fullest bin of (rotation, change of size), bins half overlapping (weak geometric consistency, ECCV 2008).

    Args:
        squared, rows: (N, K) squared distances and keypoint rows (-1: none) of the view's N keypoints.

    Returns:
        Image numbers, ascending, and their votes.
    """
    weights = np.where(rows >= 0, np.exp(-np.maximum(squared, 0) / settings.vote_width**2), 0)
    weights /= np.sqrt(np.maximum(weights.sum(axis=1, keepdims=True), 1))
    asker = np.repeat(np.arange(len(rows)), rows.shape[1])
    flat, value = rows.ravel(), weights.ravel()
    order = np.lexsort((asker, -value, flat))
    order = order[(flat[order] >= 0) & (value[order] > 1e-4)]
    if not len(order):
        return np.zeros(0, np.int64), np.zeros(0)
    first = np.concatenate([[True], np.diff(flat[order]) != 0])
    order = order[first]
    row, value, asker = flat[order], value[order], asker[order]
    image = np.searchsorted(store.offsets, row, side="right") - 1
    sizes, angles = store.frames(row)
    turn = ((angles - view.angles[asker]) % 360) / 45.0
    zoom = np.clip(sizes - np.log2(np.maximum(view.scales[asker], 0.25)) + 8, 0, 15)
    keys = [
        (image * 16 + (2 * np.floor(turn + a / 2).astype(np.int64) - a) % 16) * 32
        + 2 * np.floor(zoom + b / 2).astype(int)
        + b
        for a in (0, 1)
        for b in (0, 1)
    ]
    bins, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    sums = np.bincount(inverse, np.tile(value, 4))
    images, starts = np.unique(bins // 512, return_index=True)
    return images, np.maximum.reduceat(sums, starts)


def archive_features(pixels: Pixels, settings: CopySettings) -> LocalFeatures:
    """What the index stores of an archived photo: (H, W, 3) uint8 RGB -> at most `archive_features` keypoints."""
    return extract(pixels, settings, settings.archive_features, settings.archive_side, one_angle=True)


def query_views(pixels: Pixels, settings: CopySettings) -> tuple[LocalFeatures, LocalFeatures]:
    """The query's features as it is and mirrored; coordinates of each are its own."""
    found = extract(pixels, settings, settings.query_features, settings.query_side)
    return (found, mirrored(found)) if len(found) else (empty_features(), empty_features())


def missing(directory: Path | str, image_ids: Iterable[str], settings: CopySettings) -> list[str]:
    """The photos that the index of this directory does not have yet, in the given order, once each."""
    store = FeatureStore(Path(directory), settings)
    return [i for i in dict.fromkeys(image_ids) if i not in store]


def extracted(
    image_ids: Iterable[str], load: Callable[[str], Pixels | None], settings: CopySettings
) -> Iterable[tuple[str, LocalFeatures]]:
    """Extract photos one by one for `CopyIndex.update`; one that `load` cannot give (None) is left out."""
    for image_id in image_ids:
        pixels = load(image_id)
        if pixels is not None:
            yield image_id, archive_features(pixels, settings)
