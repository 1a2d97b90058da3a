"""The symmetric InfoNCE loss (van den Oord et al. 2018; Radford et al. 2021, fig. 3)."""

from __future__ import annotations

from torch import Tensor, arange
from torch.nn.functional import cross_entropy


def info_nce(images: Tensor, texts: Tensor, scale: Tensor | float) -> Tensor:
    """Mean of both directions' cross entropy; row i of one belongs to row i of the other.

    Args:
        images, texts: (B, D), L2-normalised.
        scale: 1 / temperature.
    """
    logits = scale * images.float() @ texts.float().T
    own = arange(len(logits), device=logits.device)
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
