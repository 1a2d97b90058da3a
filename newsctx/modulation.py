"""Placement modulation: what a photograph's place in its article says about its vector (EVENTA-H).

`s_visual = max_i cos(v_query, v_i * m_i)`: the multiplier `m_i` of an article's photograph comes from a small network
that reads where the photograph stands and the text around it. Untrained it is 1 everywhere, which changes no score.
Trained ones are applied when an archive is indexed, so that a search stays one inner product.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field, ValidationError

from newsctx import placement
from newsctx.cache import write_beside
from newsctx.errors import ModelUnavailable
from newsctx.records import Article, ModelInfo, Record
from newsctx.runtime import Device, state_digest

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS, METADATA = "modulation.safetensors", "modulation.json"
_SMALLEST = 1e-6  # length of a modulated vector below which its direction says nothing


class Placed(NamedTuple):
    """Where a photograph stands."""

    position: float  # 0 = headline and first paragraph, 1 = last paragraph
    text: str  # around it


class ModulationInfo(Record):
    """What travels with the weights; loading compares it with the encoder at hand."""

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1)]
    base_model: str  # name of the image-text encoder
    base_digest: str  # its weights
    dim: Annotated[int, Field(ge=1)]  # D of its vectors
    hidden: Annotated[int, Field(ge=1)] = 256
    data_hash: str = ""
    seed: int = 0
    metrics: dict[str, float] = Field(default_factory=dict)


def places(article: Article) -> dict[str, Placed]:
    """Image id -> where the photograph stands in the article (the first time, where it stands there twice)."""
    whole = placement.paragraphs(article.body)
    found: dict[str, Placed] = {}
    for image in article.images:
        if image.image_id and image.image_id not in found:
            position = placement.UNKNOWN if image.position is None else image.position
            share = placement.shares(np.array([position]), np.array([len(whole)]))[0]
            found[image.image_id] = Placed(float(share), surroundings(article, image.position, whole))
    return found


def surroundings(article: Article, position: int | None, paragraphs: Sequence[str]) -> str:
    """The paragraph at a photograph, then the one above it: CLIP reads 77 tokens, so the nearest goes first.

    Above the first paragraph stands the headline. At an unknown place it is the headline, then the first paragraph; a
    position beyond the last paragraph is the last one's.
    """
    headline = article.headline.strip() or article.abstract.strip()
    if not paragraphs:
        return headline
    if position is None:
        found = (headline, paragraphs[0])
    else:
        at = min(position, len(paragraphs) - 1)
        found = (paragraphs[at], paragraphs[at - 1] if at else headline)
    return "\n".join(t for t in found if t)


class PlacementModulation:
    """`m = 1 + Linear(GELU(Linear([position, text])))`, the last layer of zeros until it is trained."""

    def __init__(self, meta: ModulationInfo, device: str = "cpu") -> None:
        from torch import nn

        self.meta, self._device = meta, device
        last = nn.Linear(meta.hidden, meta.dim)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.network = nn.Sequential(nn.Linear(1 + meta.dim, meta.hidden), nn.GELU(), last).to(device)
        self.network.eval()

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(slot="modulation", name=self.meta.name, digest=state_digest(self.network), device=self._device)

    def multipliers(self, positions: Tensor, texts: Tensor) -> Tensor:
        """(N,) positions 0..1 and (N, D) L2-normalised texts -> (N, D); also what training calls."""
        import torch

        # both inputs are brought to a spread of about 1: components of a unit vector are some 1/sqrt(D)
        read = torch.cat([2 * positions[:, None] - 1, texts * math.sqrt(self.meta.dim)], dim=-1)
        return 1 + self.network(read)

    def apply(self, vectors: np.ndarray, positions: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """The vectors as they are searched.

        Args:
            vectors: (N, D) float32, L2-normalised, of photographs.
            positions: (N,) 0..1.
            texts: (N, D) float32, L2-normalised, of the texts around them.

        Returns:
            (N, D) float32, L2-normalised: `v * m`; exactly `v` where `m` is 1, and where `v * m` vanishes.
        """
        import torch

        with torch.inference_mode():
            given = torch.from_numpy(np.asarray(positions, np.float32)).to(self._device)
            around = torch.from_numpy(np.asarray(texts, np.float32)).to(self._device)
            m = self.multipliers(given, around).cpu().numpy()
        found = vectors * m
        before, after = (np.linalg.norm(v, axis=1, keepdims=True) for v in (vectors, found))
        kept = after > _SMALLEST
        return np.where(kept, found * (before / np.where(kept, after, 1)), vectors).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write weights and metadata."""
        from safetensors.torch import save

        state = {name: t.detach().cpu().contiguous() for name, t in self.network.state_dict().items()}
        write_beside(folder / WEIGHTS, save(state))
        write_beside(folder / METADATA, (self.meta.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path, encoder: ModelInfo, dim: int, device: Device) -> PlacementModulation:
        """Load a modulation for an image-text encoder; the weights must fit exactly.

        Raises:
            ModelUnavailable: missing or damaged files, or trained for another encoder; names both sides.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            meta = ModulationInfo.model_validate(json.loads((folder / METADATA).read_bytes()))
            state = load((folder / WEIGHTS).read_bytes())
        except (OSError, ValueError, ValidationError, SafetensorError) as error:
            raise ModelUnavailable(f"placement modulation {folder} cannot be read: {error}; train it again") from error
        if (meta.base_digest, meta.dim) != (encoder.digest, dim):  # not by name: that may be a path of another machine
            raise ModelUnavailable(
                f"placement modulation {meta.name!r}: trained for encoder {meta.base_model} ({meta.base_digest[:12]}, "
                f"{meta.dim} dimensions), the profile has {encoder.name} ({encoder.digest[:12]}, {dim}); choose the "
                "profile it was trained for, or run `train modulation` for this one"
            )
        found = cls(meta, device.name)
        try:
            found.network.load_state_dict(state, strict=True)
        except RuntimeError as error:
            raise ModelUnavailable(
                f"placement modulation {meta.name!r}: weights do not fit its metadata: {error}"
            ) from error
        return found
