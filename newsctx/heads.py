"""Scorers of an (image, text) pair: the trained cross-encoder head, else zero-shot (NewsRECON sec. 2 and 3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import numpy as np
from pydantic import Field, ValidationError

from newsctx.cache import write_beside
from newsctx.errors import ModelUnavailable
from newsctx.records import ModelInfo, Record
from newsctx.runtime import Device, state_digest
from newsctx.settings import EventSettings

if TYPE_CHECKING:
    from torch import Tensor

Feature = Literal["concat", "product", "absdiff"]
FEATURES: tuple[Feature, ...] = ("concat", "product", "absdiff")
Slot = Literal["location_head", "event_head"]
WEIGHTS, METADATA = "head.safetensors", "head.json"


class Scorer(Protocol):
    """Probability that a text is true of a photograph."""

    info: ModelInfo

    def probabilities(self, image: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """(D,) image and (N, D) texts, L2-normalised -> (N,) float64 in 0..1."""
        ...


class HeadInfo(Record):
    """What travels with a head's weights; loading compares it with the encoder at hand."""

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1)]
    slot: Slot
    base_model: str  # name of the image-text encoder
    base_digest: str  # its weights
    dim: Annotated[int, Field(ge=1)]  # D of its vectors
    features: Annotated[tuple[Feature, ...], Field(min_length=1)]
    hidden: Annotated[int, Field(ge=1)] = 256
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0  # in training: 0.1 for the event head (NewsRECON sec. 3)
    template: str = ""  # of the texts it read in training; empty in heads that do not say
    window_days: Annotated[int, Field(ge=0)] | None = None  # event head: the clusters it was trained on
    min_articles: Annotated[int, Field(ge=1)] | None = None
    data_hash: str = ""
    seed: int = 0
    metrics: dict[str, float] = Field(default_factory=dict)

    @property
    def inputs(self) -> int:
        """Width of the feature vector: concatenation counts 2 D, product and absolute difference D each."""
        return sum(2 * self.dim if f == "concat" else self.dim for f in self.features)


