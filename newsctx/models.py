"""Everything that is loaded once and shared by all cases: the models of a profile and the OCR reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from newsctx import ocr as reading
from newsctx import profiles
from newsctx.errors import ModelUnavailable
from newsctx.ocr import OcrReader
from newsctx.records import ModelInfo
from newsctx.remembered import Remembered
from newsctx.runtime import choose_device


@dataclass(frozen=True)
class Models(profiles.Models):
    """The slots of a profile and the OCR reader; an empty slot has its reason."""

    ocr: OcrReader | None
    ocr_unavailable: str
    embed: Callable[[Sequence[str]], np.ndarray] | None  # sentence vectors, each text computed once

    @cached_property
    def infos(self) -> tuple[ModelInfo, ...]:
        """Every slot, loaded or not; asked once, since a head's digest reads all its weights."""
        missing = ModelInfo(slot="ocr", unavailable=self.ocr_unavailable)
        return (*super().infos, self.ocr.info if self.ocr else missing)

    @property
    def ocr_digest(self) -> str:
        """Changes with what reads text; another one without OCR."""
        return self.ocr.info.digest if self.ocr else f"none: {self.ocr_unavailable}"


def load(profile: str = "embedded", device: str = "auto") -> Models:
    """Load the models that a profile names, and the OCR reader; what cannot be loaded leaves its slot empty.

    Raises:
        SettingsError: an unknown profile or device.
    """
    found = profiles.load_models(profile, choose_device(device))
    slots = {f.name: getattr(found, f.name) for f in fields(found)}
    slots["embed"] = Remembered(found.sentence.encode) if found.sentence else None
    try:
        return Models(**slots, ocr=reading.load_reader(), ocr_unavailable="")
    except ModelUnavailable as error:
        return Models(**slots, ocr=None, ocr_unavailable=str(error))
