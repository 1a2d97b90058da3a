"""Painting in several processes."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cv2


def painters(workers: int) -> ProcessPoolExecutor:
    """Processes that paint, each with one thread.

    Started afresh, never forked: a fork of a process in which another thread holds a lock (PyTorch's, OpenCV's, a
    progress bar's) waits for it for ever.
    """
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,))
