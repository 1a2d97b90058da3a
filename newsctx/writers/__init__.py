"""Caption writers: who turns evidence into a caption."""

from __future__ import annotations

from newsctx.errors import SettingsError
from newsctx.settings import CaptionSettings
from newsctx.writers.base import CaptionEvidence, CaptionWriter
from newsctx.writers.extractive import ExtractiveWriter

__all__ = ["CaptionEvidence", "CaptionWriter", "ExtractiveWriter", "make_writer"]


def make_writer(settings: CaptionSettings) -> CaptionWriter:
    """The writer that the settings name."""
    if settings.writer == "extractive":
        return ExtractiveWriter()
    raise SettingsError(f"caption writer {settings.writer!r} is unknown: expected 'extractive'")
