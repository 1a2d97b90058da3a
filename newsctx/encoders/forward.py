"""What the picture encoders share: forward passes in batches, and what a photograph must look like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from newsctx.errors import ModelUnavailable
from newsctx.runtime import Device


def unit_rows(
    items: Sequence[Any], forward: Callable[[Sequence[Any]], Any], batch_size: int, dim: int, name: str, device: Device
) -> np.ndarray:
    """(N, D) float32, L2-normalised rows; `forward` makes a (n, D) tensor of at most `batch_size` items.

    Args:
        dim: D, for no items at all.

    Raises:
        ModelUnavailable: out of memory; names the model and what to do.
    """
    import torch

    parts: list[np.ndarray] = []
    with torch.inference_mode():
        for start in range(0, len(items), batch_size):
            try:
                rows = forward(items[start : start + batch_size])
            except torch.OutOfMemoryError as error:
                raise ModelUnavailable(
                    f"{name} ran out of memory on {device.name} with batches of {batch_size}; "
                    "use a smaller batch size or --device cpu"
                ) from error
            rows = torch.nn.functional.normalize(rows.float(), dim=-1)
            parts.append(rows.cpu().numpy().astype(np.float32))
    return np.concatenate(parts) if parts else np.zeros((0, dim), np.float32)


def rgb(image: np.ndarray) -> np.ndarray:
    """The image; ValueError for anything but (H, W, 3) uint8."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"expected an (H, W, 3) uint8 RGB image, got {image.dtype} {image.shape}")
    return image


def first_line(error: Exception) -> str:
    """What a library says of its failure, in one line."""
    return str(error).strip().split("\n", 1)[0][:300] or type(error).__name__
