"""Device, seeds, digests and one locked load per model. Nothing heavy happens at import."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from newsctx.errors import SettingsError

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Device:
    """Where the models run, chosen once and passed on explicitly."""

    name: str  # what torch calls it: `cpu`, `cuda`, `cuda:1`, `mps`
    reason: str  # one sentence for the log and the document

    def __str__(self) -> str:
        return self.name


def choose_device(request: str = "auto") -> Device:
    """Choose the device.

    Args:
        request: `auto` (CUDA, else Apple's MPS, else the CPU), `cpu`, `cuda`, `cuda:N` or `mps`.

    Raises:
        SettingsError: an unknown name, or a device that this machine or this build of torch does not have.
    """
    import torch

    family = request.split(":")[0]
    if family not in DEVICES:
        raise SettingsError(f"unknown device {request!r}; expected one of {', '.join(DEVICES)} or cuda:N")
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if request == "auto":
        if cuda:
            return Device("cuda", f"a CUDA device is available: {torch.cuda.get_device_name(0)}")
        if mps:
            return Device("mps", "Apple's Metal is available")
        return Device("cpu", "neither CUDA nor Metal is available")
    if (family == "cuda" and not cuda) or (family == "mps" and not mps):
        raise SettingsError(f"device {request!r}: torch {torch.__version__} finds none here; use --device auto")
    if ":" in request and not (family == "cuda" and _is_ordinal(request, torch.cuda.device_count())):
        raise SettingsError(f"no device {request!r}; expected cuda:0 to cuda:{torch.cuda.device_count() - 1}")
    return Device(request, "asked for")


def _is_ordinal(request: str, count: int) -> bool:
    number = request.partition(":")[2]
    return number.isdecimal() and int(number) < count


def cpu_cores(device: Device) -> int | None:
    """How many CPU cores the models use; None where they run on an accelerator."""
    import torch

    return torch.get_num_threads() if device.name == "cpu" else None


def seed_everything(seed: int) -> None:
    """Fix every global random state: Python, NumPy's legacy one, and torch on every device."""
    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def state_digest(module: nn.Module) -> str:
    """SHA-256 (hex) of a module's parameters and buffers: names, types, shapes and bytes; the device does not count."""
    import torch

    whole = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        plain = tensor.detach().cpu().contiguous()
        whole.update(f"{name}|{plain.dtype}|{tuple(plain.shape)}|".encode())
        whole.update(plain.reshape(-1).view(torch.uint8).numpy().data if plain.numel() else b"")
    return whole.hexdigest()


def files_digest(paths: list[Path]) -> str:
    """SHA-256 (hex) of files: names (not folders) and contents, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(paths, key=lambda p: p.name):
        with path.open("rb") as file:
            whole.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set environment variables for the time of a block and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class ModelCache:
    """One load per model: callers with the same key wait for the first one and share its result.

    A load that raises is not kept, so that the next caller tries again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._loaded: dict[Hashable, Any] = {}

    def get(self, key: Hashable, load: Callable[[], T]) -> T:
        """The model under the key, loaded by `load` if it is not there yet."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._loaded:
                self._loaded[key] = load()
            return self._loaded[key]

    def forget(self, model: object) -> None:
        """Drop a model, so that its memory is free when nobody else holds it; nothing happens where it is not kept."""
        with self._lock:
            for key in [k for k, kept in self._loaded.items() if kept is model]:
                del self._loaded[key]


class _OneThread:
    """Counts who asked for it: the first one in changes the setting, the last one out brings it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._limit: Any = None

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._limit = _thread_pools().limit(limits=1, user_api="blas")

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.restore_original_limits()


_ONE_THREAD = _OneThread()


@cache
def _thread_pools() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries: milliseconds, once


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Small matrix products inside are computed by one thread; the setting holds for the whole process meanwhile.

    A product of a few hundred rows takes less time than the threads need to meet, and where another program has the
    cores they wait for one another: 15 ms instead of 1 for one photograph's keypoints.
    """
    _ONE_THREAD.enter()
    try:
        yield
    finally:
        _ONE_THREAD.leave()
