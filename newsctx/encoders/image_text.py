"""The image-text bi-encoder: open_clip models by name or from a local folder (NewsRECON sec. 1)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from newsctx import hub, zero_gpu
from newsctx.encoders.forward import first_line, rgb, unit_rows
from newsctx.errors import ModelUnavailable
from newsctx.records import ModelInfo
from newsctx.runtime import Device, state_digest

log = logging.getLogger(__name__)
LOCAL = "local-dir:"
_FAILURES = (RuntimeError, OSError, ValueError, KeyError, TypeError)  # of open_clip, and of the libraries it calls


class ImageTextEncoder:
    """CLIP-like model whose images and texts share one space. Build it with `ImageTextEncoder.load`."""

    def __init__(
        self, model: Any, preprocess: Callable[..., Any], tokenizer: Callable[..., Any], name: str, device: Device,
        batch_size: int = 32,
    ) -> None:  # fmt: skip
        self._model, self._preprocess, self._tokenizer = model, preprocess, tokenizer
        self._device, self.batch_size = device, batch_size
        self._lock = threading.Lock()  # one forward pass at a time: memory stays bounded
        self.info = ModelInfo(slot="image_text", name=name, digest=state_digest(model), device=device.name)
        self._lent = zero_gpu.place(self.info.digest, model)
        self.dim = int(self.encode_texts(["photo"]).shape[1])

    @classmethod
    def load(cls, name: str, device: Device, batch_size: int = 32, label: str = "") -> ImageTextEncoder:
        """Load `ARCHITECTURE/WEIGHTS` (`ViT-L-14/openai`) or `local-dir:PATH`; the weights must fit exactly.

        Args:
            label: what documents call it instead of `name`, where that holds a path of this machine.

        Raises:
            ModelUnavailable: unknown name, weights that cannot be fetched here, or weights that do not fit.
        """
        import open_clip

        with hub.offline() if _whole(name) else hub.at_once():
            architecture, model, preprocess = load_open_clip(name, device, "image-text encoder")
            try:
                tokenizer = open_clip.get_tokenizer(architecture)
            except _FAILURES as error:
                raise ModelUnavailable(f"image-text encoder {name!r} cannot be loaded: {first_line(error)}") from error
        model.eval()
        return cls(model, preprocess, tokenizer, label or name, device, batch_size)

    @property
    def parts(self) -> tuple[Any, Callable[..., Any], Callable[..., Any]]:
        """open_clip's model, image transform and tokenizer, for training; changing the model makes `info` wrong."""
        return self._model, self._preprocess, self._tokenizer

    def encode_images(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Encode photographs.

        Args:
            images: each (H, W, 3) uint8 RGB, any size.

        Returns:
            (N, D) float32, L2-normalised rows.
        """
        import torch

        def batch(part: Sequence[np.ndarray]) -> Any:
            tensors = [self._preprocess(Image.fromarray(rgb(image))) for image in part]
            return self._forward("encode_image", torch.stack(tensors))

        return self._batches(images, batch)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D) float32, L2-normalised rows; a text beyond the model's context (CLIP: 77 tokens) is cut."""

        def batch(part: Sequence[str]) -> Any:
            return self._forward("encode_text", self._tokenizer(list(part)))

        return self._batches(texts, batch)

    def _forward(self, method: str, inputs: Any) -> Any:
        here = getattr(self._model, method)
        return zero_gpu.compute(self._lent, method, inputs, lambda batch: here(batch.to(self._device.name)))

    def _batches(self, items: Sequence[Any], forward: Callable[[Sequence[Any]], Any]) -> np.ndarray:
        with self._lock:
            return unit_rows(items, forward, self.batch_size, getattr(self, "dim", 0), self.info.name, self._device)


def _whole(name: str) -> bool:
    """Whether a name is a folder that has all it needs, so that the hub is not even asked whether it is there."""
    if not name.startswith(LOCAL):
        return False
    folder = Path(name.removeprefix(LOCAL))
    try:
        config = (folder / "open_clip_config.json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return True  # it is refused all the same
    own = (folder / "tokenizer.json").is_file() or "hf_tokenizer_name" not in config
    return own and "hf_model_name" not in config


def load_open_clip(name: str, device: Device, what: str) -> tuple[str, Any, Callable[..., Any]]:
    """Architecture, model and image transform of an open_clip model; the caller is inside `hub.at_once`.

    Args:
        name: `ARCHITECTURE/WEIGHTS` or `local-dir:PATH`.
        what: how messages call it.

    Raises:
        ModelUnavailable: unknown name, weights that cannot be fetched here, or weights that do not fit.
    """
    import open_clip

    local = name.startswith(LOCAL)
    architecture, options = (name, _local_options(name, what)) if local else _named_options(name, what)
    try:
        model, _, preprocess = open_clip.create_model_and_transforms(
            architecture, precision="fp32", device=device.name, require_pretrained=True, **options
        )  # load_checkpoint inside is strict for whole models
    except _FAILURES as error:
        raise ModelUnavailable(f"{what} {name!r} cannot be loaded: {first_line(error)}") from error
    return architecture, model, preprocess


def _local_options(name: str, what: str) -> dict[str, Any]:
    folder = Path(name.removeprefix(LOCAL))
    if not (folder / "open_clip_config.json").is_file():
        raise ModelUnavailable(
            f"{what} {name!r}: {folder} has no open_clip_config.json; expected a folder that open_clip "
            "saved (open_clip_config.json with model_cfg and preprocess_cfg, and open_clip_model.safetensors)"
        )
    return {}


def _named_options(name: str, what: str) -> tuple[str, dict[str, Any]]:
    """The architecture and the options of `ARCHITECTURE/WEIGHTS`; fetches the weights if they are not here yet."""
    import open_clip
    from open_clip.pretrained import download_pretrained, get_pretrained_cfg

    architecture, _, tag = name.partition("/")
    known = open_clip.list_pretrained_tags_by_model(architecture)
    if tag not in known:
        hint = f"weights of {architecture}: {', '.join(known)}" if known else f"open_clip knows no {architecture!r}"
        raise ModelUnavailable(f"{what} {name!r}: expected ARCHITECTURE/WEIGHTS or local-dir:PATH; {hint}")
    config = get_pretrained_cfg(architecture, tag)
    try:
        download_pretrained(config)
    except (OSError, RuntimeError) as error:  # no network, no such file on the hub, or a wrong checksum
        log.info("fetching %s failed: %s", name, error)
        raise ModelUnavailable(
            f"{what} {name!r}: its weights are not on this machine and could not be fetched. "
            f"{hub.how_to_fetch(str(config.get('hf_hub', '')))}"
        ) from error
    # OpenAI's weights were trained with QuickGELU; the plain architecture would load them and compute nonsense
    return architecture, {"pretrained": tag, "force_quick_gelu": bool(config.get("quick_gelu"))}
