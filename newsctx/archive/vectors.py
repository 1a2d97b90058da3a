"""A searchable set of vectors in which one article may own several: exact below a size, FAISS IVF above it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_SEED = 1234  # of k-means in the inverted file; part of the index format, not a matter of taste
_TRAIN_PER_LIST = 64  # FAISS asks for at least 39 training vectors per list


class VectorPart:
    """Rows (N, D) float32, L2-normalised, and the owner (a row number of the archive's article list) of each.

    A score is the inner product = cosine; an owner's score is the best of its rows.
    """

    def __init__(self, vectors: np.ndarray, owners: np.ndarray, tags: np.ndarray, index: object, probes: int) -> None:
        self.vectors, self.owners, self.tags = vectors, owners, tags
        self._index, self._probes = index, probes
        self._first = np.searchsorted(owners, np.arange(int(owners.max(initial=-1)) + 2))  # owners ascend
        self._shared: _Shared | None = None

    # --- making and opening -----------------------------------------------------------------------------------

    @staticmethod
    def save(
        folder: Path, rows: Sequence[np.ndarray], owners: Sequence[int], tags: Sequence[int], exact_up_to: int
    ) -> None:
        """Write a part.

        Args:
            folder: made here.
            rows: each (D,) float32, L2-normalised.
            owners: article row numbers, ascending, one per row.
            tags: a number per row that tells what the row is (passage, caption or image number).
            exact_up_to: with more rows an inverted file is trained beside them.
        """
        import faiss

        folder.mkdir(parents=True)
        vectors = np.stack(rows).astype(np.float32) if len(rows) else np.zeros((0, 0), np.float32)
        np.save(folder / "vectors.npy", vectors)
        np.save(folder / "owners.npy", np.asarray(owners, np.int64))
        np.save(folder / "tags.npy", np.asarray(tags, np.int32))
        if len(vectors) > exact_up_to:
            faiss.write_index(inverted(vectors), str(folder / "ivf.faiss"))

    @classmethod
    def open(cls, folder: Path, probes: int = 32) -> VectorPart:
        """Open a part; the vectors stay on disk until they are read."""
        import faiss

        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        path = folder / "ivf.faiss"
        if path.is_file():
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        else:
            index = faiss.IndexFlatIP(vectors.shape[1])
            if len(vectors):
                index.add(np.ascontiguousarray(vectors))
        return cls(vectors, np.load(folder / "owners.npy"), np.load(folder / "tags.npy"), index, probes)

    def discount(self, shared: Mapping[int, int]) -> None:
        """Let some rows count as a tie-breaker only: those of logos and file pictures.

        Such a row counts where its owner has no other, with its score divided by the number of owners; elsewhere not.

        Args:
            shared: tag -> number of owners.
        """
        rows = np.flatnonzero(np.isin(self.tags, list(shared)))
        self._shared = None
        if len(rows):
            others = np.bincount(self.owners) - np.bincount(self.owners[rows], minlength=int(self.owners.max()) + 1)
            lone = rows[others[self.owners[rows]] == 0]
            divisors = np.ones(len(self), np.float32)
            divisors[rows] = np.inf
            divisors[lone] = [shared[int(t)] for t in self.tags[lone]]
            self._shared = _Shared(lone, divisors, rows)

    # --- searching --------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.owners)

    def search(self, query: np.ndarray, k: int, probes: int | None = None) -> dict[int, tuple[float, int]]:
        """The best owners.

        Args:
            query: (D,) float32, L2-normalised.
            k: owners wanted. More come back where the k-th score is tied, so that the caller's tie rule decides.
            probes: inverted lists read; ignored where the search is exact.

        Returns:
            owner -> (score, tag of its best row).
        """
        if not len(self):
            return {}
        if query.shape != (self.vectors.shape[1],):
            raise ValueError(f"a query of shape {query.shape} against vectors of {self.vectors.shape[1]} dimensions")
        fetch = min(len(self), max(2 * k, 64))
        while True:
            scores, rows = self._raw(np.ascontiguousarray(query[None], np.float32), fetch, probes)
            best: dict[int, tuple[float, int]] = {}
            for score, row in zip(scores, rows):
                owner = int(self.owners[row])
                if owner not in best:
                    best[owner] = (float(score), int(self.tags[row]))
            ordered = sorted((s for s, _ in best.values()), reverse=True)
            complete = len(rows) < fetch or fetch == len(self)
            if complete or (len(ordered) >= k and scores[-1] < ordered[k - 1]):
                best |= self._lone(query)
                ordered = sorted((s for s, _ in best.values()), reverse=True)
                floor = ordered[k - 1] if len(ordered) >= k else -math.inf
                return {o: found for o, found in best.items() if found[0] >= floor}
            fetch = min(len(self), fetch * 4)

    def _lone(self, query: np.ndarray) -> dict[int, tuple[float, int]]:
        """What `discount` leaves of the owners that have nothing else."""
        if self._shared is None or not len(self._shared.lone):
            return {}
        owners = np.unique(self.owners[self._shared.lone])
        return self.closest(query, owners.tolist())

    def best(self, query: np.ndarray, owners: Sequence[int]) -> dict[int, float]:
        """Exact score of the given owners; those without a row are left out."""
        found: dict[int, float] = {}
        for owner in owners:
            rows = self.rows_of(owner)
            if len(rows):
                found[owner] = float((rows @ query).max())
        return found

    def closest(self, query: np.ndarray, owners: Sequence[int]) -> dict[int, tuple[float, int]]:
        """Exact (score, tag of the best row) of the given owners; those without a row are left out."""
        spans = [(o, s) for o in owners if (s := self._span(o)).stop > s.start]
        if not spans:
            return {}
        rows = np.concatenate([np.arange(s.start, s.stop) for _, s in spans])
        scores = np.asarray(self.vectors[rows]) @ query
        if self._shared is not None:
            scores = self._shared.discounted(scores, rows)
        ends = np.cumsum([s.stop - s.start for _, s in spans])
        found: dict[int, tuple[float, int]] = {}
        for (owner, span), end in zip(spans, ends, strict=True):
            best = int(scores[end - (span.stop - span.start) : end].argmax())
            found[owner] = (float(scores[end - (span.stop - span.start) + best]), int(self.tags[span.start + best]))
        return found

    def rows_of(self, owner: int) -> np.ndarray:
        """(n, D) rows of one owner, in the order in which they were saved; n may be 0."""
        return np.asarray(self.vectors[self._span(owner)])

    def row_of(self, owner: int, tag: int) -> int:
        """The row of one owner that has a tag."""
        span = self._span(owner)
        return span.start + int(np.flatnonzero(self.tags[span] == tag)[0])

    def tags_of(self, owner: int) -> np.ndarray:
        """(n,) tags of the rows of one owner."""
        return self.tags[self._span(owner)]

    def _span(self, owner: int) -> slice:
        if owner + 1 >= len(self._first):
            return slice(0, 0)
        return slice(int(self._first[owner]), int(self._first[owner + 1]))

    def _raw(self, query: np.ndarray, fetch: int, probes: int | None) -> tuple[np.ndarray, np.ndarray]:
        import faiss

        only = {} if self._shared is None else {"sel": self._shared.selector}
        options = {"params": faiss.SearchParameters(**only)} if only else {}
        if isinstance(self._index, faiss.IndexIVF):
            options["params"] = faiss.SearchParametersIVF(nprobe=min(probes or self._probes, self._index.nlist), **only)
        scores, rows = self._index.search(query, fetch, **options)
        found = rows[0] >= 0  # an inverted file may find fewer
        return scores[0][found], rows[0][found]


class _Shared:
    """Rows that stand for many owners at once."""

    def __init__(self, lone: np.ndarray, divisors: np.ndarray, rows: np.ndarray) -> None:
        import faiss

        self.lone = lone  # those that are all their owner has
        self._divisors = divisors  # by row; infinity: the row does not count
        self._batch = faiss.IDSelectorBatch(rows)  # kept: the selector below only points to it
        self.selector = faiss.IDSelectorNot(self._batch)

    def discounted(self, scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Scores of some rows; -1, the worst cosine, for one that does not count."""
        divisors = self._divisors[rows]
        return np.where(np.isinf(divisors), -1.0, np.minimum(scores, scores / divisors))


def inverted(vectors: np.ndarray) -> object:
    """An inverted file of about 4 sqrt(N) lists, trained on an even sample with a fixed seed."""
    import faiss

    lists = max(1, min(int(4 * math.sqrt(len(vectors))), len(vectors) // 39))
    quantiser = faiss.IndexFlatIP(vectors.shape[1])
    index = faiss.IndexIVFFlat(quantiser, vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = _SEED
    step = max(1, len(vectors) // (lists * _TRAIN_PER_LIST))
    index.train(np.ascontiguousarray(vectors[::step]))
    index.add(vectors)
    return index
