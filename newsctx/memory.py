"""Values kept in memory under keys of everything that they depend on: what an override need not compute again.

The least recently used of each kind are forgotten first. A value is never changed once it is kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Values by kind and key; safe for several threads.

    Values are computed outside the lock, so that two cases may at worst compute the same one twice.
    """

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {}
        self._lock = threading.Lock()

    def once(self, kind: str, key: Hashable, compute: Callable[[], T], most: int = 64) -> T:
        """The kept value, else that of `compute`, kept among the `most` of its kind that were used last."""
        with self._lock:
            kept = self._kept.setdefault(kind, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        value = compute()
        with self._lock:
            kept[key] = value
            kept.move_to_end(key)
            while len(kept) > most:
                kept.popitem(last=False)
        return value

    def has(self, kind: str, key: Hashable) -> bool:
        """Whether a value is kept now."""
        with self._lock:
            return key in self._kept.get(kind, ())

    def forget(self, kind: str, key: Hashable) -> None:
        """Take a value out, if it is there."""
        with self._lock:
            self._kept.get(kind, OrderedDict()).pop(key, None)

    def count(self, kind: str) -> int:
        """How many values of a kind are kept."""
        with self._lock:
            return len(self._kept.get(kind, ()))
