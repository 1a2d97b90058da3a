"""ZeroGPU Spaces: a GPU is lent for seconds to another process, for functions that are marked as wanting one
(https://huggingface.co/docs/hub/spaces-zerogpu).

The encoders' forward passes are those functions here, the smallest that are worth it: an array goes in, an array comes
back. Everything else, and every start-up, works on the CPU, where each encoder keeps its own copy of the model; it also
does the work where no GPU can be had, with the same result up to rounding. Elsewhere this module does nothing.
"""

from __future__ import annotations

import copy
import importlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from newsctx.errors import SettingsError
from newsctx.settings import HostingSettings

if TYPE_CHECKING:
    from torch import Tensor, nn

log = logging.getLogger(__name__)
ON = "SPACES_ZERO_GPU"
_towers: dict[str, nn.Module] = {}  # digest of a model -> its copy on the GPU; a borrowed process starts with them


class _Lender:
    """Whether a GPU is lent now, and through what."""

    def __init__(self) -> None:
        self.mark: Callable[..., Any] | None = None  # `spaces.GPU`
        self.forward: Callable[[str, str, np.ndarray], np.ndarray] | None = None  # marked; None: not open yet
        self.pause = 0.0
        self.again = 0.0  # time.monotonic() from which on a GPU is asked for


_lender = _Lender()


def present(environment: Mapping[str, str]) -> bool:
    """Whether this is a ZeroGPU Space; the words are those of the platform's own package."""
    return environment.get(ON, "").lower() in ("1", "t", "true")


def encoders_on(environment: Mapping[str, str]) -> str:
    """The device of `newsctx.models.load`: outside of a borrowed process a ZeroGPU Space has none but the CPU."""
    return "cpu" if present(environment) else "auto"


def begin(environment: Mapping[str, str]) -> None:
    """Call before torch is imported: the platform's package has to come first, because it changes torch.

    Raises:
        SettingsError: the package is not there.
    """
    if not present(environment) or _lender.mark:
        return
    try:
        _lender.mark = importlib.import_module("spaces").GPU
    except ImportError as error:
        raise SettingsError(
            f"{ON} is set, but the package `spaces` is not there: add it to the Space's requirements"
        ) from error


def place(digest: str, model: nn.Module) -> str:
    """Put a copy of a model where a borrowed process finds it; returns its key, empty where nothing is lent."""
    if not _lender.mark:
        return ""
    if digest not in _towers:
        _towers[digest] = copy.deepcopy(model).to("cuda").eval()
    return digest


def compute(key: str, method: str, inputs: Tensor, otherwise: Callable[[Tensor], Tensor]) -> Tensor:
    """Rows of one batch: on a GPU where one is lent, else by `otherwise`.

    Args:
        key: of `place`.
        method: of the model; "" calls the model itself.
        inputs: on the CPU.
    """
    forward = _lender.forward
    if not key or forward is None or time.monotonic() < _lender.again:
        return otherwise(inputs)
    import torch

    try:
        return torch.from_numpy(forward(key, method, inputs.numpy()))
    except Exception as error:  # Gradio's errors: nobody has a GPU to give, the visitor's time is used up, it died
        _lender.again = time.monotonic() + _lender.pause
        log.warning("no GPU could be borrowed, so that the CPU encodes for %.0f s: %s", _lender.pause, error)
        return otherwise(inputs)


@contextmanager
def lent(settings: HostingSettings) -> Iterator[None]:
    """Inside, visitors' work borrows a GPU; not before, since the platform gives none while a Space starts."""
    if not _lender.mark:
        yield
        return
    _lender.pause = settings.gpu_pause
    _lender.forward = _lender.mark(duration=settings.gpu_seconds)(_forward)
    try:
        yield
    finally:
        _lender.forward = None


def _forward(key: str, method: str, inputs: np.ndarray) -> np.ndarray:
    """One forward pass, in the borrowed process: plain values only, since they travel between two processes."""
    import torch

    model = _towers[key]
    with torch.inference_mode():
        found = (getattr(model, method) if method else model)(torch.from_numpy(inputs).to("cuda"))
        rows = found[0] if isinstance(found, (tuple, list)) else found
        return rows.float().cpu().numpy()
