"""A full collection that took too long freezes what it has found in use; the others freeze nothing."""

from __future__ import annotations

import time

from newsctx.pauses import Pauses


def work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_only_a_full_collection_that_took_too_long_freezes():
    frozen: list[int] = []
    pauses = Pauses(0.02, lambda: frozen.append(1))
    for generation, seconds in ((2, 0.0), (1, 0.03), (2, 0.03)):
        pauses("start", {"generation": generation})
        work(seconds)
        pauses("stop", {"generation": generation})
        assert len(frozen) == (generation == 2 and seconds > 0)
