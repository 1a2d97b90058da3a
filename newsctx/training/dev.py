"""Retrieval on the development photographs: what early stopping looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from newsctx.training.short_texts import encode_texts


def retrieval(scores: np.ndarray, relevant: Sequence[set[int]]) -> dict[str, float]:
    """R@1, R@10 and the mean reciprocal rank of the first relevant article.

    Args:
        scores: (photos, articles); ties are broken by the article's position.
        relevant: columns, at least one per photograph.
    """
    ranks = []
    for row, wanted in zip(scores, relevant, strict=True):
        order = np.argsort(-row, kind="stable")
        ranks.append(1 + next(i for i, a in enumerate(order) if int(a) in wanted))
    found = np.array(ranks)
    return {
        "r1": float((found <= 1).mean()),
        "r10": float((found <= 10).mean()),
        "mrr": float((1 / found).mean()),
    }


class DevSet:
    """The development photographs and the articles they are ranked against."""

    def __init__(
        self,
        images: Sequence[Callable[[], Tensor]],
        tokens: Tensor,
        owners: Sequence[int],
        relevant: Sequence[set[int]],
        columns: int,
    ) -> None:
        """What is ranked.

        Args:
            images: batches as the model reads them, made when they are needed.
            tokens: (texts, C) token ids.
            owners: the column of each text, ascending.
            relevant: columns of each photograph.
            columns: candidates, each with at least one text.

        Raises:
            ValueError: a candidate without a text: all scores after it would stand one column too far left.
        """
        if list(dict.fromkeys(owners)) != list(range(columns)):
            lost = [c for c in range(columns) if c not in set(owners)]
            raise ValueError(f"the candidates {lost[:10]} have no text, or are out of order: expected texts of each")
        self._images, self._tokens, self._relevant = images, tokens, relevant
        self._starts = np.flatnonzero(np.diff(np.asarray([-1, *owners])))

    def evaluate(self, model: Any, device: str, batch: int = 64) -> dict[str, float]:
        """`s_bi` of all pairs and its retrieval metrics; the model stays as it was."""
        modes = [(m, m.training) for m in model.modules()]
        model.eval()
        try:
            with torch.inference_mode():
                rows = [normalize(model.encode_image(make().to(device)), dim=-1) for make in self._images]
                images = torch.cat([r.float().cpu() for r in rows])
                order = torch.argsort((self._tokens != 0).sum(1), stable=True)  # alike lengths together: less padding
                parts = [encode_texts(model, part.to(device)) for part in self._tokens[order].split(batch)]
                texts = torch.cat([p.float().cpu() for p in parts])[torch.argsort(order)]
        finally:
            for module, mode in modes:
                module.training = mode
        scores = images @ texts.T
        return retrieval(np.maximum.reduceat(scores.numpy(), self._starts, axis=1), self._relevant)
