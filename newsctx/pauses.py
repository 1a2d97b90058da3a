"""Short pauses of the garbage collector: it does not look again and again at what stays for good.

Gazetteer, models and archive are some two million objects. A full collection looks at all of them while every thread
waits: 1.1 s of processor time (own measurement, embedded profile), several seconds on a busy machine, within which no
page is answered. What is frozen is not looked at; reference counts still free it, only cycles of it that fall out of
use later stay. https://docs.python.org/3/library/gc.html#gc.freeze
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

_FULL = 2  # the generation of a full collection


class Pauses:
    """Freezes what has survived a full collection that took too long; what it found in use mostly stays in use."""

    def __init__(self, longest: float, freeze: Callable[[], None] = gc.freeze) -> None:
        """`longest`: seconds of processor time of the collecting thread."""
        self._longest, self._freeze, self._start = longest, freeze, 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """As `gc.callbacks` calls it, in the thread that collects."""
        if info["generation"] != _FULL:
            return
        if phase == "start":
            self._start = time.thread_time()
        elif time.thread_time() - self._start > self._longest:
            self._freeze()


def keep_short(longest: float, load: Callable[[], object]) -> None:
    """From now on, for this process; also once `load` has returned in a thread of its own."""
    if not any(isinstance(known, Pauses) for known in gc.callbacks):  # a process may open several workbenches
        gc.callbacks.append(Pauses(longest))

    def settle() -> None:
        load()
        gc.freeze()

    threading.Thread(target=settle, name="settle", daemon=True).start()
