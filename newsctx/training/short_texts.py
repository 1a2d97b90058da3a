"""Encoding texts at their own length: a caption of 20 tokens need not cost a context of 77."""

from __future__ import annotations

from typing import Any

from torch import Tensor

STEP = 8  # lengths are rounded up, so that few shapes occur


def encode_texts(model: Any, tokens: Tensor) -> Tensor:
    """(B, C) token ids -> (B, D), L2-normalised; what `model.encode_text` gives, cut at the longest text.

    Under a causal mask nothing after a text's end changes it, so padding that all texts share can be left out. Text
    towers that look at padding, or pool elsewhere than at the end of the text, are run whole.
    """
    from torch.nn.functional import normalize

    tower = getattr(model, "text", model)
    if not _causal(tower, getattr(model, "text", None) is None):
        return normalize(model.encode_text(tokens), dim=-1)
    kind = getattr(tower, "text_pool_type", None) or tower.pool_type
    eos = getattr(tower, "text_eos_id", None) if hasattr(tower, "text_eos_id") else getattr(tower, "eos_id", None)
    ends = tokens.argmax(dim=-1) if kind == "argmax" else (tokens == eos).int().argmax(dim=-1)
    length = min(tokens.shape[1], -(-(int(ends.max()) + 1) // STEP) * STEP)
    tokens = tokens[:, :length]
    dtype = tower.transformer.get_cast_dtype()
    x = tower.token_embedding(tokens).to(dtype) + tower.positional_embedding[:length].to(dtype)
    x = tower.ln_final(tower.transformer(x, attn_mask=tower.attn_mask[:length, :length]))
    pooled = x[range(len(x)), ends]
    projection = tower.text_projection
    if projection is not None:
        pooled = pooled @ projection if isinstance(projection, Tensor) else projection(pooled)
    return normalize(pooled, dim=-1)


def _causal(tower: Any, clip: bool) -> bool:
    parts = ("token_embedding", "positional_embedding", "transformer", "ln_final", "attn_mask")
    if any(getattr(tower, name, None) is None for name in parts) or getattr(tower, "cls_emb", None) is not None:
        return False
    pooling = getattr(tower, "text_pool_type" if clip else "pool_type", None)
    return hasattr(tower.transformer, "get_cast_dtype") and pooling in ("argmax", "eos")
