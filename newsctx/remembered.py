"""Text vectors kept in memory: an override that changes the passages slightly must not encode all of them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

CAPACITY = 20_000  # texts; 30 MB at 384 dimensions


class Remembered:
    """An encoder that computes every distinct text once, and forgets the least recently used ones.

    Thread-safe; the encoder runs outside the lock, so that two cases may at worst compute the same text twice.
    """

    def __init__(self, encode: Callable[[Sequence[str]], np.ndarray], capacity: int = CAPACITY, group: int = 0) -> None:
        """`encode`: texts -> (N, D), one row a text, the same for the same text.

        group: how many texts it is given at a time, always as many (the last one again and again where there are
            fewer); 0: all at once. A row can differ in its last bits with the size of its batch.
        """
        self._encode, self._capacity, self._group = encode, capacity, group
        self._rows: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D), in the order of `texts`."""
        with self._lock:
            known = {t: self._rows[t] for t in dict.fromkeys(texts) if t in self._rows}
        new = [t for t in dict.fromkeys(texts) if t not in known]
        if new or not texts:
            rows = self._rows_of(new)
            if not texts:
                return rows
            known |= dict(zip(new, rows, strict=True))
        with self._lock:
            for text in dict.fromkeys(texts):
                self._rows[text] = known[text]
                self._rows.move_to_end(text)
            while len(self._rows) > self._capacity:
                self._rows.popitem(last=False)
        return np.stack([known[t] for t in texts])

    def _rows_of(self, texts: list[str]) -> np.ndarray:
        if not self._group or not texts:
            return self._encode(texts)
        full = texts + texts[-1:] * (-len(texts) % self._group)
        parts = [self._encode(full[i : i + self._group]) for i in range(0, len(full), self._group)]
        return np.concatenate(parts)[: len(texts)]
