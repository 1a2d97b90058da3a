"""Captions by a vision-language model on this machine: any image-text-to-text chat model of transformers."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from newsctx import prompts
from newsctx.adapters import META, model_source, public_name, read_info
from newsctx.errors import SettingsError
from newsctx.records import ModelInfo
from newsctx.runtime import ModelCache, choose_device
from newsctx.settings import CaptionSettings
from newsctx.writers import local_model
from newsctx.writers.base import CaptionEvidence
from newsctx.writers.language_model import LanguageModelWriter, Request
from newsctx.writers.model_files import Spec, digest, missing

_LOADED = ModelCache()  # of the whole process: a model is loaded once, whoever asks for it
_KEPT: dict[str, local_model.Loaded] = {}  # device -> the model that fills it: a second one would rarely fit beside it


class TransformersWriter(LanguageModelWriter):
    """Loads the model of `caption.model` when it is first asked. On a ZeroGPU Space each step borrows the GPU.

    Raises:
        SettingsError: no model is named, or the device is not there.
    """

    def __init__(self, settings: CaptionSettings, device: str = "auto") -> None:
        if not settings.model:
            raise SettingsError(
                "caption.model is empty: name an image-text-to-text chat model, such as "
                "`Qwen/Qwen2.5-VL-3B-Instruct`, or a folder with one"
            )
        self.spec = Spec(
            model_source(settings.model), model_source(settings.adapter), settings.quantise, settings.dtype,
            choose_device(device).name,
        )  # fmt: skip
        self.info = ModelInfo(
            slot="caption_writer", name=_name(settings), digest=digest(self.spec), device=self.spec.device,
            unavailable=missing(self.spec),
        )  # fmt: skip

    def remarks(self, evidence: CaptionEvidence, settings: CaptionSettings) -> tuple[str, ...]:
        """That an adapter of `train captioner` is asked in other words than it was trained with."""
        folder = Path(self.spec.adapter)
        if not self.spec.adapter or not (folder / META).is_file():
            return ()
        learned = read_info(folder).prompt
        prompt = prompts.load("synthesise", settings.preset)
        if "synthesise" not in evidence.prompts and (prompt.system, prompt.text) == (learned.system, learned.text):
            return ()
        asked = "the analyst's own words" if "synthesise" in evidence.prompts else prompt.template
        return (f"The adapter was trained with the prompt {learned.name} and is asked with {asked}.",)

    def stream(self, request: Request, settings: CaptionSettings) -> Generator[str, None, None]:
        """Pieces of the model's answer; closing it stops the model at its next token.

        Raises:
            ModelUnavailable: the model cannot be loaded, does not fit, or cannot read so much; says what to do.
        """
        ask = _pieces
        if borrow := _zero_gpu():
            loaded(self.spec)  # before the GPU is borrowed: its process starts as a copy of this one
            ask = borrow(duration=settings.zero_gpu_seconds)(_pieces)
        with closing(ask(self.spec, request, settings)) as pieces:
            yield from pieces


def loaded(spec: Spec) -> local_model.Loaded:
    """The model, loaded once in this process until another one is asked for. Raises ModelUnavailable."""

    def load() -> local_model.Loaded:
        if (before := _KEPT.pop(spec.device, None)) is not None:
            _LOADED.forget(before)  # whoever is still asking it keeps it until its answer ends
        _KEPT[spec.device] = local_model.load(spec)
        return _KEPT[spec.device]

    return _LOADED.get(spec, load)


def _pieces(spec: Spec, request: Request, settings: CaptionSettings) -> Generator[str, None, None]:
    """A function of plain values, because a ZeroGPU Space runs it in another process."""
    yield from local_model.generate(lambda: loaded(spec), request, settings)


def _zero_gpu() -> Callable[..., Any] | None:
    """The decorator that borrows a GPU on a ZeroGPU Space; None everywhere else."""
    if not os.environ.get("SPACES_ZERO_GPU"):
        return None
    try:
        return importlib.import_module("spaces").GPU
    except ImportError as error:
        raise SettingsError(
            "SPACES_ZERO_GPU is set, but the package `spaces` is not there: add it to the Space's requirements"
        ) from error


def _name(settings: CaptionSettings) -> str:
    adapter = public_name(settings.adapter) if settings.adapter else ""
    extra = [adapter, "" if settings.quantise == "none" else settings.quantise]
    return " + ".join([public_name(settings.model), *(e for e in extra if e)])