class CrossEncoderHead:
    """Linear(in, 256) - GELU - Linear(256, 1) over frozen, L2-normalised CLIP vectors (NewsRECON sec. 2)."""

    def __init__(self, meta: HeadInfo, device: str = "cpu") -> None:
        from torch import nn

        self.meta = meta
        self.network = nn.Sequential(
            nn.Linear(meta.inputs, meta.hidden), nn.GELU(), nn.Dropout(meta.dropout), nn.Linear(meta.hidden, 1)
        ).to(device)
        self.network.eval()
        self._device = device

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(
            slot=self.meta.slot, name=self.meta.name, digest=state_digest(self.network), device=self._device
        )

    def logits(self, images: Tensor, texts: Tensor) -> Tensor:
        """(N, D) and (N, D), row by row -> (N,) logits; also what training calls."""
        return self.network(features(images, texts, self.meta.features)).squeeze(-1)

    def probabilities(self, image: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """(D,) image and (N, D) texts -> (N,) float64 in 0..1."""
        import torch

        _check(image, texts)
        with torch.inference_mode():
            many = torch.from_numpy(np.asarray(texts, np.float32)).to(self._device)
            one = torch.from_numpy(np.asarray(image, np.float32)).to(self._device).expand_as(many)
            return torch.sigmoid(self.logits(one, many)).double().cpu().numpy()

    def save(self, folder: Path) -> None:
        """Write weights and metadata."""
        from safetensors.torch import save

        state = {name: t.detach().cpu().contiguous() for name, t in self.network.state_dict().items()}
        write_beside(folder / WEIGHTS, save(state))
        write_beside(folder / METADATA, (self.meta.model_dump_json(indent=1) + "\n").encode())

    @classmethod
    def load(cls, folder: Path, encoder: ModelInfo, dim: int, slot: Slot, device: Device) -> CrossEncoderHead:
        """Load a head for an encoder; the weights must fit exactly.

        Raises:
            ModelUnavailable: missing or damaged files, or trained for another encoder or slot; names both sides.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        try:
            meta = HeadInfo.model_validate(json.loads((folder / METADATA).read_bytes()))
            state = load((folder / WEIGHTS).read_bytes())
        except (OSError, json.JSONDecodeError, ValidationError, SafetensorError) as error:
            raise ModelUnavailable(f"cross-encoder head {folder} cannot be read: {error}; train it again") from error
        for what, has, wants in (
            ("slot", meta.slot, slot),
            ("encoder", meta.base_digest, encoder.digest),  # not by name: that may be a path of another machine
            ("dimensions", meta.dim, dim),
        ):
            if has != wants:
                if what == "encoder":
                    has = f"{meta.base_model} ({meta.base_digest[:12]})"
                    wants = f"{encoder.name} ({encoder.digest[:12]})"
                raise ModelUnavailable(
                    f"cross-encoder head {meta.name!r}: trained for {what} {has}, the profile has {wants}; choose the "
                    "profile it was trained for, or train a head for this one"
                )
        head = cls(meta, device.name)
        try:
            head.network.load_state_dict(state, strict=True)
        except RuntimeError as error:
            raise ModelUnavailable(
                f"cross-encoder head {meta.name!r}: weights do not fit its metadata: {error}"
            ) from error
        return head


class ZeroShotScorer:
    """The bi-encoder alone as a scorer, where no head was trained for it.

    `p = sigmoid((cos(a, t) - cos(a, n)) / T)` with a neutral text `n`: CLIP's own zero-shot softmax over the two
    prompts `t` and `n` (Radford et al. 2021, sec. 3.1), T = 0.01 being CLIP's trained temperature. It is not
    calibrated on news.
    """

    def __init__(self, slot: Slot, neutral: np.ndarray, encoder: ModelInfo, temperature: float = 0.01) -> None:
        self._neutral, self._temperature = np.asarray(neutral, np.float64), temperature
        self.info = ModelInfo(slot=slot, name="zero-shot", digest=encoder.digest, device="cpu")

    def probabilities(self, image: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """(D,) image and (N, D) texts -> (N,) float64 in 0..1."""
        _check(image, texts)
        one = np.asarray(image, np.float64)
        gap = np.asarray(texts, np.float64) @ one - self._neutral @ one
        return 0.5 * (1 + np.tanh(gap / (2 * self._temperature)))  # the sigmoid, without overflow


def features(images: Tensor, texts: Tensor, names: Sequence[Feature]) -> Tensor:
    """(N, D), (N, D) -> (N, in): `[a, t]`, `a * t` and `|a - t|`, in the order of FEATURES (NewsRECON sec. 2)."""
    import torch

    parts: list[Tensor] = []
    for name in FEATURES:
        if name in names:
            made = {
                "concat": lambda: [images, texts],
                "product": lambda: [images * texts],
                "absdiff": lambda: [(images - texts).abs()],
            }
            parts += made[name]()
    return torch.cat(parts, dim=-1)


def cluster_mismatch(meta: HeadInfo, events: EventSettings) -> str:
    """What differs between the clusters an event head was trained on and those it would read; empty: nothing.

    Other settings still work, but the probabilities were not learned on such texts: the stage says so.
    """
    if meta.slot != "event_head":
        return ""
    pairs = (
        ("cluster texts", meta.template, events.template),
        ("windows of days", meta.window_days, events.window_days),
        ("smallest cluster", meta.min_articles, events.min_articles),
    )
    other = [
        f"{what} {has!r}, the settings have {wants!r}" for what, has, wants in pairs if has not in ("", None, wants)
    ]
    return f"event head {meta.name!r}: trained with {'; '.join(other)}" if other else ""


def _check(image: np.ndarray, texts: np.ndarray) -> None:
    if image.ndim != 1 or texts.ndim != 2 or texts.shape[1] != image.shape[0]:
        raise ValueError(f"expected (D,) and (N, D) vectors of one encoder, got {image.shape} and {texts.shape}")
