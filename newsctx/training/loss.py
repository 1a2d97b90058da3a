"""The symmetric InfoNCE loss (van den Oord et al. 2018; Radford et al. 2021, fig. 3)."""

from __future__ import annotations

from torch import Tensor, arange
from torch.nn.functional import cross_entropy


def place_loss(images: Tensor, texts: Tensor, own: Tensor, scale: Tensor | float) -> Tensor:
    """Cross entropy of each photograph over the different location texts of a batch (Radford et al. 2021's zero-shot
    classifier as a loss): photographs of one place share a text, which plain InfoNCE would take for a wrong one.

    Args:
        images: (B, D), L2-normalised.
        texts: (P, D), L2-normalised, each place once.
        own: (B,) row of `texts`, negative where the photograph's article names no place; those do not count.
    """
    placed = own >= 0
    if not bool(placed.any()):
        return images.sum() * 0.0
    return cross_entropy(scale * images[placed].float() @ texts.float().T, own[placed])


def info_nce(images: Tensor, texts: Tensor, scale: Tensor | float) -> Tensor:
    """Mean of both directions' cross entropy; row i of one belongs to row i of the other.

    Args:
        images, texts: (B, D), L2-normalised.
        scale: 1 / temperature.
    """
    logits = scale * images.float() @ texts.float().T
    own = arange(len(logits), device=logits.device)
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
