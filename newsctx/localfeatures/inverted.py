"""The inverted file over the stored keypoints: exact for small archives, quantised and on disk for large ones.

DIR/inverted.json        which file is current, what it covers, what its quantiser was trained on
DIR/inverted-N.faiss     PCA, IVF and product quantiser; ids are keypoint rows of the store
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from newsctx.errors import IndexMismatch
from newsctx.localfeatures.features import DESCRIPTOR_SCALE
from newsctx.localfeatures.store import FeatureStore, write_json
from newsctx.settings import CopySettings

ROUNDS = 10
"""Rounds of k-means; more change the recall of the benchmark by less than it varies."""

GRAPH_FROM = 1024
"""Lists from which a graph finds the nearest ones sooner than comparing with every centre."""


class Inverted(Protocol):
    """What `CopyIndex` asks of it."""

    def search(self, vectors: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """(N, 128) -> (N, k) squared distances, ascending, and keypoint rows (-1: none)."""


def open_inverted(store: FeatureStore, settings: CopySettings) -> Inverted:
    """The inverted file of a store; built in memory where the archive is small or the file is behind the store."""
    state = _state(store.directory)
    if store.keypoints < settings.flat_below:
        return _flat(store)
    if state is None or state["keypoints"] != store.keypoints:
        raise IndexMismatch(
            f"the copy index covers {0 if state is None else state['keypoints']} of {store.keypoints} keypoints "
            "(its run was interrupted); run `python -m newsctx index` to finish it"
        )
    path = store.directory / state["file"]
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    except RuntimeError as problem:
        raise IndexMismatch(f"{path.name} cannot be read; run `python -m newsctx index` anew") from problem
    faiss.extract_index_ivf(index).nprobe = settings.probes
    return index


def refresh_inverted(store: FeatureStore, settings: CopySettings) -> None:
    """Bring the file up to the store: append, or train anew when the archive has grown by `retrain_growth`.

    The quantiser is trained on the photos with the smallest sha256, so it does not depend on the order of adding.
    """
    if store.keypoints < settings.flat_below:
        return
    state, recipe = _state(store.directory), [settings.pca, settings.pq_bytes, settings.lists_per_root, "graph"]
    usable = state is not None and state["recipe"] == recipe and state["keypoints"] <= store.keypoints
    usable = usable and (store.directory / state["file"]).exists()
    if usable and state["keypoints"] == store.keypoints:
        return
    if usable and store.keypoints < settings.retrain_growth * state["trained_at"]:
        index, done, trained_at = (
            faiss.read_index(str(store.directory / state["file"])),
            state["keypoints"],
            state["trained_at"],
        )
    else:
        index, done, trained_at = _train(store, settings), 0, store.keypoints
    for first, descriptors in store.descriptors(done):
        index.add_with_ids(_vectors(descriptors), np.arange(first, first + len(descriptors)))
    name = f"inverted-{store.keypoints}.faiss"
    faiss.write_index(index, str(store.directory / (name + ".new")))
    os.replace(store.directory / (name + ".new"), store.directory / name)
    write_json(
        store.directory / "inverted.json",
        {"file": name, "keypoints": store.keypoints, "trained_at": trained_at, "recipe": recipe},
    )
    for old in sorted(store.directory.glob("inverted-*.faiss")):
        if old.name != name:
            old.unlink(missing_ok=True)


def lists_for(keypoints: int, per_root: float) -> int:
    """Inverted lists for so many keypoints: a power of two, 16..65,536 (FAISS guidelines: a few times the root)."""
    return int(min(65_536, max(16, 2 ** round(math.log2(per_root * math.sqrt(keypoints))))))


def _train(store: FeatureStore, settings: CopySettings) -> faiss.Index:
    """PCA, IVF and product quantiser, trained on the photos with the smallest sha256 and still empty."""
    lists = lists_for(store.keypoints, settings.lists_per_root)
    chosen = sorted(store.image_ids)[: settings.train_images]
    sample = _vectors(np.concatenate([store.features_of(i).descriptors for i in chosen]))
    pca = faiss.PCAMatrix(128, settings.pca)
    pca.train(sample)
    reduced = pca.apply(sample)
    quantiser = _quantiser(reduced, lists)
    index = faiss.IndexIVFPQ(quantiser, settings.pca, lists, settings.pq_bytes, 8)
    index.cp.niter, index.cp.min_points_per_centroid = ROUNDS, 1
    index.do_polysemous_training = False  # orders the codes for Hamming distances, which nobody asks for: minutes
    index.pq.cp.niter, index.pq.cp.min_points_per_centroid = ROUNDS, 1
    index.train(reduced)
    whole = faiss.IndexPreTransform(pca, index)
    for owner, owned in ((index, quantiser), (whole, index), (whole, pca)):
        owner.own_fields = True
        owned.this.disown()
    return whole


def _quantiser(sample: NDArray[np.float32], lists: int) -> faiss.Index:
    """What finds the nearest lists: a graph over their centres (HNSW, Malkov and Yashunin 2018) where there are many.

    The graph is built by one thread: several would join it differently each time.
    """
    if lists < GRAPH_FROM:
        return faiss.IndexFlatL2(sample.shape[1])  # trained with the index
    means = faiss.Kmeans(sample.shape[1], lists, niter=ROUNDS, min_points_per_centroid=1, seed=1234)
    means.train(sample)
    graph = faiss.IndexHNSWFlat(sample.shape[1], 32)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        graph.add(means.centroids)
    finally:
        faiss.omp_set_num_threads(threads)
    return graph


def _flat(store: FeatureStore) -> faiss.Index:
    index = faiss.IndexFlatL2(128)
    for _, descriptors in store.descriptors():
        index.add(_vectors(descriptors))
    return index


def _vectors(descriptors: NDArray[np.uint8]) -> NDArray[np.float32]:
    return descriptors.astype(np.float32) / np.float32(DESCRIPTOR_SCALE)


def _state(directory: Path) -> dict | None:
    path = directory / "inverted.json"
    if not path.exists():
        return None
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return {key: state[key] for key in ("file", "keypoints", "trained_at", "recipe")}
    except (ValueError, KeyError, TypeError) as problem:
        raise IndexMismatch(f"{path.name} is no copy index manifest; run `python -m newsctx index` anew") from problem
