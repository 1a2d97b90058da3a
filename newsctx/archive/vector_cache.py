"""Vectors kept by the content they were computed from and the model that computed them.

An index run stores what it has computed in parts as it goes; killed at any moment, the next run finds everything but
the part that was being written. Nothing is keyed by article or file name: an article imported anew costs nothing.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from newsctx.cache import write_beside

log = logging.getLogger(__name__)
_PART_ROWS = (
    256  # rows that a kill can lose at most; a multiple of the batch, so that resumed batches are the same ones
)


def text_key(text: str) -> str:
    """SHA-256 (hex) of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


class VectorCache:
    """Vectors of one model (by digest) for one kind of input, by the SHA-256 of the input; one writer at a time."""

    def __init__(self, folder: Path, kind: str, model_digest: str) -> None:
        self._folder = folder / f"{kind}-{model_digest[:16]}"
        self._rows: dict[str, np.ndarray] = {}
        self._pending: list[str] = []
        for path in sorted(self._folder.glob("*.npz")):
            self._read(path)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __getitem__(self, key: str) -> np.ndarray:
        """(D,) float32, L2-normalised."""
        return self._rows[key]

    def fill(
        self,
        keys: Iterable[str],
        encode: Callable[[Sequence[str]], dict[str, np.ndarray]],
        batch: int,
        advance: Callable[[int], None] = lambda n: None,
    ) -> tuple[int, int]:
        """Compute what is missing, in the order given.

        Args:
            keys: content hashes; repeated ones count once.
            encode: at most `batch` keys to their (D,) vectors; a key it leaves out has no vector.
            batch: keys per call.
            advance: told how many keys have just been dealt with.

        Returns:
            How many were computed, and how many were there already.
        """
        wanted = list(dict.fromkeys(keys))
        missing = [k for k in wanted if k not in self._rows]
        advance(len(wanted) - len(missing))
        computed = 0
        try:
            for start in range(0, len(missing), batch):
                part = missing[start : start + batch]
                found = encode(part)
                self._rows |= found
                self._pending += found
                computed += len(found)
                if len(self._pending) >= _PART_ROWS:
                    self._write()
                advance(len(part))
        finally:  # also where `advance` cancels the run: what is computed is kept
            self._write()
        return computed, len(wanted) - len(missing)

    def _write(self) -> None:
        if not self._pending:
            return
        buffer = io.BytesIO()
        np.savez(buffer, keys=np.array(self._pending), vectors=np.stack([self._rows[k] for k in self._pending]))
        write_beside(self._folder / f"{text_key(''.join(self._pending))[:32]}.npz", buffer.getvalue())
        self._pending = []

    def _read(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as part:
                keys, vectors = part["keys"].tolist(), part["vectors"]
            if len(keys) != len(vectors):
                raise ValueError(f"{len(keys)} keys and {len(vectors)} vectors")
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("%s is damaged (%s): its vectors are computed anew", path, error)
            path.unlink(missing_ok=True)
            return
        self._rows.update(zip(keys, vectors, strict=True))
