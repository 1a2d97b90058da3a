"""The second image encoder: any open_clip or timm model, its picture side alone (two encoders: BeyondVision).

What a second model sees as alike differs from what the first one does; the candidates of both are united. Nothing here
reads texts: a self-supervised model (DINOv2) serves as well as the image tower of another CLIP.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from newsctx import hub, zero_gpu
from newsctx.encoders.forward import first_line, rgb, unit_rows
from newsctx.encoders.image_text import load_open_clip
from newsctx.errors import ModelUnavailable
from newsctx.records import ModelInfo
from newsctx.runtime import Device, state_digest

log = logging.getLogger(__name__)
TIMM, TIMM_FOLDER = "timm:", "timm-dir:"
WEIGHTS = "model.safetensors"  # what timm looks for first, on the hub and in a folder
_WHAT = "second image encoder"
_EXPECTED = "expected timm:NAME, timm:NAME@SIZE, timm-dir:PATH, or ARCHITECTURE/WEIGHTS or local-dir:PATH of open_clip"
_SIZED = re.compile(r"(?P<name>[^@]+)(?:@(?P<size>[1-9][0-9]{1,3}))?")
_FOLDER_HINT = f"give a folder with timm's config.json and {WEIGHTS} as `{TIMM_FOLDER}PATH`"


class ImageEncoder:
    """Pooled features of photographs. Build it with `ImageEncoder.load`."""

    def __init__(
        self, model: Any, preprocess: Callable[..., Any], name: str, device: Device, batch_size: int = 32
    ) -> None:
        self._model, self._preprocess, self._device, self.batch_size = model, preprocess, device, batch_size
        self._lock = threading.Lock()  # one forward pass at a time: memory stays bounded
        self.info = ModelInfo(slot="second_image", name=name, digest=state_digest(model), device=device.name)
        self._lent = zero_gpu.place(self.info.digest, model)
        self.dim = 0
        self.dim = int(self.encode_images([np.zeros((32, 32, 3), np.uint8)]).shape[1])

    @classmethod
    def load(cls, name: str, device: Device, batch_size: int = 32, label: str = "") -> ImageEncoder:
        """Load the picture side of a model; the weights must fit exactly.

        Args:
            name: `timm:NAME`, as timm calls it, `timm:NAME@SIZE` for photographs of another size than the model was
                trained with (position embeddings are resampled), `timm-dir:PATH` (config.json and model.safetensors,
                as timm saves them), or `ARCHITECTURE/WEIGHTS` or `local-dir:PATH` of open_clip.
            label: what documents call it instead of `name`, where that holds a path of this machine.

        Raises:
            ModelUnavailable: unknown name, weights that cannot be fetched here, or weights that do not fit.
        """
        with hub.at_once():
            if name.startswith(TIMM):
                model, preprocess = _timm(name, *_named(name))
            elif name.startswith(TIMM_FOLDER):
                model, preprocess = _timm(name, _folder(name), {}, "")
            elif "/" in name:
                _, whole, preprocess = load_open_clip(name, device, _WHAT)
                model = whole.visual  # the text tower is let go
            else:
                raise ModelUnavailable(f"{_WHAT} {name!r}: {_EXPECTED}")
        model = model.to(device.name).eval()
        return cls(model, preprocess, label or name, device, batch_size)

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
            here = torch.stack(tensors)
            return zero_gpu.compute(self._lent, "", here, lambda b: self._pooled(self._model(b.to(self._device.name))))

        with self._lock:
            return unit_rows(images, batch, self.batch_size, self.dim, self.info.name, self._device)

    def _pooled(self, found: Any) -> Any:
        rows = found[0] if isinstance(found, (tuple, list)) else found  # some towers give their tokens, too
        if rows.ndim != 2:
            raise ModelUnavailable(
                f"{_WHAT} {self.info.name!r} gives features of shape {tuple(rows.shape)}, not one vector a photograph"
            )
        return rows


def address(name: str) -> str:
    """Where the weights of `timm:NAME` lie on the hub, as `newsctx.hub` takes it; empty where timm names none."""
    import timm

    try:
        config = timm.get_pretrained_cfg(_parsed(name)[0])
    except RuntimeError:  # a tag that timm does not know
        return ""
    if config is None or not config.hf_hub_id:
        return ""
    return f"{config.hf_hub_id}/{config.hf_hub_filename or WEIGHTS}"


def _parsed(name: str) -> tuple[str, int | None]:
    found = _SIZED.fullmatch(name.removeprefix(TIMM))
    if not found:
        raise ModelUnavailable(f"{_WHAT} {name!r}: {_EXPECTED}; SIZE is a number of pixels, e.g. @224")
    return found["name"], int(found["size"]) if found["size"] else None


def _named(name: str) -> tuple[str, dict[str, Any], str]:
    """timm's name, options, and the address of the weights of `timm:NAME[@SIZE]`."""
    import timm

    plain, size = _parsed(name)
    where = address(name)
    if not where:
        architecture = plain.partition(".")[0]
        known = timm.list_pretrained(f"{architecture}*")[:8] if architecture else []
        hint = f"weights like it: {', '.join(known)}" if known else "timm knows no such architecture with weights"
        raise ModelUnavailable(f"{_WHAT} {name!r}: timm has no weights of this name on the hub; {hint}")
    return plain, {} if size is None else {"size": size}, where


def _folder(name: str) -> str:
    folder = Path(name.removeprefix(TIMM_FOLDER))
    missing = [f for f in ("config.json", WEIGHTS) if not (folder / f).is_file()]
    if missing:
        raise ModelUnavailable(
            f"{_WHAT} {name!r}: {folder} has no {' and no '.join(missing)}; expected a folder that timm saved"
        )
    return f"local-dir:{folder}"


def _timm(name: str, source: str, options: dict[str, Any], where: str) -> tuple[Any, Callable[..., Any]]:
    """The model without its classifier, and its own preprocessing."""
    import timm
    from timm.data import create_transform, resolve_data_config

    size = options.get("size")
    asked: dict[str, Any] = {}
    if size is not None and timm.get_pretrained_cfg(source).fixed_input_size:
        asked["img_size"] = size  # models of any input size take none
    try:
        model = timm.create_model(source, pretrained=True, **asked)  # with its own classifier the load is strict
        model.reset_classifier(0)
        config = resolve_data_config({} if size is None else {"input_size": (3, size, size)}, model=model)
        return model, create_transform(**config, is_training=False)
    except OSError as error:
        log.info("fetching %s failed: %s", name, error)
        if not where:
            raise ModelUnavailable(f"{_WHAT} {name!r} cannot be read: {first_line(error)}") from error
        raise ModelUnavailable(
            f"{_WHAT} {name!r}: its weights are not on this machine and could not be fetched. "
            f"{hub.how_to_fetch(where, _FOLDER_HINT)}"
        ) from error
    except Exception as error:  # timm, torch, safetensors and json each raise their own
        raise ModelUnavailable(f"{_WHAT} {name!r} cannot be loaded: {first_line(error)}") from error
